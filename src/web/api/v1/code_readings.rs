//! Codes read off photos.

use actix_web::{HttpRequest, HttpResponse, post, web};

use crate::db::Fault;
use crate::registry::Page;
use crate::registry::code_readings::{self, FoundCode};
use crate::vietqr;
use crate::web::caller::Caller;
use crate::web::file::{self, Binary, FileForm};
use crate::web::listing;
use crate::web::problem::Problem;

resource!(read);

/// Reads the codes in a photo, a JPEG or PNG of at most 12 megapixels, as the body or as the file
/// of a form: several at a time, at an angle, in uneven light. It says what each one is; nothing is
/// kept. Register or check one with its `payload`. An empty list: no code can be read, take another
/// photo from straight ahead, closer, without glare.
#[utoipa::path(tag = "codes",
    request_body(content((Binary = "image/jpeg"), (Binary = "image/png"),
        (Binary = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    security(("key" = ["codes.write"])), responses((status = 200, body = Page<FoundCode>)))]
#[post("/code-readings")]
async fn read(
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    caller.read(code_readings::permit).await?;
    let _turn = file::turn().await?;
    let picture = file::read_photo(request.headers(), payload).await?;
    let scan = move || vietqr::scan_picture(&picture);
    let photo = web::block(scan).await.map_err(|error| Problem::from(Fault::broken(error)))?;
    let texts = photo.map_err(Fault::from)?.texts;
    caller
        .show(move |connection, act| {
            code_readings::of_texts(connection, act, &texts).map(listing::whole)
        })
        .await
}

//! Checks of what hangs on stalls.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, delete, get, post, web};
use sha2::{Digest as _, Sha256};

use crate::db::Fault;
use crate::outreach::checks;
use crate::primitives::ids::CheckId;
use crate::registry::Page;
use crate::registry::code_checks::{self, CodeCheck, CodeCheckFilter, NewCodeCheck, PhotoCheck};
use crate::vietqr;
use crate::web::caller::Caller;
use crate::web::checked::told;
use crate::web::envelope::language_of;
use crate::web::file::{self, Binary, FileForm};
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::query;

resource!(create, list, show, forget_place);

type Answer = Result<HttpResponse, Problem>;

/// Compares what hangs on a stall with what is registered for it. Send a photo, a JPEG or PNG of at
/// most 12 megapixels, as the body or as the file of a form, with `stall_id` and `checked_by` in the
/// address; or, as JSON, what a scanner of your own has read. The worst code decides; each has its
/// own `result`. A photo of more codes than are looked at (`crowded`) is never `right`. A typed `check_code` only names the card and never counts as a check of the code.
#[utoipa::path(tag = "codes", params(PhotoCheck),
    request_body(content((NewCodeCheck = "application/json"), (Binary = "image/jpeg"),
        (Binary = "image/png"), (Binary = "application/octet-stream"),
        (FileForm = "multipart/form-data"))),
    security(("key" = ["codes.write"])), responses((status = 201, body = CodeCheck)))]
#[post("/code-checks")]
async fn create(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let language = language_of(request.headers());
    let location = |check: &CodeCheck| format!("/api/v1/code-checks/{}", check.id);
    let said = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let said = said.unwrap_or_default();
    if !file::is_photo(said) {
        if !file::is_json(said) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "content-type-not-photo"));
        }
        let new = Json::<NewCodeCheck>::from_request(&request, &mut payload.into_inner()).await?;
        let check = move |connection: &mut _, act: &_, new| {
            checks::create(connection, act, new).map(|check| told(check, language))
        };
        return caller.create(new, location, check).await;
    }
    let new: PhotoCheck = query::parse(request.query_string())?;
    let stall_id = new.stall_id;
    caller.read(move |connection, act| code_checks::permit(connection, act, stall_id)).await?;
    let _turn = file::turn().await?;
    let picture = file::read_photo(request.headers(), payload).await?;
    let digest = Sha256::new().chain_update(request.query_string()).chain_update("\n");
    let digest: [u8; 32] = digest.chain_update(&picture).finalize().into();
    let scan = move || vietqr::scan_picture(&picture);
    let photo = web::block(scan).await.map_err(|error| Problem::from(Fault::broken(error)))?;
    let value = (new, photo.map_err(Fault::from)?);
    let check = move |connection: &mut _, act: &_, (new, photo)| {
        checks::create_from_photo(connection, act, new, photo).map(|check| told(check, language))
    };
    caller.create(Json { value, digest }, location, check).await
}

/// Checks in their order, of a market or a stall. With `needs_visit=true`, what somebody has still to
/// look after: the last look at the stall found another code there than the registered one.
#[utoipa::path(tag = "codes", params(CodeCheckFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<CodeCheck>)))]
#[get("/code-checks")]
async fn list(caller: Caller, listing: Listing<CodeCheckFilter>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    let Listing { filter, page } = listing;
    caller
        .show(move |connection, act| {
            let Page { items, next_cursor } = code_checks::list(connection, act, &filter, page)?;
            let items = items.into_iter().map(|check| told(check, language)).collect();
            Ok(Page { items, next_cursor })
        })
        .await
}

#[utoipa::path(tag = "codes", params(("id" = CheckId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = CodeCheck)))]
#[get("/code-checks/{id}")]
async fn show(caller: Caller, id: Id<CheckId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    let find = move |connection: &mut _, act: &_| code_checks::get(connection, act, id.0);
    caller.show(move |connection, act| Ok(told(find(connection, act)?, language))).await
}

/// Erases where somebody stood when they checked: `place_note` and the coordinates. The check stays.
#[utoipa::path(tag = "codes", params(("id" = CheckId, Path)),
    security(("key" = ["codes.write"])), responses((status = 204)))]
#[delete("/code-checks/{id}/place")]
async fn forget_place(caller: Caller, id: Id<CheckId>) -> Answer {
    caller.end(move |connection, act| code_checks::forget_place(connection, act, id.0)).await
}

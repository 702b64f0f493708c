//! The API's description: `/openapi.json`, and a page at `/docs/` to try it that loads nothing from
//! elsewhere.

use std::io::{Read as _, Write as _};
use std::sync::OnceLock;

use actix_web::http::header::{
    AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    Encoding, VARY,
};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use utoipa_swagger_ui::Config;

use super::gate::Gate;
use super::openapi;
use super::problem::Problem;

/// swagger-ui styles itself from its script and draws its icons from `data:`.
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' \
                           'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

/// The description and what is read from it, made when the API is first asked: the making takes tens
/// of megabytes, which at the start would lie between what the server keeps.
#[derive(Default)]
pub struct Description(OnceLock<Described>);

struct Described {
    gate: Gate,
    /// The document, packed: a megabyte that hardly anybody asks for takes a tenth of it.
    packed: web::Bytes,
}

impl Description {
    #[must_use]
    pub fn gate(&self) -> &Gate {
        &self.made().gate
    }

    fn made(&self) -> &Described {
        self.0.get_or_init(|| {
            let document = openapi::document();
            let text = document.to_json().unwrap_or_default();
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            let packed = packed.write_all(text.as_bytes()).and_then(|()| packed.finish());
            let packed = packed.unwrap_or_default().into();
            Described { gate: Gate::from_document(&document), packed }
        })
    }
}

pub async fn document(
    request: HttpRequest,
    description: web::Data<Description>,
) -> Result<HttpResponse, Problem> {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((VARY, "accept-encoding"));
    let packed = &description.made().packed;
    if takes_packed(&request) {
        return Ok(answer.insert_header((CONTENT_ENCODING, "gzip")).body(packed.clone()));
    }
    let mut text = Vec::new();
    GzDecoder::new(&**packed).read_to_end(&mut text).map_err(Problem::internal)?;
    Ok(answer.body(text))
}

fn takes_packed(request: &HttpRequest) -> bool {
    let ours = [Encoding::gzip(), Encoding::identity()];
    let accepted = request.get_header::<AcceptEncoding>();
    accepted.is_some_and(|accepted| accepted.negotiate(ours.iter()) == Some(Encoding::gzip()))
}

/// The page, without swagger-ui's habit of sending the document to its makers' validator.
#[must_use]
pub fn page_settings() -> Config<'static> {
    Config::new(["/openapi.json"]).try_it_out_enabled(true).validator_url("none")
}

/// A file of the page, all of which are in the binary.
pub async fn page(
    config: web::Data<Config<'static>>,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, config.into_inner()).map_err(Problem::internal)?;
    let found = found.ok_or_else(Problem::no_such_route)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, found.content_type))
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .body(found.bytes.into_owned()))
}

//! The API's description: `/openapi.json`, and a page at `/docs/` to try it that loads nothing from
//! elsewhere.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::Config;

use super::problem::Problem;

/// swagger-ui styles itself from its script and draws its icons from `data:`.
const PAGE_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' \
                           'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

/// The document as it is sent.
pub struct DocumentText(web::Bytes);

impl DocumentText {
    #[must_use]
    pub fn new(document: &utoipa::openapi::OpenApi) -> Self {
        Self(document.to_json().unwrap_or_default().into())
    }
}

pub async fn document(text: web::Data<DocumentText>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(text.0.clone())
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

//! Below a phones' hook: a pairing code is given back for the phone's secret, by a program as JSON
//! or by a person on a small page. Open to whoever has a code.

use std::sync::LazyLock;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::envelope::RequestContext;
use super::json;
use super::problem::Problem;
use super::state::AppState;
use super::texts::Language;
use crate::feeds::phone::form_field;
use crate::intake::phone::pairing::{Paired, Presented};
use crate::primitives::Refusal;
use crate::primitives::ids::FeedId;

const PAGE: &str = include_str!("../../assets/phone/pair.html");
const PLACE: &str = "<!--result-->";
/// The page has one form and one style, and nothing else may run in it.
static PAGE_POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = PAGE.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let hash = BASE64_STANDARD.encode(Sha256::digest(style.map_or("", |(style, _)| style)));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'"
    )
});

/// Answers `…/pair`. The address is held to its rate, because anybody may guess.
pub async fn pair(
    state: &AppState,
    request: &HttpRequest,
    feed_id: FeedId,
    body: &[u8],
) -> Result<HttpResponse, Problem> {
    let address = state.client(request.peer_addr(), request.headers());
    if let Some(address) = address {
        state.limiters.check_address(address)?;
    }
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return Ok(page(StatusCode::OK, ""));
    }
    if request.method() != Method::POST {
        return Err(Problem::wrong_method("GET, HEAD, POST"));
    }
    let board_id = state.intake.pairs_for(feed_id).await?.ok_or_else(not_found)?;
    if let Some(address) = address {
        state.limiters.check_pairing(address, board_id)?;
    }
    if !is_form(request.headers()) {
        let presented = json::parse::<Presented>(body)?.value;
        let paired = state.intake.pair(feed_id, &presented).await?;
        return Ok(HttpResponse::Created().json(paired.ok_or_else(not_found)?));
    }
    let code = form_field(body, "code").unwrap_or_default();
    match state.intake.pair(feed_id, &Presented { code }).await.map_err(Problem::from) {
        Ok(paired) => {
            let told = told(&paired.ok_or_else(not_found)?, &base(request));
            Ok(page(StatusCode::CREATED, &told))
        }
        Err(problem) if problem.code() == "pairing-code-wrong" => {
            let context = request.extensions().get::<RequestContext>().cloned();
            let language = context.map_or(Language::Vietnamese, |context| context.language);
            let text = language.text("problem-pairing-code-wrong", &[]).unwrap_or_default();
            Ok(page(StatusCode::FORBIDDEN, &format!("<p class=\"no\">{text}</p>")))
        }
        Err(problem) => Err(problem),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media.is_some_and(|media| media.starts_with("application/x-www-form-urlencoded"))
}

fn not_found() -> Problem {
    Refusal::not_found("feed").into()
}

/// The server's address as the phone reached it; nothing, if that is no plain address.
fn base(request: &HttpRequest) -> String {
    let connection = request.connection_info();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
    let (scheme, host) = (connection.scheme(), connection.host());
    let is_address = host.bytes().all(is_plain) && matches!(scheme, "http" | "https");
    if is_address { format!("{scheme}://{host}") } else { String::new() }
}

/// What to enter in the forwarder. Secret and paths are letters and digits alone.
fn told(paired: &Paired, base: &str) -> String {
    let Paired { secret, hook_path, ping_path, .. } = paired;
    format!(
        "<p><b>Đã ghép nối.</b> Hãy chép ngay, khóa chỉ hiện một lần / copy now, it is shown once:</p>\
         <p>Header</p><pre>X-Device-Secret: {secret}</pre>\
         <p>Địa chỉ nhận tin / hook, ping (15 phút)</p><pre>{base}{hook_path}\n{base}{ping_path}</pre>"
    )
}

fn page(status: StatusCode, result: &str) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY.as_str()))
        .body(PAGE.replace(PLACE, result))
}

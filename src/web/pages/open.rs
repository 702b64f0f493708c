//! Opening a link. Asking for its address shows a button and nothing else, whoever asks and
//! whether there is such a link or not; pressing it gives the token for a cookie.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, LOCATION, SET_COOKIE, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::listen::{Chosen, keeping};
use super::{Closed, Words, cookie, origin, words};
use crate::feeds::phone::form_field;
use crate::live::opening::{self, Arrival};
use crate::primitives::ids::ListenerId;
use crate::web::problem::Problem;
use crate::web::state::AppState;

const MAX_TOKEN: usize = 64;

#[derive(Template)]
#[template(path = "html/open.html")]
struct Open<'t> {
    words: Words,
    token: &'t str,
}

/// `GET /nghe/{token}`.
pub(super) async fn page(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, Problem> {
    let (kind, typed) = path.into_inner();
    // The paper shows it in groups, and some type the gaps.
    let token: String = typed.split_whitespace().collect();
    let is_token = token.len() <= MAX_TOKEN && token.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_token || token.is_empty() {
        return super::nothing(request).await;
    }
    if token != typed {
        let to = format!("/{kind}/{token}");
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, to)).finish());
    }
    let (words, kept) = chosen.into_inner().words(&request);
    Ok(keeping(super::page(StatusCode::OK, words, &Open { words, token: &token })?, kept))
}

/// `POST /nghe/open` with the form field `token`: 303 to the page, with the cookie.
pub(super) async fn exchange(
    state: web::Data<AppState>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let (words, headers) = (words(&request), request.headers());
    if !origin::is_own(headers) {
        return Closed::answer(words, StatusCode::FORBIDDEN, "closed-elsewhere");
    }
    super::limit(&state, &request)?;
    let arrival = Arrival {
        token: form_field(&body, "token").unwrap_or_default(),
        cookie: cookie::device(headers),
        name: browser(headers),
        at: state.clock.now(),
        id: ListenerId(state.ids.next()),
    };
    match opening::open(&state.db, arrival).await.map_err(Problem::from) {
        Ok(Some(device)) => Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, "/nghe"))
            .insert_header((SET_COOKIE, cookie::set_device(&device, origin::is_secure(headers))))
            .finish()),
        Ok(None) => Closed::answer(words, StatusCode::GONE, "closed-link"),
        Err(problem) if problem.code() == "stall-link-too-many-phones" => {
            Closed::answer(words, StatusCode::CONFLICT, "closed-full")
        }
        Err(problem) => Err(problem),
    }
}

/// What a person recognises a browser by, e.g. `Android, Zalo`.
pub(super) fn browser(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = |all: &[(&str, &'static str)], other| {
        all.iter().find(|(mark, _)| agent.contains(mark)).map_or(other, |(_, name)| *name)
    };
    let system = first(
        &[
            ("Android", "Android"),
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ],
        "Máy khác",
    );
    let program = first(
        &[
            ("Zalo", "Zalo"),
            ("FBAN", "Facebook"),
            ("FBAV", "Facebook"),
            ("SamsungBrowser", "Samsung Internet"),
            ("coc_coc", "Cốc Cốc"),
            ("CocCoc", "Cốc Cốc"),
            ("OPR/", "Opera"),
            ("Firefox", "Firefox"),
            ("Edg", "Edge"),
            ("Chrome", "Chrome"),
            ("Safari", "Safari"),
        ],
        "trình duyệt khác",
    );
    format!("{system}, {program}")
}

//! Codes and cards at the desk: the cards of a stall, a section or the market, slips and blank forms;
//! with the rights of the API's routes. No amount stands on any of it.

pub(super) mod checks;
mod codes;
mod issue;
mod jobs;
mod market;
mod papers;
mod stall;
pub(super) mod verdict;

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::super::Words;
use super::door::Desk;
use super::form::Field;
use super::register::select;
use super::{both, get_only, post_only};
use crate::access::Permission;
use crate::primitives::ids::MarketId;
use crate::print::{Layout, Style};
use crate::registry::PageRequest;
use crate::registry::markets::{self, Market};
use crate::web::problem::Problem;

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(both("/in", web::get().to(market::page), web::post().to(jobs::order)))
        .service(both("/in/phat", web::get().to(issue::page), web::post().to(issue::issue)))
        .service(both("/in/ma/{id}", web::get().to(codes::page), web::post().to(codes::issue)))
        .service(both("/in/the/{id}", web::get().to(codes::end_page), web::post().to(codes::end)))
        .configure(of_checks)
        .service(get_only("/in/viec/{id}").route(web::get().to(jobs::page)))
        .service(get_only("/in/viec/{id}/the.pdf").route(web::get().to(jobs::file)))
        .service(get_only("/in/phieu/{file}").route(web::get().to(papers::blank)))
        .service(get_only("/in/sap/{id}").route(web::get().to(stall::page)))
        .service(get_only("/in/sap/{id}/the").route(web::get().to(stall::card)))
        .service(both(
            "/in/sap/{id}/giay",
            web::get().to(papers::slip_page),
            web::post().to(papers::slip),
        ));
}

fn of_checks(config: &mut ServiceConfig) {
    config
        .service(get_only("/in/kiem-tra").route(web::get().to(checks::page)))
        .service(get_only("/in/kiem-tra/xem/{id}").route(web::get().to(checks::result)))
        .service(get_only("/in/kiem-tra/{id}").route(web::get().to(checks::stall)))
        .service(post_only("/in/kiem-tra/{id}/anh").route(web::post().to(checks::photo)))
        .service(post_only("/in/kiem-tra/{id}/go").route(web::post().to(checks::typed)));
}

/// Address, text, and whether it is shown now.
type Tab = (&'static str, String, bool);

fn tabs(desk: &Desk, here: &str) -> Vec<Tab> {
    let all = [
        ("/ql/in", "desk-print-tab"),
        (issue::PATH, "desk-issue-tab"),
        (checks::PATH, "desk-check"),
    ];
    // What is of the whole board is closed to whoever is limited to sections.
    let is_whole = !desk.present.scope.sections.is_limited();
    let may_issue = is_whole && desk.may(Permission::CodesWrite);
    let all = all.into_iter().filter(|(href, _)| may_issue || *href == "/ql/in");
    all.map(|(href, text)| (href, desk.words.say(text), href == here)).collect()
}

/// A word of an address or a form that is one of `T`'s; the first choice where there is none.
///
/// # Errors
/// `choice-missing` on the field.
fn chosen<T: std::str::FromStr>(word: &str, field: &'static str, first: T) -> Result<T, Problem> {
    if word.is_empty() {
        return Ok(first);
    }
    word.parse().map_err(|_| Problem::invalid(field, "choice-missing"))
}

fn layout_field(words: Words, all: &[Layout], now: Layout) -> Field {
    let label = |one: &Layout| (one.as_str().to_owned(), layout_name(words, *one));
    select(words, "mau", "layout", all.iter().map(label).collect(), now.as_str())
}

fn layout_name(words: Words, layout: Layout) -> String {
    words.say(&format!("desk-layout-{}", layout.as_str().replace('_', "-")))
}

fn style_field(words: Words, now: Style) -> Field {
    let label =
        |one: &Style| (one.as_str().to_owned(), words.say(&format!("desk-style-{}", one.as_str())));
    select(words, "kieu", "style", Style::ALL.iter().map(label).collect(), now.as_str())
}

/// The board's markets.
async fn markets(desk: &Desk) -> Result<Vec<Market>, Problem> {
    Ok(desk
        .read(|connection, act| markets::list(connection, act, PageRequest::whole()))
        .await?
        .items)
}

/// That which is named, else the first one.
fn market<'m>(all: &'m [Market], named: &str) -> Option<&'m Market> {
    let wanted = MarketId::parse(named);
    all.iter().find(|one| named.is_empty() || wanted == Some(one.id))
}

/// The server's address as this browser reaches it.
fn own_address(request: &HttpRequest) -> String {
    let connection = request.connection_info();
    format!("{}://{}", connection.scheme(), connection.host())
}

/// For who asked alone, and kept by nobody.
fn unkept(mut answer: HttpResponse) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    answer
}

//! `/sap`: the vendor's own page. It asks for six digits first; what lies behind is asked for by
//! its script, and answered as JSON or as a problem in the page's language.

mod asking;
mod book;
mod cash;
mod phones;
mod pin;
mod revenue;
mod vendor;

use actix_web::http::header::{HeaderMap, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Compress;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use self::vendor::{Behind, Vendor};
use super::listen::{self, Chosen, Samples};
use super::{Closed, Words, origin, posted, presented};
use crate::db::DbConnection;
use crate::live::links::LinkKind;
use crate::live::owner::asking::Choice;
use crate::live::owner::pin::Door;
use crate::live::{Hearer, Presented, owner};
use crate::web::problem::Problem;
use crate::web::read_only;
use crate::web::state::AppState;

/// Routes the vendor's page and what its script asks for.
pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .service(read_only("/sap").wrap(Compress::default()).route(web::get().to(page)))
        .service(posted("/sap/pin/new").route(web::post().to(pin::choose)))
        .service(posted("/sap/pin/change").route(web::post().to(pin::change)))
        .service(posted("/sap/pin").route(web::post().to(pin::enter)))
        .service(posted("/sap/lock").route(web::post().to(pin::lock)))
        .service(
            read_only("/sap/phones").wrap(Compress::default()).route(web::get().to(phones::page)),
        )
        .service(posted("/sap/phones/{id}/lock").route(web::post().to(phones::lock)))
        .service(read_only("/sap/day").wrap(Compress::default()).route(web::get().to(book::day)))
        .service(read_only("/sap/year").route(web::get().to(book::year)))
        .service(
            read_only("/sap/book").wrap(Compress::default()).route(web::get().to(revenue::page)),
        )
        .service(posted("/sap/book/lock").route(web::post().to(revenue::lock)))
        .service(posted("/sap/book/class").route(web::post().to(revenue::class)))
        .service(read_only("/sap/book/{file}").route(web::get().to(revenue::file)))
        .service(posted("/sap/receipts/{id}").route(web::post().to(book::split)))
        .service(posted("/sap/requests").route(web::post().to(asking::ask)))
        .service(posted("/sap/requests/{id}/cancel").route(web::post().to(asking::take_back)))
        .service(
            // A phone looks at an open code every four seconds.
            read_only("/sap/requests/{id}")
                .wrap(Compress::default())
                .route(web::get().to(asking::look)),
        )
        .service(posted("/sap/cash").route(web::post().to(cash::answer)))
        .service(read_only("/sap/evening").route(web::get().to(cash::evening)));
}

/// The texts that the page's own script shows, beside those of hearing.
const TEXTS: [&str; 37] = [
    "failed",
    "day-today",
    "day-yesterday",
    "day-times",
    "day-none",
    "day-decided",
    "day-cut",
    "day-small",
    "day-beyond",
    "receipt-rest",
    "receipt-part-missing",
    "class-deposit",
    "class-fee",
    "class-supplier",
    "class-reversal",
    "class-test",
    "class-unclassified",
    "face-asked",
    "face-two-reports",
    "face-given-back",
    "face-expired",
    "face-cancelled",
    "face-past",
    "face-hint-past",
    "face-hint-perhaps",
    "face-note-odd",
    "face-other-money",
    "ask-copied",
    "ask-making",
    "ask-cancelling",
    "ask-open",
    "cash-again",
    "cash-cash-yesterday",
    "cash-kept",
    "cash-kept-transfer",
    "cash-day-off",
    "cash-declined",
];
/// What is done about a request, by its face.
const HINTS: [&str; 13] = [
    "face-hint-waiting",
    "face-hint-unknown",
    "face-hint-paid",
    "face-hint-underpaid",
    "face-hint-overpaid",
    "face-hint-duplicate",
    "face-hint-two-reports",
    "face-hint-thousandfold",
    "face-hint-given-back",
    "face-hint-expired",
    "face-hint-expired-unknown",
    "face-hint-cancelled",
    "face-hint-after-cancel",
];

/// The keypad, in rows of three.
const KEYS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "k", "0", "tr"];
const QUICK: [&str; 6] = ["10k", "20k", "50k", "100k", "200k", "500k"];

#[derive(Template)]
#[template(path = "html/owner.html")]
struct OwnerPage {
    words: Words,
    hearer: Hearer,
    samples: Samples,
    /// Of several accounts, the main one first.
    accounts: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "html/pin.html")]
struct PinPage {
    words: Words,
    stall: String,
    /// Nobody has chosen the digits yet.
    chooses: bool,
    /// Until when nobody may try, where that is so.
    locked: Option<String>,
}

/// `GET /sap`.
async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
    chosen: web::Query<Chosen>,
) -> Result<HttpResponse, Problem> {
    let (words, kept) = chosen.into_inner().words(&request);
    let answer = match presented(&state, &request).await? {
        Presented::Hears(hearer) if hearer.kind == LinkKind::Owner => {
            let (samples, accounts) = (Samples::new(), choices(&state, &hearer).await?);
            let owner = OwnerPage { words, hearer, samples, accounts };
            super::page(StatusCode::OK, words, &owner)?
        }
        Presented::Hears(_) => return Ok(elsewhere("/nghe")),
        Presented::Locked(hearer, door) => {
            let chooses = door == Door::Choose;
            let locked = match door {
                Door::Locked(until) => Some(pin::locked_until(until, words.0)),
                _ => None,
            };
            let pin = PinPage { words, stall: hearer.stall, chooses, locked };
            super::page(StatusCode::OK, words, &pin)?
        }
        Presented::Ended => return Closed::answer(words, StatusCode::GONE, "closed-ended"),
        Presented::Unknown => {
            return Closed::answer(words, StatusCode::FORBIDDEN, "closed-unknown");
        }
    };
    Ok(listen::keeping(answer, kept))
}

/// The accounts that codes may be for.
async fn choices(state: &AppState, hearer: &Hearer) -> Result<Vec<Choice>, Problem> {
    let (act, hearer) = (owner::act(hearer, state.clock.now(), state.ids.clone()), hearer.clone());
    let look =
        move |connection: &mut DbConnection| owner::asking::choices(connection, &act, &hearer);
    Ok(state.db.read(look).await?)
}

/// The page is another one.
pub(super) fn elsewhere(path: &'static str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

/// Nobody else's page may make a browser do what the vendor's does.
fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method == Method::GET || origin::is_own(headers) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "page-elsewhere"))
}

fn closed() -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "page-not-open")
}

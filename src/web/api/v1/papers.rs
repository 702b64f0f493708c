//! Slips and blank forms.

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpResponse, get, post};

use crate::db::DbConnection;
use crate::primitives::ids::{MarketId, OccupancyId};
use crate::print::Kind;
use crate::print::forms::{self, Form};
use crate::print::slip::{self, SlipOrder};
use crate::web::caller::Caller;
use crate::web::file::Binary;
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::pictures::KnownTags;
use crate::web::printing;
use crate::web::problem::Problem;

resource!(slip_pdf, consent_pdf, first_visit_pdf);

type Answer = Result<HttpResponse, Problem>;

/// The slip with a stall's two links, A5, to be cut in two: as codes, and in words who gets which.
/// The links are shown only once, so give their paths as they came when they were made; nothing is
/// kept of them but that they stand on a slip (`printed_at`). Links of the stall's slips before this
/// one end, whatever they are called.
#[utoipa::path(tag = "print", params(("id" = OccupancyId, Path)), request_body = SlipOrder,
    security(("key" = ["stall-links.write"])),
    responses((status = 200, content_type = "application/pdf", body = Binary)))]
#[post("/occupancies/{id}/slip.pdf")]
async fn slip_pdf(
    caller: Caller,
    id: Id<OccupancyId>,
    order: Json<SlipOrder>,
    known: KnownTags,
) -> Answer {
    let (order, act) = (order.value, caller.act());
    let draw =
        move |connection: &mut DbConnection| slip::of_occupancy(connection, &act, id.0, &order);
    let made = caller.state.db.write(caller.scope().board_id.0, draw).await?;
    let mut answer = printing::answer(&caller, made, (Kind::Pdf, printing::DPI), &known).await?;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(answer)
}

/// A blank form for what vendor and account holder agree to, purpose by purpose, A4.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "application/pdf", body = Binary), (status = 304)))]
#[get("/markets/{market_id}/consent-form.pdf")]
async fn consent_pdf(caller: Caller, id: Id<MarketId>, known: KnownTags) -> Answer {
    form(&caller, id.0, Form::Consent, &known).await
}

/// A blank form for the first visit to a stall, step by step, A4.
#[utoipa::path(tag = "print", params(("market_id" = MarketId, Path)),
    security(("key" = ["registry.read"])),
    responses((status = 200, content_type = "application/pdf", body = Binary), (status = 304)))]
#[get("/markets/{market_id}/first-visit-form.pdf")]
async fn first_visit_pdf(caller: Caller, id: Id<MarketId>, known: KnownTags) -> Answer {
    form(&caller, id.0, Form::FirstVisit, &known).await
}

async fn form(caller: &Caller, id: MarketId, form: Form, known: &KnownTags) -> Answer {
    let blank = caller.read(move |connection, act| forms::of_market(connection, act, id, form));
    printing::answer(caller, blank.await?, (Kind::Pdf, printing::DPI), known).await
}

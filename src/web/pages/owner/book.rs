//! The stall's money: a day, the year, what a receipt was.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{Behind, Vendor};
use crate::db::Fault;
use crate::ledger::class_suggestions::Proposed;
use crate::live::owner::year::{self, Year};
use crate::live::owner::{book, split};
use crate::primitives::Day;
use crate::primitives::ids::TransferId;
use crate::web::json::Json;
use crate::web::pages::{Words, words};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::query::Query;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichDay {
    day: Option<Day>,
}

/// `GET /sap/day?day=2026-11-26`. What rules propose is said here, so that the page need not bring the
/// words along.
pub(super) async fn day(
    request: HttpRequest,
    Behind(vendor, which): Behind<Query<WhichDay>>,
) -> Result<HttpResponse, Problem> {
    let words = words(&request);
    vendor
        .show(move |connection, act, hearer| {
            let mut day = book::day(connection, act, hearer, which.0.day)?;
            for one in day.receipts.iter_mut().filter_map(|one| one.proposed.as_mut()) {
                one.said = proposed(words, &one.why);
            }
            Ok(day)
        })
        .await
}

/// “Có lẽ tiền riêng: người nhà chuyển”.
pub(super) fn proposed(words: Words, one: &Proposed) -> String {
    let class = words.class(one.class.as_str()).to_lowercase();
    let why = words.say(&format!("perhaps-{}", one.kind.as_str().replace('_', "-")));
    let word = one.word.as_ref().map(|word| format!(" “{word}”")).unwrap_or_default();
    format!("{} {class}: {why}{word}", words.say("perhaps"))
}

/// A year in words too: the page shows it rarely, so it does not bring them along.
#[derive(Serialize)]
struct ShownYear {
    #[serde(flatten)]
    year: Year,
    html: String,
}

#[derive(Template)]
#[template(path = "html/year.html")]
struct YearPart<'y> {
    words: Words,
    year: &'y Year,
}

/// `GET /sap/year`.
pub(super) async fn year(request: HttpRequest, vendor: Vendor) -> Result<HttpResponse, Problem> {
    let words = words(&request);
    vendor
        .show(move |connection, act, hearer| {
            let year = year::year(connection, act, hearer)?;
            let html = YearPart { words, year: &year }.render().map_err(Fault::broken)?;
            Ok(ShownYear { year, html })
        })
        .await
}

/// `POST /sap/receipts/{id}`.
pub(super) async fn split(
    Behind(vendor, (id, new)): Behind<(Id<TransferId>, Json<split::NewSplit>)>,
) -> Result<HttpResponse, Problem> {
    let (id, new) = (id.0, new.value);
    vendor
        .change(move |connection, act, hearer| split::split(connection, act, hearer, id, &new))
        .await
}

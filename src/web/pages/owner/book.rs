//! The stall's money: a day, the year, what a receipt was.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{Behind, Vendor};
use crate::db::Fault;
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

/// `GET /sap/day?day=2026-11-26`.
pub(super) async fn day(
    Behind(vendor, which): Behind<Query<WhichDay>>,
) -> Result<HttpResponse, Problem> {
    vendor
        .show(move |connection, act, hearer| book::day(connection, act, hearer, which.0.day))
        .await
}

/// A year in words too: the page shows it rarely, so it does not bring them along.
#[derive(Serialize)]
struct ShownYear {
    #[serde(flatten)]
    year: book::Year,
    html: String,
}

#[derive(Template)]
#[template(path = "html/year.html")]
struct YearPart<'y> {
    words: Words,
    year: &'y book::Year,
}

/// `GET /sap/year`.
pub(super) async fn year(request: HttpRequest, vendor: Vendor) -> Result<HttpResponse, Problem> {
    let words = words(&request);
    vendor
        .show(move |connection, act, hearer| {
            let year = book::year(connection, act, hearer)?;
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

//! The evening form.

use actix_web::HttpResponse;
use serde::Deserialize;

use super::Behind;
use crate::adoption::cash::{self, NewAnswer};
use crate::primitives::Day;
use crate::web::json::Json;
use crate::web::problem::Problem;
use crate::web::query::Query;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhichDay {
    day: Option<Day>,
}

/// `GET /sap/evening?day=2026-11-26`.
pub(super) async fn evening(
    Behind(vendor, which): Behind<Query<WhichDay>>,
) -> Result<HttpResponse, Problem> {
    vendor
        .show(move |connection, act, hearer| {
            cash::evening(connection, act, hearer.occupancy_id, which.0.day)
        })
        .await
}

/// `POST /sap/cash`.
pub(super) async fn answer(
    Behind(vendor, new): Behind<Json<NewAnswer>>,
) -> Result<HttpResponse, Problem> {
    vendor
        .change(move |connection, act, hearer| {
            let who = (hearer.occupancy_id, hearer.listener_id);
            cash::answer(connection, act, who, &new.value)
        })
        .await
}

//! Codes for amounts.

use actix_web::HttpResponse;

use super::Behind;
use crate::live::owner::asking::{self, NewAmount};
use crate::primitives::ids::RequestId;
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::problem::Problem;

/// `POST /sap/requests`.
pub(super) async fn ask(
    Behind(vendor, new): Behind<Json<NewAmount>>,
) -> Result<HttpResponse, Problem> {
    let key = vendor.state.secret_key.clone();
    vendor
        .change(move |connection, act, hearer| {
            asking::ask(connection, act, hearer, &key, &new.value)
        })
        .await
}

/// `GET /sap/requests/{id}`.
pub(super) async fn look(
    Behind(vendor, id): Behind<Id<RequestId>>,
) -> Result<HttpResponse, Problem> {
    let key = vendor.state.secret_key.clone();
    vendor
        .show(move |connection, act, hearer| asking::look(connection, act, hearer, &key, id.0))
        .await
}

/// `POST /sap/requests/{id}/cancel`.
pub(super) async fn take_back(
    Behind(vendor, id): Behind<Id<RequestId>>,
) -> Result<HttpResponse, Problem> {
    let key = vendor.state.secret_key.clone();
    vendor
        .change(move |connection, act, hearer| {
            asking::take_back(connection, act, hearer, &key, id.0)
        })
        .await
}

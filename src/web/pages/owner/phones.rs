//! `/sap/phones`: changing the six digits, and the phones that have entered them. A page of its own,
//! so that the vendor's first one stays light.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{Behind, elsewhere};
use crate::db::DbConnection;
use crate::live::Presented;
use crate::live::links::LinkKind;
use crate::live::owner::phones::{self, OwnPhone};
use crate::primitives::ids::ListenerId;
use crate::web::pages::{Words, page as answered, presented, words};
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::state::AppState;

#[derive(Template)]
#[template(path = "html/phones.html")]
struct PhonesPage {
    words: Words,
    listener_id: ListenerId,
    stall: String,
    phones: Vec<OwnPhone>,
}

/// `GET /sap/phones`; before the digits, and for everybody else, what `/sap` says.
pub(super) async fn page(
    state: web::Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let hearer = match presented(&state, &request).await? {
        Presented::Hears(hearer) if hearer.kind == LinkKind::Owner => hearer,
        _ => return Ok(elsewhere("/sap")),
    };
    let (words, stall, now) = (words(&request), hearer.stall.clone(), state.clock.now());
    let listener_id = hearer.listener_id;
    let look = move |connection: &mut DbConnection| phones::list(connection, &hearer, now);
    let phones = state.db.read(look).await?;
    answered(StatusCode::OK, words, &PhonesPage { words, listener_id, stall, phones })
}

/// `POST /sap/phones/{id}/lock`: a phone must enter the digits again, its open pages at once. 200
/// with an empty object.
pub(super) async fn lock(
    Behind(vendor, id): Behind<Id<ListenerId>>,
) -> Result<HttpResponse, Problem> {
    let hub = vendor.state.hub.clone();
    let locked = vendor
        .change(move |connection, act, hearer| {
            phones::lock(connection, hearer, id.0, act.at)?;
            Ok(serde_json::Map::new())
        })
        .await?;
    hub.recheck();
    Ok(locked)
}

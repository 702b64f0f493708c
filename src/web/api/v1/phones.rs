//! Phones of a feed, and the codes that pair them. A phone's own side is below the hook.

use actix_web::{HttpResponse, delete, get, post};

use crate::intake::phone::devices::{self, Device};
use crate::intake::phone::pairing::{self, NewPairingCode, PairingCode};
use crate::primitives::ids::{DeviceId, FeedId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::{Id, Ids};
use crate::web::problem::Problem;

resource!(create_code, list, revoke);

type Answer = Result<HttpResponse, Problem>;

/// Makes a code that pairs one phone within fifteen minutes. Whoever sets the phone up gives it
/// back at `pair_path` and gets the phone's secret.
#[utoipa::path(tag = "phones", params(("id" = FeedId, Path)), request_body = NewPairingCode,
    security(("key" = ["feeds.write"])), responses((status = 201, body = PairingCode)))]
#[post("/feeds/{id}/pairing-codes")]
async fn create_code(caller: Caller, id: Id<FeedId>, new: Json<NewPairingCode>) -> Answer {
    let key = caller.state.secret_key.clone();
    let location = |code: &PairingCode| code.pair_path.clone();
    caller
        .create(new, location, move |connection, act, new| {
            pairing::create(connection, act, &key, id.0, &new)
        })
        .await
}

/// The feed's phones on one page, newest first, also those that were revoked.
#[utoipa::path(tag = "phones", params(("id" = FeedId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<Device>)))]
#[get("/feeds/{id}/devices")]
async fn list(caller: Caller, id: Id<FeedId>) -> Answer {
    caller
        .show(move |connection, act| devices::list(connection, act, id.0).map(listing::whole))
        .await
}

/// Ends a phone's secret at once: nothing that it sends is believed any more.
#[utoipa::path(tag = "phones", params(("id" = FeedId, Path), ("device_id" = DeviceId, Path)),
    security(("key" = ["feeds.write"])), responses((status = 200, body = Device)))]
#[delete("/feeds/{id}/devices/{device_id}")]
async fn revoke(caller: Caller, ids: Ids<FeedId, DeviceId>) -> Answer {
    let Ids(feed_id, device_id) = ids;
    let book = caller.state.intake.book.clone();
    caller
        .then(move || book.forget(feed_id))
        .change(move |connection, act| devices::revoke(connection, act, feed_id, device_id))
        .await
}

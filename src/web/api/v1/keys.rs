//! API keys of the board.

use actix_web::{HttpResponse, delete, get, post};

use crate::access::keys::{self, IssuedKey, Key, NewKey};
use crate::primitives::ids::KeyId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, show, revoke);

type Answer = Result<HttpResponse, Problem>;

/// Makes a key. Its token is shown this once; nobody can give more than they have.
#[utoipa::path(tag = "keys", request_body = NewKey, security(("key" = ["keys.write"])),
    responses((status = 201, body = IssuedKey)))]
#[post("/keys")]
async fn create(caller: Caller, new: Json<NewKey>) -> Answer {
    caller
        .create(new, |issued: &IssuedKey| format!("/api/v1/keys/{}", issued.key.id), keys::create)
        .await
}

/// The board's keys on one page, newest first, without their tokens.
#[utoipa::path(tag = "keys", security(("key" = ["keys.write"])),
    responses((status = 200, body = Page<Key>)))]
#[get("/keys")]
async fn list(caller: Caller) -> Answer {
    caller.show(|connection, act| keys::list(connection, act).map(listing::whole)).await
}

/// A key, without its token.
#[utoipa::path(tag = "keys", params(("id" = KeyId, Path)), security(("key" = ["keys.write"])),
    responses((status = 200, body = Key)))]
#[get("/keys/{id}")]
async fn show(caller: Caller, id: Id<KeyId>) -> Answer {
    caller.show(move |connection, act| keys::get(connection, act, id.0)).await
}

/// Ends a key at once. A key cannot end itself.
#[utoipa::path(tag = "keys", params(("id" = KeyId, Path)), security(("key" = ["keys.write"])),
    responses((status = 204)))]
#[delete("/keys/{id}")]
async fn revoke(caller: Caller, id: Id<KeyId>) -> Answer {
    caller.end(move |connection, act| keys::revoke(connection, act, id.0)).await
}

//! Users of the desk.

use actix_web::{HttpResponse, get, patch, post};

use super::NoFields;
use crate::access::users::{self, User, UserChange};
use crate::primitives::ids::UserId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(list, get, change, disable, enable, reset_second_step);

type Answer = Result<HttpResponse, Problem>;

/// The board's users on one page, newest first.
#[utoipa::path(tag = "users", security(("key" = ["users.write"])),
    responses((status = 200, body = Page<User>)))]
#[get("/users")]
async fn list(caller: Caller) -> Answer {
    caller.show(|connection, act| users::list(connection, act).map(listing::whole)).await
}

#[utoipa::path(tag = "users", params(("id" = UserId, Path)), security(("key" = ["users.write"])),
    responses((status = 200, body = User)))]
#[get("/users/{id}")]
async fn get(caller: Caller, id: Id<UserId>) -> Answer {
    caller.show(move |connection, act| users::get(connection, act, id.0)).await
}

/// Changes name, role or sections. Nobody can give, or take from, a role that may more than they.
#[utoipa::path(tag = "users", params(("id" = UserId, Path)), request_body = UserChange,
    security(("key" = ["users.write"])), responses((status = 200, body = User)))]
#[patch("/users/{id}")]
async fn change(caller: Caller, id: Id<UserId>, change: Json<UserChange>) -> Answer {
    caller.change(move |connection, act| users::change(connection, act, id.0, change.value)).await
}

/// Ends the user's sessions at once and lets in no more.
#[utoipa::path(tag = "users", params(("id" = UserId, Path)), request_body = NoFields,
    security(("key" = ["users.write"])), responses((status = 200, body = User)))]
#[post("/users/{id}/disable")]
async fn disable(caller: Caller, id: Id<UserId>, nothing: Json<NoFields>) -> Answer {
    caller.perform(nothing, move |connection, act, _| users::disable(connection, act, id.0)).await
}

/// Lets a disabled user in again.
#[utoipa::path(tag = "users", params(("id" = UserId, Path)), request_body = NoFields,
    security(("key" = ["users.write"])), responses((status = 200, body = User)))]
#[post("/users/{id}/enable")]
async fn enable(caller: Caller, id: Id<UserId>, nothing: Json<NoFields>) -> Answer {
    caller.perform(nothing, move |connection, act, _| users::enable(connection, act, id.0)).await
}

/// Ends the second step of a user who lost app and recovery codes.
#[utoipa::path(tag = "users", params(("id" = UserId, Path)), request_body = NoFields,
    security(("key" = ["users.write"])), responses((status = 200, body = User)))]
#[post("/users/{id}/reset-second-step")]
async fn reset_second_step(caller: Caller, id: Id<UserId>, nothing: Json<NoFields>) -> Answer {
    let reset = move |connection: &mut crate::db::DbConnection, act: &crate::access::Act, _| {
        users::reset_totp(connection, act, id.0)
    };
    caller.perform(nothing, reset).await
}

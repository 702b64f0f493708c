//! Invitations by which somebody becomes a user of the desk.

use actix_web::{HttpResponse, get, post};

use super::NoFields;
use crate::access::users::invitations::{self, Invitation, IssuedInvitation, NewInvitation};
use crate::primitives::ids::InvitationId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(create, list, get, revoke);

type Answer = Result<HttpResponse, Problem>;

/// Makes a link that makes somebody a user, once, within 72 hours. It is shown this once.
#[utoipa::path(tag = "users", request_body = NewInvitation,
    security(("key" = ["users.write"])), responses((status = 201, body = IssuedInvitation)))]
#[post("/invitations")]
async fn create(caller: Caller, new: Json<NewInvitation>) -> Answer {
    let location =
        |issued: &IssuedInvitation| format!("/api/v1/invitations/{}", issued.invitation.id);
    caller.create(new, location, invitations::create).await
}

/// The board's invitations on one page, newest first, without their links.
#[utoipa::path(tag = "users", security(("key" = ["users.write"])),
    responses((status = 200, body = Page<Invitation>)))]
#[get("/invitations")]
async fn list(caller: Caller) -> Answer {
    caller.show(|connection, act| invitations::list(connection, act).map(listing::whole)).await
}

#[utoipa::path(tag = "users", params(("id" = InvitationId, Path)),
    security(("key" = ["users.write"])), responses((status = 200, body = Invitation)))]
#[get("/invitations/{id}")]
async fn get(caller: Caller, id: Id<InvitationId>) -> Answer {
    caller.show(move |connection, act| invitations::get(connection, act, id.0)).await
}

/// Ends an invitation; who has become a user by it stays one.
#[utoipa::path(tag = "users", params(("id" = InvitationId, Path)), request_body = NoFields,
    security(("key" = ["users.write"])), responses((status = 200, body = Invitation)))]
#[post("/invitations/{id}/revoke")]
async fn revoke(caller: Caller, id: Id<InvitationId>, nothing: Json<NoFields>) -> Answer {
    caller
        .perform(nothing, move |connection, act, _| invitations::revoke(connection, act, id.0))
        .await
}

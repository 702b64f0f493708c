//! Links that open a stall's page on phones, and the phones that opened them.

use actix_web::{HttpResponse, delete, get, patch, post};

use crate::live::links::{self, IssuedLink, NewStallLink, StallLink, StallLinkFilter};
use crate::live::listeners::{self, Listener, ListenerChange};
use crate::primitives::ids::{ListenerId, StallLinkId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{self, Listing, PageParams};
use crate::web::path::{Id, Ids};
use crate::web::problem::Problem;

resource!(create, list, show, revoke, list_listeners, change_listener, revoke_listener);

type Answer = Result<HttpResponse, Problem>;

/// Makes a link that opens a stall's page on phones. Its path is shown this once: put it behind the
/// server's address, print it as a code or send it. Whoever has it can hear the stall's money.
#[utoipa::path(tag = "stall-links", request_body = NewStallLink,
    security(("key" = ["stall-links.write"])), responses((status = 201, body = IssuedLink)))]
#[post("/stall-links")]
async fn create(caller: Caller, new: Json<NewStallLink>) -> Answer {
    let location = |issued: &IssuedLink| format!("/api/v1/stall-links/{}", issued.link.id);
    // A new link of the vendor's ends the one before.
    let hub = caller.state.hub.clone();
    caller.then(move || hub.recheck()).create(new, location, links::create).await
}

#[utoipa::path(tag = "stall-links", params(StallLinkFilter, PageParams),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<StallLink>)))]
#[get("/stall-links")]
async fn list(caller: Caller, listing: Listing<StallLinkFilter>) -> Answer {
    let Listing { filter, page } = listing;
    caller.show(move |connection, act| links::list(connection, act, &filter, page)).await
}

#[utoipa::path(tag = "stall-links", params(("id" = StallLinkId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = StallLink)))]
#[get("/stall-links/{id}")]
async fn show(caller: Caller, id: Id<StallLinkId>) -> Answer {
    caller.show(move |connection, act| links::get(connection, act, id.0)).await
}

/// Ends a link, and every phone that opened it, at once.
#[utoipa::path(tag = "stall-links", params(("id" = StallLinkId, Path)),
    security(("key" = ["stall-links.write"])), responses((status = 200, body = StallLink)))]
#[delete("/stall-links/{id}")]
async fn revoke(caller: Caller, id: Id<StallLinkId>) -> Answer {
    let hub = caller.state.hub.clone();
    caller
        .then(move || hub.recheck())
        .change(move |connection, act| links::revoke(connection, act, id.0))
        .await
}

/// The phones that opened a link on one page, oldest first, also those that were revoked.
#[utoipa::path(tag = "stall-links", params(("id" = StallLinkId, Path)),
    security(("key" = ["registry.read"])), responses((status = 200, body = Page<Listener>)))]
#[get("/stall-links/{id}/listeners")]
async fn list_listeners(caller: Caller, id: Id<StallLinkId>) -> Answer {
    caller
        .show(move |connection, act| listeners::list(connection, act, id.0).map(listing::whole))
        .await
}

/// Makes a phone silent, or lets it speak again; it shows money all the same.
#[utoipa::path(tag = "stall-links",
    params(("id" = StallLinkId, Path), ("listener_id" = ListenerId, Path)),
    request_body = ListenerChange, security(("key" = ["stall-links.write"])),
    responses((status = 200, body = Listener)))]
#[patch("/stall-links/{id}/listeners/{listener_id}")]
async fn change_listener(
    caller: Caller,
    ids: Ids<StallLinkId, ListenerId>,
    to: Json<ListenerChange>,
) -> Answer {
    let Ids(link_id, id) = ids;
    let hub = caller.state.hub.clone();
    caller
        .then(move || hub.recheck())
        .change(move |connection, act| {
            listeners::change(connection, act, (link_id, id), &to.value)
        })
        .await
}

/// Ends what a phone may hear, at once. With the link it can open the page anew: to keep somebody
/// out, revoke the link.
#[utoipa::path(tag = "stall-links",
    params(("id" = StallLinkId, Path), ("listener_id" = ListenerId, Path)),
    security(("key" = ["stall-links.write"])), responses((status = 200, body = Listener)))]
#[delete("/stall-links/{id}/listeners/{listener_id}")]
async fn revoke_listener(caller: Caller, ids: Ids<StallLinkId, ListenerId>) -> Answer {
    let Ids(link_id, id) = ids;
    let hub = caller.state.hub.clone();
    caller
        .then(move || hub.recheck())
        .change(move |connection, act| listeners::revoke(connection, act, link_id, id))
        .await
}

//! Notices of phones that no template reads yet.

use actix_web::{HttpResponse, delete, get, post};

use super::phone_templates::changing;
use crate::intake::phone::templates::MadeTemplate;
use crate::intake::phone::texts::{self, ChosenExample, Marking, TextFilter, UnknownText};
use crate::primitives::ids::TextId;
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(list, show, mark, confirm_example, dismiss);

type Answer = Result<HttpResponse, Problem>;

/// Waiting notices, newest first: the last 200 of each feed, for 90 days, their balances masked.
/// Texts are shown to keys with `amounts.read` only.
#[utoipa::path(tag = "phones", params(TextFilter, PageParams), security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<UnknownText>)))]
#[get("/phone-texts")]
async fn list(caller: Caller, listing: Listing<TextFilter>) -> Answer {
    caller
        .show(move |connection, act| texts::list(connection, act, &listing.filter, listing.page))
        .await
}

#[utoipa::path(tag = "phones", params(("id" = TextId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = UnknownText)))]
#[get("/phone-texts/{id}")]
async fn show(caller: Caller, id: Id<TextId>) -> Answer {
    caller.show(move |connection, act| texts::get(connection, act, id.0)).await
}

/// Makes a template of the notice, and takes in all waiting notices that it reads.
#[utoipa::path(tag = "phones", params(("id" = TextId, Path)), request_body = Marking,
    security(("key" = ["feeds.write"])), responses((status = 201, body = MadeTemplate)))]
#[post("/phone-texts/{id}/mark")]
async fn mark(caller: Caller, id: Id<TextId>, marking: Json<Marking>) -> Answer {
    let key = caller.state.secret_key.clone();
    let location = |made: &MadeTemplate| format!("/api/v1/phone-templates/{}", made.template.id);
    changing(caller)
        .create(marking, location, move |connection, act, marking| {
            texts::mark(connection, act, &key, id.0, &marking)
        })
        .await
}

/// Takes an example over that reads the notice, and takes in all waiting notices that it reads.
#[utoipa::path(tag = "phones", params(("id" = TextId, Path)), request_body = ChosenExample,
    security(("key" = ["feeds.write"])), responses((status = 201, body = MadeTemplate)))]
#[post("/phone-texts/{id}/confirm-example")]
async fn confirm_example(caller: Caller, id: Id<TextId>, chosen: Json<ChosenExample>) -> Answer {
    let key = caller.state.secret_key.clone();
    let location = |made: &MadeTemplate| format!("/api/v1/phone-templates/{}", made.template.id);
    changing(caller)
        .create(chosen, location, move |connection, act, chosen| {
            texts::confirm_example(connection, act, &key, id.0, &chosen)
        })
        .await
}

/// Forgets a notice that is nothing to be read.
#[utoipa::path(tag = "phones", params(("id" = TextId, Path)),
    security(("key" = ["feeds.write"])), responses((status = 204)))]
#[delete("/phone-texts/{id}")]
async fn dismiss(caller: Caller, id: Id<TextId>) -> Answer {
    caller.end(move |connection, act| texts::dismiss(connection, act, id.0)).await
}

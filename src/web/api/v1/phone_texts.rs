//! Notices of phones that no template reads yet.

use actix_web::{HttpResponse, get, post};

use super::phone_templates::changing;
use crate::intake::deliveries::NewDismissal;
use crate::intake::phone::lost::{self, LostTexts};
use crate::intake::phone::templates::MadeTemplate;
use crate::intake::phone::texts::{self, ChosenExample, Marking, TextFilter, UnknownText};
use crate::primitives::ids::{FeedId, TextId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing::{Listing, PageParams};
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(list, show, mark, confirm_example, dismiss, show_lost, dismiss_lost);

type Answer = Result<HttpResponse, Problem>;

/// Notices that wait, or with `dismissed=true` those dismissed, newest first: of each feed the last 1,000
/// that wait, for 90 days, their balances masked. Texts are shown to keys with `amounts.read` only.
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

/// Says that a notice is no money in that is not counted, and why. It can still be marked. Needs
/// `feeds.read` too.
#[utoipa::path(tag = "phones", operation_id = "dismiss_phone_text", params(("id" = TextId, Path)),
    request_body = NewDismissal, security(("key" = ["transfers.assign"])),
    responses((status = 200, body = UnknownText)))]
#[post("/phone-texts/{id}/dismiss")]
async fn dismiss(caller: Caller, id: Id<TextId>, new: Json<NewDismissal>) -> Answer {
    caller.perform(new, move |connection, act, new| texts::dismiss(connection, act, id.0, &new)).await
}

/// How many notices of a feed went unread: more than 1,000 waited, or some waited for 90 days.
#[utoipa::path(tag = "phones", params(("id" = FeedId, Path)),
    security(("key" = ["feeds.read"])), responses((status = 200, body = LostTexts)))]
#[get("/feeds/{id}/lost-phone-texts")]
async fn show_lost(caller: Caller, id: Id<FeedId>) -> Answer {
    caller.show(move |connection, act| lost::get(connection, act, id.0)).await
}

/// Says that no money was in them that is not counted, and why. Needs `feeds.read` too.
#[utoipa::path(tag = "phones", params(("id" = FeedId, Path)), request_body = NewDismissal,
    security(("key" = ["transfers.assign"])), responses((status = 200, body = LostTexts)))]
#[post("/feeds/{id}/lost-phone-texts/dismiss")]
async fn dismiss_lost(caller: Caller, id: Id<FeedId>, new: Json<NewDismissal>) -> Answer {
    caller.perform(new, move |connection, act, new| lost::dismiss(connection, act, id.0, &new)).await
}

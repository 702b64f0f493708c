//! Feeds: connections to the sources that report transfers.

use actix_web::{HttpResponse, delete, get, patch, post};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::intake::feeds::{self, Feed, FeedChange, NewFeed, NewSecret};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, FeedId, SecretId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::listing;
use crate::web::path::{Id, Ids};
use crate::web::problem::Problem;

resource!(create, list, show, change, add_secret, end_secret, attach_accounts, detach_account);

type Answer = Result<HttpResponse, Problem>;

const ACCOUNTS_AT_ONCE: usize = 200;

/// Accounts that a feed reports from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoreAccounts {
    /// 1–200 accounts.
    account_ids: Vec<AccountId>,
}

fn location(feed: &Feed) -> String {
    format!("/api/v1/feeds/{}", feed.id)
}

/// Creates a feed with its first secret; the provider sends to its `hook_path`.
#[utoipa::path(tag = "feeds", request_body = NewFeed, security(("key" = ["feeds.write"])),
    responses((status = 201, body = Feed)))]
#[post("/feeds")]
async fn create(caller: Caller, new: Json<NewFeed>) -> Answer {
    let key = caller.state.secret_key.clone();
    caller
        .create(new, location, move |connection, act, new| {
            feeds::create(connection, act, &key, new)
        })
        .await
}

/// The board's feeds, on one page.
#[utoipa::path(tag = "feeds", security(("key" = ["feeds.read"])),
    responses((status = 200, body = Page<Feed>)))]
#[get("/feeds")]
async fn list(caller: Caller) -> Answer {
    caller.show(|connection, act| feeds::list(connection, act).map(listing::whole)).await
}

#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), security(("key" = ["feeds.read"])),
    responses((status = 200, body = Feed)))]
#[get("/feeds/{id}")]
async fn show(caller: Caller, id: Id<FeedId>) -> Answer {
    caller.show(move |connection, act| feeds::get(connection, act, id.0)).await
}

#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), request_body = FeedChange,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Feed)))]
#[patch("/feeds/{id}")]
async fn change(caller: Caller, id: Id<FeedId>, to: Json<FeedChange>) -> Answer {
    caller.change(move |connection, act| feeds::change(connection, act, id.0, to.value)).await
}

/// Adds a secret, so that the provider can be switched over without a gap.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), request_body = NewSecret,
    security(("key" = ["feeds.write"])), responses((status = 201, body = Feed)))]
#[post("/feeds/{id}/secrets")]
async fn add_secret(caller: Caller, id: Id<FeedId>, new: Json<NewSecret>) -> Answer {
    let key = caller.state.secret_key.clone();
    caller
        .create(new, location, move |connection, act, new| {
            feeds::add_secret(connection, act, &key, id.0, new)
        })
        .await
}

/// Ends a secret at once; the last one stays.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), ("secret_id" = SecretId, Path)),
    security(("key" = ["feeds.write"])), responses((status = 200, body = Feed)))]
#[delete("/feeds/{id}/secrets/{secret_id}")]
async fn end_secret(caller: Caller, ids: Ids<FeedId, SecretId>) -> Answer {
    let Ids(feed_id, secret_id) = ids;
    caller
        .change(move |connection, act| feeds::end_secret(connection, act, feed_id, secret_id))
        .await
}

/// Says that the feed reports these accounts too, all of them or none.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), request_body = MoreAccounts,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Feed)))]
#[post("/feeds/{id}/accounts")]
async fn attach_accounts(caller: Caller, id: Id<FeedId>, more: Json<MoreAccounts>) -> Answer {
    caller
        .perform(more, move |connection, act, MoreAccounts { account_ids }| {
            if account_ids.is_empty() {
                return Err(Refusal::invalid("account_ids", "empty-list").into());
            }
            if account_ids.len() > ACCOUNTS_AT_ONCE {
                let refusal = Refusal::invalid("account_ids", "list-too-long");
                return Err(refusal.with("max", ACCOUNTS_AT_ONCE).into());
            }
            for account_id in account_ids {
                feeds::attach_account(connection, act, id.0, account_id)?;
            }
            feeds::get(connection, act, id.0)
        })
        .await
}

/// Says that the feed does not report the account any more.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), ("account_id" = AccountId, Path)),
    security(("key" = ["feeds.write"])), responses((status = 200, body = Feed)))]
#[delete("/feeds/{id}/accounts/{account_id}")]
async fn detach_account(caller: Caller, ids: Ids<FeedId, AccountId>) -> Answer {
    let Ids(feed_id, account_id) = ids;
    caller
        .change(move |connection, act| feeds::detach_account(connection, act, feed_id, account_id))
        .await
}

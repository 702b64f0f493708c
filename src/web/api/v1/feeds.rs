//! Feeds: connections to the sources that report transfers.

use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use serde::Deserialize;
use utoipa::ToSchema;

use super::NoFields;
use crate::intake::accounts;
use crate::intake::feeds::{self, Feed, FeedChange, NewFeed, NewSecret};
use crate::intake::refused::{self, NewRefusedDismissal, Refused};
use crate::intake::replay::TakenIn;
use crate::intake::reported::{self, FeedAccount, FeedAccountChange};
use crate::intake::verify;
use crate::primitives::ids::{AccountId, FeedId, SecretId};
use crate::registry::Page;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::listing::{self, Listing, PageParams, Unfiltered};
use crate::web::path::{Id, Ids, RefusedNumber};
use crate::web::problem::Problem;
use crate::web::reasons::{self, page_told};
use crate::web::warned::Teller;

resource!(
    create,
    list,
    show,
    change,
    add_secret,
    end_secret,
    attach_accounts,
    accounts_reported,
    change_account,
    detach_account,
    refused_deliveries,
    verify_refused,
    dismiss_refused,
);

type Answer = Result<HttpResponse, Problem>;

/// Accounts that a feed reports from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoreAccounts {
    /// 1–200 accounts.
    account_ids: Vec<AccountId>,
}

/// The hook forgets the feed after each write, so that the change holds at once.
fn changing(caller: Caller, id: FeedId) -> Caller {
    let book = caller.state.intake.book.clone();
    caller.then(move || book.forget(id))
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
    changing(caller, id.0)
        .change(move |connection, act| feeds::change(connection, act, id.0, to.value))
        .await
}

/// Adds a secret, so that the provider can be switched over without a gap.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), request_body = NewSecret,
    security(("key" = ["feeds.write"])), responses((status = 201, body = Feed)))]
#[post("/feeds/{id}/secrets")]
async fn add_secret(caller: Caller, id: Id<FeedId>, new: Json<NewSecret>) -> Answer {
    let key = caller.state.secret_key.clone();
    changing(caller, id.0)
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
    changing(caller, feed_id)
        .change(move |connection, act| feeds::end_secret(connection, act, feed_id, secret_id))
        .await
}

/// Says that the feed reports these accounts too, all of them or none.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), request_body = MoreAccounts,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Feed)))]
#[post("/feeds/{id}/accounts")]
async fn attach_accounts(caller: Caller, id: Id<FeedId>, more: Json<MoreAccounts>) -> Answer {
    changing(caller, id.0)
        .perform(more, move |connection, act, MoreAccounts { account_ids }| {
            accounts::attach_all(connection, act, id.0, &account_ids)
        })
        .await
}

/// The accounts that the feed reports, what it sees of each, and what it does not.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), PageParams),
    security(("key" = ["feeds.read"])), responses((status = 200, body = Page<FeedAccount>)))]
#[get("/feeds/{id}/accounts")]
async fn accounts_reported(
    caller: Caller,
    id: Id<FeedId>,
    listing: Listing<Unfiltered>,
    request: HttpRequest,
) -> Answer {
    let teller = Teller::of(&request);
    caller
        .show(move |connection, act| {
            let mut page = reported::list(connection, act, id.0, listing.page)?;
            page.items = page.items.into_iter().map(|account| told(account, teller)).collect();
            Ok(page)
        })
        .await
}

/// Says the word that memos to the account must bear, so that the feed sees the money.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), ("account_id" = AccountId, Path)),
    request_body = FeedAccountChange, security(("key" = ["feeds.write"])),
    responses((status = 200, body = FeedAccount)))]
#[patch("/feeds/{id}/accounts/{account_id}")]
async fn change_account(
    caller: Caller,
    ids: Ids<FeedId, AccountId>,
    to: Json<FeedAccountChange>,
    request: HttpRequest,
) -> Answer {
    let Ids(feed_id, account_id) = ids;
    let teller = Teller::of(&request);
    changing(caller, feed_id)
        .change(move |connection, act| {
            let account = reported::change(connection, act, feed_id, account_id, to.value)?;
            Ok(told(account, teller))
        })
        .await
}

fn told(account: FeedAccount, teller: Teller) -> FeedAccount {
    FeedAccount { warnings: teller.told(account.warnings), ..account }
}

/// Says that the feed does not report the account any more.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), ("account_id" = AccountId, Path)),
    security(("key" = ["feeds.write"])), responses((status = 200, body = Feed)))]
#[delete("/feeds/{id}/accounts/{account_id}")]
async fn detach_account(caller: Caller, ids: Ids<FeedId, AccountId>) -> Answer {
    let Ids(feed_id, account_id) = ids;
    changing(caller, feed_id)
        .change(move |connection, act| accounts::detach_account(connection, act, feed_id, account_id))
        .await
}

/// The feed's refused deliveries, newest first. Bodies are shown to keys with `amounts.read` only.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), PageParams),
    security(("key" = ["feeds.write"])), responses((status = 200, body = Page<Refused>)))]
#[get("/feeds/{id}/refused")]
async fn refused_deliveries(
    caller: Caller,
    id: Id<FeedId>,
    listing: Listing<Unfiltered>,
    request: HttpRequest,
) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| {
            Ok(page_told(refused::list(connection, act, id.0, listing.page)?, language))
        })
        .await
}

/// Verifies a refused delivery with today's secrets, whatever its age, and takes it in if it is
/// believed now.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), ("number" = i64, Path)),
    request_body = NoFields, security(("key" = ["feeds.write"])),
    responses((status = 200, body = TakenIn)))]
#[post("/feeds/{id}/refused/{number}/verify")]
async fn verify_refused(
    caller: Caller,
    ids: Ids<FeedId, RefusedNumber>,
    nothing: Json<NoFields>,
    request: HttpRequest,
) -> Answer {
    let Ids(feed_id, RefusedNumber(number)) = ids;
    let language = language_of(request.headers());
    let key = caller.state.secret_key.clone();
    caller
        .perform(nothing, move |connection, act, NoFields {}| {
            let taken = verify::verify(connection, act, &key, feed_id, number)?;
            Ok(reasons::told(taken, language))
        })
        .await
}

/// Says that no money is in a refused delivery that is not counted, and why; with `and_before`, in none of
/// those before it either. Needs `feeds.write` too.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path), ("number" = i64, Path)),
    request_body = NewRefusedDismissal, security(("key" = ["transfers.assign"])),
    responses((status = 200, body = Refused)))]
#[post("/feeds/{id}/refused/{number}/dismiss")]
async fn dismiss_refused(
    caller: Caller,
    ids: Ids<FeedId, RefusedNumber>,
    new: Json<NewRefusedDismissal>,
    request: HttpRequest,
) -> Answer {
    let Ids(feed_id, RefusedNumber(number)) = ids;
    let language = language_of(request.headers());
    caller
        .perform(new, move |connection, act, new| {
            let dismissed = refused::dismiss(connection, act, feed_id, number, &new)?;
            Ok(reasons::told(dismissed, language))
        })
        .await
}

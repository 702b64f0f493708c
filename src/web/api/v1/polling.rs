//! How a feed is polled beside its webhooks, or instead of them.

use actix_web::{HttpRequest, HttpResponse, delete, get, put};

use crate::intake::polling::{self, NewPolling, Polling};
use crate::primitives::ids::FeedId;
use crate::web::caller::Caller;
use crate::web::envelope::language_of;
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::problem::Problem;
use crate::web::texts::Language;

resource!(show, set, remove);

type Answer = Result<HttpResponse, Problem>;

/// What failed in the caller's language.
fn told(mut polling: Polling, language: Language) -> Polling {
    let last_success = polling.last_success_at.map(|at| at.to_string()).unwrap_or_default();
    let of_accounts = polling.failing_accounts.iter_mut().map(|account| &mut account.error);
    for error in polling.last_error.iter_mut().chain(of_accounts) {
        let text = language.text(&format!("poll-{}", error.code), &[]);
        error.detail = text.unwrap_or_else(|| error.code.clone());
        if error.is_over {
            let over = language.text("poll-is-over", &[("last_success_at", last_success.clone())]);
            error.detail = format!("{} {}", over.unwrap_or_default(), error.detail);
        }
    }
    polling
}

/// How the feed is polled, when it was last read to the end, and what failed.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), security(("key" = ["feeds.read"])),
    responses((status = 200, body = Polling)))]
#[get("/feeds/{id}/polling")]
async fn show(caller: Caller, id: Id<FeedId>, request: HttpRequest) -> Answer {
    let language = language_of(request.headers());
    caller
        .show(move |connection, act| Ok(told(polling::get(connection, act, id.0)?, language)))
        .await
}

/// Polls the feed from now on, or otherwise than before.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), request_body = NewPolling,
    security(("key" = ["feeds.write"])), responses((status = 200, body = Polling)))]
#[put("/feeds/{id}/polling")]
async fn set(
    caller: Caller,
    id: Id<FeedId>,
    new: Json<NewPolling>,
    request: HttpRequest,
) -> Answer {
    let (key, hosts) = (caller.state.secret_key.clone(), caller.state.poll_hosts.clone());
    let language = language_of(request.headers());
    caller
        .change(move |connection, act| {
            let set = polling::set(connection, act, &key, &hosts, id.0, new.value)?;
            Ok(told(set, language))
        })
        .await
}

/// Ends polling and forgets its key. How far it came stays, for when it is taken up again.
#[utoipa::path(tag = "feeds", params(("id" = FeedId, Path)), security(("key" = ["feeds.write"])),
    responses((status = 204)))]
#[delete("/feeds/{id}/polling")]
async fn remove(caller: Caller, id: Id<FeedId>) -> Answer {
    caller.end(move |connection, act| polling::remove(connection, act, id.0)).await
}

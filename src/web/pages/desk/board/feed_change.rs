//! Changes to one feed: what it is called and whose it is, its secrets, its accounts, and its end.

use actix_web::{HttpRequest, HttpResponse, web};

use super::super::door::Desk;
use super::super::form::Sent;
use super::super::on_to;
use super::feed::{self, PATH, Said};
use super::feed_new::{chosen, facts};
use super::waits::{Which, settled};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Provider;
use crate::intake::accounts;
use crate::intake::feeds::{self, FeedChange, NewSecret};
use crate::intake::reported::{self, FeedAccountChange};
use crate::primitives::Refusal;
use crate::primitives::ids::{AccountId, FeedId, SecretId};
use crate::registry::Patch;
use crate::web::path::{Id, Ids};
use crate::web::problem::Problem;

type Answer = Result<HttpResponse, Problem>;

/// Does it, lets the hook forget the feed, so that it holds at once, and goes back to the feed's page.
async fn done<T: Send + 'static>(
    desk: &Desk,
    request: &HttpRequest,
    (id, flash): (FeedId, &str),
    work: impl FnOnce(&mut DbConnection, &Act) -> Outcome<T> + Send + 'static,
) -> Answer {
    let done = desk.write(work).await;
    desk.state.intake.book.forget(id);
    match settled(done)? {
        Ok(_) => Ok(on_to(&format!("{PATH}/{id}"), flash)),
        Err(problem) => refused(desk, request, id, &problem).await,
    }
}

async fn refused(desk: &Desk, request: &HttpRequest, id: FeedId, problem: &Problem) -> Answer {
    let said = Said { refused: Some(problem), ..Said::default() };
    feed::show(desk, request, id, Which::default(), said).await
}

/// `POST /ql/nguon/xem/{id}` with the form fields `name`, `facts.subscriber`, `facts.monthly_cost_vnd`.
pub(super) async fn describe(
    desk: Desk,
    request: HttpRequest,
    id: Id<FeedId>,
    body: web::Bytes,
) -> Answer {
    let (sent, id) = (Sent::read(&body), id.0);
    desk.read(|_, act| act.require(Permission::FeedsWrite)).await?;
    let facts = match facts(&sent) {
        Ok(facts) => facts,
        Err(problem) => return refused(&desk, &request, id, &problem).await,
    };
    let name = sent.get("name");
    done(&desk, &request, (id, "saved"), move |connection, act| {
        feeds::describe(connection, act, id, &name, facts)
    })
    .await
}

/// `POST /ql/nguon/xem/{id}/khoa` with the form fields `secret` (empty: one of ours, shown this once) and
/// `others` (seconds for which the others stay good; empty: they stay).
pub(super) async fn rotate(
    desk: Desk,
    request: HttpRequest,
    id: Id<FeedId>,
    body: web::Bytes,
) -> Answer {
    let (sent, id) = (Sent::read(&body), id.0);
    let typed = sent.filled("secret");
    let others = sent.filled("others");
    let key = desk.state.secret_key.clone();
    let work = move |connection: &mut DbConnection, act: &Act| {
        act.require(Permission::FeedsWrite)?;
        let unreadable = || Refusal::invalid("others", "choice-missing");
        let others =
            others.map(|text| text.parse::<i64>()).transpose().map_err(|_| unreadable())?;
        let feed = feeds::get(connection, act, id)?;
        let ours = match (&typed, Provider::with_hook(&feed.provider)) {
            (None, Some(provider)) => Some(feeds::made_secret(provider)?),
            _ => None,
        };
        let secret = typed.or_else(|| ours.clone()).unwrap_or_default();
        let new = NewSecret { secret, others_expire_in_s: others };
        feeds::add_secret(connection, act, &key, id, new)?;
        Ok(ours)
    };
    let done = desk.write(work).await;
    desk.state.intake.book.forget(id);
    match settled(done)? {
        Ok(Some(ours)) => {
            let said = Said { secret: Some(ours), ..Said::default() };
            feed::show(&desk, &request, id, Which::default(), said).await
        }
        Ok(None) => Ok(on_to(&format!("{PATH}/{id}"), "secret-added")),
        Err(problem) => refused(&desk, &request, id, &problem).await,
    }
}

/// `POST /ql/nguon/xem/{id}/khoa/{secret_id}/bo`.
pub(super) async fn end_secret(
    desk: Desk,
    request: HttpRequest,
    ids: Ids<FeedId, SecretId>,
) -> Answer {
    let Ids(id, secret_id) = ids;
    done(&desk, &request, (id, "secret-ended"), move |connection, act| {
        feeds::end_secret(connection, act, id, secret_id)
    })
    .await
}

/// `POST /ql/nguon/xem/{id}/tk` with the form fields `account_ids`.
pub(super) async fn attach(
    desk: Desk,
    request: HttpRequest,
    id: Id<FeedId>,
    body: web::Bytes,
) -> Answer {
    let (ids, id) = (chosen(&Sent::read(&body)), id.0);
    done(&desk, &request, (id, "saved"), move |connection, act| {
        accounts::attach_all(connection, act, id, &ids)
    })
    .await
}

/// `POST /ql/nguon/xem/{id}/tk/{account_id}` with the form fields `do`, `word` or `detach`, and `memo_word`.
pub(super) async fn account(
    desk: Desk,
    request: HttpRequest,
    ids: Ids<FeedId, AccountId>,
    body: web::Bytes,
) -> Answer {
    let (sent, Ids(id, account_id)) = (Sent::read(&body), ids);
    let (what, word) = (sent.get("do"), sent.filled("memo_word"));
    done(&desk, &request, (id, "saved"), move |connection, act| {
        act.require(Permission::FeedsWrite)?;
        match what.as_str() {
            "detach" => accounts::detach_account(connection, act, id, account_id).map(drop),
            "word" => {
                let change = FeedAccountChange { memo_word: word.map_or(Patch::Clear, Patch::Set) };
                reported::change(connection, act, id, account_id, change).map(drop)
            }
            _ => Err(Refusal::invalid("do", "choice-missing").into()),
        }
    })
    .await
}

/// `POST /ql/nguon/xem/{id}/tat`: from now on what it sends is refused, and others may report its accounts.
pub(super) async fn disable(desk: Desk, request: HttpRequest, id: Id<FeedId>) -> Answer {
    turn(&desk, &request, id.0, true).await
}

/// `POST /ql/nguon/xem/{id}/bat`: takes it up again with its accounts.
pub(super) async fn enable(desk: Desk, request: HttpRequest, id: Id<FeedId>) -> Answer {
    turn(&desk, &request, id.0, false).await
}

async fn turn(desk: &Desk, request: &HttpRequest, id: FeedId, is_off: bool) -> Answer {
    let flash = if is_off { "feed-off" } else { "feed-on" };
    done(desk, request, (id, flash), move |connection, act| {
        let change = FeedChange { disabled: Some(is_off), ..FeedChange::default() };
        feeds::change(connection, act, id, change)
    })
    .await
}

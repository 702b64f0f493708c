//! The queue that a person clears: transfers whose stall no rule could tell.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::matching::Unassigned;
use super::store::{proposals, queue, strays};
use super::suggestions::{self, Suggestion};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, FeedId, RequestId, TransferId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::{Page, PageRequest};
use crate::text_enum;

/// A transfer that waits. Whoever clears the queue sees this item alone, with its amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    pub transfer_id: TransferId,
    /// Absent: the receiving number is not registered.
    pub account_id: Option<AccountId>,
    /// The receiving numbers that it was told of, where none of them is registered.
    pub told_numbers: Vec<String>,
    pub feed_id: FeedId,
    #[schema(value_type = i64)]
    pub amount_vnd: Vnd,
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: UnixMs,
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: UnixMs,
    /// `unknown_account`, `ambiguous_number`, `unknown_order`, `no_occupancy`, `several_occupancies`,
    /// `several_references`, or `taken_back` by a person who had placed it.
    pub reason: String,
    /// Its meaning, in the caller's language.
    pub detail: String,
    pub memo: Option<String>,
    pub payer_name: Option<String>,
    /// The only open request of the account with this amount in the 15 minutes before.
    pub proposed_request_id: Option<RequestId>,
    /// Where it may belong, and why it seems so: only as good as their reasons.
    pub suggestions: Vec<Suggestion>,
    /// Proposals of people that wait to be decided.
    pub waiting_proposals: i64,
}

text_enum!(
    /// Which of the queue comes first, by when it was recorded.
    WaitingOrder {
        Oldest = "oldest",
        Newest = "newest",
    }
);

/// Which part of the queue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitingFilter {
    /// Not what came before the account's number was registered: that is of no account, and its reason
    /// `unknown_account` for good.
    pub account_id: Option<AccountId>,
    /// The first day on which the money came, by the bank's clock.
    #[param(value_type = Option<String>, format = Date)]
    pub from_day: Option<Day>,
    /// The last one.
    #[param(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
    pub reason: Option<Unassigned>,
    /// `oldest` if absent.
    pub order: Option<WaitingOrder>,
}

/// The whole queue, oldest first.
pub fn list(connection: &mut DbConnection, act: &Act, page: PageRequest) -> Outcome<Page<Waiting>> {
    narrowed(connection, act, &WaitingFilter::default(), page)
}

/// What of the queue passes the filter, in its order.
///
/// # Errors
/// `period-reversed` (to_day).
pub fn narrowed(
    connection: &mut DbConnection,
    act: &Act,
    filter: &WaitingFilter,
    page: PageRequest,
) -> Outcome<Page<Waiting>> {
    act.require(Permission::TransfersPropose)?;
    if let (Some(from), Some(to)) = (filter.from_day, filter.to_day)
        && to < from
    {
        let refusal = Refusal::invalid("to_day", "period-reversed");
        return Err(refusal.with("from_day", from).into());
    }
    let board_id = act.board_id();
    let found = queue::waiting(connection, board_id, filter, page)?;
    let page = page.page(found, |puzzle| puzzle.waiting.transfer_id.0);
    let mut items = suggestions::suggest(connection, board_id, page.items, act.at)?;
    let ids: Vec<i64> = items.iter().map(|waiting| waiting.transfer_id.0).collect();
    let counts = proposals::waiting_counts(connection, board_id, &ids)?;
    let mut numbers = strays::numbers_of(connection, board_id, &ids)?;
    for item in &mut items {
        item.waiting_proposals = counts.get(&item.transfer_id.0).copied().unwrap_or_default();
        item.told_numbers = numbers.remove(&item.transfer_id.0).unwrap_or_default();
    }
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// The accounts on which anything waits, with how many of each.
pub fn accounts(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<(AccountId, i64)>> {
    act.require(Permission::TransfersPropose)?;
    queue::accounts(connection, act.board_id())
}

/// How many wait.
pub fn count(connection: &mut DbConnection, act: &Act) -> Outcome<usize> {
    act.require(Permission::TransfersPropose)?;
    queue::count(connection, act.board_id())
}

/// Amount and time of one that waits, without anything that is worked out of others: what a change needs
/// that holds the lane.
///
/// # Errors
/// `not-found`.
pub fn one(connection: &mut DbConnection, act: &Act, id: TransferId) -> Outcome<(Vnd, UnixMs)> {
    act.require(Permission::TransfersPropose)?;
    let found = queue::one(connection, act.board_id(), id)?;
    Ok(found.ok_or_else(|| Refusal::not_found("transfer"))?)
}

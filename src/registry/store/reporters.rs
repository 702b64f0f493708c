//! Which feeds report an account, and which codes lead to it.

use diesel::prelude::*;

use crate::db::schema::{
    codes, feed_accounts, feeds, occupancies, receiving_numbers as numbers, transfer_index,
};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{BankReach, Provider};
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, BoardId, CodeId, FeedId};
use crate::registry::numbers::NumberKind;

/// A feed that reports an account now.
#[derive(Clone, Debug)]
pub struct ReporterRow {
    pub feed_id: FeedId,
    pub provider: Provider,
    pub sees: Vec<BankReach>,
    /// The account's own.
    pub memo_word: Option<String>,
}

/// Oldest first.
pub fn of_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<Vec<ReporterRow>> {
    let of_feed =
        feeds::board_id.eq(feed_accounts::board_id).and(feeds::id.eq(feed_accounts::feed_id));
    let rows: Vec<(i64, String, String, Option<String>)> = feed_accounts::table
        .inner_join(feeds::table.on(of_feed))
        .filter(feed_accounts::board_id.eq(board_id.0))
        .filter(feed_accounts::account_id.eq(account_id.0))
        .filter(feed_accounts::to_day.is_null())
        .order(feed_accounts::id)
        .select((feeds::id, feeds::provider, feeds::sees, feed_accounts::memo_word))
        .load(connection)?;
    let reporter = |(id, name, sees, memo_word): (_, String, String, _)| {
        let (provider, sees) = (provider(&name)?, BankReach::parse(&sees));
        Ok(ReporterRow { feed_id: FeedId(id), provider, sees, memo_word })
    };
    rows.into_iter().map(reporter).collect()
}

/// Whether a transfer of the account stands in the index, which may be some seconds late.
pub fn is_told(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
) -> Outcome<bool> {
    let told = transfer_index::table
        .filter(transfer_index::board_id.eq(board_id.0))
        .filter(transfer_index::subject_id.eq(account_id.0));
    Ok(diesel::select(diesel::dsl::exists(told)).get_result(connection)?)
}

pub fn is_feed(connection: &mut DbConnection, board_id: BoardId, id: FeedId) -> Outcome<bool> {
    Ok(provider_of(connection, board_id, id)?.is_some())
}

/// `None` where the board has no such feed.
pub fn provider_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: FeedId,
) -> Outcome<Option<Provider>> {
    let name: Option<String> =
        feeds::table.find((board_id, id)).select(feeds::provider).first(connection).optional()?;
    name.map(|name| provider(&name)).transpose()
}

fn provider(name: &str) -> Outcome<Provider> {
    Provider::parse(name).ok_or_else(|| Fault::broken(format!("unknown provider {name} in feeds")))
}

/// The live codes of an account: id, the kind of their number, payload.
pub fn live_codes(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    day: Day,
) -> Outcome<Vec<(CodeId, NumberKind, String)>> {
    let at_stall =
        occupancies::board_id.eq(codes::board_id).and(occupancies::id.eq(codes::occupancy_id));
    let paid_to = numbers::board_id.eq(codes::board_id).and(numbers::id.eq(codes::number_id));
    Ok(codes::table
        .inner_join(occupancies::table.on(at_stall))
        .inner_join(numbers::table.on(paid_to))
        .filter(codes::board_id.eq(board_id))
        .filter(codes::account_id.eq(account_id))
        .filter(codes::revoked_at_ms.is_null())
        .filter(occupancies::to_day.is_null().or(occupancies::to_day.ge(day.0)))
        .order(codes::id)
        .select((codes::id, numbers::kind, codes::payload))
        .load(connection)?)
}

//! Statements that were looked at, what could not be read, and the days that they have told.

use diesel::prelude::*;

use crate::db::schema::{
    feeds, sightings, statement_days, statement_leases, statement_unreadable, statements as s,
};
use crate::db::{DbConnection, Outcome};
use crate::intake::statements::{Days, StatementState};
use crate::ledger::statement::Known;
use crate::primitives::ids::{AccountId, BoardId, FeedId, StatementId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Day, Refusal, UnixMs};
use crate::registry::PageRequest;

/// Ids that one query asks for.
const AT_ONCE: usize = 500;

/// A row of `statements`, in the order of its columns.
#[derive(Clone, Debug, Queryable)]
pub struct StatementRow {
    pub board_id: i64,
    pub id: StatementId,
    pub account_id: AccountId,
    pub feed_id: Option<FeedId>,
    pub uploaded_by: i64,
    pub uploaded_at_ms: i64,
    pub state: StatementState,
    pub format: String,
    pub layout: String,
    /// JSON.
    pub asks: String,
    pub stated_from_day: Option<i32>,
    pub stated_to_day: Option<i32>,
    pub printed_day: Option<i32>,
    pub first_day: Option<i32>,
    pub last_day: Option<i32>,
    pub row_count: i64,
    pub new_count: i64,
    pub known_count: i64,
    pub reported_count: i64,
    pub unreadable_count: i64,
    pub dropped_count: i64,
    pub failed_count: i64,
    pub committed_at_ms: Option<i64>,
    pub finished_at_ms: Option<i64>,
    pub done_count: i64,
    pub recorded_count: i64,
    pub linked_count: i64,
    pub doubtful_count: i64,
    /// JSON.
    pub unread_sheets: String,
    pub names_account: bool,
    /// The last part that was taken in.
    pub done_part: i32,
    pub repeated_count: i64,
}

pub fn insert(connection: &mut DbConnection, row: &StatementRow) -> Outcome<()> {
    diesel::insert_into(s::table)
        .values((
            s::board_id.eq(row.board_id),
            s::id.eq(row.id.0),
            s::account_id.eq(row.account_id.0),
            s::feed_id.eq(row.feed_id.map(|id| id.0)),
            s::uploaded_by.eq(row.uploaded_by),
            s::uploaded_at_ms.eq(row.uploaded_at_ms),
            s::state.eq(row.state),
            s::format.eq(&row.format),
            s::layout.eq(&row.layout),
            s::asks.eq(&row.asks),
            s::stated_from_day.eq(row.stated_from_day),
            s::stated_to_day.eq(row.stated_to_day),
            s::printed_day.eq(row.printed_day),
            s::first_day.eq(row.first_day),
            s::last_day.eq(row.last_day),
            s::row_count.eq(row.row_count),
            s::new_count.eq(row.new_count),
            s::known_count.eq(row.known_count),
            s::reported_count.eq(row.reported_count),
            s::unreadable_count.eq(row.unreadable_count),
            s::dropped_count.eq(row.dropped_count),
            s::failed_count.eq(row.failed_count),
            s::done_count.eq(row.done_count),
            s::recorded_count.eq(row.recorded_count),
            s::linked_count.eq(row.linked_count),
            s::doubtful_count.eq(row.doubtful_count),
            s::unread_sheets.eq(&row.unread_sheets),
            s::names_account.eq(row.names_account),
            s::done_part.eq(row.done_part),
            s::repeated_count.eq(row.repeated_count),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
) -> Outcome<StatementRow> {
    let row: Option<StatementRow> =
        s::table.find((board_id.0, id.0)).first(connection).optional()?;
    row.ok_or_else(|| Refusal::not_found("statement").into())
}

/// Newest first.
pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: Option<AccountId>,
    page: PageRequest,
) -> Outcome<Vec<StatementRow>> {
    let mut query = s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::id.lt(page.after.unwrap_or(i64::MAX)))
        .order(s::id.desc())
        .limit(page.rows())
        .into_boxed();
    if let Some(account_id) = account_id {
        query = query.filter(s::account_id.eq(account_id.0));
    }
    Ok(query.load(connection)?)
}

/// It is to be taken in, with the days that it tells completely.
pub fn start(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    days: Option<Days>,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(s::table.find((board_id.0, id.0)))
        .set((
            s::state.eq(StatementState::Running),
            s::stated_from_day.eq(days.map(|days| days.from_day.0)),
            s::stated_to_day.eq(days.map(|days| days.to_day.0)),
            s::committed_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// So long a run has an account's statements after its last step.
const LEASE_MS: i64 = MS_PER_MINUTE;

/// Gives an account's statements to a run, or leaves them to it; `false`: another run has them. The
/// board is locked.
pub fn lease(
    connection: &mut DbConnection,
    row: &StatementRow,
    term: i64,
    now: UnixMs,
) -> Outcome<bool> {
    use statement_leases as l;
    let until = now.plus_ms(LEASE_MS).0;
    let lease = l::table.find((row.board_id, row.account_id.0));
    let held: Option<(i64, i64)> =
        lease.select((l::term, l::leased_until_ms)).first(connection).optional()?;
    match held {
        None => diesel::insert_into(l::table)
            .values((
                l::board_id.eq(row.board_id),
                l::account_id.eq(row.account_id.0),
                l::leased_until_ms.eq(until),
                l::term.eq(term),
            ))
            .execute(connection)?,
        // One that ends later than it could was given by a clock that was wrong.
        Some((other, end)) if other != term && end > now.0 && end <= until => return Ok(false),
        Some(_) => diesel::update(lease)
            .set((l::leased_until_ms.eq(until), l::term.eq(term)))
            .execute(connection)?,
    };
    Ok(true)
}

/// Gives back what a run has.
pub fn release(connection: &mut DbConnection, board_id: BoardId, term: i64) -> Outcome<()> {
    use statement_leases as l;
    let held = l::table.filter(l::board_id.eq(board_id.0)).filter(l::term.eq(term));
    diesel::delete(held).execute(connection)?;
    Ok(())
}

/// What one step has taken in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    pub done: i64,
    pub recorded: i64,
    pub linked: i64,
    pub doubtful: i64,
}

/// `last`: the last part of it.
pub fn progress(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    more: Progress,
    last: i32,
) -> Outcome<()> {
    diesel::update(s::table.find((board_id.0, id.0)))
        .set((
            s::done_count.eq(s::done_count + more.done),
            s::recorded_count.eq(s::recorded_count + more.recorded),
            s::linked_count.eq(s::linked_count + more.linked),
            s::doubtful_count.eq(s::doubtful_count + more.doubtful),
            s::done_part.eq(last),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn finish(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(s::table.find((board_id.0, id.0)))
        .set((s::state.eq(StatementState::Done), s::finished_at_ms.eq(at.0)))
        .execute(connection)?;
    Ok(())
}

/// Ids of statements that nobody has committed since an instant.
pub fn forgotten(
    connection: &mut DbConnection,
    board_id: BoardId,
    before: UnixMs,
) -> Outcome<Vec<StatementId>> {
    let waiting = [StatementState::Checked, StatementState::NeedsMapping];
    Ok(s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::state.eq_any(waiting))
        .filter(s::uploaded_at_ms.lt(before.0))
        .select(s::id)
        .load(connection)?)
}

/// Those that are being taken in, of all boards, the oldest first.
pub fn running(connection: &mut DbConnection) -> Outcome<Vec<(BoardId, StatementId)>> {
    let rows: Vec<(i64, StatementId)> = s::table
        .filter(s::state.eq(StatementState::Running))
        .select((s::board_id, s::id))
        .order(s::committed_at_ms)
        .load(connection)?;
    Ok(rows.into_iter().map(|(board_id, id)| (BoardId(board_id), id)).collect())
}

/// Of those that are being taken in on a statement's account, the oldest.
pub fn waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
) -> Outcome<Option<StatementId>> {
    let row = find(connection, board_id, id)?;
    Ok(s::table
        .filter(s::board_id.eq(board_id.0))
        .filter(s::account_id.eq(row.account_id.0))
        .filter(s::state.eq(StatementState::Running))
        .order(s::committed_at_ms)
        .select(s::id)
        .first(connection)
        .optional()?)
}

/// Removes a statement with what could not be read of it; its parts go before.
pub fn remove(connection: &mut DbConnection, board_id: BoardId, id: StatementId) -> Outcome<()> {
    diesel::delete(
        statement_unreadable::table
            .filter(statement_unreadable::board_id.eq(board_id.0))
            .filter(statement_unreadable::statement_id.eq(id.0)),
    )
    .execute(connection)?;
    diesel::delete(s::table.find((board_id.0, id.0))).execute(connection)?;
    Ok(())
}

/// A row of `statement_unreadable`.
#[derive(Clone, Debug, Queryable)]
pub struct UnreadableRow {
    pub row_number: i32,
    pub field: String,
    pub because: String,
    pub day: Option<i32>,
}

pub fn insert_unreadable(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    rows: &[UnreadableRow],
) -> Outcome<()> {
    for row in rows {
        diesel::insert_into(statement_unreadable::table)
            .values((
                statement_unreadable::board_id.eq(board_id.0),
                statement_unreadable::statement_id.eq(id.0),
                statement_unreadable::row_number.eq(row.row_number),
                statement_unreadable::field.eq(&row.field),
                statement_unreadable::because.eq(&row.because),
                statement_unreadable::day.eq(row.day),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// In the file's order, after a row.
pub fn unreadable(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: StatementId,
    after: i32,
    limit: i64,
) -> Outcome<Vec<UnreadableRow>> {
    use statement_unreadable as u;
    Ok(u::table
        .filter(u::board_id.eq(board_id.0))
        .filter(u::statement_id.eq(id.0))
        .filter(u::row_number.gt(after))
        .order(u::row_number)
        .limit(limit)
        .select((u::row_number, u::field, u::because, u::day))
        .load(connection)?)
}

/// Days that an account's statements have told completely.
pub fn insert_days(
    connection: &mut DbConnection,
    row: &StatementRow,
    id: i64,
    days: Days,
    at: UnixMs,
) -> Outcome<()> {
    diesel::insert_into(statement_days::table)
        .values((
            statement_days::board_id.eq(row.board_id),
            statement_days::id.eq(id),
            statement_days::account_id.eq(row.account_id.0),
            statement_days::statement_id.eq(row.id.0),
            statement_days::from_day.eq(days.from_day.0),
            statement_days::to_day.eq(days.to_day.0),
            statement_days::recorded_at_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn days_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[StatementId],
) -> Outcome<Vec<(StatementId, Days)>> {
    use statement_days as d;
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, i32, i32)> = d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::statement_id.eq_any(ids))
        .order(d::from_day)
        .select((d::statement_id, d::from_day, d::to_day))
        .load(connection)?;
    let days = |(id, from, to)| (StatementId(id), Days { from_day: Day(from), to_day: Day(to) });
    Ok(rows.into_iter().map(days).collect())
}

/// The feed of a provider with a configuration, disabled or not.
pub fn feed_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    provider: &str,
    config: &str,
) -> Outcome<Option<FeedId>> {
    let id: Option<i64> = feeds::table
        .filter(feeds::board_id.eq(board_id.0))
        .filter(feeds::provider.eq(provider))
        .filter(feeds::config.eq(config))
        .select(feeds::id)
        .order(feeds::id)
        .first(connection)
        .optional()?;
    Ok(id.map(FeedId))
}

/// Which of these ids were reported before, and of which transfers.
pub fn known(
    connection: &mut DbConnection,
    board_id: BoardId,
    namespace: &str,
    ids: &[&str],
) -> Outcome<Known> {
    let mut found = Known::new();
    for part in ids.chunks(AT_ONCE) {
        let known: Vec<(String, Option<i64>)> = sightings::table
            .filter(sightings::board_id.eq(board_id.0))
            .filter(sightings::namespace.eq(namespace))
            .filter(sightings::provider_id.eq_any(part))
            .select((sightings::provider_id, sightings::transfer_id))
            .load(connection)?;
        found.extend(known);
    }
    Ok(found)
}

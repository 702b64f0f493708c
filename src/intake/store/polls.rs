//! How feeds are polled, who is at it, and how far each list was read.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::db::schema::{feed_polls as p, feeds, poll_cursors as c, poll_days as d};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::ListApi;
use crate::on_db;
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Day, UnixMs};

/// A row of `feed_polls`.
#[derive(Clone, Debug)]
pub struct PollRow {
    pub feed_id: FeedId,
    pub api: ListApi,
    pub base_url: Option<String>,
    pub accounts: Vec<String>,
    pub interval_s: i32,
    pub from_day: Day,
    pub key_sealed: Option<Vec<u8>>,
    pub key_set_at: UnixMs,
    pub state: PollState,
    /// It is not polled any more, and may be taken up again.
    pub ended_at: Option<UnixMs>,
}

/// What became of the last runs.
#[derive(Clone, Debug, Default)]
pub struct PollState {
    pub next_run_at: UnixMs,
    pub leased_until: UnixMs,
    pub last_run_at: Option<UnixMs>,
    pub last_success_at: Option<UnixMs>,
    /// When the run began that ended then.
    pub last_read_from: Option<UnixMs>,
    pub last_error: Option<String>,
    pub last_error_status: Option<i32>,
    pub last_error_at: Option<UnixMs>,
    pub failure_count: i32,
}

#[derive(Queryable)]
struct Raw {
    _board_id: i64,
    feed_id: i64,
    api: String,
    base_url: Option<String>,
    accounts: String,
    interval_s: i32,
    from_day: i32,
    key_sealed: Option<Vec<u8>>,
    key_set_at_ms: i64,
    next_run_at_ms: i64,
    leased_until_ms: i64,
    _lease_term: i64,
    last_run_at_ms: Option<i64>,
    last_success_at_ms: Option<i64>,
    last_error: Option<String>,
    last_error_status: Option<i32>,
    last_error_at_ms: Option<i64>,
    failure_count: i32,
    ended_at_ms: Option<i64>,
    last_read_from_ms: Option<i64>,
}

impl Raw {
    fn read(self) -> Outcome<PollRow> {
        let api = ListApi::parse(&self.api)
            .ok_or_else(|| Fault::broken(format!("unknown list {} in feed_polls", self.api)))?;
        Ok(PollRow {
            feed_id: FeedId(self.feed_id),
            api,
            base_url: self.base_url,
            accounts: serde_json::from_str(&self.accounts).map_err(Fault::broken)?,
            interval_s: self.interval_s,
            from_day: Day(self.from_day),
            key_sealed: self.key_sealed,
            key_set_at: UnixMs(self.key_set_at_ms),
            ended_at: self.ended_at_ms.map(UnixMs),
            state: PollState {
                next_run_at: UnixMs(self.next_run_at_ms),
                leased_until: UnixMs(self.leased_until_ms),
                last_run_at: self.last_run_at_ms.map(UnixMs),
                last_success_at: self.last_success_at_ms.map(UnixMs),
                last_read_from: self.last_read_from_ms.map(UnixMs),
                last_error: self.last_error,
                last_error_status: self.last_error_status,
                last_error_at: self.last_error_at_ms.map(UnixMs),
                failure_count: self.failure_count,
            },
        })
    }
}

/// How a feed is polled; `None`: it is not.
pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Option<PollRow>> {
    Ok(kept(connection, board_id, feed_id)?.filter(|row| row.ended_at.is_none()))
}

/// [`find`], also where polling has ended.
pub fn kept(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Option<PollRow>> {
    let row: Option<Raw> = p::table.find((board_id.0, feed_id.0)).first(connection).optional()?;
    row.map(Raw::read).transpose()
}

/// Writes how a feed is polled from now on; a run that is under way loses its lease.
pub fn put(connection: &mut DbConnection, board_id: BoardId, row: &PollRow) -> Outcome<()> {
    let accounts = serde_json::to_string(&row.accounts).map_err(Fault::broken)?;
    let values = (
        p::api.eq(row.api.as_str()),
        p::base_url.eq(&row.base_url),
        p::accounts.eq(&accounts),
        p::interval_s.eq(row.interval_s),
        p::from_day.eq(row.from_day.0),
        p::key_sealed.eq(&row.key_sealed),
        p::key_set_at_ms.eq(row.key_set_at.0),
        p::next_run_at_ms.eq(row.state.next_run_at.0),
        p::leased_until_ms.eq(0_i64),
        p::lease_term.eq(0_i64),
        p::failure_count.eq(0),
        p::ended_at_ms.eq(None::<i64>),
    );
    on_db!(connection, inner => diesel::insert_into(p::table)
        .values((p::board_id.eq(board_id.0), p::feed_id.eq(row.feed_id.0), values))
        .on_conflict_do_nothing()
        .execute(inner))?;
    diesel::update(p::table.find((board_id.0, row.feed_id.0))).set(values).execute(connection)?;
    Ok(())
}

/// Ends polling and forgets its key; a run that is under way loses its lease. Tells whether there was
/// any. What its cursors are of stays, for when it is taken up again.
pub fn remove(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    at: UnixMs,
) -> Outcome<bool> {
    let polled = p::table
        .filter(p::board_id.eq(board_id.0))
        .filter(p::feed_id.eq(feed_id.0))
        .filter(p::ended_at_ms.is_null());
    let ended = diesel::update(polled)
        .set((
            p::ended_at_ms.eq(at.0),
            p::key_sealed.eq(None::<Vec<u8>>),
            p::base_url.eq(None::<String>),
            p::lease_term.eq(0_i64),
        ))
        .execute(connection)?;
    Ok(ended > 0)
}

/// Forgets how far a feed's lists were read.
pub fn forget_cursors(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<()> {
    let of_feed = c::table.filter(c::board_id.eq(board_id.0)).filter(c::feed_id.eq(feed_id.0));
    diesel::delete(of_feed).execute(connection)?;
    Ok(())
}

/// Forgets all poll keys of a board, because the key that sealed them is lost.
pub fn forget_keys(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    diesel::update(p::table.filter(p::board_id.eq(board_id.0)))
        .set(p::key_sealed.eq(None::<Vec<u8>>))
        .execute(connection)?;
    Ok(())
}

/// Longer than any back-off: an hour, or the interval, and a quarter.
const FARTHEST_MS: i64 = 5_000_000;
/// No run takes a feed for longer at once.
const LONGEST_LEASE_MS: i64 = 15 * MS_PER_MINUTE;

/// The next run lies too far ahead, as a clock that was wrong has set it: a macro, because the type
/// of the expression would say it all twice.
macro_rules! is_too_far {
    ($now:expr) => {
        sql::<Bool>("feed_polls.next_run_at_ms - feed_polls.interval_s * 1250 > ")
            .bind::<BigInt, _>($now.0.saturating_add(FARTHEST_MS))
    };
}

/// Feeds whose time has come and that nobody polls, the one that waits longest first.
pub fn due(connection: &mut DbConnection, now: UnixMs) -> Outcome<Vec<(BoardId, FeedId)>> {
    let of_feed = feeds::board_id.eq(p::board_id).and(feeds::id.eq(p::feed_id));
    let rows: Vec<(i64, i64)> = p::table
        .inner_join(feeds::table.on(of_feed))
        .filter(feeds::disabled_at_ms.is_null())
        .filter(p::ended_at_ms.is_null())
        .filter(p::next_run_at_ms.le(now.0).or(is_too_far!(now)))
        .filter(
            p::leased_until_ms.le(now.0).or(p::leased_until_ms.gt(now.plus_ms(LONGEST_LEASE_MS).0)),
        )
        .order(p::next_run_at_ms)
        .limit(100)
        .select((p::board_id, p::feed_id))
        .load(connection)?;
    Ok(rows.into_iter().map(|(board_id, feed_id)| (BoardId(board_id), FeedId(feed_id))).collect())
}

/// Everything that is polled, for the installation's meters.
pub fn all(connection: &mut DbConnection) -> Outcome<Vec<PollRow>> {
    let polled = p::table.filter(p::ended_at_ms.is_null());
    let rows: Vec<Raw> = polled.order(p::feed_id).limit(1_000).load(connection)?;
    rows.into_iter().map(Raw::read).collect()
}

/// A run of one instance: its feed and the term that it drew.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub board_id: BoardId,
    pub feed_id: FeedId,
    pub term: i64,
}

/// Takes a feed for a run; of several that try at once, one gets it. `is_due`: only where its time
/// has come.
pub fn claim(
    connection: &mut DbConnection,
    run: Run,
    now: UnixMs,
    until: UnixMs,
    is_due: bool,
) -> Outcome<Option<PollRow>> {
    if let DbConnection::Postgres(inner) = connection {
        // Another instance that is taking it this instant has it: there is nothing to wait for.
        let row = p::table.find((run.board_id.0, run.feed_id.0)).select(p::feed_id);
        let locked: Option<i64> = row.for_update().skip_locked().first(inner).optional()?;
        if locked.is_none() {
            return Ok(None);
        }
    }
    let latest = if is_due { now.0 } else { i64::MAX };
    let free = p::table
        .filter(p::board_id.eq(run.board_id.0))
        .filter(p::feed_id.eq(run.feed_id.0))
        .filter(p::ended_at_ms.is_null())
        .filter(p::next_run_at_ms.le(latest).or(is_too_far!(now)))
        .filter(
            p::leased_until_ms.le(now.0).or(p::leased_until_ms.gt(now.plus_ms(LONGEST_LEASE_MS).0)),
        );
    let taken = diesel::update(free)
        .set((
            p::leased_until_ms.eq(until.0),
            p::lease_term.eq(run.term),
            p::last_run_at_ms.eq(now.0),
        ))
        .execute(connection)?;
    if taken == 0 { Ok(None) } else { find(connection, run.board_id, run.feed_id) }
}

/// Keeps the feed for the run; `false`: it was taken from it.
pub fn keep(connection: &mut DbConnection, run: Run, until: UnixMs) -> Outcome<bool> {
    let ours = p::table
        .filter(p::board_id.eq(run.board_id.0))
        .filter(p::feed_id.eq(run.feed_id.0))
        .filter(p::lease_term.eq(run.term));
    Ok(diesel::update(ours).set(p::leased_until_ms.eq(until.0)).execute(connection)? > 0)
}

/// Frees every feed that a run holds; one that lives all the same has lost its term.
pub fn free_all(connection: &mut DbConnection) -> Outcome<()> {
    diesel::update(p::table.filter(p::leased_until_ms.gt(0)))
        .set((p::leased_until_ms.eq(0_i64), p::lease_term.eq(0_i64)))
        .execute(connection)?;
    Ok(())
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub at: UnixMs,
    pub next_run_at: UnixMs,
    /// Code and HTTP status of what failed.
    pub error: Option<(&'static str, Option<u16>)>,
}

/// Writes how the run ended, and gives the feed back; `false`: it was taken from the run.
pub fn end(connection: &mut DbConnection, run: Run, ended: Ended) -> Outcome<bool> {
    if !keep(connection, run, UnixMs(0))? {
        return Ok(false);
    }
    let row = p::table.find((run.board_id.0, run.feed_id.0));
    let next = p::next_run_at_ms.eq(ended.next_run_at.0);
    match ended.error {
        None => diesel::update(row)
            .set((
                next,
                p::last_success_at_ms.eq(ended.at.0),
                p::last_read_from_ms.eq(p::last_run_at_ms),
                p::failure_count.eq(0),
            ))
            .execute(connection)?,
        Some((code, status)) => diesel::update(row)
            .set((
                next,
                p::last_error.eq(code),
                p::last_error_status.eq(status.map(i32::from)),
                p::last_error_at_ms.eq(ended.at.0),
                p::failure_count.eq(p::failure_count + 1),
            ))
            .execute(connection)?,
    };
    Ok(true)
}

/// Writes that lists were read to their end on a day. `account`: the one that was asked for; empty:
/// all of the key.
pub fn read_on(
    connection: &mut DbConnection,
    run: Run,
    account: &str,
    day: Day,
    at: UnixMs,
) -> Outcome<()> {
    let key = (run.board_id.0, run.feed_id.0, account, day.0);
    let last = d::last_success_ms.eq(at.0);
    if diesel::update(d::table.find(key)).set(last).execute(connection)? == 0 {
        diesel::insert_into(d::table)
            .values((
                d::board_id.eq(run.board_id.0),
                d::feed_id.eq(run.feed_id.0),
                d::account.eq(account),
                d::day.eq(day.0),
                last,
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// How far a list was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CursorRow {
    pub account: String,
    /// Every reading begins here.
    pub cursor: Option<String>,
    /// The newest that was seen, and when it was first.
    pub head: Option<String>,
    pub head_seen_at: UnixMs,
    /// When a list that goes by dates was last read from some days earlier.
    pub reread_at: Option<UnixMs>,
    /// The last run, and why it did not read this list to its end.
    pub tried_at: Option<UnixMs>,
    pub last_error: Option<String>,
    pub last_error_status: Option<i32>,
}

#[derive(Queryable)]
struct RawCursor {
    _board_id: i64,
    _feed_id: i64,
    account: String,
    cursor: Option<String>,
    head: Option<String>,
    head_seen_at_ms: i64,
    reread_at_ms: Option<i64>,
    tried_at_ms: Option<i64>,
    last_error: Option<String>,
    last_error_status: Option<i32>,
}

pub fn cursors(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
) -> Outcome<Vec<CursorRow>> {
    let rows: Vec<RawCursor> = c::table
        .filter(c::board_id.eq(board_id.0))
        .filter(c::feed_id.eq(feed_id.0))
        .order(c::account)
        .load(connection)?;
    let read = |raw: RawCursor| CursorRow {
        account: raw.account,
        cursor: raw.cursor,
        head: raw.head,
        head_seen_at: UnixMs(raw.head_seen_at_ms),
        reread_at: raw.reread_at_ms.map(UnixMs),
        tried_at: raw.tried_at_ms.map(UnixMs),
        last_error: raw.last_error,
        last_error_status: raw.last_error_status,
    };
    Ok(rows.into_iter().map(read).collect())
}

pub fn set_cursor(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    row: &CursorRow,
) -> Outcome<()> {
    let values = (
        c::cursor.eq(&row.cursor),
        c::head.eq(&row.head),
        c::head_seen_at_ms.eq(row.head_seen_at.0),
        c::reread_at_ms.eq(row.reread_at.map(|at| at.0)),
        c::tried_at_ms.eq(row.tried_at.map(|at| at.0)),
        c::last_error.eq(&row.last_error),
        c::last_error_status.eq(row.last_error_status),
    );
    let key = (board_id.0, feed_id.0, row.account.as_str());
    let found = diesel::update(c::table.find(key)).set(values).execute(connection)?;
    if found == 0 {
        diesel::insert_into(c::table)
            .values((
                c::board_id.eq(board_id.0),
                c::feed_id.eq(feed_id.0),
                c::account.eq(&row.account),
                values,
            ))
            .execute(connection)?;
    }
    Ok(())
}

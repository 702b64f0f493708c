//! When a feed was last heard, by what it reported in time.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::db::schema::{board_heads, day_totals, transfer_index, transfers};
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::on_db;
use crate::primitives::id::floor_of;
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{Day, UnixMs};

/// What is told later is read again from the past, and no sign that the feed lives.
const IN_TIME_MS: i64 = MS_PER_HOUR;
/// Of the tail only its end can be the newest.
const TAIL: usize = 500;

/// When a feed last reported money to one of the accounts, and did so in time: since the first of
/// these instants, or where it did not, since the next, which is earlier.
pub fn last_heard(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    accounts: &[i64],
    since: &[UnixMs],
) -> Outcome<Option<UnixMs>> {
    use {transfer_index as i, transfers as t};
    let Some(earliest) = since.last() else { return Ok(None) };
    let floor = floor_of(*earliest);
    // The tail first: what moves into the index meanwhile is found twice, not missed.
    let indexed_seq: i64 =
        board_heads::table.find(board_id.0).select(board_heads::indexed_seq).first(connection)?;
    let told = events::after(connection, board_id, indexed_seq, usize::MAX)?;
    let tail: Vec<i64> = told
        .iter()
        .rev()
        .filter_map(|one| match &one.event {
            Event::TransferRecorded { transfer_id, account_id: Some(account), .. }
                if transfer_id.0 >= floor && accounts.contains(&account.0) =>
            {
                Some(transfer_id.0)
            }
            _ => None,
        })
        .take(TAIL)
        .collect();
    let in_time =
        t::occurred_precision.eq("day").or((t::recorded_at_ms - t::occurred_at_ms).le(IN_TIME_MS));
    let of_feed = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::feed_id.eq(feed_id.0))
        .filter(t::account_id.eq_any(accounts))
        .filter(in_time)
        .select(max(t::recorded_at_ms));
    let newest: Option<i64> = of_feed.clone().filter(t::id.eq_any(&tail)).first(connection)?;
    for since in since.iter().filter(|since| newest.is_none_or(|newest| newest < since.0)) {
        let indexed: Option<i64> = of_feed
            .clone()
            .inner_join(i::table.on(i::board_id.eq(t::board_id).and(i::transfer_id.eq(t::id))))
            .filter(i::board_id.eq(board_id.0))
            .filter(i::subject_id.eq_any(accounts))
            .filter(i::transfer_id.ge(floor_of(*since)))
            .first(connection)?;
        if indexed.is_some() {
            return Ok(newest.max(indexed).map(UnixMs));
        }
    }
    Ok(newest.map(UnixMs))
}

/// How often money came to accounts on each day of a span, both ends included; days without any
/// are left out. The last few transfers may be missing.
pub fn usual_days(
    connection: &mut DbConnection,
    board_id: BoardId,
    accounts: &[i64],
    (from, to): (Day, Day),
) -> Outcome<Vec<(Day, i64)>> {
    use day_totals as d;
    let count = d::sale_count
        + d::debt_repayment_count
        + d::deposit_count
        + d::fee_count
        + d::personal_count
        + d::cash_out_count
        + d::supplier_count
        + d::unclassified_count
        + d::small_count;
    let rows: Vec<(i32, i64)> = on_db!(connection, inner => d::table
        .filter(d::board_id.eq(board_id.0))
        .filter(d::day.between(from.0, to.0))
        .filter(d::account_id.eq_any(accounts))
        .order(d::day)
        .select((d::day, count))
        .load(inner)?);
    let mut days: Vec<(Day, i64)> = Vec::new();
    for (day, count) in rows.into_iter().filter(|(_, count)| *count > 0) {
        match days.last_mut() {
            Some((last, sum)) if last.0 == day => *sum += count,
            _ => days.push((Day(day), count)),
        }
    }
    Ok(days)
}

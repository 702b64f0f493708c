//! What is kept of reports beside transfers, and what says that it should be there: contradictions that
//! wait for a person, numbers of money of no account, days that statements tell completely. Compared by
//! reading bodies again, as far as they are kept.

use std::collections::HashSet;

use diesel::prelude::*;

use super::Mismatch;
use crate::db::schema::{
    deliveries as d, feeds, sighting_conflicts as c, sightings as s, statement_days as sd,
    statements, strays, transfers as t,
};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Decoded, FeedConfig, Precision, Provider, Reported, connector};
use crate::ledger::item::Recorded;
use crate::ledger::store::reading;
use crate::ledger::strays::numbers;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, StatementId, TransferId};

/// Rows of one query.
const AT_ONCE: i64 = 500;

/// A delivery that contradicted a report of before, whose contradiction nobody can see.
pub fn conflicts(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let configs: Vec<(i64, String, String)> = feeds::table
        .filter(feeds::board_id.eq(board_id.0))
        .select((feeds::id, feeds::provider, feeds::config))
        .load(connection)?;
    let (mut found, mut after) = (Vec::new(), 0_i64);
    loop {
        let rows: Vec<(i64, i64, i64, Option<Vec<u8>>)> = d::table
            .filter(d::board_id.eq(board_id.0))
            .filter(d::id.gt(after))
            .filter(d::outcome.eq(Recorded::DuplicateWithDifferentFields.as_str()))
            .order(d::id)
            .limit(AT_ONCE)
            .select((d::id, d::feed_id, d::received_at_ms, d::body))
            .load(connection)?;
        let Some((last, ..)) = rows.last() else { return Ok(found) };
        after = *last;
        for (id, feed_id, received_at, body) in rows {
            let Some(body) = body else { continue };
            let Some((_, provider, config)) = configs.iter().find(|feed| feed.0 == feed_id) else {
                continue;
            };
            let received_at = UnixMs(received_at);
            for one in decoded(provider, config, &body, received_at)? {
                if !is_known(connection, board_id, &one, received_at)? {
                    let key = format!("of delivery {id}, {} {}", one.namespace(), one.provider_id);
                    found.push(Mismatch::new(key, None, Some("a contradiction".to_owned())));
                }
            }
        }
    }
}

fn decoded(
    provider: &str,
    config: &str,
    body: &[u8],
    received_at: UnixMs,
) -> Outcome<Vec<Reported>> {
    let Some(provider) = Provider::parse(provider) else { return Ok(Vec::new()) };
    let config = FeedConfig::parse(provider, config)?;
    Ok(match connector(provider).decode(&config, body, received_at) {
        Ok(Decoded::Transfers(all)) => all,
        _ => Vec::new(),
    })
}

/// Whether a report is what was told first under its id, or its contradiction is kept.
fn is_known(
    connection: &mut DbConnection,
    board_id: BoardId,
    one: &Reported,
    received_at: UnixMs,
) -> Outcome<bool> {
    let (namespace, mut digest) = (one.namespace(), one.fingerprint());
    let first: Option<(i64, Option<i64>)> = s::table
        .find((board_id.0, &namespace, &one.provider_id))
        .select((s::fields_digest, s::transfer_id))
        .first(connection)
        .optional()?;
    let Some((first, transfer_id)) = first else { return Ok(true) };
    if first == digest {
        let booked = one.clone().booked(received_at);
        if !is_heard_apart(connection, board_id, &booked, transfer_id)? {
            return Ok(true);
        }
        digest = booked.apart_fingerprint();
    }
    let kept = c::table.find((board_id.0, &namespace, &one.provider_id, digest));
    Ok(diesel::select(diesel::dsl::exists(kept)).get_result(connection)?)
}

fn is_heard_apart(
    connection: &mut DbConnection,
    board_id: BoardId,
    booked: &Reported,
    transfer_id: Option<i64>,
) -> Outcome<bool> {
    let Some(transfer_id) = transfer_id else { return Ok(false) };
    let first: Option<(i64, String)> = t::table
        .find((board_id.0, transfer_id))
        .select((t::occurred_at_ms, t::occurred_precision))
        .first(connection)
        .optional()?;
    let first = first.and_then(|(at, of)| Some((UnixMs(at), Precision::parse(&of)?)));
    Ok(first.is_some_and(|first| booked.is_heard_apart(first)))
}

/// Transfers of no account of which the number is not kept, though their reports tell one.
pub fn strays(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let (mut found, mut after) = (Vec::new(), 0_i64);
    let kept = strays::table.filter(strays::board_id.eq(board_id.0)).select(strays::transfer_id);
    loop {
        let ids: Vec<i64> = t::table
            .filter(t::board_id.eq(board_id.0))
            .filter(t::account_id.eq(0_i64))
            .filter(t::id.gt(after))
            .filter(t::id.ne_all(kept))
            .order(t::id)
            .limit(AT_ONCE)
            .select(t::id)
            .load(connection)?;
        let Some(last) = ids.last() else { return Ok(found) };
        after = *last;
        let transfers = reading::these(connection, board_id, &ids)?;
        let said = reading::reported(connection, board_id, &transfers)?;
        for id in ids.into_iter().map(TransferId) {
            let told = said.get(&id).map(numbers).unwrap_or_default();
            if !told.is_empty() {
                let due = told.into_iter().collect::<Vec<_>>().join(" ");
                found.push(Mismatch::new(id, None, Some(due)));
            }
        }
    }
}

type Stated = (i64, Option<i32>, Option<i32>, Option<i32>, Option<i64>);

/// Statements that were taken in whole and tell at least one whole day, and of which none is kept. Which
/// days exactly depended on the board's day of then.
pub fn statement_days(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let told: Vec<i64> = sd::table
        .filter(sd::board_id.eq(board_id.0))
        .select(sd::statement_id)
        .distinct()
        .load(connection)?;
    let told: HashSet<i64> = told.into_iter().collect();
    let done: Vec<Stated> = statements::table
        .filter(statements::board_id.eq(board_id.0))
        .filter(statements::state.eq("done"))
        .filter(statements::unread_sheets.eq("[]"))
        .filter(statements::unreadable_count.eq(0_i64))
        .order(statements::id)
        .select((
            statements::id,
            statements::stated_from_day,
            statements::stated_to_day,
            statements::printed_day,
            statements::committed_at_ms,
        ))
        .load(connection)?;
    let due = |(id, from, to, printed, committed): Stated| {
        let (from, to, committed) = (from?, to?, UnixMs(committed?).day(0).get());
        // Where the board's day begins after midnight, its last one is not whole either.
        let last = to.min(committed - 1).min(printed.map_or(i32::MAX, |day| day - 1)) - 1;
        (last >= from && !told.contains(&id)).then(|| {
            let due = Some("whole days".to_owned());
            Mismatch::new(format!("of {}", StatementId(id)), None, due)
        })
    };
    Ok(done.into_iter().filter_map(due).collect())
}

//! Reading transfers back, with their present lines, and memos from the raw deliveries.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::{attribution_lines, deliveries, feeds, transfers, unassigned};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Decoded, Direction, FeedConfig, Provider, Reported, connector};
use crate::ledger::class::Class;
use crate::ledger::matching::Line;
use crate::ledger::transfers::{Filter, Stored};
use crate::ledger::unassigned::Waiting;
use crate::primitives::ids::{
    AccountId, BoardId, CodeId, FeedId, OccupancyId, RequestId, TransferId,
};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::PageRequest;

type RawTransfer = (i64, i64, i64, i64, i32, String, i64, i64, String, i32, i64, String);
type RawLine = (i64, i32, i64, Option<i64>, Option<i64>, String, i64, String);

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    transfer_id: i64,
}

/// A page of transfers, newest first.
pub fn transfers(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: Filter,
    page: PageRequest,
) -> Outcome<Vec<Stored>> {
    let before = page.after.unwrap_or(i64::MAX);
    let ids = match filter.occupancy_id {
        Some(occupancy_id) => {
            // Only lines of the present attribution: no later one of the same transfer.
            let found: Vec<Found> = diesel::sql_query(
                "SELECT DISTINCT l.transfer_id AS transfer_id FROM attribution_lines l
                 WHERE l.board_id = $1 AND l.occupancy_id = $2 AND l.transfer_id < $3
                   AND NOT EXISTS (SELECT 1 FROM attribution_lines n
                     WHERE n.board_id = l.board_id AND n.transfer_id = l.transfer_id
                       AND n.seq > l.seq)
                 ORDER BY transfer_id DESC LIMIT $4",
            )
            .bind::<BigInt, _>(board_id.0)
            .bind::<BigInt, _>(occupancy_id.0)
            .bind::<BigInt, _>(before)
            .bind::<BigInt, _>(page.rows())
            .load(connection)?;
            Some(found.into_iter().map(|found| found.transfer_id).collect::<Vec<_>>())
        }
        None => None,
    };
    let mut query = transfers::table
        .filter(transfers::board_id.eq(board_id.0))
        .filter(transfers::id.lt(before))
        .order(transfers::id.desc())
        .limit(page.rows())
        .into_boxed();
    if let Some(ids) = ids {
        query = query.filter(transfers::id.eq_any(ids));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(transfers::account_id.eq(account_id.0));
    }
    let rows: Vec<RawTransfer> = query.select(TRANSFER).load(connection)?;
    with_lines(connection, board_id, rows)
}

pub fn transfer(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
) -> Outcome<Stored> {
    let row: Option<RawTransfer> =
        transfers::table.find((board_id.0, id.0)).select(TRANSFER).first(connection).optional()?;
    let row = row.ok_or_else(|| Refusal::not_found("transfer"))?;
    with_lines(connection, board_id, vec![row])?
        .pop()
        .ok_or_else(|| Refusal::not_found("transfer").into())
}

const TRANSFER: (
    transfers::id,
    transfers::account_id,
    transfers::feed_id,
    transfers::delivery_id,
    transfers::item,
    transfers::direction,
    transfers::amount_vnd,
    transfers::occurred_at_ms,
    transfers::occurred_precision,
    transfers::day,
    transfers::recorded_at_ms,
    transfers::evidence,
) = (
    transfers::id,
    transfers::account_id,
    transfers::feed_id,
    transfers::delivery_id,
    transfers::item,
    transfers::direction,
    transfers::amount_vnd,
    transfers::occurred_at_ms,
    transfers::occurred_precision,
    transfers::day,
    transfers::recorded_at_ms,
    transfers::evidence,
);

fn with_lines(
    connection: &mut DbConnection,
    board_id: BoardId,
    rows: Vec<RawTransfer>,
) -> Outcome<Vec<Stored>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let lines: Vec<RawLine> = attribution_lines::table
        .filter(attribution_lines::board_id.eq(board_id.0))
        .filter(attribution_lines::transfer_id.eq_any(&ids))
        .order((attribution_lines::transfer_id, attribution_lines::seq, attribution_lines::line))
        .select((
            attribution_lines::transfer_id,
            attribution_lines::seq,
            attribution_lines::occupancy_id,
            attribution_lines::code_id,
            attribution_lines::request_id,
            attribution_lines::class,
            attribution_lines::amount_vnd,
            attribution_lines::rule,
        ))
        .load(connection)?;
    rows.into_iter().map(|row| stored(row, &lines)).collect()
}

fn stored(row: RawTransfer, lines: &[RawLine]) -> Outcome<Stored> {
    let mine = lines.iter().filter(|line| line.0 == row.0);
    let seq = mine.clone().map(|line| line.1).max().unwrap_or_default();
    let present: Vec<_> = mine.filter(|line| line.1 == seq).collect();
    let rule = present.first().map(|line| line.7.clone()).unwrap_or_default();
    let lines = present
        .into_iter()
        .map(|(_, _, occupancy_id, code_id, request_id, class, amount_vnd, _)| {
            Ok(Line {
                occupancy_id: Some(OccupancyId(*occupancy_id)).filter(|id| id.0 != 0),
                code_id: code_id.map(CodeId),
                request_id: request_id.map(RequestId),
                class: Class::parse(class)
                    .ok_or_else(|| Fault::broken(format!("unknown class {class}")))?,
                amount: Vnd::new(*amount_vnd),
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    Ok(Stored {
        id: TransferId(row.0),
        account_id: Some(AccountId(row.1)).filter(|id| id.0 != 0),
        feed_id: FeedId(row.2),
        delivery_id: row.3,
        item: row.4,
        direction: if row.5 == Direction::Out.as_str() { Direction::Out } else { Direction::In },
        amount: Vnd::new(row.6),
        occurred_at: UnixMs(row.7),
        occurred_precision: row.8,
        day: Day(row.9),
        recorded_at: UnixMs(row.10),
        evidence: row.11,
        seq,
        rule,
        lines,
    })
}

/// What the feeds said of transfers, decoded again from the raw deliveries that are still kept:
/// the one place where memo and payer of a matched transfer are.
pub fn reported(
    connection: &mut DbConnection,
    board_id: BoardId,
    stored: &[Stored],
) -> Outcome<HashMap<TransferId, Reported>> {
    let delivery_ids: Vec<i64> = stored.iter().map(|transfer| transfer.delivery_id).collect();
    let bodies: Vec<(i64, Option<Vec<u8>>)> = deliveries::table
        .filter(deliveries::board_id.eq(board_id.0))
        .filter(deliveries::id.eq_any(&delivery_ids))
        .select((deliveries::id, deliveries::body))
        .load(connection)?;
    let bodies: HashMap<i64, Vec<u8>> =
        bodies.into_iter().filter_map(|(id, body)| Some((id, body?))).collect();
    let feeds: Vec<(i64, String, String)> = feeds::table
        .filter(feeds::board_id.eq(board_id.0))
        .select((feeds::id, feeds::provider, feeds::config))
        .load(connection)?;
    let mut found = HashMap::new();
    for transfer in stored {
        let feed = feeds.iter().find(|feed| feed.0 == transfer.feed_id.0);
        let (Some((_, provider, config)), Some(body)) = (feed, bodies.get(&transfer.delivery_id))
        else {
            continue;
        };
        let Some(provider) = Provider::parse(provider) else { continue };
        let config = FeedConfig::parse(provider, config)?;
        if let Ok(Decoded::Transfers(all)) = connector(provider).decode(&config, body)
            && let Some(one) = all.into_iter().nth(usize::try_from(transfer.item).unwrap_or(0))
        {
            found.insert(transfer.id, one);
        }
    }
    Ok(found)
}

/// The unresolved part of the queue, oldest first.
pub fn waiting(
    connection: &mut DbConnection,
    board_id: BoardId,
    page: PageRequest,
) -> Outcome<Vec<Waiting>> {
    type Raw = (i64, i64, i64, i64, i64, i64, String, Option<String>, Option<String>, Option<i64>);
    let rows: Vec<Raw> = unassigned::table
        .inner_join(
            transfers::table.on(transfers::board_id
                .eq(unassigned::board_id)
                .and(transfers::id.eq(unassigned::transfer_id))),
        )
        .filter(unassigned::board_id.eq(board_id.0))
        .filter(unassigned::resolved_at_ms.is_null())
        .filter(unassigned::transfer_id.gt(page.floor()))
        .order(unassigned::transfer_id)
        .limit(page.rows())
        .select((
            unassigned::transfer_id,
            unassigned::account_id,
            unassigned::feed_id,
            transfers::amount_vnd,
            transfers::occurred_at_ms,
            unassigned::recorded_at_ms,
            unassigned::reason,
            unassigned::memo,
            unassigned::payer_name,
            unassigned::proposed_request_id,
        ))
        .load(connection)?;
    let waiting = |row: Raw| Waiting {
        transfer_id: TransferId(row.0),
        account_id: Some(AccountId(row.1)).filter(|id| id.0 != 0),
        feed_id: FeedId(row.2),
        amount_vnd: Vnd::new(row.3),
        occurred_at: UnixMs(row.4),
        recorded_at: UnixMs(row.5),
        reason: row.6,
        memo: row.7,
        payer_name: row.8,
        proposed_request_id: row.9.map(RequestId),
    };
    Ok(rows.into_iter().map(waiting).collect())
}

/// Takes a transfer out of the queue.
pub fn resolve(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(unassigned::table.find((board_id.0, id.0)))
        .filter(unassigned::resolved_at_ms.is_null())
        .set(unassigned::resolved_at_ms.eq(at.0))
        .execute(connection)?;
    Ok(())
}

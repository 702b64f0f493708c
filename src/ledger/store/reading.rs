//! Reading transfers back, with their present lines, and memos from the raw deliveries.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use diesel::prelude::*;

use super::index;
use crate::db::schema::{attribution_lines, deliveries, feeds, transfers};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Decoded, Direction, FeedConfig, Precision, Provider, Reported, connector};
use crate::ledger::class::Class;
use crate::ledger::matching::Line;
use crate::ledger::replace::Decided;
use crate::ledger::transfers::{Filter, Stored};
use crate::primitives::ids::{
    AccountId, ActorId, BoardId, CodeId, FeedId, OccupancyId, RequestId, TransferId,
};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::PageRequest;

type RawLine = (i64, i32, i64, Option<i64>, Option<i64>, String, i64, String, RawDecided);
/// Who decided, when, why, and on whose proposal.
type RawDecided = (Option<i64>, i64, Option<String>, Option<i64>);

/// A whole row of `transfers`, in the order of its columns.
#[derive(Queryable)]
struct Row {
    _board_id: i64,
    id: i64,
    account_id: i64,
    feed_id: i64,
    delivery_id: i64,
    item: i32,
    direction: String,
    amount_vnd: i64,
    occurred_at_ms: i64,
    occurred_precision: String,
    day: i32,
    recorded_at_ms: i64,
    evidence: String,
    _fingerprint: i64,
    occupancy_id: i64,
    code_id: Option<i64>,
    request_id: Option<i64>,
    class: String,
    rule: String,
    minimum_receipt_vnd: i64,
    wrong_amount: bool,
    payer_key: Option<i64>,
}

impl Row {
    /// The line of the rules' own attribution.
    fn first_line(&self) -> RawLine {
        let (class, rule) = (self.class.clone(), self.rule.clone());
        let (code_id, request_id) = (self.code_id, self.request_id);
        let decided = (None, self.recorded_at_ms, None, None);
        (self.id, 1, self.occupancy_id, code_id, request_id, class, self.amount_vnd, rule, decided)
    }
}

/// A page of transfers, newest first.
pub fn transfers(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: Filter,
    page: PageRequest,
) -> Outcome<Vec<Stored>> {
    let before = page.after.unwrap_or(i64::MAX);
    let occupancy_id = filter.occupancy_id.map(|id| id.0);
    let Some(subject_id) = occupancy_id.or(filter.account_id.map(|id| id.0)) else {
        let rows: Vec<Row> = transfers::table
            .filter(transfers::board_id.eq(board_id.0))
            .filter(transfers::id.lt(before))
            .order(transfers::id.desc())
            .limit(page.rows())
            .load(connection)?;
        return with_lines(connection, board_id, rows, i32::MAX);
    };
    let wanted = usize::try_from(page.rows()).unwrap_or(usize::MAX);
    let (mut found, mut before) = (Vec::new(), before);
    // What was moved to another stall, or is another account's, leaves a page short: go on.
    while found.len() < wanted {
        let ids = index::transfers_of(connection, board_id, subject_id, before, page.rows())?;
        let Some(last) = ids.iter().take(wanted).next_back() else { break };
        before = *last;
        let stored = these(connection, board_id, ids.get(..wanted).unwrap_or(&ids))?;
        found.extend(stored.into_iter().filter(|transfer| filter.takes(transfer)));
    }
    found.truncate(wanted);
    Ok(found)
}

/// Transfers of these ids, newest first.
pub fn these(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[i64],
) -> Outcome<Vec<Stored>> {
    let rows: Vec<Row> = transfers::table
        .filter(transfers::board_id.eq(board_id.0))
        .filter(transfers::id.eq_any(ids))
        .order(transfers::id.desc())
        .load(connection)?;
    with_lines(connection, board_id, rows, i32::MAX)
}

pub fn transfer(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
) -> Outcome<Stored> {
    as_of(connection, board_id, id, i32::MAX)
}

/// A transfer with the lines that it had under an attribution, or before it.
pub fn as_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: TransferId,
    seq: i32,
) -> Outcome<Stored> {
    let row: Option<Row> =
        transfers::table.find((board_id.0, id.0)).first(connection).optional()?;
    let row = row.ok_or_else(|| Refusal::not_found("transfer"))?;
    with_lines(connection, board_id, vec![row], seq)?
        .pop()
        .ok_or_else(|| Refusal::not_found("transfer").into())
}

fn with_lines(
    connection: &mut DbConnection,
    board_id: BoardId,
    rows: Vec<Row>,
    last_seq: i32,
) -> Outcome<Vec<Stored>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let lines: Vec<RawLine> = attribution_lines::table
        .filter(attribution_lines::board_id.eq(board_id.0))
        .filter(attribution_lines::transfer_id.eq_any(&ids))
        .filter(attribution_lines::seq.le(last_seq))
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
            (
                attribution_lines::decided_by,
                attribution_lines::recorded_at_ms,
                attribution_lines::why,
                attribution_lines::proposed_by,
            ),
        ))
        .load(connection)?;
    rows.into_iter().map(|row| stored(row, &lines)).collect()
}

fn stored(row: Row, later: &[RawLine]) -> Outcome<Stored> {
    let mine = later.iter().filter(|line| line.0 == row.id);
    let seq = mine.clone().map(|line| line.1).max().unwrap_or(1);
    let mut present: Vec<_> = mine.filter(|line| line.1 == seq).cloned().collect();
    if present.is_empty() {
        present.push(row.first_line());
    }
    let (rule, (by, decided_at_ms, why, proposed_by)) =
        present.first().map(|line| (line.7.clone(), line.8.clone())).unwrap_or_default();
    let lines = present
        .into_iter()
        .map(|(_, _, occupancy_id, code_id, request_id, class, amount_vnd, ..)| {
            Ok(Line {
                occupancy_id: Some(OccupancyId(occupancy_id)).filter(|id| id.0 != 0),
                code_id: code_id.map(CodeId),
                request_id: request_id.map(RequestId),
                class: Class::parse(&class)
                    .ok_or_else(|| Fault::broken(format!("unknown class {class}")))?,
                amount: Vnd::new(amount_vnd),
            })
        })
        .collect::<Outcome<Vec<_>>>()?;
    let outgoing = row.direction == Direction::Out.as_str();
    Ok(Stored {
        id: TransferId(row.id),
        account_id: Some(AccountId(row.account_id)).filter(|id| id.0 != 0),
        feed_id: FeedId(row.feed_id),
        delivery_id: row.delivery_id,
        item: row.item,
        direction: if outgoing { Direction::Out } else { Direction::In },
        amount: Vnd::new(row.amount_vnd),
        occurred_at: UnixMs(row.occurred_at_ms),
        occurred_precision: Precision::parse(&row.occurred_precision)
            .ok_or_else(|| Fault::broken(format!("unknown precision of {}", row.id)))?,
        day: Day(row.day),
        recorded_at: UnixMs(row.recorded_at_ms),
        evidence: row.evidence,
        minimum_receipt: Vnd::new(row.minimum_receipt_vnd),
        wrong_request: row.request_id.filter(|_| row.wrong_amount).map(RequestId),
        payer_key: row.payer_key,
        seq,
        rule,
        decided: Decided { by: by.map(ActorId), proposed_by: proposed_by.map(ActorId), why },
        decided_at: UnixMs(decided_at_ms),
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
    // A page of a list holds many.
    let mut decoded: HashMap<i64, Vec<Reported>> = HashMap::new();
    let mut found = HashMap::new();
    for transfer in stored {
        let all = match decoded.entry(transfer.delivery_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let feed = feeds.iter().find(|feed| feed.0 == transfer.feed_id.0);
                let body = bodies.get(&transfer.delivery_id);
                let (Some((_, provider, config)), Some(body)) = (feed, body) else { continue };
                let Some(provider) = Provider::parse(provider) else { continue };
                let config = FeedConfig::parse(provider, config)?;
                let told = connector(provider).decode(&config, body, transfer.recorded_at);
                place.insert(match told {
                    Ok(Decoded::Transfers(all)) => all,
                    _ => Vec::new(),
                })
            }
        };
        if let Some(one) = all.get(usize::try_from(transfer.item).unwrap_or(0)) {
            found.insert(transfer.id, one.clone());
        }
    }
    Ok(found)
}

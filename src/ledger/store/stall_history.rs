//! The transfers of one stall with all that was decided of them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::{index, reading, refunds};
use crate::db::schema::{attribution_lines as l, transfers as t};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Direction, Precision};
use crate::ledger::class::Class;
use crate::ledger::payback;
use crate::ledger::refunds::RefundRow;
use crate::ledger::stall::{Decision, Tie, Told};
use crate::ledger::taken_off::Back;
use crate::primitives::ids::{BoardId, OccupancyId, TransferId};
use crate::primitives::{Day, UnixMs, Vnd};

/// Transfers whose lines are asked for at once.
const AT_ONCE: usize = 500;

#[derive(Queryable, QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    direction: String,
    #[diesel(sql_type = Integer)]
    day: i32,
    #[diesel(sql_type = BigInt)]
    recorded_at_ms: i64,
    #[diesel(sql_type = BigInt)]
    occurred_at_ms: i64,
    #[diesel(sql_type = Text)]
    occurred_precision: String,
    #[diesel(sql_type = BigInt)]
    occupancy_id: i64,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = BigInt)]
    amount_vnd: i64,
}

/// Transfer, attribution, time of the decision, occupancy, class, amount.
type LineRow = (i64, i32, i64, i64, String, i64);

/// To be called in a snapshot, or with the board locked. An index row outlives the attribution that
/// it was written for, so what was taken away from the stall is found too.
pub fn load(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    (from, to): (Day, Day),
    since: UnixMs,
) -> Outcome<Vec<Told>> {
    let tail = index::first_unindexed(connection, board_id, occupancy_id.0)?;
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT t.id, t.direction, t.day, t.recorded_at_ms, t.occurred_at_ms,
             t.occurred_precision, t.occupancy_id, t.class, t.amount_vnd
         FROM (SELECT i.transfer_id AS id FROM transfer_index i
                 WHERE i.board_id = $1 AND i.subject_id = $2
               UNION SELECT n.id FROM transfers n
                 WHERE n.board_id = $3 AND n.id >= $4 AND n.occupancy_id = $5) AS s
         JOIN transfers t ON t.board_id = $6 AND t.id = s.id
         WHERE t.day BETWEEN $7 AND $8
            OR (t.day < $9 AND (t.recorded_at_ms >= $10 OR EXISTS (
                SELECT 1 FROM attribution_lines l WHERE l.board_id = t.board_id
                  AND l.transfer_id = t.id AND l.recorded_at_ms >= $11)))
         ORDER BY t.id",
    )
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(occupancy_id.0)
    .bind::<BigInt, _>(board_id.0)
    .bind::<BigInt, _>(tail.unwrap_or(i64::MAX))
    .bind::<BigInt, _>(occupancy_id.0)
    .bind::<BigInt, _>(board_id.0)
    .bind::<Integer, _>(from.0)
    .bind::<Integer, _>(to.0)
    .bind::<Integer, _>(from.0)
    .bind::<BigInt, _>(since.0)
    .bind::<BigInt, _>(since.0)
    .load(connection)?;
    let mut told = Vec::with_capacity(rows.len());
    for rows in rows.chunks(AT_ONCE) {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut later = later(connection, board_id, occupancy_id, &ids)?;
        for row in rows {
            told.push(row.told(occupancy_id, later.remove(&row.id).unwrap_or_default())?);
        }
    }
    for told in told.chunks_mut(AT_ONCE) {
        tie(connection, board_id, occupancy_id, told)?;
    }
    Ok(told)
}

/// Adds the refunds of the stall, with the transfers at their other ends.
fn tie(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    told: &mut [Told],
) -> Outcome<()> {
    let ids: Vec<i64> = told.iter().map(|one| one.id.0).collect();
    let links = refunds::of_any(connection, board_id, &ids)?;
    let originals: BTreeSet<i64> = links.iter().map(|link| link.original_id.0).collect();
    let originals: Vec<i64> = originals.into_iter().collect();
    // With those whose other end is of another month: each takes what the ones before it left.
    let mut all = refunds::of_any(connection, board_id, &originals)?;
    let originals = reading::these(connection, board_id, &originals)?;
    let taken = payback::of_stall(&all, &originals, occupancy_id);
    let taken: BTreeSet<_> = taken.into_iter().map(|link| link.id).collect();
    // Its books know what it took before the transfer became another's.
    all.retain(|link| link.occupancy_id == Some(occupancy_id) || taken.contains(&link.id));
    let told_ids: BTreeSet<i64> = ids.into_iter().collect();
    let is_told = |link: &&RefundRow| {
        told_ids.contains(&link.original_id.0) || told_ids.contains(&link.outgoing_id.0)
    };
    let links: Vec<&RefundRow> = all.iter().filter(is_told).collect();
    let both = links.iter().flat_map(|link| [link.original_id.0, link.outgoing_id.0]);
    let ends: Vec<i64> = both.collect::<BTreeSet<_>>().into_iter().collect();
    if ends.is_empty() {
        return Ok(());
    }
    let rows: Vec<Row> = t::table
        .filter(t::board_id.eq(board_id.0))
        .filter(t::id.eq_any(&ends))
        .select((
            t::id,
            t::direction,
            t::day,
            t::recorded_at_ms,
            t::occurred_at_ms,
            t::occurred_precision,
            t::occupancy_id,
            t::class,
            t::amount_vnd,
        ))
        .load(connection)?;
    let mut later = later(connection, board_id, occupancy_id, &ends)?;
    let mut others = BTreeMap::new();
    for row in rows {
        let other = row.told(occupancy_id, later.remove(&row.id).unwrap_or_default())?;
        others.insert(other.id, other);
    }
    for one in told {
        let of_one = links.iter().filter_map(|link| {
            let other =
                if one.id == link.original_id { link.outgoing_id } else { link.original_id };
            let is_mine = one.id == link.original_id || one.id == link.outgoing_id;
            let other = others.get(&other).filter(|_| is_mine)?;
            let its = || all.iter().filter(|one| one.original_id == link.original_id);
            Some(Tie {
                id: link.id,
                all: its().map(Back::from).collect(),
                place: its().position(|one| one.id == link.id)?,
                day: other.day,
                decisions: other.decisions.clone(),
            })
        });
        one.ties = of_one.collect();
    }
    Ok(())
}

/// What was decided after the rules' first decision, in order.
fn later(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    ids: &[i64],
) -> Outcome<BTreeMap<i64, Vec<Decision>>> {
    let lines: Vec<LineRow> = l::table
        .filter(l::board_id.eq(board_id.0))
        .filter(l::transfer_id.eq_any(ids))
        .order((l::transfer_id, l::seq, l::line))
        .select((
            l::transfer_id,
            l::seq,
            l::recorded_at_ms,
            l::occupancy_id,
            l::class,
            l::amount_vnd,
        ))
        .load(connection)?;
    let mut found: BTreeMap<i64, Vec<Decision>> = BTreeMap::new();
    for (transfer_id, seq, at, of, class, amount) in lines {
        let decisions = found.entry(transfer_id).or_default();
        if decisions.last().is_none_or(|last| last.seq != seq) {
            decisions.push(Decision { seq, at: UnixMs(at), parts: Vec::new() });
        }
        if let Some(last) = decisions.last_mut().filter(|_| of == occupancy_id.0) {
            last.parts.push((parse(&class)?, Vnd::new(amount)));
        }
    }
    Ok(found)
}

impl Row {
    fn told(&self, occupancy_id: OccupancyId, later: Vec<Decision>) -> Outcome<Told> {
        let outgoing = self.direction == Direction::Out.as_str();
        let is_mine = self.occupancy_id == occupancy_id.0;
        let own = is_mine.then(|| Ok((parse(&self.class)?, Vnd::new(self.amount_vnd))));
        let at = UnixMs(self.recorded_at_ms);
        let first = Decision { seq: 1, at, parts: own.into_iter().collect::<Outcome<_>>()? };
        let is_day = Precision::parse(&self.occurred_precision) == Some(Precision::Day);
        Ok(Told {
            id: TransferId(self.id),
            direction: if outgoing { Direction::Out } else { Direction::In },
            day: Day(self.day),
            at: if is_day { at } else { UnixMs(self.occurred_at_ms) },
            decisions: std::iter::once(first).chain(later).collect(),
            ties: Vec::new(),
        })
    }
}

fn parse(class: &str) -> Outcome<Class> {
    Class::parse(class).ok_or_else(|| Fault::broken(format!("unknown class {class}")))
}

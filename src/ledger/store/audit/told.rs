//! Events against the transfers and attributions that they tell of.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::Mismatch;
use crate::db::schema::{attribution_lines as a, transfers as t};
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event, Numbered};
use crate::ledger::store::index::AT_ONCE;
use crate::primitives::ids::{BoardId, TransferId};

/// Account, occupancy, request, amount in đồng, class and day; 0: none.
type Told = (i64, i64, i64, i64, String, i32);

/// Pages that hold more or fewer events than they count; events that tell of something else than the
/// transfer, or twice; money in and attributions that no event tells of. Money out that was recorded
/// by an earlier version has none.
pub fn differing(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Mismatch>> {
    let mut found = Vec::new();
    let (mut transfers, mut attributions, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    let mut cursor = 0;
    loop {
        let events = events::after(connection, board_id, cursor, AT_ONCE)?;
        let Some(last) = events.last() else { break };
        for (one, due) in events.iter().zip(cursor + 1..) {
            if one.seq != due {
                let shown = |seq: i64| Some(format!("number {seq}"));
                found.push(Mismatch::new(due, shown(one.seq), shown(due)));
                break;
            }
        }
        cursor = last.seq;
        untrue(connection, board_id, &events, &mut found)?;
        for one in &events {
            match &one.event {
                Event::TransferRecorded { transfer_id, .. } => transfers.push(transfer_id.0),
                Event::TransferAssigned { transfer_id, seq } => {
                    attributions.push((transfer_id.0, *seq));
                }
                Event::CodeChecked { .. } => {}
                Event::MoneyOut { transfer_id, .. } => gone.push(transfer_id.0),
            }
        }
    }
    let incoming = t::table.filter(t::board_id.eq(board_id.0)).filter(t::direction.eq("in"));
    let incoming = incoming.order(t::id).select(t::id).load(connection)?;
    let key = |id: &i64| TransferId(*id).to_string();
    once(transfers, incoming, key, &mut found);
    let outgoing = t::table.filter(t::board_id.eq(board_id.0)).filter(t::direction.eq("out"));
    let mut outgoing: Vec<i64> = outgoing.order(t::id).select(t::id).load(connection)?;
    let told: BTreeSet<i64> = gone.iter().copied().collect();
    outgoing.retain(|id| told.contains(id));
    once(gone, outgoing, key, &mut found);
    let decided = a::table.filter(a::board_id.eq(board_id.0)).filter(a::line.eq(0));
    let decided = decided.order((a::transfer_id, a::seq)).select((a::transfer_id, a::seq));
    let decided = decided.load(connection)?;
    let key = |(id, seq): &(i64, i32)| format!("{} attribution {seq}", TransferId(*id));
    once(attributions, decided, key, &mut found);
    Ok(found)
}

/// Each of `due`, which is in order, is to be told once, and nothing else.
fn once<T: Ord + Clone>(
    mut told: Vec<T>,
    due: Vec<T>,
    key: impl Fn(&T) -> String,
    found: &mut Vec<Mismatch>,
) {
    told.sort_unstable();
    let twice: BTreeSet<_> = told
        .iter()
        .zip(told.iter().skip(1))
        .filter(|(one, next)| one == next)
        .map(|(one, _)| one)
        .collect();
    let times = |count: &str| Some(format!("told {count}"));
    found.extend(
        twice.into_iter().map(|one| Mismatch::new(key(one), times("twice"), times("once"))),
    );
    let untold = due.iter().filter(|one| told.binary_search(one).is_err());
    found.extend(untold.map(|one| Mismatch::new(key(one), None, times("once"))));
    let false_ones = told.iter().filter(|one| due.binary_search(one).is_err());
    found.extend(false_ones.map(|one| Mismatch::new(key(one), times("once"), None)));
}

/// Events whose words are not those of their transfer.
fn untrue(
    connection: &mut DbConnection,
    board_id: BoardId,
    events: &[Numbered],
    found: &mut Vec<Mismatch>,
) -> Outcome<()> {
    let mut told: Vec<(i64, Told)> = Vec::new();
    for one in events {
        let Event::TransferRecorded {
            transfer_id,
            account_id,
            occupancy_id,
            request_id,
            amount,
            class,
            day,
            ..
        } = &one.event
        else {
            continue;
        };
        let account = account_id.map_or(0, |id| id.0);
        let occupancy = occupancy_id.map_or(0, |id| id.0);
        let request = request_id.map_or(0, |id| id.0);
        let of = (account, occupancy, request, amount.get(), class.to_string(), day.0);
        told.push((transfer_id.0, of));
    }
    let mut kept: HashMap<i64, Told> = HashMap::new();
    for some in told.chunks(AT_ONCE) {
        type Raw = (i64, i64, i64, Option<i64>, i64, String, i32);
        let rows: Vec<Raw> = t::table
            .filter(t::board_id.eq(board_id.0))
            .filter(t::id.eq_any(some.iter().map(|(id, _)| *id)))
            .select((
                t::id,
                t::account_id,
                t::occupancy_id,
                t::request_id,
                t::amount_vnd,
                t::class,
                t::day,
            ))
            .load(connection)?;
        kept.extend(rows.into_iter().map(
            |(id, account, occupancy, request, amount, class, day)| {
                (id, (account, occupancy, request.unwrap_or_default(), amount, class, day))
            },
        ));
    }
    for (id, told) in &told {
        // What tells of no transfer is found by its id.
        if let Some(due) = kept.get(id).filter(|kept| *kept != told) {
            let shown = |told: &Told| Some(format!("{told:?}"));
            found.push(Mismatch::new(TransferId(*id), shown(told), shown(due)));
        }
    }
    Ok(())
}

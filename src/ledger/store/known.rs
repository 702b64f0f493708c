//! Which reports of a list are known already. Most are, because a list is read again and again; what
//! is known is not written down once more.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::db::schema::{sighting_conflicts, sightings, transfers};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision, Reported};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;
use crate::primitives::time::MS_PER_MINUTE;

/// Ids of one query.
const AT_ONCE: usize = 500;

/// Digest and transfer of a sighting.
type Sighted = (i64, Option<i64>);

/// Tells of each report, in order, whether it says nothing new: the same again, a contradiction that
/// was kept before, or the same money in other words, since a list may word a memo differently.
pub fn are_known(
    connection: &mut DbConnection,
    board_id: BoardId,
    all: &[Reported],
) -> Outcome<Vec<bool>> {
    let mut ids: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for one in all {
        ids.entry(one.namespace()).or_default().push(&one.provider_id);
    }
    let mut found: HashMap<(String, String), Sighted> = HashMap::new();
    for (namespace, ids) in &ids {
        for ids in ids.chunks(AT_ONCE) {
            let rows: Vec<(String, i64, Option<i64>)> = sightings::table
                .filter(sightings::board_id.eq(board_id.0))
                .filter(sightings::namespace.eq(namespace))
                .filter(sightings::provider_id.eq_any(ids))
                .select((sightings::provider_id, sightings::fields_digest, sightings::transfer_id))
                .load(connection)?;
            let keyed = |(id, digest, transfer)| ((namespace.clone(), id), (digest, transfer));
            found.extend(rows.into_iter().map(keyed));
        }
    }
    all.iter()
        .map(|one| match found.get(&(one.namespace(), one.provider_id.clone())) {
            None => Ok(false),
            Some((digest, _)) if *digest == one.fingerprint() => Ok(true),
            // Money out that its holder does not let us keep: there is nothing to compare with.
            Some((_, None)) => Ok(one.direction == Direction::Out),
            Some((_, Some(transfer_id))) => Ok(is_kept_conflict(connection, board_id, one)?
                || is_same_money(connection, board_id, *transfer_id, one)?),
        })
        .collect()
}

fn is_kept_conflict(
    connection: &mut DbConnection,
    board_id: BoardId,
    one: &Reported,
) -> Outcome<bool> {
    let kept = sighting_conflicts::table
        .filter(sighting_conflicts::board_id.eq(board_id.0))
        .filter(sighting_conflicts::namespace.eq(one.namespace()))
        .filter(sighting_conflicts::provider_id.eq(&one.provider_id))
        .filter(sighting_conflicts::fields_digest.eq(one.fingerprint()));
    Ok(diesel::select(diesel::dsl::exists(kept)).get_result(connection)?)
}

fn is_same_money(
    connection: &mut DbConnection,
    board_id: BoardId,
    transfer_id: i64,
    one: &Reported,
) -> Outcome<bool> {
    let row: Option<(String, i64, i64, String)> = transfers::table
        .find((board_id.0, transfer_id))
        .select((
            transfers::direction,
            transfers::amount_vnd,
            transfers::occurred_at_ms,
            transfers::occurred_precision,
        ))
        .first(connection)
        .optional()?;
    let Some((direction, amount_vnd, occurred_at_ms, precision)) = row else { return Ok(false) };
    let at = UnixMs(occurred_at_ms);
    let minute = |at: UnixMs| at.0.div_euclid(MS_PER_MINUTE);
    // The coarser of the two decides.
    let coarser = one.precision.max(Precision::parse(&precision).unwrap_or(Precision::Second));
    let same_time = match coarser {
        Precision::Day => at.day(0) == one.occurred_at.day(0),
        Precision::Minute => minute(at) == minute(one.occurred_at),
        Precision::Second => at == one.occurred_at,
    };
    Ok(same_time && direction == one.direction.as_str() && amount_vnd == one.amount.get())
}

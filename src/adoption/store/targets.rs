//! Rows of `adoption_targets`.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::access::Act;
use crate::adoption::targets::{NewTarget, Target, TargetMetric};
use crate::db::schema::adoption_targets::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, MarketId};
use crate::primitives::{Day, UnixMs};

type Row = (TargetMetric, Option<i32>, String, Option<i32>, i64);

/// The target of each metric that has one.
pub fn latest(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Vec<Target>> {
    let found: Vec<Row> = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::market_id.eq(market_id))
        .order((table::metric, table::seq))
        .select((
            table::metric,
            table::per_mille,
            table::document,
            table::due_day,
            table::set_at_ms,
        ))
        .load(connection)?;
    // Later ones overwrite earlier ones.
    let last: BTreeMap<&'static str, Row> =
        found.into_iter().map(|row| (row.0.as_str(), row)).collect();
    let target = |(metric, per_mille, document, due_day, set_at): Row| {
        Some(Target {
            metric,
            per_mille: per_mille?,
            document,
            due_day: due_day.map(Day),
            set_at: UnixMs(set_at),
        })
    };
    Ok(last.into_values().filter_map(target).collect())
}

pub fn insert(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    new: &NewTarget,
    document: &str,
) -> Outcome<()> {
    let board_id = act.board_id();
    let before: Option<i32> = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::market_id.eq(market_id))
        .filter(table::metric.eq(new.metric))
        .order(table::seq.desc())
        .select(table::seq)
        .first(connection)
        .optional()?;
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::market_id.eq(market_id),
            table::metric.eq(new.metric),
            table::seq.eq(before.unwrap_or(0) + 1),
            table::per_mille.eq(new.per_mille),
            table::document.eq(document),
            table::due_day.eq(new.due_day.map(|day| day.0)),
            table::set_by.eq(act.scope.actor),
            table::set_at_ms.eq(act.at.0),
        ))
        .execute(connection)?;
    Ok(())
}

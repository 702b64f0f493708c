//! Rows of `cash_plans`, `cash_draws` and `cash_counts`.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::register::sharing_vendors;
use crate::access::Act;
use crate::adoption::counting::Framed;
use crate::adoption::counting::counts::{Count, CountOutcome};
use crate::adoption::counting::plans::{DrawnDay, PlanFilter, PlanHead};
use crate::adoption::days::Span;
use crate::db::schema::{
    cash_counts as counts, cash_draws as draws, cash_plans as plans, occupancies, sections, stalls,
    vendors,
};
use crate::db::{DbConnection, Fault, Outcome, columns};
use crate::primitives::ids::{BoardId, CashPlanId, MarketId, OccupancyId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::registry::PageRequest;

type Head = (CashPlanId, MarketId, i32, i32, i32, i32, i32, i64);
columns! {
    const HEAD = plans { id, market_id, from_day, to_day, stalls, days_each, as_of, created_at_ms };
}

fn head((id, market_id, from, to, stalls, days_each, as_of, created): Head) -> PlanHead {
    PlanHead {
        id,
        market_id,
        from_day: Day(from),
        to_day: Day(to),
        stalls,
        days_each,
        as_of: Day(as_of),
        created_at: UnixMs(created),
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CashPlanId,
) -> Outcome<Option<PlanHead>> {
    let found = plans::table.find((board_id, id)).select(HEAD).first(connection);
    Ok(found.optional()?.map(head))
}

/// A market's plans that ended within a span, the last one last.
pub fn ended(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    span: Span,
) -> Outcome<Vec<PlanHead>> {
    let query = plans::table
        .filter(plans::board_id.eq(board_id))
        .filter(plans::market_id.eq(market_id))
        .filter(plans::to_day.between(span.from.0, span.to.0))
        .order(plans::to_day)
        .select(HEAD);
    Ok(query.load(connection)?.into_iter().map(head).collect())
}

/// A market's plans that have a day in a span.
pub fn within(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    span: Span,
) -> Outcome<Vec<PlanHead>> {
    let query = plans::table
        .filter(plans::board_id.eq(board_id))
        .filter(plans::market_id.eq(market_id))
        .filter(plans::from_day.le(span.to.0))
        .filter(plans::to_day.ge(span.from.0))
        .order(plans::to_day)
        .select(HEAD);
    Ok(query.load(connection)?.into_iter().map(head).collect())
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &PlanFilter,
    page: PageRequest,
) -> Outcome<Vec<PlanHead>> {
    let mut query = plans::table.filter(plans::board_id.eq(board_id)).select(HEAD).into_boxed();
    if let Some(id) = filter.market_id {
        query = query.filter(plans::market_id.eq(id));
    }
    let query = query.filter(plans::id.gt(page.floor())).order(plans::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(head).collect())
}

pub fn insert_plan(
    connection: &mut DbConnection,
    act: &Act,
    head: &PlanHead,
    (frame, open_days): (&[Framed], &[Day]),
) -> Outcome<()> {
    let text = |list: Result<String, serde_json::Error>| list.map_err(Fault::broken);
    diesel::insert_into(plans::table)
        .values((
            plans::board_id.eq(act.board_id()),
            plans::id.eq(head.id),
            plans::market_id.eq(head.market_id),
            plans::from_day.eq(head.from_day.0),
            plans::to_day.eq(head.to_day.0),
            plans::stalls.eq(head.stalls),
            plans::days_each.eq(head.days_each),
            plans::as_of.eq(head.as_of.0),
            plans::frame.eq(text(serde_json::to_string(frame))?),
            plans::open_days.eq(text(serde_json::to_string(open_days))?),
            plans::created_by.eq(act.scope.actor),
            plans::created_at_ms.eq(head.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// What the lot fell on, and the days that it had.
pub fn drawn_from(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CashPlanId,
) -> Outcome<(Vec<Framed>, Vec<Day>)> {
    let kept = plans::table.find((board_id, id)).select((plans::frame, plans::open_days));
    let (frame, days): (String, String) = kept.first(connection)?;
    let frame = serde_json::from_str(&frame).map_err(Fault::broken)?;
    Ok((frame, serde_json::from_str(&days).map_err(Fault::broken)?))
}

pub fn insert_draws(
    connection: &mut DbConnection,
    board_id: BoardId,
    plan_id: CashPlanId,
    drawn: &[(OccupancyId, Day)],
) -> Outcome<()> {
    for (occupancy_id, day) in drawn {
        diesel::insert_into(draws::table)
            .values((
                draws::board_id.eq(board_id),
                draws::plan_id.eq(plan_id),
                draws::occupancy_id.eq(occupancy_id),
                draws::day.eq(day.0),
            ))
            .execute(connection)?;
    }
    Ok(())
}

pub fn is_drawn(
    connection: &mut DbConnection,
    board_id: BoardId,
    plan_id: CashPlanId,
    (occupancy_id, day): (OccupancyId, Day),
) -> Outcome<bool> {
    let query = draws::table.find((board_id, plan_id, occupancy_id, day.0)).select(draws::day);
    Ok(query.first::<i32>(connection).optional()?.is_some())
}

pub fn insert_count(
    connection: &mut DbConnection,
    act: &Act,
    plan_id: CashPlanId,
    count: &Count,
) -> Outcome<()> {
    let board_id = act.board_id();
    let before: Option<i32> = counts::table
        .filter(counts::board_id.eq(board_id))
        .filter(counts::plan_id.eq(plan_id))
        .filter(counts::occupancy_id.eq(count.occupancy_id))
        .filter(counts::day.eq(count.day.0))
        .order(counts::seq.desc())
        .select(counts::seq)
        .first(connection)
        .optional()?;
    diesel::insert_into(counts::table)
        .values((
            counts::board_id.eq(board_id),
            counts::plan_id.eq(plan_id),
            counts::occupancy_id.eq(count.occupancy_id),
            counts::day.eq(count.day.0),
            counts::seq.eq(before.unwrap_or(0) + 1),
            counts::outcome.eq(count.outcome),
            counts::cash_vnd.eq(count.cash_vnd.map(Vnd::get)),
            counts::counted_by.eq(&count.counted_by),
            counts::recorded_by.eq(act.scope.actor),
            counts::recorded_at_ms.eq(act.at.0),
        ))
        .execute(connection)?;
    Ok(())
}

/// The answers that count, by stall and day.
pub fn latest(
    connection: &mut DbConnection,
    board_id: BoardId,
    plan_id: CashPlanId,
) -> Outcome<HashMap<(OccupancyId, Day), Count>> {
    type Row = (OccupancyId, i32, CountOutcome, Option<i64>, String);
    let found: Vec<Row> = counts::table
        .filter(counts::board_id.eq(board_id))
        .filter(counts::plan_id.eq(plan_id))
        .order((counts::occupancy_id, counts::day, counts::seq))
        .select((
            counts::occupancy_id,
            counts::day,
            counts::outcome,
            counts::cash_vnd,
            counts::counted_by,
        ))
        .load(connection)?;
    let keyed = found.into_iter().map(|(occupancy_id, day, outcome, cash, counted_by)| {
        let (day, cash_vnd) = (Day(day), cash.map(Vnd::new));
        ((occupancy_id, day), Count { occupancy_id, day, outcome, cash_vnd, counted_by })
    });
    // Later ones overwrite earlier ones.
    Ok(keyed.collect())
}

/// Every drawn stall and day of a plan.
pub fn draws_of(
    connection: &mut DbConnection,
    board_id: BoardId,
    plan_id: CashPlanId,
) -> Outcome<Vec<(OccupancyId, Day)>> {
    let found: Vec<(OccupancyId, i32)> = draws::table
        .filter(draws::board_id.eq(board_id))
        .filter(draws::plan_id.eq(plan_id))
        .order((draws::occupancy_id, draws::day))
        .select((draws::occupancy_id, draws::day))
        .load(connection)?;
    Ok(found.into_iter().map(|(id, day)| (id, Day(day))).collect())
}

/// A plan's days with what came of them; amounts only where they may be seen.
pub fn days(
    connection: &mut DbConnection,
    act: &Act,
    plan_id: CashPlanId,
    sees_all: bool,
) -> Outcome<Vec<DrawnDay>> {
    use occupancies as o;
    type Row = (OccupancyId, i32, String, String, String, i64);
    let board_id = act.board_id();
    let of = o::board_id.eq(draws::board_id).and(o::id.eq(draws::occupancy_id));
    let at_stall = stalls::board_id.eq(o::board_id).and(stalls::id.eq(o::stall_id));
    let in_section =
        sections::board_id.eq(stalls::board_id).and(sections::id.eq(stalls::section_id));
    let of_vendor = vendors::board_id.eq(o::board_id).and(vendors::id.eq(o::vendor_id));
    let found: Vec<Row> = draws::table
        .inner_join(o::table.on(of))
        .inner_join(stalls::table.on(at_stall))
        .inner_join(sections::table.on(in_section))
        .inner_join(vendors::table.on(of_vendor))
        .filter(draws::board_id.eq(board_id))
        .filter(draws::plan_id.eq(plan_id))
        .order((draws::day, sections::position, stalls::position, stalls::code, o::id))
        .select((o::id, draws::day, stalls::code, sections::name, vendors::name, o::vendor_id))
        .load(connection)?;
    let sharing: HashSet<i64> =
        sharing_vendors(connection, board_id, act.at)?.into_iter().collect();
    let mut told = latest(connection, board_id, plan_id)?;
    let day = |(occupancy_id, day, stall_code, section, vendor, vendor_id): Row| {
        let count = told.remove(&(occupancy_id, Day(day)));
        let cash = count.as_ref().and_then(|count| count.cash_vnd);
        DrawnDay {
            day: Day(day),
            occupancy_id,
            stall_code,
            section,
            vendor,
            outcome: count.as_ref().map(|count| count.outcome),
            cash_vnd: cash.filter(|_| sees_all || sharing.contains(&vendor_id)),
            counted_by: count.map(|count| count.counted_by),
        }
    };
    Ok(found.into_iter().map(day).collect())
}

/// Drawn days of a market's plans within a span that nobody has told of yet, the first of each stall.
pub fn pending(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    span: Span,
) -> Outcome<Vec<(OccupancyId, Day)>> {
    let mut first: HashMap<OccupancyId, Day> = HashMap::new();
    for plan_id in within(connection, board_id, market_id, span)?.into_iter().map(|plan| plan.id) {
        let told = latest(connection, board_id, plan_id)?;
        let refused: HashSet<OccupancyId> = told
            .values()
            .filter(|count| count.outcome == CountOutcome::Refused)
            .map(|count| count.occupancy_id)
            .collect();
        for (id, day) in draws_of(connection, board_id, plan_id)? {
            let is_open = span.contains(day) && !told.contains_key(&(id, day));
            if is_open && !refused.contains(&id) {
                let known = first.entry(id).or_insert(day);
                *known = day.min(*known);
            }
        }
    }
    Ok(first.into_iter().collect())
}

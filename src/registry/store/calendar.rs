//! Rows of `calendar_rules`: the variants of a rule share one row's columns.

use diesel::prelude::*;

use crate::db::schema::calendar_rules::{self as table, table as rows};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{BoardId, CalendarRuleId, MarketId};
use crate::registry::PageRequest;
use crate::registry::calendar::{CalendarFilter, CalendarRule, Rule};

type Row =
    (BoardId, CalendarRuleId, MarketId, String, Option<i32>, Option<i32>, Option<i32>, Option<i32>);

fn rule((_, id, market_id, kind, weekday, lunar, from, to): Row) -> Outcome<CalendarRule> {
    let (from_day, to_day) = (from.map(Day), to.map(Day));
    let rule = match (kind.as_str(), weekday, lunar, from_day, to_day) {
        ("weekday", Some(iso_weekday), ..) => Rule::Weekday { iso_weekday, from_day, to_day },
        ("lunar_day", _, Some(lunar_day), ..) => Rule::LunarDay { lunar_day, from_day, to_day },
        ("open", _, _, Some(from_day), Some(to_day)) => Rule::Open { from_day, to_day },
        ("closed", _, _, Some(from_day), Some(to_day)) => Rule::Closed { from_day, to_day },
        _ => return Err(Fault::broken(format!("calendar rule {id} is incomplete"))),
    };
    Ok(CalendarRule { id, market_id, rule })
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CalendarRuleId,
) -> Outcome<Option<CalendarRule>> {
    rows.find((board_id, id)).first(connection).optional()?.map(rule).transpose()
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &CalendarFilter,
    page: PageRequest,
) -> Outcome<Vec<CalendarRule>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(market_id) = filter.market_id {
        query = query.filter(table::market_id.eq(market_id));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    query.load(connection)?.into_iter().map(rule).collect()
}

pub fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    rule: &CalendarRule,
) -> Outcome<()> {
    let (kind, weekday, lunar, from, to) = match rule.rule {
        Rule::Weekday { iso_weekday, from_day, to_day } => {
            ("weekday", Some(iso_weekday), None, from_day, to_day)
        }
        Rule::LunarDay { lunar_day, from_day, to_day } => {
            ("lunar_day", None, Some(lunar_day), from_day, to_day)
        }
        Rule::Open { from_day, to_day } => ("open", None, None, Some(from_day), Some(to_day)),
        Rule::Closed { from_day, to_day } => ("closed", None, None, Some(from_day), Some(to_day)),
    };
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(rule.id),
            table::market_id.eq(rule.market_id),
            table::kind.eq(kind),
            table::iso_weekday.eq(weekday),
            table::lunar_day.eq(lunar),
            table::from_day.eq(from.map(Day::get)),
            table::to_day.eq(to.map(Day::get)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether there was such a rule.
pub fn delete(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CalendarRuleId,
) -> Outcome<bool> {
    Ok(diesel::delete(rows.find((board_id, id))).execute(connection)? > 0)
}

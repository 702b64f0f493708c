//! Market days: what the calendar opens. A stall's trading days are these without its absences.

use super::days::{DaySet, Span};
use super::store::register::CalendarRule;
use crate::primitives::{Day, lunar};

/// A market day is a day that a rule opens and no rule closes. Without a rule that opens, every
/// day is open: a list of holidays alone does not shut the market for good.
pub fn market_days(rules: &[CalendarRule], span: Span) -> DaySet {
    let mut days = DaySet::within(span);
    let closing = |rule: &CalendarRule| rule.kind == "closed";
    let always = rules.iter().all(closing);
    for day in span.days() {
        let lunar = lunar::day_of_month(day);
        let mut applying = rules.iter().filter(|rule| applies(rule, day, lunar)).peekable();
        let opened = always || applying.peek().is_some();
        if opened && !applying.any(closing) {
            days.insert(day);
        }
    }
    days
}

fn applies(rule: &CalendarRule, day: Day, lunar: Option<u8>) -> bool {
    let in_force =
        rule.from_day.is_none_or(|from| from <= day.0) && rule.to_day.is_none_or(|to| day.0 <= to);
    in_force
        && match rule.kind.as_str() {
            "weekday" => rule.iso_weekday == Some(i32::from(day.iso_weekday())),
            "lunar_day" => rule.lunar_day.is_some() && rule.lunar_day == lunar.map(i32::from),
            _ => true,
        }
}

//! When a market is held. A day is a market day when a rule opens it and none closes it; a market
//! without a rule is held every day.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred};
use super::store::{calendar as store, markets as market_store};
use super::{Page, PageRequest, Period};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{CalendarRuleId, MarketId};
use crate::primitives::{Day, Refusal, input};

/// One rule. Every week and every lunar month unless dated; both ends of a span are included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// Opens a weekday.
    Weekday {
        /// 1 = Monday … 7 = Sunday.
        iso_weekday: i32,
        #[schema(value_type = Option<String>, format = Date)]
        from_day: Option<Day>,
        #[schema(value_type = Option<String>, format = Date)]
        to_day: Option<Day>,
    },
    /// Opens a day of the lunar month.
    LunarDay {
        /// 1–30.
        lunar_day: i32,
        #[schema(value_type = Option<String>, format = Date)]
        from_day: Option<Day>,
        #[schema(value_type = Option<String>, format = Date)]
        to_day: Option<Day>,
    },
    /// Opens every day of a span.
    Open {
        #[schema(value_type = String, format = Date)]
        from_day: Day,
        #[schema(value_type = String, format = Date)]
        to_day: Day,
    },
    /// Closes every day of a span, whatever opens it.
    Closed {
        #[schema(value_type = String, format = Date)]
        from_day: Day,
        #[schema(value_type = String, format = Date)]
        to_day: Day,
    },
}

/// All fields that a rule may have. serde's own way to read a tagged enumeration forgets in which
/// field it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFields {
    kind: RuleKind,
    iso_weekday: Option<i32>,
    lunar_day: Option<i32>,
    from_day: Option<Day>,
    to_day: Option<Day>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleKind {
    Weekday,
    LunarDay,
    Open,
    Closed,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let RuleFields { kind, iso_weekday, lunar_day, from_day, to_day } =
            RuleFields::deserialize(from)?;
        let foreign = match kind {
            RuleKind::Weekday => lunar_day.map(|_| "lunar_day"),
            RuleKind::LunarDay => iso_weekday.map(|_| "iso_weekday"),
            RuleKind::Open | RuleKind::Closed => {
                iso_weekday.map(|_| "iso_weekday").or(lunar_day.map(|_| "lunar_day"))
            }
        };
        if let Some(name) = foreign {
            return Err(D::Error::unknown_field(name, &[]));
        }
        let missing = D::Error::missing_field;
        let span = || {
            let from_day = from_day.ok_or_else(|| missing("from_day"))?;
            Ok((from_day, to_day.ok_or_else(|| missing("to_day"))?))
        };
        Ok(match kind {
            RuleKind::Weekday => {
                let iso_weekday = iso_weekday.ok_or_else(|| missing("iso_weekday"))?;
                Self::Weekday { iso_weekday, from_day, to_day }
            }
            RuleKind::LunarDay => {
                let lunar_day = lunar_day.ok_or_else(|| missing("lunar_day"))?;
                Self::LunarDay { lunar_day, from_day, to_day }
            }
            RuleKind::Open => {
                let (from_day, to_day) = span()?;
                Self::Open { from_day, to_day }
            }
            RuleKind::Closed => {
                let (from_day, to_day) = span()?;
                Self::Closed { from_day, to_day }
            }
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CalendarRule {
    pub id: CalendarRuleId,
    pub market_id: MarketId,
    pub rule: Rule,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCalendarRule {
    pub market_id: MarketId,
    #[serde(deserialize_with = "input::object")]
    pub rule: Rule,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CalendarFilter {
    pub market_id: Option<MarketId>,
}

/// # Errors
/// `not-found` (market_id), `weekday-out-of-range`, `lunar-day-out-of-range`, `period-reversed`.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    new: NewCalendarRule,
) -> Outcome<CalendarRule> {
    act.require(Permission::RegistryWrite)?;
    let market = market_store::find(connection, act.board_id(), new.market_id)?;
    let market_id = referred(market, "market", "market_id")?.id;
    check_rule(new.rule)?;
    let rule = CalendarRule { id: CalendarRuleId(act.new_id()), market_id, rule: new.rule };
    store::insert(connection, act.board_id(), &rule)?;
    Ok(rule)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: CalendarRuleId) -> Outcome<CalendarRule> {
    act.require(Permission::RegistryRead)?;
    Ok(found(store::find(connection, act.board_id(), id)?, "calendar_rule")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &CalendarFilter,
    page: PageRequest,
) -> Outcome<Page<CalendarRule>> {
    act.require(Permission::RegistryRead)?;
    let rules = store::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(rules, |rule| rule.id.0))
}

pub fn remove(connection: &mut DbConnection, act: &Act, id: CalendarRuleId) -> Outcome<()> {
    act.require(Permission::RegistryWrite)?;
    if store::delete(connection, act.board_id(), id)? {
        return Ok(());
    }
    Err(Refusal::not_found("calendar_rule").into())
}

fn check_rule(rule: Rule) -> Result<(), Refusal> {
    let (from, to) = match rule {
        Rule::Weekday { iso_weekday, .. } if !(1..=7).contains(&iso_weekday) => {
            return Err(Refusal::invalid("rule.iso_weekday", "weekday-out-of-range"));
        }
        Rule::LunarDay { lunar_day, .. } if !(1..=30).contains(&lunar_day) => {
            return Err(Refusal::invalid("rule.lunar_day", "lunar-day-out-of-range"));
        }
        Rule::Weekday { from_day, to_day, .. } | Rule::LunarDay { from_day, to_day, .. } => {
            (from_day, to_day)
        }
        Rule::Open { from_day, to_day } | Rule::Closed { from_day, to_day } => {
            (Some(from_day), Some(to_day))
        }
    };
    match from {
        Some(from) => Period::new(from, to).map(|_| ()).map_err(|r| r.on("rule.to_day")),
        None => Ok(()),
    }
}

//! The report on a market.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::amounts::Amounts;
use super::assembly::Assembly;
use super::cash::SelfReported;
use super::cashless::{Cashless, ShareChange};
use super::days::Span;
use super::equipped::Reason;
use super::facts::{Facts, Standing};
use super::funnel::FunnelStep;
use super::groups::{GroupKind, Groups};
use super::intensity::Surroundings;
use super::metrics::Metrics;
use super::months::{self, MonthSums, Months};
use super::quality::FeedQuality;
use super::query::Query;
use super::sentences::Sentence;
use super::store::register::{self, Checks, Register};
use super::store::totals;
use super::subject::{self, AdoptionClass};
use super::suppliers::Suppliers;
use super::targets::{self, Target};
use super::trend::Trend;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::ledger::Tail;
use crate::primitives::ids::{MarketId, OccupancyId, SectionId};
use crate::primitives::{Day, Refusal, UnixMs};

/// A printed code must have been scanned on the stall within this many days.
const SCAN_DAYS: i32 = 180;
/// Payers are counted only over windows up to this long: their keys do not live longer.
const PAYER_DAYS: i32 = 90;

/// How far non-cash payment is adopted, stall by stall. It opens with what it cannot see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AdoptionReport {
    pub coverage: Coverage,
    pub market: MarketName,
    pub window: Span,
    /// T: the last day of the window.
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
    #[schema(value_type = String, format = DateTime)]
    pub generated_at: UnixMs,
    pub lunar_days: LunarDays,
    /// The retail stalls.
    pub whole_market: Metrics,
    pub sections: Vec<SectionReport>,
    /// Retail stalls by the vendors' khóm, by goods, by team.
    pub groups: Vec<GroupReport>,
    /// Of the retail stalls.
    pub funnel: Vec<FunnelStep>,
    pub trend: Trend,
    /// M9 of the last two counting periods, the same stalls in both; null with fewer than two.
    pub cash_change: Option<ShareChange>,
    /// What the board wants to reach; empty until it enters something.
    pub targets: Vec<Target>,
    /// The wholesale stalls, if there are any.
    pub wholesale: Option<Metrics>,
    /// Amounts of the last calendar month that ended by T, as of its own last day; null if nothing
    /// could be measured in it.
    pub last_whole_month: Option<MonthAmounts>,
    /// Empty unless asked for.
    pub occupancies: Vec<OccupancyReport>,
    /// Occupancies that do not trade any more; empty unless asked for.
    pub apart: Vec<Apart>,
    /// Where the figures come from.
    pub sources: Vec<Source>,
    pub notes: Vec<Sentence>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketName {
    pub id: MarketId,
    pub name: String,
}

/// What can and cannot be measured; retail stalls but for `wholesale`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    pub sentences: Vec<Sentence>,
    /// R.
    pub trading: i64,
    /// Q.
    pub equipped: i64,
    /// Q ∩ V.
    pub measurable: i64,
    pub not_measurable: i64,
    /// Each not measurable occupancy once, under its first obstacle.
    pub because: Vec<ReasonCount>,
    /// Within the window.
    pub closed: i64,
    /// Within the window.
    pub left: i64,
    pub suspended: i64,
    pub wholesale: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonCount {
    pub reason: Reason,
    pub label_vi: &'static str,
    pub label_en: &'static str,
    pub count: i64,
}

/// Days of the window on which trade is unlike other days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LunarDays {
    #[serde(skip)]
    pub(super) window: Span,
    /// Days that the market's calendar opens.
    pub market_days: i64,
    /// A day between ông Táo and mùng 7.
    pub tet: bool,
    /// Mùng 1.
    #[schema(value_type = Vec<String>)]
    pub firsts: Vec<Day>,
    /// Rằm.
    #[schema(value_type = Vec<String>)]
    pub fifteenths: Vec<Day>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectionReport {
    pub section_id: SectionId,
    pub section: String,
    pub metrics: Metrics,
}

/// Retail stalls that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupReport {
    pub kind: GroupKind,
    /// Of the khóm or team; null for goods, and where it is not known where vendors live.
    pub id: Option<String>,
    pub name: String,
    pub stalls: i64,
    pub metrics: Metrics,
}

/// Amounts over several stalls in one calendar month: of those that were measurable in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MonthAmounts {
    pub window: Span,
    /// The retail stalls.
    pub whole_market: Amounts,
    pub sections: Vec<SectionAmounts>,
    pub wholesale: Option<Amounts>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SectionAmounts {
    pub section_id: SectionId,
    pub section: String,
    pub amounts: Amounts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OccupancyReport {
    pub occupancy_id: OccupancyId,
    pub stall_code: String,
    pub section: String,
    pub wholesale: bool,
    pub class: AdoptionClass,
    pub class_vi: &'static str,
    /// The class if everything unclassified were receipts.
    pub possible_class: AdoptionClass,
    pub possible_class_vi: &'static str,
    /// Why it is not measurable, the first obstacle first; empty if it is.
    pub reasons: Vec<Reason>,
    /// The same in words.
    pub reasons_vi: Vec<&'static str>,
    #[schema(value_type = Option<String>, format = Date)]
    pub equipped_on: Option<Day>,
    /// Days with a receipt in each of the last twelve weeks, Monday to Sunday, that ended by T, the last
    /// one last; null where it was not seen to have one and its silence means nothing.
    pub receipt_days_by_week: Vec<Option<i64>>,
    pub metrics: Metrics,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Apart {
    pub occupancy_id: OccupancyId,
    pub stall_code: String,
    pub section: String,
    pub standing: Standing,
    pub standing_vi: &'static str,
    #[schema(value_type = String, format = Date)]
    pub since: Day,
}

/// A kind of feed behind the market's accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Source {
    pub provider: String,
    /// How its transfers are known: bank, aggregator, phone or statement. Declared money is in no
    /// metric here.
    pub evidence: &'static str,
    pub accounts: i64,
}

/// The markets that a report can be of.
///
/// # Errors
/// `forbidden` without `reports.read`.
pub fn markets(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<MarketName>> {
    act.require(Permission::ReportsRead)?;
    let found = register::markets(connection, act.board_id())?;
    Ok(found.into_iter().map(|(id, name)| MarketName { id, name }).collect())
}

/// Reports on a market's adoption over a window, from totals alone.
///
/// # Errors
/// `forbidden` without `reports.read`, `not-found` for the market, and the window's refusals.
pub fn report(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    query: &Query,
) -> Outcome<AdoptionReport> {
    act.require(Permission::ReportsRead)?;
    // A late transfer may take a month out of the roll-up at any moment.
    connection.in_snapshot(|connection| read(connection, act, market_id, query))
}

/// In the caller's snapshot or transaction.
pub(super) fn read(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    query: &Query,
) -> Outcome<AdoptionReport> {
    let board_id = act.board_id();
    let tail = Tail::load(connection, board_id)?;
    let reading = Reading::begin(connection, act, market_id, &tail)?;
    let day_start_minute = reading.day_start_minute;
    let window = query.window(act.at, day_start_minute)?;
    let facts = reading.facts(connection, window, true)?;
    let register = &reading.register;
    let subjects = subject::all(connection, board_id, &facts, &tail)?;
    let feeds =
        FeedQuality::load(connection, board_id, &facts.feeds, window, day_start_minute, act.at)?;
    let payers = if query.include_occupancies && window.to.0 - window.from.0 < PAYER_DAYS {
        totals::payers(connection, board_id, window)?
    } else {
        HashMap::new()
    };
    let sees_amounts = act.require(Permission::AmountsRead).is_ok();
    let months = reading.months(connection, window, sees_amounts)?;
    let stalls = subjects.iter().map(|one| one.occupancy.id).collect();
    let cash = SelfReported::load(connection, board_id, window, &stalls)?;
    let groups = Groups::of(register, subjects.iter().map(|one| one.occupancy));
    let with_stalls = query.include_occupancies;
    let cashless = Cashless::load(connection, act, &reading, (&facts, &groups), with_stalls)?;
    let suppliers = Suppliers::load(connection, board_id, register, window)?;
    let report = Assembly {
        surroundings: Surroundings { facts: &facts, payers, suppliers },
        groups: &groups,
        cashless: &cashless,
        targets: targets::of_market(connection, board_id, market_id)?,
        subjects: &subjects,
        feeds: &feeds,
        months: &months,
        sections: register.sections.iter().map(|row| (row.id, row.name.as_str())).collect(),
        sees_amounts,
        cash,
    };
    let market = MarketName { id: market_id, name: reading.name.clone() };
    Ok(report.assemble(market, query, act.at))
}

/// What every reading of one report has in common.
pub(super) struct Reading<'a> {
    act: &'a Act,
    market_id: MarketId,
    name: String,
    pub(super) day_start_minute: i32,
    pub(super) register: Register,
    tail: &'a Tail,
}

impl<'a> Reading<'a> {
    /// # Errors
    /// `not-found` for the market.
    pub(super) fn begin(
        connection: &mut DbConnection,
        act: &'a Act,
        market_id: MarketId,
        tail: &'a Tail,
    ) -> Outcome<Self> {
        let market = register::market(connection, act.board_id(), market_id)?;
        let (name, day_start_minute) = market.ok_or_else(|| Refusal::not_found("market"))?;
        let register = Register::load(connection, act.board_id(), market_id, act.at)?;
        Ok(Self { act, market_id, name, day_start_minute, register, tail })
    }

    pub(super) const fn market_id(&self) -> MarketId {
        self.market_id
    }

    /// As of the end of a window.
    pub(super) fn facts(
        &self,
        connection: &mut DbConnection,
        window: Span,
        looks_back: bool,
    ) -> Outcome<Facts> {
        let (board_id, start) = (self.act.board_id(), self.day_start_minute);
        let end = window.to.plus(1).start(start);
        let scanned_since = window.to.plus(1 - SCAN_DAYS).start(start);
        let checks = Checks::load(connection, board_id, end, scanned_since)?;
        let known = (&self.register, &checks);
        Facts::load(connection, board_id, known, window, start, self.tail, looks_back)
    }

    /// Each month as of its own end, so that no window can choose whom it counts.
    fn months(
        &self,
        connection: &mut DbConnection,
        window: Span,
        sees_amounts: bool,
    ) -> Outcome<Months> {
        let (are_window, wanted) = months::wanted(window);
        let mut sums = Vec::with_capacity(wanted.len());
        for month in wanted {
            let span = Span::new(month.first_day(), month.last_day());
            let facts = self.facts(connection, span, false)?;
            sums.push(MonthSums::new(&facts, sees_amounts));
        }
        Ok(Months { are_window, sums })
    }
}

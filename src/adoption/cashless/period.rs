//! A counting period: who could be measured in it, what they received, what was counted.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::cells::Cell;
use super::told::{CashShare, ShareOutcome};
use super::verdict::{self, Asked, Digital};
use crate::access::Act;
use crate::adoption::counting::counts::{Count, CountOutcome};
use crate::adoption::counting::plans::PlanHead;
use crate::adoption::days::Span;
use crate::adoption::facts::{Facts, Occupancy, Standing};
use crate::adoption::groups::Key;
use crate::adoption::interval::Counted;
use crate::adoption::ratio::{Range, Ratio};
use crate::adoption::report::Reading;
use crate::adoption::store::counting as rows;
use crate::adoption::suppression::Part;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::OccupancyId;
use crate::primitives::{Day, Vnd};

/// A plan with the facts of its period, as of the period's end.
pub struct Period {
    pub span: Span,
    facts: Facts,
    drawn: HashMap<i64, Vec<Day>>,
    told: HashMap<(OccupancyId, Day), Count>,
    today: Day,
}

/// What came of the drawn days of one stall.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    pub cash_vnd: i64,
    pub days: i64,
    pub refused: bool,
    pub missed: bool,
}

impl Period {
    pub fn load(
        connection: &mut DbConnection,
        act: &Act,
        reading: &Reading<'_>,
        head: &PlanHead,
    ) -> Outcome<Self> {
        let facts = reading.facts(connection, head.span(), false)?;
        let mut drawn: HashMap<i64, Vec<Day>> = HashMap::new();
        for (id, day) in rows::draws_of(connection, act.board_id(), head.id)? {
            drawn.entry(id.0).or_default().push(day);
        }
        let told = rows::latest(connection, act.board_id(), head.id)?;
        let today = act.at.day(reading.day_start_minute);
        Ok(Self { span: head.span(), facts, drawn, told, today })
    }

    /// R at the period's end, retail.
    pub fn trading(&self) -> impl Iterator<Item = &Occupancy> + Clone {
        let occupancies = self.facts.occupancies.iter();
        occupancies.filter(|one| one.standing == Standing::Trading && !one.wholesale)
    }

    /// R ∩ V.
    pub fn covered(&self) -> BTreeSet<i64> {
        let covered = self.trading().filter(|one| one.is_covered(self.span));
        covered.map(|one| one.id).collect()
    }

    /// Of these stalls, those that can be measured in `among`.
    pub fn share(&self, stalls: &[&Occupancy], among: &BTreeSet<i64>) -> CashShare {
        let equipped = stalls.iter().filter(|one| one.equipment.since.is_some()).count() as i64;
        let measurable = stalls.iter().filter(|one| one.is_measurable(self.span)).count() as i64;
        let seen: Vec<&Occupancy> =
            stalls.iter().filter(|one| among.contains(&one.id)).copied().collect();
        let speaks_of = Ratio::exact(seen.len() as i64, stalls.len() as i64);
        let digital = Digital {
            vnd: self.digital(&seen),
            days: seen.iter().map(|one| one.trading.count(self.span)).sum(),
            speaks_of,
        };
        let found: Vec<Found> = seen.iter().filter_map(|one| self.found(one)).collect();
        let counted: Vec<Counted> = found
            .iter()
            .filter(|one| one.days > 0)
            .map(|one| Counted { cash_vnd: one.cash_vnd, days: one.days })
            .collect();
        let count = |is: fn(&Found) -> bool| found.iter().filter(|one| is(one)).count() as i64;
        let asked = Asked {
            drawn: found.len() as i64,
            counted: counted.len() as i64,
            refused: count(|one| one.refused),
            missed: count(|one| one.missed),
            days: counted.iter().map(|one| one.days).sum(),
        };
        let base = CashShare {
            period: Some(self.span),
            ..CashShare::without(
                ShareOutcome::NotEnough,
                Ratio::exact(measurable, equipped),
                speaks_of,
            )
        };
        verdict::of_stalls(base, digital, &counted, asked)
    }

    /// What a share of these stalls is made of: money received, cash counted.
    pub fn cell(&self, key: Key, stalls: &[&Occupancy], among: &BTreeSet<i64>) -> Cell {
        let seen = || stalls.iter().filter(|one| among.contains(&one.id));
        let part = |one: &Occupancy, value| (one.id, Part { value, published: one.shares_amounts });
        let received: BTreeMap<i64, Part> =
            seen().map(|one| part(one, one.activity.sums.received_vnd())).collect();
        let cash = seen().filter_map(|one| Some((one, self.found(one)?)));
        let cash = cash.filter(|(_, found)| found.days > 0);
        let cash: BTreeMap<i64, Part> =
            cash.map(|(one, found)| part(one, found.cash_vnd)).collect();
        Cell { key, values: vec![received, cash] }
    }

    /// Each account's unassigned money once, whoever has a part in it.
    fn digital(&self, stalls: &[&Occupancy]) -> Range {
        let mut counted = HashSet::new();
        let mut sum = Range::default();
        for one in stalls {
            let sums = &one.activity.sums;
            let accounts = one.linked.iter().filter(|account| counted.insert(**account));
            let loose: i64 = accounts.map(|account| self.facts.loose_vnd(*account)).sum();
            sum.low = sum.low.saturating_add(sums.received_vnd());
            let most = sums.received_vnd().saturating_add(sums.unclassified_vnd);
            sum.high = sum.high.saturating_add(most).saturating_add(loose);
        }
        sum
    }

    /// Nothing of a stall that was not drawn.
    fn found(&self, one: &Occupancy) -> Option<Found> {
        let days = self.drawn.get(&one.id)?;
        Some(Found::of(one, days, &self.told, self.today))
    }
}

impl Found {
    /// A day that was entered as a day off is no trading day, neither for money nor for cash; any other
    /// on which nobody sold is one without cash.
    pub fn of(
        one: &Occupancy,
        days: &[Day],
        told: &HashMap<(OccupancyId, Day), Count>,
        today: Day,
    ) -> Self {
        let mut found = Self::default();
        let (mut refusals, mut open) = (0, 0);
        for day in days.iter().filter(|day| one.trading.contains(**day)) {
            match told.get(&(OccupancyId(one.id), *day)) {
                Some(count) if count.outcome == CountOutcome::Refused => refusals += 1,
                Some(count) => {
                    found.days += 1;
                    let cash = count.cash_vnd.map_or(0, Vnd::get);
                    found.cash_vnd = found.cash_vnd.saturating_add(cash);
                }
                None if *day >= today => open += 1,
                None => {}
            }
        }
        found.refused = found.days == 0 && refusals > 0;
        found.missed = found.days == 0 && refusals == 0 && open == 0;
        found
    }
}

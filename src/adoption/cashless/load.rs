//! The shares of all groups of a market, and of its stalls.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::cells::{self, Cell};
use super::change::{self, ShareChange};
use super::period::{Found, Period};
use super::told::{CashShare, CountShare, ShareOutcome};
use super::verdict::{self, Asked, Digital};
use crate::access::Act;
use crate::adoption::counting::counts::Count;
use crate::adoption::days::Span;
use crate::adoption::facts::{Facts, Occupancy, Standing};
use crate::adoption::groups::{Groups, Key};
use crate::adoption::interval::Counted;
use crate::adoption::ratio::{Range, Ratio};
use crate::adoption::report::Reading;
use crate::adoption::store::{counting as rows, tallies};
use crate::adoption::subject::Subject;
use crate::adoption::suppression::Part;
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::OccupancyId;

/// A counting period is told of for so long after its end.
const REMEMBERED_DAYS: i32 = 366;

/// Both shares of a market, its groups and its stalls.
pub struct Cashless {
    of_value: HashMap<Key, CashShare>,
    of_count: HashMap<Key, CountShare>,
    pub change: Option<ShareChange>,
    /// What was counted at single stalls in the window.
    stalls: HashMap<i64, (Vec<Counted>, Asked)>,
    /// Cash and transfers that were pressed at single stalls in the window.
    presses: HashMap<i64, (i64, i64)>,
    window: Span,
}

impl Cashless {
    /// `with_stalls` also of single stalls.
    pub fn load(
        connection: &mut DbConnection,
        act: &Act,
        reading: &Reading<'_>,
        (facts, groups): (&Facts, &Groups),
        with_stalls: bool,
    ) -> Outcome<Self> {
        let (board_id, window) = (act.board_id(), facts.window);
        let remembered = Span::ending(window.to, REMEMBERED_DAYS);
        let plans = rows::ended(connection, board_id, reading.market_id(), remembered)?;
        let mut last = plans.iter().rev();
        let mut period = |connection: &mut DbConnection| {
            last.next().map(|head| Period::load(connection, act, reading, head)).transpose()
        };
        let latest = period(connection)?;
        let before = period(connection)?;
        let of_value = latest.as_ref().map(|period| of_value(period, groups)).unwrap_or_default();
        let change =
            before.zip(latest.as_ref()).map(|(before, latest)| change::of(&before, latest));
        let presses = tallies::sums(connection, board_id, window)?;
        let stalls = if with_stalls {
            let day = act.at.day(reading.day_start_minute);
            counted_at(connection, act, reading, facts, day)?
        } else {
            HashMap::new()
        };
        let of_count = of_count(facts, groups, &presses);
        Ok(Self { of_value, of_count, change, stalls, presses, window })
    }

    /// M9 and M10 of a group.
    pub fn of_group(&self, key: &Key, group: &[&Subject<'_>]) -> (CashShare, CountShare) {
        let equipped = group.iter().filter(|one| one.equipped).count() as i64;
        let measurable = group.iter().filter(|one| one.is_measurable()).count() as i64;
        let measurable = Ratio::exact(measurable, equipped);
        let outcome =
            if *key == Key::Wholesale { ShareOutcome::NotAsked } else { ShareOutcome::NotEnough };
        let covered = group.iter().filter(|one| one.covered).count() as i64;
        let none =
            || CashShare::without(outcome, measurable, Ratio::exact(covered, group.len() as i64));
        let of_value = self.of_value.get(key).copied().unwrap_or_else(none);
        let none = || CountShare::without(ShareOutcome::NotEnough, measurable);
        let of_count = self.of_count.get(key).copied().unwrap_or_else(none);
        (of_value, CountShare { measurable, ..of_count })
    }

    /// M9 and M10 of a stall; nothing where nothing was counted.
    pub fn of_stall(
        &self,
        one: &Subject<'_>,
        digital_vnd: Option<Range>,
    ) -> (Option<CashShare>, Option<CountShare>) {
        let occupancy = one.occupancy;
        let covered = Ratio::exact(i64::from(one.covered), 1);
        let measurable = Ratio::exact(i64::from(one.is_measurable()), i64::from(one.equipped));
        let base = |outcome| CashShare::without(outcome, measurable, covered);
        let of_value = self.stalls.get(&occupancy.id).map(|(counted, asked)| {
            let Some(vnd) = digital_vnd else { return base(ShareOutcome::NoConsent) };
            let base = CashShare { period: Some(self.window), ..base(ShareOutcome::NotEnough) };
            // Of a stall that cannot be measured its money is not known.
            let days = if one.covered { occupancy.trading.count(self.window) } else { 0 };
            let digital = Digital { vnd, days, speaks_of: covered };
            verdict::of_days(base, digital, counted, *asked)
        });
        let base =
            || CountShare { stalls: 1, ..CountShare::without(ShareOutcome::NotEnough, measurable) };
        let presses = self.presses.get(&occupancy.id);
        (of_value, presses.map(|presses| verdict::of_presses(base(), *presses, false)))
    }
}

fn of_value(period: &Period, groups: &Groups) -> HashMap<Key, CashShare> {
    let covered = period.covered();
    let mut shares = HashMap::new();
    let mut cells = Vec::new();
    for key in groups.keys() {
        let stalls: Vec<&Occupancy> =
            period.trading().filter(|one| groups.contains(&key, one)).collect();
        let share = period.share(&stalls, &covered);
        if share.value.is_some() || share.outcome == ShareOutcome::NoCash {
            cells.push(period.cell(key.clone(), &stalls, &covered));
        }
        shares.insert(key, share);
    }
    hide(&mut shares, cells, |share| {
        let bare = CashShare::without(ShareOutcome::Secret, share.measurable, share.speaks_of);
        CashShare { period: share.period, ..bare }
    });
    shares
}

/// Takes the place of what may not be told.
fn hide<T: Copy>(shares: &mut HashMap<Key, T>, cells: Vec<Cell>, hidden: impl Fn(T) -> T) {
    let keys: Vec<Key> = cells.iter().map(|cell| cell.key.clone()).collect();
    let told: BTreeSet<Key> = cells::tellable(cells);
    for key in keys.iter().filter(|key| !told.contains(*key)) {
        if let Some(share) = shares.get_mut(key) {
            *share = hidden(*share);
        }
    }
}

fn of_count(
    facts: &Facts,
    groups: &Groups,
    presses: &HashMap<i64, (i64, i64)>,
) -> HashMap<Key, CountShare> {
    let trading = facts.occupancies.iter().filter(|one| one.standing == Standing::Trading);
    let mut shares = HashMap::new();
    let mut cells = Vec::new();
    for key in groups.keys().into_iter().chain([Key::Wholesale]) {
        let mut sum = (0, 0);
        let mut values = BTreeMap::new();
        for one in trading.clone().filter(|one| groups.contains(&key, one)) {
            let Some((cash, transfer)) = presses.get(&one.id) else { continue };
            sum = (sum.0 + cash, sum.1 + transfer);
            values.insert(one.id, Part { value: cash + transfer, published: false });
        }
        if values.is_empty() {
            continue;
        }
        let base = CountShare {
            stalls: values.len() as i64,
            ..CountShare::without(ShareOutcome::NotEnough, Ratio::default())
        };
        shares.insert(key.clone(), verdict::of_presses(base, sum, true));
        cells.push(Cell { key, values: vec![values] });
    }
    hide(&mut shares, cells, |share: CountShare| CountShare {
        stalls: share.stalls,
        ..CountShare::without(ShareOutcome::Secret, share.measurable)
    });
    shares
}

/// Drawn days within the window, stall by stall, whatever plan they are of.
fn counted_at(
    connection: &mut DbConnection,
    act: &Act,
    reading: &Reading<'_>,
    facts: &Facts,
    today: Day,
) -> Outcome<HashMap<i64, (Vec<Counted>, Asked)>> {
    let (board_id, window) = (act.board_id(), facts.window);
    let mut drawn: HashMap<i64, Vec<Day>> = HashMap::new();
    let mut told: HashMap<(OccupancyId, Day), Count> = HashMap::new();
    for head in rows::within(connection, board_id, reading.market_id(), window)? {
        for (id, day) in rows::draws_of(connection, board_id, head.id)? {
            if window.contains(day) {
                drawn.entry(id.0).or_default().push(day);
            }
        }
        told.extend(rows::latest(connection, board_id, head.id)?);
    }
    let stall = |one: &Occupancy| {
        let days = drawn.get(&one.id)?;
        let of_day = |day: &Day| Found::of(one, &[*day], &told, today);
        let counted = days.iter().map(of_day).filter(|found| found.days > 0);
        let counted: Vec<Counted> =
            counted.map(|found| Counted { cash_vnd: found.cash_vnd, days: 1 }).collect();
        let all = Found::of(one, days, &told, today);
        let asked = Asked {
            drawn: 1,
            counted: i64::from(all.days > 0),
            refused: i64::from(all.refused),
            missed: i64::from(all.missed),
            days: all.days,
        };
        Some((one.id, (counted, asked)))
    };
    Ok(facts.occupancies.iter().filter_map(stall).collect())
}

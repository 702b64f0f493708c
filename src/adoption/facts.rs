//! Everything that a report knows of each occupancy, before anything is judged.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::activity::{Activities, Activity};
use super::calendar::market_days;
use super::coverage::{FeedCoverage, Sources};
use super::days::{DaySet, Span};
use super::equipped::{self, Equipment};
use super::signs::Signs;
use super::store::register::{AbsenceRow, Checks, OccupancyRow, Register};
use super::store::sources::{self, FeedAccountRow};
use crate::db::{DbConnection, Outcome};
use crate::ledger::Tail;
use crate::primitives::ids::BoardId;
use crate::primitives::{Day, fold};
use crate::registry::stalls::SizeClass;

/// "Having been active" means within this many days; also what M7 looks back on.
const LOOK_BACK: i32 = 365;

/// Whether an occupancy trades at the end of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Trading,
    /// The stall was closed.
    Closed,
    /// The vendor left the stall.
    Left,
    Suspended,
}

/// One occupancy.
#[derive(Debug)]
pub struct Occupancy {
    pub id: i64,
    pub stall_code: String,
    pub section_id: i64,
    pub goods: String,
    /// Without diacritics and case.
    pub goods_key: String,
    pub size_class: SizeClass,
    /// Where the vendor lives.
    pub neighbourhood_id: Option<i64>,
    pub wholesale: bool,
    /// The vendor lets others see amounts.
    pub shares_amounts: bool,
    pub standing: Standing,
    /// Since when it does not trade any more; its first day while it does.
    pub since: Day,
    pub equipment: Equipment,
    pub coverage: FeedCoverage,
    /// Market days of its life: those on which a feed has to be proven alive.
    pub open: DaySet,
    /// The same without its days off.
    pub trading: DaySet,
    pub activity: Activity,
    /// Accounts linked to it in the window, each once.
    pub linked: Vec<i64>,
}

/// A market's occupancies, with what they share.
#[derive(Debug)]
pub struct Facts {
    pub window: Span,
    pub market_days: DaySet,
    /// In the order of sections and stalls; none that begins after the window.
    pub occupancies: Vec<Occupancy>,
    /// Money of an account that no stall has yet, keyed by account.
    pub unassigned: HashMap<i64, Activity>,
    /// Accounts that were linked to several occupancies in the window.
    pub shared: HashSet<i64>,
    /// Every feed that reported an account of this market in the window.
    pub feeds: Vec<FeedAccountRow>,
    /// Accounts of this market of which a statement told a day of the window.
    pub told: i64,
}

impl Facts {
    /// The checks are those before the window's end. Days before the window are read only if it
    /// `looks_back`: sums need none of them.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        (register, checks): (&Register, &Checks),
        window: Span,
        day_start_minute: i32,
        tail: &Tail,
        looks_back: bool,
    ) -> Outcome<Self> {
        let end = window.to.plus(1).start(day_start_minute);
        let mut equipment = equipped::by_occupancy(register, checks, end, day_start_minute);
        let history = if looks_back { history(window, &equipment) } else { window };
        let market_days = market_days(&register.rules, history);
        let bank_days = sources::bank_days(connection, board_id, history)?;
        let statement_days = sources::statement_days(connection, board_id, history)?;
        let ids = register.occupancies.iter().map(|row| row.id);
        let spans = (history, window);
        let mut activities =
            Activities::load(connection, board_id, ids, &register.links, spans, tail)?;
        let days = (bank_days.as_slice(), statement_days.as_slice());
        let signs = Signs::load(connection, board_id, history, day_start_minute)?;
        let accounts = register.accounts.as_slice();
        let sources = Sources::new(&register.feeds, &register.links, accounts, days, &signs, spans);
        let known = Known::new(register, window);
        let occupancies = register
            .occupancies
            .iter()
            .filter(|row| row.from_day <= window.to.0)
            .map(|row| {
                let equipment = equipment.remove(&row.id).unwrap_or_default();
                let coverage = sources.coverage(row.id, &equipment);
                let activity = activities.by_occupancy.remove(&row.id).unwrap_or_default();
                known.occupancy(row, &market_days, equipment, coverage, activity)
            })
            .collect();
        let of_market: HashSet<i64> = register.links.iter().map(|link| link.account_id).collect();
        let is_told = |feed: &&FeedAccountRow| {
            of_market.contains(&feed.account_id) && !window.both(feed.span()).is_empty()
        };
        let feeds = register.feeds.iter().filter(is_told).cloned().collect();
        let in_window = statement_days.iter().filter(|row| {
            of_market.contains(&row.account_id) && !window.both(row.span()).is_empty()
        });
        let told = in_window.map(|row| row.account_id).collect::<HashSet<_>>().len() as i64;
        let (unassigned, shared) = (activities.unassigned, known.shared);
        Ok(Self { window, market_days, occupancies, unassigned, shared, feeds, told })
    }
}

impl Facts {
    /// What came to an account in the window and is of no stall yet, in đồng.
    pub fn loose_vnd(&self, account_id: i64) -> i64 {
        self.unassigned
            .get(&account_id)
            .map_or(0, |money| money.sums.receipt_vnd.saturating_add(money.sums.unclassified_vnd))
    }
}

/// Back to the first issue day, and at least as far as M7 looks.
fn history(window: Span, equipment: &HashMap<i64, Equipment>) -> Span {
    let issued = equipment.values().filter_map(|equipment| equipment.since).min();
    let look_back = Span::ending(window.to, LOOK_BACK).from.min(window.from);
    Span::new(issued.map_or(look_back, |issued| issued.min(look_back)), window.to)
}

/// The register by occupancy.
struct Known<'a> {
    absences: HashMap<i64, Vec<&'a AbsenceRow>>,
    linked: HashMap<i64, Vec<i64>>,
    shared: HashSet<i64>,
    sharing: HashSet<i64>,
    end: Day,
}

impl<'a> Known<'a> {
    fn new(register: &'a Register, window: Span) -> Self {
        let mut absences: HashMap<i64, Vec<&AbsenceRow>> = HashMap::new();
        for row in &register.absences {
            absences.entry(row.occupancy_id).or_default().push(row);
        }
        let mut linked: HashMap<i64, Vec<i64>> = HashMap::new();
        for link in &register.links {
            let accounts = linked.entry(link.occupancy_id).or_default();
            if !window.both(link.span()).is_empty() && !accounts.contains(&link.account_id) {
                accounts.push(link.account_id);
            }
        }
        let (mut seen, mut shared) = (HashSet::new(), HashSet::new());
        shared.extend(linked.values().flatten().copied().filter(|account| !seen.insert(*account)));
        let sharing = register.sharing_vendors.iter().copied().collect();
        Self { absences, linked, shared, sharing, end: window.to }
    }

    fn occupancy(
        &self,
        row: &OccupancyRow,
        market_days: &DaySet,
        equipment: Equipment,
        coverage: FeedCoverage,
        activity: Activity,
    ) -> Occupancy {
        let absences = self.absences.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let life = Span::new(Day(row.from_day), Day(row.to_day.unwrap_or(i32::MAX)));
        let open = market_days.only(life);
        let mut trading = open.clone();
        for absence in absences {
            trading.remove_all(absence.span());
        }
        let (standing, since) = self.standing(row, absences);
        Occupancy {
            id: row.id,
            stall_code: row.stall_code.clone(),
            section_id: row.section_id,
            goods: row.goods.clone(),
            goods_key: fold::name(&row.goods),
            size_class: row.size_class,
            neighbourhood_id: row.neighbourhood_id,
            wholesale: row.wholesale,
            shares_amounts: self.sharing.contains(&row.vendor_id),
            standing,
            since,
            equipment,
            coverage,
            open,
            trading,
            activity,
            linked: self.linked.get(&row.id).cloned().unwrap_or_default(),
        }
    }

    fn standing(&self, row: &OccupancyRow, absences: &[&AbsenceRow]) -> (Standing, Day) {
        let left = row.to_day.filter(|to| *to < self.end.0).map(|to| Day(to).plus(1));
        let closed = row.closed_day.filter(|day| *day <= self.end.0).map(Day);
        match (closed, left) {
            (Some(closed), Some(left)) if left < closed => return (Standing::Left, left),
            (Some(closed), _) => return (Standing::Closed, closed),
            (None, Some(left)) => return (Standing::Left, left),
            (None, None) => {}
        }
        absences
            .iter()
            .find(|absence| absence.kind == "suspended" && absence.span().contains(self.end))
            .map_or((Standing::Trading, Day(row.from_day)), |absence| {
                (Standing::Suspended, Day(absence.from_day))
            })
    }
}

impl AbsenceRow {
    pub fn span(&self) -> Span {
        Span::new(Day(self.from_day), Day(self.to_day.unwrap_or(i32::MAX)))
    }
}

impl Occupancy {
    /// Whether silence in these days would mean something: set V of a window.
    pub fn is_covered(&self, span: Span) -> bool {
        self.coverage.holds(&self.open, span)
    }

    /// In Q ∩ V of a window.
    pub fn is_measurable(&self, window: Span) -> bool {
        self.equipment.since.is_some() && self.is_covered(window)
    }
}

//! A month's book, open or locked.

use serde::{Deserialize, Serialize};

use super::assemble::{self, Drawn};
use super::forms::{self, Form};
use super::store as rows;
use crate::access::{Act, Permission};
use crate::adoption::cash;
use crate::db::{DbConnection, Fault, Outcome};
use crate::ledger::beyond::Beyond;
use crate::live::announcement::wall_clock;
use crate::primitives::ids::{OccupancyId, TransferId};
use crate::primitives::{Day, Month, Refusal, UnixMs, Vnd};
use crate::registry::boards;
use crate::registry::occupancies::{self, Occupancy};
use crate::text_enum;

/// Months that are offered, newest first.
const OFFERED: i32 = 24;

text_enum!(
    /// What a line of the book is, in the order of a day.
    LineKind {
        /// Sales that feeds told of.
        Transfers = "transfers",
        /// Cash, by the vendor's word.
        Cash = "cash",
        /// Transfers, by the vendor's word, where no feed tells of the day.
        SaidTransfers = "said_transfers",
        /// What was given back of sales.
        Refunds = "refunds",
        /// What was decided later of a day whose month was locked.
        Adjustment = "adjustment",
    }
);

/// A line of the book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub day: Day,
    pub kind: LineKind,
    /// Transfers in it; none of what the vendor told.
    pub count: i64,
    /// Negative where money was given back or taken off.
    pub amount_vnd: Vnd,
    /// Of an adjustment, the day whose money it is.
    pub of_day: Option<Day>,
}

text_enum!(
    /// Money that stands apart, by what its decision makes of it.
    ApartKind {
        Unclassified = "unclassified",
        Debts = "debts",
        Deposits = "deposits",
    }
);

/// What was decided of money that stands apart after its month was locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    pub kind: ApartKind,
    /// Of the money.
    pub day: Day,
    /// Negative where receipts stand apart no more.
    pub count: i64,
    /// Negative where it stands apart no more.
    pub amount_vnd: Vnd,
}

/// What stands apart of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySum {
    pub day: Day,
    pub count: i64,
    pub amount_vnd: Vnd,
}

/// All that the book of a month says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    pub month: Month,
    pub form: Form,
    pub vendor: String,
    pub stall: String,
    pub market: String,
    /// Commune and province.
    pub place: String,
    /// By day.
    pub lines: Vec<Line>,
    pub total_vnd: Vnd,
    /// Receipts that nobody has classed: they may be turnover.
    pub unclassified: Vec<DaySum>,
    /// Customers paid what they had bought on credit (bán chịu).
    pub debts: Vec<DaySum>,
    /// Turnover only when the goods are handed over.
    pub deposits: Vec<DaySum>,
    /// Transfers that the vendor told of on days of which feeds told too.
    pub said_apart: Vec<DaySum>,
    /// In the total: what customers paid too much, twice, or after a code was cancelled, as far as nobody
    /// has said what it was. Books that were locked before this was known name none.
    #[serde(default)]
    pub beyond: Vec<DaySum>,
    /// Of locked months' money: what came to the lists above, and what left those of its own book.
    #[serde(default)]
    pub later: Vec<Later>,
    /// Past days of which nobody told the cash.
    pub without_cash: Vec<Day>,
    /// The last day that it knows of.
    pub as_of: Day,
    pub locked_at: Option<UnixMs>,
}

/// A receipt that waits for its class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub id: TransferId,
    pub day: Day,
    /// `09:15`
    pub time: String,
    pub amount_vnd: Vnd,
    /// The receipt is more than this part of it.
    pub is_part: bool,
}

/// A book with what its vendor can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    pub book: Book,
    /// Of this month, as it is now.
    pub waiting: Vec<Waiting>,
    /// Likewise, what is counted and may have to be given back.
    pub beyond: Vec<Waiting>,
    /// From this day on the month can be locked.
    pub lockable_from: Day,
    pub is_lockable: bool,
    /// Newest first.
    pub months: Vec<Month>,
}

impl Book {
    /// Money that stands apart in this book: of the month, and of locked ones before it what came
    /// later, which has its own days.
    #[must_use]
    pub fn apart(&self, kind: ApartKind) -> Vec<DaySum> {
        let came = |later: &&Later| later.kind == kind && later.amount_vnd.is_positive();
        let sum = |later: &Later| DaySum {
            day: later.day,
            count: later.count,
            amount_vnd: later.amount_vnd,
        };
        let came = self.later.iter().filter(came).map(sum);
        came.chain(self.own_apart(kind).iter().cloned()).collect()
    }

    /// Of the month's own money.
    pub(super) fn own_apart(&self, kind: ApartKind) -> &[DaySum] {
        match kind {
            ApartKind::Unclassified => &self.unclassified,
            ApartKind::Debts => &self.debts,
            ApartKind::Deposits => &self.deposits,
        }
    }

    /// What stands in a locked month's lists and was decided otherwise in this one.
    pub fn taken_off(&self) -> impl Iterator<Item = &Later> {
        self.later.iter().filter(|later| later.amount_vnd.get() < 0)
    }
}

impl View {
    /// The year of its month.
    #[must_use]
    pub fn year(&self) -> i32 {
        self.book.month.get().div_euclid(12)
    }
}

/// The book of a month; of this one, if none is named.
///
/// # Errors
/// `book-month-out-of-range` (month).
pub fn view(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    month: Option<Month>,
) -> Outcome<View> {
    act.require(Permission::AmountsRead)?;
    let occupancy = occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    let today = boards::today(connection, act)?;
    let month = month.unwrap_or(today.month());
    let (locked, drawn) = connection.in_snapshot(|connection| {
        let locked = rows::content(connection, act.board_id(), occupancy_id, month)?;
        // What was locked stays, also where it is found later that the stall was taken later.
        if locked.is_none() {
            check_month(&occupancy, today, month)?;
        }
        Ok((locked, assemble::draw(connection, act, &occupancy, month, today)?))
    })?;
    let lockable_from = lockable_from(month);
    let first = first_month(&occupancy).max(Month(today.month().get() - OFFERED + 1));
    let Drawn { book, waiting, beyond, .. } = drawn;
    Ok(View {
        is_lockable: locked.is_none() && today >= lockable_from,
        book: locked.map_or(Ok(book), |text| read(&text))?,
        waiting,
        beyond,
        lockable_from,
        months: (first.get()..=today.month().get()).rev().map(Month).collect(),
    })
}

/// The book of a month alone.
///
/// # Errors
/// As [`view`].
pub fn book(
    connection: &mut DbConnection,
    act: &Act,
    occupancy_id: OccupancyId,
    month: Month,
) -> Outcome<Book> {
    Ok(view(connection, act, occupancy_id, Some(month))?.book)
}

pub(super) fn read(content: &str) -> Outcome<Book> {
    serde_json::from_str(content).map_err(Fault::broken)
}

pub(super) fn first_month(occupancy: &Occupancy) -> Month {
    occupancy.from_day.month().max(forms::first_month())
}

pub(super) fn check_month(occupancy: &Occupancy, today: Day, month: Month) -> Result<(), Refusal> {
    let (first, last) = (first_month(occupancy), today.month());
    if (first..=last).contains(&month) {
        return Ok(());
    }
    let refusal = Refusal::invalid("month", "book-month-out-of-range");
    Err(refusal.with("first", first.on_paper()).with("last", last.on_paper()))
}

/// When the evening form takes no more answers for its last day.
pub(super) fn lockable_from(month: Month) -> Day {
    month.last_day().plus(1 + cash::DAYS_BACK)
}

impl Waiting {
    pub(super) fn new(id: TransferId, day: Day, at: UnixMs, amount: i64) -> Self {
        Self { id, day, time: wall_clock(at), amount_vnd: Vnd::new(amount), is_part: false }
    }

    pub(super) fn beyond(one: &Beyond) -> Self {
        let whole = Self::new(one.transfer_id, one.day, one.at, one.amount.get());
        Self { is_part: one.is_part, ..whole }
    }
}

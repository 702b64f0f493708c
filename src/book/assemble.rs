//! What a month's book says, out of the ledger's decisions and the evening form.

use std::collections::{BTreeMap, BTreeSet};

use super::forms;
use super::month::{ApartKind, Book, DaySum, Later, Line, LineKind, Waiting};
use super::store as rows;
use crate::access::Act;
use crate::adoption::cash::{self, Answer, AnswerKind};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::ledger::Class;
use crate::ledger::beyond;
use crate::ledger::stall::{self, Decision, Told};
use crate::primitives::{Day, Month, Vnd};
use crate::registry::boards;
use crate::registry::occupancies::Occupancy;

/// What was decided in a month's last moments may be written just after the next one began.
const SLACK_DAYS: i32 = 2;

/// Decisions that stand in books: transfer and number.
pub(super) type Seen = BTreeSet<(i64, i32)>;

/// A book with what it was made of.
#[derive(Debug)]
pub(super) struct Drawn {
    pub book: Book,
    pub waiting: Vec<Waiting>,
    pub beyond: Vec<Waiting>,
    /// What stands in this book.
    pub seen: Seen,
}

/// What stands in a stall's locked books.
#[derive(Debug, Default)]
pub(super) struct Locked {
    pub months: BTreeSet<Month>,
    pub seen: Seen,
}

/// A count and an amount.
type Sum = (i64, i64);
type Days = BTreeMap<Day, Sum>;

/// What a decision makes of a transfer, in đồng.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Worth {
    sold: i64,
    given_back: i64,
    unclassified: i64,
    debt: i64,
    deposit: i64,
}

impl Worth {
    /// Of money in, what was handed back out of it is no part of its sale.
    fn of(direction: Direction, decision: &Decision) -> Self {
        let mut worth = Self::default();
        for (class, amount) in &decision.parts {
            let sum = match (direction, class) {
                (Direction::In, Class::Sale) => &mut worth.sold,
                (Direction::In, Class::DebtRepayment) => &mut worth.debt,
                (Direction::In, Class::Deposit) => &mut worth.deposit,
                (Direction::In, Class::Unclassified) => &mut worth.unclassified,
                (Direction::Out, class) if class.is_returned() => &mut worth.given_back,
                _ => continue,
            };
            *sum = sum.saturating_add(amount.get());
        }
        worth
    }

    const fn turnover(self) -> i64 {
        self.sold - self.given_back
    }

    const fn apart(self) -> [(ApartKind, i64); 3] {
        [
            (ApartKind::Unclassified, self.unclassified),
            (ApartKind::Debts, self.debt),
            (ApartKind::Deposits, self.deposit),
        ]
    }
}

/// The sums of a month while they are added up.
#[derive(Debug, Default)]
struct Sums {
    sold: Days,
    given_back: Days,
    unclassified: Days,
    debts: Days,
    deposits: Days,
    /// By the day of the decision and that of the money.
    adjusted: BTreeMap<(Day, Day), i64>,
    /// What came to what stands apart of locked months, or left it: by the day of the money.
    later: BTreeMap<(u8, Day), (ApartKind, Sum)>,
    waiting: Vec<Waiting>,
    seen: Seen,
}

fn add(days: &mut Days, day: Day, amount: i64) {
    if amount != 0 {
        let (count, sum) = days.entry(day).or_default();
        *count += 1;
        *sum = sum.saturating_add(amount);
    }
}

impl Sums {
    /// A transfer of the month itself: its last decision counts.
    fn own(&mut self, told: &Told) {
        let Some(last) = told.decisions.last() else { return };
        let worth = Worth::of(told.direction, last);
        add(&mut self.sold, told.day, worth.sold);
        add(&mut self.given_back, told.day, worth.given_back);
        add(&mut self.unclassified, told.day, worth.unclassified);
        add(&mut self.debts, told.day, worth.debt);
        add(&mut self.deposits, told.day, worth.deposit);
        if worth.unclassified != 0 {
            self.waiting.push(Waiting::new(told.id, told.day, told.at, worth.unclassified));
        }
        self.seen.extend(told.decisions.iter().map(|decision| (told.id.0, decision.seq)));
    }

    /// A transfer of a month that is locked: what no locked book knows, and was decided in this
    /// month, is an adjustment, or stands apart.
    fn later(&mut self, told: &Told, month: Month, day_start: i32, locked: &Locked) {
        let mut before = Worth::default();
        for decision in &told.decisions {
            let worth = Worth::of(told.direction, decision);
            let was = std::mem::replace(&mut before, worth);
            let (day, which) = (decision.at.day(day_start), (told.id.0, decision.seq));
            if locked.seen.contains(&which) || open_month(day.month(), locked) != month {
                continue;
            }
            let day = day.clamp(month.first_day(), month.last_day());
            *self.adjusted.entry((day, told.day)).or_default() += worth.turnover() - was.turnover();
            self.set_apart(told.day, was, worth);
            self.seen.insert(which);
        }
    }

    /// The lists of a locked book stay, so what changes in them is told in the open one.
    fn set_apart(&mut self, day: Day, was: Worth, is: Worth) {
        for (place, ((kind, before), (_, after))) in
            (0..).zip(was.apart().into_iter().zip(is.apart()))
        {
            let empty = (kind, Sum::default());
            let (_, (count, amount)) = self.later.entry((place, day)).or_insert(empty);
            *count += i64::from(after != 0) - i64::from(before != 0);
            *amount = amount.saturating_add(after - before);
        }
    }
}

/// The month itself, or the next one that is open.
fn open_month(month: Month, locked: &Locked) -> Month {
    let mut month = month;
    while locked.months.contains(&month) {
        month = month.next();
    }
    month
}

/// The book of a month as it would be if nobody had locked it. To be called in a snapshot, or with
/// the board locked.
pub(super) fn draw(
    connection: &mut DbConnection,
    act: &Act,
    occupancy: &Occupancy,
    month: Month,
    today: Day,
) -> Outcome<Drawn> {
    let (board_id, id) = (act.board_id(), occupancy.id);
    let (first, last) = (month.first_day(), month.last_day());
    let day_start = boards::day_start_minute(connection, board_id)?;
    let since = first.plus(-SLACK_DAYS).start(day_start);
    let locked = rows::locked(connection, board_id, id)?;
    let mut sums = Sums::default();
    for told in stall::history(connection, board_id, id, (first, last), since)? {
        if told.day >= first {
            sums.own(&told);
        } else if locked.months.contains(&told.day.month()) {
            sums.later(&told, month, day_start, &locked);
        }
    }
    let answers = cash::answers(connection, act, id, (first, last))?;
    let beyond: Vec<_> = beyond::of_stall(connection, board_id, id, since, act.at)?
        .into_iter()
        .filter(|one| (first..=last).contains(&one.day))
        .collect();
    let mut beyond_days = Days::new();
    for one in &beyond {
        add(&mut beyond_days, one.day, one.amount.get());
    }
    let heading = rows::heading(connection, board_id, occupancy)?;
    let lines = lines(&sums, &answers);
    let total = lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.amount_vnd.get()));
    let book = Book {
        month,
        form: forms::of(month)?,
        vendor: heading.vendor,
        stall: heading.stall,
        market: heading.market,
        place: heading.place,
        lines,
        total_vnd: Vnd::new(total),
        unclassified: listed(&sums.unclassified),
        debts: listed(&sums.debts),
        deposits: listed(&sums.deposits),
        said_apart: said(&sums, &answers, true),
        beyond: listed(&beyond_days),
        later: later(&sums),
        without_cash: without_cash(occupancy, (first, last.min(today.plus(-1))), &answers),
        as_of: last.min(today),
        locked_at: None,
    };
    let beyond = beyond.iter().map(Waiting::beyond).collect();
    Ok(Drawn { book, waiting: sums.waiting, beyond, seen: sums.seen })
}

fn listed(days: &Days) -> Vec<DaySum> {
    let sum = |(day, (count, amount)): (&Day, &Sum)| DaySum {
        day: *day,
        count: *count,
        amount_vnd: Vnd::new(*amount),
    };
    days.iter().map(sum).collect()
}

fn later(sums: &Sums) -> Vec<Later> {
    let later = |((_, day), (kind, (count, amount))): (&(u8, Day), &(ApartKind, Sum))| Later {
        kind: *kind,
        day: *day,
        count: *count,
        amount_vnd: Vnd::new(*amount),
    };
    let all = sums.later.iter().filter(|(_, (_, (_, amount)))| *amount != 0);
    all.map(later).collect()
}

/// Transfers that the vendor told of: those of days of which feeds told too, which would count
/// twice, or the others.
fn said(sums: &Sums, answers: &BTreeMap<Day, Answer>, is_apart: bool) -> Vec<DaySum> {
    let of_day = |(day, answer): (&Day, &Answer)| {
        let amount_vnd = answer.transfer_vnd.filter(|amount| amount.is_positive())?;
        let is_told = sums.sold.contains_key(day) || sums.unclassified.contains_key(day);
        (is_told == is_apart).then_some(DaySum { day: *day, count: 0, amount_vnd })
    };
    answers.iter().filter_map(of_day).collect()
}

fn lines(sums: &Sums, answers: &BTreeMap<Day, Answer>) -> Vec<Line> {
    let line = |kind, sum: DaySum| {
        let DaySum { day, count, amount_vnd } = sum;
        Line { day, kind, count, amount_vnd, of_day: None }
    };
    let cash = answers.iter().filter_map(|(day, answer)| {
        let amount_vnd = answer.cash_vnd?;
        Some(DaySum { day: *day, count: 0, amount_vnd })
    });
    let mut given_back = listed(&sums.given_back);
    for sum in &mut given_back {
        sum.amount_vnd = Vnd::new(-sum.amount_vnd.get());
    }
    let adjusted = sums.adjusted.iter().filter(|(_, change)| **change != 0);
    let adjusted = adjusted.map(|((day, of_day), change)| Line {
        day: *day,
        kind: LineKind::Adjustment,
        count: 0,
        amount_vnd: Vnd::new(*change),
        of_day: Some(*of_day),
    });
    let mut lines: Vec<Line> = [
        (LineKind::Transfers, listed(&sums.sold)),
        (LineKind::Cash, cash.collect()),
        (LineKind::SaidTransfers, said(sums, answers, false)),
        (LineKind::Refunds, given_back),
    ]
    .into_iter()
    .flat_map(|(kind, sums)| sums.into_iter().map(move |sum| line(kind, sum)))
    .chain(adjusted)
    .collect();
    // Lines of a day stay in the order of their kinds.
    lines.sort_by_key(|line| line.day);
    lines
}

/// Days of the occupancy for which neither cash nor a day off was told.
fn without_cash(
    occupancy: &Occupancy,
    (first, last): (Day, Day),
    answers: &BTreeMap<Day, Answer>,
) -> Vec<Day> {
    let is_told =
        |day: &Day| answers.get(day).is_some_and(|answer| answer.kind != AnswerKind::Declined);
    let held = |day: &Day| occupancy.period().contains(*day);
    (first.0..=last.0).map(Day).filter(|day| held(day) && !is_told(day)).collect()
}

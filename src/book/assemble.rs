//! What a month's book says, out of the ledger's decisions and the evening form.

use std::collections::{BTreeMap, BTreeSet};

use super::forms;
use super::month::{ApartKind, Book, DaySum, Later, Line, LineKind, Waiting};
use super::store as rows;
use super::worth::Worth;
use crate::access::Act;
use crate::adoption::cash::{self, Answer, AnswerKind};
use crate::db::{DbConnection, Outcome};
use crate::feeds::Direction;
use crate::ledger::beyond;
use crate::ledger::stall::{self, Decision, Told};
use crate::primitives::ids::{BoardId, OccupancyId};
use crate::primitives::{Day, Month, UnixMs, Vnd};
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
    /// Transfers that the vendor told of, as far as they are in the books' sums: đồng by day.
    pub said: BTreeMap<Day, i64>,
}

/// A count and an amount.
type Sum = (i64, i64);
type Days = BTreeMap<Day, Sum>;

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
    /// Days of locked months of which a feed told something new.
    told_late: BTreeSet<Day>,
    waiting: Vec<Waiting>,
    seen: Seen,
}

/// What lessens a day is no receipt of it.
fn add(days: &mut Days, day: Day, amount: i64) {
    if amount != 0 {
        let (count, sum) = days.entry(day).or_default();
        *count += i64::from(amount > 0);
        *sum = sum.saturating_add(amount);
    }
}

impl Sums {
    /// A transfer of the month itself: its last decision counts.
    fn own(&mut self, told: &Told) {
        let Some(last) = told.decisions.last() else { return };
        let worth = Worth::of(told, last, UnixMs(i64::MAX));
        add(&mut self.sold, told.day, worth.sold);
        add(&mut self.given_back, told.day, worth.given_back);
        add(&mut self.unclassified, told.day, worth.unclassified);
        add(&mut self.debts, told.day, worth.debt);
        add(&mut self.deposits, told.day, worth.deposit);
        if worth.unclassified > 0 {
            self.waiting.push(Waiting::new(told.id, told.day, told.at, worth.unclassified));
        }
        self.seen.extend(told.decisions.iter().map(|decision| (told.id.0, decision.seq)));
        if told.direction == Direction::Out {
            let originals = told
                .ties
                .iter()
                .flat_map(|tie| tie.decisions.iter().map(|decision| (tie.id.0, decision.seq)));
            self.seen.extend(originals);
        }
    }

    /// Money of which some was given back in a month that is locked, and that was decided anew since: it
    /// was given back of something else.
    fn given_back_of(&mut self, told: &Told, month: Month, day_start: i32, locked: &Locked) {
        let ties = told.ties.iter().filter(|_| told.direction == Direction::In);
        for tie in ties.filter(|tie| locked.months.contains(&tie.day.month())) {
            for pair in told.decisions.windows(2) {
                let [was, is] = pair else { continue };
                let (day, which) = (is.at.day(day_start), (tie.id.0, is.seq));
                if is.at <= tie.linked_at()
                    || !tie.holds(is.at)
                    || locked.seen.contains(&which)
                    || open_month(day.month(), locked) != month
                {
                    continue;
                }
                let (was, is) =
                    (Worth::taken_off(tie, &was.parts), Worth::taken_off(tie, &is.parts));
                let day = day.clamp(month.first_day(), month.last_day());
                *self.adjusted.entry((day, tie.day)).or_default() += is.turnover() - was.turnover();
                self.set_apart(tie.day, was, is);
                self.seen.insert(which);
            }
        }
    }

    /// A transfer of a month that is locked: what no locked book knows, and was decided in this
    /// month, is an adjustment, or stands apart.
    fn later(&mut self, told: &Told, month: Month, day_start: i32, locked: &Locked) {
        let mut before: Option<&Decision> = None;
        for decision in &told.decisions {
            // What it gave back is the same before and after: that is told where that was decided.
            let worth_of = |one| Worth::of(told, one, decision.at);
            let was = before.replace(decision).map_or_else(Worth::default, worth_of);
            let worth = worth_of(decision);
            let (day, which) = (decision.at.day(day_start), (told.id.0, decision.seq));
            if locked.seen.contains(&which) || open_month(day.month(), locked) != month {
                continue;
            }
            let day = day.clamp(month.first_day(), month.last_day());
            *self.adjusted.entry((day, told.day)).or_default() += worth.turnover() - was.turnover();
            self.set_apart(told.day, was, worth);
            self.seen.insert(which);
            if told.direction == Direction::In && worth.is_told() {
                self.told_late.insert(told.day);
            }
        }
    }

    /// The lists of a locked book stay, so what changes in them is told in the open one.
    fn set_apart(&mut self, day: Day, was: Worth, is: Worth) {
        for (place, ((kind, before), (_, after))) in
            (0..).zip(was.apart().into_iter().zip(is.apart()))
        {
            let empty = (kind, Sum::default());
            let (_, (count, amount)) = self.later.entry((place, day)).or_insert(empty);
            *count += i64::from(after > 0) - i64::from(before > 0);
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
        sums.given_back_of(&told, month, day_start, &locked);
    }
    take_off_said(connection, (board_id, id), (month, day_start), &locked, &mut sums)?;
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

/// A locked book may count transfers that the vendor told, because no feed had. Where one tells of the
/// day after all, only what it tells beyond that is new: taken off once, in the book of the first
/// telling.
fn take_off_said(
    connection: &mut DbConnection,
    (board_id, id): (BoardId, OccupancyId),
    (month, day_start): (Month, i32),
    locked: &Locked,
    sums: &mut Sums,
) -> Outcome<()> {
    for (of_day, said) in &locked.said {
        if !sums.told_late.contains(of_day) {
            continue;
        }
        let all = stall::history(connection, board_id, id, (*of_day, *of_day), UnixMs(i64::MAX))?;
        let first = all.iter().filter_map(first_telling).min();
        let Some((at, _)) = first.filter(|(_, which)| !locked.seen.contains(which)) else {
            continue;
        };
        let day = at.day(day_start);
        if open_month(day.month(), locked) == month {
            let day = day.clamp(month.first_day(), month.last_day());
            let change = sums.adjusted.entry((day, *of_day)).or_default();
            *change = change.saturating_sub(*said);
        }
    }
    Ok(())
}

/// When money that is still the stall's was first told as such.
fn first_telling(told: &Told) -> Option<(UnixMs, (i64, i32))> {
    let is_told =
        |one: &&Decision| told.direction == Direction::In && Worth::of(told, one, one.at).is_told();
    told.decisions.last().filter(is_told)?;
    told.decisions.iter().find(is_told).map(|one| (one.at, (told.id.0, one.seq)))
}

fn listed(days: &Days) -> Vec<DaySum> {
    let sum = |(day, (count, amount)): (&Day, &Sum)| DaySum {
        day: *day,
        count: *count,
        amount_vnd: Vnd::new(*amount),
    };
    days.iter().filter(|(_, (_, amount))| *amount != 0).map(sum).collect()
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

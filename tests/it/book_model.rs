//! Books of random histories against a reference that follows the same events one by one: what is
//! decided of a month that is open changes that month's lines, anything else becomes an adjustment.

use std::collections::{BTreeMap, BTreeSet};

use cho40::book::{self, ApartKind, Book, Laid, LineKind, When};
use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::Class;
use cho40::ledger::refunds::{self, NewRefund, Refund, RefundFilter, UndoneRefund};
use cho40::ledger::transfers::{self, Filter, LineView, Transfer};
use cho40::primitives::ids::{OccupancyId, TransferId};
use cho40::primitives::time::{MS_PER_DAY, MS_PER_HOUR};
use cho40::primitives::{Day, Month, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::book::{assign, lock, read, say};
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::{TestDb, on_both};

const STEPS: usize = 110;

/// A book's money: by day, and by day of the adjusted money.
type Sums = BTreeMap<(Day, Option<Day>), i64>;
type Which = (OccupancyId, Month);
/// What a transfer is to a stall: turnover, then unclassified, debts and deposits.
type Worth = [i64; 4];
/// What stands apart of a book: by its place in [`APART`] and, of a locked month's money, its day.
type Apart = BTreeMap<(usize, Option<Day>), i64>;

const APART: [ApartKind; 3] = [ApartKind::Unclassified, ApartKind::Debts, ApartKind::Deposits];

#[derive(Default)]
struct Reference {
    /// Each transfer's day, and what it is to each stall.
    known: BTreeMap<TransferId, (Day, BTreeMap<OccupancyId, Worth>)>,
    books: BTreeMap<Which, Sums>,
    locked: BTreeMap<Which, Book>,
    cash: BTreeMap<(OccupancyId, Day), i64>,
    apart: BTreeMap<Which, Apart>,
}

impl Reference {
    /// Looks at every transfer after each step.
    fn observe(&mut self, all: &[Transfer], refunds: &[Refund], today: Day) {
        for one in all {
            let day = one.occurred_at.day(0);
            let mut worth: BTreeMap<OccupancyId, Worth> = BTreeMap::new();
            // All money out here is one refund's.
            let refund = refunds
                .iter()
                .find(|refund| refund.outgoing_id == one.id && refund.undone_at.is_none());
            let of =
                refund.and_then(|it| Some((it, all.iter().find(|one| one.id == it.original_id)?)));
            for line in &one.attribution.lines {
                let Some(stall) = line.occupancy_id else { continue };
                let sums = worth.entry(stall).or_default();
                let more = match of.filter(|_| line.class == Class::Refund) {
                    Some((refund, original)) => given_back(original, stall, refunds, refund),
                    None => value(&one.direction, line),
                };
                *sums = std::array::from_fn(|at| sums[at] + more[at]);
            }
            let (_, before) = self.known.remove(&one.id).unwrap_or_default();
            let stalls: BTreeSet<_> = worth.keys().chain(before.keys()).copied().collect();
            for stall in stalls {
                let of = |all: &BTreeMap<_, Worth>| all.get(&stall).copied().unwrap_or_default();
                let (is, was) = (of(&worth), of(&before));
                self.change(stall, day, today, std::array::from_fn(|at| is[at] - was[at]));
            }
            self.known.insert(one.id, (day, worth));
        }
    }

    fn change(&mut self, stall: OccupancyId, day: Day, today: Day, change: Worth) {
        let home = (stall, day.month());
        let (which, key) = if self.locked.contains_key(&home) {
            ((stall, today.month()), (today, Some(day)))
        } else {
            (home, (day, None))
        };
        let [turnover, apart @ ..] = change;
        *self.books.entry(which).or_default().entry(key).or_default() += turnover;
        let (_, of_day) = key;
        for (at, sum) in apart.into_iter().enumerate() {
            *self.apart.entry(which).or_default().entry((at, of_day)).or_default() += sum;
        }
    }
}

/// What was given back goes off the part that was as much, or off sales, then money that nobody has
/// classed, debts, deposits, what is in no sum of the book; off the turnover where it was none of these. What
/// earlier refunds have taken, which held when it was linked, is there no more.
fn given_back(
    original: &Transfer,
    stall: OccupancyId,
    refunds: &[Refund],
    refund: &Refund,
) -> Worth {
    // The last part is what is in no sum.
    let mut parts = [0_i64; 5];
    for line in original.attribution.lines.iter().filter(|line| line.occupancy_id == Some(stall)) {
        let [a, b, c, d] = value(&original.direction, line);
        let own = if line.class == Class::Personal { line.amount_vnd.unwrap().get() } else { 0 };
        for (part, more) in parts.iter_mut().zip([a, b, c, d, own]) {
            *part += more;
        }
    }
    let of_it: Vec<_> = refunds.iter().filter(|one| one.original_id == original.id).collect();
    let mut all: Vec<[i64; 5]> = Vec::new();
    for one in &of_it {
        let mut left = parts;
        for (before, taken) in of_it.iter().zip(&all) {
            if before.undone_at.is_none_or(|undone| undone > one.linked_at) {
                left = std::array::from_fn(|at| left[at] - taken[at]);
            }
        }
        all.push(taken(left, one.amount_vnd.unwrap().get()));
    }
    let which = of_it.iter().position(|one| one.id == refund.id).unwrap();
    std::array::from_fn(|at| -all[which][at])
}

fn taken(parts: [i64; 5], amount: i64) -> [i64; 5] {
    let mut taken = [0; 5];
    if let Some(at) = parts.iter().position(|part| *part == amount) {
        taken[at] = amount;
        return taken;
    }
    let mut left = amount;
    for (part, taken) in parts.into_iter().zip(&mut taken) {
        *taken = left.min(part);
        left -= *taken;
    }
    taken[0] += left;
    taken
}

fn value(direction: &str, line: &LineView) -> Worth {
    let amount = line.amount_vnd.unwrap().get();
    match (direction, line.class) {
        ("in", Class::Sale) => [amount, 0, 0, 0],
        ("out", Class::Refund | Class::Reversal) => [-amount, 0, 0, 0],
        ("in", Class::Unclassified) => [0, amount, 0, 0],
        ("in", Class::DebtRepayment) => [0, 0, amount, 0],
        ("in", Class::Deposit) => [0, 0, 0, amount],
        _ => [0; 4],
    }
}

fn all(stage: &Stage) -> Vec<Transfer> {
    stage.read(|connection, act| {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = PageRequest::parse(cursor.as_deref(), Some(200)).unwrap();
            let page = transfers::list(connection, act, Filter::default(), page)?;
            found.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    })
}

struct History<'s> {
    stage: &'s Stage,
    feed: Feed<'s>,
    stands: [Stand; 2],
    random: ChaCha8Rng,
    reference: Reference,
    paid: u64,
}

impl History<'_> {
    fn today(&self) -> Day {
        self.stage.app.clock.now().day(0)
    }

    fn stall(&mut self) -> OccupancyId {
        self.stands[self.random.random_range(0..2)].occupancy_id
    }

    fn amount(&mut self) -> i64 {
        1_000 * self.random.random_range(1..900)
    }

    /// Money for a stall, or for nobody yet; sometimes told weeks late.
    fn pay(&mut self) {
        self.paid += 1;
        let stand = &self.stands[self.random.random_range(0..2)];
        let memo = match self.random.random_range(0..4) {
            0 => "tra tien".to_owned(),
            _ => stand.code.reference.unwrap().to_string(),
        };
        let days = if self.random.random_bool(0.2) { self.random.random_range(1..50) } else { 0 };
        let amount = Vnd::new(self.amount());
        let occurred_at = self.stage.app.clock.now().plus_ms(-days * MS_PER_DAY - 60_000);
        let reference = format!("FT{}", self.paid);
        let sent = SampleTransfer {
            amount,
            occurred_at,
            reference: &reference,
            ..transfer(self.stage, self.paid, "0123", &memo)
        };
        let outcome = self.feed.send(&sent);
        assert!(["recorded", "unmatched"].contains(&outcome), "{outcome}");
    }

    fn one(&mut self, direction: &str) -> Option<Transfer> {
        let mut found = all(self.stage);
        found.retain(|one| one.direction == direction);
        (!found.is_empty()).then(|| found.swap_remove(self.random.random_range(0..found.len())))
    }

    /// One class, or two parts, of one stall or two; what is refused changes nothing.
    fn decide(&mut self) {
        let Some(one) = self.one("in") else { return };
        let classes = [
            Class::Sale,
            Class::Sale,
            Class::Personal,
            Class::DebtRepayment,
            Class::Deposit,
            Class::Refund,
            Class::Unclassified,
        ];
        let whole = one.amount_vnd.unwrap().get();
        let mut class = || classes[self.random.random_range(0..classes.len())];
        let (first, second) = (class(), class());
        let lines = if self.random.random_bool(0.5) {
            vec![(self.stall(), first, whole)]
        } else {
            let part = self.random.random_range(1..whole);
            vec![(self.stall(), first, part), (self.stall(), second, whole - part)]
        };
        assign(self.stage, one.id, &lines);
    }

    /// Gives back some of a receipt; what cannot be given back is refused, and changes nothing.
    fn give_back(&mut self) {
        let Some(one) = self.one("in") else { return };
        let stalls: BTreeSet<_> =
            one.attribution.lines.iter().filter_map(|line| line.occupancy_id).collect();
        let new = NewRefund {
            outgoing_id: None,
            class: Class::Refund,
            amount_vnd: Some(Vnd::new(self.amount().min(one.amount_vnd.unwrap().get()))),
            occupancy_id: stalls.first().copied().filter(|_| stalls.len() > 1),
            day: None,
            why: None,
            besides_declared: false,
        };
        let _: cho40::db::Outcome<Refund> = self
            .stage
            .try_write(move |connection, act| refunds::create(connection, act, one.id, new));
    }

    /// All refunds, in the order in which they were linked.
    fn refunds(&self) -> Vec<Refund> {
        self.stage.read(|connection, act| {
            let page = PageRequest::parse(None, Some(200)).unwrap();
            let found = refunds::list(connection, act, &RefundFilter::default(), page)?;
            assert!(found.next_cursor.is_none());
            Ok(found.items.into_iter().rev().collect())
        })
    }

    fn take_back(&mut self) {
        let all = self.refunds();
        if let Some(refund) = all.iter().rfind(|refund| refund.undone_at.is_none()) {
            let (id, undone) = (refund.id, UndoneRefund { why: "ghi lộn".into() });
            self.stage.write(move |connection, act| refunds::undo(connection, act, id, &undone));
        }
    }

    fn say(&mut self) {
        let (stall, amount) = (self.stall(), self.amount());
        let day = self.today().plus(-self.random.random_range(0..2));
        say(self.stage, stall, day, &amount.to_string(), None);
        self.reference.cash.insert((stall, day), amount);
    }

    fn lock(&mut self) {
        let stall = self.stall();
        let back = self.random.random_range(1..4);
        let month = Month(self.today().month().get() - back);
        let which = (stall, month);
        let is_early = self.today() < month.last_day().plus(2);
        match lock(self.stage, stall, month) {
            Ok(book) => {
                assert!(!is_early && !self.reference.locked.contains_key(&which));
                self.reference.locked.insert(which, book);
            }
            Err(_) => assert!(is_early || self.reference.locked.contains_key(&which)),
        }
    }

    fn step(&mut self, db: &TestDb) {
        match self.random.random_range(0..20) {
            0..5 => self.pay(),
            5..9 => self.decide(),
            9..11 => self.give_back(),
            11 => self.take_back(),
            12..14 => self.say(),
            14..16 => self.lock(),
            16 => self.stage.index_transfers(),
            _ => {
                let hours = self.random.random_range(1..220);
                db.clock.move_to(db.clock.now().plus_ms(hours * MS_PER_HOUR));
            }
        }
        let today = self.today();
        let refunds = self.refunds();
        self.reference.observe(&all(self.stage), &refunds, today);
    }

    /// Every book of every stall, and all of them together.
    fn compare(&self, seed: u64) {
        let (first, last) = (Month::parse("2026-09").unwrap(), self.today().month());
        for stand in &self.stands {
            let (stall, mut together) = (stand.occupancy_id, 0);
            for month in (first.get()..=last.get()).map(Month) {
                let (book, which) = (read(self.stage, stall, month), (stall, month));
                if let Some(locked) = self.reference.locked.get(&which) {
                    assert_eq!(&book, locked, "seed {seed}: {month} was locked");
                }
                let mut due = self.reference.books.get(&which).cloned().unwrap_or_default();
                due.retain(|_, amount| *amount != 0);
                assert_eq!(sums(&book), due, "seed {seed}: {stall} {month}");
                let cash = self
                    .reference
                    .cash
                    .iter()
                    .filter(|((of, day), _)| *of == stall && day.month() == month);
                let cash: i64 = cash.map(|(_, amount)| amount).sum();
                let told: i64 = sums(&book).values().sum();
                assert_eq!(book.total_vnd.get(), told + cash, "seed {seed}: {month}");
                let mut due = self.reference.apart.get(&which).cloned().unwrap_or_default();
                due.retain(|_, amount| *amount != 0);
                assert_eq!(apart(&book), due, "seed {seed}: apart in {month}");
                together += told;
            }
            let worth = self.reference.known.values().filter_map(|(_, worth)| worth.get(&stall));
            let turnover: i64 = worth.clone().map(|[turnover, ..]| turnover).sum();
            assert_eq!(together, turnover, "seed {seed}: all books together");
            // A year is its months, and so are its lines.
            for year in first.get() / 12..=last.get() / 12 {
                let found =
                    self.stage.read(|connection, act| book::year(connection, act, stall, year));
                let months: Vec<Book> = (first.get()..=last.get())
                    .filter(|month| month / 12 == year)
                    .map(|month| read(self.stage, stall, Month(month)))
                    .collect();
                let shown = [&found.before[..], std::slice::from_ref(&found.last)].concat();
                let shown: Vec<Book> =
                    shown.into_iter().filter(|book| book.month >= first).collect();
                assert_eq!(shown, months, "seed {seed}: {year}");
                let laid = Laid::from(&found);
                let rows: i64 = laid.rows.iter().map(|row| row.amount_vnd.get()).sum();
                assert_eq!(laid.total_vnd.get(), rows, "seed {seed}: {year}");
                // What is in its sum does not stand apart, too.
                let of_year = |(day, worth): &(Day, BTreeMap<OccupancyId, Worth>)| {
                    let is_there = day.month() >= first && day.month().get() / 12 == year;
                    is_there.then(|| Some((day.month(), *worth.get(&stall)?))).flatten()
                };
                let known = self.reference.known.values().filter_map(of_year);
                let is_last = year == last.get() / 12;
                for (at, title) in TITLES.iter().enumerate().filter(|_| is_last) {
                    let mut months = BTreeMap::<Month, i64>::new();
                    for (month, worth) in known.clone() {
                        *months.entry(month).or_default() += worth[at + 1];
                    }
                    let due: i64 = months.into_values().sum();
                    assert_eq!(listed(&laid, title, year), due, "seed {seed}: {title} of {year}");
                }
            }
        }
    }
}

/// The beginnings of the headings, in the order of [`APART`].
const TITLES: [&str; 3] = ["Chưa phân loại", "Bán chịu", "Khách đặt cọc"];

/// What a year's file lists of the year's own money under a heading.
fn listed(laid: &Laid, title: &str, year: i32) -> i64 {
    let apart = laid.apart.iter().filter(|apart| apart.title.starts_with(title));
    let of_year = |entry: &&book::Entry| match entry.when {
        When::Month(month) => month.get() / 12 == year,
        When::Day(_) => false,
    };
    let entries = apart.flat_map(|apart| &apart.entries).filter(of_year);
    entries.filter_map(|entry| entry.amount_vnd).map(Vnd::get).sum()
}

fn apart(book: &Book) -> Apart {
    let mut all = Apart::new();
    let own = [&book.unclassified, &book.debts, &book.deposits];
    for (at, sum) in own.iter().enumerate().flat_map(|(at, days)| days.iter().map(move |d| (at, d)))
    {
        *all.entry((at, None)).or_default() += sum.amount_vnd.get();
    }
    for later in &book.later {
        let at = APART.iter().position(|kind| *kind == later.kind).unwrap();
        *all.entry((at, Some(later.day))).or_default() += later.amount_vnd.get();
    }
    all.retain(|_, amount| *amount != 0);
    all
}

fn sums(book: &Book) -> Sums {
    let mut sums = Sums::new();
    for line in &book.lines {
        if !matches!(line.kind, LineKind::Cash | LineKind::SaidTransfers) {
            *sums.entry((line.day, line.of_day)).or_default() += line.amount_vnd.get();
        }
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

fn history(db: &mut TestDb, seed: u64) {
    let stage = Stage::new(db);
    let account = stage.account("0123", AccountKind::Personal, UseKind::Mixed);
    let stands = [stage.stand_on("A1", account), stage.stand_on("A2", account)];
    let feed = stage.feed(Provider::Sepay);
    let mut history = History {
        stage: &stage,
        feed,
        stands,
        random: ChaCha8Rng::seed_from_u64(seed),
        reference: Reference::default(),
        paid: 0,
    };
    for step in 0..STEPS {
        history.step(db);
        if step % 10 == 0 {
            history.compare(seed);
        }
    }
    history.compare(seed);
    assert!(history.reference.locked.len() > 1, "seed {seed} locks next to nothing");
    let adjusted = |sums: &Sums| sums.iter().any(|((_, of), amount)| of.is_some() && *amount != 0);
    assert!(history.reference.books.values().any(adjusted), "seed {seed} adjusts nothing");
}

on_both!(books_of_a_history_are_what_happened, |db| {
    history(db, 1);
});

on_both!(books_of_another_history_are_what_happened, |db| {
    history(db, 2);
});

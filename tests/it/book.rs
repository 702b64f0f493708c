//! The revenue book: what stands in it, and that locked months stay while their money goes on.

use cho40::adoption::cash::{self, AnswerKind, NewAnswer};
use cho40::book::{self, Book, Laid, LineKind, When, words};
use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::Class;
use cho40::ledger::refunds::{self, NewRefund};
use cho40::ledger::transfers::{self, Filter, NewAttribution, NewLine};
use cho40::primitives::ids::{ListenerId, OccupancyId, TransferId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{Day, Month, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};

use crate::registry_support::refusal;
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::{TestDb, on_both};

pub fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

pub fn read(stage: &Stage, of: OccupancyId, which: Month) -> Book {
    stage.read(|connection, act| book::book(connection, act, of, which))
}

pub fn lock(stage: &Stage, of: OccupancyId, which: Month) -> cho40::db::Outcome<Book> {
    stage.try_write(move |connection, act| book::lock(connection, act, of, which))
}

pub fn say(stage: &Stage, of: OccupancyId, day: Day, cash: &str, transfer: Option<&str>) {
    let new = NewAnswer {
        day,
        kind: AnswerKind::Sold,
        cash: Some(cash.into()),
        transfer: transfer.map(str::to_owned),
    };
    stage.write(move |connection, act| cash::answer(connection, act, (of, ListenerId(1)), &new));
}

/// Whether it could be decided.
pub fn assign(stage: &Stage, id: TransferId, lines: &[(OccupancyId, Class, i64)]) -> bool {
    let line = |(of, class, amount): &(OccupancyId, Class, i64)| NewLine {
        occupancy_id: Some(*of),
        request_id: None,
        class: *class,
        amount_vnd: Vnd::new(*amount),
    };
    let lines = lines.iter().map(line).collect();
    let new = NewAttribution { lines, why: None, besides_counted: true };
    stage.try_write(move |connection, act| transfers::assign_own(connection, act, id, new)).is_ok()
}

fn wait_until(db: &TestDb, day: &str) {
    db.clock.move_to(Day::parse(day).unwrap().start(12 * 60));
}

/// Money for a stall's code; its transfer.
fn pay(feed: &Feed<'_>, id: u64, stand: &Stand, amount: i64) -> TransferId {
    let stage = feed.stage;
    let memo = stand.code.reference.unwrap().to_string();
    let sent = SampleTransfer { amount: Vnd::new(amount), ..transfer(stage, id, "0123", &memo) };
    assert_eq!(feed.send(&sent), "recorded");
    stage.read(|connection, act| {
        let page = transfers::list(connection, act, Filter::default(), PageRequest::default())?;
        Ok(page.items[0].id)
    })
}

/// All of it, or so much.
fn give_back(stage: &Stage, original: TransferId, amount: Option<i64>) {
    let new = NewRefund {
        outgoing_id: None,
        class: Class::Refund,
        amount_vnd: amount.map(Vnd::new),
        occupancy_id: None,
        day: None,
        why: None,
        besides_declared: false,
    };
    stage.write(move |connection, act| refunds::create(connection, act, original, new));
}

fn lines(book: &Book) -> Vec<(String, LineKind, i64)> {
    let line = |line: &book::Line| (line.day.to_string(), line.kind, line.amount_vnd.get());
    book.lines.iter().map(line).collect()
}

on_both!(a_day_has_transfers_and_cash_on_lines_of_their_own, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123", UseKind::Mixed);
    let id = stand.occupancy_id;
    let (feed, today) = (stage.feed(Provider::Sepay), Day::parse("2026-11-24").unwrap());
    pay(&feed, 1, &stand, 100_000);
    let second = pay(&feed, 2, &stand, 500_000);
    say(&stage, id, today, "300k", None);
    say(&stage, id, today, "350k", Some("40k"));
    let parts = [(Class::Sale, 90_000), (Class::CashOut, 400_000), (Class::Refund, 10_000)];
    assert!(assign(&stage, second, &parts.map(|(class, amount)| (id, class, amount))));
    let third = pay(&feed, 3, &stand, 20_000);
    assert!(assign(&stage, third, &[(id, Class::DebtRepayment, 20_000)]));
    let fourth = pay(&feed, 4, &stand, 30_000);
    assert!(assign(&stage, fourth, &[(id, Class::Deposit, 30_000)]));
    let fifth = pay(&feed, 5, &stand, 7_000);
    assert!(assign(&stage, fifth, &[(id, Class::Unclassified, 7_000)]));
    let book = read(&stage, id, month("2026-11"));
    let expected = [
        ("2026-11-24".to_owned(), LineKind::Transfers, 190_000),
        ("2026-11-24".to_owned(), LineKind::Cash, 350_000),
    ];
    assert_eq!(lines(&book), expected);
    assert_eq!((book.total_vnd.get(), book.lines[0].count), (540_000, 2));
    // What is not known to be turnover stands apart.
    let apart =
        |days: &[book::DaySum]| days.iter().map(|day| day.amount_vnd.get()).collect::<Vec<_>>();
    assert_eq!(apart(&book.unclassified), [7_000]);
    assert_eq!(apart(&book.debts), [20_000]);
    assert_eq!(apart(&book.deposits), [30_000]);
    assert_eq!(apart(&book.said_apart), [40_000]);
    // Nothing was said of the 23 days before; today's evening is still to come for nobody else.
    assert_eq!(book.without_cash.len(), 23);
    assert_eq!((book.form.code.as_str(), book.stall.as_str()), ("S1a-HKD", "A1"));
    assert!(words::status(&book).starts_with("BẢN NHÁP"));
});

on_both!(where_no_feed_tells_the_vendors_word_counts, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("A1", "0123", UseKind::Mixed).occupancy_id;
    say(&stage, id, Day::parse("2026-11-23").unwrap(), "0", Some("60k"));
    let book = read(&stage, id, month("2026-11"));
    let day = || "2026-11-23".to_owned();
    let expected = [(day(), LineKind::Cash, 0), (day(), LineKind::SaidTransfers, 60_000)];
    assert_eq!((lines(&book), book.total_vnd.get()), (expected.to_vec(), 60_000));
    assert_eq!(book.without_cash.len(), 22);
});

on_both!(what_is_given_back_of_no_sale_is_no_part_of_the_turnover, |db| {
    let stage = Stage::new(db);
    let account = stage.account("0123", AccountKind::Personal, UseKind::Mixed);
    let stand = stage.stand_on("A1", account);
    let (id, november) = (stand.occupancy_id, month("2026-11"));
    let feed = stage.feed(Provider::Sepay);
    pay(&feed, 1, &stand, 100_000);
    for (number, class) in
        [(2, Class::Sale), (3, Class::Deposit), (4, Class::DebtRepayment), (5, Class::Unclassified)]
    {
        let one = pay(&feed, number, &stand, 10_000 + number as i64);
        assign(&stage, one, &[(id, class, 10_000 + number as i64)]);
        give_back(&stage, one, None);
    }
    let book = read(&stage, id, november);
    let found = (book.total_vnd.get(), book.unclassified, book.debts, book.deposits);
    assert_eq!(found, (100_000, vec![], vec![], vec![]));
    // In parts: the one that is as large, else sales first.
    let mixed = pay(&feed, 6, &stand, 150_000);
    assign(&stage, mixed, &[(id, Class::Sale, 50_000), (id, Class::Deposit, 100_000)]);
    give_back(&stage, mixed, Some(100_000));
    assert_eq!(read(&stage, id, november).total_vnd.get(), 150_000);
    // A locked month counted it as given back of a sale; it was a deposit.
    wait_until(db, "2026-12-02");
    let deposit = pay(&feed, 7, &stand, 70_000);
    give_back(&stage, deposit, None);
    lock(&stage, id, november).unwrap();
    wait_until(db, "2027-01-02");
    let december = month("2026-12");
    assert_eq!(lock(&stage, id, december).unwrap().total_vnd.get(), 0);
    assert!(assign(&stage, deposit, &[(id, Class::Deposit, 70_000)]));
    let january = read(&stage, id, month("2027-01"));
    assert_eq!((january.total_vnd.get(), january.later), (0, vec![]));
});

on_both!(a_debt_given_back_in_another_month_lessens_the_years_debts, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123", UseKind::BusinessOnly);
    let id = stand.occupancy_id;
    let feed = stage.feed(Provider::Sepay);
    let debt = pay(&feed, 1, &stand, 260_000);
    assert!(assign(&stage, debt, &[(id, Class::DebtRepayment, 260_000)]));
    wait_until(db, "2026-12-02");
    lock(&stage, id, month("2026-11")).unwrap();
    give_back(&stage, debt, Some(60_000));
    let found = stage.read(|connection, act| book::year(connection, act, id, 2026));
    let year = Laid::from(&found);
    let debts = &year.apart[0];
    let titles: Vec<_> = year.apart.iter().map(|apart| apart.title.as_str()).collect();
    assert!(!titles.iter().any(|title| title.starts_with("Đã ghi khác đi")), "{titles:?}");
    let told: Vec<_> = debts.entries.iter().map(|one| one.amount_vnd.unwrap().get()).collect();
    assert_eq!((debts.title.starts_with("Bán chịu"), told), (true, vec![260_000, -60_000]));
    assert_eq!(debts.total_vnd.unwrap().get(), 200_000);
    assert_eq!(debts.entries[1].note, "trả lại khách");
});

on_both!(what_a_locked_book_took_the_vendors_word_for_is_not_counted_again, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123", UseKind::BusinessOnly);
    let (id, november, day) = (stand.occupancy_id, month("2026-11"), "2026-11-20");
    say(&stage, id, Day::parse("2026-11-23").unwrap(), "0", Some("90k"));
    wait_until(db, "2026-12-02");
    assert_eq!(lock(&stage, id, november).unwrap().total_vnd.get(), 90_000);
    let feed = stage.feed(Provider::Sepay);
    let memo = stand.code.reference.unwrap().to_string();
    let late = |number, amount, day: &str| {
        let sent = SampleTransfer {
            amount: Vnd::new(amount),
            occurred_at: Day::parse(day).unwrap().start(600),
            ..transfer(&stage, number, "0123", &memo)
        };
        assert_eq!(feed.send(&sent), "recorded");
    };
    late(1, 60_000, "2026-11-23");
    late(2, 5_000, day);
    let adjusted = |which: &str| read(&stage, id, month(which)).total_vnd.get();
    assert_eq!(adjusted("2026-12"), 60_000 - 90_000 + 5_000);
    late(3, 40_000, "2026-11-23");
    assert_eq!(adjusted("2026-12"), 100_000 - 90_000 + 5_000);
    // What comes in a later month, as long as December is open and when it is locked.
    wait_until(db, "2027-01-02");
    late(4, 7_000, "2026-11-23");
    assert_eq!((adjusted("2026-12"), adjusted("2027-01")), (15_000, 7_000));
    lock(&stage, id, month("2026-12")).unwrap();
    assert_eq!(adjusted("2027-01"), 7_000);
});

on_both!(a_locked_month_stays_and_later_changes_are_adjustments, |db| {
    let stage = Stage::new(db);
    let account = stage.account("0123", AccountKind::Personal, UseKind::Mixed);
    let (stand, other) = (stage.stand_on("A1", account), stage.stand_on("A2", account));
    let (id, november) = (stand.occupancy_id, month("2026-11"));
    let feed = stage.feed(Provider::Sepay);
    let first = pay(&feed, 1, &stand, 100_000);
    let second = pay(&feed, 2, &stand, 50_000);
    for (day, code) in [("2026-11-30", "book-too-early"), ("2026-12-01", "book-too-early")] {
        wait_until(db, day);
        assert_eq!(refusal(lock(&stage, id, november)).code, code);
    }
    assert_eq!(refusal(lock(&stage, id, month("2027-01"))).code, "book-month-out-of-range");
    assert_eq!(refusal(lock(&stage, id, month("2025-12"))).code, "book-month-out-of-range");
    wait_until(db, "2026-12-02");
    let locked = lock(&stage, id, november).unwrap();
    assert_eq!((locked.total_vnd.get(), locked.locked_at.is_some()), (150_000, true));
    assert_eq!(refusal(lock(&stage, id, november)).code, "book-locked-already");
    // Reclassed, moved to another stall, and told late.
    wait_until(db, "2026-12-10");
    assert!(assign(&stage, first, &[(id, Class::Sale, 30_000), (id, Class::Personal, 70_000)]));
    wait_until(db, "2027-01-05");
    assert!(assign(&stage, second, &[(other.occupancy_id, Class::Sale, 50_000)]));
    let memo = stand.code.reference.unwrap().to_string();
    let late = SampleTransfer {
        amount: Vnd::new(9_000),
        occurred_at: Day::parse("2026-11-25").unwrap().start(600),
        ..transfer(&stage, 3, "0123", &memo)
    };
    assert_eq!(feed.send(&late), "recorded");
    assert_eq!(read(&stage, id, november), locked);
    let adjusted = |which: &str| {
        let book = read(&stage, id, month(which));
        let of = |line: &book::Line| (line.day.to_string(), line.of_day.unwrap().to_string());
        let line = |line: &book::Line| (of(line), line.kind, line.amount_vnd.get());
        book.lines.iter().map(line).collect::<Vec<_>>()
    };
    let on = |day: &str, of: &str, amount| {
        ((day.to_owned(), of.to_owned()), LineKind::Adjustment, amount)
    };
    assert_eq!(adjusted("2026-12"), [on("2026-12-10", "2026-11-24", -70_000)]);
    let january = [on("2027-01-05", "2026-11-24", -50_000), on("2027-01-05", "2026-11-25", 9_000)];
    assert_eq!(adjusted("2027-01"), january);
    // The other stall's November is open: there it stands as any sale of November.
    let theirs = read(&stage, other.occupancy_id, november);
    let expected = [("2026-11-24".to_owned(), LineKind::Transfers, 50_000)];
    assert_eq!(lines(&theirs), expected);
});

on_both!(a_year_is_its_months_locked_ones_as_they_were_locked, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123", UseKind::Mixed);
    let id = stand.occupancy_id;
    let feed = stage.feed(Provider::Sepay);
    let first = pay(&feed, 1, &stand, 100_000);
    say(&stage, id, Day::parse("2026-11-24").unwrap(), "300k", None);
    wait_until(db, "2026-12-02");
    let locked = lock(&stage, id, month("2026-11")).unwrap();
    wait_until(db, "2026-12-10");
    assert!(assign(&stage, first, &[(id, Class::Sale, 30_000), (id, Class::Personal, 70_000)]));
    let memo = stand.code.reference.unwrap().to_string();
    let second = SampleTransfer { amount: Vnd::new(50_000), ..transfer(&stage, 2, "0123", &memo) };
    assert_eq!(feed.send(&second), "recorded");
    let year = |which: i32| stage.read(|connection, act| book::year(connection, act, id, which));
    let found = year(2026);
    assert_eq!(found.before.last(), Some(&locked));
    assert_eq!(found.last, read(&stage, id, month("2026-12")));
    let laid = Laid::from(&found);
    let rows: Vec<_> = laid
        .rows
        .iter()
        .filter(|row| row.amount_vnd.get() != 0)
        .map(|row| (row.when.on_paper(), row.text.as_str(), row.amount_vnd.get()))
        .collect();
    let at = |month: &str| month.to_owned();
    let expected = [
        (at("11/2026"), "Bán hàng – khách chuyển khoản (1 lần)", 100_000),
        (at("11/2026"), "Bán hàng – tiền mặt (tự khai)", 300_000),
        (at("12/2026"), "Bán hàng – khách chuyển khoản (1 lần)", 50_000),
        (at("12/2026"), "Điều chỉnh cho tháng 11/2026 (sổ đã khóa)", -70_000),
    ];
    assert_eq!(rows, expected);
    assert_eq!((laid.total_vnd.get(), laid.period.as_str()), (380_000, "năm 2026"));
    assert!(laid.status.contains("Chưa khóa sổ tháng: "), "{}", laid.status);
    assert!(laid.status.ends_with("12/2026. Đã khóa sổ tháng: 11/2026."), "{}", laid.status);
    let lacking = laid.apart.last().unwrap();
    let days = lacking.entries.iter().find(|entry| entry.when == When::Month(month("2026-11")));
    assert_eq!(days.unwrap().on_paper(), "11/2026 (29 ngày)");
    // In the year after, what is decided of the old one stands there.
    wait_until(db, "2027-01-05");
    assert_eq!(year(2027).before.len(), 0);
    let act = stage.now();
    let tried = |which: i32| {
        let read = |connection: &mut _| book::year(connection, &act, id, which);
        refusal(stage.app.db.read_here(read)).code
    };
    assert_eq!((tried(2025), tried(2028)), ("book-year-out-of-range", "book-year-out-of-range"));
});

/// What stands apart, without days of cash: the beginnings of headings, entries as they are printed.
fn apart(laid: &Laid) -> Vec<(&str, Vec<String>)> {
    let told = laid.apart.iter().filter(|apart| !apart.title.starts_with("Ngày không ghi"));
    let title = |apart: &'_ book::Apart| apart.title.find([':', '(']).unwrap_or(apart.title.len());
    let entries = |apart: &book::Apart| apart.entries.iter().map(book::Entry::on_paper).collect();
    told.map(|apart| (apart.title[..title(apart)].trim(), entries(apart))).collect()
}

on_both!(what_is_classed_after_locking_stands_in_one_book_and_once, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", "0123", UseKind::Mixed);
    let (id, feed) = (stand.occupancy_id, stage.feed(Provider::Sepay));
    let class = |transfer, class, amount| assert!(assign(&stage, transfer, &[(id, class, amount)]));
    let [sold, owed, held] = [(1, 40_000), (2, 50_000), (3, 60_000)].map(|(n, amount)| {
        let transfer = pay(&feed, n, &stand, amount);
        class(transfer, Class::Unclassified, amount);
        transfer
    });
    class(pay(&feed, 4, &stand, 7_000), Class::Unclassified, 7_000);
    wait_until(db, "2026-12-02");
    let locked = lock(&stage, id, month("2026-11")).unwrap();
    wait_until(db, "2026-12-10");
    class(sold, Class::Sale, 40_000);
    class(owed, Class::DebtRepayment, 50_000);
    class(held, Class::Deposit, 60_000);
    // What was changed back is no change.
    class(held, Class::Unclassified, 60_000);
    class(held, Class::Deposit, 60_000);
    assert_eq!(read(&stage, id, month("2026-11")), locked);
    let december = read(&stage, id, month("2026-12"));
    let adjusted = ("2026-12-10".to_owned(), LineKind::Adjustment, 40_000);
    assert_eq!((lines(&december), december.total_vnd.get()), (vec![adjusted], 40_000));
    let one = |text: &str| vec![text.to_owned()];
    let expected = [
        ("Bán chịu", one("24/11/2026: 50.000 (1 lần, sổ tháng đó đã khóa)")),
        ("Khách đặt cọc", one("24/11/2026: 60.000 (1 lần, sổ tháng đó đã khóa)")),
        ("Đã ghi khác đi", one("24/11/2026: 150.000 (3 lần chưa phân loại)")),
    ];
    assert_eq!(apart(&Laid::from(&december)), expected);
    // The year lists what is so now: nothing of its sum, and nothing twice.
    let year = |which: i32| {
        let found = stage.read(|connection, act| book::year(connection, act, id, which));
        Laid::from(&found)
    };
    let expected = [
        ("Chưa phân loại", one("11/2026: 7.000 (1 lần)")),
        ("Bán chịu", one("11/2026: 50.000 (1 lần)")),
        ("Khách đặt cọc", one("11/2026: 60.000 (1 lần)")),
    ];
    assert_eq!((apart(&year(2026)), year(2026).total_vnd.get()), (expected.to_vec(), 40_000));
    assert!(year(2026).state.starts_with("BẢN NHÁP đến 10/12/2026"), "{}", year(2026).state);
    // A debt is written off as a gift in the year after: that year's book says so.
    wait_until(db, "2027-01-05");
    assert!(lock(&stage, id, month("2026-12")).is_ok());
    class(owed, Class::Personal, 50_000);
    assert_eq!((apart(&year(2026)), year(2026).total_vnd.get()), (expected.to_vec(), 40_000));
    let expected = [("Đã ghi khác đi", one("11/2026: 50.000 (1 lần khách trả nợ)"))];
    assert_eq!(apart(&year(2027)), expected);
});

on_both!(a_book_is_its_stalls_alone, |db| {
    let stage = Stage::new(db);
    let id = stage.stand("A1", "0123", UseKind::Mixed).occupancy_id;
    let blind = db.act_with(&[cho40::access::Permission::RegistryRead]);
    let tried = book::book(db.connection(), &blind, id, month("2026-11"));
    assert_eq!(refusal(tried).code, "forbidden");
    let tried = book::year(db.connection(), &blind, id, 2026);
    assert_eq!(refusal(tried).code, "forbidden");
    let elsewhere = db.other_act();
    let tried = book::book(db.connection(), &elsewhere, id, month("2026-11"));
    assert_eq!(refusal(tried).code, "not-found");
    db.clock.move_to(db.clock.now().plus_ms(10 * MS_PER_DAY));
    let blind = db.act_with(&[]);
    let tried = book::lock(db.connection(), &blind, id, month("2026-11"));
    assert_eq!(refusal(tried).code, "forbidden");
});

//! A statement and other feeds tell of the same transfers: each is counted once, and nobody is
//! asked about what the bank's own list settles.

#![cfg(test)]

use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::intake::statements::Commit;
use cho40::ledger::pairs::Verdict;
use cho40::primitives::{UnixMs, Vnd};
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::pairs_support::{agrees, kept, pairs_of, separate};
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::statements_import::{ACCOUNT, file, import, look, run, start};
use crate::support::on_both;

/// SePay's report of some money into the account at an instant.
pub fn told<'a>(
    stage: &Stage,
    id: u64,
    at: &str,
    amount: i64,
    memo: &'a str,
) -> SampleTransfer<'a> {
    let occurred_at = UnixMs::from_vietnam_wall_clock(at).unwrap();
    SampleTransfer {
        amount: Vnd::new(amount),
        occurred_at,
        reference: "",
        ..transfer(stage, id, ACCOUNT, memo)
    }
}

/// Transfers, pairs that wait, pairs that are certain.
pub fn counted(stage: &Stage) -> (usize, usize, usize) {
    let settled = pairs_of(stage, Some(false));
    assert!(settled.iter().all(|pair| pair.verdict == Some(Verdict::Same)));
    (kept(stage).len(), pairs_of(stage, Some(true)).len(), settled.len())
}

fn scene(stage: &Stage) -> (Stand, Feed<'_>) {
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    (stand, stage.feed(Provider::Sepay))
}

on_both!(a_row_of_what_was_told_before_its_number_was_registered_counts_nothing_again, |db| {
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let told_at = told(&stage, 1, "2026-11-02 08:15:30", 45_000, "tra tien ca");
    assert_eq!(feed.send(&told_at), "unmatched");
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let lines: [&[&str]; 1] = [&["02/11/2026 08:15:30", "FT1", "", "45,000", "", "tra tien ca"]];
    let looked_at = look(&stage, stand.account_id, &file(&lines)).unwrap();
    assert_eq!((looked_at.counts.new, looked_at.counts.reported), (0, 1));
    import(&stage, stand.account_id, &file(&lines));
    let all = kept(&stage);
    assert_eq!(all.len(), 1);
    // What waited for its number is at the stall now.
    assert_eq!(all[0].attribution.lines[0].occupancy_id, Some(stand.occupancy_id));
    agrees(&stage);
});

on_both!(rows_of_known_transfers_are_linked_with_certainty, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    feed.send(&told(&stage, 1, "2026-11-02 08:15:30", 45_000, "tra tien ca"));
    feed.send(&told(&stage, 2, "2026-11-03 09:00:00", 50_000, "a"));
    feed.send(&told(&stage, 3, "2026-11-03 17:00:00", 50_000, "b"));
    let lines: [&[&str]; 5] = [
        &["02/11/2026", "FT1", "", "45,000", "", "tra tien ca"],
        &["03/11/2026", "FT2", "", "50,000", "", "a"],
        &["03/11/2026", "FT3", "", "50,000", "", "b"],
        // The webhook lost this one, and never sees the last.
        &["03/11/2026", "FT4", "", "50,000", "", "c"],
        &["04/11/2026", "FT5", "", "60,000", "", "d"],
    ];
    let looked_at = look(&stage, stand.account_id, &file(&lines)).unwrap();
    assert_eq!((looked_at.counts.new, looked_at.counts.reported), (2, 3));
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.recorded, done.progress.linked, done.progress.doubtful), (2, 3, 0));
    assert_eq!(counted(&stage), (5, 0, 3));
    agrees(&stage);
    // Again, and a retry of the webhook: nothing changes.
    import(&stage, stand.account_id, &file(&lines));
    feed.send(&told(&stage, 1, "2026-11-02 08:15:30", 45_000, "tra tien ca"));
    assert_eq!(counted(&stage), (5, 0, 3));
    agrees(&stage);
});

on_both!(reports_after_the_statement_are_linked_with_certainty, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    let lines: [&[&str]; 3] = [
        &["02/11/2026", "FT1", "", "45,000", "", "tra tien ca"],
        &["03/11/2026", "FT2", "", "50,000", "", "a"],
        &["03/11/2026", "FT3", "", "50,000", "", "a"],
    ];
    import(&stage, stand.account_id, &file(&lines));
    feed.send(&told(&stage, 1, "2026-11-02 08:15:30", 45_000, "tra tien ca"));
    feed.send(&told(&stage, 2, "2026-11-03 09:00:00", 50_000, "a"));
    feed.send(&told(&stage, 3, "2026-11-03 17:00:00", 50_000, "b"));
    assert_eq!(counted(&stage), (3, 0, 3));
    // A third one of that day is a transfer that the statement does not know.
    feed.send(&told(&stage, 4, "2026-11-03 18:00:00", 50_000, "c"));
    assert_eq!(counted(&stage), (4, 0, 3));
    agrees(&stage);
});

on_both!(what_happens_after_the_file_was_made_is_none_of_its_rows, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    // It is noon; the row is of this morning.
    let lines: [&[&str]; 1] = [&["24/11/2026", "FT1", "", "45,000", "", "a"]];
    let mut bytes = String::from_utf8(file(&lines)).unwrap();
    bytes = bytes.replace("23/11/2026", "24/11/2026");
    import(&stage, stand.account_id, bytes.as_bytes());
    clock.move_to(clock.now().plus_ms(3_600_000));
    feed.send(&told(&stage, 1, "2026-11-24 12:59:00", 45_000, "b"));
    assert_eq!(counted(&stage), (2, 0, 0));
    // Of the rest of the day the file may lack one, so a person looks.
    feed.send(&told(&stage, 2, "2026-11-24 08:00:00", 45_000, "a"));
    assert_eq!(counted(&stage), (2, 1, 0));
    agrees(&stage);
});

on_both!(more_reports_than_rows_are_looked_at, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    feed.send(&told(&stage, 1, "2026-11-03 09:00:00", 50_000, "a"));
    feed.send(&told(&stage, 2, "2026-11-03 17:00:00", 50_000, "b"));
    let lines: [&[&str]; 1] = [&["03/11/2026", "FT2", "", "50,000", "", "a"]];
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.linked, done.progress.doubtful), (0, 1));
    assert_eq!(counted(&stage), (2, 1, 0));
    // A person may say that it is another one.
    let pair = pairs_of(&stage, Some(true)).remove(0);
    separate(&stage, pair.id).unwrap();
    assert_eq!(kept(&stage).len(), 3);
    agrees(&stage);
});

on_both!(the_banks_reference_and_our_own_decide_which_is_which, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    let other = stage.stand_on("A2", stand.account_id);
    let (first, second) = (stand.code.reference.unwrap(), other.code.reference.unwrap());
    let (first, second) = (first.to_string(), second.to_string());
    // Twice the same amount on a day, for two stalls; the second one's webhook was lost.
    feed.send(&told(&stage, 1, "2026-11-03 09:00:00", 50_000, &first));
    let lines: [&[&str]; 2] = [
        &["03/11/2026", "FT8", "", "50,000", "", &second],
        &["03/11/2026", "FT9", "", "50,000", "", &first],
    ];
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.recorded, done.progress.linked), (1, 1));
    let stalls: Vec<_> =
        kept(&stage).iter().map(|one| one.attribution.lines[0].occupancy_id).collect();
    assert_eq!(stalls, [Some(stand.occupancy_id), Some(other.occupancy_id)]);
    // Each names another stall: two transfers, though all else agrees.
    feed.send(&told(&stage, 3, "2026-11-10 09:00:00", 90_000, &first));
    let lines: [&[&str]; 1] = [&["10/11/2026", "FT10", "", "90,000", "", &second]];
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.recorded, done.progress.linked, done.progress.doubtful), (1, 0, 0));
    // The same reference of the bank, told a day later.
    let late = SampleTransfer {
        reference: "FT26308000077",
        ..told(&stage, 2, "2026-11-04 23:58:00", 70_000, "x")
    };
    feed.send(&late);
    let lines: [&[&str]; 1] = [&["05/11/2026", "FT26308000077", "", "70,000", "", "x"]];
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.linked, done.progress.doubtful), (1, 0));
    agrees(&stage);
});

on_both!(around_midnight_a_person_looks, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    feed.send(&told(&stage, 1, "2026-11-04 23:58:00", 70_000, "x"));
    feed.send(&told(&stage, 2, "2026-11-06 12:00:00", 80_000, "y"));
    let lines: [&[&str]; 2] = [
        &["05/11/2026", "FT1", "", "70,000", "", "x"],
        // A day away, and nowhere near midnight.
        &["07/11/2026", "FT2", "", "80,000", "", "z"],
    ];
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.recorded, done.progress.doubtful), (1, 1));
    agrees(&stage);
});

on_both!(what_a_bank_books_days_later_waits_for_a_person, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    // Paid on a Saturday and missing from that day, booked on Monday.
    feed.send(&told(&stage, 1, "2026-11-07 20:00:00", 80_000, "tra tien ca"));
    let late = SampleTransfer {
        reference: "FT26311000077",
        ..told(&stage, 2, "2026-11-07 12:00:00", 90_000, "a")
    };
    feed.send(&late);
    let lines: [&[&str]; 2] = [
        &["09/11/2026", "FT2", "", "80,000", "", "tra tien ca"],
        &["09/11/2026", "FT26311000077", "", "90,000", "", "b"],
    ];
    let done = import(&stage, stand.account_id, &file(&lines));
    assert_eq!((done.progress.recorded, done.progress.doubtful), (0, 2));
    assert_eq!(counted(&stage), (2, 2, 0));
    agrees(&stage);
});

on_both!(other_columns_of_the_same_rows_count_nothing_again, |db| {
    let stage = Stage::new(db);
    let (stand, _) = scene(&stage);
    let plain: [&[&str]; 3] = [
        &["02/11/2026", "", "", "45,000", "", "tra tien ca"],
        &["02/11/2026", "", "", "45,000", "", "tra tien ca"],
        &["03/11/2026 08:00:00", "", "", "50,000", "", "a"],
    ];
    import(&stage, stand.account_id, &file(&plain));
    let more: [&[&str]; 3] = [
        &["02/11/2026", "000123456", "", "45,000", "945,000", "tra tien ca"],
        &["02/11/2026", "000123457", "", "45,000", "990,000", "tra tien ca"],
        &["03/11/2026 08:00:00", "000123458", "", "50,000", "1,040,000", "a"],
    ];
    let done = import(&stage, stand.account_id, &file(&more));
    assert_eq!((done.progress.recorded, done.progress.linked), (0, 3));
    // Without leading zeros they are known; again, they are too.
    let short: [&[&str]; 1] = [&["02/11/2026", "123456", "", "45,000", "945,000", "tra tien ca"]];
    assert_eq!(import(&stage, stand.account_id, &file(&short)).counts.known, 1);
    assert_eq!(import(&stage, stand.account_id, &file(&more)).counts.known, 3);
    assert_eq!(counted(&stage), (3, 0, 0));
    agrees(&stage);
});

on_both!(a_report_hours_from_its_row_is_not_counted_again, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    let lines: [&[&str]; 2] = [
        &["03/11/2026 09:00:00", "", "", "50,000", "", "a"],
        &["04/11/2026 09:00:00", "FT26308000077", "", "50,000", "", "a"],
    ];
    import(&stage, stand.account_id, &file(&lines));
    feed.send(&told(&stage, 1, "2026-11-03 02:00:00", 50_000, "a"));
    assert_eq!(counted(&stage), (2, 1, 0));
    let same = SampleTransfer {
        reference: "FT26308000077",
        ..told(&stage, 2, "2026-11-04 17:00:00", 50_000, "a")
    };
    feed.send(&same);
    assert_eq!(counted(&stage), (2, 1, 1));
    agrees(&stage);
});

on_both!(a_part_of_a_day_settles_nothing, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    feed.send(&told(&stage, 1, "2026-11-03 09:00:00", 50_000, "a"));
    let part = |at: &str| {
        let lines: [&[&str]; 1] = [&[at, "", "", "50,000", "", "a"]];
        let looked_at = look(&stage, stand.account_id, &file(&lines)).unwrap();
        let no_days = Commit { no_days: true, ..Commit::default() };
        start(&stage, looked_at.id, no_days).unwrap();
        run(&stage, looked_at.id)
    };
    assert_eq!(part("03/11/2026 09:10:00").progress.doubtful, 1);
    // The same second is one, and another time of the same bank is another payment.
    assert_eq!(part("03/11/2026 09:00:00").progress.linked, 1);
    assert_eq!(counted(&stage), (1, 1, 1));
    let stand = stage.stand("A2", "5555555555", UseKind::BusinessOnly);
    let part = |at: &str| {
        let lines: [&[&str]; 1] = [&[at, "", "", "60,000", "", "b"]];
        let bytes = String::from_utf8(file(&lines)).unwrap().replace(ACCOUNT, "5555555555");
        import(&stage, stand.account_id, bytes.as_bytes()).progress.recorded
    };
    assert_eq!((part("03/11/2026 08:00:00"), part("03/11/2026 17:00:00")), (1, 1));
    agrees(&stage);
});

on_both!(a_row_that_knows_the_stall_tells_it, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let other = stage.stand_on("A2", stand.account_id);
    let feed = stage.feed(Provider::Sepay);
    // Two stalls share the account, and the webhook's memo names none.
    feed.send(&told(&stage, 1, "2026-11-03 09:00:00", 50_000, "tien rau"));
    assert_eq!(kept(&stage)[0].attribution.lines[0].occupancy_id, None);
    let reference = other.code.reference.unwrap().to_string();
    let lines: [&[&str]; 1] = [&["03/11/2026", "FT8", "", "50,000", "", &reference]];
    import(&stage, stand.account_id, &file(&lines));
    assert_eq!(kept(&stage)[0].attribution.lines[0].occupancy_id, Some(other.occupancy_id));
    assert_eq!(counted(&stage), (1, 0, 1));
    agrees(&stage);
});

/// A seeded order without a crate: a step through all places.
fn shuffled(count: usize, step: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |n| (n * step + 7) % count)
}

/// Transfers of the test below.
const COUNT: usize = 600;

on_both!(webhook_and_statements_in_any_order_count_each_once, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    // Amounts that repeat within a day, on twenty days.
    let day = |n: usize| n % 20 + 1;
    let amount = |n: usize| 10_000 + (n as i64 / 40) * 1_000;
    let line = |n: usize| -> Vec<String> {
        let (day, amount) = (format!("{:02}/11/2026", day(n)), amount(n).to_string());
        vec![day, format!("FT{n}"), String::new(), amount, String::new(), format!("m{n}")]
    };
    let of = |places: Vec<usize>| {
        let rows: Vec<Vec<String>> = places.into_iter().map(line).collect();
        let rows: Vec<Vec<&str>> =
            rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        file(&rows)
    };
    let send = |n: usize| {
        let at = format!("2026-11-{:02} {:02}:{:02}:00", day(n), 6 + n % 12, n / 20 % 60);
        let memo = format!("m{n}");
        feed.send(&told(&stage, n as u64 + 1, &at, amount(n), &memo));
    };
    let order: Vec<usize> = shuffled(COUNT, 187).collect();
    order[..200].iter().for_each(|n| send(*n));
    // The first ten days, whole; then all of them, with more webhooks between and after.
    import(&stage, stand.account_id, &of((0..COUNT).filter(|n| day(*n) <= 10).collect()));
    order[200..400].iter().for_each(|n| send(*n));
    stage.index_transfers();
    import(&stage, stand.account_id, &of(shuffled(COUNT, 331).collect()));
    order[400..].iter().for_each(|n| send(*n));
    let (transfers, waiting, _) = counted_all(&stage);
    assert_eq!((transfers, waiting), (COUNT as i64, 0));
    agrees(&stage);
});

/// [`counted`] beyond one page.
fn counted_all(stage: &Stage) -> (i64, i64, i64) {
    use cho40::db::schema::{suspected_pairs as pairs, transfers};
    stage.read(|connection, _| {
        let waiting = pairs::table.filter(pairs::verdict.is_null());
        Ok((
            transfers::table.count().get_result(connection)?,
            waiting.count().get_result(connection)?,
            pairs::table.count().get_result(connection)?,
        ))
    })
}

on_both!(a_row_of_what_contradicts_a_report_is_not_counted_beside_it, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    let first = told(&stage, 1, "2026-11-02 08:15:30", 45_000, "tra tien ca");
    assert_eq!(feed.send(&first), "recorded");
    let other = SampleTransfer { amount: Vnd::new(54_000), ..first };
    assert_eq!(feed.send(&other), "duplicate-with-different-fields");
    let lines: [&[&str]; 2] = [
        &["02/11/2026 08:15:30", "FT1", "", "54,000", "", "tra tien ca"],
        &["02/11/2026 09:00:00", "FT2", "", "54,000", "", "khac"],
    ];
    import(&stage, stand.account_id, &file(&lines));
    let amounts: Vec<i64> = kept(&stage).iter().map(|one| one.amount_vnd.unwrap().get()).collect();
    assert_eq!(amounts, [45_000, 54_000], "the second row alone is new");
    assert_eq!(pairs_of(&stage, Some(true)).len(), 1);
    agrees(&stage);
});

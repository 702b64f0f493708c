//! What a person must say before a statement is taken in, and what goes on by itself afterwards.

#![cfg(test)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use cho40::db::schema::{statements as table, transfers};
use cho40::intake::statements::{self, Commit, Statement, StatementState};
use cho40::primitives::Day;
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::pairs_support::{agrees, kept};
use crate::stage::Stage;
use crate::statements_import::{ACCOUNT, file, import, look, run, sheet, start};
use crate::statements_support::{Cell, Table, csv, row, xls, xlsx, xlsx_of};
use crate::support::on_both;

const TWO: [&[&str]; 2] = [
    &["02/11/2026", "FT1", "", "45,000", "", "tra tien ca"],
    &["03/11/2026", "FT2", "", "50,000", "", "tien rau"],
];

fn count(stage: &Stage) -> i64 {
    stage.read(|connection, _| Ok(transfers::table.count().get_result(connection)?))
}

fn refused(looked_at: cho40::db::Outcome<Statement>) -> String {
    looked_at.unwrap_err().to_string()
}

on_both!(a_file_that_names_no_account_is_confirmed, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let silent = csv(&sheet(&TWO)[1..].to_vec(), ',');
    let looked_at = look(&stage, stand.account_id, &silent).unwrap();
    assert!(!looked_at.names_account);
    let told = refused(start(&stage, looked_at.id, Commit::default()));
    assert!(told.contains("statement-account-unconfirmed"), "{told}");
    assert_eq!(count(&stage), 0);
    let confirmed = Commit { account_confirmed: true, ..Commit::default() };
    assert!(looked_at.rows_note.en.contains("/rows"));
    start(&stage, looked_at.id, confirmed).unwrap();
    let done = run(&stage, looked_at.id);
    assert_eq!(done.progress.recorded, 2);
    assert!(done.rows_note.en.contains("/transfers"), "its empty list is no loss");
    assert!(look(&stage, stand.account_id, &file(&TWO)).unwrap().names_account);
});

on_both!(a_period_that_the_file_states_is_not_made_wider, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    // It states the 1st to the 23rd of November, and tells of the 2nd and 3rd.
    let looked_at = look(&stage, stand.account_id, &file(&TWO)).unwrap();
    let of = |from: &str, to: &str| Commit {
        from_day: Day::parse(from),
        to_day: Day::parse(to),
        ..Commit::default()
    };
    for (from, to) in [("2026-10-31", "2026-11-23"), ("2026-11-01", "2026-11-24")] {
        let told = refused(start(&stage, looked_at.id, of(from, to)));
        assert!(told.contains("statement-days-too-wide"), "{told}");
    }
    start(&stage, looked_at.id, of("2026-11-02", "2026-11-20")).unwrap();
    let done = run(&stage, looked_at.id);
    let covered: Vec<_> = done.covered.iter().map(|days| (days.from_day, days.to_day)).collect();
    let day = |text| Day::parse(text).unwrap();
    assert_eq!(covered, [(day("2026-11-02"), day("2026-11-20"))]);
    // Once taken in, other days are refused, not passed over; the same ones, or none, are harmless.
    let told = refused(start(&stage, looked_at.id, of("2026-11-02", "2026-11-19")));
    assert!(told.contains("statement-days-decided"), "{told}");
    let none = Commit { no_days: true, ..Commit::default() };
    assert!(refused(start(&stage, looked_at.id, none)).contains("statement-days-decided"));
    start(&stage, looked_at.id, of("2026-11-02", "2026-11-20")).unwrap();
    start(&stage, looked_at.id, Commit::default()).unwrap();
    let both = Commit { no_days: true, ..of("2026-11-02", "2026-11-20") };
    assert!(refused(start(&stage, looked_at.id, both)).contains("statement-days-contradict"));
});

on_both!(zeros_that_a_spreadsheet_dropped_are_no_other_account, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let mut saved: Table = sheet(&TWO);
    saved[0] = vec![Cell::Text("Số tài khoản:".into()), Cell::Number(123_456_789)];
    for bytes in [xlsx(&saved), xls(&saved), csv(&saved, ',')] {
        assert!(look(&stage, stand.account_id, &bytes).unwrap().names_account);
    }
    // Where the board knows the number without them, it is that account's.
    let other = stage.stand("A2", "123456789", UseKind::BusinessOnly);
    let told = refused(look(&stage, stand.account_id, &xlsx(&saved)));
    assert!(told.contains("statement-account-differs"), "{told}");
    assert!(look(&stage, other.account_id, &xlsx(&saved)).is_ok());
});

on_both!(a_sheet_that_is_not_read_takes_the_days_away, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let summary = vec![row(&["Ngày", "Thu", "Chi"]), row(&["05/11/2026", "45,000", "0"])];
    let bytes = xlsx_of(&[("SaoKe", &sheet(&TWO)), ("Tổng hợp", &summary)]);
    let done = import(&stage, stand.account_id, &bytes);
    assert_eq!(done.unread_sheets, ["Tổng hợp"]);
    assert_eq!((done.progress.recorded, done.covered.len()), (2, 0));
    let again = import(&stage, stand.account_id, &xlsx(&sheet(&TWO)));
    assert_eq!((again.progress.recorded, again.covered.len()), (0, 1));
});

on_both!(files_that_cannot_be_true_are_refused, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    // It is the 24th of November.
    let mut lines = TWO.to_vec();
    lines.push(&["25/11/2026", "FT3", "", "50,000", "", "tien rau"]);
    let told = refused(look(&stage, stand.account_id, &file(&lines)));
    assert!(told.contains("statement-after-today"), "{told}");
    // No order of day and month makes it so late.
    lines[2] = &["25/11/2062", "FT3", "", "50,000", "", "tien rau"];
    let read = look(&stage, stand.account_id, &file(&lines)).unwrap();
    assert_eq!((read.counts.new, read.counts.unreadable), (2, 1));
    let mut saved = sheet(&TWO);
    saved[3][3] = Cell::Number(45);
    saved[4][3] = Cell::Text("1.234.567".into());
    let told = refused(look(&stage, stand.account_id, &xlsx(&saved)));
    assert!(told.contains("statement-saved-again"), "{told}");
    // A file with a later row was not made before it.
    let mut dated = sheet(&TWO);
    dated.insert(0, row(&["Ngày in: 02/11/2026"]));
    assert_eq!(look(&stage, stand.account_id, &csv(&dated, ',')).unwrap().printed_day, None);
});

on_both!(a_server_goes_on_with_what_was_broken_off, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let looked_at = look(&stage, stand.account_id, &file(&TWO)).unwrap();
    let waiting = look(&stage, stand.account_id, &file(&TWO)).unwrap();
    // Committed, and the process ended before the first step.
    start(&stage, looked_at.id, Commit::default()).unwrap();
    assert_eq!(count(&stage), 0);
    clock.move_to(clock.now().plus_ms(8 * MS_PER_DAY));
    let (app, act) = (stage.app.clone(), stage.act.clone());
    let began = Instant::now();
    actix_web::rt::System::new().block_on(async move {
        let running = app.serve("127.0.0.1:0".parse().unwrap()).unwrap();
        let shown_as = |id| {
            let (db, act) = (app.db.clone(), act.clone());
            async move {
                let read = move |connection: &mut cho40::db::DbConnection| {
                    Ok(statements::get(connection, &act, id).ok().map(|shown| shown.state))
                };
                db.read(read).await.unwrap()
            }
        };
        // And what nobody committed for a week is forgotten without an upload.
        while shown_as(looked_at.id).await != Some(StatementState::Done)
            || shown_as(waiting.id).await.is_some()
        {
            assert!(began.elapsed() < Duration::from_secs(20));
            actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        }
        running.stop().await.unwrap();
    });
    assert_eq!(kept(&stage).len(), 2);
    let left: i64 = stage.read(|connection, _| Ok(table::table.count().get_result(connection)?));
    assert_eq!(left, 1);
    agrees(&stage);
});

on_both!(a_page_of_long_rows_is_as_full_as_another, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let memo = "ế".repeat(1_000);
    let mut table = vec![
        row(&["Số tài khoản:", ACCOUNT]),
        row(&["Ngày", "Số tham chiếu", "Ghi có", "Nội dung"]),
    ];
    table.extend((0..450).map(|n| row(&["02/11/2026", &format!("FT{n:06}"), "45.000", &memo])));
    let looked_at = look(&stage, stand.account_id, &csv(&table, ';')).unwrap();
    assert_eq!(looked_at.counts.rows, 450);
    let (mut cursor, mut pages, mut seen) = (None, Vec::new(), HashSet::new());
    loop {
        let page = stage.read(|connection, act| {
            let page = PageRequest::parse(cursor.as_deref(), Some(200))?;
            statements::lines(connection, act, looked_at.id, page)
        });
        pages.push(page.items.len());
        seen.extend(page.items.into_iter().map(|line| line.reference));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((pages, seen.len()), (vec![200, 200, 50], 450));
});

on_both!(a_part_is_no_larger_than_a_delivery_may_be, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    // Everything as long as it may be, and written with two bytes a letter or a quote.
    let (memo, name) = ("\"ế".repeat(500), "\"ư".repeat(100));
    let mut table = vec![
        row(&["Số tài khoản:", ACCOUNT]),
        row(&["Ngày", "Số tham chiếu", "Ghi có", "Nội dung", "Người chuyển"]),
    ];
    for n in 0..150 {
        let reference = format!("{}{n:03}", "\"Ả".repeat(62));
        table.push(row(&["02/11/2026", &reference, "45.000", &memo[..n % 100 * 20], &name]));
    }
    let looked_at = look(&stage, stand.account_id, &csv(&table, ';')).unwrap();
    assert_eq!((looked_at.counts.rows, looked_at.counts.unreadable), (150, 0));
    start(&stage, looked_at.id, Commit { no_days: true, ..Commit::default() }).unwrap();
    assert_eq!(run(&stage, looked_at.id).progress.recorded, 150);
});

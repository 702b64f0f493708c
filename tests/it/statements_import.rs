//! Statements on their way in: a dry run, then every row once, whatever overlaps; the days that
//! they tell count as observed.

#![cfg(test)]

use cho40::access::{Act, Permission};
use cho40::adoption::{Query, Reason};
use cho40::db::Outcome;
use cho40::db::schema::{
    deliveries, feed_bank_days as heard, statement_parts, statements as table, transfers,
};
use cho40::intake::statements::{
    self, Commit, Days, RowState, Statement, StatementLine, StatementState, UnreadableLine,
};
use cho40::ledger::transfers::Transfer;
use cho40::primitives::Day;
use cho40::primitives::ids::{AccountId, StatementId};
use cho40::primitives::time::MS_PER_DAY;
use cho40::registry::PageRequest;
use cho40::registry::accounts::{self, AccountKind, NewAccount, Relation, UseKind};
use diesel::prelude::*;

use crate::adoption_support::{FEED, Market, ago, one};
use crate::pairs_support::{agrees, kept};
use crate::stage::Stage;
use crate::statements_support::{Cell, Table, csv, row, xls, xlsx};
use crate::support::on_both;

pub const ACCOUNT: &str = "0123456789";

/// A statement of the account with these lines below its heading.
pub fn file(lines: &[&[&str]]) -> Vec<u8> {
    csv(&sheet(lines), ',')
}

pub fn sheet(lines: &[&[&str]]) -> Table {
    let mut table = vec![
        row(&["Số tài khoản:", ACCOUNT]),
        row(&["Từ ngày 01/11/2026 đến ngày 23/11/2026"]),
        row(&["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Nội dung"]),
    ];
    table.extend(lines.iter().map(|cells| row(cells)));
    table
}

pub fn look(stage: &Stage, account_id: AccountId, bytes: &[u8]) -> Outcome<Statement> {
    let act = stage.now();
    let account = stage.read(|connection, act| statements::account(connection, act, account_id));
    let (db, key) = (&stage.app.db, &stage.app.secret_key);
    let prepared = statements::prepare(db, &act, key, account, bytes.to_vec())?;
    stage.try_write(move |connection, act| statements::insert(connection, act, prepared))
}

pub fn start(stage: &Stage, id: StatementId, how: Commit) -> Outcome<Statement> {
    stage.try_write(move |connection, act| statements::commit(connection, act, id, how))
}

pub fn run(stage: &Stage, id: StatementId) -> Statement {
    statements::run(&stage.app.intake, stage.act.board_id(), id).unwrap();
    stage.read(|connection, act| statements::get(connection, act, id))
}

/// Looks at a file and takes it in.
pub fn import(stage: &Stage, account_id: AccountId, bytes: &[u8]) -> Statement {
    let looked_at = look(stage, account_id, bytes).unwrap();
    assert_eq!(looked_at.state, StatementState::Checked);
    let account_confirmed = !looked_at.names_account;
    start(stage, looked_at.id, Commit { account_confirmed, ..Commit::default() }).unwrap();
    let done = run(stage, looked_at.id);
    assert_eq!((done.state, done.progress.done), (StatementState::Done, done.counts.rows));
    done
}

fn lines(stage: &Stage, id: StatementId) -> Vec<StatementLine> {
    stage.read(|connection, act| {
        Ok(statements::lines(connection, act, id, PageRequest::default())?.items)
    })
}

fn unreadable(stage: &Stage, id: StatementId) -> Vec<UnreadableLine> {
    stage.read(|connection, act| {
        Ok(statements::unreadable(connection, act, id, PageRequest::default())?.items)
    })
}

fn amounts(all: &[Transfer]) -> Vec<i64> {
    let mut amounts: Vec<_> = all.iter().map(|one| one.amount_vnd.unwrap().get()).collect();
    amounts.sort_unstable();
    amounts
}

const FOUR: [&[&str]; 4] = [
    &["02/11/2026", "FT1", "", "45,000", "1,045,000", "tra tien ca"],
    &["03/11/2026", "FT2", "200,000", "", "845,000", "chuyen tien hang"],
    &["03/11/2026", "", "", "50,000", "895,000", "tien rau"],
    &["20/11/2026", "", "", "50,000", "945,000", "tien rau"],
];

on_both!(a_row_that_a_file_holds_twice_counts_once, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let twice: &[&str] = &["02/11/2026", "FT1", "", "45,000", "1,045,000", "tra tien ca"];
    // Another balance is another transfer; without a reference nobody knows.
    let other: &[&str] = &["02/11/2026", "FT1", "", "45,000", "1,090,000", "tra tien ca"];
    let unnamed: &[&str] = &["03/11/2026", "", "", "50,000", "1,140,000", "tien rau"];
    let rows = [twice, twice, other, unnamed, unnamed];
    let looked_at = look(&stage, stand.account_id, &file(&rows)).unwrap();
    let counts = looked_at.counts;
    assert_eq!((counts.rows, counts.new, counts.repeated), (4, 4, 1));
});

on_both!(whole_days_that_are_gone_are_missed, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    assert!(!import(&stage, stand.account_id, &file(&FOUR)).covered.is_empty());
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    stage.write(|connection, _| {
        Ok(diesel::sql_query("DELETE FROM statement_days").execute(connection)?)
    });
    let found = stage.differences();
    assert!(found.len() == 1 && found[0].contains(" statement_days of stm_"), "{found:?}");
});

on_both!(a_dry_run_takes_nothing_in_and_a_commit_each_row_once, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let looked_at = look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    let counts = looked_at.counts;
    assert_eq!((counts.rows, counts.new, counts.known, counts.reported), (3, 3, 0, 0));
    assert_eq!((counts.dropped, counts.unreadable), (1, 0), "money out of a private account");
    let from_to = |from: &str, to: &str| Days {
        from_day: Day::parse(from).unwrap(),
        to_day: Day::parse(to).unwrap(),
    };
    assert_eq!(looked_at.stated, Some(from_to("2026-11-01", "2026-11-23")));
    assert_eq!(looked_at.rows, Some(from_to("2026-11-02", "2026-11-20")));
    assert!(kept(&stage).is_empty());
    let listed = lines(&stage, looked_at.id);
    assert_eq!(listed.len(), 3);
    assert!(listed.iter().all(|line| line.state == RowState::New && line.direction == "in"));
    assert_eq!(listed[0].amount_vnd.unwrap().get(), 45_000);

    start(&stage, looked_at.id, Commit::default()).unwrap();
    let done = run(&stage, looked_at.id);
    assert_eq!((done.progress.done, done.progress.recorded), (3, 3));
    assert_eq!(done.covered, [from_to("2026-11-01", "2026-11-23")]);
    let all = kept(&stage);
    assert_eq!(amounts(&all), [45_000, 50_000, 50_000]);
    assert!(all.iter().all(|one| one.evidence == "statement"));
    assert!(lines(&stage, looked_at.id).is_empty(), "they are transfers now");
    // Again is harmless.
    start(&stage, looked_at.id, Commit::default()).unwrap();
    assert_eq!(run(&stage, looked_at.id).progress.done, 3);
    assert_eq!(kept(&stage).len(), 3);
    agrees(&stage);
});

on_both!(files_that_overlap_are_each_row_once, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    import(&stage, stand.account_id, &file(&FOUR[..3]));
    // In another format, with one row more, and the other way round.
    let mut again = FOUR.to_vec();
    again.reverse();
    for bytes in [xlsx(&sheet(&again)), xls(&sheet(&again)), file(&FOUR)] {
        import(&stage, stand.account_id, &bytes);
        assert_eq!(amounts(&kept(&stage)), [45_000, 50_000, 50_000]);
    }
    // Two equal rows of a day are two transfers, however often they come.
    let twins: Vec<&[&str]> = vec![
        &["05/11/2026", "", "", "50,000", "", "tien rau"],
        &["05/11/2026", "", "", "50,000", "", "tien rau"],
    ];
    let first = import(&stage, stand.account_id, &file(&twins[..1]));
    let both = import(&stage, stand.account_id, &file(&twins));
    assert_eq!((first.progress.recorded, both.progress.recorded), (1, 1));
    assert_eq!((both.counts.known, both.counts.new), (1, 1));
    assert_eq!(kept(&stage).len(), 5);
    agrees(&stage);
});

on_both!(nothing_of_a_private_account_is_kept_but_money_in, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let looked_at = look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    let waiting = |stage: &Stage| -> Vec<Vec<u8>> {
        stage.read(|connection, _| {
            Ok(statement_parts::table.select(statement_parts::body).load(connection)?)
        })
    };
    let secret = |bodies: &[Vec<u8>]| {
        let text = String::from_utf8(bodies.concat()).unwrap();
        assert!(text.contains("tra tien ca"));
        ["200000", "chuyen tien hang", "845000", "895000", "balance"]
            .into_iter()
            .filter(|word| text.contains(word))
            .collect::<Vec<_>>()
    };
    assert!(secret(&waiting(&stage)).is_empty(), "{:?}", secret(&waiting(&stage)));
    start(&stage, looked_at.id, Commit::default()).unwrap();
    run(&stage, looked_at.id);
    let bodies: Vec<Option<Vec<u8>>> = stage
        .read(|connection, _| Ok(deliveries::table.select(deliveries::body).load(connection)?));
    let bodies: Vec<_> = bodies.into_iter().flatten().collect();
    assert!(secret(&bodies).is_empty(), "{:?}", secret(&bodies));
    assert!(waiting(&stage).is_empty());
});

on_both!(an_account_that_keeps_money_out_gets_it, |db| {
    let stage = Stage::new(db);
    let new = NewAccount {
        bin: "970422".into(),
        number: ACCOUNT.into(),
        kind: AccountKind::Organisation,
        use_kind: UseKind::BusinessOnly,
        holder_name: "HOP TAX XA".into(),
        relation: Relation::Market,
        keeps_outgoing: true,
    };
    let account = stage.write(move |connection, act| accounts::create(connection, act, new));
    let done = import(&stage, account.id, &file(&FOUR));
    assert_eq!((done.counts.rows, done.counts.dropped), (4, 0));
    assert_eq!(amounts(&kept(&stage)), [45_000, 50_000, 50_000, 200_000]);
    let shown = kept(&stage);
    assert!(shown.iter().any(|one| one.memo.as_deref() == Some("chuyen tien hang")));
    agrees(&stage);
});

on_both!(the_file_must_be_of_the_account, |db| {
    let stage = Stage::new(db);
    let other = stage.stand("A1", "9999999999", UseKind::BusinessOnly);
    let refused = look(&stage, other.account_id, &file(&FOUR)).unwrap_err().to_string();
    assert!(refused.contains("statement-account-differs"), "{refused}");
    let mut foreign = sheet(&FOUR);
    foreign.insert(1, vec![Cell::Text("Loại tiền: USD".into())]);
    let own = stage.stand("A2", ACCOUNT, UseKind::BusinessOnly);
    let refused = look(&stage, own.account_id, &csv(&foreign, ',')).unwrap_err().to_string();
    assert!(refused.contains("statement-currency"), "{refused}");
});

on_both!(unreadable_rows_are_told_and_take_their_days_away, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let mut lines = FOUR.to_vec();
    lines.push(&["10/11/2026", "FT9", "", "bốn mươi ngàn", "", "tien ca"]);
    let done = import(&stage, stand.account_id, &file(&lines));
    let told = unreadable(&stage, done.id);
    assert_eq!((told.len(), told[0].row, told[0].field.as_str()), (1, 8, "amount"));
    assert_eq!(told[0].because, "not-an-amount");
    assert_eq!(told[0].day, Day::parse("2026-11-10"));
    let covered: Vec<_> =
        done.covered.iter().map(|days| format!("{}..{}", days.from_day, days.to_day)).collect();
    assert_eq!(covered, ["2026-11-01..2026-11-09", "2026-11-11..2026-11-23"]);
    // A row whose day nobody knows may be of any.
    let mut lines = FOUR.to_vec();
    lines.push(&["hôm nọ", "FT9", "", "40,000", "", "tien ca"]);
    assert!(import(&stage, stand.account_id, &file(&lines)).covered.is_empty());
});

on_both!(days_that_may_not_be_over_do_not_count, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let covered = |done: &Statement| -> Vec<String> {
        let shown = |days: &Days| format!("{}..{}", days.from_day, days.to_day);
        done.covered.iter().map(shown).collect()
    };
    // It is noon of the 24th.
    let mut today = sheet(&FOUR);
    today[1] = row(&["Từ ngày 01/11/2026 đến ngày 24/11/2026"]);
    let done = import(&stage, stand.account_id, &csv(&today, ','));
    assert_eq!(covered(&done), ["2026-11-01..2026-11-23"]);
    let mut printed = sheet(&FOUR);
    printed.insert(0, row(&["Ngày in: 21/11/2026"]));
    let done = import(&stage, stand.account_id, &csv(&printed, ','));
    assert_eq!(covered(&done), ["2026-11-01..2026-11-20"]);
    // A file that does not say is asked about.
    let mut silent = sheet(&FOUR);
    silent.remove(1);
    let looked_at = look(&stage, stand.account_id, &csv(&silent, ',')).unwrap();
    let day = |text| Day::parse(text);
    let refused = |how: Commit| start(&stage, looked_at.id, how).unwrap_err().to_string();
    assert!(refused(Commit::default()).contains("statement-days-unknown"));
    let narrow = Commit {
        from_day: day("2026-11-03"),
        to_day: day("2026-11-20"),
        no_days: false,
        ..Commit::default()
    };
    assert!(refused(narrow).contains("statement-days-too-narrow"));
    let reversed = Commit {
        from_day: day("2026-11-20"),
        to_day: day("2026-11-02"),
        no_days: false,
        ..Commit::default()
    };
    assert!(refused(reversed).contains("window-reversed"));
    let said = Commit {
        from_day: day("2026-10-01"),
        to_day: day("2026-11-20"),
        no_days: false,
        ..Commit::default()
    };
    start(&stage, looked_at.id, said).unwrap();
    assert_eq!(covered(&run(&stage, looked_at.id)), ["2026-10-01..2026-11-20"]);
    let looked_at = look(&stage, stand.account_id, &csv(&silent, ',')).unwrap();
    start(&stage, looked_at.id, Commit { no_days: true, ..Commit::default() }).unwrap();
    assert!(covered(&run(&stage, looked_at.id)).is_empty());
});

/// Many rows, some parts of them.
fn many(count: usize) -> Vec<Vec<String>> {
    (0..count)
        .map(|n| {
            let day = format!("{:02}/11/2026", n % 20 + 1);
            vec![day, format!("FT{n}"), String::new(), "45,000".into(), String::new(), "ca".into()]
        })
        .collect()
}

fn file_of(rows: &[Vec<String>]) -> Vec<u8> {
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    file(&rows)
}

on_both!(an_interrupted_import_goes_on_where_it_stopped, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let looked_at = look(&stage, stand.account_id, &file_of(&many(2_050))).unwrap();
    start(&stage, looked_at.id, Commit::default()).unwrap();
    // What a crash in the middle of a step leaves: nothing of that step.
    stage.write(|connection, _| {
        diesel::update(statement_parts::table.filter(statement_parts::part.eq(12)))
            .set(statement_parts::body.eq(b"not yet".as_slice()))
            .execute(connection)?;
        Ok(())
    });
    let body = stage
        .try_write(move |_, _| Ok(()))
        .and_then(|()| statements::run(&stage.app.intake, stage.act.board_id(), looked_at.id));
    assert!(body.is_err());
    let stopped = stage.read(|connection, act| statements::get(connection, act, looked_at.id));
    assert_eq!((stopped.state, stopped.progress.done), (StatementState::Running, 800));
    assert_eq!(count(&stage), 800);
    assert!(stopped.covered.is_empty(), "not before all rows are in");
    agrees(&stage);
    stage.write(|connection, _| {
        diesel::delete(statement_parts::table.filter(statement_parts::part.eq(12)))
            .execute(connection)?;
        Ok(())
    });
    start(&stage, looked_at.id, Commit::default()).unwrap();
    let done = run(&stage, looked_at.id);
    assert_eq!((done.state, done.progress.done), (StatementState::Done, 1_950));
    assert_eq!(count(&stage), 1_950);
    // Two at once share the work.
    let looked_at = look(&stage, stand.account_id, &file_of(&many(2_050))).unwrap();
    assert_eq!((looked_at.counts.new, looked_at.counts.known), (100, 1_950));
    start(&stage, looked_at.id, Commit::default()).unwrap();
    let (board_id, id) = (stage.act.board_id(), looked_at.id);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let intake = stage.app.intake.clone();
            scope.spawn(move || statements::run(&intake, board_id, id).unwrap());
        }
    });
    assert_eq!(run(&stage, looked_at.id).progress.recorded, 100);
    assert_eq!(count(&stage), 2_050);
    agrees(&stage);
});

fn count(stage: &Stage) -> i64 {
    stage.read(|connection, _| Ok(transfers::table.count().get_result(connection)?))
}

on_both!(what_nobody_commits_is_forgotten, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let first = look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    let second = look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    let discarded =
        stage.try_write(move |connection, act| statements::discard(connection, act, first.id));
    assert!(discarded.is_ok());
    start(&stage, second.id, Commit::default()).unwrap();
    let refused =
        stage.try_write(move |connection, act| statements::discard(connection, act, second.id));
    assert!(refused.unwrap_err().to_string().contains("statement-committed"));
    look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    clock.move_to(clock.now().plus_ms(8 * MS_PER_DAY));
    look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    let left: i64 = stage.read(|connection, _| Ok(table::table.count().get_result(connection)?));
    assert_eq!(left, 2, "the committed one and the last");
});

on_both!(who_may_not_write_feeds_may_not_import, |db| {
    let lacking = db.act_with(&[Permission::FeedsRead, Permission::RegistryRead]);
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let looked_at = look(&stage, stand.account_id, &file(&FOUR)).unwrap();
    let act = lacking.clone();
    let refused = stage.try_write(move |connection, _| {
        statements::commit(connection, &act, looked_at.id, Commit::default())
    });
    assert!(refused.unwrap_err().to_string().contains("forbidden"));
    let seen = |act: &Act| {
        stage.read(|connection, _| {
            statements::lines(connection, act, looked_at.id, PageRequest::default())
        })
    };
    assert!(
        seen(&lacking).items.iter().all(|line| line.amount_vnd.is_none() && line.memo.is_none())
    );
});

pub fn told(market: &mut Market<'_>, id: i64, account: i64, from: i32, to: i32) {
    let (board, from, to) = (market.board(), ago(from).0, ago(to).0);
    market.execute(&format!(
        "INSERT INTO statement_days (board_id, id, account_id, statement_id, from_day, to_day,
           recorded_at_ms) VALUES ({board}, {id}, {account}, 1, {from}, {to}, 0)"
    ));
}

on_both!(told_days_are_measured_and_only_those, |db| {
    let mut market = Market::new(db);
    let stall = market.equipped(1, 11, 200);
    let other = market.equipped(2, 11, 200);
    let reasons = |market: &mut Market<'_>, stall| one(&market.report(), stall).reasons.clone();
    assert_eq!(reasons(&mut market, stall), [Reason::NoFeed]);
    // Of thirty days, twenty-six.
    told(&mut market, 1, 1, 25, 0);
    assert_eq!(reasons(&mut market, stall), [Reason::FeedGaps]);
    told(&mut market, 2, 1, 27, 26);
    let sources = market.report().sources;
    assert_eq!(sources.len(), 1);
    let source = &sources[0];
    assert_eq!((source.evidence, source.accounts), ("statement", 1));
    assert_eq!(reasons(&mut market, stall), []);
    assert_eq!(reasons(&mut market, other), [Reason::NoFeed], "another account's days are its own");
    // The days before are as unknown as they were.
    let before = Query { from: Some(ago(70)), to: Some(ago(40)), include_occupancies: true };
    assert_eq!(one(&market.report_on(&before), stall).reasons, [Reason::NoFeed]);
    // A feed that was alive on some days, and a statement for the others.
    market.covered_by(FEED, 2);
    market.alive(29, 10);
    assert_eq!(reasons(&mut market, other), [Reason::FeedGaps]);
    told(&mut market, 3, 2, 9, 0);
    assert_eq!(reasons(&mut market, other), []);
});

on_both!(a_statement_proves_nothing_for_a_neighbour_of_the_same_bank, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let neighbour = stage.stand("A2", "9876543210", UseKind::BusinessOnly);
    import(&stage, stand.account_id, &file(&FOUR));
    let proven: Vec<(i64, i64, i64)> = stage.read(|connection, _| {
        let columns = (heard::feed_id, heard::least_account_id, heard::greatest_account_id);
        Ok(heard::table.select(columns).distinct().load(connection)?)
    });
    let own = stand.account_id.0;
    assert!(proven.iter().all(|(_, least, greatest)| (*least, *greatest) == (own, own)));
    // Each account has a feed of statements of its own.
    let second = import(&stage, neighbour.account_id, &file_without_account());
    assert!(proven.iter().all(|(feed_id, ..)| Some(*feed_id) != second.feed_id.map(|id| id.0)));
});

fn file_without_account() -> Vec<u8> {
    csv(&sheet(&FOUR)[1..].to_vec(), ',')
}

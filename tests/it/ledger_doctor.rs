//! `cho40 doctor` names whatever was falsified, and mends what is made of transfers.

use std::sync::{Arc, Mutex};

use cho40::db::{DatabaseUrl, DbConnection};
use cho40::feeds::{Direction, Provider};
use cho40::ledger::transfers::{self, NewAttribution, NewLine};
use cho40::ledger::{Class, doctor, index, unassigned};
use cho40::primitives::{Refusal, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use cho40::requests::{self, NewRequest, RequestKind};
use diesel::prelude::*;

use crate::phone_given_back::Asked;
use crate::phone_stall::Stall;
use crate::stage::{Stage, transfer};
use crate::support::on_both;
use crate::web_support::Site;

/// Each leaves what can be counted elsewhere as it was, where that is possible.
const FALSE: [(&str, &str); 59] = [
    ("transfer", "UPDATE transfers SET evidence = 'hearsay'"),
    ("transfer", "UPDATE transfers SET amount_vnd = -amount_vnd"),
    (
        "day_totals",
        "UPDATE day_totals SET sale_count = sale_count - 1,
        deposit_count = deposit_count + 1 WHERE sale_count > 0",
    ),
    (
        "day_totals",
        "UPDATE day_totals SET sale_vnd = sale_vnd - 1, small_vnd = small_vnd + 1
        WHERE small_count > 0",
    ),
    ("day_totals", "UPDATE day_totals SET unclassified_vnd = unclassified_vnd + 1"),
    ("day_totals", "UPDATE day_totals SET named_count = named_count + 1"),
    ("day_totals", "UPDATE day_totals SET wrong_amount_count = 0"),
    ("day_totals", "UPDATE receipt_logs SET log = REPLACE(log, 'D3', 'E3')"),
    ("day_totals", "UPDATE receipt_logs SET log = log || '~D3'"),
    ("day_totals", "DELETE FROM receipt_logs"),
    ("day_totals", "DELETE FROM day_totals"),
    ("payer_days", "DELETE FROM payer_days"),
    ("payer_days", "UPDATE payer_days SET receipt_count = receipt_count + 1"),
    ("payer_days", "UPDATE payer_days SET payer_key = payer_key + 1"),
    ("feed_days", "UPDATE feed_days SET delivery_count = delivery_count + 1"),
    ("feed_days", "UPDATE feed_days SET duplicate_count = 0"),
    ("feed_days", "UPDATE feed_days SET undecodable_count = 7"),
    ("feed_days", "UPDATE feed_days SET incoming_count = 70"),
    ("feed_days", "UPDATE feed_days SET matched_count = incoming_count"),
    ("feed_days", "UPDATE feed_days SET latency_0 = latency_0 + 1, latency_5 = latency_5 - 1"),
    ("feed_days", "DELETE FROM feed_days"),
    ("feed_bank_days", "UPDATE feed_bank_days SET least_account_id = 1"),
    ("feed_bank_days", "DELETE FROM feed_bank_days"),
    ("rolled_totals", "UPDATE rolled_totals SET named_count = named_count + 1"),
    ("rolled_totals", "UPDATE rolled_totals SET receipt_days = 0"),
    ("rolled_totals", "UPDATE rolled_totals SET occupancy_id = occupancy_id + 1"),
    ("rolled_totals", "DELETE FROM rolled_pieces"),
    // No month and no third: a late transfer would not find it.
    ("rolled_totals", "INSERT INTO rolled_pieces SELECT board_id, 5, 7 FROM board_heads"),
    ("transfer_index", "DELETE FROM transfer_index"),
    ("request", "UPDATE requests SET received_vnd = 1"),
    ("request", "UPDATE requests SET late_vnd = late_vnd + 1"),
    ("request", "UPDATE requests SET thousandfold_count = 1 - thousandfold_count"),
    ("request", "UPDATE requests SET last_paid_at_ms = NULL"),
    (
        "request",
        "UPDATE requests SET thousandfold_count = 0, late_vnd = 0 WHERE thousandfold_count > 0",
    ),
    ("suspected_pairs", "UPDATE suspected_pairs SET transfer_id = 1"),
    ("suspected_pairs", "DELETE FROM sightings WHERE namespace LIKE 'sepay:%'"),
    ("feed_days", "UPDATE suspected_pairs SET is_matched = NOT is_matched"),
    ("unassigned", "UPDATE unassigned SET resolved_at_ms = 1"),
    ("events", "UPDATE board_heads SET event_seq = event_seq + 1"),
    ("events", "UPDATE board_heads SET indexed_seq = event_seq + 1"),
    ("events", "DELETE FROM event_pages WHERE first_seq = 2"),
    ("events", "UPDATE event_pages SET events = REPLACE(events, ',45000,', ',45001,')"),
    ("events", "UPDATE event_pages SET events = '[]' WHERE first_seq = 2"),
    (
        "events",
        "UPDATE event_pages SET events = (SELECT o.events FROM event_pages o WHERE o.first_seq = 1)
        WHERE first_seq = 2",
    ),
    ("rolled_totals", "UPDATE board_heads SET last_rolled_day = last_rolled_day - 1"),
    ("rolled_totals", "UPDATE board_heads SET indexed_seq = 0"),
    ("attribution", "UPDATE attribution_lines SET seq = seq + 1"),
    ("attribution", "UPDATE attribution_lines SET line = line + 7"),
    ("transfer lines", "UPDATE attribution_lines SET amount_vnd = amount_vnd + 1"),
    ("missing", "UPDATE transfers SET occupancy_id = 7 WHERE occupancy_id = 0"),
    ("missing", "UPDATE transfers SET delivery_id = 7"),
    ("missing", "UPDATE attribution_lines SET transfer_id = 7"),
    ("missing", "DELETE FROM sightings WHERE provider_id = '5'"),
    ("missing", "UPDATE sightings SET transfer_id = 7 WHERE provider_id = '5'"),
    ("missing", "UPDATE unassigned SET transfer_id = transfer_id + 7"),
    ("missing", "UPDATE deliveries SET feed_id = 7"),
    ("missing", "UPDATE strays SET transfer_id = transfer_id + 7"),
    ("strays", "DELETE FROM strays"),
    ("sighting_conflicts", "DELETE FROM sighting_conflicts"),
];

/// What a repair makes anew.
const MENDED: [&str; 6] =
    ["day_totals", "payer_days", "feed_days", "feed_bank_days", "rolled_totals", "transfer_index"];
/// What it never touches.
const UNTOUCHED: [&str; 7] = [
    "transfers",
    "attribution_lines",
    "sightings",
    "deliveries",
    "requests",
    "unassigned",
    "event_pages",
];
/// A month ago and now: named and small receipts, a wrong amount, money out, a duplicate, a
/// suspected pair, a queue.
pub fn fill(stage: &Stage) {
    let stand = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    stage.stand("A2", "0987654321", UseKind::Mixed);
    let feed = stage.feed(Provider::StandardWebhooks);
    let new = NewRequest {
        occupancy_id: stand.occupancy_id,
        account_id: Some(stand.account_id),
        number_id: None,
        kind: RequestKind::Sale,
        amount_vnd: Vnd::new(50_000),
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    let asked = stage.write(move |connection, act| requests::create(connection, act, new));
    let memo = asked.reference.to_string();
    for (id, account, memo, amount, days) in [
        (1, "0123456789", "x", 45_000, 40),
        (2, "0123456789", "x", 500, 0),
        (3, "0987654321", "x", 45_000, 0),
        (4, "0123456789", memo.as_str(), 45_000, 0),
        (8, "0123456789", memo.as_str(), 50, 0),
        (5, "5555555555", "x", 45_000, 0),
        (6, "0123456789", "x", 45_000, 0),
        (6, "0123456789", "x", 45_000, 0),
    ] {
        let mut sent = transfer(stage, id, account, memo);
        sent.amount = Vnd::new(amount);
        sent.payer_name = Some("TRAN VAN B");
        sent.occurred_at = sent.occurred_at.plus_ms(-days * 86_400_000);
        feed.send(&sent);
    }
    // A second feed that reports the newest once more.
    let again = transfer(stage, 6, "0123456789", "x");
    assert_eq!(stage.feed(Provider::Sepay).send(&again), "suspected");
    let mut out = transfer(stage, 7, "0123456789", "x");
    out.direction = Direction::Out;
    feed.send(&out);
    // Somebody decides; the money stays where it is.
    let waiting = stage.read(|connection, act| {
        Ok(unassigned::list(connection, act, PageRequest::default())?.items.remove(0))
    });
    let lines = [20_000, waiting.amount_vnd.get() - 20_000].map(|amount| NewLine {
        occupancy_id: Some(stand.occupancy_id),
        request_id: None,
        class: Class::Sale,
        amount_vnd: Vnd::new(amount),
    });
    let new = NewAttribution { lines: lines.into(), why: None, besides_counted: false };
    stage.write(move |connection, act| {
        transfers::assign(connection, act, waiting.transfer_id, new).map(drop)
    });
    assert_eq!(feed.send(&transfer(stage, 9, "6666666666", "x")), "unmatched");
    stage.roll_up();
    stage.write(|connection, act| {
        while index::catch_up(connection, act.board_id())? > 0 {}
        Ok(())
    });
}

/// What was told first is told again with another memo.
fn contradict(stage: &Stage) {
    let other = transfer(stage, 3, "0987654321", "y");
    let feed = stage.feed(Provider::StandardWebhooks);
    assert_eq!(feed.send(&other), "duplicate-with-different-fields");
}

on_both!(whether_a_request_had_been_paid_is_named_and_made_anew, |db| {
    let (board_id, site) = (db.act().board_id(), Site::of(db));
    let stall = Stall::on(&site);
    let mut asked = Asked::of(&site, &stall, db, "60k");
    let paid = asked.pay(60_000);
    assert_eq!(asked.refund(&paid, 60_000).status, 201);
    let connection = asked.db.connection();
    assert_eq!(doctor::examine(connection, board_id).unwrap(), []);
    let falsify = "UPDATE requests SET was_paid = NOT was_paid WHERE given_back_vnd > 0";
    assert!(diesel::sql_query(falsify).execute(connection).unwrap() > 0);
    let found = doctor::examine(connection, board_id).unwrap();
    assert!(!found.is_empty() && found.iter().all(|one| one.what == "request given back"));
    let repair = |connection: &mut DbConnection| doctor::repair(connection, board_id);
    let repaired = connection.in_transaction(repair).unwrap();
    assert_eq!((repaired.corrected, repaired.left.len()), (found, 0));
    assert_eq!(doctor::examine(connection, board_id).unwrap(), []);
});

on_both!(whatever_is_falsified_is_named, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    contradict(&stage);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    for (what, statement) in FALSE {
        let named = Arc::new(Mutex::new(None));
        let told = Arc::clone(&named);
        // A refusal at the end undoes the falsification.
        let undone = stage.try_write(move |connection, act| -> Result<(), _> {
            let rows = diesel::sql_query(statement).execute(connection)?;
            let found = doctor::examine(connection, act.board_id())?;
            *told.lock().unwrap() = Some((rows, found));
            Err(Refusal::not_found("nothing").into())
        });
        assert!(undone.is_err());
        let (rows, found) = named.lock().unwrap().take().expect(statement);
        assert!(rows > 0, "nothing to falsify: {statement}");
        let is_named = found.iter().any(|difference| difference.what == what);
        assert!(is_named, "{statement}: {found:?}");
    }
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

#[derive(QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

fn texts(connection: &mut DbConnection, query: &str) -> Vec<String> {
    let rows: Vec<Text> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

/// Every row of what a repair never touches, whole.
fn untouched(connection: &mut DbConnection) -> Vec<Vec<String>> {
    let row = |connection: &mut DbConnection, table: &str| match connection {
        DbConnection::Postgres(_) => format!("CAST({table} AS TEXT)"),
        DbConnection::Sqlite(_) => {
            let columns =
                format!("SELECT 'quote(' || name || ')' AS text FROM pragma_table_info('{table}')");
            texts(connection, &columns).join(" || ' ' || ")
        }
    };
    UNTOUCHED
        .iter()
        .map(|table| {
            let row = row(connection, table);
            texts(connection, &format!("SELECT {row} AS text FROM {table} ORDER BY 1"))
        })
        .collect()
}

on_both!(totals_are_mended_and_nothing_else_is_touched, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    contradict(&stage);
    // Some of it still lies in the events alone.
    let feed = stage.feed(Provider::Casso);
    feed.send(&transfer(&stage, 10, "0987654321", "x"));
    for (what, statement) in FALSE {
        let told = Arc::new(Mutex::new(None));
        let tell = Arc::clone(&told);
        let undone = stage.try_write(move |connection, act| -> Result<(), _> {
            diesel::sql_query(statement).execute(connection)?;
            let before = untouched(connection);
            let repaired = doctor::repair(connection, act.board_id())?;
            assert_eq!(untouched(connection), before, "{statement}");
            let left = doctor::examine(connection, act.board_id())?;
            *tell.lock().unwrap() = Some((repaired, left));
            Err(Refusal::not_found("nothing").into())
        });
        assert!(undone.is_err());
        let (repaired, left) = told.lock().unwrap().take().expect(statement);
        assert_eq!(repaired.left, left, "{statement}");
        let names = |all: &[doctor::Difference]| all.iter().any(|found| found.what == what);
        if MENDED.contains(&what) {
            assert!(left.iter().all(|left| !MENDED.contains(&left.what)), "{statement}: {left:?}");
            assert!(names(&repaired.corrected), "{statement}: {repaired:?}");
        } else {
            assert!(names(&left), "{statement}: {repaired:?}");
        }
    }
});

on_both!(the_command_says_what_it_corrected, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    let url = match db.url() {
        DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let home = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let args = [&["doctor", "--database-url", &url], more].concat();
        let output = crate::cli::cho40(home.path(), &args);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let falsify = |statement: &'static str| {
        stage.write(move |connection, _| Ok(diesel::sql_query(statement).execute(connection)?))
    };
    assert_eq!(run(&["--repair"]), (Some(0), "Số liệu khớp. / Everything agrees.\n".to_owned()));
    falsify("UPDATE day_totals SET sale_vnd = sale_vnd + 1");
    falsify("DELETE FROM payer_days");
    let (code, found) = run(&[]);
    assert_eq!(code, Some(1), "{found}");
    let (code, mended) = run(&["--repair"]);
    assert_eq!(code, Some(0), "{mended}");
    for line in found.lines().filter(|line| line.starts_with("brd_")) {
        assert!(mended.contains(&format!("{line} → đã sửa / corrected")), "{line}: {mended}");
    }
    assert_eq!(run(&[]).0, Some(0));
    // What is not a sum is left to a person.
    falsify("UPDATE unassigned SET resolved_at_ms = 1");
    falsify("DELETE FROM feed_bank_days");
    let (code, mended) = run(&["--repair"]);
    assert_eq!(code, Some(1), "{mended}");
    assert!(
        mended.contains("không tự sửa / not corrected") && mended.contains("đã sửa"),
        "{mended}"
    );
    assert!(run(&[]).1.contains("unassigned"));
    falsify("UPDATE suspected_pairs SET transfer_id = 1");
    falsify("DELETE FROM feed_bank_days");
    let (_, mended) = run(&["--repair"]);
    assert!(mended.contains("suspected_pairs sai, phải sửa trước"), "{mended}");
});

on_both!(what_is_made_of_broken_pairs_is_not_made_anew, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    stage.index_transfers();
    stage.write(|connection, _| {
        for statement in [
            "UPDATE suspected_pairs SET transfer_id = 1",
            "UPDATE day_totals SET sale_vnd = sale_vnd + 1",
            "DELETE FROM feed_bank_days",
        ] {
            diesel::sql_query(statement).execute(connection)?;
        }
        Ok(())
    });
    let repaired = stage.write(|connection, act| doctor::repair(connection, act.board_id()));
    let names = |all: &[doctor::Difference], what: &str| all.iter().any(|one| one.what == what);
    assert!(names(&repaired.corrected, "day_totals"), "{repaired:?}");
    assert!(names(&repaired.left, "feed_bank_days"), "{repaired:?}");
    assert!(repaired.blocked.contains(&("feed_bank_days", "suspected_pairs")), "{repaired:?}");
});

on_both!(totals_stay_where_transfers_are_lost_or_changed, |db| {
    let stage = Stage::new(db);
    fill(&stage);
    stage.index_transfers();
    let lost = [
        "DELETE FROM transfers WHERE amount_vnd = 45000",
        "UPDATE transfers SET amount_vnd = amount_vnd - 40000 WHERE amount_vnd = 45000",
        "UPDATE transfers SET day = day - 1 WHERE amount_vnd = 45000",
        "DELETE FROM sightings WHERE provider_id = '5'",
    ];
    for statement in lost {
        let undone = stage.try_write(move |connection, act| -> Result<(), _> {
            let totals = |connection: &mut DbConnection| {
                let query =
                    "SELECT CAST(COALESCE(SUM(sale_vnd + unclassified_vnd), 0) AS TEXT) || ' '
                    || CAST(COALESCE(SUM(sale_count), 0) AS TEXT) AS text FROM day_totals";
                texts(connection, query)
            };
            let before = totals(connection);
            diesel::sql_query(statement).execute(connection)?;
            let repaired = doctor::repair(connection, act.board_id())?;
            assert_eq!(totals(connection), before, "{statement}: {repaired:?}");
            assert!(repaired.corrected.is_empty() && !repaired.left.is_empty(), "{statement}");
            Err(Refusal::not_found("nothing").into())
        });
        assert!(undone.is_err());
    }
});

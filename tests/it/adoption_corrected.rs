//! Whatever comes late or is decided again, a report is the same with and without what is rolled up.

use cho40::adoption::{self, AdoptionReport, Query};
use cho40::feeds::Provider;
use cho40::ledger::Class;
use cho40::ledger::transfers::{self, NewAttribution, NewLine};
use cho40::on_db;
use cho40::primitives::time::MS_PER_DAY;
use cho40::primitives::{Day, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::UseKind;
use diesel::RunQueryDsl as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::stage::{Feed, Stage, Stand, transfer};
use crate::support::{TestDb, on_both};

const ACCOUNTS: [&str; 3] = ["0123456789", "0987654321", "0911222333"];
const STEPS: usize = 40;
/// Days that the history is long.
const DAYS: i64 = 75;

fn last_full(stage: &Stage) -> Day {
    stage.now().at.day(0).plus(-1)
}

/// Windows that begin and end anywhere.
fn reports(stage: &Stage) -> Vec<AdoptionReport> {
    let last = last_full(stage);
    let window = |(from, to): (i32, i32)| Query {
        from: Some(last.plus(-from)),
        to: Some(last.plus(-to)),
        include_occupancies: true,
    };
    let windows = [(29, 0), (364, 0), (60, 0), (44, 13), (22, 5), (71, 31)].map(window);
    let market_id = stage.market_id();
    let report = |query: &Query| {
        stage.read(|connection, act| adoption::report(connection, act, market_id, query))
    };
    windows.iter().map(report).collect()
}

/// As if nothing were rolled up: no board has these marks meanwhile.
fn without_rolled(db: &mut TestDb, stage: &Stage) -> Vec<AdoptionReport> {
    let mut swap = || {
        on_db!(db.connection(), inner => {
            diesel::sql_query("UPDATE rolled_pieces SET board_id = -board_id").execute(inner).unwrap()
        })
    };
    assert!(swap() > 0, "something is rolled up");
    let found = reports(stage);
    swap();
    found
}

fn send(feed: &Feed<'_>, id: u64, random: &mut ChaCha8Rng) {
    let account = ACCOUNTS[random.random_range(0..ACCOUNTS.len())];
    let mut sent = transfer(feed.stage, id, account, "rau");
    sent.amount = Vnd::new([900, 20_000, 35_000, 470_000][random.random_range(0..4)]);
    sent.payer_name = random.random_bool(0.5).then_some("TRAN VAN B");
    sent.occurred_at = sent.occurred_at.plus_ms(-random.random_range(0..DAYS) * MS_PER_DAY);
    feed.send(&sent);
}

/// Somebody decides again on one of the transfers.
fn decide(stage: &Stage, stands: &[Stand], random: &mut ChaCha8Rng) {
    let page = PageRequest::parse(None, Some(100)).unwrap();
    let all = transfers::Filter::default();
    let found =
        stage.read(move |connection, act| transfers::list(connection, act, all, page)).items;
    let one = &found[random.random_range(0..found.len())];
    let class = [Class::Sale, Class::Personal, Class::Unclassified][random.random_range(0..3)];
    let line = NewLine {
        occupancy_id: Some(stands[random.random_range(0..stands.len())].occupancy_id),
        request_id: None,
        class,
        amount_vnd: one.amount_vnd.unwrap(),
    };
    let new = NewAttribution { lines: vec![line], why: None, besides_counted: true };
    let id = one.id;
    stage.write(move |connection, act| transfers::assign(connection, act, id, new).map(drop));
}

on_both!(what_is_corrected_shows_at_once_though_it_was_rolled_up, |db| {
    let mut random = ChaCha8Rng::seed_from_u64(40);
    let stage = Stage::new(db);
    let kinds = [UseKind::BusinessOnly, UseKind::Mixed, UseKind::BusinessOnly];
    let stands: Vec<_> = (1..)
        .zip(ACCOUNTS.iter().zip(kinds))
        .map(|(number, (account, kind))| stage.stand(&format!("A{number}"), account, kind))
        .collect();
    let feed = stage.feed(Provider::StandardWebhooks);
    let mut before = Vec::new();
    let mut changes = 0;
    for id in 1..=STEPS as u64 {
        send(&feed, id, &mut random);
        match random.random_range(0..4) {
            0 => decide(&stage, &stands, &mut random),
            1 => stage.index_transfers(),
            2 => db.clock.move_to(db.clock.now().plus_ms(MS_PER_DAY)),
            _ => {}
        }
        let found = reports(&stage);
        if id == 1 {
            stage.roll_up();
        }
        assert_eq!(found, without_rolled(db, &stage), "step {id}, not rolled up again yet");
        stage.roll_up();
        assert_eq!(found, reports(&stage), "step {id}, rolled up");
        changes += usize::from(found != before);
        before = found;
        assert!(stage.differences().is_empty(), "{:?}", stage.differences());
    }
    assert!(changes > STEPS / 2, "the reports show something: {changes} changes");
});

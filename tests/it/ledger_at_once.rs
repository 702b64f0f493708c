#![cfg(test)]
//! Batches that one statement writes, decided by what the lane remembers: it writes the whole or
//! nothing, and nothing where the board has changed since.

use std::thread;

use cho40::db::schema::{board_heads, deliveries, sightings};
use cho40::db::{Batch, DbConnection};
use cho40::events;
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, Provider};
use cho40::ledger::LedgerWriter;
use cho40::ledger::item::Item;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::pairs_support::{ACCOUNT, agrees, apply, ask, item, kept, paid};
use crate::stage::{Feed, Stage};
use crate::support::on_both;

/// A lane with its connection.
struct Lane {
    connection: DbConnection,
    writer: LedgerWriter,
}

impl Lane {
    fn of(stage: &Stage) -> Self {
        let connection = DbConnection::open(&stage.app.config.database_url).unwrap();
        Self { connection, writer: LedgerWriter::default() }
    }

    /// After a first report, which makes its feed a sender of the account, and a retry.
    fn ready(stage: &Stage, feed: &Feed<'_>) -> Self {
        let mut lane = Self::of(stage);
        assert_eq!(lane.at_once(&items(feed, [1])), None, "nothing is remembered yet");
        assert_eq!(lane.apply(&items(feed, [1])), ["recorded"]);
        assert_eq!(lane.apply(&items(feed, [1])), ["duplicate"]);
        lane
    }

    /// Applies what only adds; on PostgreSQL by one statement.
    #[track_caller]
    fn add(&mut self, items: &[Item]) -> Vec<&'static str> {
        let at_once = self.at_once(items);
        assert_eq!(at_once.is_some(), matches!(self.connection, DbConnection::Postgres(_)));
        at_once.unwrap_or_else(|| self.apply(items))
    }

    /// The outcomes where it could be done by one statement.
    fn at_once(&mut self, items: &[Item]) -> Option<Vec<&'static str>> {
        let replies = self.writer.apply_at_once(&mut self.connection, items).unwrap()?;
        Some(replies.into_iter().map(cho40::ledger::Recorded::as_str).collect())
    }

    fn apply(&mut self, items: &[Item]) -> Vec<&'static str> {
        apply(&mut self.connection, &mut self.writer, items).unwrap()
    }
}

fn items(feed: &Feed<'_>, ids: impl IntoIterator<Item = u64>) -> Vec<Item> {
    let one = |id| item(feed, &paid(feed.stage, id, 700 * id as i64, "x"));
    ids.into_iter().map(one).collect()
}

/// Deliveries, sightings, transfers, events; the latter are numbered without gaps.
fn counts(stage: &Stage) -> (i64, i64, usize, usize) {
    stage.read(|connection, act| {
        let told = events::after(connection, act.board_id(), 0, usize::MAX)?;
        let numbers: Vec<_> = told.iter().map(|event| event.seq).collect();
        assert!(numbers.iter().copied().eq(1..=numbers.len() as i64), "{numbers:?}");
        let last: i64 = board_heads::table
            .find(act.board_id().0)
            .select(board_heads::event_seq)
            .first(connection)?;
        assert_eq!(last, numbers.len() as i64);
        Ok((
            deliveries::table.count().get_result(connection)?,
            sightings::table.count().get_result(connection)?,
            kept(stage).len(),
            numbers.len(),
        ))
    })
}

on_both!(a_batch_that_only_adds_is_one_statement_on_postgresql, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let mut lane = Lane::ready(&stage, &feed);
    assert_eq!(lane.add(&items(&feed, 2..=40)), ["recorded"; 39]);
    assert_eq!(lane.add(&items(&feed, [41, 42])), ["recorded"; 2]);
    assert_eq!(counts(&stage), (43, 42, 42, 42));
    agrees(&stage);
});

on_both!(what_is_left_unplaced_or_not_kept_is_written_at_once_too, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let mut lane = Lane::ready(&stage, &feed);
    let sent = paid(&stage, 2, 60, "x");
    let out = |id| item(&feed, &SampleTransfer { id, direction: Direction::Out, ..sent });
    let nobody = item(&feed, &SampleTransfer { id: 3, account: "77778888", ..sent });
    assert_eq!(lane.add(&[out(2), nobody]), ["recorded", "unmatched"]);
    assert_eq!(lane.add(&[out(4)]), ["recorded"], "no event at all");
    assert_eq!(counts(&stage), (5, 4, 2, 2));
    agrees(&stage);
});

on_both!(what_must_be_looked_at_is_not_written_at_once, |db| {
    let stage = Stage::new(db);
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (feed, order_feed) = (stage.feed(Provider::Sepay), stage.feed(Provider::Payos));
    let other = stage.feed(Provider::StandardWebhooks);
    let mut lane = Lane::ready(&stage, &feed);
    let before = counts(&stage);
    let mut refused = |batch: &[Item], why: &str| {
        assert_eq!(lane.at_once(batch), None, "{why}");
        assert_eq!(counts(&stage), before, "{why}: nothing is written");
    };
    refused(&items(&feed, [3, 3]), "one is told twice");
    refused(&items(&other, [4]), "another sender");
    refused(&items(&order_feed, [5]), "an order");
    let request = ask(&stage, &stand, None);
    let memo = request.reference.to_string();
    refused(&[item(&feed, &paid(&stage, 6, 60, &memo))], "a request is named");
    assert_eq!(lane.add(&items(&feed, [7])), ["recorded"], "it was for those batches alone");
    let before = counts(&stage);
    assert_eq!(lane.at_once(&items(&feed, [2, 1])), None, "one is known");
    assert_eq!(counts(&stage), before);
    assert_eq!(lane.apply(&items(&feed, [2, 1])), ["recorded", "duplicate"]);
    assert_eq!(lane.apply(&[item(&feed, &paid(&stage, 6, 60, &memo))]), ["recorded"]);
    agrees(&stage);
});

on_both!(a_board_that_has_changed_is_seen, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let (mut lane, mut other) = (Lane::ready(&stage, &feed), Lane::of(&stage));
    // Another process has written.
    other.apply(&items(&feed, [2]));
    assert_eq!(lane.at_once(&items(&feed, [3])), None);
    assert_eq!(lane.apply(&items(&feed, [3])), ["recorded"]);
    // The register has changed: the account is a second stall's too, and nobody's alone.
    let account_id = kept(&stage)[0].account_id.unwrap();
    stage.stand_on("A2", account_id);
    assert_eq!(lane.at_once(&items(&feed, [4])), None);
    assert_eq!(lane.apply(&items(&feed, [4])), ["unmatched"]);
    assert_eq!(counts(&stage), (5, 4, 4, 4));
    stage.wait(stage.app.follow_links()).unwrap();
    agrees(&stage);
});

on_both!(after_a_miss_a_lane_goes_the_long_way_for_a_while, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let mut lane = Lane::ready(&stage, &feed);
    assert_eq!(lane.apply(&items(&feed, [1])), ["duplicate"], "decided twice");
    for id in 2..9 {
        assert_eq!(lane.at_once(&items(&feed, [id])), None);
        assert_eq!(lane.apply(&items(&feed, [id])), ["recorded"]);
    }
    assert_eq!(lane.add(&items(&feed, [9])), ["recorded"]);
    agrees(&stage);
});

on_both!(what_was_rolled_up_meanwhile_is_taken_out_again, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let mut lane = Lane::ready(&stage, &feed);
    let long_ago = |id| vec![item(&feed, &paid(&stage, id, 45 * 86_400, "x"))];
    assert_eq!(lane.add(&long_ago(2)), ["recorded"]);
    stage.roll_up();
    assert_eq!(lane.at_once(&long_ago(3)), None, "the head tells");
    lane.apply(&long_ago(3));
    agrees(&stage);
    stage.roll_up();
    let mut lane = Lane::of(&stage);
    assert_eq!(lane.apply(&items(&feed, [1])), ["duplicate"]);
    assert_eq!(lane.at_once(&long_ago(4)), None, "the lane knows");
    lane.apply(&long_ago(4));
    assert_eq!(lane.add(&items(&feed, [5])), ["recorded"], "today is not rolled up");
    let lately = vec![item(&feed, &paid(&stage, 6, 10 * 86_400, "x"))];
    assert_eq!(lane.at_once(&lately), None, "a third of this month is");
    lane.apply(&lately);
    agrees(&stage);
});

on_both!(lanes_of_several_processes_write_each_once, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    // Each process is sent three quarters of the same reports, in another order.
    let batches: Vec<Vec<Item>> =
        (0..4).map(|way| items(&feed, (1..=80).filter(|id| id % 4 != way))).collect();
    thread::scope(|scope| {
        for (way, items) in batches.iter().enumerate() {
            let stage = &stage;
            let mut lane = Lane::of(stage);
            scope.spawn(move || {
                for batch in items.chunks(way + 1) {
                    lane.apply(batch);
                }
            });
        }
    });
    assert_eq!(counts(&stage), (240, 80, 80, 80));
    agrees(&stage);
});

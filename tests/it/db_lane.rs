//! Writer lanes: answered after COMMIT, in order, one bad item harms nobody, full means busy.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cho40::db::lane::{Alone, BATCH, Writer};
use cho40::db::{Batch, Db, DbConnection, Fault, Lanes, Outcome};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};

use crate::support::{TestDb, on_both};

const BOARD: i64 = 1;
const FAILS: i64 = -1;
const PANICS: i64 = -2;
/// Items from here on are written at once, where a batch has no others.
const AT_ONCE: i64 = 1_000;
/// Of these, the ones that fail or panic at once, and do not the long way.
const FAILS_AT_ONCE: i64 = 9_001;
const PANICS_AT_ONCE: i64 = 9_002;

/// Writes each item into `notes`, whose key is unique, and keeps the sizes of its batches.
struct Notes {
    batches: Arc<Mutex<Vec<usize>>>,
}

impl Batch for Notes {
    type Item = i64;
    type Reply = i64;

    fn apply(&mut self, connection: &mut DbConnection, items: &[i64]) -> Outcome<Vec<i64>> {
        self.batches.lock().unwrap().push(items.len());
        items.iter().map(|item| write(connection, *item)).collect()
    }

    fn apply_at_once(
        &mut self,
        connection: &mut DbConnection,
        items: &[i64],
    ) -> Outcome<Option<Vec<i64>>> {
        assert!(items != [PANICS_AT_ONCE], "the item that panics");
        match items {
            [FAILS_AT_ONCE] => Err(Fault::broken("the item that fails")),
            [item] if *item >= AT_ONCE => Ok(Some(vec![write(connection, *item)?])),
            _ => Ok(None),
        }
    }
}

fn write(connection: &mut DbConnection, item: i64) -> Outcome<i64> {
    assert!(item != PANICS, "the item that panics");
    if item == FAILS {
        return Err(Fault::broken("the item that fails"));
    }
    let insert = diesel::sql_query("INSERT INTO notes (id) VALUES ($1)");
    insert.bind::<BigInt, _>(item).execute(connection)?;
    Ok(item * 10)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn count(connection: &mut DbConnection) -> i64 {
    let query = diesel::sql_query("SELECT count(*) AS number FROM notes");
    query.get_result::<Number>(connection).unwrap().number
}

struct Lane {
    lanes: Arc<Lanes<Notes>>,
    batches: Arc<Mutex<Vec<usize>>>,
}

impl Lane {
    fn start(db: &mut TestDb) -> Self {
        Self::with_limit(db, BATCH)
    }

    fn with_limit(db: &mut TestDb, limit: usize) -> Self {
        db.connection().batch_execute("CREATE TABLE notes (id BIGINT PRIMARY KEY)").unwrap();
        let batches = Arc::new(Mutex::new(Vec::new()));
        let notes = || Notes { batches: Arc::clone(&batches) };
        let lanes = Lanes::start(db.url(), 4, limit, notes).unwrap();
        Self { lanes, batches }
    }

    /// Queues an item; the receiver gets its answer.
    fn send(&self, item: i64) -> Receiver<Outcome<i64>> {
        let (answer, answered) = channel();
        let answer = move |result| {
            answer.send(result).unwrap_or_default();
            Arc::default()
        };
        self.lanes.submit_item(BOARD, item, answer).unwrap();
        answered
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
    ) -> Receiver<Outcome<T>> {
        let (answer, answered) = channel();
        let alone = Alone::new(work, move |result| answer.send(result).unwrap_or_default());
        self.lanes.submit(BOARD, alone).unwrap();
        answered
    }

    /// Holds the board's lane at work until the sender is dropped; returns once it is held.
    fn hold(&self) -> Sender<()> {
        let (release, released) = channel::<()>();
        let (held, holds) = channel();
        let _unanswered = self.write(move |_| {
            held.send(()).unwrap();
            let _ = released.recv();
            Ok(())
        });
        holds.recv().unwrap();
        release
    }
}

fn is_busy<T>(outcome: &Outcome<T>) -> bool {
    matches!(outcome, Err(Fault::Busy))
}

on_both!(an_item_is_answered_after_its_commit, |db| {
    let lane = Lane::start(db);
    let mut reader = DbConnection::open(db.url()).unwrap();
    let (answer, answered) = channel();
    let on_lane_thread = move |result: Outcome<i64>| {
        answer.send((result.unwrap(), count(&mut reader))).unwrap();
        Arc::default()
    };
    lane.lanes.submit_item(BOARD, 7, on_lane_thread).unwrap();
    assert_eq!(answered.recv().unwrap(), (70, 1));
});

on_both!(waiting_items_share_a_transaction, |db| {
    let lane = Lane::start(db);
    let held = lane.hold();
    let answers: Vec<_> = (1..=600).map(|item| lane.send(item)).collect();
    drop(held);
    for (item, answer) in (1..=600).zip(answers) {
        assert_eq!(answer.recv().unwrap().unwrap(), item * 10);
    }
    assert_eq!(*lane.batches.lock().unwrap(), [BATCH, BATCH, 600 - 2 * BATCH]);
    assert_eq!(count(db.connection()), 600);
});

on_both!(a_batch_limit_is_kept, |db| {
    let lane = Lane::with_limit(db, 1);
    let held = lane.hold();
    let answers = [1, 2, 3].map(|item| lane.send(item));
    drop(held);
    assert_eq!(answers.map(|answer| answer.recv().unwrap().unwrap()), [10, 20, 30]);
    assert_eq!(*lane.batches.lock().unwrap(), [1, 1, 1]);
});

on_both!(a_failing_item_is_refused_alone, |db| {
    let lane = Lane::start(db);
    let held = lane.hold();
    // The second 2 breaks the unique key: the database's own failure.
    let answers: Vec<_> = [1, 2, FAILS, 3, 2, PANICS, 4].map(|item| (item, lane.send(item))).into();
    drop(held);
    let mut written = Vec::new();
    for (item, answer) in answers {
        match answer.recv().unwrap() {
            Ok(_) => written.push(item),
            refused => assert!(is_busy(&refused)),
        }
    }
    assert_eq!(written, [1, 2, 3, 4]);
    assert_eq!(count(db.connection()), 4);
    assert_eq!(*lane.batches.lock().unwrap(), [7, 1, 1, 1, 1, 1, 1, 1]);
});

on_both!(what_fails_at_once_is_done_the_long_way, |db| {
    let lane = Lane::start(db);
    for item in [AT_ONCE, FAILS_AT_ONCE, PANICS_AT_ONCE, AT_ONCE + 1] {
        assert_eq!(lane.send(item).recv().unwrap().unwrap(), item * 10);
    }
    assert!(is_busy(&lane.send(AT_ONCE).recv().unwrap()), "it is there already");
    assert_eq!(*lane.batches.lock().unwrap(), [1, 1, 1], "but for two");
    assert_eq!(count(db.connection()), 4);
});

on_both!(a_lane_tells_that_somebody_waits, |db| {
    let lane = Lane::start(db);
    let held = lane.hold();
    assert!(!lane.lanes.is_busy(BOARD), "what is at work does not wait");
    let waits = lane.send(1);
    assert!(lane.lanes.is_busy(BOARD));
    drop(held);
    waits.recv().unwrap().unwrap();
    assert!(!lane.lanes.is_busy(BOARD));
});

on_both!(a_write_sees_the_items_sent_before_it, |db| {
    let lane = Lane::start(db);
    let held = lane.hold();
    let _items = [1, 2, 3].map(|item| lane.send(item));
    let seen = lane.write(|connection| Ok(count(connection)));
    let last = lane.send(4);
    drop(held);
    assert_eq!(seen.recv().unwrap().unwrap(), 3);
    assert_eq!(last.recv().unwrap().unwrap(), 40);
});

on_both!(a_full_queue_is_busy_and_loses_nothing, |db| {
    let lane = Lane::start(db);
    let held = lane.hold();
    let mut answers = Vec::new();
    let refused = loop {
        let (answer, answered) = channel();
        let answer = move |result: Outcome<i64>| {
            answer.send(result).unwrap();
            Arc::default()
        };
        let item = i64::try_from(answers.len()).unwrap() + 1;
        match lane.lanes.submit_item(BOARD, item, answer) {
            Ok(()) => answers.push(answered),
            refused => break refused,
        }
        assert!(answers.len() <= 4_096, "the queue has no end");
    };
    assert!(is_busy(&refused));
    let alone = Alone::new(|_| Ok(()), |_| ());
    assert!(is_busy(&lane.lanes.submit(BOARD, alone)));
    drop(held);
    for answered in &answers {
        answered.recv().unwrap().unwrap();
    }
    assert_eq!(count(db.connection()), i64::try_from(answers.len()).unwrap());
});

on_both!(a_write_that_fails_or_panics_leaves_nothing_and_the_lane_lives, |db| {
    let lane = Lane::start(db);
    let failed = lane.write(|connection| {
        write(connection, 1)?;
        write(connection, FAILS)
    });
    assert!(matches!(failed.recv().unwrap(), Err(Fault::Broken(_))));
    let panicked = lane.write(|connection| {
        write(connection, 1)?;
        write(connection, PANICS)
    });
    assert!(matches!(panicked.recv().unwrap(), Err(Fault::Broken(_))));
    assert_eq!(count(db.connection()), 0);
    assert_eq!(lane.send(1).recv().unwrap().unwrap(), 10);
});

on_both!(the_last_handle_ends_the_threads_after_the_queued_work, |db| {
    let Lane { lanes, batches } = Lane::start(db);
    for item in 1..=50 {
        lanes.submit_item(BOARD, item, |_| Arc::default()).unwrap();
    }
    drop(lanes);
    // Each lane's batch held a clone; they went with their threads.
    assert_eq!(Arc::strong_count(&batches), 1);
    assert_eq!(count(db.connection()), 50);
});

on_both!(reads_and_writes_go_through_one_handle, |db| {
    let lane = Lane::start(db);
    let handle = Db::new(db.url(), Arc::clone(&lane.lanes) as Arc<dyn Writer>).unwrap();
    assert_eq!(handle.write_here(BOARD, |connection| write(connection, 5)).unwrap(), 50);
    assert_eq!(handle.read_here(|connection| Ok(count(connection))).unwrap(), 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        assert_eq!(handle.write(BOARD, |connection| write(connection, 6)).await.unwrap(), 60);
        assert_eq!(handle.read(|connection| Ok(count(connection))).await.unwrap(), 2);
    });
    // However many come back at once, those that wait for a connection hold no thread.
    let threads = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let (before, most) = (threads(), Arc::new(AtomicUsize::new(0)));
    let reads = (0..40).map(|_| {
        let most = Arc::clone(&most);
        handle.read(move |connection| {
            std::thread::sleep(Duration::from_millis(2));
            most.fetch_max(threads(), Ordering::SeqCst);
            Ok(count(connection))
        })
    });
    let found = runtime.block_on(futures_util::future::join_all(reads));
    assert!(found.into_iter().all(|found| found.unwrap() == 2));
    let most = most.load(Ordering::SeqCst);
    // One for each connection, and what the pool needs for itself; not forty.
    assert!(most <= before + 8, "{most} threads, {before} before");
});

/// PostgreSQL only: SQLite has one writer, and no connection that a server could cut.
#[test]
fn postgres_lanes_are_independent_and_come_back_after_a_lost_connection() {
    let mut db = TestDb::postgres();
    let lane = Lane::start(&mut db);
    let held = lane.hold();
    let (answer, answered) = channel();
    for board in 2..=64 {
        let answer = answer.clone();
        lane.lanes
            .submit(board, Alone::new(|_| Ok(()), move |_| answer.send(board).unwrap_or_default()))
            .unwrap();
    }
    // Some of these boards share the held lane; others do not wait for it.
    let others: Vec<i64> = answered.iter().take(16).collect();
    assert!(others.iter().all(|board| *board != BOARD));
    drop(held);

    cut(&lane, &mut db);
    // It was lost while nothing was to be done, so nobody need try again.
    assert_eq!(lane.write(|connection| write(connection, 1)).recv().unwrap().unwrap(), 10);
    assert_eq!(lane.write(|connection| write(connection, 2)).recv().unwrap().unwrap(), 20);
    cut(&lane, &mut db);
    assert_eq!(lane.send(AT_ONCE).recv().unwrap().unwrap(), AT_ONCE * 10);
}

/// Ends the connection of the board's lane on the server.
fn cut(lane: &Lane, db: &mut TestDb) {
    let backend = lane.write(|connection| {
        let query = diesel::sql_query("SELECT CAST(pg_backend_pid() AS BIGINT) AS number");
        Ok(query.get_result::<Number>(connection)?.number)
    });
    let backend = i32::try_from(backend.recv().unwrap().unwrap()).unwrap();
    let terminate = diesel::sql_query("SELECT pg_terminate_backend($1, 5000)");
    terminate.bind::<Integer, _>(backend).execute(db.connection()).unwrap();
}

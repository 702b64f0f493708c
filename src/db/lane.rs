//! Writer lanes: threads with one connection each, a bounded queue, and batches.
//!
//! Hot items are applied together, in one transaction or by one statement, and answered when it is
//! committed; a batch that fails is replayed item by item, so that one bad item cannot refuse its
//! neighbours. Every other
//! write runs alone in a transaction on the same lane: SQLite has one writer, and a board's writes
//! have one order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use tokio::sync::{Notify, watch};

use super::connection::guarded;
use super::{DatabaseUrl, DbConnection, Fault, Outcome};

/// Jobs that may wait on a lane before callers are told to try again.
const QUEUE: usize = 4_096;
/// Items of one transaction; bounds the memory and the time that a batch takes.
pub const BATCH: usize = 256;

/// Hot work that is applied in batches.
pub trait Batch: Send + 'static {
    type Item: Send + 'static;
    type Reply: Send + 'static;

    /// Applies items inside an open transaction; replies in the same order. It must be safe to
    /// call again with the same items after a rollback.
    fn apply(
        &mut self,
        connection: &mut DbConnection,
        items: &[Self::Item],
    ) -> Outcome<Vec<Self::Reply>>;

    /// Applies items outside of any transaction, by one statement that does the whole or nothing.
    /// `None`: nothing was done, and [`Self::apply`] shall do it.
    fn apply_at_once(
        &mut self,
        connection: &mut DbConnection,
        items: &[Self::Item],
    ) -> Outcome<Option<Vec<Self::Reply>>> {
        let (_, _) = (connection, items);
        Ok(None)
    }
}

/// A write that runs in a transaction of its own; tells whether the database failed.
pub struct Alone(Box<Work>);

/// Is given the connection with its transaction open, or why there is none.
type Work = dyn FnOnce(Outcome<&mut DbConnection>) -> bool + Send;

impl Alone {
    pub fn new<T: 'static>(
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
        answer: impl FnOnce(Outcome<T>) + Send + 'static,
    ) -> Self {
        Self(Box::new(move |begun| {
            let result = begun.and_then(|connection| connection.finish(work));
            let failed =
                matches!(result, Err(Fault::Away(_) | Fault::Database(_) | Fault::Broken(_)));
            answer(result);
            failed
        }))
    }
}

/// Takes the reply, and returns whom to wake: once for all answers of a batch, because waking
/// another thread is a system call.
type Answer<R> = Box<dyn FnOnce(Outcome<R>) -> Arc<Notify> + Send>;

enum Job<B: Batch> {
    Item(B::Item, Answer<B::Reply>),
    Alone(Alone),
}

/// Takes single writes; what the rooms below the ledger know of the lanes.
pub trait Writer: Send + Sync {
    fn submit(&self, board_id: i64, task: Alone) -> Outcome<()>;
}

/// A lane from outside: its queue, and how many wait in it.
struct Entrance<B: Batch> {
    queue: SyncSender<Job<B>>,
    waiting: Arc<AtomicUsize>,
}

/// The lanes of one process. Dropping the last handle ends their threads after the queued work.
pub struct Lanes<B: Batch> {
    entrances: Vec<Entrance<B>>,
    written: Arc<watch::Sender<()>>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl<B: Batch> Lanes<B> {
    /// Starts one lane for SQLite, `postgres_lanes` for PostgreSQL, with at most `batch_limit`
    /// items a transaction. `batch` makes each lane's own state.
    pub fn start(
        url: &DatabaseUrl,
        postgres_lanes: usize,
        batch_limit: usize,
        batch: impl Fn() -> B,
    ) -> Outcome<Arc<Self>> {
        let batch_limit = batch_limit.clamp(1, BATCH);
        let count = match url {
            DatabaseUrl::Sqlite(_) => 1,
            DatabaseUrl::Postgres(_) => postgres_lanes.clamp(1, 16),
        };
        let mut entrances = Vec::with_capacity(count);
        let mut threads = Vec::with_capacity(count);
        let written = Arc::new(watch::Sender::new(()));
        for number in 0..count {
            let connection = DbConnection::open(url)?;
            let (queue, receiver) = sync_channel(QUEUE);
            let waiting = Arc::new(AtomicUsize::new(0));
            let lane = Lane {
                connection,
                url: url.clone(),
                receiver,
                waiting: Arc::clone(&waiting),
                written: Arc::clone(&written),
                batch_limit,
                batch: batch(),
            };
            let thread = thread::Builder::new()
                .name(format!("writer-{number}"))
                .spawn(move || lane.run())
                .map_err(Fault::broken)?;
            entrances.push(Entrance { queue, waiting });
            threads.push(thread);
        }
        Ok(Arc::new(Self { entrances, written, threads }))
    }

    /// Queues a hot item; `answer` is called on the lane's thread after COMMIT, and whom it returns
    /// is woken when the whole batch is answered. A full queue is [`Fault::Busy`] at once.
    pub fn submit_item(
        &self,
        board_id: i64,
        item: B::Item,
        answer: impl FnOnce(Outcome<B::Reply>) -> Arc<Notify> + Send + 'static,
    ) -> Outcome<()> {
        self.send(board_id, Job::Item(item, Box::new(answer)))
    }

    /// Changes after each COMMIT of this process; several that follow fast are one change.
    pub fn written(&self) -> watch::Receiver<()> {
        self.written.subscribe()
    }

    /// Whether somebody waits for the board's lane: what can be done later should be.
    pub fn is_busy(&self, board_id: i64) -> bool {
        self.lane(board_id).is_some_and(|lane| lane.waiting.load(Ordering::Relaxed) > 0)
    }

    fn lane(&self, board_id: i64) -> Option<&Entrance<B>> {
        let lane = board_id.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        self.entrances.get(lane as usize % self.entrances.len().max(1))
    }

    fn send(&self, board_id: i64, job: Job<B>) -> Outcome<()> {
        let lane = self.lane(board_id).ok_or(Fault::Busy)?;
        lane.waiting.fetch_add(1, Ordering::Relaxed);
        lane.queue.try_send(job).map_err(|error| {
            lane.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => Fault::Busy,
                TrySendError::Disconnected(_) => Fault::broken("the writer lane has ended"),
            }
        })
    }
}

impl<B: Batch> Writer for Lanes<B> {
    fn submit(&self, board_id: i64, task: Alone) -> Outcome<()> {
        self.send(board_id, Job::Alone(task))
    }
}

impl<B: Batch> Drop for Lanes<B> {
    fn drop(&mut self) {
        self.entrances.clear();
        for thread in self.threads.drain(..) {
            // Nobody is left to tell of a lane that panicked.
            let _ = thread.join();
        }
    }
}

struct Lane<B: Batch> {
    connection: DbConnection,
    url: DatabaseUrl,
    receiver: Receiver<Job<B>>,
    waiting: Arc<AtomicUsize>,
    written: Arc<watch::Sender<()>>,
    batch_limit: usize,
    batch: B,
}

impl<B: Batch> Lane<B> {
    fn run(mut self) {
        let mut items = Vec::with_capacity(self.batch_limit);
        let mut answers = Vec::with_capacity(self.batch_limit);
        while let Ok(first) = self.receiver.recv() {
            let mut next = Some(first);
            while let Some(job) = next.take() {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                match job {
                    Job::Item(item, answer) => {
                        items.push(item);
                        answers.push(answer);
                    }
                    Job::Alone(task) => {
                        // Order matters to a caller that writes and then sends.
                        self.flush(&mut items, &mut answers);
                        if (task.0)(self.begin()) {
                            self.reopen_if_lost();
                        }
                        self.written.send_replace(());
                    }
                }
                if items.len() < self.batch_limit {
                    next = self.receiver.try_recv().ok();
                }
            }
            self.flush(&mut items, &mut answers);
        }
    }

    fn flush(&mut self, items: &mut Vec<B::Item>, answers: &mut Vec<Answer<B::Reply>>) {
        if items.is_empty() {
            return;
        }
        match self.transact(items) {
            Ok(replies) => {
                wake(answers.drain(..).zip(replies).map(|(answer, reply)| answer(Ok(reply))));
                self.written.send_replace(());
            }
            // Where somebody else holds the database, each item alone would wait as long again.
            Err(fault) if items.len() == 1 || matches!(fault, Fault::Busy) => {
                tracing::error!(%fault, items = items.len(), "a write failed");
                self.reopen_if_lost();
                wake(answers.drain(..).map(|answer| answer(Err(Fault::Busy))));
            }
            Err(fault) => {
                tracing::warn!(%fault, items = items.len(), "a batch failed, replaying it one by one");
                self.reopen_if_lost();
                for (item, answer) in items.drain(..).zip(answers.drain(..)) {
                    self.flush(&mut vec![item], &mut vec![answer]);
                }
            }
        }
        items.clear();
    }

    fn transact(&mut self, items: &[B::Item]) -> Outcome<Vec<B::Reply>> {
        let Self { batch, connection, .. } = self;
        // What failed at once is done the long way, on a new connection if it must be.
        let replies = match guarded(|| batch.apply_at_once(connection, items)) {
            Ok(Some(replies)) => replies,
            Err(Fault::Busy) => return Err(Fault::Busy),
            not_at_once => {
                if let Err(fault) = not_at_once {
                    tracing::warn!(%fault, "a batch failed at once, it goes the long way");
                }
                self.begin()?;
                let Self { batch, connection, .. } = self;
                connection.finish(|connection| batch.apply(connection, items))?
            }
        };
        if replies.len() == items.len() {
            return Ok(replies);
        }
        Err(Fault::broken("a batch answered another number of items than it was given"))
    }

    /// Opens a transaction, on a new connection where the old one was lost while nothing was to
    /// be done: nobody is told of that.
    fn begin(&mut self) -> Outcome<&mut DbConnection> {
        if let Err(fault) = self.connection.begin() {
            if !matches!(fault, Fault::Away(_)) {
                return Err(fault);
            }
            self.reopen_if_lost();
            self.connection.begin()?;
        }
        Ok(&mut self.connection)
    }

    /// A lost PostgreSQL connection must not end the lane.
    fn reopen_if_lost(&mut self) {
        use diesel::connection::SimpleConnection;
        if self.connection.batch_execute("SELECT 1").is_err()
            && let Ok(connection) = DbConnection::open(&self.url)
        {
            self.connection = connection;
        }
    }
}

/// Wakes each one once, after all of them came.
fn wake(sleepers: impl Iterator<Item = Arc<Notify>>) {
    let mut found: Vec<Arc<Notify>> = Vec::new();
    for sleeper in sleepers {
        if !found.iter().any(|known| Arc::ptr_eq(known, &sleeper)) {
            found.push(sleeper);
        }
    }
    for sleeper in found {
        sleeper.notify_one();
    }
}

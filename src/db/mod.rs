//! The databases: SQLite inside by default, PostgreSQL by URL, behind one connection type.
//!
//! Rooms above write plain functions over `&mut DbConnection`; [`Db`] runs them, reads on a pool and
//! writes on the writer lanes, so that SQLite has one writer and a board has one order of events.

pub mod backup;
pub mod connection;
pub mod fault;
pub mod lane;
pub mod lease;
mod look;
pub mod migrate;
pub mod present;
pub mod rows;
#[rustfmt::skip]
pub mod schema;
pub mod url;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::r2d2;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

pub use connection::DbConnection;
pub use fault::{Fault, Outcome};
pub use lane::{Batch, Lanes};
pub use url::DatabaseUrl;

use connection::{Manager, Reader};

/// Readers share this many connections; each is one blocking thread at work.
const READERS: u32 = 4;
/// Those that nobody needed for so long are closed but for one: each holds its caches and, on SQLite,
/// the schema.
const IDLE_READER: Duration = Duration::from_mins(1);
/// A read waits this long for a connection; then the caller is told to come again.
const WAIT_FOR_READER: Duration = Duration::from_secs(5);

/// A handle on the database; clones share pool and lanes.
#[derive(Clone)]
pub struct Db {
    readers: r2d2::Pool<Manager>,
    /// One for each reader: who waits for a connection waits here, where it costs no thread.
    turns: Arc<Semaphore>,
    /// Losses of connections that were noticed.
    epoch: Arc<AtomicU64>,
    writer: Arc<dyn lane::Writer>,
}

impl Db {
    pub fn new(url: &DatabaseUrl, writer: Arc<dyn lane::Writer>) -> Outcome<Self> {
        let epoch = Arc::new(AtomicU64::new(0));
        let readers = r2d2::Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .idle_timeout(Some(IDLE_READER))
            .test_on_check_out(false)
            .connection_timeout(WAIT_FOR_READER)
            .build(Manager::new(url.clone(), Arc::clone(&epoch)))
            .map_err(Fault::broken)?;
        let turns = Arc::new(Semaphore::new(READERS as usize));
        Ok(Self { readers, turns, epoch, writer })
    }

    /// Runs a read on the calling thread, once more where its connection was lost: after the
    /// database was started again, every connection of the pool is a dead one.
    pub fn read_here<T>(&self, work: impl Fn(&mut DbConnection) -> Outcome<T>) -> Outcome<T> {
        match self.try_read(&work) {
            Err(Fault::Away(_)) => self.try_read(&work),
            done => done,
        }
    }

    fn try_read<T>(&self, work: &impl Fn(&mut DbConnection) -> Outcome<T>) -> Outcome<T> {
        let mut reader = self.reader()?;
        let done = work(&mut reader.connection);
        if matches!(done, Err(Fault::Away(_))) {
            reader.is_lost = true;
            // Of several that notice the same loss, one counts it.
            let (known, next) = (reader.epoch, reader.epoch.wrapping_add(1));
            let _ = self.epoch.compare_exchange(known, next, Ordering::AcqRel, Ordering::Acquire);
        }
        done
    }

    /// A connection that was opened after the last loss; older ones are closed.
    fn reader(&self) -> Outcome<r2d2::PooledConnection<Manager>> {
        for _ in 0..=2 * READERS {
            let mut reader = self.readers.get().map_err(|_| Fault::Busy)?;
            let found: &mut Reader = &mut reader;
            if found.epoch == self.epoch.load(Ordering::Acquire) {
                return Ok(reader);
            }
            found.is_lost = true;
        }
        Err(Fault::Busy)
    }

    /// [`Self::read_here`] on a blocking thread, when one of the readers is free: hundreds of pages
    /// that come back at once wait in a queue, not each on a thread of its own.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut DbConnection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let turn = timeout(WAIT_FOR_READER, Arc::clone(&self.turns).acquire_owned());
        let turn = turn.await.map_err(|_| Fault::Busy)?.map_err(Fault::broken)?;
        let (answer, answered) = oneshot::channel();
        let db = self.clone();
        spawn_blocking(Box::new(move || {
            let done = db.read_here(work);
            drop(turn);
            // The caller may have gone away.
            let _ = answer.send(done);
        }));
        answered.await.map_err(Fault::broken)?
    }

    /// Runs a write in a transaction of its own on the board's lane; answers after COMMIT.
    pub async fn write<T: Send + 'static>(
        &self,
        board_id: i64,
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        self.write_then(board_id, work, || ()).await
    }

    /// [`Self::write`]; `then` runs after the transaction and before the answer, also where the
    /// caller has gone away.
    pub async fn write_then<T: Send + 'static>(
        &self,
        board_id: i64,
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
        then: impl FnOnce() + Send + 'static,
    ) -> Outcome<T> {
        let (answer, answered) = oneshot::channel();
        let task = lane::Alone::new(work, move |result| {
            then();
            // The caller may have gone away; the write stands all the same.
            let _ = answer.send(result);
        });
        self.writer.submit(board_id, task)?;
        answered.await.map_err(Fault::broken)?
    }

    /// [`Self::write`] for threads outside the async runtime.
    pub fn write_here<T: Send + 'static>(
        &self,
        board_id: i64,
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (answer, answered) = std::sync::mpsc::channel();
        let task = lane::Alone::new(work, move |result| {
            let _ = answer.send(result);
        });
        self.writer.submit(board_id, task)?;
        answered.recv().map_err(Fault::broken)?
    }
}

/// One kind of work for the runtime, so that each read does not bring a task type of its own.
fn spawn_blocking(work: Box<dyn FnOnce() + Send>) {
    drop(tokio::task::spawn_blocking(work));
}

/// Runs the same code on whichever connection is open, where diesel's enum connection cannot
/// (upserts, batches, PostgreSQL arrays). The text of the query stays the same.
#[macro_export]
macro_rules! on_db {
    ($connection:expr, $inner:ident => $work:expr) => {
        match $connection {
            $crate::db::DbConnection::Sqlite($inner) => $work,
            $crate::db::DbConnection::Postgres($inner) => $work,
        }
    };
}

/// A list of columns to select, named once: a constant says its columns as a value and as a type.
#[macro_export]
macro_rules! columns {
    ($(#[$about:meta])* $vis:vis const $name:ident = $table:ident { $($column:ident),+ $(,)? };) => {
        $(#[$about])*
        $vis const $name: ($($table::$column,)+) = ($($table::$column,)+);
    };
}
pub use columns;

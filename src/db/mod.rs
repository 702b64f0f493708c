//! The databases: SQLite inside by default, PostgreSQL by URL, behind one connection type.
//!
//! Rooms above write plain functions over `&mut DbConnection`; [`Db`] runs them, reads on a pool and
//! writes on the writer lanes, so that SQLite has one writer and a board has one order of events.

pub mod connection;
pub mod fault;
pub mod lane;
pub mod lease;
pub mod migrate;
pub mod rows;
#[rustfmt::skip]
pub mod schema;
pub mod url;

use std::sync::Arc;

use diesel::r2d2;

pub use connection::DbConnection;
pub use fault::{Fault, Outcome};
pub use lane::{Batch, Lanes};
pub use url::DatabaseUrl;

use connection::Manager;

/// Readers share this many connections; each is one blocking thread at work.
const READERS: u32 = 4;

/// A handle on the database; clones share pool and lanes.
#[derive(Clone)]
pub struct Db {
    readers: r2d2::Pool<Manager>,
    writer: Arc<dyn lane::Writer>,
}

impl Db {
    pub fn new(url: &DatabaseUrl, writer: Arc<dyn lane::Writer>) -> Outcome<Self> {
        let readers = r2d2::Pool::builder()
            .max_size(READERS)
            .min_idle(Some(1))
            .test_on_check_out(false)
            .build(Manager::new(url.clone()))
            .map_err(Fault::broken)?;
        Ok(Self { readers, writer })
    }

    /// Runs a read on the calling thread.
    pub fn read_here<T>(&self, work: impl FnOnce(&mut DbConnection) -> Outcome<T>) -> Outcome<T> {
        let mut connection = self.readers.get().map_err(|_| Fault::Busy)?;
        work(&mut connection)
    }

    /// Runs a read on a blocking thread.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.read_here(work)).await.map_err(Fault::broken)?
    }

    /// Runs a write in a transaction of its own on the board's lane; answers after COMMIT.
    pub async fn write<T: Send + 'static>(
        &self,
        board_id: i64,
        work: impl FnOnce(&mut DbConnection) -> Outcome<T> + Send + 'static,
    ) -> Outcome<T> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let task = lane::Alone::new(work, move |result| {
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

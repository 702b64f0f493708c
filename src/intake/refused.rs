//! Refused deliveries: the last ones of each feed are kept, off the hot path, so that money is
//! not lost to a mistyped secret.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, RefusedRow};
use crate::access::{Act, Permission};
use crate::db::{Db, DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

/// Kept refusals of a feed.
const KEPT: i64 = 200;
/// Writes that may wait: a flood of refused requests must not fill the writer's queue.
const WAITING: usize = 16;
/// Longer bodies are kept cut; a transfer's report is about 1 kB.
const BODY_BYTES: usize = 16 * 1_024;

/// Keeps refusals, at most so many at a time.
#[derive(Clone, Default)]
pub struct RefusedLog {
    waiting: Arc<AtomicUsize>,
}

/// A refused delivery as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    #[schema(value_type = String, format = DateTime)]
    pub received_at: UnixMs,
    /// Why, e.g. `wrong-signature`.
    pub reason: String,
    /// The kept headers.
    #[schema(value_type = Object)]
    pub headers: serde_json::Value,
    /// As text; bytes that are not UTF-8 are replaced.
    pub body: String,
}

impl RefusedLog {
    /// Keeps a refusal some time soon, or drops it when too many wait.
    pub fn keep(&self, db: &Db, board_id: BoardId, feed_id: FeedId, mut row: RefusedRow) {
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= WAITING {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            return;
        }
        row.body.truncate(BODY_BYTES);
        let (log, db) = (self.clone(), db.clone());
        tokio::task::spawn(async move {
            let kept = db
                .write(board_id.0, move |connection| {
                    store::keep_refused(connection, board_id, feed_id, KEPT, &row)
                })
                .await;
            log.waiting.fetch_sub(1, Ordering::AcqRel);
            if let Err(fault) = kept {
                tracing::warn!(%fault, %feed_id, "a refused delivery was not kept");
            }
        });
    }
}

/// The refused deliveries of a feed, newest first.
pub fn list(connection: &mut DbConnection, act: &Act, feed_id: FeedId) -> Outcome<Vec<Refused>> {
    act.require(Permission::FeedsRead)?;
    store::feed(connection, act.board_id(), feed_id)?;
    let rows = store::refused(connection, act.board_id(), feed_id)?;
    Ok(rows
        .into_iter()
        .map(|row| Refused {
            received_at: row.received_at,
            reason: row.reason,
            headers: serde_json::from_str(&row.headers).unwrap_or_default(),
            body: String::from_utf8_lossy(&row.body).into_owned(),
        })
        .collect())
}

//! Who looked at what: collected in memory and told once a minute, equal looks as one entry with how
//! often, so that no reader waits for it. What a crash loses is a minute.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::audit::{self, Doing};
use crate::db::{Db, DbConnection};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;

/// Different looks that are kept apart until they are told; beyond that it is told who looked at what
/// kind of thing, without whom.
const MOST: usize = 5_000;
/// Entries of one transaction: hooks come in between.
const AT_ONCE: usize = 200;

type Seen = BTreeMap<(BoardId, Doing), u32>;

/// Looks since the last telling; clones share them.
#[derive(Clone, Default)]
pub struct Looks(Arc<Mutex<Seen>>);

impl Looks {
    pub fn note(&self, board_id: BoardId, mut look: Doing) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST {
            look.whom.clear();
            look.fields.clear();
        }
        let times = seen.entry((board_id, look)).or_default();
        *times = times.saturating_add(1);
    }

    /// Tells what was seen.
    pub async fn flush(&self, db: &Db, at: UnixMs) {
        let seen = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut by_board: BTreeMap<BoardId, Vec<(Doing, u32)>> = BTreeMap::new();
        for ((board_id, look), times) in seen {
            by_board.entry(board_id).or_default().push((look, times));
        }
        for (board_id, looks) in by_board {
            for some in looks.chunks(AT_ONCE) {
                let some = some.to_vec();
                let tell = move |connection: &mut DbConnection| {
                    audit::append(connection, board_id, at, &some)
                };
                if let Err(fault) = db.write(board_id.0, tell).await {
                    tracing::error!(%fault, %board_id, "who looked was not kept");
                }
            }
        }
    }
}

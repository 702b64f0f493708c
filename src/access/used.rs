//! When keys were last used: collected in memory and written once a minute, so that no request waits
//! for it. What a crash loses is a minute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Scope, keys};
use crate::db::Db;
use crate::primitives::UnixMs;
use crate::primitives::ids::{ActorId, BoardId};

/// Keys that were used since the last writing; clones share them.
#[derive(Clone, Default)]
pub struct KeysUsed(Arc<Mutex<HashMap<(BoardId, ActorId), UnixMs>>>);

impl KeysUsed {
    pub fn note(&self, scope: &Scope, at: UnixMs) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = used.entry((scope.board_id, scope.actor)).or_insert(at);
        *last = at.max(*last);
    }

    /// Writes what was used.
    pub async fn flush(&self, db: &Db) {
        let used = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut by_board: HashMap<BoardId, Vec<(ActorId, UnixMs)>> = HashMap::new();
        for ((board_id, key), at) in used {
            by_board.entry(board_id).or_default().push((key, at));
        }
        for (board_id, used) in by_board {
            let write = move |connection: &mut crate::db::DbConnection| {
                let mut used = used.iter();
                used.try_for_each(|(key, at)| keys::used(connection, board_id, *key, *at))
            };
            if let Err(fault) = db.write(board_id.0, write).await {
                tracing::warn!(%fault, %board_id, "the last use of keys was not kept");
            }
        }
    }
}

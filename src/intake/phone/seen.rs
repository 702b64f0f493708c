//! When phones were last heard: collected in memory, written once a second. A sign of life that a
//! crash loses is followed by the next one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::Db;
use crate::intake::store::phone::devices as rows;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, DeviceId};

type Heard = HashMap<(BoardId, DeviceId), UnixMs>;

/// Phones that were heard since the last writing; clones share them.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Heard>>);

impl Seen {
    pub fn note(&self, board_id: BoardId, device_id: DeviceId, at: UnixMs) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = heard.entry((board_id, device_id)).or_insert(at);
        *last = at.max(*last);
    }

    /// Writes what was heard.
    pub async fn flush(&self, db: &Db) {
        let heard = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut by_board: HashMap<BoardId, Vec<(DeviceId, UnixMs)>> = HashMap::new();
        for ((board_id, device_id), at) in heard {
            by_board.entry(board_id).or_default().push((device_id, at));
        }
        for (board_id, devices) in by_board {
            let write = move |connection: &mut crate::db::DbConnection| {
                let mut devices = devices.iter();
                devices.try_for_each(|(id, at)| rows::heard(connection, board_id, *id, *at))
            };
            if let Err(fault) = db.write(board_id.0, write).await {
                tracing::warn!(%fault, %board_id, "signs of life of phones were not kept");
            }
        }
    }
}

//! Payloads of codes and requests by their ids. A payload never changes once it is issued, so a
//! card that is shown again costs no query.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::primitives::ids::BoardId;

/// About 2 MB of payloads of 200 characters.
const ENTRIES: usize = 8_000;

type ById = HashMap<(BoardId, i64), Arc<str>>;

/// A bounded memory; it forgets everything when it is full, which is cheaper than to remember who
/// was asked for last.
#[derive(Debug, Default)]
pub struct Payloads(Mutex<ById>);

impl Payloads {
    /// The payload of one of the board's ids; ids are unique across their kinds.
    #[must_use]
    pub fn get(&self, board_id: BoardId, id: i64) -> Option<Arc<str>> {
        self.lock().get(&(board_id, id)).cloned()
    }

    pub fn put(&self, board_id: BoardId, id: i64, payload: Arc<str>) {
        let mut entries = self.lock();
        if entries.len() >= ENTRIES {
            entries.clear();
        }
        entries.insert((board_id, id), payload);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ById> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

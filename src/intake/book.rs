//! The feeds as the hook needs them, kept in memory for a few seconds: a webhook must not wait
//! for a read. A change counts at once in the process that made it, and soon in every other.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::phone::Reader;
use super::store::feeds::{self as rows, FeedRow};
use super::store::secrets;
use crate::access::SecretKey;
use crate::db::{Db, DbConnection, Fault, Outcome};
use crate::feeds::{Connector, FeedConfig, Secret, connector};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId, SecretId};

/// A change made in another process counts after this long.
const FRESH_MS: i64 = 5_000;
/// Guessed feed ids must not fill the memory.
const ENTRIES: usize = 10_000;

/// A feed that is ready to verify and decode.
pub struct LiveFeed {
    pub board_id: BoardId,
    pub id: FeedId,
    pub connector: &'static dyn Connector,
    pub config: FeedConfig,
    pub secrets: Vec<Secret>,
    /// Their ids, in the same order.
    pub secret_ids: Vec<SecretId>,
    /// What phones' notices are read with; none for other providers.
    pub reader: Option<Reader>,
    /// When the first of them expires.
    pub holds_until: Option<UnixMs>,
}

struct Entry {
    /// `None`: no such feed, or it is disabled.
    feed: Option<Arc<LiveFeed>>,
    loaded_at: UnixMs,
}

impl Entry {
    /// An expired secret is not accepted a moment longer than its time.
    fn is_fresh(&self, now: UnixMs) -> bool {
        let holds_until = self.feed.as_ref().and_then(|feed| feed.holds_until);
        (0..FRESH_MS).contains(&(now.0 - self.loaded_at.0))
            && holds_until.is_none_or(|until| now < until)
    }
}

/// The feeds in memory.
#[derive(Default)]
pub struct FeedBook {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    entries: HashMap<FeedId, Entry>,
    /// Counts what was forgotten: what was read before a change must not be put in after it.
    changes: u64,
}

impl FeedBook {
    /// The feed, from memory or from the database.
    ///
    /// # Errors
    /// `Busy` or `Away` where the database does not answer; see [`Self::last_known`].
    pub async fn find(
        &self,
        db: &Db,
        key: &SecretKey,
        id: FeedId,
        now: UnixMs,
    ) -> Outcome<Option<Arc<LiveFeed>>> {
        let changes = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(entry) = known.entries.get(&id)
                && entry.is_fresh(now)
            {
                return Ok(entry.feed.clone());
            }
            known.changes
        };
        let key = key.clone();
        let feed = db.read(move |connection| load(connection, &key, id, now)).await?;
        let feed = feed.map(Arc::new);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.changes == changes {
            if known.entries.len() >= ENTRIES {
                known.entries.clear();
            }
            known.entries.insert(id, Entry { feed: feed.clone(), loaded_at: now });
        }
        Ok(feed)
    }

    /// The feed as it was when it was last read: enough to ask its provider to come again.
    #[must_use]
    pub fn last_known(&self, id: FeedId) -> Option<Arc<LiveFeed>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.entries.get(&id)?.feed.clone()
    }

    /// Forgets the feeds of a board whose templates were changed here.
    pub fn forget_board(&self, board_id: BoardId) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.changes = known.changes.wrapping_add(1);
        known
            .entries
            .retain(|_, entry| entry.feed.as_ref().is_some_and(|feed| feed.board_id != board_id));
    }

    /// Forgets a feed that was changed here: the change holds at once.
    pub fn forget(&self, id: FeedId) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.changes = known.changes.wrapping_add(1);
        known.entries.remove(&id);
    }
}

fn load(
    connection: &mut DbConnection,
    key: &SecretKey,
    id: FeedId,
    now: UnixMs,
) -> Outcome<Option<LiveFeed>> {
    let Some(board_id) = rows::board_of(connection, id)? else { return Ok(None) };
    let row = rows::find(connection, board_id, id)?;
    if row.disabled_at.is_some() {
        return Ok(None);
    }
    open(connection, key, board_id, row, now).map(Some)
}

/// The feed with its active secrets, disabled or not.
pub(super) fn open(
    connection: &mut DbConnection,
    key: &SecretKey,
    board_id: BoardId,
    row: FeedRow,
    now: UnixMs,
) -> Outcome<LiveFeed> {
    let id = row.id;
    let connector = connector(row.provider);
    let (mut found, mut secret_ids, mut expiries) = (Vec::new(), Vec::new(), Vec::new());
    for (info, sealed) in secrets::active(connection, board_id, id, now)? {
        let text = key
            .open(&id.to_string(), &sealed)
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or_else(|| Fault::broken(format!("secret {} cannot be opened", info.id)))?;
        found.push(connector.accept_secret(&text)?);
        secret_ids.push(info.id);
        expiries.extend(info.expires_at);
    }
    let config = FeedConfig::parse(row.provider, &row.config)?;
    let holds_until = expiries.into_iter().min();
    let reader = Reader::load(connection, board_id, id, &config)?;
    let secrets = found;
    Ok(LiveFeed { board_id, id, connector, config, secrets, secret_ids, reader, holds_until })
}

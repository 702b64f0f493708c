//! The feeds as the hook needs them, kept in memory for a few seconds: a webhook must not wait
//! for a read, and a changed secret must count soon in every process.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::store;
use crate::access::SecretKey;
use crate::db::{Db, DbConnection, Fault, Outcome};
use crate::feeds::{Connector, FeedConfig, Secret, connector};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, FeedId};

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
}

struct Entry {
    /// `None`: no such feed, or it is disabled.
    feed: Option<Arc<LiveFeed>>,
    loaded_at: UnixMs,
}

/// The feeds in memory.
#[derive(Default)]
pub struct FeedBook {
    entries: RwLock<HashMap<FeedId, Entry>>,
}

impl FeedBook {
    /// The feed, from memory or from the database.
    pub async fn find(
        &self,
        db: &Db,
        key: &SecretKey,
        id: FeedId,
        now: UnixMs,
    ) -> Outcome<Option<Arc<LiveFeed>>> {
        {
            let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(entry) = entries.get(&id)
                && (0..FRESH_MS).contains(&(now.0 - entry.loaded_at.0))
            {
                return Ok(entry.feed.clone());
            }
        }
        let key = key.clone();
        let feed = db.read(move |connection| load(connection, &key, id, now)).await?;
        let feed = feed.map(Arc::new);
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ENTRIES {
            entries.clear();
        }
        entries.insert(id, Entry { feed: feed.clone(), loaded_at: now });
        Ok(feed)
    }

    /// Forgets a feed that was changed here.
    pub fn forget(&self, id: FeedId) {
        self.entries.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }
}

fn load(
    connection: &mut DbConnection,
    key: &SecretKey,
    id: FeedId,
    now: UnixMs,
) -> Outcome<Option<LiveFeed>> {
    let Some(board_id) = store::board_of(connection, id)? else { return Ok(None) };
    let row = store::feed(connection, board_id, id)?;
    if row.disabled_at.is_some() {
        return Ok(None);
    }
    let connector = connector(row.provider);
    let mut secrets = Vec::new();
    for (info, sealed) in store::active_secrets(connection, board_id, id, now)? {
        let text = key
            .open(&id.to_string(), &sealed)
            .and_then(|plain| String::from_utf8(plain).ok())
            .ok_or_else(|| Fault::broken(format!("secret {} cannot be opened", info.id)))?;
        secrets.push(connector.accept_secret(&text)?);
    }
    let config = FeedConfig::parse(row.provider, &row.config)?;
    Ok(Some(LiveFeed { board_id, id, connector, config, secrets }))
}

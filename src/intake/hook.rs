//! The hook: one request in, verified, decoded, on disk, answered as its provider expects.

use std::sync::Arc;

use super::book::{FeedBook, LiveFeed};
use super::mailbox::Mailbox;
use super::refused::RefusedLog;
use super::{prepare, store};
use crate::access::SecretKey;
use crate::db::{Db, Fault, Lanes, Outcome};
use crate::feeds::{Headers, Incoming, Outcome as Answer, Reply};
use crate::ledger::{LedgerWriter, Recorded};
use crate::primitives::Clock;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::FeedId;

/// Takes deliveries in; clones share everything.
#[derive(Clone)]
pub struct Intake {
    pub db: Db,
    pub clock: Clock,
    pub ids: Arc<IdGenerator>,
    pub secret_key: SecretKey,
    pub lanes: Arc<Lanes<LedgerWriter>>,
    pub book: Arc<FeedBook>,
    pub refused: RefusedLog,
}

/// A request on a hook, owned.
#[derive(Debug)]
pub struct Arrived {
    pub method: String,
    pub path_tail: String,
    pub query: String,
    pub headers: Headers,
    pub body: Vec<u8>,
}

/// The answer and what it was, for the metrics.
#[derive(Debug)]
pub struct Answered {
    pub reply: Reply,
    pub provider: &'static str,
    /// E.g. `recorded`, `duplicate`, `refused`.
    pub outcome: &'static str,
}

impl Intake {
    /// Takes one delivery in. `None`: there is no such feed.
    pub async fn receive(&self, feed_id: FeedId, arrived: Arrived) -> Outcome<Option<Answered>> {
        let now = self.clock.now();
        let found = self.book.find(&self.db, &self.secret_key, feed_id, now).await?;
        let Some(feed) = found else { return Ok(None) };
        let answer = self.take(&feed, arrived).await;
        let outcome = answer.code();
        let provider = feed.connector.provider().as_str();
        Ok(Some(Answered { reply: feed.connector.reply(&answer), provider, outcome }))
    }

    async fn take(&self, feed: &LiveFeed, arrived: Arrived) -> Answer {
        let now = self.clock.now();
        let incoming = Incoming {
            method: &arrived.method,
            path_tail: &arrived.path_tail,
            query: &arrived.query,
            headers: &arrived.headers,
            body: &arrived.body,
        };
        if let Err(because) = feed.connector.verify(&feed.config, &feed.secrets, &incoming, now) {
            let row = store::RefusedRow {
                received_at: now,
                reason: because.code().to_owned(),
                headers: arrived.headers.to_stored_json(feed.connector.kept_headers()),
                body: arrived.body,
            };
            self.refused.keep(&self.db, feed.board_id, feed.id, row);
            return Answer::Refused(because);
        }
        let (decoded, undecodable) = match feed.connector.decode(&feed.config, &arrived.body) {
            Ok(decoded) => (Some(decoded), None),
            Err(undecodable) => (None, Some(undecodable)),
        };
        let item = prepare::item(
            feed,
            &self.secret_key,
            &self.ids,
            now,
            &arrived.headers,
            arrived.body,
            decoded,
        );
        match (self.record(item).await, undecodable) {
            (Ok(Recorded::Recorded), _) => Answer::Recorded,
            (Ok(Recorded::Unmatched), _) => Answer::Unmatched,
            (Ok(Recorded::Duplicate), _) => Answer::Duplicate,
            (Ok(Recorded::DuplicateWithDifferentFields), _) => Answer::DuplicateWithDifferentFields,
            (Ok(Recorded::Test), _) => Answer::Test,
            (Ok(Recorded::Undecodable), Some(undecodable)) => Answer::Undecodable(undecodable),
            (Ok(Recorded::NotATransfer | Recorded::Undecodable), _) => Answer::NotATransfer,
            (Err(fault), _) => {
                tracing::warn!(%fault, feed_id = %feed.id, "a delivery must be sent again");
                Answer::Busy
            }
        }
    }

    /// Hands the item to the board's lane and waits for its COMMIT.
    async fn record(&self, item: crate::ledger::item::Item) -> Outcome<Recorded> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let mailbox = Mailbox::here();
        self.lanes
            .submit_item(item.board_id.0, item, move |recorded| mailbox.post(answer, recorded))?;
        answered.await.map_err(Fault::broken)?
    }
}

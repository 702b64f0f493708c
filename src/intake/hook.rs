//! The hook: one request in, verified, decoded, on disk, answered as its provider expects.

use std::sync::Arc;
use std::time::Duration;

use super::book::{FeedBook, LiveFeed};
use super::complaints::Complaints;
use super::mailbox::Mailbox;
use super::phone::{Seen, refused_body};
use super::poll::Meters;
use super::refused::RefusedLog;
use super::statements::Importing;
use super::store::deliveries;
use super::store::refused::RefusedRow;
use super::{prepare, verify};
use crate::access::SecretKey;
use crate::db::{Db, DbConnection, Fault, Lanes, Outcome};
use crate::feeds::{
    Believed, Decoded, Direction, Headers, Incoming, Outcome as Answer, RefusedBecause, Reply,
    Undecodable,
};
use crate::ledger::{LedgerWriter, Recorded};
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{DeliveryId, FeedId};
use crate::primitives::{Clock, UnixMs};

/// So long a delivery waits for its board's lane. Providers wait half a minute (SePay, D): what takes longer
/// is told to come again, in its provider's words, also where the lane is held by a job of our own.
const PATIENCE: Duration = Duration::from_secs(20);

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
    pub complaints: Complaints,
    pub polls: Arc<Meters>,
    pub phones: Seen,
    pub importing: Importing,
}

/// A request on a hook, owned.
#[derive(Debug)]
pub struct Arrived {
    pub method: String,
    pub path_tail: String,
    pub query: String,
    pub headers: Headers,
    /// The raw bytes; empty where there were too many.
    pub body: Vec<u8>,
    pub is_too_large: bool,
    /// For the log.
    pub request_id: String,
}

/// The answer and what it was, for the metrics.
#[derive(Debug)]
pub struct Answered {
    pub reply: Reply,
    pub provider: &'static str,
    /// E.g. `recorded`, `duplicate`, `refused`; `question` for what was no report.
    pub outcome: &'static str,
}

impl Answered {
    /// `delivery` is where it is kept; empty where it is not.
    pub(super) fn new(feed: &LiveFeed, answer: &Answer, delivery: &str) -> Self {
        let reply = feed.connector.reply(&feed.config, answer, delivery);
        Self { reply, provider: feed.config.provider().as_str(), outcome: answer.code() }
    }
}

impl Intake {
    /// Takes one delivery in. `None`: there is no such feed.
    ///
    /// # Errors
    /// `Busy` or `Away` where the database does not answer and the feed is not in memory.
    pub async fn receive(&self, feed_id: FeedId, arrived: Arrived) -> Outcome<Option<Answered>> {
        let now = self.clock.now();
        match self.book.find(&self.db, &self.secret_key, feed_id, now).await {
            Ok(None) => Ok(None),
            Ok(Some(feed)) => Ok(Some(self.take(&feed, arrived).await)),
            Err(fault @ (Fault::Busy | Fault::Away(_))) => {
                // Asked in its own words, a provider comes again sooner.
                let Some(feed) = self.book.last_known(feed_id) else { return Err(fault) };
                tracing::warn!(%fault, %feed_id, "a delivery must be sent again");
                Ok(Some(Answered::new(&feed, &Answer::Busy, "")))
            }
            Err(fault) => Err(fault),
        }
    }

    async fn take(&self, feed: &LiveFeed, arrived: Arrived) -> Answered {
        let now = self.clock.now();
        let incoming = Incoming {
            method: &arrived.method,
            path_tail: &arrived.path_tail,
            query: &arrived.query,
            headers: &arrived.headers,
            body: &arrived.body,
        };
        let verified = if arrived.is_too_large {
            Err(RefusedBecause::TooLarge)
        } else {
            feed.connector.verify(&feed.config, &feed.secrets, &incoming, now)
        };
        match verified {
            Ok(Believed::Report) => {}
            Ok(Believed::Question(reply)) => {
                self.hear_phone(feed, &arrived.headers, now);
                let provider = feed.config.provider().as_str();
                return Answered { reply, provider, outcome: "question" };
            }
            Err(because) => {
                self.refuse(feed, arrived, because, now);
                return Answered::new(feed, &Answer::Refused(because), "");
            }
        }
        if let Some(reader) = &feed.reader {
            return self.take_notice(feed, reader, arrived, now).await;
        }
        let decoded = feed.connector.decode(&feed.config, &arrived.body, now);
        self.keep(feed, arrived, decoded, now).await
    }

    /// Hands a believed delivery to the lane, and answers after COMMIT.
    pub(super) async fn keep(
        &self,
        feed: &LiveFeed,
        arrived: Arrived,
        decoded: Result<Decoded, Undecodable>,
        now: UnixMs,
    ) -> Answered {
        let (decoded, undecodable) = match decoded {
            Ok(decoded) => (Some(decoded), None),
            Err(undecodable) => {
                self.complaints.undecodable(feed.id, &undecodable, &arrived.request_id);
                (None, Some(undecodable))
            }
        };
        if undecodable.is_some() && self.is_kept_unread(feed, &arrived.body).await {
            // The provider tries again: it waits already, or somebody has settled it.
            let answer = undecodable.map_or(Answer::NotATransfer, Answer::Undecodable);
            return Answered::new(feed, &answer, "");
        }
        let item = prepare::item(
            feed,
            &self.secret_key,
            &|| self.ids.next(),
            now,
            &arrived.headers,
            arrived.body,
            decoded,
        );
        let delivery = DeliveryId(item.delivery_id).to_string();
        let answer = match (self.record(item).await, undecodable) {
            (Ok(Recorded::Recorded), _) => Answer::Recorded,
            (Ok(Recorded::Unmatched), _) => Answer::Unmatched,
            (Ok(Recorded::Suspected), _) => Answer::Suspected,
            (Ok(Recorded::Duplicate), _) => Answer::Duplicate,
            (Ok(Recorded::DuplicateWithDifferentFields), _) => Answer::DuplicateWithDifferentFields,
            (Ok(Recorded::Test), _) => Answer::Test,
            (Ok(Recorded::Undecodable), Some(undecodable)) => Answer::Undecodable(undecodable),
            (Ok(Recorded::NotATransfer | Recorded::Undecodable), _) => Answer::NotATransfer,
            (Err(fault), _) => {
                tracing::warn!(%fault, feed_id = %feed.id, "a delivery must be sent again");
                Answer::Busy
            }
        };
        Answered::new(feed, &answer, &delivery)
    }

    /// Whether this very body waits unread, or was dismissed. Where the database cannot say, it is kept
    /// once more.
    async fn is_kept_unread(&self, feed: &LiveFeed, body: &[u8]) -> bool {
        let (board_id, feed_id, body) = (feed.board_id, feed.id, body.to_vec());
        let look = move |connection: &mut DbConnection| {
            deliveries::is_undecodable(connection, board_id, feed_id, &body)
        };
        self.db.read(look).await.unwrap_or(false)
    }

    /// Keeps what was refused, if there is anything to be taken in later, or a password to be
    /// put right.
    fn refuse(&self, feed: &LiveFeed, arrived: Arrived, because: RefusedBecause, now: UnixMs) {
        self.complaints.refused(feed.id, because, &arrived.request_id);
        let has_body = !arrived.body.is_empty() || arrived.is_too_large;
        if !has_body && because != RefusedBecause::WrongCredentials {
            return;
        }
        let presented = feed.connector.presented_key(&arrived.headers);
        let is_money = may_be_money(feed, &arrived, because, now);
        let (body, is_whole) = self.refusable(feed, arrived.body, now);
        // Of a phone's text nothing else is kept.
        let is_money = is_money || feed.reader.is_some() && !body.is_empty();
        let row = RefusedRow {
            received_at: now,
            reason: because.code().to_owned(),
            headers: arrived.headers.to_stored_json(feed.connector.kept_headers()),
            presented_key: presented.map(|key| verify::fingerprint(&self.secret_key, feed.id, key)),
            body,
            is_truncated: arrived.is_too_large || !is_whole,
            is_money,
            dismissed: None,
        };
        self.refused.keep(feed.board_id, feed.id, row);
    }

    /// What may be kept of a refused body, and whether it is enough to be verified again.
    fn refusable(&self, feed: &LiveFeed, body: Vec<u8>, now: UnixMs) -> (Vec<u8>, bool) {
        let Some(reader) = &feed.reader else { return (body, true) };
        let kept = refused_body(feed, reader, &self.secret_key, &body, now);
        let is_whole = !kept.is_empty();
        (kept, is_whole)
    }

    /// Hands the item to the board's lane and waits for its COMMIT.
    async fn record(&self, item: crate::ledger::item::Item) -> Outcome<Recorded> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let mailbox = Mailbox::here();
        self.lanes
            .submit_item(item.board_id.0, item, move |recorded| mailbox.post(answer, recorded))?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answered) => answered.map_err(Fault::broken)?,
            // It may be kept all the same: then what comes again is a repetition.
            Err(_) => Err(Fault::Busy),
        }
    }
}

/// Whether what was refused tells of money in, or, of a password, comes from whoever knows the
/// feed's user. All else may be anybody's.
fn may_be_money(feed: &LiveFeed, arrived: &Arrived, because: RefusedBecause, now: UnixMs) -> bool {
    if because == RefusedBecause::WrongCredentials {
        return feed.config.names_user(&arrived.headers);
    }
    match feed.connector.decode(&feed.config, &arrived.body, now) {
        Ok(Decoded::Transfers(all)) => all.iter().any(|one| one.direction == Direction::In),
        _ => false,
    }
}

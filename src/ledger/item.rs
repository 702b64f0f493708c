//! What the ledger is given: a verified delivery, decoded, with everything computed that needs no
//! database, so that the writer lane only writes.

use super::statement::Planned;
use crate::access::payer_years::PayerMark;
use crate::feeds::{LIST_FAMILY, Precision, Provider, Reported, company};
use crate::primitives::ids::{BoardId, FeedId};
use crate::primitives::{Day, UnixMs};
use crate::vietqr::{self, Reference};

/// One delivery of one feed.
#[derive(Clone, Debug)]
pub struct Item {
    pub board_id: BoardId,
    pub feed_id: FeedId,
    pub delivery_id: i64,
    pub received_at: UnixMs,
    /// The kept headers, as JSON.
    pub headers: String,
    pub body: Vec<u8>,
    /// The body without balances, and without money out beside money in, for holders who did not
    /// allow to keep them; `None` where it holds none.
    pub private_body: Option<Vec<u8>>,
    pub evidence: Evidence,
    /// A person has said that what is new in it is no other report's transfer; its feed was given
    /// credit for it when it came first.
    pub stands_alone: bool,
    pub content: Content,
}

#[derive(Clone, Debug)]
pub enum Content {
    Transfers(Vec<Sighted>),
    Test,
    NotATransfer,
    Undecodable,
}

/// A reported transfer, ready to be matched.
#[derive(Clone, Debug)]
pub struct Sighted {
    /// The id that the transfer gets if this is its first sighting.
    pub transfer_id: i64,
    pub namespace: String,
    /// Whose ids these are: [`Reported::sender`].
    pub sender: String,
    /// Digest of the fields, to tell a retry from a contradiction.
    pub digest: i64,
    /// Keyed hash of memo and payer: what stays when they are erased.
    pub fingerprint: i64,
    /// Keyed hash of the payer, where the feed names one.
    pub payer: Option<PayerMark>,
    /// Valid references in the memo, in order, each once.
    pub references: Vec<Reference>,
    /// Of a statement's row: whose other report it is, found before with all rows of the statement.
    pub planned: Option<Planned>,
    pub reported: Reported,
}

/// Valid references of what was reported, in order, each once.
#[must_use]
pub fn references(reported: &Reported) -> Vec<Reference> {
    let in_memo = vietqr::scan(&reported.memo);
    if !in_memo.is_empty() {
        return in_memo;
    }
    // Only a hint: the provider's own reading is often cut, but a valid code is a code.
    reported.code_hint.as_deref().map(vietqr::scan).unwrap_or_default()
}

impl Sighted {
    /// Provider and merchant, whichever way they told it.
    #[must_use]
    pub fn company(&self) -> &str {
        company(&self.sender)
    }

    /// Read from a list with ids of its own.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.reported.id_family == LIST_FAMILY
    }

    /// The board's day on which the transfer occurred.
    #[must_use]
    pub fn day(&self, day_start_minute: i32) -> Day {
        match self.reported.precision {
            // A date alone is the day itself, whenever the board's days begin.
            Precision::Day => self.reported.occurred_at.day(0),
            Precision::Second | Precision::Minute => {
                self.reported.occurred_at.day(day_start_minute)
            }
        }
    }
}

/// How we know of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    Aggregator,
    /// The account holder's own phone.
    Phone,
    /// A file of the bank.
    Statement,
    /// A person says so; no report tells of it.
    Declared,
}

impl Evidence {
    /// How a provider knows.
    #[must_use]
    pub const fn of(provider: Provider) -> Self {
        match provider {
            Provider::Phone => Self::Phone,
            Provider::Statement => Self::Statement,
            _ => Self::Aggregator,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aggregator => "aggregator",
            Self::Phone => "phone",
            Self::Statement => "statement",
            Self::Declared => "declared",
        }
    }
}

/// What became of an item; everything but a refusal is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// At least one transfer is new and has its stall.
    Recorded,
    /// At least one is new, and none of the new ones has a stall.
    Unmatched,
    /// Another sender has reported the transfer, as far as can be told: nothing is counted.
    Suspected,
    Duplicate,
    DuplicateWithDifferentFields,
    Test,
    NotATransfer,
    Undecodable,
}

impl Recorded {
    /// As stored in `deliveries.outcome`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Unmatched => "unmatched",
            Self::Suspected => "suspected",
            Self::Duplicate => "duplicate",
            Self::DuplicateWithDifferentFields => "duplicate_with_different_fields",
            Self::Test => "test",
            Self::NotATransfer => "not_a_transfer",
            Self::Undecodable => "undecodable",
        }
    }
}

//! What a provider reports about transfers, in one shape for all providers.

use sha2::{Digest, Sha256};

use super::list::LIST_FAMILY;
use super::{Provider, casso};
use crate::primitives::time::{MS_PER_HOUR, MS_PER_MINUTE, VIETNAM_OFFSET_MS};
use crate::primitives::{UnixMs, Vnd};

/// Clocks differ by less.
const AHEAD_MS: i64 = MS_PER_HOUR;

/// A provider that tells when it heard of a transfer repeats it within less: VietQR.vn pushes for ten
/// minutes (D), its two versions beside each other (O).
const HEARD_AGAIN_MS: i64 = 30 * MS_PER_MINUTE;

/// What a verified body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// The provider tries the connection; the code names its kind. Never credited.
    Test(&'static str),
    /// At least one.
    Transfers(Vec<Reported>),
    /// Readable, but no money moved; the code says why.
    NotATransfer(&'static str),
}

/// Seen from the account that the feed reports on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    In,
    Out,
}

/// How exact `occurred_at` is; a time is never more exact than its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    Second,
    Minute,
    /// Only a date: `occurred_at` is its midnight in Vietnam and decides nothing about lateness.
    Day,
}

/// The other side of the transfer, as far as the source names it. Personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payer {
    pub name: Option<String>,
    /// Six digits.
    pub bin: Option<String>,
    pub account: Option<String>,
}

/// The order that an order feed was paid for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRef {
    /// The merchant's own order number, as text.
    pub order_code: String,
    pub payment_link_id: Option<String>,
}

/// One transfer as one provider reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    pub provider: Provider,
    /// The provider's merchant or account key from the feed's configuration; may be empty.
    pub merchant: String,
    /// Ids of one family never collide with each other, e.g. `webhook`.
    pub id_family: String,
    /// The provider's id, always as text.
    pub provider_id: String,
    pub direction: Direction,
    /// Positive in both directions.
    pub amount: Vnd,
    /// By the bank's clock.
    pub occurred_at: UnixMs,
    pub precision: Precision,
    /// Bank of `account_number`, six digits.
    pub bin: Option<String>,
    pub account_number: Option<String>,
    pub virtual_account: Option<String>,
    /// As received; empty if there is none.
    pub memo: String,
    /// A code that the provider believes to have found in the memo: a hint, often wrong.
    pub code_hint: Option<String>,
    /// Never unique alone: a counter at some banks, a UUID at others.
    pub bank_reference: Option<String>,
    /// After the transfer.
    pub balance: Option<Vnd>,
    pub payer: Option<Payer>,
    pub order: Option<OrderRef>,
}

/// Provider and merchant of a sender, whichever way it is.
#[must_use]
pub fn company(sender: &str) -> &str {
    let end = sender.match_indices(':').nth(1).map(|(at, _)| at);
    end.and_then(|end| sender.get(..end)).unwrap_or(sender)
}

/// Whether two ways of one company may name a transfer by different references of the bank: those of
/// Casso's two integrations. No document says that `tid` is `reference`.
#[must_use]
pub fn may_name_otherwise(one: &str, other: &str) -> bool {
    casso::is_v1_sender(one) != casso::is_v1_sender(other)
}

impl Direction {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::In, Self::Out].into_iter().find(|direction| direction.as_str() == text)
    }
}

impl Precision {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Day => "day",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Second, Self::Minute, Self::Day].into_iter().find(|p| p.as_str() == text)
    }
}

impl Reported {
    /// Where `provider_id` is unique: provider, merchant and id family, e.g. `sepay::webhook`.
    /// It names no feed, so it outlives the deletion and re-creation of one.
    #[must_use]
    pub fn namespace(&self) -> String {
        format!("{}:{}:{}", self.provider, self.merchant, self.id_family)
    }

    /// Whether it tells a time that was still to come when it arrived: nothing is reported before it
    /// happens.
    #[must_use]
    pub fn is_ahead_of(&self, received_at: UnixMs) -> bool {
        self.occurred_at > received_at.plus_ms(AHEAD_MS)
    }

    /// As it is booked. A time that cannot be is none: then the day of its arrival is all that is
    /// known, so that no report shows money of the future. Its body keeps what was told.
    #[must_use]
    pub fn booked(mut self, received_at: UnixMs) -> Self {
        if self.is_ahead_of(received_at) {
            self.occurred_at = received_at.day(0).start(0);
            self.precision = Precision::Day;
        }
        self
    }

    /// Whose ids these are, as of [`super::FeedConfig::sender`]. A sender tells each transfer under
    /// one id, but a company may tell it again by another way whose ids are its own: its list, and
    /// Casso's first integration beside the second.
    #[must_use]
    pub fn sender(&self) -> String {
        if self.id_family == LIST_FAMILY {
            return self.namespace();
        }
        let company = format!("{}:{}", self.provider, self.merchant);
        let is_v1 = self.provider == Provider::Casso && self.id_family != casso::V2_FAMILY;
        if is_v1 { casso::v1_sender(&company) } else { company }
    }

    /// A digest of the fields that must not change between two reports of one id: direction,
    /// amount, time, account, memo. Equal in a retry; different means that a person must look.
    /// The bank is left out, because our table of bank names may grow, and the time where the
    /// provider tells that of its own hearing.
    #[must_use]
    pub fn fingerprint(&self) -> i64 {
        let is_banks = self.provider.reports_bank_time();
        let time = is_banks.then(|| self.occurred_at.get().to_string());
        self.digest_at(&time.unwrap_or_default())
    }

    /// Whether a report with the fingerprint of the first under its id was heard too far from it to
    /// be its repetition: then it is one that came very late, or a second payment of the same amount
    /// under an id that its provider used again, and only a person can tell. `first`: the time that
    /// is kept of the first, with its precision; this one's is as it is [`Self::booked`].
    ///
    /// Where a time is only a date, two days in a row are no distance. Seven hours to the millisecond
    /// are the same time, read from a clock that is ahead by them (O).
    #[must_use]
    pub fn is_heard_apart(&self, first: (UnixMs, Precision)) -> bool {
        let (at, precision) = first;
        if !self.provider.tells_its_hearing() {
            return false;
        }
        if precision.max(self.precision) == Precision::Day {
            return (self.occurred_at.day(0).get() - at.day(0).get()).abs() > 1;
        }
        let distance = (self.occurred_at.get() - at.get()).abs();
        distance > HEARD_AGAIN_MS && distance != VIETNAM_OFFSET_MS
    }

    /// The fingerprint of a report that [`Self::is_heard_apart`], with its time to the half hour, so
    /// that its own repetitions are mostly known by it.
    #[must_use]
    pub fn apart_fingerprint(&self) -> i64 {
        let half_hour = self.occurred_at.get().div_euclid(HEARD_AGAIN_MS);
        self.digest_at(&format!("apart {half_hour}"))
    }

    fn digest_at(&self, occurred_at: &str) -> i64 {
        let mut digest = Sha256::new_with_prefix(b"cho40.reported.v1");
        let amount = self.amount.get().to_string();
        let fields = [
            self.direction.as_str(),
            &amount,
            occurred_at,
            self.account_number.as_deref().unwrap_or(""),
            self.virtual_account.as_deref().unwrap_or(""),
            &self.memo,
        ];
        for field in fields {
            // Each field behind its length, so that no two lists of fields read alike.
            digest.update((field.len() as u64).to_be_bytes());
            digest.update(field.as_bytes());
        }
        let bytes: [u8; 32] = digest.finalize().into();
        bytes.first_chunk().map_or(0, |first| i64::from_be_bytes(*first))
    }
}

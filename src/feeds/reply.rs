//! What became of a delivery, and the answer to it. Each connector maps the one to the other.

use std::borrow::Cow;

use super::{RefusedBecause, Undecodable};

/// What became of a delivery. Everything but `Refused` and `Busy` is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Recorded,
    /// The same id with the same fields: a retry.
    Duplicate,
    /// The same id with other fields: both are kept, and a person looks at it.
    DuplicateWithDifferentFields,
    /// Recorded, but no account, stall or order of ours is known for it.
    Unmatched,
    /// Another sender seems to have reported the same transfer: counted once, and a person looks.
    Suspected,
    Refused(RefusedBecause),
    /// Overload, or the database is away: the provider shall try again.
    Busy,
    Undecodable(Undecodable),
    /// A phone's notice that no template reads: kept for a person to mark.
    UnknownText,
    Test,
    NotATransfer,
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Names in lower case.
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Cow<'static, str>,
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
/// One writer batch takes milliseconds; half a minute is enough for a database to come back.
const JSON_RETRY: &[(&str, &str)] = &[("content-type", "application/json"), ("retry-after", "30")];
const JSON_UNCACHED: &[(&str, &str)] =
    &[("content-type", "application/json"), ("cache-control", "no-store")];
const JSON_ALLOW_POST: &[(&str, &str)] = &[("content-type", "application/json"), ("allow", "POST")];

impl Outcome {
    /// Kebab-case name for logs, metrics and replies.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Duplicate => "duplicate",
            Self::DuplicateWithDifferentFields => "duplicate-with-different-fields",
            Self::Unmatched => "unmatched",
            Self::Suspected => "suspected",
            Self::Refused(_) => "refused",
            Self::Busy => "busy",
            Self::Undecodable(_) => "undecodable",
            Self::UnknownText => "unknown-text",
            Self::Test => "test",
            Self::NotATransfer => "not-a-transfer",
        }
    }
}

/// The `{"success":…}` convention that SePay, payOS and Casso share: true for everything that needs no
/// further attempt, else 503 "try again" or the refusal's status with its code, which the provider
/// shows to the operator in its delivery log.
pub(super) fn success_reply(outcome: &Outcome) -> Reply {
    match outcome {
        Outcome::Refused(because) => refused(*because, success_error(because.code())),
        Outcome::Busy => busy(success_error("busy")),
        Outcome::Recorded
        | Outcome::Duplicate
        | Outcome::DuplicateWithDifferentFields
        | Outcome::Unmatched
        | Outcome::Suspected
        | Outcome::Undecodable(_)
        | Outcome::UnknownText
        | Outcome::Test
        | Outcome::NotATransfer => ok(Cow::Borrowed(r#"{"success":true}"#)),
    }
}

/// 200 with the outcome for everything that needs no further attempt; an undecodable field is
/// named, since the sender can mend it.
pub(super) fn told(outcome: &Outcome) -> Reply {
    let code = outcome.code();
    match outcome {
        Outcome::Refused(because) => refused(
            *because,
            Cow::Owned(format!(r#"{{"outcome":"{code}","because":"{because}"}}"#)),
        ),
        Outcome::Busy => busy(Cow::Borrowed(r#"{"outcome":"busy"}"#)),
        Outcome::Undecodable(error) => ok(Cow::Owned(format!(
            r#"{{"outcome":"{code}","field":"{}","because":"{}"}}"#,
            error.field,
            error.because.code()
        ))),
        _ => ok(Cow::Owned(format!(r#"{{"outcome":"{code}"}}"#))),
    }
}

pub(super) fn ok(body: Cow<'static, str>) -> Reply {
    Reply { status: 200, headers: JSON, body }
}

/// Success with something that nobody on the way shall keep.
pub(super) fn uncached(body: String) -> Reply {
    Reply { status: 200, headers: JSON_UNCACHED, body: Cow::Owned(body) }
}

pub(super) fn busy(body: Cow<'static, str>) -> Reply {
    Reply { status: 503, headers: JSON_RETRY, body }
}

pub(super) fn refused(because: RefusedBecause, body: Cow<'static, str>) -> Reply {
    let headers = match because {
        RefusedBecause::MethodNotAllowed => JSON_ALLOW_POST,
        _ => JSON,
    };
    Reply { status: because.status(), headers, body }
}

fn success_error(code: &str) -> Cow<'static, str> {
    Cow::Owned(format!(r#"{{"success":false,"error":"{code}"}}"#))
}

//! What can go wrong below the web: a refusal with a reason, a full queue, or a broken machine.

use std::error::Error as StdError;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::primitives::Refusal;

/// What SQLite says when another process held its write lock for longer than we wait.
const SQLITE_BUSY: &str = "database is locked";

/// The result of a room's use case.
pub type Outcome<T> = Result<T, Fault>;

#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The caller asked for something that is not done, with the reason.
    #[error("{0}")]
    Refused(Refusal),
    /// A queue or pool is full: try again later.
    #[error("busy")]
    Busy,
    /// The database cannot be reached, or its connection was lost at work: try again later.
    #[error("the database is away: {0}")]
    Away(String),
    /// The database failed.
    #[error("database: {0}")]
    Database(DieselError),
    /// Anything else that is not the caller's fault.
    #[error("{0}")]
    Broken(Box<dyn StdError + Send + Sync>),
}

impl Fault {
    pub fn broken(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Broken(error.into())
    }

    /// Maps a broken unique key to the refusal that it stands for; other faults stay as they are.
    #[must_use]
    pub fn on_duplicate(self, refusal: impl FnOnce() -> Refusal) -> Self {
        match self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
                Self::Refused(refusal())
            }
            other => other,
        }
    }
}

impl From<DieselError> for Fault {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                told,
            ) => Self::Away(told.message().to_owned()),
            DieselError::DatabaseError(_, told) if told.message() == SQLITE_BUSY => Self::Busy,
            other => Self::Database(other),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

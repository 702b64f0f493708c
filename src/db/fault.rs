//! What can go wrong below the web: a refusal with a reason, a full queue, or a broken machine.

use std::error::Error as StdError;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::primitives::Refusal;

/// What SQLite and PostgreSQL say when somebody else held a lock for longer than we wait.
const HELD: [&str; 2] = ["database is locked", "canceling statement due to lock timeout"];
/// What SQLite says when its disk takes nothing: until somebody makes room, not for ever.
const DISK: [&str; 2] = ["database or disk is full", "disk I/O error"];

/// How PostgreSQL and its library begin to say that a connection is lost, or that none is to be had
/// yet, also where diesel knows no kind for it.
const LOST: [&str; 7] = [
    "server closed the connection unexpectedly",
    "terminating connection",
    "could not receive data from server",
    "could not send data to server",
    "SSL connection has been closed unexpectedly",
    "SSL SYSCALL error",
    "the database system is ",
];

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
    /// The database cannot be reached, its connection was lost at work, or its disk takes nothing:
    /// try again later.
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
            DieselError::DatabaseError(_, told) if HELD.contains(&told.message()) => Self::Busy,
            DieselError::DatabaseError(_, told)
                if DISK.contains(&told.message()) || is_lost(told.message()) =>
            {
                Self::Away(told.message().to_owned())
            }
            other => Self::Database(other),
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

fn is_lost(message: &str) -> bool {
    let said = message.trim_start();
    // The library puts the server's word for how bad it is before what it says.
    let said = said.strip_prefix("FATAL:").map_or(said, str::trim_start);
    LOST.iter().any(|beginning| said.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> Fault {
        let message: Box<String> = Box::new(message.to_owned());
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, message).into()
    }

    #[test]
    fn a_lost_connection_is_try_again_whatever_its_kind() {
        for message in [
            "server closed the connection unexpectedly\n\tThis probably means the server terminated",
            "terminating connection due to administrator command",
            "FATAL:  terminating connection due to unexpected postmaster exit\n",
            "could not receive data from server: Connection reset by peer",
            "SSL connection has been closed unexpectedly",
            "the database system is starting up",
        ] {
            assert!(matches!(told(message), Fault::Away(_)), "{message}");
        }
        for message in ["relation \"feeds\" does not exist", "value: the database system is down"] {
            assert!(matches!(told(message), Fault::Database(_)), "{message}");
        }
    }
}

//! Choosing a database by its URL. A typo must never create an empty database.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::primitives::Refusal;

/// Where the data lies.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file, made only by `cho40 init` and the demo.
    Sqlite(PathBuf),
    /// An existing PostgreSQL database; the URL is handed to libpq as it is.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH`, `postgres://…` or `postgresql://…`; anything else is refused.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains('?') || path.contains(':') {
                return Err(Refusal::invalid("database_url", "database-url-sqlite-path"));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(Refusal::invalid("database_url", "database-url-unknown"))
    }

    /// Refuses a SQLite file that is not there or is not a SQLite database.
    pub fn require_existing(&self) -> Result<(), Refusal> {
        let Self::Sqlite(path) = self else { return Ok(()) };
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() && is_sqlite(path, found.len()) => Ok(()),
            Ok(_) => Err(Refusal::invalid("database_url", "database-not-sqlite")
                .with("path", path.display())),
            Err(_) => {
                Err(Refusal::invalid("database_url", "database-missing")
                    .with("path", path.display()))
            }
        }
    }

    /// Makes an empty SQLite file where there is none yet; PostgreSQL databases are never made.
    pub fn create_if_missing(&self) -> Result<(), Refusal> {
        let Self::Sqlite(path) = self else { return Ok(()) };
        if path.exists() {
            return self.require_existing();
        }
        std::fs::File::create_new(path).map(|_| ()).map_err(|error| {
            Refusal::invalid("database_url", "database-not-creatable")
                .with("path", path.display())
                .with("error", error)
        })
    }
}

/// An empty file is a database that has not been written yet.
fn is_sqlite(path: &Path, length: u64) -> bool {
    use std::io::Read;
    let mut head = [0_u8; 16];
    length == 0
        || std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok()
            && &head == b"SQLite format 3\0"
}

impl fmt::Debug for DatabaseUrl {
    /// Without the password that a PostgreSQL URL may carry before the host or among its parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let address = url.split('?').next().unwrap_or_default();
                let host = address.rsplit('@').next().unwrap_or_default();
                let host = host.rsplit("://").next().unwrap_or_default();
                write!(f, "postgres://…@{host}")
            }
        }
    }
}

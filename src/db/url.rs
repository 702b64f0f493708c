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

    /// Refuses a SQLite file that is not there or is no file. Its content is SQLite's to judge:
    /// whoever opens the file beside SQLite drops, at closing it, every lock that this process has
    /// on it, and another process could then take the log of the last transactions away.
    pub fn require_existing(&self) -> Result<(), Refusal> {
        let Self::Sqlite(path) = self else { return Ok(()) };
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(()),
            Ok(_) => Err(not_sqlite(path)),
            Err(_) => {
                Err(Refusal::invalid("database_url", "database-missing")
                    .with("path", path.display()))
            }
        }
    }

    /// Makes an empty SQLite file (mode 0600: payers and memos lie in it) where there is none yet;
    /// PostgreSQL databases are never made.
    pub fn create_if_missing(&self) -> Result<(), Refusal> {
        let Self::Sqlite(path) = self else { return Ok(()) };
        if path.exists() {
            return self.require_existing();
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        // SQLite gives the files that it puts beside it the same mode.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map(|_| ()).map_err(|error| {
            Refusal::invalid("database_url", "database-not-creatable")
                .with("path", path.display())
                .with("error", error)
        })
    }
}

/// The refusal of a file that SQLite does not take for a database.
pub(super) fn not_sqlite(path: &Path) -> Refusal {
    Refusal::invalid("database_url", "database-not-sqlite").with("path", path.display())
}

/// The name under which SQLite opens a file that exists and never makes one.
pub(super) fn sqlite_uri(path: &str) -> String {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:" });
    for c in path.chars() {
        match c {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            _ => uri.push(c),
        }
    }
    uri + "?mode=rw"
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

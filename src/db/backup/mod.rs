//! A backup of either database, as lines of JSON that either database takes back: so a market that
//! outgrows its file moves to PostgreSQL by the same two commands.
//!
//! The first line is the [`Header`], then for each table a line that names it and its columns, and
//! a line for each row, as an array; the last line counts them and has the SHA-256 of all lines
//! before it, so that what is cut off or altered shows.
//! Tables come after those that they refer to. Bytes are hexadecimal, booleans 0 and 1.

mod read;
mod tables;
mod write;

use serde::{Deserialize, Serialize};

pub use read::restore;
pub use write::{objects, write};

const FORMAT: &str = "cho40-backup";
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    format: String,
    version: u32,
    made_at_ms: i64,
    /// Versions of the migrations that had run.
    migrations: Vec<String>,
}

/// A line that is no row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mark {
    Table {
        name: String,
        columns: Vec<String>,
    },
    End {
        #[serde(flatten)]
        counted: Counted,
        sha256: String,
    },
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub tables: u64,
    pub rows: u64,
}

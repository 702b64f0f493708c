//! The register from a spreadsheet that people fill in: a row a stall, with its vendor and account.
//!
//! Each row is done by the same use cases as at the desk, inside one transaction that is taken back
//! where any row was refused, or where it was only tried; so a trial says exactly what the import
//! would say. What a cell leaves empty stays as it is, and what is there already is found again: the
//! same file again changes nothing. Nobody is put in another's place: a stall that somebody else
//! holds is refused.

mod columns;
mod known;
mod rows;
mod sheet;

use serde::Serialize;
use utoipa::ToSchema;

use super::roll;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::statements::PlainRow;
use crate::primitives::Refusal;
use crate::primitives::ids::MarketId;

pub use columns::{Field, HEADINGS};
pub use sheet::{Written, csv, xlsx};

/// Rows of a file at most; a market has some hundred stalls.
const MOST_ROWS: usize = 5_000;

/// What became, or would become, of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowVerdict {
    /// The stall is new.
    New,
    /// Something of a stall that is there is new or different.
    Changed,
    /// All of it was there.
    Same,
    Refused,
}

/// A row of the file.
#[derive(Clone, Debug)]
pub struct ImportedRow {
    /// From 1, as a spreadsheet shows it.
    pub number: u32,
    /// The stall's number, as the row has it.
    pub stall: String,
    pub verdict: RowVerdict,
    /// Why it was refused, and the column at fault where there is one.
    pub refusal: Option<(Refusal, Option<Field>)>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Imported {
    pub rows: Vec<ImportedRow>,
    /// Headings that are none of ours: what stands under them was not read.
    pub ignored: Vec<String>,
    /// Whether it was done: not in a trial, and not where a row was refused.
    pub is_done: bool,
}

impl Imported {
    #[must_use]
    pub fn count(&self, verdict: RowVerdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }
}

/// Imports the rows of a file into a market, or only tries to.
///
/// # Errors
/// `forbidden`, `not-found` (market); on `file`: `import-no-headings`, `import-too-many-rows`,
/// `import-heading-twice`.
pub fn run(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    file: &[PlainRow],
    is_trial: bool,
) -> Outcome<Imported> {
    act.require_within(Permission::RegistryWrite)?;
    super::markets::get(connection, act, market_id)?;
    let table = columns::Table::of(file)?;
    if table.rows.len() > MOST_ROWS {
        let refusal = Refusal::invalid("file", "import-too-many-rows");
        return Err(refusal.with("max", MOST_ROWS).into());
    }
    let mut done = Imported { rows: Vec::new(), ignored: table.ignored.clone(), is_done: false };
    // The error takes back what was written; what it would have come to is told all the same.
    let outcome = connection.in_savepoint("import", |connection| {
        let mut importing = rows::Importing::new(roll::load(connection, act)?, market_id);
        for row in &table.rows {
            done.rows.push(importing.row(connection, act, row)?);
        }
        if is_trial || done.count(RowVerdict::Refused) > 0 {
            return Err(Refusal::conflict("import-taken-back").into());
        }
        Ok(())
    });
    match outcome {
        Ok(()) => done.is_done = true,
        Err(Fault::Refused(refusal)) if refusal.code == "import-taken-back" => {}
        Err(fault) => return Err(fault),
    }
    Ok(done)
}

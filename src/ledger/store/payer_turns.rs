//! Which hash a payer of this year had in the last one, while both years' keys are there.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use crate::db::schema::payer_turns as table;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// Hashes of this year, each with that of the last one.
#[derive(Debug, Default)]
pub struct Turns(HashMap<i64, i64>);

impl Turns {
    /// Those of the payers whom these hashes are of, of whichever year.
    pub fn of(
        connection: &mut DbConnection,
        board_id: BoardId,
        marks: impl IntoIterator<Item = i64>,
    ) -> Outcome<Self> {
        let marks: BTreeSet<i64> = marks.into_iter().collect();
        let marks: Vec<i64> = marks.into_iter().collect();
        let own = table::table.filter(table::board_id.eq(board_id.0));
        let own = own.filter(table::payer_key.eq_any(&marks).or(table::before_key.eq_any(&marks)));
        let rows: Vec<(i64, i64)> =
            own.select((table::payer_key, table::before_key)).load(connection)?;
        Ok(Self(rows.into_iter().collect()))
    }

    /// One hash for a payer, whichever year's is told.
    #[must_use]
    pub fn one(&self, mark: i64) -> i64 {
        self.0.get(&mark).copied().unwrap_or(mark)
    }
}

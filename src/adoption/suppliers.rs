//! M13: stalls that pay their suppliers by transfer, as far as they let money out be kept and somebody
//! said what it was.

use std::collections::HashSet;

use super::days::Span;
use super::store::register::Register;
use super::store::totals;
use super::subject::Subject;
use super::verdict::{Answer, Receipts, Tally};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;

/// Who lets money out be kept, and who paid a supplier in the window.
#[derive(Debug, Default)]
pub struct Suppliers {
    keeping: HashSet<i64>,
    paying: HashSet<i64>,
}

impl Suppliers {
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        register: &Register,
        window: Span,
    ) -> Outcome<Self> {
        let keeping = register.accounts.iter().filter(|account| account.keeps_outgoing);
        let paying = totals::paying_suppliers(connection, board_id, window)?;
        Ok(Self {
            keeping: keeping.map(|account| account.id).collect(),
            paying: paying.into_iter().collect(),
        })
    }

    /// Of those who opted in.
    pub fn tally(&self, group: &[&Subject<'_>]) -> Tally {
        let answer = |one: &&Subject<'_>| {
            let occupancy = one.occupancy;
            let opted_in = occupancy.linked.iter().any(|account| self.keeping.contains(account));
            let paid = self.paying.contains(&occupancy.id);
            opted_in.then(|| Answer::proven_by(Receipts::of(paid, false), one.covered, one.covered))
        };
        Tally::of(group.iter().map(answer))
    }
}

//! The requests that a batch may pay: loaded once, moved on payment by payment, stored once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::item::{Item, Sighted};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Precision, Reported};
use crate::primitives::ids::{AccountId, BoardId, FeedId, RequestId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::requests::{self, RequestRow};
use crate::vietqr::Reference;

/// A transfer without a code is proposed for a request that was made so long before it at most.
const PROPOSE_MS: i64 = 15 * MS_PER_MINUTE;

/// Requests of one batch.
#[derive(Debug, Default)]
pub struct Payable {
    rows: HashMap<(BoardId, RequestId), RequestRow>,
    changed: BTreeSet<(BoardId, RequestId)>,
}

impl Payable {
    /// Loads the requests that the transfers' references and orders name.
    pub fn load<'s>(
        connection: &mut DbConnection,
        new: impl Iterator<Item = (BoardId, FeedId, &'s Sighted)>,
    ) -> Outcome<Self> {
        let mut payable = Self::default();
        let mut references: BTreeMap<BoardId, Vec<Reference>> = BTreeMap::new();
        for (board_id, feed_id, sighted) in new {
            let dynamic = sighted.references.iter().filter(|found| !found.is_static());
            references.entry(board_id).or_default().extend(dynamic);
            if let Some(order) = &sighted.reported.order {
                let row = requests::by_order(connection, board_id, feed_id, &order.order_code)?;
                payable.rows.extend(row.map(|row| ((board_id, row.id), row)));
            }
        }
        for (board_id, mut references) in references {
            references.sort_unstable();
            references.dedup();
            for row in requests::by_reference(connection, board_id, &references)? {
                payable.rows.insert((board_id, row.id), row);
            }
        }
        Ok(payable)
    }

    /// The requests that a transfer names, as they are now.
    pub fn of(&self, board_id: BoardId, feed_id: FeedId, sighted: &Sighted) -> Vec<&RequestRow> {
        let order = sighted.reported.order.as_ref().map(|order| order.order_code.as_str());
        let is_meant = |row: &RequestRow| match order {
            Some(order_code) => row
                .order
                .as_ref()
                .is_some_and(|order| order.feed_id == feed_id && order.order_code == order_code),
            None => sighted.references.contains(&row.reference),
        };
        self.rows
            .iter()
            .filter(|((of, _), row)| *of == board_id && is_meant(row))
            .map(|(_, row)| row)
            .collect()
    }

    /// Moves a request on by a payment.
    pub fn receive(&mut self, board_id: BoardId, request_id: RequestId, sighted: &Sighted) {
        if let Some(row) = self.rows.get_mut(&(board_id, request_id)) {
            let reported = &sighted.reported;
            let payment = row.receive(reported.amount, reported.occurred_at, reported.precision);
            row.take(payment, reported.occurred_at);
            self.changed.insert((board_id, request_id));
        }
    }

    /// The requests that were moved and of which money had been given back: what is left of them to be
    /// asked for is judged by all that came, once it is written.
    pub fn given_back(&self) -> impl Iterator<Item = (BoardId, RequestId)> + '_ {
        let is_given = |key: &(BoardId, RequestId)| {
            self.rows.get(key).is_some_and(|row| row.given_back.is_positive())
        };
        self.changed.iter().copied().filter(move |key| is_given(key))
    }

    /// Stores what was moved.
    pub fn store(&self, connection: &mut DbConnection) -> Outcome<()> {
        for key in &self.changed {
            if let Some(row) = self.rows.get(key) {
                requests::apply_received(connection, key.0, row)?;
            }
        }
        Ok(())
    }
}

/// The only request of an account for this amount that was open when the money moved.
pub fn propose(
    connection: &mut DbConnection,
    item: &Item,
    account_id: AccountId,
    reported: &Reported,
) -> Outcome<Option<RequestId>> {
    // A date alone does not tell the minute: then it is taken to have just happened.
    let at = match reported.precision {
        Precision::Day => item.received_at,
        Precision::Second | Precision::Minute => reported.occurred_at,
    };
    let (since, amount) = (at.plus_ms(-PROPOSE_MS), reported.amount);
    let open = requests::open_on_account(connection, item.board_id, account_id, amount, since, at)?;
    Ok(match open.as_slice() {
        [only] => Some(only.id),
        _ => None,
    })
}

//! A page's rows on their way to the ledger: what is new is kept raw and taken in by the same batch
//! code as a delivery; what is known is passed over; what cannot be read is kept, once.

use std::collections::HashSet;

use super::fetch::Failure;
use super::run::{LEASE_MS, Poller};
use crate::db::{Batch, DbConnection, Fault, Outcome};
use crate::feeds::list::Mark;
use crate::feeds::{Headers, ListApi, Reported, list_rows};
use crate::intake::book::LiveFeed;
use crate::intake::prepare;
use crate::intake::store::deliveries;
use crate::intake::store::polls::{self, Run};
use crate::ledger::{Item, LedgerWriter, known};

/// What a page brought.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Of the rows that can be read, in their order.
    pub marks: Vec<Mark>,
    pub new_rows: u64,
    pub unreadable_rows: u64,
}

impl Poller {
    /// Takes rows in; all that is told is on disk.
    pub(super) fn take(
        &self,
        run: Run,
        feed: &LiveFeed,
        api: ListApi,
        rows: &[&str],
    ) -> Result<Taken, Failure> {
        let (mut reported, mut texts, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
        let mut taken = Taken::default();
        let mut seen = HashSet::new();
        for row in rows.iter().copied().filter(|row| *row != "null") {
            match api.row(&feed.config, row) {
                Ok(Some(one)) => {
                    taken
                        .marks
                        .push(Mark { id: one.provider_id.clone(), occurred_at: one.occurred_at });
                    if list_rows::is_too_long(row) {
                        unreadable.push(row);
                    } else if seen.insert((one.provider_id.clone(), one.fingerprint())) {
                        reported.push(one);
                        texts.push(row);
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    self.intake.complaints.undecodable(feed.id, &error, "poll");
                    unreadable.push(row);
                }
            }
        }
        let new = self.new_among(feed, &reported, &texts)?;
        taken.new_rows = new.len() as u64;
        taken.unreadable_rows = unreadable.len() as u64;
        for rows in list_rows::deliveries(&new) {
            self.record(run, self.item(feed, api.kept_body(&rows)))?;
        }
        for row in unreadable {
            let body = if list_rows::is_too_long(row) {
                api.kept_body(&[&list_rows::beginning(row)])
            } else {
                api.kept_body(&[row])
            };
            let (board_id, feed_id, asked) = (feed.board_id, feed.id, body.clone());
            let is_kept = self.intake.db.read_here(|connection| {
                deliveries::is_undecodable(connection, board_id, feed_id, &asked)
            });
            if !is_kept.map_err(|fault| database(&fault))? {
                self.record(run, self.item(feed, body))?;
            }
        }
        self.keep(run)?;
        Ok(taken)
    }

    /// The rows that say something new.
    fn new_among<'r>(
        &self,
        feed: &LiveFeed,
        reported: &[Reported],
        texts: &[&'r str],
    ) -> Result<Vec<&'r str>, Failure> {
        let known = self
            .intake
            .db
            .read_here(|connection| known::are_known(connection, feed.board_id, reported))
            .map_err(|fault| database(&fault))?;
        let new = texts.iter().zip(known).filter(|(_, is_known)| !is_known);
        Ok(new.map(|(text, _)| *text).collect())
    }

    fn item(&self, feed: &LiveFeed, body: Vec<u8>) -> Item {
        let intake = &self.intake;
        let now = intake.clock.now();
        let decoded = feed.connector.decode(&feed.config, &body, now).ok();
        let (key, new_id) = (&intake.secret_key, &|| intake.ids.next());
        prepare::item(feed, key, new_id, now, &Headers::default(), body, decoded)
    }

    /// One delivery in one transaction on the board's lane, as long as the feed is this run's.
    fn record(&self, run: Run, item: Item) -> Result<(), Failure> {
        let until = self.intake.clock.now().plus_ms(LEASE_MS);
        self.write(run, move |connection| {
            let is_ours = polls::keep(connection, run, until)?;
            if is_ours {
                LedgerWriter::default().apply(connection, &[item])?;
            }
            Ok(is_ours)
        })
    }

    /// Keeps the feed for this run.
    pub(super) fn keep(&self, run: Run) -> Result<(), Failure> {
        let until = self.intake.clock.now().plus_ms(LEASE_MS);
        self.write(run, move |connection| polls::keep(connection, run, until))
    }

    /// Runs a write that tells whether the feed is still this run's.
    pub(super) fn write(
        &self,
        run: Run,
        work: impl FnOnce(&mut DbConnection) -> Outcome<bool> + Send + 'static,
    ) -> Result<(), Failure> {
        match self.intake.db.write_here(run.board_id.0, work) {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::Interrupted),
            Err(fault) => Err(database(&fault)),
        }
    }
}

pub(super) fn database(fault: &Fault) -> Failure {
    tracing::warn!(%fault, "a poll could not be written");
    Failure::Database
}

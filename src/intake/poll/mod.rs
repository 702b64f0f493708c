//! Polling: asking providers for what they know, so that nothing is lost where their reports end or
//! cannot reach us. One instance polls a feed at a time, by a lease in the database; a run reads each
//! list of the feed to its end, hands what is new to the ledger, and only then moves on.

mod fetch;
mod hosts;
mod pace;
mod run;
mod take;

pub use fetch::{Failure, Fetch};
pub use hosts::AllowedHosts;
pub use pace::{Pacer, Pause, sleep};
pub use run::{Meters, Polled, Poller};

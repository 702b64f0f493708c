//! The ledger: sightings, transfers, attribution lines and totals.
//!
//! A sighting is one report of one transfer; the transfer is immutable; its attribution is
//! append-only and its lines sum to it; totals follow in the same transaction, by events and deltas.

pub mod announced;
mod assign;
pub mod beyond;
pub mod borne;
mod candidates;
pub mod class;
pub mod class_rules;
pub mod class_suggestions;
pub mod corrected;
pub mod doctor;
pub mod histogram;
pub mod item;
pub mod latency;
pub mod likeness;
pub mod marks;
pub mod matching;
mod one_to_one;
mod pairing;
pub mod pairs;
mod payable;
mod payback;
pub mod perhaps;
pub mod pieces;
pub mod proposals;
mod refund_shares;
pub mod refunds;
pub mod relink;
mod replace;
pub mod stall;
pub mod statement;
mod store;
pub mod strays;
pub mod suggestions;
pub mod taken_off;
mod told_back;
pub mod totals;
pub mod transfers;
mod twice;
pub mod unassigned;
mod ways;
mod work;
mod writer;

pub use class::Class;
pub use item::{Item, Recorded};
pub use store::heads::lock_board;
pub use store::tail::Tail;
pub use store::{heard, index, known, receipts, rollup};
pub use writer::LedgerWriter;

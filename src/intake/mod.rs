//! How transfers get in: feeds and their secrets, and the hook use case (verify over the raw
//! bytes, decode, hand to the ledger's lane, answer after COMMIT), and polling. What was refused or
//! not understood stays to be looked at, and can be taken in later.

pub mod accounts;
pub mod book;
pub mod complaints;
pub mod conflicts;
mod corrected;
pub mod deliveries;
pub mod facts;
pub mod feeds;
pub mod hook;
mod mailbox;
pub mod pairs;
pub mod payer;
pub mod phone;
pub mod poll;
pub mod polling;
mod prepare;
pub mod pulse;
pub mod refused;
pub mod replay;
pub mod reported;
pub mod retention;
mod shared;
pub mod statements;
mod store;
pub mod verify;

pub use hook::Intake;

//! How transfers get in: feeds and their secrets, and the hook use case (verify over the raw
//! bytes, decode, hand to the ledger's lane, answer after COMMIT).

pub mod book;
pub mod feeds;
pub mod hook;
mod mailbox;
mod prepare;
pub mod refused;
mod store;

pub use hook::Intake;

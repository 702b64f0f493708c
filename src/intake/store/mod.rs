//! The room's SQL, one file an aggregate.

pub mod accounts;
pub mod conflicts;
pub mod deliveries;
pub mod feeds;
pub mod phone;
pub mod polls;
pub mod pulse;
pub mod refused;
pub mod retention;
pub mod secrets;
pub mod statement_layouts;
pub mod statement_parts;
pub mod statements;

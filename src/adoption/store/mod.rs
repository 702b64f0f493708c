//! The room's SQL: few queries over sets, whatever the number of stalls.

pub mod cash;
pub mod register;
pub mod signs;
pub mod sources;
pub mod totals;

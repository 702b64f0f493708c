//! The room's SQL: few queries over sets, whatever the number of stalls.

pub mod cash;
pub mod counting;
pub mod day_sums;
pub mod published;
pub mod register;
pub mod signs;
pub mod sources;
pub mod tallies;
pub mod targets;
pub mod totals;

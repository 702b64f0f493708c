//! The ledger's SQL.

pub mod audit;
pub mod class_rules;
pub mod fitting;
pub mod fresh;
pub mod heads;
pub mod heard;
pub mod index;
pub mod known;
pub mod marks;
pub mod paid;
pub mod pairs;
pub mod payer_turns;
pub mod proposals;
pub mod queue;
pub mod reading;
pub mod receipts;
pub mod refunds;
pub mod rollup;
pub mod rows;
pub mod sightings;
pub mod stall_days;
pub mod stall_history;
pub mod strays;
pub mod tail;
pub mod told;
pub mod totals;

//! The share of cashless payment: of value (M9), from counts of drawn stalls' cash, and of payments
//! (M10), from tallies. Missing cash is never zero: without enough counts there is no figure.

mod cells;
mod change;
mod load;
mod period;
mod told;
mod verdict;

pub use change::{Change, ShareChange};
pub use load::Cashless;
pub(in crate::adoption) use verdict::LEAST_PRESSES;

pub use told::{CashShare, CountShare, Fees, Grade, ShareOutcome};

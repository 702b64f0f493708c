//! The cash side as people count it (docs/adoption.md, "Cash"): plans that are drawn by lot with their
//! one-day counts, grade B; tallies of single payments, grade C. What vendors say themselves stands in
//! [`super::cash`], grade S.

pub mod counts;
mod draw;
pub mod plans;
pub mod tallies;

pub use counts::{CountOutcome, NewCount};
pub use draw::Framed;
pub use plans::{CashPlan, DrawnDay, NewPlan, PlanFilter, PlanHead, pending};
pub use tallies::{NewPress, NewTally, PressKind, Tally, TallyFilter};

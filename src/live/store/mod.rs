//! The room's tables.

pub mod links;
pub mod listeners;
pub mod stalls;

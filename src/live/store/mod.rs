//! The room's tables.

pub mod links;
pub mod listeners;
pub mod owner;
pub mod stalls;
pub mod voices;

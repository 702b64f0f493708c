//! The room's SQL. Every query names the board.

pub mod cards;
pub mod looks;

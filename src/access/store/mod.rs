//! The room's SQL about users and the audit. Every query names the board.

pub mod audit;
pub mod invitations;
pub mod payer_years;
pub mod sessions;
pub mod users;

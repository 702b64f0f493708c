//! The room's SQL about users. Every query names the board.

pub mod invitations;
pub mod sessions;
pub mod users;

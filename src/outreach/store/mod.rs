//! SQL of the room.

pub mod places;
pub mod reports;
pub mod rounds;
pub mod teams;
pub mod visits;

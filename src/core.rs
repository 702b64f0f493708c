//! The lower rooms of cho40, which know neither HTTP nor paper: a package of their own, so that they are
//! compiled while the upper rooms' dependencies are, and need not be again when only an upper room
//! changes. `cho40` has them under its own name.

pub mod access;
pub mod db;
pub mod events;
pub mod feeds;
pub mod intake;
pub mod ledger;
pub mod primitives;
pub mod registry;
pub mod requests;
pub mod vietqr;

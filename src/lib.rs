//! cho40: the self-hosted backend of a cashless market. The rooms, from the ground floor up, are
//! described in `docs/ARCHITECTURE.md`; a room imports only rooms below it.

pub mod access;
pub mod db;
pub mod feeds;
pub mod primitives;
pub mod vietqr;

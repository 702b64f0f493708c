//! cho40: the self-hosted backend of a cashless market. The rooms, from the ground floor up, are
//! described in `docs/ARCHITECTURE.md`; a room imports only rooms below it.

pub mod access;
pub mod adoption;
pub mod app;
pub mod book;
pub mod cli;
pub mod db;
pub mod events;
pub mod feeds;
pub mod intake;
pub mod ledger;
pub mod live;
pub mod outreach;
pub mod primitives;
pub mod print;
pub mod registry;
pub mod requests;
pub mod vietqr;
pub mod web;

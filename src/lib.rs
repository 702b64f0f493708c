//! cho40: the self-hosted backend of a cashless market. The rooms, from the ground floor up, are
//! described in `docs/ARCHITECTURE.md`; a room imports only rooms below it.

pub use cho40_core::{
    access, db, events, feeds, intake, ledger, on_db, primitives, registry, requests, text_enum,
    typed_id, vietqr,
};

pub mod adoption;
pub mod app;
pub mod book;
pub mod cli;
pub mod live;
pub mod outreach;
pub mod persons;
pub mod print;
pub mod web;

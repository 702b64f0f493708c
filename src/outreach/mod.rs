//! What teams do on the spot, and whom they visit next: checks of what hangs on stalls, rounds with
//! their lists and reasons (`docs/visits.md`), what came of each visit. It sees classes of use and
//! days, never an amount.

pub mod candidates;
pub mod checks;
pub mod desk;
mod draw;
pub mod first_visit;
mod grounds;
mod known;
pub mod reasons;
pub mod rounds;
mod sentences;
pub mod store;
pub mod teams;
pub mod visits;

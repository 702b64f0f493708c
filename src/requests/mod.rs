//! Dynamic payment requests: one amount, one expiry, one reference. A request is asked on the
//! vendor's phone or through an order feed; the ledger tells it what was received.
//!
//! What a request is now is not stored: [`state::state_of`] reads it off the row and the clock, and
//! [`next_step::Step`] says what a person does about it.

pub mod cancel;
pub mod create;
pub mod next_step;
pub mod receive;
pub mod show;
pub mod state;
pub mod store;
pub mod types;

pub use cancel::cancel;
pub use create::{NewRequest, create};
pub use next_step::{NextStep, Step};
pub use receive::{Effect, GRACE_MS, Received, is_off, receive};
pub use show::{RequestFilter, get, list, payload};
pub use state::{RequestState, state_of};
pub use store::{
    apply_received, beyond, by_id, by_ids, by_order, by_reference, given_back, open_on_account,
};
pub use types::{Order, Request, RequestKind, RequestRow};

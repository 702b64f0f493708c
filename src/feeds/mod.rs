//! Bank feeds: one file per provider behind one trait. A connector verifies what arrived over its
//! raw bytes, decodes it into reported transfers, and knows the answer its provider expects.
//!
//! The room is pure: no input or output, no clock, no database. Whoever receives a request hands
//! over the bytes and the instant of arrival, stores what comes back, and sends the reply only
//! after the commit. Everything from outside is bounded, and nothing here panics on it.
//!
//! | provider | kind | authenticity | identity |
//! |---|---|---|---|
//! | [`sepay`] | account | API key, or HMAC over `timestamp.body` | `id` |
//! | [`standard_webhooks`] | account | HMAC over `id.timestamp.body` | `transfer_id` per account |
//! | [`payos`] | order | HMAC over the sorted fields of `data` | `reference` + `paymentLinkId` |
//!
//! [`sign`] and [`sample`] are the sender's side, for the demo, tests and `cho40 feed send`.

mod config;
mod connector;
mod fields;
mod freshness;
mod headers;
mod mac;
pub mod payos;
mod payos_canonical;
mod provider;
mod refused;
mod reply;
mod reported;
pub mod sample;
mod secret;
pub mod sepay;
mod sepay_gateways;
pub mod sign;
pub mod standard_webhooks;
mod times;
mod undecodable;

pub use config::{
    FeedConfig, PayosConfig, SepayAuthentication, SepayConfig, StandardWebhooksConfig,
};
pub use connector::{Connector, Incoming, connector};
pub use fields::{MAX_AMOUNT, MAX_BODY_BYTES, MAX_ID_CHARS, MAX_MEMO_CHARS};
pub use headers::Headers;
pub use payos_canonical::canonical as payos_canonical_string;
pub use provider::{FeedKind, Provider};
pub use refused::RefusedBecause;
pub use reply::{Outcome, Reply};
pub use reported::{Decoded, Direction, OrderRef, Payer, Precision, Reported};
pub use secret::Secret;
pub use sepay_gateways::bin_of_gateway;
pub use undecodable::{Undecodable, UndecodableBecause};

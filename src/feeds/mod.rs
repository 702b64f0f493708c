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
//! | [`casso`] | account | key, or HMAC over `t.` and the sorted body | `id` |
//! | [`vietqr_vn`] | account | a token that we give out, or HMAC over four fields | `referencenumber` + `transType` per account |
//! | [`sepay_bank_hub`] | account | key | `transaction_id` |
//! | [`statement`] | account | a person imports it ([`statements`]) | what the bank says, per account |
//! | [`mbbank`] | account | a token that we give out, a fixed one, or MD5 over four fields | `transactionid` + `transType` per account; the four fields |
//! | [`phone`] | account | a secret of each phone | app and text, and what tells equal ones apart |
//!
//! [`list`] asks SePay and Casso for what they know, beside their webhooks or instead of them.
//!
//! [`sign`] and [`sample`] are the sender's side, for the demo, tests and `cho40 feed`.

mod bank_sync;
pub mod casso;
mod casso_list;
mod config;
mod config_fields;
mod connector;
mod fields;
mod freshness;
mod headers;
mod keys;
pub mod list;
pub mod list_rows;
mod mac;
pub mod mbbank;
pub mod payos;
mod payos_canonical;
pub mod phone;
mod provider;
mod reach;
mod redact;
mod refused;
mod reply;
mod reported;
pub mod sample;
mod secret;
pub mod sepay;
pub mod sepay_bank_hub;
mod sepay_gateways;
mod sepay_list;
pub mod sign;
mod sorted_json;
pub mod standard_webhooks;
pub mod statement;
pub mod statements;
mod times;
mod tokens;
mod undecodable;
pub mod vietqr_vn;

pub use casso::canonical as casso_canonical_string;
pub use config::{
    CassoConfig, CassoVersion, FeedConfig, MbbankAuthentication, MbbankConfig, PayosConfig,
    PhoneConfig, SepayAuthentication, SepayBankHubAuthentication, SepayBankHubConfig, SepayConfig,
    StandardWebhooksConfig, StatementConfig, TokenConfig, VietqrVnAuthentication, VietqrVnConfig,
};
pub use connector::{Believed, Connector, Incoming, connector};
pub use fields::{MAX_AMOUNT, MAX_BODY_BYTES, MAX_ID_CHARS, MAX_MEMO_CHARS};
pub use headers::Headers;
pub use list::{LIST_FAMILY, ListApi, NoProgress, Place};
pub use payos_canonical::canonical as payos_canonical_string;
pub use provider::{FeedKind, Provider};
pub use reach::{BankReach, Blind, MAX_MEMO_WORD, MoneyOut, Reach, SeenNumbers};
pub use refused::RefusedBecause;
pub use reply::{Outcome, Reply};
pub use reported::{
    Decoded, Direction, OrderRef, Payer, Precision, Reported, company, may_name_otherwise,
};
pub use secret::Secret;
pub use sepay_gateways::bin_of_gateway;
pub use undecodable::{Undecodable, UndecodableBecause};

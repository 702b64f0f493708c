//! The trait that every provider implements, without defaults: nothing can fail open by omission.

use super::sign::Header;
use super::{
    Decoded, FeedConfig, FeedKind, Headers, Outcome, Provider, RefusedBecause, Reply, Secret,
    Undecodable, casso, mbbank, payos, phone, sepay, sepay_bank_hub, standard_webhooks, statement,
    vietqr_vn,
};
use crate::primitives::{Refusal, UnixMs};

/// One request on `/hooks/{feed_id}` or below it, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Upper case, e.g. `POST`.
    pub method: &'a str,
    /// What follows `/hooks/{feed_id}`; empty or `/` for the hook itself.
    pub path_tail: &'a str,
    /// Without the `?`; empty if there is none.
    pub query: &'a str,
    pub headers: &'a Headers,
    /// The raw bytes: signatures are checked over these, never over re-written JSON.
    pub body: &'a [u8],
}

/// What a request that was believed is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Believed {
    /// To be decoded, recorded and answered by [`Connector::reply`].
    Report,
    /// The provider asked something, e.g. for a token, and this is the answer. Nothing to record.
    Question(Reply),
}

/// One provider's protocol. Pure: the caller knows the time and keeps what must be kept.
pub trait Connector: Sync {
    fn provider(&self) -> Provider;

    fn kind(&self) -> FeedKind;

    /// Whether its reports have a field for the payer.
    fn names_payers(&self) -> bool;

    /// Reads a secret as an operator pastes it; refuses what could never verify anything.
    fn accept_secret(&self, text: &str) -> Result<Secret, Refusal>;

    /// Checks method, path, signature and freshness over the raw bytes, in constant time, against
    /// every active secret; answers what is no report. `now` is the instant of arrival, also when
    /// a kept delivery is verified again later.
    fn verify(
        &self,
        config: &FeedConfig,
        secrets: &[Secret],
        incoming: &Incoming<'_>,
        now: UnixMs,
    ) -> Result<Believed, RefusedBecause>;

    /// Reads a body that was verified. Fields that we do not know are tolerated; a known field
    /// of a wrong type is an error that names it. `received_at` is the instant of arrival, also
    /// when a kept body is read again: some providers' times mean nothing without it.
    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        received_at: UnixMs,
    ) -> Result<Decoded, Undecodable>;

    /// A verified body as it may be kept for a private account: without balances, and without
    /// money out where one body reports several transfers. The transfers that stay keep their
    /// places in [`Decoded::Transfers`]. Empty where the body cannot be taken apart.
    fn private_body(&self, body: &[u8]) -> Vec<u8>;

    /// The answer that this provider understands. `delivery` is the id under which the delivery is
    /// kept; empty where it is not.
    fn reply(&self, config: &FeedConfig, outcome: &Outcome, delivery: &str) -> Reply;

    /// The key that a request carries in clear, where this provider does so. It is never stored:
    /// a keyed fingerprint of it is enough to verify a refused delivery again.
    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str>;

    /// The header that carries a secret in clear, where a feed so configured does so.
    fn present_key(&self, config: &FeedConfig, secret: &Secret) -> Option<Header>;

    /// Lower-case names of the headers that may be stored: what a later verification needs, and
    /// nothing that carries a secret.
    fn kept_headers(&self) -> &'static [&'static str];
}

/// The connector of a provider.
#[must_use]
pub fn connector(provider: Provider) -> &'static dyn Connector {
    match provider {
        Provider::Sepay => &sepay::Sepay,
        Provider::StandardWebhooks => &standard_webhooks::StandardWebhooks,
        Provider::Payos => &payos::Payos,
        Provider::Casso => &casso::Casso,
        Provider::VietqrVn => &vietqr_vn::VietqrVn,
        Provider::SepayBankHub => &sepay_bank_hub::SepayBankHub,
        Provider::Mbbank => &mbbank::Mbbank,
        Provider::Phone => &phone::Phone,
        Provider::Statement => &statement::Statement,
    }
}

/// Only `POST` on the hook's own address; shared by the providers that send nothing else.
pub(super) fn expect_post_on_hook(incoming: &Incoming<'_>) -> Result<(), RefusedBecause> {
    if !matches!(incoming.path_tail, "" | "/") {
        return Err(RefusedBecause::UnknownPath);
    }
    if incoming.method != "POST" {
        return Err(RefusedBecause::MethodNotAllowed);
    }
    Ok(())
}

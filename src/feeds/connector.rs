//! The trait that every provider implements, without defaults: nothing can fail open by omission.

use super::sign::Header;
use super::{
    Decoded, FeedConfig, FeedKind, Headers, Outcome, Provider, RefusedBecause, Reply, Secret,
    Undecodable, payos, sepay, standard_webhooks,
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

/// One provider's protocol. Pure: the caller knows the time and keeps what must be kept.
pub trait Connector: Sync {
    fn provider(&self) -> Provider;

    fn kind(&self) -> FeedKind;

    /// Whether its reports have a field for the payer.
    fn names_payers(&self) -> bool;

    /// Reads a secret as an operator pastes it; refuses what could never verify anything.
    fn accept_secret(&self, text: &str) -> Result<Secret, Refusal>;

    /// Checks method, path, signature and freshness over the raw bytes, in constant time, against
    /// every active secret. `now` is the instant of arrival, also when a kept delivery is
    /// verified again later.
    fn verify(
        &self,
        config: &FeedConfig,
        secrets: &[Secret],
        incoming: &Incoming<'_>,
        now: UnixMs,
    ) -> Result<(), RefusedBecause>;

    /// Reads a body that was verified. Fields that we do not know are tolerated; a known field
    /// of a wrong type is an error that names it.
    fn decode(&self, config: &FeedConfig, body: &[u8]) -> Result<Decoded, Undecodable>;

    /// The answer that this provider understands.
    fn reply(&self, outcome: &Outcome) -> Reply;

    /// The key that a request carries in clear, where this provider does so. It is never stored:
    /// a keyed fingerprint of it is enough to verify a refused delivery again.
    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str>;

    /// The header that carries a secret in clear, where this provider does so.
    fn present_key(&self, secret: &Secret) -> Option<Header>;

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

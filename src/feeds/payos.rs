//! payOS webhooks (payos.vn): an order feed. It reports only orders that were created through
//! payOS, so a printed static code cannot be measured by it. Facts: payOS documentation (D).
//!
//! - Authenticity: `signature` in the body, HMAC-SHA256 in hex over the fields of `data`
//!   ([`super::payos_canonical_string`]) under the checksum key. The outer `code`, `desc` and
//!   `success` are not signed, and no timestamp is: idempotency is the only guard against replays.
//! - Identity: `reference` with `paymentLinkId`.
//! - Registering the address sends order 123 / 3000 đ / VQRIO123, which must get a 2xx.
//! - Answer: 2xx `{"success":true}`; anything else is tried again (?).

use super::connector::expect_post_on_hook;
use super::fields::{MAX_ID_CHARS, MAX_NAME_CHARS, MAX_REFERENCE_CHARS, Object, is_bin};
use super::sign::Header;
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming, OrderRef,
    Outcome, Payer, PayosConfig, Provider, RefusedBecause, Reply, Reported, Secret, Undecodable,
    UndecodableBecause, keys, mac, payos_canonical, reply, times,
};
use crate::primitives::{Refusal, UnixMs, Vnd};

/// Checksum keys have 64 hexadecimal digits today (O); the length is not promised.
const MIN_SECRET_CHARS: usize = 12;
/// `code` of a paid order.
const PAID: &str = "00";
/// The order that payOS sends when the address is registered.
const REGISTRATION: (&str, Vnd, &str) = ("123", Vnd::new(3_000), "VQRIO123");

/// The connector.
#[derive(Debug)]
pub struct Payos;

impl Connector for Payos {
    fn provider(&self) -> Provider {
        Provider::Payos
    }

    fn kind(&self) -> FeedKind {
        FeedKind::Order
    }

    fn names_payers(&self) -> bool {
        true
    }

    fn accept_secret(&self, text: &str) -> Result<Secret, Refusal> {
        Secret::new(text, MIN_SECRET_CHARS)
    }

    fn verify(
        &self,
        config: &FeedConfig,
        secrets: &[Secret],
        incoming: &Incoming<'_>,
        _now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        let FeedConfig::Payos(_) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        expect_post_on_hook(incoming)?;
        keys::expect_secrets(secrets)?;
        let unreadable = |_| RefusedBecause::UnreadableBody;
        let body = Object::from_body(incoming.body).map_err(unreadable)?;
        let signature = body
            .text("signature", MAX_ID_CHARS)
            .map_err(|_| RefusedBecause::MalformedSignature)?
            .ok_or(RefusedBecause::MissingSignature)?;
        let presented = mac::from_hex(&signature).ok_or(RefusedBecause::MalformedSignature)?;
        let data = body
            .object("data", "data.")
            .map_err(unreadable)?
            .ok_or(RefusedBecause::UnreadableBody)?;
        let canonical = payos_canonical::of_object(&data).map_err(unreadable)?;
        let keys = secrets.iter().map(Secret::bytes);
        if mac::any_key_signed(keys, &[canonical.as_bytes()], &presented) {
            Ok(Believed::Report)
        } else {
            Err(RefusedBecause::WrongSignature)
        }
    }

    /// Only `data` is looked at: anybody on the way can change what stands outside of it.
    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        _received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::Payos(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let body = Object::from_body(body)?;
        let data = body.object("data", "data.")?;
        let data = body.required("data", data)?;
        let code = data.text("code", MAX_ID_CHARS)?;
        if data.required("code", code)? != PAID {
            return Ok(Decoded::NotATransfer("payos-not-paid"));
        }
        let order = order(config, &data)?;
        let (order_code, amount, memo) = REGISTRATION;
        if order.order.as_ref().is_some_and(|o| o.order_code == order_code)
            && order.amount == amount
            && order.memo == memo
        {
            return Ok(Decoded::Test("payos-registration"));
        }
        Ok(Decoded::Transfers(vec![order]))
    }

    /// payOS tells no balance.
    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        body.to_vec()
    }

    fn reply(&self, _config: &FeedConfig, outcome: &Outcome, _delivery: &str) -> Reply {
        reply::success_reply(outcome)
    }

    fn presented_key<'h>(&self, _headers: &'h Headers) -> Option<&'h str> {
        None
    }

    fn present_key(&self, _config: &FeedConfig, _secret: &Secret) -> Option<Header> {
        None
    }

    /// The signature stands in the body, so no header is needed to verify again.
    fn kept_headers(&self) -> &'static [&'static str] {
        &["content-type", "user-agent"]
    }
}

fn order(config: &PayosConfig, data: &Object<'_>) -> Result<Reported, Undecodable> {
    let amount = data.amount("amount")?;
    if data.text("currency", MAX_ID_CHARS)?.is_some_and(|currency| currency != "VND") {
        return Err(data.error("currency", UndecodableBecause::WrongCurrency));
    }
    let order_code = data.id("orderCode")?;
    let reference = data.text("reference", MAX_REFERENCE_CHARS)?;
    let reference = data.required("reference", reference)?;
    let payment_link_id = data.text("paymentLinkId", MAX_ID_CHARS)?;
    let paid_at = data.text("transactionDateTime", MAX_ID_CHARS)?;
    let (occurred_at, precision) =
        times::wall_clock_or_rfc3339(&data.required("transactionDateTime", paid_at)?)
            .map_err(|because| data.error("transactionDateTime", because))?;
    let account_number = data.account("accountNumber")?;
    // With its link a payment is one whatever else is told of it, an account or none; a reference alone
    // is unique only within an account.
    let link = payment_link_id.as_deref().unwrap_or_default();
    let family_of =
        if link.is_empty() { account_number.as_deref().unwrap_or_default() } else { "" };
    Ok(Reported {
        provider: Provider::Payos,
        merchant: config.merchant.clone(),
        id_family: format!("{family_of}:reference"),
        provider_id: format!("{reference}/{link}"),
        // payOS reports what was paid to an order, never what leaves the account.
        direction: Direction::In,
        amount,
        occurred_at,
        precision,
        bin: None,
        account_number,
        virtual_account: data.account("virtualAccountNumber")?,
        memo: data.memo("description")?.unwrap_or_default(),
        code_hint: None,
        bank_reference: Some(reference),
        balance: None,
        payer: payer(data)?,
        order: Some(OrderRef { order_code, payment_link_id }),
    })
}

/// `counterAccountBankId` is a BIN at some banks and a branch code at others; only six digits are
/// taken for a BIN.
fn payer(data: &Object<'_>) -> Result<Option<Payer>, Undecodable> {
    let payer = Payer {
        name: data.text("counterAccountName", MAX_NAME_CHARS)?,
        bin: data.text("counterAccountBankId", MAX_ID_CHARS)?.filter(|bin| is_bin(bin)),
        account: data.text("counterAccountNumber", MAX_REFERENCE_CHARS)?,
    };
    Ok(Some(payer).filter(|payer| *payer != Payer::default()))
}

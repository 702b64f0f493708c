//! VietQR.vn: an account feed. Facts: api.vietqr.vn, doc.vietqr.vn and VietQR.vn's public server.
//! (D) stands in its documentation, (O) was seen in its server, (?) is unconfirmed.
//!
//! - Authenticity of a merchant's connection: it fetches a token from us before every push (O), see
//!   [`super::bank_sync`]. `sign` is what the merchant gave when it made the code, handed back: no
//!   signature, and not looked at.
//! - Authenticity of an agency's connection: `signature`, HMAC-SHA256 in hex over transactionId, the
//!   amount in ten digits, transactionTime and orderId, under the secret as text (D). Account, memo
//!   and direction are not signed, no time is checked: TLS and idempotency must guard the rest. It
//!   brings no token (D).
//! - Identity: the bank's `referencenumber` with `transType` per account, since two of its versions
//!   may push one transfer (O), each with the time of its own hearing, which therefore proves no
//!   contradiction. An agency's: `transactionId`, because it is signed.
//! - The body names no bank, only the account.
//! - Answer: `errorReason` 000, or a failure that is no 2xx; up to ten attempts, five of them in the
//!   first minute (D). There is no test event outside of its sandbox (D).

use std::borrow::Cow;

use super::bank_sync::{self, Called, Synced};
use super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object};
use super::sign::Header;
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming, Outcome,
    Provider, RefusedBecause, Reply, Reported, Secret, Undecodable, UndecodableBecause,
    VietqrVnAuthentication, VietqrVnConfig, keys, mac, reply,
};
use crate::primitives::{Refusal, UnixMs};

/// Passwords and secrets are chosen by the operator; shorter ones can be guessed over the network.
const MIN_SECRET_CHARS: usize = 12;
/// The amount is signed in so many digits, zeros in front.
const SIGNED_AMOUNT_DIGITS: usize = 10;

/// The connector.
#[derive(Debug)]
pub struct VietqrVn;

impl Connector for VietqrVn {
    fn provider(&self) -> Provider {
        Provider::VietqrVn
    }

    fn kind(&self) -> FeedKind {
        FeedKind::Account
    }

    fn names_payers(&self) -> bool {
        false
    }

    fn accept_secret(&self, text: &str) -> Result<Secret, Refusal> {
        Secret::new(text, MIN_SECRET_CHARS)
    }

    fn verify(
        &self,
        config: &FeedConfig,
        secrets: &[Secret],
        incoming: &Incoming<'_>,
        now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        let FeedConfig::VietqrVn(config) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        match (config.authentication, &config.token) {
            (VietqrVnAuthentication::Token, Some(token)) => {
                bank_sync::verify_by_token(token, secrets, incoming, now)
            }
            (VietqrVnAuthentication::Signature, _) => verify_signature(secrets, incoming),
            (VietqrVnAuthentication::Token, None) => Err(RefusedBecause::MisconfiguredFeed),
        }
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::VietqrVn(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let synced = Synced::read(body)?;
        let one = match config.authentication {
            VietqrVnAuthentication::Token => for_merchant(config, synced, received_at)?,
            VietqrVnAuthentication::Signature => for_agency(config, synced, received_at)?,
        };
        Ok(Decoded::Transfers(vec![one]))
    }

    /// VietQR.vn tells no balance.
    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        body.to_vec()
    }

    fn reply(&self, config: &FeedConfig, outcome: &Outcome, delivery: &str) -> Reply {
        match config {
            FeedConfig::VietqrVn(VietqrVnConfig {
                authentication: VietqrVnAuthentication::Signature,
                ..
            }) => agency_reply(outcome),
            _ => bank_sync::reply(outcome, delivery, "OK"),
        }
    }

    fn presented_key<'h>(&self, _headers: &'h Headers) -> Option<&'h str> {
        None
    }

    fn present_key(&self, _config: &FeedConfig, _secret: &Secret) -> Option<Header> {
        None
    }

    /// Neither password nor token is kept, so a report that was refused for its token cannot be
    /// verified again: VietQR.vn fetches another one and pushes again by itself.
    fn kept_headers(&self) -> &'static [&'static str] {
        &["content-type", "user-agent"]
    }
}

fn for_merchant(
    config: &VietqrVnConfig,
    synced: Synced<'_>,
    received_at: UnixMs,
) -> Result<Reported, Undecodable> {
    let direction = synced.body.required("transtype", synced.direction)?;
    let account = synced.body.required("bankaccount", synced.account.clone())?;
    let (family, id) = match (&synced.reference, &synced.transaction_id) {
        (Some(reference), _) => ("reference", reference.clone()),
        (None, Some(id)) => ("transaction", id.clone()),
        (None, None) => {
            return Err(synced.body.error("referencenumber", UndecodableBecause::Missing));
        }
    };
    let reported = synced.reported(Provider::VietqrVn, &config.merchant, direction, received_at)?;
    Ok(Reported {
        id_family: format!("{account}:{family}"),
        provider_id: format!("{id}/{}", letter(direction)),
        ..reported
    })
}

/// An agency's sample carries neither account nor direction; it reports what orders were paid. Its
/// time must be a date and a time of day, as documented: digits could belong to the amount, and
/// what was signed could be cut in another place.
fn for_agency(
    config: &VietqrVnConfig,
    synced: Synced<'_>,
    received_at: UnixMs,
) -> Result<Reported, Undecodable> {
    let id = synced.body.required("transactionid", synced.transaction_id.clone())?;
    let time = synced.body.text_or_digits("transactiontime", MAX_ID_CHARS)?;
    if synced.body.required("transactiontime", time)?.bytes().all(|b| b.is_ascii_digit()) {
        return Err(synced.body.error("transactiontime", UndecodableBecause::NotATime));
    }
    let direction = synced.direction.unwrap_or(Direction::In);
    let reported = synced.reported(Provider::VietqrVn, &config.merchant, direction, received_at)?;
    Ok(Reported { id_family: "agency".to_owned(), provider_id: id, ..reported })
}

const fn letter(direction: Direction) -> char {
    match direction {
        Direction::In => 'C',
        Direction::Out => 'D',
    }
}

fn verify_signature(
    secrets: &[Secret],
    incoming: &Incoming<'_>,
) -> Result<Believed, RefusedBecause> {
    // An agency asks for no token.
    if bank_sync::called(incoming)? == Called::Token {
        return Err(RefusedBecause::UnknownPath);
    }
    keys::expect_secrets(secrets)?;
    let unreadable = |_| RefusedBecause::UnreadableBody;
    let body = Object::from_body(incoming.body).and_then(Object::ignoring_case);
    let body = body.map_err(unreadable)?;
    let signature = body
        .text("signature", MAX_ID_CHARS)
        .map_err(|_| RefusedBecause::MalformedSignature)?
        .ok_or(RefusedBecause::MissingSignature)?;
    let presented = mac::from_hex(&signature).ok_or(RefusedBecause::MalformedSignature)?;
    let signed = signed_by_agency(&body).map_err(unreadable)?;
    let keys = secrets.iter().map(Secret::bytes);
    if mac::any_key_signed(keys, &[signed.as_bytes()], &presented) {
        Ok(Believed::Report)
    } else {
        Err(RefusedBecause::WrongSignature)
    }
}

/// The string that an agency's body is signed over, from its fields under lower-case names.
fn signed_by_agency(body: &Object<'_>) -> Result<String, Undecodable> {
    let text = |name| body.text_or_digits(name, MAX_REFERENCE_CHARS);
    let id = body.required("transactionid", text("transactionid")?)?;
    let amount = body.required("amount", text("amount")?)?;
    let time = text("transactiontime")?.unwrap_or_default();
    let order = text("orderid")?.unwrap_or_default();
    Ok(format!("{id}{amount:0>SIGNED_AMOUNT_DIGITS$}{time}{order}"))
}

/// The string that an agency's body is signed over; `body` is its JSON.
///
/// # Errors
/// If it is no JSON object, or names no transaction or amount.
pub fn agency_string(body: &str) -> Result<String, Undecodable> {
    signed_by_agency(&Object::from_body(body.as_bytes())?.ignoring_case()?)
}

/// `errorReason` 002 is "another fault" (D).
fn agency_reply(outcome: &Outcome) -> Reply {
    let failed = |code: &str| {
        Cow::Owned(format!(
            r#"{{"error":true,"errorReason":"002","toastMessage":"","messageError":"{code}"}}"#
        ))
    };
    match outcome {
        Outcome::Refused(because) => reply::refused(*because, failed(because.code())),
        Outcome::Busy => reply::busy(failed("busy")),
        _ => reply::ok(Cow::Borrowed(
            r#"{"error":false,"errorReason":"000","toastMessage":"","messageError":""}"#,
        )),
    }
}

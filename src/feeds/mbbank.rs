//! MB's own notices (mbbank.com.vn): an account feed for those who have a contract with the bank.
//! Nothing of it is published; what is here was read from the public servers of MB's partners (O).
//! What a contract may do differently is configurable, and everything is unconfirmed (?).
//!
//! - `token`, `bearer`: the open API's transaction-sync, [`super::bank_sync`]. With `token` MB fetches
//!   a token from us first, as VietQR.vn does (O); with `bearer` it always shows the same one (?),
//!   which is the feed's secret. Identity: `transactionid` with `transType` per account.
//! - `checksum`: MMS notices of payments to a shop's codes. `checkSum` is MD5 over traceTransfer,
//!   billNumber, payDate, debitAmount and the access key (O): a weak proof. What it covers, run
//!   together as it is summed, is the identity; `ftCode`, by which MB tells repetitions, is not
//!   covered. Notices name no account: it is found by `terminalLabel`, registered as a receiving
//!   number.
//! - Answers: `errorReason` 000 or `resCode` 00 (O); whether MB looks at the status is unknown (?).

use std::borrow::Cow;

use super::bank_sync::{self, Called, Synced};
use super::connector::expect_post_on_hook;
use super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object, is_bin};
use super::sign::{self, Header};
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming,
    MbbankAuthentication, MbbankConfig, Outcome, Payer, Provider, RefusedBecause, Reply, Reported,
    Secret, Undecodable, UndecodableBecause, keys, mac, reply, times,
};
use crate::primitives::{Refusal, UnixMs};

const BIN: &str = "970422";
/// Shorter secrets can be guessed over the network, or from one checksum on a desk.
const MIN_SECRET_CHARS: usize = 12;
/// `respCode` of a paid order.
const PAID: &str = "00";
const CHECKSUM: &str = "checkSum";

/// The connector.
#[derive(Debug)]
pub struct Mbbank;

impl Connector for Mbbank {
    fn provider(&self) -> Provider {
        Provider::Mbbank
    }

    fn kind(&self) -> FeedKind {
        FeedKind::Account
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
        now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        let FeedConfig::Mbbank(config) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        match (config.authentication, &config.token) {
            (MbbankAuthentication::Token, Some(token)) => {
                bank_sync::verify_by_token(token, secrets, incoming, now)
            }
            (MbbankAuthentication::Token, None) => Err(RefusedBecause::MisconfiguredFeed),
            (MbbankAuthentication::Bearer, _) => verify_bearer(secrets, incoming),
            (MbbankAuthentication::Checksum, _) => verify_checksum(secrets, incoming),
        }
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::Mbbank(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        match config.authentication {
            MbbankAuthentication::Token | MbbankAuthentication::Bearer => {
                Ok(Decoded::Transfers(vec![synced(config, body, received_at)?]))
            }
            MbbankAuthentication::Checksum => notified(config, &Object::from_body(body)?),
        }
    }

    /// MB tells no balance.
    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        body.to_vec()
    }

    fn reply(&self, config: &FeedConfig, outcome: &Outcome, delivery: &str) -> Reply {
        match config {
            FeedConfig::Mbbank(MbbankConfig {
                authentication: MbbankAuthentication::Checksum,
                ..
            }) => notice_reply(outcome),
            _ => bank_sync::reply(outcome, delivery, ""),
        }
    }

    /// Of a feed with `token` it is a token, which is no secret of the feed.
    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str> {
        keys::bearer(headers.only("authorization").ok()??)
    }

    fn present_key(&self, config: &FeedConfig, secret: &Secret) -> Option<Header> {
        match config {
            FeedConfig::Mbbank(MbbankConfig {
                authentication: MbbankAuthentication::Bearer,
                ..
            }) => Some(sign::bearer(secret.expose())),
            _ => None,
        }
    }

    fn kept_headers(&self) -> &'static [&'static str] {
        &["content-type", "user-agent"]
    }
}

fn verify_bearer(secrets: &[Secret], incoming: &Incoming<'_>) -> Result<Believed, RefusedBecause> {
    // There is no token to ask for.
    if bank_sync::called(incoming)? == Called::Token {
        return Err(RefusedBecause::UnknownPath);
    }
    keys::expect_secrets(secrets)?;
    let header = incoming.headers.only("authorization")?.ok_or(RefusedBecause::MissingApiKey)?;
    let key = keys::bearer(header).ok_or(RefusedBecause::MalformedAuthorization)?;
    if keys::is_one_of(secrets, key) {
        Ok(Believed::Report)
    } else {
        Err(RefusedBecause::WrongApiKey)
    }
}

fn verify_checksum(
    secrets: &[Secret],
    incoming: &Incoming<'_>,
) -> Result<Believed, RefusedBecause> {
    expect_post_on_hook(incoming)?;
    keys::expect_secrets(secrets)?;
    let unreadable = |_| RefusedBecause::UnreadableBody;
    let body = Object::from_body(incoming.body).map_err(unreadable)?;
    let checksum = body
        .text(CHECKSUM, MAX_ID_CHARS)
        .map_err(|_| RefusedBecause::MalformedSignature)?
        .ok_or(RefusedBecause::MissingSignature)?;
    let presented = mac::from_hex::<16>(&checksum).ok_or(RefusedBecause::MalformedSignature)?;
    let summed = summed(&body).map_err(unreadable)?;
    let keys = secrets.iter().map(Secret::bytes);
    if mac::any_key_made(keys, &presented, |key| mac::md5_with_suffix(key, &[summed.as_bytes()])) {
        Ok(Believed::Report)
    } else {
        Err(RefusedBecause::WrongSignature)
    }
}

/// What a notice's checksum covers before the access key.
fn summed(body: &Object<'_>) -> Result<String, Undecodable> {
    let mut summed = String::new();
    for name in ["traceTransfer", "billNumber", "payDate", "debitAmount"] {
        summed.push_str(&body.text_or_digits(name, MAX_REFERENCE_CHARS)?.unwrap_or_default());
    }
    Ok(summed)
}

/// What a notice's checksum covers before the access key; `body` is its JSON.
///
/// # Errors
/// If it is no JSON object of texts.
pub fn checksum_string(body: &str) -> Result<String, Undecodable> {
    summed(&Object::from_body(body.as_bytes())?)
}

fn synced(
    config: &MbbankConfig,
    body: &[u8],
    received_at: UnixMs,
) -> Result<Reported, Undecodable> {
    let synced = Synced::read(body)?;
    let body = &synced.body;
    let direction = body.required("transtype", synced.direction)?;
    let account = body.required("bankaccount", synced.account.clone())?;
    let id = body.required("transactionid", synced.transaction_id.clone())?;
    let virtual_account = body.account("va")?;
    let payer = Payer {
        name: None,
        bin: body.text_or_digits("reciprocalbankcode", MAX_ID_CHARS)?.filter(|bin| is_bin(bin)),
        account: body.text_or_digits("reciprocalaccount", MAX_REFERENCE_CHARS)?,
    };
    let reported = synced.reported(Provider::Mbbank, &config.merchant, direction, received_at)?;
    let letter = if direction == Direction::In { 'C' } else { 'D' };
    Ok(Reported {
        id_family: format!("{account}:transaction"),
        provider_id: format!("{id}/{letter}"),
        bin: Some(BIN.to_owned()),
        virtual_account,
        payer: Some(payer).filter(|payer| *payer != Payer::default()),
        ..reported
    })
}

fn notified(config: &MbbankConfig, body: &Object<'_>) -> Result<Decoded, Undecodable> {
    let code = body.text_or_digits("respCode", MAX_ID_CHARS)?;
    if body.required("respCode", code)? != PAID {
        return Ok(Decoded::NotATransfer("mbbank-not-paid"));
    }
    let trace = body.text_or_digits("traceTransfer", MAX_REFERENCE_CHARS)?;
    body.required("traceTransfer", trace)?;
    let bill = body.text_or_digits("billNumber", MAX_REFERENCE_CHARS)?;
    let date = body.text_or_digits("payDate", MAX_ID_CHARS)?;
    let date = body.required("payDate", date)?;
    let (occurred_at, precision) =
        times::wall_clock_digits(&date).map_err(|because| body.error("payDate", because))?;
    let amount = body.amount("debitAmount")?;
    let label = body.text_or_digits("referenceLabelCode", MAX_REFERENCE_CHARS)?;
    let terminal = body.text_or_digits("terminalLabel", MAX_ID_CHARS)?;
    Ok(Decoded::Transfers(vec![Reported {
        provider: Provider::Mbbank,
        merchant: config.merchant.clone(),
        id_family: "mms".to_owned(),
        provider_id: summed(body)?,
        // Only payments to the shop are notified.
        direction: Direction::In,
        amount,
        occurred_at,
        precision,
        bin: Some(BIN.to_owned()),
        account_number: None,
        // A label that no receiving number can be finds no account, and a person decides.
        virtual_account: terminal.filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric())),
        memo: String::new(),
        code_hint: label.or(bill),
        bank_reference: body.text_or_digits("ftCode", MAX_REFERENCE_CHARS)?,
        balance: None,
        payer: None,
        order: None,
    }]))
}

/// `resCode` 12 is a false checksum, 99 another fault (O).
fn notice_reply(outcome: &Outcome) -> Reply {
    let failed =
        |code: &str, why: &str| Cow::Owned(format!(r#"{{"resCode":"{code}","resDesc":"{why}"}}"#));
    match outcome {
        Outcome::Refused(RefusedBecause::WrongSignature) => {
            let because = RefusedBecause::WrongSignature;
            reply::refused(because, failed("12", because.code()))
        }
        Outcome::Refused(because) => reply::refused(*because, failed("99", because.code())),
        Outcome::Busy => reply::busy(failed("99", "busy")),
        _ => reply::ok(Cow::Borrowed(r#"{"resCode":"00","resDesc":"Success"}"#)),
    }
}

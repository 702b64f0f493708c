//! Casso webhooks (casso.vn), both integrations: an account feed. Facts: developer.casso.vn and
//! Casso's own sample code for signatures.
//! (D) stands in its documentation, (O) was seen in independent integrations, (?) is unconfirmed.
//!
//! - Authenticity: V1 `Secure-Token: K` (D); V2 `X-Casso-Signature: t=<ms>,v1=<hex>`, HMAC-SHA512
//!   over `t`, a dot, and the body as compact JSON with keys sorted at every depth (D).
//! - Body: V1 `data` is an array, several transactions in one call; V2 `data` is one (D).
//! - Identity: `id`, of two families: V2 counts anew (O). V1 bodies without one occur (O): then
//!   `tid`, the account and the date.
//! - A negative `amount` is money out (D). `when` may be only a date (D). The balance is 0 where
//!   Casso does not know it (O).
//! - The test button sends `MA_GIAO_DICH_THU_NGHIEM` with id 0 (D): acknowledged, never credited.
//! - Answer: 200 (D); what the body should be is unconfirmed (?), as are the retries.
//! - `bankName` is a short name of the bank (O); an unknown one gives no BIN.
//! - What polling reads ([`super::casso_list`]) is kept and read here too.

use super::connector::expect_post_on_hook;
use super::fields::{MAX_ID_CHARS, MAX_NAME_CHARS, MAX_REFERENCE_CHARS, Object, is_bin};
use super::list_rows::{decode_rows, private_rows};
use super::sign::{self, Header};
use super::{
    Believed, CassoConfig, CassoVersion, Connector, Decoded, FeedConfig, FeedKind, Headers,
    Incoming, Outcome, Payer, Provider, RefusedBecause, Reply, Reported, Secret, Undecodable,
    UndecodableBecause, bin_of_gateway, casso_list, freshness, keys, mac, redact, reply,
    sorted_json, times,
};
use crate::primitives::{Refusal, UnixMs, Vnd};

pub(super) const SECURE_TOKEN: &str = "secure-token";
pub(super) const SIGNATURE: &str = "x-casso-signature";
/// The key of V1 is chosen by the operator; shorter ones can be guessed over the network.
const MIN_SECRET_CHARS: usize = 12;
/// What stands for the bank's reference in a test.
pub(super) const TEST_REFERENCE: &str = "MA_GIAO_DICH_THU_NGHIEM";

/// The connector.
#[derive(Debug)]
pub struct Casso;

const V1_FAMILY: &str = "webhook_v1";
pub(super) const V2_FAMILY: &str = "webhook_v2";

/// The sender of the first integration's reports, whatever their ids are made of.
pub(super) fn v1_sender(company: &str) -> String {
    format!("{company}:{V1_FAMILY}")
}

/// Whether it is [`v1_sender`]'s.
pub(super) fn is_v1_sender(sender: &str) -> bool {
    sender.strip_suffix(V1_FAMILY).is_some_and(|company| company.ends_with(':'))
}

/// What the two versions call the same things.
struct Names {
    id_family: &'static str,
    reference: &'static str,
    time: &'static str,
    /// The second one stands where the first is missing.
    account: [&'static str; 2],
    balance: &'static str,
    virtual_account: &'static str,
    payer_name: &'static str,
    payer_account: &'static str,
    payer_bank: &'static str,
}

const V1: Names = Names {
    id_family: V1_FAMILY,
    reference: "tid",
    time: "when",
    account: ["bank_sub_acc_id", "subAccId"],
    balance: "cusum_balance",
    virtual_account: "virtualAccount",
    payer_name: "corresponsiveName",
    payer_account: "corresponsiveAccount",
    payer_bank: "corresponsiveBankId",
};

const V2: Names = Names {
    id_family: V2_FAMILY,
    reference: "reference",
    time: "transactionDateTime",
    account: ["accountNumber", "accountNumber"],
    balance: "runningBalance",
    virtual_account: "virtualAccountNumber",
    payer_name: "counterAccountName",
    payer_account: "counterAccountNumber",
    payer_bank: "counterAccountBankId",
};

impl Connector for Casso {
    fn provider(&self) -> Provider {
        Provider::Casso
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
        let FeedConfig::Casso(config) = config else {
            return Err(RefusedBecause::MisconfiguredFeed);
        };
        expect_post_on_hook(incoming)?;
        match config.version {
            CassoVersion::V1 => keys::expect_in_header(SECURE_TOKEN, secrets, incoming.headers)?,
            CassoVersion::V2 => verify_signature(config, secrets, incoming, now)?,
        }
        Ok(Believed::Report)
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        _received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::Casso(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let body = Object::from_body(body)?;
        if let Some(rows) = listed(&body) {
            return decode_all(rows, "data.records", |row| casso_list::row(config, row));
        }
        match config.version {
            CassoVersion::V1 => {
                let rows = body.required("data", body.elements("data")?)?;
                decode_all(rows, "data", |row| transaction(config, &V1, row))
            }
            CassoVersion::V2 => {
                let data = body.object("data", "data.")?;
                let data = body.required("data", data)?;
                Ok(match transaction(config, &V2, &data)? {
                    Some(one) => Decoded::Transfers(vec![one]),
                    None => Decoded::Test("casso-test"),
                })
            }
        }
    }

    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        private_parts(body).and_then(|parts| redact::nulled(body, &parts)).unwrap_or_default()
    }

    fn reply(&self, _config: &FeedConfig, outcome: &Outcome, _delivery: &str) -> Reply {
        reply::success_reply(outcome)
    }

    fn presented_key<'h>(&self, headers: &'h Headers) -> Option<&'h str> {
        headers.only(SECURE_TOKEN).ok()?
    }

    fn present_key(&self, _config: &FeedConfig, secret: &Secret) -> Option<Header> {
        let [header] = sign::casso_v1(secret);
        Some(header)
    }

    fn kept_headers(&self) -> &'static [&'static str] {
        &[SIGNATURE, "content-type", "user-agent"]
    }
}

fn verify_signature(
    config: &CassoConfig,
    secrets: &[Secret],
    incoming: &Incoming<'_>,
    now: UnixMs,
) -> Result<(), RefusedBecause> {
    keys::expect_secrets(secrets)?;
    let header = incoming.headers.only(SIGNATURE)?.ok_or(RefusedBecause::MissingSignature)?;
    let (timestamp, presented) = header
        .split_once(',')
        .and_then(|(timestamp, signature)| {
            let signature = signature.trim().strip_prefix("v1=")?;
            Some((timestamp.strip_prefix("t=")?, mac::from_hex::<64>(signature)?))
        })
        .ok_or(RefusedBecause::MalformedSignature)?;
    let signed_at = freshness::parse_milliseconds(timestamp)?;
    let unreadable = |_| RefusedBecause::UnreadableBody;
    let body = std::str::from_utf8(incoming.body).map_err(|_| RefusedBecause::UnreadableBody)?;
    let sorted = canonical(body).map_err(unreadable)?;
    let parts: [&[u8]; 3] = [timestamp.as_bytes(), b".", sorted.as_bytes()];
    let keys = secrets.iter().map(Secret::bytes);
    if !mac::any_key_made(keys, &presented, |key| mac::hmac_sha512(key, &parts)) {
        return Err(RefusedBecause::WrongSignature);
    }
    freshness::expect_fresh(signed_at, now, config.tolerance_s)
}

/// What V2 signs behind the time: the body with its keys sorted at every depth.
///
/// # Errors
/// If the body is no JSON, has a field twice, or is nested beyond 8 levels.
pub fn canonical(body: &str) -> Result<String, Undecodable> {
    let mut sorted = String::with_capacity(body.len());
    sorted_json::write(&mut sorted, body)?;
    Ok(sorted)
}

/// All transactions of a body with several.
fn decode_all(
    rows: Vec<&str>,
    path: &str,
    read: impl Fn(&Object<'_>) -> Result<Option<Reported>, Undecodable>,
) -> Result<Decoded, Undecodable> {
    let (all, is_test) = decode_rows(rows, path, read)?;
    Ok(match (all.is_empty(), is_test) {
        (false, _) => Decoded::Transfers(all),
        (true, true) => Decoded::Test("casso-test"),
        (true, false) => Decoded::NotATransfer("casso-no-transactions"),
    })
}

/// One transaction; `None` for that of the test button.
fn transaction(
    config: &CassoConfig,
    names: &Names,
    one: &Object<'_>,
) -> Result<Option<Reported>, Undecodable> {
    let reference = one.text(names.reference, MAX_REFERENCE_CHARS)?;
    if reference.as_deref() == Some(TEST_REFERENCE) {
        return Ok(None);
    }
    let (direction, amount) = one.signed_amount("amount")?;
    let time = one.text(names.time, MAX_ID_CHARS)?;
    let time = one.required(names.time, time)?;
    let (occurred_at, precision) =
        times::wall_clock_or_rfc3339(&time).map_err(|because| one.error(names.time, because))?;
    let [first, second] = names.account;
    let account = match one.account(first)? {
        Some(account) => account,
        None => one.required(first, one.account(second)?)?,
    };
    let (id_family, provider_id) = match (one.raw("id"), config.version, &reference) {
        (None, CassoVersion::V1, Some(tid)) => {
            (format!("{account}:tid"), format!("{tid}/{}", occurred_at.day(0)))
        }
        _ => (names.id_family.to_owned(), one.id("id")?),
    };
    if provider_id.bytes().all(|b| b == b'0') {
        return Err(one.error("id", UndecodableBecause::NotAnIdentifier));
    }
    let bank_name = one.text("bankName", MAX_NAME_CHARS)?;
    let payer = Payer {
        name: one.text(names.payer_name, MAX_NAME_CHARS)?,
        bin: one.text(names.payer_bank, MAX_ID_CHARS)?.filter(|bin| is_bin(bin)),
        account: one.text(names.payer_account, MAX_REFERENCE_CHARS)?,
    };
    Ok(Some(Reported {
        provider: Provider::Casso,
        merchant: config.merchant.clone(),
        id_family,
        provider_id,
        direction,
        amount,
        occurred_at,
        precision,
        bin: bank_name.as_deref().and_then(bin_of_gateway).map(str::to_owned),
        account_number: Some(account),
        virtual_account: one.account(names.virtual_account)?,
        memo: one.memo("description")?.unwrap_or_default(),
        code_hint: None,
        bank_reference: reference,
        balance: one.balance(names.balance)?.filter(|balance| *balance != Vnd::ZERO),
        payer: Some(payer).filter(|payer| *payer != Payer::default()),
        order: None,
    }))
}

/// The rows of Casso's list, as polling keeps them; `None` where the body is a webhook's.
fn listed<'a>(body: &Object<'a>) -> Option<Vec<&'a str>> {
    body.object("data", "data.").ok()??.elements(casso_list::ROWS).ok()?
}

/// Balances, and of a body with several transactions the whole of each that is not money in.
fn private_parts(body: &[u8]) -> Option<Vec<&str>> {
    let body = Object::from_body(body).ok()?;
    let direction = |row: &Object<'_>| Some(row.signed_amount("amount").ok()?.0);
    if let Some(rows) = listed(&body) {
        return private_rows(rows, &casso_list::BALANCES, direction);
    }
    let data = body.raw("data")?;
    if !data.starts_with('[') {
        let data = body.object("data", "data.").ok()??;
        return Some(data.raw(V2.balance).into_iter().collect());
    }
    private_rows(body.elements("data").ok()??, &[V1.balance], direction)
}

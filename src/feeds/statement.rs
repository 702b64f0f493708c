//! Statements: an account feed whose reports are rows of a file that a person imported. Nobody
//! sends them to a hook. A body is a page of the file's rows in our own words, so that a delivery is
//! read back like any other:
//!
//! `{"bin", "account", "rows": [{"row", "id", "amount_vnd", "at", "memo", "reference",
//! "balance_vnd", "payer_name", "payer_account"}, …]}`
//!
//! `amount_vnd` is negative for money out; `at` is Vietnam's wall clock as exact as the file tells
//! it; `row` is the row of the file. Identity: `id`, which whoever imports makes of what the bank
//! says ([`super::statements`]), per account.

use serde::Serialize;

use super::fields::{MAX_ID_CHARS, MAX_NAME_CHARS, MAX_REFERENCE_CHARS, Object};
use super::sign::Header;
use super::statements::Row;
use super::{
    Believed, Connector, Decoded, Direction, FeedConfig, FeedKind, Headers, Incoming, Outcome,
    Payer, Precision, Provider, RefusedBecause, Reply, Reported, Secret, StatementConfig,
    Undecodable, UndecodableBecause, redact, reply, times,
};
use crate::primitives::{Refusal, UnixMs};

/// The connector.
#[derive(Debug)]
pub struct Statement;

impl Connector for Statement {
    fn provider(&self) -> Provider {
        Provider::Statement
    }

    fn kind(&self) -> FeedKind {
        FeedKind::Account
    }

    fn names_payers(&self) -> bool {
        true
    }

    /// There is nothing to prove by one.
    fn accept_secret(&self, _text: &str) -> Result<Secret, Refusal> {
        Err(Refusal::invalid("secret", "feed-secret-malformed"))
    }

    fn verify(
        &self,
        _config: &FeedConfig,
        _secrets: &[Secret],
        _incoming: &Incoming<'_>,
        _now: UnixMs,
    ) -> Result<Believed, RefusedBecause> {
        Err(RefusedBecause::UnknownPath)
    }

    fn decode(
        &self,
        config: &FeedConfig,
        body: &[u8],
        _received_at: UnixMs,
    ) -> Result<Decoded, Undecodable> {
        let FeedConfig::Statement(config) = config else {
            return Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed));
        };
        let body = Object::from_body(body)?;
        let (bin, account) = (body.bin("bin")?, body.account("account")?);
        let elements = body.elements("rows")?;
        let mut all = Vec::new();
        for json in body.required("rows", elements)? {
            if json == "null" {
                continue;
            }
            let row = Object::from_json(json, "rows[].", "rows")?;
            all.push(reported(config, &row, (bin.as_deref(), account.as_deref()))?);
        }
        if all.is_empty() {
            return Ok(Decoded::NotATransfer("statement-no-rows"));
        }
        Ok(Decoded::Transfers(all))
    }

    /// Money out stands behind money in, so what stays keeps its place.
    fn private_body(&self, body: &[u8]) -> Vec<u8> {
        private_parts(body).and_then(|parts| redact::nulled(body, &parts)).unwrap_or_default()
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

    fn kept_headers(&self) -> &'static [&'static str] {
        &[]
    }
}

fn reported(
    config: &StatementConfig,
    row: &Object<'_>,
    (bin, account): (Option<&str>, Option<&str>),
) -> Result<Reported, Undecodable> {
    let (direction, amount) = row.signed_amount("amount_vnd")?;
    let time = row.text("at", MAX_ID_CHARS)?;
    let time = row.required("at", time)?;
    let (occurred_at, precision) =
        times::wall_clock(&time).map_err(|because| row.error("at", because))?;
    let payer = Payer {
        name: row.text("payer_name", MAX_NAME_CHARS)?,
        bin: None,
        account: row.account("payer_account")?,
    };
    Ok(Reported {
        provider: Provider::Statement,
        merchant: config.merchant.clone(),
        id_family: "row".to_owned(),
        provider_id: row.id("id")?,
        direction,
        amount,
        occurred_at,
        precision,
        bin: bin.map(str::to_owned),
        account_number: account.map(str::to_owned),
        virtual_account: None,
        memo: row.memo("memo")?.unwrap_or_default(),
        code_hint: None,
        bank_reference: row.text("reference", MAX_REFERENCE_CHARS)?,
        balance: row.balance("balance_vnd")?,
        payer: Some(payer).filter(|payer| *payer != Payer::default()),
        order: None,
    })
}

fn private_parts(body: &[u8]) -> Option<Vec<&str>> {
    let body = Object::from_body(body).ok()?;
    let mut parts = Vec::new();
    for json in body.elements("rows").ok()??.into_iter().filter(|json| *json != "null") {
        let row = Object::from_json(json, "", "rows").ok()?;
        match row.signed_amount("amount_vnd") {
            Ok((Direction::In, _)) => parts.extend(row.raw("balance_vnd")),
            Ok((Direction::Out, _)) | Err(_) => parts.push(json),
        }
    }
    Some(parts)
}

#[derive(Serialize)]
struct Body<'r> {
    bin: &'r str,
    account: &'r str,
    rows: Vec<Line<'r>>,
}

#[derive(Serialize)]
struct Line<'r> {
    row: u32,
    id: &'r str,
    amount_vnd: i64,
    at: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    memo: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_vnd: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_name: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer_account: Option<&'r str>,
}

/// The bytes that a row takes in a body at most.
#[must_use]
pub fn size(id: &str, row: &Row) -> usize {
    /// Names of the fields, numbers and the time.
    const FRAME: usize = 256;
    let payer = row.payer.as_ref();
    let texts = [
        Some(id),
        Some(row.memo.as_str()),
        row.reference.as_deref(),
        payer.and_then(|payer| payer.name.as_deref()),
        payer.and_then(|payer| payer.account.as_deref()),
    ];
    // A quote takes two bytes; control characters are none here.
    FRAME + texts.into_iter().flatten().map(|text| 2 * text.len()).sum::<usize>()
}

/// A body of rows with their identities, money in before money out.
#[must_use]
pub fn body(bin: &str, account: &str, rows: &[(String, Row)]) -> Vec<u8> {
    let of = |wanted: Direction| rows.iter().filter(move |(_, row)| row.direction == wanted);
    let lines = of(Direction::In).chain(of(Direction::Out)).map(|(id, row)| line(id, row));
    // Texts and integers always serialise.
    serde_json::to_vec(&Body { bin, account, rows: lines.collect() }).unwrap_or_default()
}

fn line<'r>(id: &'r str, row: &'r Row) -> Line<'r> {
    let payer = row.payer.as_ref();
    let told = match row.precision {
        Precision::Second => 19,
        Precision::Minute => 16,
        Precision::Day => 10,
    };
    let amount = row.amount.get();
    Line {
        row: row.number,
        id,
        amount_vnd: if row.direction == Direction::Out { -amount } else { amount },
        at: row.occurred_at.to_string().chars().take(told).collect(),
        memo: &row.memo,
        reference: row.reference.as_deref(),
        balance_vnd: row.balance.map(crate::primitives::Vnd::get),
        payer_name: payer.and_then(|payer| payer.name.as_deref()),
        payer_account: payer.and_then(|payer| payer.account.as_deref()),
    }
}

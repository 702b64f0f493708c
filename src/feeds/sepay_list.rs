//! SePay's lists of transactions, for polling. Facts: developer.sepay.vn, SePay API v1 and v2.
//! (D) stands in its documentation, (O) was seen in independent integrations, (?) is unconfirmed.
//!
//! - v1 `GET /userapi/transactions/list` (D): `since_id` includes the transaction that it names (D),
//!   `limit` up to 5,000 (D), `account_number`, `transaction_date_min` and `_max` (D). In which order
//!   rows come is not documented (?), nor whether a cut list keeps the oldest or the newest.
//! - v2 `GET /v2/transactions` (D): `since_id` gives what comes after it, ascending (O); else by
//!   `page` and `per_page` up to 100 (D), from `transaction_date_from` (D). The filter by
//!   `bank_account_id` follows the names of its rows (?).
//! - Authenticity: `Authorization: Bearer TOKEN` (D). v1 answers a wrong token with 200 and nothing
//!   (D), which is no page. Two to three requests a second; 429 says how long to wait (D).
//! - Identity: the id of v1 is the webhook's (O). v2 has UUIDs, a family of their own (D).
//! - Amounts are `amount_in` and `amount_out`, one of them 0; `transaction_content` is the memo,
//!   `reference_number` the webhook's `referenceCode` (O). Times are Vietnam's wall clock.

use form_urlencoded::Serializer;

use super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object};
use super::list::{LIST_FAMILY, ListPage, Place};
use super::list_rows::{decode_rows, private_rows};
use super::{
    Decoded, Direction, Provider, Reported, SepayConfig, Undecodable, UndecodableBecause,
    bin_of_gateway, redact, times,
};
use crate::primitives::time::{MS_PER_SECOND, VIETNAM_OFFSET_MS};
use crate::primitives::{UnixMs, Vnd};

const V1_ROWS: &str = "transactions";
const V2_ROWS: &str = "data";
pub(super) const WEBHOOK_FAMILY: &str = "webhook";

pub(super) fn v1_query(
    query: &mut Serializer<'_, String>,
    place: &Place,
    account: &str,
    rows: &str,
) -> &'static str {
    query.append_pair("limit", rows);
    if let Some(id) = &place.since_id {
        query.append_pair("since_id", id);
    }
    match place.after {
        Some(after) => _ = query.append_pair("transaction_date_min", &wall_clock(after)),
        None if place.since_id.is_none() => {
            query.append_pair("transaction_date_min", &place.from.to_string());
        }
        None => {}
    }
    if let Some(until) = place.until {
        query.append_pair("transaction_date_max", &wall_clock(until));
    }
    if !account.is_empty() {
        query.append_pair("account_number", account);
    }
    "/userapi/transactions/list"
}

pub(super) fn v2_query(
    query: &mut Serializer<'_, String>,
    place: &Place,
    account: &str,
    rows: &str,
) -> &'static str {
    query.append_pair("per_page", rows);
    if let Some(id) = &place.since_id {
        query.append_pair("since_id", id);
        if let Some(after) = place.after {
            query.append_pair("transaction_date_from", &wall_clock(after));
        }
        if let Some(until) = place.until {
            query.append_pair("transaction_date_to", &wall_clock(until));
        }
    } else {
        query.append_pair("transaction_date_from", &place.from.to_string());
        query.append_pair("transaction_date_sort", "asc");
        query.append_pair("page", &place.page.to_string());
    }
    if !account.is_empty() {
        query.append_pair("bank_account_id", account);
    }
    "/v2/transactions"
}

/// `2026-09-10 19:27:00` in Vietnam.
fn wall_clock(at: UnixMs) -> String {
    let second = at.0.saturating_add(VIETNAM_OFFSET_MS).div_euclid(MS_PER_SECOND);
    let (day, second) = (second.div_euclid(86_400), second.rem_euclid(86_400));
    let day = crate::primitives::Day(i32::try_from(day).unwrap_or_default());
    format!("{day} {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}

pub(super) fn v1_page<'a>(body: &Object<'a>) -> Result<ListPage<'a>, Undecodable> {
    let rows = body.required(V1_ROWS, body.elements(V1_ROWS)?)?;
    Ok(ListPage { rows, has_more: None, total: None })
}

pub(super) fn v2_page<'a>(body: &Object<'a>) -> Result<ListPage<'a>, Undecodable> {
    let rows = body.required(V2_ROWS, body.elements(V2_ROWS)?)?;
    let meta = body.object("meta", "meta.")?;
    let pagination = match &meta {
        Some(meta) => meta.object("pagination", "meta.pagination.")?,
        None => None,
    };
    let (mut has_more, mut total) = (None, None);
    if let Some(pagination) = pagination {
        has_more = pagination.boolean("has_more")?;
        total = pagination.raw("total").and_then(|digits| digits.trim_matches('"').parse().ok());
    }
    Ok(ListPage { rows, has_more, total })
}

/// Which list's rows a body holds.
fn rows_of(body: &Object<'_>) -> Option<&'static str> {
    let holds_rows = |name: &&str| body.raw(name).is_some_and(|json| json.starts_with('['));
    [V1_ROWS, V2_ROWS].into_iter().find(holds_rows)
}

/// The kept rows of either list; `None` where the body is a webhook's.
pub(super) fn decode(
    config: &SepayConfig,
    body: &Object<'_>,
) -> Result<Option<Decoded>, Undecodable> {
    let Some(name) = rows_of(body) else { return Ok(None) };
    let rows = body.required(name, body.elements(name)?)?;
    let read = |row: &Object<'_>| match name {
        V1_ROWS => v1_row(config, row),
        _ => v2_row(config, row),
    };
    let (all, _) = decode_rows(rows, name, read)?;
    Ok(Some(if all.is_empty() {
        Decoded::NotATransfer("sepay-no-transactions")
    } else {
        Decoded::Transfers(all)
    }))
}

/// [`super::Connector::private_body`] of kept rows; `None` where the body is a webhook's.
pub(super) fn private_body(body: &[u8], object: &Object<'_>) -> Option<Vec<u8>> {
    let name = rows_of(object)?;
    let parts = object.elements(name).ok().flatten().and_then(|rows| {
        private_rows(rows, &["accumulated"], |row| money(row).ok().map(|(direction, _)| direction))
    });
    Some(parts.and_then(|parts| redact::nulled(body, &parts)).unwrap_or_default())
}

pub(super) fn v1_row(
    config: &SepayConfig,
    row: &Object<'_>,
) -> Result<Option<Reported>, Undecodable> {
    transfer(config, row, WEBHOOK_FAMILY, "sub_account").map(Some)
}

pub(super) fn v2_row(
    config: &SepayConfig,
    row: &Object<'_>,
) -> Result<Option<Reported>, Undecodable> {
    transfer(config, row, LIST_FAMILY, "va").map(Some)
}

fn money(row: &Object<'_>) -> Result<(Direction, Vnd), Undecodable> {
    let incoming = row.balance("amount_in")?.unwrap_or(Vnd::ZERO);
    let outgoing = row.balance("amount_out")?.unwrap_or(Vnd::ZERO);
    match (incoming.is_positive(), outgoing.is_positive()) {
        (true, false) => Ok((Direction::In, incoming)),
        (false, true) => Ok((Direction::Out, outgoing)),
        (true, true) => Err(row.error("amount_out", UndecodableBecause::UnknownDirection)),
        (false, false) => Err(row.error("amount_in", UndecodableBecause::NotPositive)),
    }
}

fn transfer(
    config: &SepayConfig,
    row: &Object<'_>,
    id_family: &str,
    virtual_account: &'static str,
) -> Result<Reported, Undecodable> {
    let provider_id = row.id("id")?;
    if provider_id.bytes().all(|b| b == b'0') {
        return Err(row.error("id", UndecodableBecause::NotAnIdentifier));
    }
    let (direction, amount) = money(row)?;
    let date = row.text("transaction_date", MAX_ID_CHARS)?;
    let (occurred_at, precision) = times::wall_clock(&row.required("transaction_date", date)?)
        .map_err(|because| row.error("transaction_date", because))?;
    let account = row.account("account_number")?;
    let bank = row.text("bank_brand_name", MAX_ID_CHARS)?;
    Ok(Reported {
        provider: Provider::Sepay,
        merchant: config.merchant.clone(),
        id_family: id_family.to_owned(),
        provider_id,
        direction,
        amount,
        occurred_at,
        precision,
        bin: bank.as_deref().and_then(bin_of_gateway).map(str::to_owned),
        account_number: Some(row.required("account_number", account)?),
        virtual_account: row.account(virtual_account)?,
        memo: row.memo("transaction_content")?.unwrap_or_default(),
        code_hint: row.text("code", MAX_REFERENCE_CHARS)?,
        bank_reference: row.text("reference_number", MAX_REFERENCE_CHARS)?,
        balance: row.balance("accumulated")?.filter(|balance| *balance != Vnd::ZERO),
        payer: None,
        order: None,
    })
}

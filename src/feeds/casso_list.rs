//! Casso's list of transactions, for polling. Facts: developer.casso.vn, "API lấy giao dịch".
//! (D) stands in its documentation, (O) was seen in independent integrations, (?) is unconfirmed.
//!
//! - `GET /v2/transactions` (D), by `fromDate`, `page` and `pageSize`, `sort=ASC` by the bank's time
//!   (D). The greatest `pageSize`, and how often one may ask, are not documented (?).
//! - Authenticity: `Authorization: Apikey KEY` (D).
//! - Identity: `id` (D). Whether it is the id of one of the webhooks is not documented (?), so it is
//!   a family of its own, and what webhooks told too is linked by its fields.
//! - Fields come in snake_case and in camelCase (O). A time at midnight sharp stands for a date alone
//!   (O). The bank's name is that of its connection, `acb_digi` (D), so the number alone tells the
//!   account where the name is none of ours.
//! - A reading begins with a day, so that each poll reads yesterday and today again, and one a day
//!   the week before them.

use form_urlencoded::Serializer;

use super::fields::{MAX_ID_CHARS, MAX_NAME_CHARS, MAX_REFERENCE_CHARS, Object, is_bin};
use super::list::{LIST_FAMILY, ListPage, Place};
use super::{
    CassoConfig, Payer, Precision, Provider, Reported, Undecodable, UndecodableBecause,
    bin_of_gateway, times,
};
use crate::primitives::Vnd;

pub(super) const ROWS: &str = "records";
/// The balance under both of its names.
pub(super) const BALANCES: [&str; 2] = ["cusum_balance", "cusumBalance"];
/// A next page that is none. Whatever else stands there is one: what does not exist is empty.
const NO_PAGE: [&str; 3] = ["", "0", "false"];
const ACCOUNTS: [&str; 2] = ["bank_sub_acc_id", "bankSubAccId"];

pub(super) fn query(query: &mut Serializer<'_, String>, place: &Place, rows: &str) -> &'static str {
    query.append_pair("fromDate", &place.from.to_string());
    query.append_pair("page", &place.page.to_string());
    query.append_pair("pageSize", rows);
    query.append_pair("sort", "ASC");
    "/v2/transactions"
}

pub(super) fn page<'a>(body: &Object<'a>) -> Result<ListPage<'a>, Undecodable> {
    let data = body.required("data", body.object("data", "data.")?)?;
    let rows = data.required(ROWS, data.elements(ROWS)?)?;
    // Numbers come as text too.
    let plain = |name: &str| data.raw(name).map(|json| json.trim_matches('"').trim());
    // No next page is the end; where nothing is said of it, a full page is not.
    let names_next = data.keys().any(|key| key == "nextPage");
    let names_none = plain("nextPage").is_none_or(|next| NO_PAGE.contains(&next));
    let total = plain("totalRecords").and_then(|digits| digits.parse().ok());
    Ok(ListPage { rows, has_more: names_next.then_some(!names_none), total })
}

/// Reads one row; `None` for that of the test button.
pub(super) fn row(config: &CassoConfig, one: &Object<'_>) -> Result<Option<Reported>, Undecodable> {
    let reference = one.text("tid", MAX_REFERENCE_CHARS)?;
    if reference.as_deref() == Some(super::casso::TEST_REFERENCE) {
        return Ok(None);
    }
    let provider_id = one.id("id")?;
    if provider_id.bytes().all(|b| b == b'0') {
        return Err(one.error("id", UndecodableBecause::NotAnIdentifier));
    }
    let (direction, amount) = one.signed_amount("amount")?;
    let time = one.required("when", one.text("when", MAX_ID_CHARS)?)?;
    let (occurred_at, precision) =
        times::wall_clock_or_rfc3339(&time).map_err(|because| one.error("when", because))?;
    let is_midnight = occurred_at == occurred_at.day(0).start(0);
    let precision = if is_midnight { Precision::Day } else { precision };
    let [first, second] = ACCOUNTS;
    let account = match one.account(first)? {
        Some(account) => account,
        None => one.required(first, one.account(second)?)?,
    };
    let bank = match one.text("bankName", MAX_NAME_CHARS)? {
        Some(name) => Some(name),
        None => one.text("bankCodeName", MAX_NAME_CHARS)?,
    };
    let [snake, camel] = BALANCES;
    let balance = match one.balance(snake)? {
        Some(balance) => Some(balance),
        None => one.balance(camel)?,
    };
    let payer = Payer {
        name: one.text("corresponsiveName", MAX_NAME_CHARS)?,
        bin: one.text("corresponsiveBankId", MAX_ID_CHARS)?.filter(|bin| is_bin(bin)),
        account: one.text("corresponsiveAccount", MAX_REFERENCE_CHARS)?,
    };
    Ok(Some(Reported {
        provider: Provider::Casso,
        merchant: config.merchant.clone(),
        id_family: LIST_FAMILY.to_owned(),
        provider_id,
        direction,
        amount,
        occurred_at,
        precision,
        bin: bank.as_deref().and_then(bin_of_gateway).map(str::to_owned),
        account_number: Some(account),
        virtual_account: one.account("virtualAccount")?,
        memo: one.memo("description")?.unwrap_or_default(),
        code_hint: None,
        bank_reference: reference,
        balance: balance.filter(|balance| *balance != Vnd::ZERO),
        payer: Some(payer).filter(|payer| *payer != Payer::default()),
        order: None,
    }))
}

#[cfg(test)]
mod tests {
    use crate::feeds::ListApi;

    #[test]
    fn the_next_page_may_be_told_as_text() {
        for (told, has_more) in [
            (r#","nextPage":2"#, Some(true)),
            (r#","nextPage":"2""#, Some(true)),
            (r#","nextPage":"trang 2""#, Some(true)),
            (r#","nextPage":null"#, Some(false)),
            (r#","nextPage":"""#, Some(false)),
            (r#","nextPage":0"#, Some(false)),
            ("", None),
        ] {
            let body = format!(r#"{{"data":{{"records":[],"totalRecords":"7"{told}}}}}"#);
            let page = ListApi::CassoV2.page(body.as_bytes()).unwrap();
            assert_eq!((page.has_more, page.total), (has_more, Some(7)), "{told}");
        }
    }
}

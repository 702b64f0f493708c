#![cfg(test)]
//! Rows of the lists that are polled, as their providers document them.

use cho40::feeds::list::LIST_FAMILY;
use cho40::feeds::{
    Decoded, Direction, FeedConfig, ListApi, Precision, Provider, Reported, UndecodableBecause,
    connector,
};
use cho40::primitives::{UnixMs, Vnd};
use serde_json::{Value, json};

const NOW: UnixMs = UnixMs(1_795_496_400_000);

fn config(api: ListApi) -> FeedConfig {
    let json = match api {
        ListApi::CassoV2 => r#"{"version":"v2","merchant":"cho"}"#,
        _ => r#"{"authentication":"hmac","merchant":"cho"}"#,
    };
    FeedConfig::parse(api.provider(), json).unwrap()
}

fn read(api: ListApi, row: &Value) -> Result<Option<Reported>, UndecodableBecause> {
    api.row(&config(api), &row.to_string()).map_err(|error| error.because)
}

fn sepay_v2() -> Value {
    json!({
        "id": "07ad3dc9-0000-4000-8000-0afffe87053b", "transaction_date": "2026-10-31 11:24:40",
        "account_number": "0000000002", "va": "", "transfer_type": "in", "amount_in": 50_000,
        "amount_out": 0, "accumulated": 0, "transaction_content": "Giao dich sandbox",
        "reference_number": "SBCF7A82A9EBC8", "code": "DH1709", "bank_brand_name": "ACB",
        "bank_account_id": "d6719d04", "va_id": null, "webhook_success": 8 })
}

fn casso() -> Value {
    json!({
        "id": 5_789, "tid": "TF2104152395814062", "description": "Khanhnm chuyen tien",
        "amount": 193_000, "cusum_balance": 1_070_904, "when": "2021-04-15T00:00:00",
        "bankSubAccId": "8007041027107", "paymentChannel": "", "virtualAccount": "",
        "virtualAccountName": "", "corresponsiveName": "", "corresponsiveAccount": "",
        "corresponsiveBankId": "", "corresponsiveBankName": "", "accountId": 733,
        "bankCodeName": "acb_digi" })
}

#[test]
fn sepay_s_first_list_reads_as_documented_and_has_the_webhook_s_ids() {
    let sample = include_str!("../data/feeds/samples/sepay/userapi_v1_transactions_list.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    let api = ListApi::SepayV1;
    let body = sample["response"].to_string();
    let page = api.page(body.as_bytes()).unwrap();
    let one = api.row(&config(api), page.rows[0]).unwrap().unwrap();
    assert_eq!((one.provider_id.as_str(), one.direction), ("49682", Direction::In));
    assert_eq!((one.amount, one.balance), (Vnd::new(18_067_000), Some(Vnd::new(19_077_000))));
    assert_eq!(one.bin.as_deref(), Some("970436"));
    assert_eq!(one.bank_reference.as_deref(), Some("MBVCB.3278907687"));
    assert_eq!(one.occurred_at.to_string(), "2023-05-05T19:59:48+07:00");
    assert_eq!(one.namespace(), "sepay:cho:webhook");
}

#[test]
fn the_other_lists_read_as_documented_and_have_ids_of_their_own() {
    let one = read(ListApi::SepayV2, &sepay_v2()).unwrap().unwrap();
    assert_eq!(one.id_family, LIST_FAMILY);
    assert_eq!((one.amount, one.balance), (Vnd::new(50_000), None));
    assert_eq!((one.virtual_account, one.code_hint.as_deref()), (None, Some("DH1709")));
    assert_eq!(one.bin.as_deref(), Some("970416"));
    let one = read(ListApi::CassoV2, &casso()).unwrap().unwrap();
    assert_eq!(one.namespace(), "casso:cho:api_v2");
    assert_eq!((one.amount, one.balance), (Vnd::new(193_000), Some(Vnd::new(1_070_904))));
    assert_eq!(one.precision, Precision::Day, "midnight sharp is a date alone");
    assert_eq!((one.account_number.as_deref(), one.bin), (Some("8007041027107"), None));
    assert_eq!(one.payer, None);
    let mut out = casso();
    (out["amount"], out["when"]) = (json!(-350_000), json!("2021-04-15 09:15:00"));
    let out = read(ListApi::CassoV2, &out).unwrap().unwrap();
    assert_eq!((out.direction, out.precision), (Direction::Out, Precision::Second));
    let mut test = casso();
    test["tid"] = json!("MA_GIAO_DICH_THU_NGHIEM");
    assert_eq!(read(ListApi::CassoV2, &test), Ok(None));
}

#[test]
fn a_row_that_says_too_much_or_too_little_names_its_field() {
    use UndecodableBecause as Because;
    for (field, value, because) in [
        ("amount_out", json!(1), Because::UnknownDirection),
        ("amount_in", json!(0), Because::NotPositive),
        ("amount_in", json!("1.5"), Because::NotAnAmount),
        ("id", json!(0), Because::NotAnIdentifier),
        ("id", json!(null), Because::Missing),
        ("transaction_date", json!("hôm qua"), Because::NotATime),
        ("account_number", json!(null), Because::Missing),
    ] {
        let mut row = sepay_v2();
        row[field] = value;
        assert_eq!(read(ListApi::SepayV2, &row), Err(because), "{field}");
    }
    let wrong = ListApi::CassoV2.row(&config(ListApi::SepayV1), &casso().to_string());
    assert_eq!(wrong.unwrap_err().because, Because::MisconfiguredFeed);
    for (api, page) in [
        (ListApi::SepayV1, r#"{"status":200}"#),
        (ListApi::SepayV1, r#"{"transactions":{}}"#),
        (ListApi::SepayV2, r#"{"data":null}"#),
        (ListApi::SepayV2, r#"{"data":[],"meta":{"pagination":{"has_more":"no"}}}"#),
        (ListApi::CassoV2, r#"{"error":1,"data":null}"#),
        (ListApi::CassoV2, "[]"),
    ] {
        assert!(api.page(page.as_bytes()).is_err(), "{api:?} {page}");
    }
}

#[test]
fn a_private_account_keeps_only_money_in_at_its_place_and_no_balance() {
    for api in ListApi::ALL {
        let row = |id: u32, incoming: bool| {
            let mut row = match api {
                ListApi::CassoV2 => casso(),
                _ => sepay_v2(),
            };
            row["id"] = json!(id.to_string());
            row["amount_in"] = json!(if incoming { 7_000 } else { 0 });
            row["amount_out"] = json!(if incoming { 0 } else { 9_999 });
            row["accumulated"] = json!(8_888_888);
            if api == ListApi::CassoV2 {
                row["amount"] = json!(if incoming { 7_000 } else { -9_999 });
                row["cusumBalance"] = json!(8_888_888);
                row["cusum_balance"] = json!(8_888_888);
                row["accumulated"] = json!(null);
                (row["amount_in"], row["amount_out"]) = (json!(null), json!(null));
            }
            row.to_string()
        };
        let rows = [row(1, false), row(2, true), row(3, false), row(4, true)];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let whole = api.kept_body(&rows);
        let (config, connector) = (config(api), connector(api.provider()));
        let ids = |body: &[u8]| match connector.decode(&config, body, NOW).unwrap() {
            Decoded::Transfers(all) => {
                all.into_iter().map(|one| one.provider_id).collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(ids(&whole), ["2", "4", "1", "3"], "{api:?}: money in stands first");
        let private = connector.private_body(&whole);
        assert_eq!(ids(&private), ["2", "4"], "{api:?}");
        let text = String::from_utf8(private).unwrap();
        assert!(!text.contains("8888888") && !text.contains("9999"), "{api:?} {text}");
    }
}

#[test]
fn a_webhook_is_never_taken_for_a_list() {
    let config = config(ListApi::SepayV1);
    let webhook = json!({
        "id": 1, "gateway": "MBBank", "transactionDate": "2026-09-10 19:27:00",
        "accountNumber": "0123456789", "content": "x", "transferType": "in",
        "transferAmount": 45_000, "data": { "a": 1 }, "transactions": "none" });
    let decoded = connector(Provider::Sepay).decode(&config, webhook.to_string().as_bytes(), NOW);
    let Ok(Decoded::Transfers(all)) = decoded else { panic!("{decoded:?}") };
    assert_eq!(all[0].id_family, "webhook");
}

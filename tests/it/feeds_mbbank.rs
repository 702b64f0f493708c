//! MB: what its checksum covers, and what its open API adds to VietQR.vn's protocol.

#![cfg(test)]

use cho40::feeds::{Decoded, Direction, Headers, RefusedBecause, Reported, Secret};
use serde_json::{Value, json};

use crate::feeds_support as support;

fn verify(secret: &Secret, body: &Value) -> Result<(), RefusedBecause> {
    let config = support::mbbank("checksum");
    let body = serde_json::to_vec(body).unwrap();
    let now = support::at_s(support::SIGNED_AT_S);
    support::verify(&config, std::slice::from_ref(secret), &Headers::default(), &body, now)
}

fn notice(changes: &[(&str, Value)]) -> Value {
    let mut body = support::body(&support::mbbank("checksum"));
    for (name, value) in changes {
        body[*name] = value.clone();
    }
    body
}

fn read(body: &Value) -> Reported {
    support::one(support::decode(&support::mbbank("checksum"), body).unwrap())
}

#[test]
fn the_checksum_covers_four_fields() {
    let secret = support::secret(&support::mbbank("checksum"), support::SEPAY_SECRET);
    assert_eq!(verify(&secret, &notice(&[])), Ok(()));
    let wrong = Err(RefusedBecause::WrongSignature);
    for name in ["traceTransfer", "billNumber", "payDate", "debitAmount"] {
        assert_eq!(verify(&secret, &notice(&[(name, json!("1"))])), wrong, "{name}");
    }
    let check_sum = |value| verify(&secret, &notice(&[("checkSum", value)]));
    assert_eq!(check_sum(Value::Null), Err(RefusedBecause::MissingSignature));
    assert_eq!(check_sum(json!("697ab4")), Err(RefusedBecause::MalformedSignature));
    assert_eq!(check_sum(json!("0".repeat(32))), wrong);
    assert_eq!(verify(&secret, &json!("x")), Err(RefusedBecause::UnreadableBody));
    let number = notice(&[("payDate", json!([1]))]);
    assert_eq!(verify(&secret, &number), Err(RefusedBecause::UnreadableBody));
}

#[test]
fn what_the_checksum_does_not_cover_makes_no_second_transfer() {
    let secret = support::secret(&support::mbbank("checksum"), support::SEPAY_SECRET);
    let first = read(&notice(&[]));
    // Whoever has seen one notice can change these, and move the border between two that are summed.
    let trace = notice(&[])["traceTransfer"].as_str().unwrap().to_owned();
    let bill = notice(&[])["billNumber"].as_str().unwrap().to_owned();
    let (head, last) = trace.split_at(trace.len() - 1);
    for forged in [
        notice(&[("ftCode", json!("FT99999999999999"))]),
        notice(&[("traceTransfer", json!(head)), ("billNumber", json!(format!("{last}{bill}")))]),
    ] {
        assert_eq!(verify(&secret, &forged), Ok(()), "a weak proof");
        let forged = read(&forged);
        assert_eq!(
            (forged.namespace(), forged.provider_id),
            (first.namespace(), first.provider_id.clone())
        );
        assert_eq!(forged.amount, first.amount);
    }
}

#[test]
fn only_paid_orders_are_transfers_and_terminals_find_the_account() {
    let config = support::mbbank("checksum");
    let unpaid = support::decode(&config, &notice(&[("respCode", json!("05"))]));
    assert_eq!(unpaid, Ok(Decoded::NotATransfer("mbbank-not-paid")));
    assert_eq!(
        read(&notice(&[("terminalLabel", json!("A01"))])).virtual_account.as_deref(),
        Some("A01")
    );
    // A label that no number can be: a person decides.
    assert_eq!(read(&notice(&[("terminalLabel", json!("QUAY SO 1"))])).virtual_account, None);
    for (date, because) in [("2025-09-08", "not-a-time"), ("20251308213421", "not-a-time")] {
        let error = support::decode(&config, &notice(&[("payDate", json!(date))])).unwrap_err();
        assert_eq!(error.to_string(), format!("payDate: {because}"));
    }
}

#[test]
fn the_open_api_names_the_payer_and_the_virtual_account() {
    let config = support::mbbank_token();
    let mut body = support::body(&config);
    body["va"] = json!("VQRQ0001");
    body["reciprocalAccount"] = json!("0011223344");
    body["reciprocalBankCode"] = json!("970436");
    body["transType"] = json!("D");
    let read = support::one(support::decode(&config, &body).unwrap());
    assert_eq!(read.virtual_account.as_deref(), Some("VQRQ0001"));
    assert_eq!(read.direction, Direction::Out);
    assert!(read.provider_id.ends_with("/D"));
    let payer = read.payer.unwrap();
    assert_eq!(
        (payer.bin.as_deref(), payer.account.as_deref()),
        (Some("970436"), Some("0011223344"))
    );
    body["reciprocalBankCode"] = json!("VCB");
    let read = support::one(support::decode(&config, &body).unwrap());
    assert_eq!(read.payer.unwrap().bin, None);
    body["transactionid"] = Value::Null;
    let error = support::decode(&config, &body).unwrap_err();
    assert_eq!(error.to_string(), "transactionid: missing");
}

//! VietQR.vn: spellings, clocks, identities, the agency's signature.

#![cfg(test)]

use cho40::feeds::{
    Direction, Headers, Precision, Provider, RefusedBecause, Reported, Secret, sign,
};
use cho40::primitives::UnixMs;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feeds_support as support;

/// 2025-09-08 14:34:21 UTC, 21:34:21 in Vietnam.
const BANKED: UnixMs = UnixMs(1_757_342_061_000);
const SEVEN_HOURS_MS: i64 = 7 * 3_600_000;

fn pushed() -> Value {
    support::data("samples/vietqr_vn/transaction_sync_credit.json")["request"]["body"].clone()
}

fn read_at(body: &Value, received_at: UnixMs) -> Result<Reported, String> {
    let config = support::vietqr_vn();
    let decoded =
        support::of(&config).decode(&config, &serde_json::to_vec(body).unwrap(), received_at);
    decoded.map(support::one).map_err(|error| error.to_string())
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut body = pushed();
    for (name, value) in changes {
        body[*name] = value.clone();
    }
    body
}

#[test]
fn both_spellings_say_the_same_and_both_at_once_say_nothing() {
    let lower = read_at(&pushed(), BANKED).unwrap();
    let camel = json!({
        "transactionId": "1757342061000-FT25251000000001", "transactionTime": "1757342061000",
        "referenceNumber": "FT25251000000001", "amount": "45000",
        "content": "VQR303f2894ce CJW7K3M9FQ", "bankAccount": "0123456789", "transType": "C",
        "orderId": "CJW7K3M9FQ", "terminalCode": "STALL042" });
    assert_eq!(read_at(&camel, BANKED).unwrap(), lower);
    let both = with(&[("bankAccount", json!("9999999999"))]);
    assert_eq!(read_at(&both, BANKED), Err("body: duplicate-field".to_owned()));
}

#[test]
fn times_come_in_two_units_and_from_a_clock_that_may_be_seven_hours_ahead() {
    let soon = BANKED.plus_ms(4_000);
    let time = |value: Value, received_at| {
        let read = read_at(&with(&[("transactiontime", value)]), received_at)?;
        Ok::<_, String>((read.occurred_at, read.precision))
    };
    let exact = Ok((BANKED, Precision::Second));
    for value in [
        json!(BANKED.get()),
        json!(BANKED.get().to_string()),
        json!(BANKED.get() + 999),
        json!(BANKED.get() / 1_000),
        json!((BANKED.get() / 1_000).to_string()),
        json!("2025-09-08 21:34:21"),
        json!(BANKED.get() + SEVEN_HOURS_MS),
        json!((BANKED.get() + SEVEN_HOURS_MS) / 1_000),
    ] {
        assert_eq!(time(value.clone(), soon), exact, "{value}");
    }
    // The last attempts of VietQR.vn come ten minutes later, and clocks differ.
    let ahead = json!(BANKED.get() + SEVEN_HOURS_MS);
    assert_eq!(time(ahead.clone(), BANKED.plus_ms(600_000)), exact);
    assert_eq!(time(ahead, BANKED.plus_ms(-120_000)), exact);
    // A clock that is fast by minutes is believed, and so is a late report.
    assert_eq!(time(json!(BANKED.get()), BANKED.plus_ms(-300_000)), exact);
    assert_eq!(time(json!(BANKED.get()), BANKED.plus_ms(86_400_000)), exact);
    // Without a time the day of the arrival must do.
    let day = UnixMs::from_rfc3339("2025-09-08T00:00:00+07:00").unwrap();
    assert_eq!(time(Value::Null, soon), Ok((day, Precision::Day)));
    assert_eq!(time(json!(""), soon), Ok((day, Precision::Day)));
    for value in [json!("17573"), json!(17_573_420_610_i64), json!("today"), json!("12025-09-08")] {
        let refused = Err("transactiontime: not-a-time".to_owned());
        assert_eq!(time(value.clone(), soon), refused, "{value}");
    }
    assert_eq!(time(json!(0.5), soon), Err("transactiontime: wrong-type".to_owned()));
    let far = time(json!(9_999_999_999_i64), soon);
    assert_eq!(far, Err("transactiontime: time-out-of-range".to_owned()));
}

#[test]
fn two_versions_of_one_push_are_one_transfer() {
    let first = read_at(&pushed(), BANKED).unwrap();
    let second = with(&[
        ("transactionid", json!("0a4cc317-3af3-4055-bc83-7296adb624bf")),
        ("transactiontime", json!((BANKED.get() + 3_000) / 1_000)),
        ("terminalCode", json!("")),
        ("urlLink", Value::Null),
    ]);
    let second = read_at(&second, BANKED.plus_ms(5_000)).unwrap();
    assert_eq!(second.namespace(), first.namespace());
    assert_eq!(second.provider_id, first.provider_id);
    assert_eq!(second.fingerprint(), first.fingerprint(), "its own time of hearing proves nothing");
    for (name, value) in [("amount", json!(45_001)), ("content", json!("x"))] {
        let other = read_at(&with(&[(name, value)]), BANKED).unwrap();
        assert_ne!(other.fingerprint(), first.fingerprint(), "{name}");
    }
}

#[test]
fn what_is_heard_later_than_anything_is_repeated_is_apart() {
    let first = read_at(&pushed(), BANKED).unwrap();
    let at = |later_ms: i64| {
        let body = with(&[("transactiontime", json!(BANKED.get() + later_ms))]);
        read_at(&body, BANKED.plus_ms(later_ms)).unwrap()
    };
    let minute = 60_000;
    let told = (first.occurred_at, first.precision);
    let later = [-31, -30, 0, 10, 30, 31, 7 * 60 - 1, 7 * 60, 7 * 60 + 1, 48 * 60];
    let apart: Vec<i64> =
        later.into_iter().filter(|later| at(later * minute).is_heard_apart(told)).collect();
    assert_eq!(apart, [-31, 31, 7 * 60 - 1, 7 * 60 + 1, 48 * 60]);
    // Of a first one without a time only the day is known.
    let day = (first.occurred_at.day(0).start(0), Precision::Day);
    let next = |days: i64| at(days * 24 * 60 * minute).is_heard_apart(day);
    assert_eq!([next(-2), next(-1), next(0), next(1), next(2)], [true, false, false, false, true]);
    let (one, same) = (at(48 * 60 * minute), at(48 * 60 * minute + 1_000));
    assert_eq!(one.apart_fingerprint(), same.apart_fingerprint());
    assert_ne!(one.apart_fingerprint(), at(49 * 60 * minute).apart_fingerprint());
    assert_ne!(one.apart_fingerprint(), one.fingerprint());
    // Others tell the bank's time: each other one is another fingerprint.
    let banks = Reported { provider: Provider::Sepay, ..one };
    assert!(!banks.is_heard_apart(told));
}

#[test]
fn identities_tell_direction_and_account_apart() {
    let of = |changes: &[(&str, Value)]| {
        let read = read_at(&with(changes), BANKED)?;
        Ok::<_, String>((read.namespace(), read.provider_id, read.direction))
    };
    let (namespace, id, _) = of(&[]).unwrap();
    let out = of(&[("transType", json!("D"))]).unwrap();
    assert_eq!(out, (namespace.clone(), "FT25251000000001/D".to_owned(), Direction::Out));
    let other = of(&[("bankaccount", json!("9876543210"))]).unwrap();
    assert_eq!(other.0, "vietqr_vn::9876543210:reference");
    assert_eq!(other.1, id);
    let by_id = of(&[("referencenumber", json!(""))]).unwrap();
    assert_eq!(by_id.0, "vietqr_vn::0123456789:transaction");
    assert_eq!(by_id.1, "1757342061000-FT25251000000001/C");
    let neither = of(&[("referencenumber", Value::Null), ("transactionid", Value::Null)]);
    assert_eq!(neither, Err("referencenumber: missing".to_owned()));
    let unknown = of(&[("transType", json!("X"))]);
    assert_eq!(unknown, Err("transtype: unknown-direction".to_owned()));
    // `sign` is the merchant's own word, handed back: it proves nothing and is not looked at.
    assert_eq!(of(&[("sign", json!("anything"))]).unwrap().1, id);
    let config = support::config(
        Provider::VietqrVn,
        r#"{"authentication":"token","username":"a","merchant":"khu-b"}"#,
    );
    let read = support::one(support::decode(&config, &pushed()).unwrap());
    assert_eq!(read.namespace(), "vietqr_vn:khu-b:0123456789:reference");
}

fn verify_agency(secret: &Secret, body: &Value) -> Result<(), RefusedBecause> {
    let config = support::vietqr_vn_agency();
    let body = serde_json::to_vec(body).unwrap();
    let secrets = std::slice::from_ref(secret);
    support::verify(&config, secrets, &Headers::default(), &body, BANKED)
}

#[test]
fn an_agency_signs_four_fields() {
    let config = support::vietqr_vn_agency();
    let secret = support::secret(&config, support::SEPAY_SECRET);
    let body = support::body(&config);
    assert_eq!(verify_agency(&secret, &body), Ok(()));
    let wrong = Err(RefusedBecause::WrongSignature);
    for name in ["transactionId", "amount", "transactionTime", "orderId"] {
        let mut changed = body.clone();
        changed[name] = json!("1");
        assert_eq!(verify_agency(&secret, &changed), wrong, "{name}");
    }
    let with_signature = |signature: Value| {
        let mut body = body.clone();
        body["signature"] = signature;
        verify_agency(&secret, &body)
    };
    assert_eq!(with_signature(Value::Null), Err(RefusedBecause::MissingSignature));
    assert_eq!(with_signature(json!("00")), Err(RefusedBecause::MalformedSignature));
    assert_eq!(with_signature(json!(7)), Err(RefusedBecause::MalformedSignature));
    assert_eq!(with_signature(json!("0".repeat(64))), wrong);
    let mut without = body.clone();
    without["transactionId"] = Value::Null;
    assert_eq!(verify_agency(&secret, &without), Err(RefusedBecause::UnreadableBody));
    assert_eq!(verify_agency(&secret, &json!([])), Err(RefusedBecause::UnreadableBody));
    // More digits than the signature has room for are signed as they are.
    let large = r#"{"transactionId":"a","amount":"12345678901","transactionTime":"","orderId":""}"#;
    let mut signed: Value = serde_json::from_str(large).unwrap();
    signed["signature"] = json!(sign::vietqr_vn_agency(&secret, large).unwrap());
    assert_eq!(verify_agency(&secret, &signed), Ok(()));
}

proptest! {
    /// The four fields are signed run together: moving a border between them must not make another
    /// transfer of one that was signed.
    #[test]
    fn a_signed_string_is_cut_in_one_way_only(id in "[0-9a-f]{8}", dong in 1_i64..10_000_000, order in "[0-9]{4}", moved in 1_usize..9) {
        let config = support::vietqr_vn_agency();
        let secret = support::secret(&config, support::SEPAY_SECRET);
        let time = "2025-09-08 21:34:21";
        let honest = json!({"transactionId": id, "amount": dong.to_string(), "transactionTime": time, "orderId": order}).to_string();
        let signature = sign::vietqr_vn_agency(&secret, &honest).unwrap();
        let signed = format!("{id}{dong:0>10}{time}{order}");
        for id_chars in (8 - moved.min(7))..=(8 + moved) {
            let (id, rest) = signed.split_at(id_chars);
            let (amount, rest) = rest.split_at(10);
            for time_chars in 0..=rest.len() {
                let (time, order) = rest.split_at(time_chars);
                let cut = json!({"transactionId": id, "amount": amount, "transactionTime": time, "orderId": order, "signature": signature});
                let believed = verify_agency(&secret, &cut).is_ok();
                if believed && let Ok(decoded) = support::decode(&config, &cut) {
                    prop_assert_eq!(support::one(decoded).provider_id.len(), 8, "{}", cut);
                }
            }
        }
    }
}

//! Casso: the sorted JSON that is signed, several transactions in one call, money out.

#![cfg(test)]

use cho40::feeds::{
    Decoded, Direction, Headers, Precision, RefusedBecause, Secret, casso_canonical_string, sign,
};
use cho40::primitives::{UnixMs, Vnd};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feeds_support as support;

const NOW_S: i64 = support::SIGNED_AT_S;

fn v2() -> (cho40::feeds::FeedConfig, Secret) {
    let config = support::casso("v2");
    let secret = support::secret(&config, support::SEPAY_SECRET);
    (config, secret)
}

fn verify_v2(header: &str, body: &str) -> Result<(), RefusedBecause> {
    let (config, secret) = v2();
    let headers: Headers = [("X-Casso-Signature", header)].into_iter().collect();
    support::verify(&config, &[secret], &headers, body.as_bytes(), support::at_s(NOW_S))
}

#[test]
fn the_signature_header_has_one_form() {
    use RefusedBecause as Because;
    let (_, secret) = v2();
    let [(_, right)] = sign::casso_v2(&secret, NOW_S * 1_000, "{}").unwrap();
    assert_eq!(verify_v2(&right, "{}"), Ok(()));
    assert_eq!(verify_v2(&right.replace(',', ", "), "{}"), Ok(()));
    assert_eq!(
        verify_v2(&right.to_uppercase().replace("T=", "t=").replace("V1=", "v1="), "{}"),
        Ok(())
    );
    let tag = right.split_once("v1=").unwrap().1;
    let wrong = [
        (String::new(), Because::MalformedSignature),
        (tag.to_owned(), Because::MalformedSignature),
        (format!("v1={tag}"), Because::MalformedSignature),
        (format!("v1={tag},t=1"), Because::MalformedSignature),
        (format!("t=1,v1={}", &tag[..126]), Because::MalformedSignature),
        (format!("t=1,v2={tag}"), Because::MalformedSignature),
        (format!("{right},v1={tag}"), Because::MalformedSignature),
        (format!("t=,v1={tag}"), Because::MalformedTimestamp),
        (format!("t=+1,v1={tag}"), Because::MalformedTimestamp),
        (format!("t=1.5,v1={tag}"), Because::MalformedTimestamp),
        (format!("t=123456789012345,v1={tag}"), Because::MalformedTimestamp),
        (format!("t={NOW_S},v1={tag}"), Because::WrongSignature),
    ];
    for (header, because) in wrong {
        assert_eq!(verify_v2(&header, "{}"), Err(because), "{header}");
    }
    for body in ["", "{", "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"b\":1}}"] {
        assert_eq!(verify_v2(&right, body), Err(Because::UnreadableBody), "{body}");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(verify_v2(&right, &deep), Err(Because::UnreadableBody));
}

#[test]
fn a_body_may_be_written_in_any_order_but_say_nothing_else() {
    let (_, secret) = v2();
    let sent = r#"{"error":0,"data":{"id":7,"amount":1000,"description":"Chợ \"A\"\n"}}"#;
    let [(_, header)] = sign::casso_v2(&secret, NOW_S * 1_000, sent).unwrap();
    let same = r#" {"data" : {"description":"Ch\u1ee3 \u0022A\u0022\u000a","amount":1000,"id":7}, "error":0} "#;
    assert_eq!(verify_v2(&header, same), Ok(()));
    for other in [
        sent.replace("1000", "10000"),
        sent.replace("1000", "1000.0"),
        sent.replace("\"id\":7", "\"id\":\"7\""),
        sent.replace("\"error\":0", "\"error\":0,\"x\":null"),
    ] {
        assert_eq!(verify_v2(&header, &other), Err(RefusedBecause::WrongSignature), "{other}");
    }
}

#[test]
fn several_transactions_come_in_one_call_and_money_in_stands_first() {
    let config = support::casso("v1");
    let one = |id: u64, amount: i64| {
        let mut body = support::body(&config);
        body["data"][0]["id"] = json!(id);
        body["data"][0]["amount"] = json!(amount);
        body["data"][0]["cusum_balance"] = json!(9_000_000 + id);
        body["data"][0].clone()
    };
    let body =
        json!({"error": 0, "data": [one(1, -70_000), one(2, 45_000), one(3, -1), one(4, 5_000)]});
    let Decoded::Transfers(read) = support::decode(&config, &body).unwrap() else { panic!() };
    let told: Vec<_> = read
        .iter()
        .map(|one| (one.provider_id.as_str(), one.direction, one.amount.get()))
        .collect();
    let expected = [
        ("2", Direction::In, 45_000),
        ("4", Direction::In, 5_000),
        ("1", Direction::Out, 70_000),
        ("3", Direction::Out, 1),
    ];
    assert_eq!(told, expected);

    // What a private account keeps: money in, at the same places, and no balance.
    let bytes = serde_json::to_vec(&body).unwrap();
    let kept = support::of(&config).private_body(&bytes);
    let text = String::from_utf8(kept.clone()).unwrap();
    assert!(!text.contains("70000") && !text.contains("90000"), "{text}");
    let Decoded::Transfers(again) = support::decode_bytes(&config, &kept).unwrap() else {
        panic!()
    };
    let without_balance = |mut one: cho40::feeds::Reported| {
        one.balance = None;
        one
    };
    let expected: Vec<_> = read.into_iter().take(2).map(without_balance).collect();
    assert_eq!(again, expected);
    assert!(support::of(&config).private_body(b"not json").is_empty());

    let (config, _) = v2();
    let mut body = support::body(&config);
    body["data"]["runningBalance"] = json!(9_123_456);
    let kept = support::of(&config).private_body(&serde_json::to_vec(&body).unwrap());
    assert!(!String::from_utf8(kept.clone()).unwrap().contains("9123456"));
    let read = support::one(support::decode(&config, &body).unwrap());
    assert_eq!(read.balance, Some(Vnd::new(9_123_456)));
    let again = support::one(support::decode_bytes(&config, &kept).unwrap());
    assert_eq!(again, without_balance(read));
}

#[test]
fn the_test_button_and_empty_calls_credit_nothing() {
    let v1 = support::casso("v1");
    let test = json!({"id": 0, "tid": "MA_GIAO_DICH_THU_NGHIEM", "amount": 599_000});
    let decode = |data: Value| support::decode(&v1, &json!({"error": 0, "data": data}));
    assert_eq!(decode(json!([test])), Ok(Decoded::Test("casso-test")));
    assert_eq!(decode(json!([])), Ok(Decoded::NotATransfer("casso-no-transactions")));
    assert_eq!(decode(json!([null])), Ok(Decoded::NotATransfer("casso-no-transactions")));
    let real = support::body(&v1)["data"][0].clone();
    let both = support::one(decode(json!([test, real])).unwrap());
    assert_eq!(both.amount, Vnd::new(45_000));
    // An id of 0 alone is no test, and no identity either.
    let mut zero = real.clone();
    zero["id"] = json!(0);
    assert_eq!(decode(json!([zero])).unwrap_err().to_string(), "data[0].id: not-an-identifier");
    let wrong_version = support::decode(&support::casso("v2"), &support::body(&v1));
    assert_eq!(wrong_version.unwrap_err().to_string(), "data: wrong-type");
    let wrong_version = support::decode(&v1, &support::body(&support::casso("v2")));
    assert_eq!(wrong_version.unwrap_err().to_string(), "data: wrong-type");
}

#[test]
fn the_first_integration_may_lack_ids_and_times() {
    let config = support::casso("v1");
    let with = |changes: &[(&str, Value)]| {
        let mut body = support::body(&config);
        for (name, value) in changes {
            body["data"][0][*name] = value.clone();
        }
        support::decode(&config, &body).map(support::one).map_err(|error| error.to_string())
    };
    let dated = with(&[("when", json!("2026-09-10"))]).unwrap();
    assert_eq!(dated.precision, Precision::Day);
    assert_eq!(dated.occurred_at, UnixMs::from_rfc3339("2026-09-10T00:00:00+07:00").unwrap());
    let without_id = with(&[("id", Value::Null), ("tid", json!("5017 - 48678"))]).unwrap();
    assert_eq!(without_id.namespace(), "casso::0123456789:tid");
    assert_eq!(without_id.provider_id, "5017 - 48678/2026-09-10");
    let neither = with(&[("id", Value::Null), ("tid", json!(""))]);
    assert_eq!(neither, Err("data[0].id: missing".to_owned()));
    let other_name = with(&[("bank_sub_acc_id", Value::Null), ("subAccId", json!("5566"))]);
    assert_eq!(other_name.unwrap().account_number.as_deref(), Some("5566"));
    let unknown_balance = with(&[("cusum_balance", json!(0))]).unwrap();
    assert_eq!(unknown_balance.balance, None);
}

/// A JSON text of a value as someone else might write it: keys turned round, blanks between, and
/// any character escaped that may be.
fn written_otherwise(value: &Value, escapes: bool) -> String {
    let text = |text: &str| {
        let inner: String = text
            .encode_utf16()
            .map(|unit| match char::from_u32(u32::from(unit)) {
                Some(c) if !escapes && c.is_ascii_alphanumeric() => c.to_string(),
                _ => format!("\\u{unit:04X}"),
            })
            .collect();
        format!("\"{inner}\"")
    };
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .rev()
                .map(|(key, value)| {
                    format!("{} : {}", text(key), written_otherwise(value, escapes))
                })
                .collect();
            format!("{{\n{} }}", fields.join(" ,\t"))
        }
        Value::Array(all) => {
            let all: Vec<_> = all.iter().map(|one| written_otherwise(one, escapes)).collect();
            format!("[ {} ]", all.join(" , "))
        }
        Value::String(inner) => text(inner),
        other => other.to_string(),
    }
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let inner = leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    });
    prop::collection::btree_map(any::<String>(), inner, 0..5)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

proptest! {
    /// serde_json's own maps are sorted, so its compact form is the sorted form.
    #[test]
    fn however_a_body_is_written_the_same_string_is_signed(value in values(), escapes in any::<bool>()) {
        let sorted = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(&casso_canonical_string(&sorted).unwrap(), &sorted);
        let otherwise = written_otherwise(&value, escapes);
        prop_assert_eq!(&casso_canonical_string(&otherwise).unwrap(), &sorted);
    }

    #[test]
    fn a_damaged_body_that_still_verifies_says_the_same(
        place in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let (config, secret) = v2();
        let now = support::at_s(NOW_S);
        let request = support::transfer().signed_request(&config, &secret, now).unwrap();
        let headers: Headers = request.headers.iter().cloned().collect();
        let original = support::decode_bytes(&config, &request.body).unwrap();
        let mut body = request.body;
        let place = place.index(body.len());
        body[place] ^= flip;
        if support::verify(&config, &[secret], &headers, &body, now) == Ok(()) {
            prop_assert_eq!(support::decode_bytes(&config, &body), Ok(original));
        }
    }
}

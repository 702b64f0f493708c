//! What a believed body says: fields, amounts, times, identities, and errors by field.

#![cfg(test)]

use cho40::feeds::{
    Decoded, Direction, FeedConfig, MAX_AMOUNT, MAX_MEMO_CHARS, Precision, Provider,
    standard_webhooks,
};
use cho40::primitives::{UnixMs, Vnd};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feeds_support as support;

fn configs() -> [FeedConfig; 3] {
    [support::sepay_hmac(), support::standard(), support::payos()]
}

/// The object that holds the fields of a transfer.
fn fields<'a>(config: &FeedConfig, body: &'a mut Value) -> &'a mut serde_json::Map<String, Value> {
    let at = if config.provider() == Provider::Payos { &mut body["data"] } else { body };
    at.as_object_mut().unwrap()
}

fn decode_with(config: &FeedConfig, field: &str, value: Value) -> Result<Decoded, String> {
    let mut body = support::body(config);
    fields(config, &mut body).insert(field.to_owned(), value);
    support::decode(config, &body).map_err(|error| error.to_string())
}

/// The body with the field's JSON text put in as it is: numbers keep their digits.
fn decode_raw(config: &FeedConfig, field: &str, json: &str) -> Result<Decoded, String> {
    let mut body = support::body(config);
    fields(config, &mut body).insert(field.to_owned(), json!("@here@"));
    let body = body.to_string().replace("\"@here@\"", json);
    support::decode_bytes(config, body.as_bytes()).map_err(|error| error.to_string())
}

fn amount_field(config: &FeedConfig) -> &'static str {
    match config.provider() {
        Provider::Sepay => "transferAmount",
        Provider::StandardWebhooks => "amount_vnd",
        _ => "amount",
    }
}

#[test]
fn what_is_sent_is_what_is_read() {
    for config in configs() {
        let sent = support::transfer();
        let read = support::one(support::decode(&config, &support::body(&config)).unwrap());
        assert_eq!(read.amount, sent.amount);
        assert_eq!(read.occurred_at, sent.occurred_at);
        assert_eq!(read.memo, sent.memo);
        assert_eq!(read.account_number.as_deref(), Some(sent.account));
        assert_eq!(read.direction, Direction::In);
        assert_eq!(read.precision, Precision::Second);
        assert_eq!(read.provider, config.provider());
    }
}

#[test]
fn identities_outlive_the_feed_and_tell_merchants_apart() {
    let namespaces = [
        (Provider::Sepay, r#"{"authentication":"hmac","merchant":"cho-a"}"#, "sepay:cho-a:webhook"),
        (
            Provider::StandardWebhooks,
            r#"{"merchant":"bank-x"}"#,
            "standard_webhooks:bank-x:970422-0123456789",
        ),
        (Provider::Payos, r#"{"merchant":"k1"}"#, "payos:k1::reference"),
    ];
    for (provider, json, namespace) in namespaces {
        let config = support::config(provider, json);
        let read = support::one(support::decode(&config, &support::body(&config)).unwrap());
        assert_eq!(read.namespace(), namespace);
    }
    let config = support::payos();
    let without = support::one(decode_with(&config, "accountNumber", json!("")).unwrap());
    assert_eq!(without.namespace(), "payos:::reference");
}

#[test]
fn ids_are_text_whether_number_or_string() {
    let config = support::sepay_hmac();
    for json in ["60000001", "\"60000001\"", "\" 60000001 \""] {
        assert_eq!(support::one(decode_raw(&config, "id", json).unwrap()).provider_id, "60000001");
    }
    // Beyond what a float or an i64 would keep.
    let long = "123456789012345678901234567890";
    assert_eq!(support::one(decode_raw(&config, "id", long).unwrap()).provider_id, long);
    let refused = [
        ("6e7", "not-an-identifier"),
        ("1.0", "not-an-identifier"),
        ("-1", "not-an-identifier"),
        ("0", "not-an-identifier"),
        ("\"a b\"", "not-an-identifier"),
        ("\"\"", "missing"),
        ("null", "missing"),
        ("true", "wrong-type"),
        ("[1]", "wrong-type"),
    ];
    for (json, because) in refused {
        assert_eq!(decode_raw(&config, "id", json), Err(format!("id: {because}")), "{json}");
    }
    let endless = "1".repeat(129);
    assert_eq!(decode_raw(&config, "id", &endless), Err("id: too-long".to_owned()));
}

#[test]
fn fingerprints_see_every_field_that_must_not_change() {
    let config = support::sepay_hmac();
    let original = support::one(support::decode(&config, &support::body(&config)).unwrap());
    let same = [
        ("code", json!("X")),
        ("accumulated", json!(5)),
        ("gateway", json!("?")),
        ("new", json!(1)),
    ];
    for (field, value) in same {
        let read = support::one(decode_with(&config, field, value).unwrap());
        assert_eq!(read.fingerprint(), original.fingerprint(), "{field}");
    }
    let other = [
        ("transferType", json!("out")),
        ("transferAmount", json!(45_001)),
        ("transactionDate", json!("2026-09-10 19:27:01")),
        ("accountNumber", json!("0123456780")),
        ("subAccount", json!("VA1")),
        ("content", json!("CJW012346A tien rau ")),
    ];
    let mut seen = vec![original.fingerprint()];
    for (field, value) in other {
        let read = support::one(decode_with(&config, field, value).unwrap());
        assert!(!seen.contains(&read.fingerprint()), "{field}");
        seen.push(read.fingerprint());
    }
    // The digest is stored: a change of its encoding would make every retry look altered.
    assert_eq!(original.fingerprint(), FINGERPRINT);
}

/// Computed apart from this code: SHA-256 over the prefix and each field behind its length.
const FINGERPRINT: i64 = -6_281_343_517_606_657_589;

#[test]
fn a_wrong_type_is_named_by_its_field_and_unknown_fields_are_tolerated() {
    let wrong: [(FeedConfig, &[&str]); 3] = [
        (
            support::sepay_hmac(),
            &[
                "id",
                "gateway",
                "transactionDate",
                "accountNumber",
                "subAccount",
                "code",
                "content",
                "transferType",
                "transferAmount",
                "referenceCode",
                "accumulated",
            ],
        ),
        (
            support::standard(),
            &[
                "transfer_id",
                "bin",
                "account",
                "virtual_account",
                "direction",
                "amount_vnd",
                "occurred_at",
                "memo",
                "reference",
                "balance_vnd",
                "payer",
                "test",
            ],
        ),
        (
            support::payos(),
            &[
                "orderCode",
                "amount",
                "description",
                "accountNumber",
                "reference",
                "code",
                "transactionDateTime",
                "currency",
                "paymentLinkId",
                "counterAccountBankId",
                "counterAccountName",
                "counterAccountNumber",
                "virtualAccountNumber",
            ],
        ),
    ];
    for (config, names) in wrong {
        let path = if config.provider() == Provider::Payos { "data." } else { "" };
        for name in names {
            let read = decode_with(&config, name, json!([1]));
            assert_eq!(read, Err(format!("{path}{name}: wrong-type")));
        }
        let plain = support::one(support::decode(&config, &support::body(&config)).unwrap());
        let more = decode_with(&config, "aFieldOfTomorrow", json!({"a": [1, {}]})).unwrap();
        assert_eq!(support::one(more), plain);
    }
    let read = decode_with(&support::standard(), "payer", json!({"bin": 970_436}));
    assert_eq!(read, Err("payer.bin: wrong-type".to_owned()));
}

#[test]
fn missing_fields_are_named() {
    let required: [(FeedConfig, &[&str]); 3] = [
        (
            support::sepay_hmac(),
            &["id", "transactionDate", "accountNumber", "transferType", "transferAmount"],
        ),
        (
            support::standard(),
            &["transfer_id", "bin", "account", "direction", "amount_vnd", "occurred_at", "memo"],
        ),
        (support::payos(), &["orderCode", "amount", "reference", "transactionDateTime", "code"]),
    ];
    for (config, names) in required {
        let path = if config.provider() == Provider::Payos { "data." } else { "" };
        for name in names {
            let read = decode_with(&config, name, Value::Null);
            assert_eq!(read, Err(format!("{path}{name}: missing")));
        }
    }
}

#[test]
fn odd_bodies_are_named() {
    let bodies: [(&[u8], &str); 8] = [
        (b"", "body: not-json"),
        (b"{", "body: not-json"),
        (b"{} {}", "body: not-json"),
        (b"[]", "body: not-an-object"),
        (b"\"x\"", "body: not-an-object"),
        (b"\xff\xfe", "body: not-json"),
        (br#"{"a":1,"a":1}"#, "body: duplicate-field"),
        (b"id=1&amount=2", "body: not-json"),
    ];
    for config in support::every_config() {
        for (body, error) in bodies {
            if config.provider() == Provider::Phone && body.starts_with(b"id=") {
                // Phones send forms too.
                continue;
            }
            let read = support::decode_bytes(&config, body).unwrap_err();
            assert_eq!(read.to_string(), error);
        }
        let deep = format!("{}1{}", r#"{"id":"#.repeat(100_000), "}".repeat(100_000));
        assert!(support::decode_bytes(&config, deep.as_bytes()).is_err());
        let huge = vec![b' '; 300_000];
        let read = support::decode_bytes(&config, &huge).unwrap_err();
        assert_eq!(read.to_string(), "body: too-long");
        let many: serde_json::Map<String, Value> =
            (0..300).map(|n| (n.to_string(), Value::Null)).collect();
        let read = support::decode(&config, &Value::Object(many)).unwrap_err();
        assert_eq!(read.to_string(), "body: too-many-fields");
    }
}

#[test]
fn times_keep_their_precision_and_nonsense_is_refused() {
    let sepay = support::sepay_hmac();
    let good = [
        ("2026-09-10 19:27:00", "2026-09-10T19:27:00+07:00", Precision::Second),
        ("2026-09-10T19:27:00", "2026-09-10T19:27:00+07:00", Precision::Second),
        ("2026-09-10 19:27", "2026-09-10T19:27:00+07:00", Precision::Minute),
        ("2026-09-10", "2026-09-10T00:00:00+07:00", Precision::Day),
    ];
    for (text, instant, precision) in good {
        let read = support::one(decode_with(&sepay, "transactionDate", json!(text)).unwrap());
        assert_eq!(read.occurred_at, UnixMs::from_rfc3339(instant).unwrap(), "{text}");
        assert_eq!(read.precision, precision, "{text}");
    }
    for text in [
        "2026-13-10 19:27:00",
        "2026-09-10 25:27:00",
        "10/09/2026",
        "1789043221",
        "2026-09-10 19:27:00+00:00",
        "2026-09-10 19:27:00Z",
        "0000-00-00 00:00:00",
        "yesterday",
    ] {
        let read = decode_with(&sepay, "transactionDate", json!(text));
        assert_eq!(read, Err("transactionDate: not-a-time".to_owned()), "{text}");
    }
    let read = decode_with(&sepay, "transactionDate", json!("1970-01-01 00:00:00"));
    assert_eq!(read, Err("transactionDate: time-out-of-range".to_owned()));

    let standard = support::standard();
    let good = [
        ("2026-09-10T12:27:00Z", "2026-09-10T19:27:00+07:00", Precision::Second),
        ("2026-09-10T12:27:00.250+00:00", "2026-09-10T19:27:00.25+07:00", Precision::Second),
        ("2026-09-10", "2026-09-10T00:00:00+07:00", Precision::Day),
    ];
    for (text, instant, precision) in good {
        let read = support::one(decode_with(&standard, "occurred_at", json!(text)).unwrap());
        assert_eq!(read.occurred_at, UnixMs::from_rfc3339(instant).unwrap(), "{text}");
        assert_eq!(read.precision, precision, "{text}");
    }
    for text in ["2026-09-10T19:27:00", "2026-09-10 19:27", "2026-09-10T19:27:00+07:00[+07]"] {
        let read = decode_with(&standard, "occurred_at", json!(text));
        assert_eq!(read, Err("occurred_at: not-a-time".to_owned()), "{text}");
    }
    let payos = support::payos();
    let read = decode_with(&payos, "transactionDateTime", json!("2026-09-10T19:27:00+07:00"));
    let expected = UnixMs::from_rfc3339("2026-09-10T19:27:00+07:00").unwrap();
    assert_eq!(support::one(read.unwrap()).occurred_at, expected);
}

#[test]
fn long_or_unstorable_texts_are_refused_and_memos_are_counted_all_the_same() {
    let config = support::sepay_hmac();
    let longest = "ạ".repeat(MAX_MEMO_CHARS);
    let read = support::one(decode_with(&config, "content", json!(longest)).unwrap());
    assert_eq!(read.memo, longest);
    let longer = format!("{longest}ạ");
    let refused = [
        ("content", json!(1), "wrong-type"),
        ("referenceCode", json!("a\nb"), "forbidden-character"),
        ("accountNumber", json!("0123 456"), "not-an-account"),
        ("accountNumber", json!("'; drop table"), "not-an-account"),
        ("accountNumber", json!("1".repeat(35)), "too-long"),
        ("transferType", json!("credit"), "unknown-direction"),
    ];
    for (field, value, because) in refused {
        assert_eq!(decode_with(&config, field, value), Err(format!("{field}: {because}")));
    }
    let read = support::one(decode_with(&config, "content", json!(longer)).unwrap());
    assert_eq!(read.memo, format!("{longest}…"));
    let read = support::one(decode_with(&config, "content", json!("a\u{0}b")).unwrap());
    assert_eq!(read.memo, "a\u{FFFD}b");
    let lone = decode_raw(&config, "content", r#""CJW012346A \ud83d tra""#);
    let memo = support::one(lone.unwrap()).memo;
    assert_eq!(memo, "CJW012346A \u{FFFD}\u{FFFD}\u{FFFD} tra");
    let read = support::one(decode_with(&config, "content", Value::Null).unwrap());
    assert_eq!(read.memo, "");
}

#[test]
fn payos_reports_only_what_was_paid_in_dong() {
    let config = support::payos();
    let unpaid = decode_with(&config, "code", json!("01"));
    assert_eq!(unpaid, Ok(Decoded::NotATransfer("payos-not-paid")));
    let mut body = support::body(&config);
    body["success"] = json!(false);
    body["code"] = json!("01");
    // Outside of what is signed: anybody on the way can write that.
    assert_eq!(support::decode(&config, &body), support::decode(&config, &support::body(&config)));
    assert!(matches!(support::decode(&config, &body), Ok(Decoded::Transfers(_))));
    let dollars = decode_with(&config, "currency", json!("USD"));
    assert_eq!(dollars, Err("data.currency: wrong-currency".to_owned()));
    // Each of the three marks of the registration is needed to be a test.
    let mut registration = support::body(&config);
    for (field, value) in
        [("orderCode", json!(123)), ("amount", json!(3_000)), ("description", json!("VQRIO123"))]
    {
        registration["data"][field] = value;
    }
    let test = Ok(Decoded::Test("payos-registration"));
    assert_eq!(support::decode(&config, &registration), test);
    for (field, value) in
        [("orderCode", json!(124)), ("amount", json!(3_001)), ("description", json!("VQRIO124"))]
    {
        let mut body = registration.clone();
        body["data"][field] = value;
        let read = support::decode(&config, &body);
        assert!(matches!(read, Ok(Decoded::Transfers(_))), "{field}");
    }
}

#[test]
fn standard_webhooks_knows_a_test_and_a_payer() {
    let config = support::standard();
    let test = support::decode(&config, &json!({"test": true})).unwrap();
    assert_eq!(test, Decoded::Test("standard-webhooks-test"));
    let payer = json!({"name": "NGUYEN VAN A", "bin": "970436", "account": "0011000000001"});
    let read = support::one(decode_with(&config, "payer", payer).unwrap()).payer.unwrap();
    assert_eq!(read.bin.as_deref(), Some("970436"));
    assert_eq!(read.account.as_deref(), Some("0011000000001"));
    assert_eq!(support::one(decode_with(&config, "payer", json!({})).unwrap()).payer, None);
    let overdraft = support::one(decode_with(&config, "balance_vnd", json!(-5)).unwrap());
    assert_eq!(overdraft.balance, Some(Vnd::new(-5)));
    let read = decode_with(&config, "bin", json!("97042"));
    assert_eq!(read, Err("bin: not-a-bin".to_owned()));
}

#[test]
fn the_published_schema_is_what_is_read() {
    let schema: Value = serde_json::from_str(standard_webhooks::SCHEMA).unwrap();
    let config = support::standard();
    for example in schema["examples"].as_array().unwrap() {
        support::decode(&config, example).unwrap();
    }
    let transfer = &schema["examples"][0];
    for field in schema["else"]["required"].as_array().unwrap() {
        let field = field.as_str().unwrap();
        let mut without = transfer.clone();
        without.as_object_mut().unwrap().remove(field).unwrap();
        let error = support::decode(&config, &without).unwrap_err();
        assert_eq!(error.to_string(), format!("{field}: missing"));
    }
    // Every described field is read: a wrong type in it is noticed.
    for field in schema["properties"].as_object().unwrap().keys() {
        let mut wrong = transfer.clone();
        wrong[field] = json!([]);
        let error = support::decode(&config, &wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("{field}: wrong-type"));
    }
}

#[test]
fn amounts_that_are_no_dong_are_refused() {
    let refused = [
        ("0", "not-positive"),
        ("-45000", "not-positive"),
        ("\"0.00\"", "not-positive"),
        ("45000.5", "not-an-amount"),
        ("\"45000.50\"", "not-an-amount"),
        ("4.5e4", "not-an-amount"),
        ("1e400", "not-an-amount"),
        ("\"45,000\"", "not-an-amount"),
        ("\"45.000\"", "not-an-amount"),
        ("145.000", "not-an-amount"),
        ("\"45.000 đ\"", "not-an-amount"),
        ("\"\"", "not-an-amount"),
        ("\"--5\"", "not-an-amount"),
        ("1000000000000001", "too-large"),
        ("99999999999999999999", "too-large"),
        ("true", "wrong-type"),
        ("{}", "wrong-type"),
        ("null", "missing"),
    ];
    for config in configs() {
        let field = amount_field(&config);
        let path = if config.provider() == Provider::Payos { "data." } else { "" };
        for (json, because) in refused {
            let read = decode_raw(&config, field, json);
            assert_eq!(read, Err(format!("{path}{field}: {because}")), "{json}");
        }
    }
}

proptest! {
    #[test]
    fn every_whole_amount_is_read_exactly(dong in 1..=MAX_AMOUNT.get(), zeros in 1_usize..4) {
        let zeros = "0".repeat(zeros);
        for config in configs() {
            let field = amount_field(&config);
            for json in [format!("{dong}"), format!("\"{dong}\""), format!("{dong}.{zeros}"), format!("\"{dong}.{zeros}\"")] {
                let read = support::one(decode_raw(&config, field, &json).unwrap());
                prop_assert_eq!(read.amount, Vnd::new(dong), "{}", json);
            }
        }
    }

    #[test]
    fn no_fraction_is_rounded(dong in 1..=MAX_AMOUNT.get(), fraction in "[0-9]{0,8}[1-9]") {
        let config = support::sepay_hmac();
        for json in [format!("{dong}.{fraction}"), format!("\"{dong}.{fraction}\"")] {
            let read = decode_raw(&config, "transferAmount", &json);
            prop_assert_eq!(read, Err("transferAmount: not-an-amount".to_owned()));
        }
    }

    #[test]
    fn decoding_arbitrary_bytes_never_panics(body in prop::collection::vec(any::<u8>(), 0..400)) {
        for config in support::every_config() {
            prop_assert!(support::decode_bytes(&config, &body).is_err());
        }
    }

    #[test]
    fn decoding_a_damaged_body_never_panics(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for config in support::every_config() {
            let mut body = serde_json::to_vec(&support::body(&config)).unwrap();
            for (place, byte) in &damage {
                let place = place.index(body.len());
                body[place] = *byte;
            }
            if let Ok(Decoded::Transfers(transfers)) = support::decode_bytes(&config, &body) {
                for transfer in transfers {
                    prop_assert!(transfer.amount.is_positive());
                    prop_assert!(!transfer.provider_id.is_empty());
                }
            }
        }
    }
}

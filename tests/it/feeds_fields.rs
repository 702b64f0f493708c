//! What is wrong with a field of Casso, VietQR.vn, the Bank Hub or MB is said by the field's name.

#![cfg(test)]

use cho40::feeds::{Decoded, FeedConfig, MAX_AMOUNT};
use cho40::primitives::Vnd;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::feeds_support as support;

/// The object that holds a transfer's fields, and the path of their names.
fn fields<'a>(config: &FeedConfig, body: &'a mut Value) -> (&'static str, &'a mut Value) {
    match config {
        FeedConfig::Casso(_) if body["data"].is_array() => ("data[0].", &mut body["data"][0]),
        FeedConfig::Casso(_) => ("data.", &mut body["data"]),
        _ => ("", body),
    }
}

fn path(config: &FeedConfig) -> &'static str {
    fields(config, &mut support::body(config)).0
}

fn decode_with(config: &FeedConfig, field: &str, value: Value) -> Result<Decoded, String> {
    let mut body = support::body(config);
    fields(config, &mut body).1[field] = value;
    support::decode(config, &body).map_err(|error| error.to_string())
}

/// The same with the field's JSON text put in as it is: numbers keep their digits.
fn decode_raw(config: &FeedConfig, field: &str, json: &str) -> Result<Decoded, String> {
    let mut body = support::body(config);
    fields(config, &mut body).1[field] = json!("@here@");
    let body = body.to_string().replace("\"@here@\"", json);
    support::decode_bytes(config, body.as_bytes()).map_err(|error| error.to_string())
}

struct Shape {
    config: FeedConfig,
    amount: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
    /// Fields are named in lower case, however they were written.
    folds: bool,
}

fn shapes() -> Vec<Shape> {
    let shape = |config, amount, required, optional, folds| Shape {
        config,
        amount,
        required,
        optional,
        folds,
    };
    vec![
        shape(
            support::casso("v1"),
            "amount",
            &["amount", "when", "bank_sub_acc_id"],
            &["id", "tid", "description", "cusum_balance", "bankName", "virtualAccount"],
            false,
        ),
        shape(
            support::casso("v2"),
            "amount",
            &["id", "amount", "transactionDateTime", "accountNumber"],
            &["reference", "description", "runningBalance", "bankName", "counterAccountName"],
            false,
        ),
        shape(
            support::bank_hub("secret_key"),
            "amount",
            &["transaction_id", "transfer_type", "transaction_date", "account_number", "amount"],
            &["gateway", "va", "payment_code", "content", "reference_code", "accumulated"],
            false,
        ),
        shape(
            support::vietqr_vn(),
            "amount",
            &["amount", "bankaccount", "transType"],
            &["transactionid", "transactiontime", "referencenumber", "content", "orderId"],
            true,
        ),
        shape(
            support::vietqr_vn_agency(),
            "amount",
            &["amount", "transactionId", "transactionTime"],
            &["bankAccount", "transType", "content", "orderId"],
            true,
        ),
        shape(
            support::mbbank_token(),
            "amount",
            &["amount", "bankaccount", "transType", "transactionid"],
            &["transactiontime", "referencenumber", "content", "va", "reciprocalAccount"],
            true,
        ),
        shape(
            support::mbbank("checksum"),
            "debitAmount",
            &["respCode", "traceTransfer", "payDate", "debitAmount"],
            &["billNumber", "ftCode", "terminalLabel", "referenceLabelCode"],
            false,
        ),
    ]
}

impl Shape {
    fn named(&self, field: &str) -> String {
        let name = if self.folds { field.to_lowercase() } else { field.to_owned() };
        format!("{}{name}", path(&self.config))
    }
}

#[test]
fn wrong_types_and_missing_fields_are_named() {
    for shape in shapes() {
        for field in shape.required.iter().chain(shape.optional) {
            let read = decode_with(&shape.config, field, json!([1]));
            assert_eq!(read, Err(format!("{}: wrong-type", shape.named(field))));
        }
        for field in shape.required {
            // Casso's second name of an account does not stand in for a wrong first one.
            let mut body = support::body(&shape.config);
            let fields = fields(&shape.config, &mut body).1.as_object_mut().unwrap();
            fields.remove("subAccId");
            fields.insert((*field).to_owned(), Value::Null);
            let read = support::decode(&shape.config, &body).unwrap_err().to_string();
            assert_eq!(read, format!("{}: missing", shape.named(field)));
        }
        let plain = support::decode(&shape.config, &support::body(&shape.config)).unwrap();
        let more = decode_with(&shape.config, "aFieldOfTomorrow", json!({"a": [1, {}]}));
        assert_eq!(more.unwrap(), plain);
    }
}

#[test]
fn amounts_that_are_no_dong_are_refused() {
    let refused = [
        ("0", "not-positive"),
        ("\"0.00\"", "not-positive"),
        ("45000.5", "not-an-amount"),
        ("4.5e4", "not-an-amount"),
        ("\"45,000\"", "not-an-amount"),
        ("\"45.000\"", "not-an-amount"),
        ("145.000", "not-an-amount"),
        ("\"\"", "not-an-amount"),
        ("1000000000000001", "too-large"),
        ("true", "wrong-type"),
        ("null", "missing"),
    ];
    for shape in shapes() {
        for (json, because) in refused {
            let read = decode_raw(&shape.config, shape.amount, json);
            assert_eq!(read, Err(format!("{}: {because}", shape.named(shape.amount))), "{json}");
        }
        if shape.config.provider() != cho40::feeds::Provider::Casso {
            let read = decode_raw(&shape.config, shape.amount, "-45000");
            assert_eq!(read, Err(format!("{}: not-positive", shape.named(shape.amount))));
        }
    }
}

#[test]
fn what_is_sent_is_what_is_read() {
    for shape in shapes() {
        let sent = support::transfer();
        let read = support::decode(&shape.config, &support::body(&shape.config)).unwrap();
        let read = support::one(read);
        assert_eq!((read.amount, read.occurred_at), (sent.amount, sent.occurred_at));
        assert_eq!(read.provider, shape.config.provider());
        assert!(!read.provider_id.is_empty() && !read.id_family.is_empty());
        if shape.amount == "amount" {
            assert_eq!(read.memo, sent.memo);
            assert_eq!(read.account_number.as_deref(), Some(sent.account));
        }
    }
}

proptest! {
    #[test]
    fn every_whole_amount_is_read_exactly(dong in 1..=MAX_AMOUNT.get()) {
        for shape in shapes() {
            for json in [format!("{dong}"), format!("\"{dong}\""), format!("{dong}.00")] {
                // What MB sums up and an agency signs are digits.
                let read = decode_raw(&shape.config, shape.amount, &json);
                let is_summed = shape.amount == "debitAmount" && json.ends_with(".00");
                match read {
                    Err(error) if is_summed => {
                        prop_assert_eq!(error, "debitAmount: wrong-type".to_owned());
                    }
                    read => {
                        let read = support::one(read.unwrap());
                        prop_assert_eq!(read.amount, Vnd::new(dong), "{}", json);
                    }
                }
            }
        }
    }
}

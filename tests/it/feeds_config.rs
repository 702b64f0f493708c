//! Configurations, answers, and the names that are stored.

#![cfg(test)]

use std::collections::HashSet;

use cho40::feeds::{
    FeedConfig, FeedKind, MbbankAuthentication, Outcome, Provider, RefusedBecause, Undecodable,
    UndecodableBecause, connector,
};

use crate::feeds_support as support;

#[test]
fn configurations_are_read_back_as_they_are_stored() {
    let good = [
        (Provider::Sepay, r#"{"authentication":"hmac"}"#, "account"),
        (
            Provider::Sepay,
            r#"{"authentication":"api_key","merchant":"cho.a-1_x","tolerance_s":60}"#,
            "account",
        ),
        (Provider::StandardWebhooks, r#"{"merchant":null}"#, "account"),
        (Provider::Payos, r#"{"merchant":"kenh1"}"#, "payos:kenh1"),
        (Provider::Casso, r#"{"version":"v1","merchant":"a"}"#, "account"),
        (Provider::Casso, r#"{"version":"v2","tolerance_s":600}"#, "account"),
        (
            Provider::VietqrVn,
            r#"{"authentication":"token","username":"cho","token_lifetime_s":59}"#,
            "account",
        ),
        (Provider::VietqrVn, r#"{"authentication":"signature"}"#, "account"),
        (Provider::SepayBankHub, r#"{"authentication":"api_key"}"#, "account"),
        (Provider::Mbbank, r#"{"authentication":"token","username":"cho"}"#, "account"),
        (Provider::Mbbank, r#"{"authentication":"checksum","merchant":"b"}"#, "account"),
        (Provider::Phone, r#"{"merchant":"khu-a"}"#, "account"),
    ];
    for (provider, json, source) in good {
        let config = support::config(provider, json);
        assert_eq!(config.provider(), provider);
        assert_eq!(config.source(), source);
        assert_eq!(FeedConfig::parse(provider, &config.to_json()), Ok(config));
    }
    let FeedConfig::Sepay(sepay) = support::sepay_hmac() else { panic!("not SePay") };
    assert_eq!(sepay.tolerance_s, 300);
}

#[test]
fn wrong_configurations_are_refused_by_field() {
    let wrong = [
        ("[]", "config", "feed-config-not-an-object"),
        ("", "config", "feed-config-not-an-object"),
        (
            r#"{"authentication":"hmac","authentication":"api_key"}"#,
            "config",
            "feed-config-duplicate-field",
        ),
        ("{}", "config.authentication", "feed-config-missing"),
        (r#"{"authentication":"none"}"#, "config.authentication", "feed-config-not-one-of"),
        (r#"{"authentication":7}"#, "config.authentication", "feed-config-not-one-of"),
        (r#"{"authentication":"hmac","secret":"x"}"#, "config.secret", "feed-config-unknown-field"),
        (
            r#"{"authentication":"hmac","merchant":"a:b"}"#,
            "config.merchant",
            "feed-config-bad-merchant",
        ),
        (
            r#"{"authentication":"hmac","merchant":"Á"}"#,
            "config.merchant",
            "feed-config-bad-merchant",
        ),
        (r#"{"authentication":"hmac","merchant":5}"#, "config.merchant", "feed-config-wrong-type"),
        (
            r#"{"authentication":"hmac","tolerance_s":0}"#,
            "config.tolerance_s",
            "feed-config-out-of-range",
        ),
        (
            r#"{"authentication":"hmac","tolerance_s":3601}"#,
            "config.tolerance_s",
            "feed-config-out-of-range",
        ),
        (
            r#"{"authentication":"hmac","tolerance_s":-300}"#,
            "config.tolerance_s",
            "feed-config-out-of-range",
        ),
        (
            r#"{"authentication":"hmac","tolerance_s":"300"}"#,
            "config.tolerance_s",
            "feed-config-wrong-type",
        ),
    ];
    for (json, field, code) in wrong {
        let refusal = FeedConfig::parse(Provider::Sepay, json).unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.code), (Some(field), code), "{json}");
    }
    let refusal = FeedConfig::parse(Provider::Payos, r#"{"tolerance_s":300}"#).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("config.tolerance_s"));
}

#[test]
fn what_decides_about_trust_is_chosen_by_name() {
    use Provider::{Casso, Mbbank, SepayBankHub, VietqrVn};
    let long = format!(r#"{{"authentication":"token","username":"{}"}}"#, "a".repeat(65));
    let wrong = [
        (Casso, "{}", "version", "feed-config-missing"),
        (Casso, r#"{"version":"v3"}"#, "version", "feed-config-not-one-of"),
        (Casso, r#"{"version":2}"#, "version", "feed-config-not-one-of"),
        (Casso, r#"{"version":"v2","tolerance_s":1}"#, "tolerance_s", "feed-config-out-of-range"),
        (SepayBankHub, "{}", "authentication", "feed-config-missing"),
        (SepayBankHub, r#"{"authentication":"hmac"}"#, "authentication", "feed-config-not-one-of"),
        (VietqrVn, "{}", "authentication", "feed-config-missing"),
        (VietqrVn, r#"{"authentication":"none"}"#, "authentication", "feed-config-not-one-of"),
        (VietqrVn, r#"{"authentication":"token"}"#, "username", "feed-config-missing"),
        (
            VietqrVn,
            r#"{"authentication":"token","username":""}"#,
            "username",
            "feed-config-bad-username",
        ),
        (
            VietqrVn,
            r#"{"authentication":"token","username":"a:b"}"#,
            "username",
            "feed-config-bad-username",
        ),
        (VietqrVn, &long, "username", "feed-config-bad-username"),
        (
            VietqrVn,
            r#"{"authentication":"token","username":7}"#,
            "username",
            "feed-config-wrong-type",
        ),
        (
            VietqrVn,
            r#"{"authentication":"token","username":"a","token_lifetime_s":7200}"#,
            "token_lifetime_s",
            "feed-config-out-of-range",
        ),
        (
            VietqrVn,
            r#"{"authentication":"signature","username":"a"}"#,
            "username",
            "feed-config-unknown-field",
        ),
        (Mbbank, "{}", "authentication", "feed-config-missing"),
        (Mbbank, r#"{"authentication":"md5"}"#, "authentication", "feed-config-not-one-of"),
        (Mbbank, r#"{"authentication":"token"}"#, "username", "feed-config-missing"),
        (
            Mbbank,
            r#"{"authentication":"bearer","token_lifetime_s":300}"#,
            "token_lifetime_s",
            "feed-config-unknown-field",
        ),
    ];
    for (provider, json, field, code) in wrong {
        let refusal = FeedConfig::parse(provider, json).unwrap_err();
        let field = format!("config.{field}");
        let told = (refusal.field.as_deref(), refusal.code);
        assert_eq!(told, (Some(field.as_str()), code), "{provider} {json}");
    }
}

#[test]
fn every_outcome_has_the_answer_that_ends_or_repeats_the_delivery() {
    let undecodable = Undecodable::new("amount_vnd", UndecodableBecause::NotAnAmount);
    let done = [
        Outcome::Recorded,
        Outcome::Duplicate,
        Outcome::DuplicateWithDifferentFields,
        Outcome::Unmatched,
        Outcome::Suspected,
        Outcome::Undecodable(undecodable),
        Outcome::UnknownText,
        Outcome::Test,
        Outcome::NotATransfer,
    ];
    for config in support::every_config() {
        let reply = |outcome: &Outcome| support::of(&config).reply(&config, outcome, "dlv_1");
        for outcome in &done {
            let reply = reply(outcome);
            assert_eq!(reply.status, 200, "{config:?} {outcome:?}");
            let json: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
            match (config.provider(), success(&config)) {
                (Provider::StandardWebhooks | Provider::Phone, _) => {
                    assert_eq!(json["outcome"], outcome.code());
                }
                (_, success) => assert_eq!(reply.body, success, "{config:?} {outcome:?}"),
            }
        }
        assert_eq!(reply(&Outcome::Busy).status, 503);
        assert!(reply(&Outcome::Busy).headers.contains(&("retry-after", "30")));
        assert!(reply(&Outcome::Busy).body.contains("busy"));
        for because in RefusedBecause::ALL {
            let reply = reply(&Outcome::Refused(because));
            let expected = match because {
                RefusedBecause::MethodNotAllowed => 405,
                RefusedBecause::UnknownPath => 404,
                RefusedBecause::TooLarge => 413,
                _ => 401,
            };
            assert_eq!(reply.status, expected);
            assert_eq!(reply.headers.contains(&("allow", "POST")), expected == 405);
            assert!(reply.body.contains(because.code()));
            let json: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
            let says_success = json["success"] == true
                || json["error"] == false
                || json["errorReason"] == "000"
                || json["resCode"] == "00";
            assert!(!says_success, "{}", reply.body);
        }
    }
}

/// What ends a provider's attempts.
fn success(config: &FeedConfig) -> &'static str {
    match config {
        FeedConfig::VietqrVn(vietqr) if vietqr.token.is_none() => {
            r#"{"error":false,"errorReason":"000","toastMessage":"","messageError":""}"#
        }
        FeedConfig::VietqrVn(_) => {
            r#"{"error":false,"errorReason":"000","toastMessage":"OK","object":{"reftransactionid":"dlv_1"}}"#
        }
        FeedConfig::Mbbank(mb) if mb.authentication == MbbankAuthentication::Checksum => {
            r#"{"resCode":"00","resDesc":"Success"}"#
        }
        FeedConfig::Mbbank(_) => {
            r#"{"error":false,"errorReason":"000","toastMessage":"","object":{"reftransactionid":"dlv_1"}}"#
        }
        _ => r#"{"success":true}"#,
    }
}

#[test]
fn stored_names_are_kebab_case_distinct_and_read_back() {
    let kebab = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let refused: HashSet<_> = RefusedBecause::ALL.map(RefusedBecause::code).into();
    assert_eq!(refused.len(), RefusedBecause::ALL.len());
    for because in RefusedBecause::ALL {
        assert!(kebab(because.code()));
        assert_eq!(RefusedBecause::parse(because.code()), Some(because));
    }
    let undecodable: HashSet<_> = UndecodableBecause::ALL.map(UndecodableBecause::code).into();
    assert_eq!(undecodable.len(), UndecodableBecause::ALL.len());
    for because in UndecodableBecause::ALL {
        assert!(kebab(because.code()));
        assert_eq!(UndecodableBecause::parse(because.code()), Some(because));
    }
    for provider in Provider::ALL {
        assert_eq!(Provider::parse(provider.as_str()), Some(provider));
        assert_eq!(connector(provider).provider(), provider);
        for name in connector(provider).kept_headers() {
            assert_eq!(*name, name.to_ascii_lowercase());
            assert!(!["authorization", "cookie", "x-secret-key", "secure-token"].contains(name));
        }
    }
    assert_eq!(Provider::parse("SePay"), None);
    for provider in Provider::ALL {
        let is_order = connector(provider).kind() == FeedKind::Order;
        assert_eq!(is_order, provider == Provider::Payos, "{provider}");
    }
}

//! Configurations, answers, and the names that are stored.

#![cfg(test)]

use std::collections::HashSet;

use cho40::feeds::{
    FeedConfig, FeedKind, Outcome, Provider, RefusedBecause, Undecodable, UndecodableBecause,
    connector,
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
fn every_outcome_has_the_answer_that_ends_or_repeats_the_delivery() {
    let undecodable = Undecodable::new("amount_vnd", UndecodableBecause::NotAnAmount);
    let done = [
        Outcome::Recorded,
        Outcome::Duplicate,
        Outcome::DuplicateWithDifferentFields,
        Outcome::Unmatched,
        Outcome::Suspected,
        Outcome::Undecodable(undecodable),
        Outcome::Test,
        Outcome::NotATransfer,
    ];
    for provider in Provider::ALL {
        let reply = |outcome: &Outcome| connector(provider).reply(outcome);
        for outcome in &done {
            let reply = reply(outcome);
            assert_eq!(reply.status, 200, "{provider} {outcome:?}");
            let json: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
            match provider {
                Provider::StandardWebhooks => assert_eq!(json["outcome"], outcome.code()),
                _ => assert_eq!(reply.body, r#"{"success":true}"#),
            }
        }
        assert_eq!(reply(&Outcome::Busy).status, 503);
        assert!(reply(&Outcome::Busy).headers.contains(&("retry-after", "30")));
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
            assert!(reply.body.contains(because.code()) && !reply.body.contains("\":true"));
            serde_json::from_str::<serde_json::Value>(&reply.body).unwrap();
        }
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
    assert_eq!(connector(Provider::Sepay).kind(), FeedKind::Account);
    assert_eq!(connector(Provider::StandardWebhooks).kind(), FeedKind::Account);
    assert_eq!(connector(Provider::Payos).kind(), FeedKind::Order);
}

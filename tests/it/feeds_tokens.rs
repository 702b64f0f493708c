//! Tokens that a feed gives out: for whom, for how long, and that nobody else can make one.

#![cfg(test)]

use cho40::feeds::{
    Believed, FeedConfig, Headers, Incoming, Provider, RefusedBecause as Because, Secret, sign,
};
use cho40::primitives::UnixMs;
use proptest::prelude::*;
use serde_json::Value;

use crate::feeds_support as support;

const NOW_S: i64 = support::SIGNED_AT_S;

fn feed() -> (FeedConfig, Secret) {
    let config = support::vietqr_vn();
    let secret = support::secret(&config, support::SEPAY_SECRET);
    (config, secret)
}

fn other_secret() -> Secret {
    Secret::new("another-secret-0", 12).unwrap()
}

fn token_config(config: &FeedConfig) -> &cho40::feeds::TokenConfig {
    match config {
        FeedConfig::VietqrVn(config) => config.token.as_ref().unwrap(),
        FeedConfig::Mbbank(config) => config.token.as_ref().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn ask(
    config: &FeedConfig,
    secrets: &[Secret],
    (method, path_tail): (&str, &str),
    authorization: &[&str],
    now: UnixMs,
) -> Result<Believed, Because> {
    let headers = authorization.iter().map(|value| ("Authorization", *value)).collect();
    let incoming = Incoming { method, path_tail, query: "", headers: &headers, body: b"{}" };
    support::of(config).verify(config, secrets, &incoming, now)
}

fn pushed(
    config: &FeedConfig,
    secrets: &[Secret],
    token: &str,
    now: UnixMs,
) -> Result<(), Because> {
    let bearer = format!("Bearer {token}");
    let believed = ask(config, secrets, ("POST", "bank/api/transaction-sync"), &[&bearer], now)?;
    assert_eq!(believed, Believed::Report);
    Ok(())
}

#[test]
fn whoever_knows_name_and_password_gets_a_token_that_is_believed() {
    for config in [support::vietqr_vn(), support::mbbank_token()] {
        let secret = support::secret(&config, support::SEPAY_SECRET);
        let secrets = [other_secret(), secret.clone()];
        let now = support::at_s(NOW_S);
        let (_, basic) = sign::basic(token_config(&config), &secret);
        for path in ["api/token_generate", "token_generate", "/api/token_generate/"] {
            let believed = ask(&config, &secrets, ("POST", path), &[&basic], now).unwrap();
            let Believed::Question(reply) = believed else { panic!("{path}: {believed:?}") };
            let told: Value = serde_json::from_str(&reply.body).unwrap();
            assert_eq!((reply.status, &told["token_type"]), (200, &Value::from("Bearer")));
            assert_eq!(told["expires_in"], 300);
            let token = told["access_token"].as_str().unwrap();
            assert_eq!(pushed(&config, &secrets, token, now), Ok(()));
            assert!(!reply.body.contains(secret.expose()));
            // Another process, or the same one after a restart, knows it too: nothing is kept.
            assert_eq!(token, sign::token(token_config(&config), &secret, now));
        }
    }
}

#[test]
fn questions_are_refused_for_what_is_wrong_with_them() {
    let (config, secret) = feed();
    let secrets = [secret.clone()];
    let now = support::at_s(NOW_S);
    let question = ("POST", "api/token_generate");
    let asked = |authorization: &[&str]| ask(&config, &secrets, question, authorization, now);
    let (_, right) = sign::basic(token_config(&config), &secret);
    let (_, wrong) = sign::basic(token_config(&config), &other_secret());
    let name = support::config(
        Provider::VietqrVn,
        r#"{"authentication":"token","username":"somebody-else"}"#,
    );
    let (_, wrong_name) = sign::basic(token_config(&name), &secret);
    assert_eq!(asked(&[]), Err(Because::MissingCredentials));
    assert_eq!(asked(&[&wrong]), Err(Because::WrongCredentials));
    assert_eq!(asked(&[&wrong_name]), Err(Because::WrongCredentials));
    assert_eq!(asked(&["Basic"]), Err(Because::MalformedAuthorization));
    assert_eq!(asked(&["Basic ???"]), Err(Because::MalformedAuthorization));
    assert_eq!(asked(&[&right.replace("Basic", "Bearer")]), Err(Because::MalformedAuthorization));
    assert_eq!(asked(&[&right, &right]), Err(Because::DoubledHeader));
    assert_eq!(ask(&config, &[], question, &[&right], now), Err(Because::NoSecretConfigured));
    for method in ["GET", "PUT", "post"] {
        let asked = ask(&config, &secrets, (method, question.1), &[&right], now);
        assert_eq!(asked, Err(Because::MethodNotAllowed));
    }
    for path in ["token", "api", "api/token_generate/x", "bank/token_generate", "Token_Generate"] {
        let asked = ask(&config, &secrets, ("POST", path), &[&right], now);
        assert_eq!(asked, Err(Because::UnknownPath), "{path}");
    }
    // Nobody else gives out tokens.
    for config in support::every_config() {
        if !config.to_json().contains("token_lifetime_s") {
            let asked = ask(&config, &secrets, question, &[&right], now);
            assert_eq!(asked, Err(Because::UnknownPath), "{config:?}");
        }
    }
}

#[test]
fn a_token_ends_with_its_time_and_with_its_secret() {
    let (config, secret) = feed();
    let (issued_at, other) = (support::at_s(NOW_S), other_secret());
    let token = sign::token(token_config(&config), &secret, issued_at);
    let at = |secrets: &[Secret], ms| pushed(&config, secrets, &token, issued_at.plus_ms(ms));
    assert_eq!(at(std::slice::from_ref(&secret), 299_999), Ok(()));
    assert_eq!(at(std::slice::from_ref(&secret), 300_000), Err(Because::ExpiredToken));
    assert_eq!(at(std::slice::from_ref(&secret), i64::MAX), Err(Because::ExpiredToken));
    assert_eq!(at(&[other.clone(), secret.clone()], 0), Ok(()));
    assert_eq!(at(&[other], 0), Err(Because::WrongToken));
    assert_eq!(at(&[], 0), Err(Because::NoSecretConfigured));
    let short = support::config(
        Provider::VietqrVn,
        r#"{"authentication":"token","username":"vietqr-user","token_lifetime_s":59}"#,
    );
    let token = sign::token(token_config(&short), &secret, issued_at);
    let late = pushed(&short, &[secret], &token, issued_at.plus_ms(59_000));
    assert_eq!(late, Err(Because::ExpiredToken));
}

#[test]
fn reports_are_believed_at_each_spelling_of_their_path_and_nowhere_else() {
    let (config, secret) = feed();
    let now = support::at_s(NOW_S);
    let (_, bearer) = sign::bearer(&sign::token(token_config(&config), &secret, now));
    let secrets = [secret];
    let ask =
        |path, authorization: &[&str]| ask(&config, &secrets, ("POST", path), authorization, now);
    for path in ["", "/", "transaction-sync", "/bank/api/transaction-sync", "transaction-sync/"] {
        assert_eq!(ask(path, &[&bearer]), Ok(Believed::Report), "{path}");
    }
    assert_eq!(ask("api/transaction-sync", &[&bearer]), Err(Because::UnknownPath));
    let sync = "bank/api/transaction-sync";
    assert_eq!(ask(sync, &[]), Err(Because::MissingToken));
    assert_eq!(ask(sync, &[&bearer, &bearer]), Err(Because::DoubledHeader));
    assert_eq!(ask(sync, &["Bearer"]), Err(Because::MalformedAuthorization));
    assert_eq!(ask(sync, &[&bearer.replace("Bearer ", "")]), Err(Because::MalformedAuthorization));
    for token in ["x", "a.b", "a.b.c", "..", "é"] {
        let refused = ask(sync, &[&format!("Bearer {token}")]);
        let expected =
            if token.is_ascii() { Because::WrongToken } else { Because::MalformedHeader };
        assert_eq!(refused, Err(expected), "{token}");
    }
    // The password itself is no token.
    let password = format!("Bearer {}", support::SEPAY_SECRET);
    assert_eq!(ask(sync, &[&password]), Err(Because::WrongToken));
}

#[test]
fn a_token_of_another_name_or_kind_is_none() {
    let (config, secret) = feed();
    let now = support::at_s(NOW_S);
    let other = support::config(
        Provider::VietqrVn,
        r#"{"authentication":"token","username":"vietqr-user2"}"#,
    );
    let token = sign::token(token_config(&other), &secret, now);
    assert_eq!(
        pushed(&config, std::slice::from_ref(&secret), &token, now),
        Err(Because::WrongToken)
    );
    // What says that it is not signed at all.
    let token = sign::token(token_config(&config), &secret, now);
    let claims = token.split('.').nth(1).unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
    assert_eq!(pushed(&config, &[secret], &unsigned, now), Err(Because::WrongToken));
}

proptest! {
    #[test]
    fn any_other_character_makes_a_wrong_token(place in any::<prop::sample::Index>(), other in "[A-Za-z0-9_-]") {
        let (config, secret) = feed();
        let now = support::at_s(NOW_S);
        let mut token = sign::token(token_config(&config), &secret, now);
        let place = place.index(token.len());
        let changes = token.as_bytes()[place] != other.as_bytes()[0];
        token.replace_range(place..=place, &other);
        if changes {
            let refused = pushed(&config, &[secret], &token, now);
            prop_assert_eq!(refused, Err(Because::WrongToken));
        }
    }

    #[test]
    fn headers_of_any_bytes_never_panic(value in prop::collection::vec(any::<u8>(), 0..200)) {
        let (config, secret) = feed();
        let headers: Headers = [("authorization", value)].into_iter().collect();
        for path_tail in ["api/token_generate", "transaction-sync"] {
            let incoming = Incoming { method: "POST", path_tail, query: "", headers: &headers, body: b"" };
            let secrets = std::slice::from_ref(&secret);
            let now = support::at_s(NOW_S);
            prop_assert!(support::of(&config).verify(&config, secrets, &incoming, now).is_err());
        }
    }
}

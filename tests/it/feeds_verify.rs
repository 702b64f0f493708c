//! Who is believed: keys, rotation, clocks, doubled headers, tampering.

#![cfg(test)]

use cho40::feeds::{
    Believed, CassoVersion, Decoded, FeedConfig, Headers, Incoming, Provider, RefusedBecause,
    connector, sign,
};
use proptest::prelude::*;

use crate::feeds_support as support;

const NOW_S: i64 = support::SIGNED_AT_S;

#[test]
fn what_we_sign_is_believed_and_only_under_its_own_secret() {
    for (config, secret) in support::every_signing_feed() {
        let now = support::at_s(NOW_S);
        let request = support::transfer().signed_request(&config, &secret, now).unwrap();
        let headers: Headers = request.headers.into_iter().collect();
        let verify =
            |secrets: &[_]| support::verify(&config, secrets, &headers, &request.body, now);
        let other = match config.provider() {
            Provider::StandardWebhooks => support::OTHER_STANDARD_SECRET,
            _ => "another-secret-0",
        };
        let other = support::secret(&config, other);
        let wrong = wrong_secret(&config);
        assert_eq!(verify(std::slice::from_ref(&secret)), Ok(()));
        // Rotation: the old and the new secret are active together, in either order.
        assert_eq!(verify(&[other.clone(), secret.clone()]), Ok(()));
        assert_eq!(verify(&[secret.clone(), other.clone()]), Ok(()));
        assert_eq!(verify(&[other]), Err(wrong));
        assert_eq!(verify(&[]), Err(RefusedBecause::NoSecretConfigured));
    }
}

/// What a request under another secret is refused for.
fn wrong_secret(config: &FeedConfig) -> RefusedBecause {
    let gives_out_tokens = match config {
        FeedConfig::VietqrVn(config) => config.token.is_some(),
        FeedConfig::Mbbank(config) => config.token.is_some(),
        _ => false,
    };
    match (support::is_by_key(config), gives_out_tokens) {
        (_, true) => RefusedBecause::WrongToken,
        (true, false) => RefusedBecause::WrongApiKey,
        (false, false) => RefusedBecause::WrongSignature,
    }
}

/// What a request without what proves it is refused for.
fn missing_proof(config: &FeedConfig) -> RefusedBecause {
    match wrong_secret(config) {
        RefusedBecause::WrongToken => RefusedBecause::MissingToken,
        RefusedBecause::WrongApiKey => RefusedBecause::MissingApiKey,
        _ => RefusedBecause::MissingSignature,
    }
}

#[test]
fn one_right_signature_among_several_suffices_wherever_it_stands() {
    let config = support::standard();
    let secret = support::secret(&config, support::STANDARD_SECRET);
    let right = sign::standard_webhooks(&secret, "msg_1", NOW_S, b"{}").unwrap();
    let other = support::secret(&config, support::OTHER_STANDARD_SECRET);
    let wrong = sign::standard_webhooks(&other, "msg_1", NOW_S, b"{}").unwrap()[2].1.clone();
    let secrets = [secret];
    let verify = |signatures: String| {
        let mut headers = right.clone();
        headers[2].1 = signatures;
        let headers = headers.into_iter().collect();
        support::verify(&config, &secrets, &headers, b"{}", support::at_s(NOW_S))
    };
    let right = &right[2].1;
    assert_eq!(verify(format!("{right} {wrong}")), Ok(()));
    assert_eq!(verify(format!("{wrong} v1,x {right}")), Ok(()));
    assert_eq!(verify(format!("{wrong} {wrong}")), Err(RefusedBecause::WrongSignature));
    // Beyond 16 signatures nothing is tried any more.
    let flood = format!("{} {right}", vec![wrong; 16].join(" "));
    assert_eq!(verify(flood), Err(RefusedBecause::WrongSignature));
}

#[test]
fn an_empty_or_short_secret_cannot_be_configured() {
    for provider in Provider::ALL {
        for text in ["", "   \n", "whsec_", "short", "có dấu tiếng Việt"] {
            assert!(connector(provider).accept_secret(text).is_err(), "{provider} {text:?}");
        }
        let long = "a".repeat(10_000);
        assert!(connector(provider).accept_secret(&long).is_err(), "{provider}");
    }
    for text in ["whsec_c2hvcnQ=", "not-base64-at-all", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"] {
        assert!(connector(Provider::StandardWebhooks).accept_secret(text).is_err(), "{text}");
    }
    let pasted = format!("  {}\n", support::SEPAY_SECRET);
    let secret = connector(Provider::Sepay).accept_secret(&pasted).unwrap();
    assert_eq!(secret.expose(), support::SEPAY_SECRET);
    assert!(!format!("{secret:?}").contains("0123"), "a secret never shows itself");
}

#[test]
fn sepay_without_proof_passes_only_by_its_full_name() {
    let open = r#"{"authentication":"none_accepted_by_operator"}"#;
    let open = support::config(Provider::Sepay, open);
    let now = support::at_s(NOW_S);
    assert_eq!(support::verify(&open, &[], &Headers::default(), b"{}", now), Ok(()));
    for json in ["{}", r#"{"authentication":"none"}"#, r#"{"authentication":null}"#] {
        let refusal = FeedConfig::parse(Provider::Sepay, json).unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some("config.authentication"), "{json}");
    }
}

#[test]
fn timestamps_are_believed_up_to_the_tolerance_and_no_further() {
    for (config, secret) in support::every_signing_feed() {
        let signs_time = match &config {
            FeedConfig::Sepay(sepay) => {
                sepay.authentication == cho40::feeds::SepayAuthentication::Hmac
            }
            FeedConfig::StandardWebhooks(_) => true,
            FeedConfig::Casso(casso) => casso.version == CassoVersion::V2,
            _ => false,
        };
        if !signs_time {
            continue;
        }
        let signed_at = support::at_s(NOW_S);
        let request = support::transfer().signed_request(&config, &secret, signed_at).unwrap();
        let headers: Headers = request.headers.into_iter().collect();
        let at = |ms: i64| {
            let secrets = std::slice::from_ref(&secret);
            support::verify(&config, secrets, &headers, &request.body, signed_at.plus_ms(ms))
        };
        assert_eq!(at(300_000), Ok(()));
        assert_eq!(at(300_001), Err(RefusedBecause::StaleTimestamp));
        assert_eq!(at(-300_000), Ok(()));
        assert_eq!(at(-300_001), Err(RefusedBecause::FutureTimestamp));
        assert_eq!(at(i64::MAX), Err(RefusedBecause::StaleTimestamp));
    }
    let wide = r#"{"authentication":"hmac","tolerance_s":3600}"#;
    let wide = support::config(Provider::Sepay, wide);
    let secret = support::secret(&wide, support::SEPAY_SECRET);
    let headers: Headers = sign::sepay_hmac(&secret, NOW_S, b"{}").into_iter().collect();
    let late = support::at_s(NOW_S + 3_600);
    assert_eq!(support::verify(&wide, &[secret], &headers, b"{}", late), Ok(()));
}

#[test]
fn a_doubled_security_header_is_refused_even_if_both_are_right() {
    for (config, secret) in support::every_signing_feed() {
        let now = support::at_s(NOW_S);
        let request = support::transfer().signed_request(&config, &secret, now).unwrap();
        let security = request.headers.iter().filter(|(name, _)| *name != "content-type");
        for (name, value) in security {
            let doubled: Headers = request
                .headers
                .iter()
                .map(|(name, value)| (name.to_uppercase(), value.clone()))
                .chain([((*name).to_owned(), value.clone())])
                .collect();
            let secrets = std::slice::from_ref(&secret);
            let verified = support::verify(&config, secrets, &doubled, &request.body, now);
            assert_eq!(verified, Err(RefusedBecause::DoubledHeader), "{name}");
        }
    }
}

#[test]
fn missing_and_malformed_headers_are_named() {
    use RefusedBecause as Because;
    let sepay = [
        (vec![], Because::MissingSignature),
        (vec![("x-sepay-signature", "sha256=00")], Because::MissingTimestamp),
        (
            vec![("x-sepay-signature", "sha256=00"), ("x-sepay-timestamp", "1")],
            Because::MalformedSignature,
        ),
        (
            vec![("x-sepay-signature", &*"0".repeat(64)), ("x-sepay-timestamp", "1")],
            Because::MalformedSignature,
        ),
        (
            vec![
                ("x-sepay-signature", &*format!("sha256={}", "0".repeat(64))),
                ("x-sepay-timestamp", "+1"),
            ],
            Because::MalformedTimestamp,
        ),
        (vec![("x-sepay-signature", "sha256=ü")], Because::MalformedHeader),
    ]
    .map(|(headers, because)| (support::sepay_hmac(), headers_of(&headers), because));
    let api_key = [
        (vec![("authorization", "API_KEY_CUA_BAN")], Because::MalformedAuthorization),
        (vec![("authorization", "Bearer API_KEY_CUA_BAN")], Because::MalformedAuthorization),
        (vec![("authorization", "Apikey API_KEY_CUA_BA")], Because::WrongApiKey),
        (vec![("authorization", "Apikey ")], Because::MalformedAuthorization),
        (vec![("authorization", "Apikey")], Because::MalformedAuthorization),
        (vec![], Because::MissingApiKey),
    ]
    .map(|(headers, because)| (support::sepay_api_key(), headers_of(&headers), because));
    let tag = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let v1 = format!("v1,{tag}");
    let with = |id: &'static str, timestamp: &'static str, signature: String| {
        headers_of(&[
            ("webhook-id", id),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", &signature),
        ])
    };
    let standard = [
        (headers_of(&[]), Because::MissingSignature),
        (headers_of(&[("webhook-signature", &v1)]), Because::MissingTimestamp),
        (
            headers_of(&[("webhook-signature", &v1), ("webhook-timestamp", "1")]),
            Because::MissingMessageId,
        ),
        (with("msg.1", "1", v1.clone()), Because::MalformedMessageId),
        (with("", "1", v1.clone()), Because::MalformedMessageId),
        (with("msg_1", "1.5", v1.clone()), Because::MalformedTimestamp),
        (with("msg_1", "999999999999", v1.clone()), Because::MalformedTimestamp),
        (with("msg_1", "1", tag.to_owned()), Because::MalformedSignature),
        (with("msg_1", "1", "v1,AAAA".to_owned()), Because::MalformedSignature),
        (with("msg_1", "1", format!("v2,{tag} v1a,{tag}")), Because::UnsupportedSignature),
        (with("msg_1", "1", v1), Because::WrongSignature),
    ]
    .map(|(headers, because)| (support::standard(), headers, because));
    for (config, headers, because) in sepay.into_iter().chain(api_key).chain(standard) {
        let text = match config.provider() {
            Provider::StandardWebhooks => support::STANDARD_SECRET,
            _ => "API_KEY_CUA_BAN",
        };
        let secrets = [support::secret(&config, text)];
        let verified = support::verify(&config, &secrets, &headers, b"{}", support::at_s(NOW_S));
        assert_eq!(verified, Err(because));
    }
}

fn headers_of(headers: &[(&str, &str)]) -> Headers {
    headers.iter().copied().collect()
}

#[test]
fn payos_bodies_without_a_readable_signature_are_refused() {
    use RefusedBecause as Because;
    let zeros = "0".repeat(64);
    let bodies = [
        ("not json".to_owned(), Because::UnreadableBody),
        ("[]".to_owned(), Because::UnreadableBody),
        (r#"{"data":{}}"#.to_owned(), Because::MissingSignature),
        (r#"{"data":{},"signature":null}"#.to_owned(), Because::MissingSignature),
        (r#"{"data":{},"signature":7}"#.to_owned(), Because::MalformedSignature),
        (r#"{"data":{},"signature":"00"}"#.to_owned(), Because::MalformedSignature),
        (format!(r#"{{"signature":"{zeros}"}}"#), Because::UnreadableBody),
        (format!(r#"{{"data":null,"signature":"{zeros}"}}"#), Because::UnreadableBody),
        (format!(r#"{{"data":[],"signature":"{zeros}"}}"#), Because::UnreadableBody),
        (format!(r#"{{"data":{{"a":1,"a":1}},"signature":"{zeros}"}}"#), Because::UnreadableBody),
        (format!(r#"{{"data":{{}},"signature":"{zeros}"}}"#), Because::WrongSignature),
    ];
    let config = support::payos();
    let secrets = [support::secret(&config, support::PAYOS_SECRET)];
    for (body, because) in bodies {
        let headers = Headers::default();
        let now = support::at_s(NOW_S);
        let verified = support::verify(&config, &secrets, &headers, body.as_bytes(), now);
        assert_eq!(verified, Err(because), "{body}");
    }
}

#[test]
fn only_a_post_on_the_hook_itself_is_heard() {
    for (config, secret) in support::every_signing_feed() {
        let now = support::at_s(NOW_S);
        let request = support::transfer().signed_request(&config, &secret, now).unwrap();
        let headers: Headers = request.headers.into_iter().collect();
        let verify = |method, path_tail| {
            let body = &request.body;
            let incoming = Incoming { method, path_tail, query: "", headers: &headers, body };
            support::of(&config).verify(&config, std::slice::from_ref(&secret), &incoming, now)
        };
        assert_eq!(verify("POST", "/"), Ok(Believed::Report));
        assert_eq!(verify("POST", "/x"), Err(RefusedBecause::UnknownPath));
        for method in ["GET", "PUT", "post", ""] {
            assert_eq!(verify(method, ""), Err(RefusedBecause::MethodNotAllowed));
        }
    }
}

#[test]
fn a_configuration_of_another_provider_opens_nothing() {
    let open = r#"{"authentication":"none_accepted_by_operator"}"#;
    let open = support::config(Provider::Sepay, open);
    for (config, secret) in support::every_signing_feed() {
        if config.provider() == Provider::Sepay {
            continue;
        }
        let headers = Headers::default();
        let incoming =
            Incoming { method: "POST", path_tail: "", query: "", headers: &headers, body: b"{}" };
        let verified =
            support::of(&config).verify(&open, &[secret], &incoming, support::at_s(NOW_S));
        assert_eq!(verified, Err(RefusedBecause::MisconfiguredFeed));
        let decoded = support::of(&config).decode(&open, b"{}", support::at_s(NOW_S));
        assert!(decoded.is_err());
    }
}

#[test]
fn stored_headers_suffice_to_verify_again_and_hold_no_secret() {
    for (config, secret) in support::every_signing_feed() {
        let now = support::at_s(NOW_S);
        let mut request = support::transfer().signed_request(&config, &secret, now).unwrap();
        request.headers.push(("cookie", "session=1".to_owned()));
        let headers: Headers = request.headers.into_iter().collect();
        let stored = headers.to_stored_json(support::of(&config).kept_headers());
        assert!(!stored.contains(secret.expose()), "{stored}");
        let secret_names = ["authorization", "cookie", "secure-token", "x-secret-key", "Bearer"];
        assert!(secret_names.iter().all(|name| !stored.contains(name)), "{stored}");
        let restored = Headers::from_stored_json(&stored).unwrap();
        let verified = support::verify(&config, &[secret], &restored, &request.body, now);
        // A key is its own proof and is never stored, so it alone cannot be verified again.
        let by_key = support::is_by_key(&config);
        let expected = if by_key { Err(missing_proof(&config)) } else { Ok(()) };
        assert_eq!(verified, expected);
    }
    assert_eq!(Headers::from_stored_json("{}"), None);
}

proptest! {
    #[test]
    fn any_other_byte_or_time_is_refused(place in any::<prop::sample::Index>(), flip in 1_u8.., later in 1_i64..300) {
        for config in [support::sepay_hmac(), support::standard()] {
            let text = match config.provider() {
                Provider::StandardWebhooks => support::STANDARD_SECRET,
                _ => support::SEPAY_SECRET,
            };
            let secret = support::secret(&config, text);
            let now = support::at_s(NOW_S);
            let request = support::transfer().signed_request(&config, &secret, now).unwrap();
            let headers: Headers = request.headers.iter().cloned().collect();
            let secrets = [secret];

            let mut body = request.body.clone();
            body[place.index(request.body.len())] ^= flip;
            prop_assert_eq!(
                support::verify(&config, &secrets, &headers, &body, now),
                Err(RefusedBecause::WrongSignature)
            );
            let mut shorter = request.body.clone();
            shorter.remove(place.index(request.body.len()));
            prop_assert!(support::verify(&config, &secrets, &headers, &shorter, now).is_err());

            let moved: Headers = request
                .headers
                .iter()
                .map(|(name, value)| match value.parse::<i64>() {
                    Ok(seconds) if name.ends_with("timestamp") => (*name, (seconds + later).to_string()),
                    _ => (*name, value.clone()),
                })
                .collect();
            prop_assert_eq!(
                support::verify(&config, &secrets, &moved, &request.body, now),
                Err(RefusedBecause::WrongSignature)
            );
        }
    }

    /// payOS signs only `data`: a body that still verifies must say the same, or less.
    #[test]
    fn a_payos_body_that_still_verifies_says_the_same(place in any::<prop::sample::Index>(), flip in 1_u8..) {
        let config = support::payos();
        let secret = support::secret(&config, support::PAYOS_SECRET);
        let mut body = support::transfer().payos_body(&secret).unwrap();
        let original = support::decode_bytes(&config, &body).unwrap();
        let place = place.index(body.len());
        body[place] ^= flip;
        let now = support::at_s(NOW_S);
        if support::verify(&config, &[secret], &Headers::default(), &body, now) == Ok(()) {
            match support::decode_bytes(&config, &body) {
                Ok(Decoded::Transfers(transfers)) => {
                    prop_assert_eq!(Decoded::Transfers(transfers), original);
                }
                Ok(Decoded::Test(_)) => prop_assert!(false, "a transfer became a test"),
                Ok(Decoded::NotATransfer(_)) | Err(_) => {}
            }
        }
    }

    #[test]
    fn payos_refuses_any_other_value_in_data(field in any::<prop::sample::Index>()) {
        let config = support::payos();
        let secret = support::secret(&config, support::PAYOS_SECRET);
        let mut body = support::body(&config);
        let data = body["data"].as_object_mut().unwrap();
        let name = data.keys().nth(field.index(data.len())).unwrap().clone();
        data.insert(name.clone(), serde_json::json!("changed"));
        let body = serde_json::to_vec(&body).unwrap();
        let now = support::at_s(NOW_S);
        prop_assert_eq!(
            support::verify(&config, &[secret], &Headers::default(), &body, now),
            Err(RefusedBecause::WrongSignature),
            "{}", name
        );
    }

    #[test]
    fn verifying_never_panics(
        body in prop::collection::vec(any::<u8>(), 0..300),
        values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 9),
        now in any::<i64>(),
    ) {
        let names = ["authorization", "x-sepay-signature", "x-sepay-timestamp", "webhook-id", "webhook-timestamp", "webhook-signature", "x-casso-signature", "secure-token", "x-secret-key"];
        let headers: Headers = names.into_iter().zip(values).collect();
        for (config, secret) in support::every_signing_feed() {
            let now = cho40::primitives::UnixMs(now);
            prop_assert!(support::verify(&config, &[secret], &headers, &body, now).is_err());
        }
    }
}

//! `cho40 feed` through the compiled binary: what it prints can be pasted, what it sends is
//! believed, and what it says about a captured request is what the hook would say.

#![cfg(test)]

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cho40::feeds::{FeedConfig, Provider, RefusedBecause, UndecodableBecause};
use cho40::intake::poll::Failure;
use cho40::primitives::UnixMs;
use cho40::web::texts::Language;
use serde_json::{Value, json};

use crate::feeds_support as support;
use crate::support::on_both;
use crate::web_support::Site;

const BINARY: &str = env!("CARGO_BIN_EXE_cho40");

fn feed(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(BINARY);
    command.arg("feed").args(args).env_remove("CHO40_FEED_SECRET");
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads nothing may have ended by now.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// Each provider's feed as `cho40 feed` takes it to be set up, and the other ways.
const SETUPS: [(&str, Option<&str>); 13] = [
    ("sepay", None),
    ("sepay", Some(r#"{"authentication":"api_key","merchant":"b"}"#)),
    ("standard_webhooks", None),
    ("payos", None),
    ("casso", None),
    ("casso", Some(r#"{"version":"v1","merchant":"b"}"#)),
    ("vietqr_vn", None),
    ("vietqr_vn", Some(r#"{"authentication":"signature","merchant":"b"}"#)),
    ("sepay_bank_hub", None),
    ("sepay_bank_hub", Some(r#"{"authentication":"api_key","merchant":"b"}"#)),
    ("mbbank", None),
    ("mbbank", Some(r#"{"authentication":"bearer","merchant":"b"}"#)),
    ("mbbank", Some(r#"{"authentication":"checksum","merchant":"c"}"#)),
];

fn args<'a>(verb: &'a str, provider: &'a str, config: Option<&'a str>) -> Vec<&'a str> {
    let mut args = vec![verb, "--provider", provider];
    args.extend(config.into_iter().flat_map(|config| ["--config", config]));
    args
}

/// The configuration and the secret that a sample tells on stderr.
fn told(stderr: &str, config: Option<&str>) -> (String, String) {
    let after = |mark: &str| stderr.lines().find_map(|line| line.strip_prefix(mark));
    let config = config.or_else(|| after("config  ")).unwrap();
    (config.to_owned(), after("secret  ").unwrap().to_owned())
}

on_both!(what_is_printed_can_be_pasted_and_what_is_sent_is_believed, |db| {
    let site = Site::of(db);
    db.clock.release();
    for (number, (provider, config)) in SETUPS.into_iter().enumerate() {
        let (id, other_id) = ((number + 1).to_string(), (number + 101).to_string());
        let made_up = feed(&args("sample", provider, config), b"");
        let (config, secret) = told(&said(&made_up).1, config);
        let config_json: Value = serde_json::from_str(&config).unwrap();
        let new =
            json!({ "provider": provider, "name": "thử", "secret": secret, "config": config_json });
        let url = format!("{}/hooks/{}", site.url, site.create("/api/v1/feeds", &new));

        let with = |verb, secret, id| {
            let more = ["--secret", secret, "--url", &url, "--id", id, "--memo", "it's 'thu'"];
            [args(verb, provider, Some(&config)), more.to_vec()].concat()
        };
        let sample = feed(&with("sample", &secret, &id), b"");
        let (command, remarks) = said(&sample);
        assert_eq!(remarks, "", "{provider}");
        let pasted = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &command])
            .env_remove("http_proxy")
            .output()
            .unwrap();
        let (answer, complaint) = said(&pasted);
        assert!(is_success(&answer), "{provider}: {command}\n{answer}{complaint}");

        let sent = feed(&with("send", &secret, &other_id), b"");
        let (answer, _) = said(&sent);
        assert!(sent.status.success(), "{provider}: {answer}");
        let (status, body) = answer.split_once('\n').unwrap();
        assert!(status == "HTTP 200" && is_success(body), "{provider}: {answer}");

        let wrong = match provider {
            "standard_webhooks" => support::OTHER_STANDARD_SECRET,
            _ => "mot-khoa-khac-hoan-toan",
        };
        let refused = feed(&with("send", wrong, &other_id), b"");
        let (answer, _) = said(&refused);
        assert_eq!(refused.status.code(), Some(1), "{provider}: {answer}");
        assert!(answer.starts_with("HTTP 401\n") && answer.contains("wrong-"), "{answer}");
    }
    let kept = site.get("/api/v1/unassigned").json;
    assert_eq!(kept["items"].as_array().unwrap().len(), 2 * SETUPS.len(), "{kept}");
});

on_both!(a_phone_is_tried_like_any_other_provider, |db| {
    let site = Site::of(db);
    db.clock.release();
    let new = json!({ "provider": "phone", "name": "thử", "config": {} });
    let feed_id = site.create("/api/v1/feeds", &new);
    let code = site
        .post(&format!("/api/v1/feeds/{feed_id}/pairing-codes"), &json!({ "device_name": "thử" }));
    let hook = format!("/hooks/{feed_id}");
    let paired = site.ask("POST", &format!("{hook}/pair"));
    let paired = paired.json(&json!({ "code": code.json["code"] })).send();
    let secret = paired.json["secret"].as_str().unwrap();
    let url = format!("{}{hook}", site.url);
    let with = |verb, secret, id| {
        let more = ["--secret", secret, "--url", &url, "--id", id];
        [args(verb, "phone", None), more.to_vec()].concat()
    };
    let send = |secret, id| {
        let output = feed(&with("send", secret, id), b"");
        (output.status.code(), said(&output).0)
    };
    let (code, answer) = send(secret, "1");
    assert_eq!((code, answer.trim_end()), (Some(0), "HTTP 200\n{\"outcome\":\"unknown-text\"}"));
    let waits = site.get("/api/v1/phone-texts").json["items"][0].clone();
    assert_eq!(waits["examples"], json!(["mb-app"]));
    let path = format!("/api/v1/phone-texts/{}/confirm-example", waits["id"].as_str().unwrap());
    let made = site.post(&path, &json!({ "example": "mb-app" }));
    assert_eq!(made.json["taken_in"][0]["outcome"], "unmatched", "{}", made.text());
    let (command, _) = said(&feed(&with("sample", secret, "2"), b""));
    let pasted = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &command])
        .env_remove("http_proxy")
        .output()
        .unwrap();
    assert_eq!(said(&pasted).0, r#"{"outcome":"unmatched"}"#, "{command}");
    let (code, answer) = send("mot-khoa-khac-hoan-toan", "3");
    assert!(code == Some(1) && answer.contains("wrong-api-key"), "{answer}");
    // What a proxy caught, checked without a server.
    let folder = tempfile::tempdir().unwrap();
    let headers = folder.path().join("headers.txt");
    std::fs::write(&headers, format!("X-Device-Secret: {secret}\n")).unwrap();
    let verify = |body: &str| {
        let headers = ["--secret", secret, "--headers", headers.to_str().unwrap()];
        said(&feed(&[args("verify", "phone", None), headers.to_vec()].concat(), body.as_bytes()))
    };
    let body = command.rsplit("--data-binary '").next().unwrap().trim_end().trim_end_matches('\'');
    let shown: Value = serde_json::from_str(&verify(body).0).unwrap();
    assert_eq!(shown["outcome"], "transfers");
    assert_eq!(shown["transfers"][0]["amount_vnd"], 1_000);
    let at = db.clock.now().to_string();
    let unknown = json!({ "app": "x", "text": "TK la +50.000d", "posted_at": at }).to_string();
    let (shown, remarks) = verify(&unknown);
    assert!(shown.contains(r#""because":"unknown-text""#), "{shown}");
    assert!(remarks.contains("No template reads this notice yet"), "{remarks}");
});

/// A reply that ends a provider's attempts.
fn is_success(body: &str) -> bool {
    let Ok(json) = serde_json::from_str::<Value>(body) else { return false };
    json["success"] == true
        || json["error"] == false
        || json["resCode"] == "00"
        || json["outcome"] == "unmatched"
}

#[test]
fn addresses_that_cannot_be_called_are_told_in_both_languages() {
    let send = |url: &str| {
        let mut args = args("send", "casso", None);
        args.extend(["--secret", support::SEPAY_SECRET, "--url", url]);
        let output = feed(&args, b"");
        assert_eq!(output.status.code(), Some(1));
        said(&output).1
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    drop(taken);
    let unreachable = send(&format!("http://{address}/hooks/feed_1"));
    assert!(unreachable.contains("Không gọi được") && unreachable.contains("cannot be reached"));
    let malformed = send("cho.example.vn:hooks");
    assert!(malformed.contains("không phải địa chỉ web"), "{malformed}");

    // TLS is spoken: a server that does not is not believed, and gets no report in clear.
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = plain.local_addr().unwrap();
    let seen = std::thread::spawn(move || {
        use std::io::Read as _;
        let (mut stream, _) = plain.accept().unwrap();
        let mut first = [0; 512];
        let length = stream.read(&mut first).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        first[..length].to_vec()
    });
    let refused = send(&format!("https://{address}/hooks/feed_1"));
    assert!(refused.contains("TLS") || refused.contains("cannot be"), "{refused}");
    let seen = seen.join().unwrap();
    assert_eq!(seen.first(), Some(&0x16), "a TLS handshake comes first");
    assert!(!seen.windows(5).any(|part| part == b"casso"));
}

#[test]
fn arguments_are_checked_before_anything_is_sent() {
    let refused = |args: &[&str], says: &str| {
        let output = feed(args, b"");
        assert!(!output.status.success() && output.stdout.is_empty(), "{args:?}");
        let (_, complaint) = said(&output);
        assert!(complaint.contains(says), "{args:?}: {complaint}");
    };
    refused(&["sample", "--provider", "momo"], "vietqr_vn, sepay_bank_hub, mbbank");
    refused(&args("sample", "casso", Some(r#"{"version":"v9"}"#)), "config.version: ");
    refused(&["sample", "--provider", "casso", "--secret", "short"], "secret: ");
    refused(&["sample", "--provider", "casso", "--bin", "123456"], "bin: ");
    refused(&["send", "--provider", "casso"], "--url");
    for id in ["FT-1", "-1", "99999999999999999999"] {
        let id = format!("--id={id}");
        refused(&["sample", "--provider", "casso", &id], "digits alone, e.g. 92704");
    }
    refused(&["sample", "--provider", "payos", "--out"], "out: ");
    refused(&["verify", "--provider", "casso", "--headers", "/nowhere/at/all"], "headers: ");
}

struct Caught {
    home: tempfile::TempDir,
    config: FeedConfig,
    body: Vec<u8>,
}

const SIGNED_AT: &str = "2026-09-10T19:27:01+07:00";

impl Caught {
    /// A request of the test's transfer, its headers as lines below the request line.
    fn of(config: FeedConfig, secret: &str) -> Self {
        let secret = support::secret(&config, secret);
        let at = UnixMs::from_rfc3339(SIGNED_AT).unwrap();
        let request = support::transfer().signed_request(&config, &secret, at).unwrap();
        let home = tempfile::tempdir().unwrap();
        let line = |(name, value): &(&str, String)| format!("{name}: {value}\r\n");
        let headers: String = request.headers.iter().map(line).collect();
        let lines = format!("POST /hooks/feed_1/{} HTTP/1.1\r\n{headers}", request.path_tail);
        std::fs::write(home.path().join("headers"), lines).unwrap();
        Self { home, config, body: request.body }
    }

    fn headers(&self) -> std::path::PathBuf {
        self.home.path().join("headers")
    }

    fn verify(&self, secrets: &[&str], more: &[&str], body: &[u8]) -> (i32, Value, String) {
        let (config, headers) = (self.config.to_json(), self.headers());
        let provider = self.config.provider().as_str();
        let mut args = args("verify", provider, Some(&config));
        args.extend(["--headers", path(&headers)]);
        args.extend(secrets.iter().flat_map(|secret| ["--secret", secret]));
        args.extend(more);
        let output = feed(&args, body);
        let (line, remarks) = said(&output);
        assert_eq!(line.lines().count(), 1, "{line}{remarks}");
        (output.status.code().unwrap(), serde_json::from_str(&line).unwrap(), remarks)
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_captured_request_is_decoded_or_the_check_that_fails_is_told() {
    for config in support::every_config() {
        let (right, wrong) = match config.provider() {
            Provider::StandardWebhooks => {
                (support::STANDARD_SECRET, support::OTHER_STANDARD_SECRET)
            }
            _ => (support::SEPAY_SECRET, "mot-khoa-khac-hoan-toan"),
        };
        let caught = Caught::of(config, right);
        let at = ["--at", SIGNED_AT];
        let (code, read, remarks) = caught.verify(&[wrong, right], &at, &caught.body);
        assert_eq!((code, &read["outcome"]), (0, &json!("transfers")), "{read}{remarks}");
        assert_eq!(read["transfers"][0]["amount_vnd"], 45_000);
        assert_eq!(read["transfers"][0]["references"], json!(["CJW012346A"]));
        assert_eq!(remarks, "");

        let (code, read, remarks) = caught.verify(&[wrong], &at, &caught.body);
        assert_eq!((code, &read["outcome"]), (1, &json!("refused")));
        assert!(read["because"].as_str().unwrap().starts_with("wrong-"), "{read}");
        assert_eq!(remarks.lines().count(), 2, "{remarks}");
        let (code, read, _) = caught.verify(&[], &at, &caught.body);
        assert_eq!((code, &read["because"]), (1, &json!("no-secret-configured")));
    }
}

#[test]
fn what_is_wrong_with_a_captured_request_is_told() {
    let caught = Caught::of(support::sepay_hmac(), support::SEPAY_SECRET);
    let right = [support::SEPAY_SECRET];
    let because = |more: &[&str], body: &[u8]| {
        let (code, read, remarks) = caught.verify(&right, more, body);
        assert_eq!(code, 1);
        (read["because"].as_str().unwrap().to_owned(), remarks)
    };
    let (stale, remarks) = because(&["--at", "2026-09-10T20:00:00+07:00"], &caught.body);
    assert_eq!(stale, "stale-timestamp");
    assert!(!remarks.contains("--at"), "{remarks}");
    let (now, remarks) = because(&[], &caught.body);
    assert!(["stale-timestamp", "future-timestamp"].contains(&now.as_str()));
    assert!(remarks.contains("--at"), "{remarks}");
    let long = vec![b' '; 300_000];
    assert_eq!(because(&["--at", SIGNED_AT], &long).0, "too-large");

    // The same headers as the delivery log shows them.
    let stored = r#"[["x-secret-key","whsec_0123456789abcdef0123456789abcdef"]]"#;
    let hub = Caught::of(support::bank_hub("secret_key"), support::SEPAY_SECRET);
    std::fs::write(hub.headers(), stored).unwrap();
    let (code, read, remarks) = hub.verify(&right, &[], br#"{"transaction_id":"1"}"#);
    assert_eq!((code, &read["outcome"]), (1, &json!("undecodable")));
    assert_eq!((&read["field"], &read["because"]), (&json!("transfer_type"), &json!("missing")));
    assert!(remarks.starts_with("transfer_type: "), "{remarks}");

    let tokens = Caught::of(support::vietqr_vn(), support::SEPAY_SECRET);
    let basic = "POST /hooks/feed_1/api/token_generate HTTP/1.1\nAuthorization: Basic dmlldHFyLXVzZXI6d2hzZWNfMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n";
    std::fs::write(tokens.headers(), basic).unwrap();
    let (code, read, _) = tokens.verify(&right, &[], b"{}");
    assert_eq!((code, &read["outcome"], &read["status"]), (0, &json!("question"), &json!(200)));
    let test = Caught::of(support::standard(), support::STANDARD_SECRET);
    let (_, read, _) =
        test.verify(&[support::STANDARD_SECRET], &["--at", SIGNED_AT], b"{\"test\":true}");
    assert_eq!(read["because"], "wrong-signature");
}

#[test]
fn every_reason_has_its_sentence_in_both_languages() {
    let refused = RefusedBecause::ALL.map(|because| format!("refused-{}", because.code()));
    let unreadable =
        UndecodableBecause::ALL.map(|because| format!("unreadable-{}", because.code()));
    let polls = Failure::ALL.map(|failure| format!("poll-{}", failure.code()));
    for key in refused.iter().chain(&unreadable).chain(&polls) {
        let [vietnamese, english] = [Language::Vietnamese, Language::English]
            .map(|language| language.text(key, &[]).unwrap_or_else(|| panic!("{key} has no text")));
        assert_ne!(vietnamese, english, "{key}");
        assert!(vietnamese.ends_with('.') && english.ends_with('.'), "{key}");
    }
}

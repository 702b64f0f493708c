//! TLS by certificate files: what callers get, and what is said where a file is wrong. The certificates are made
//! by openssl, and an independent caller (curl) judges them.

use std::path::Path;
use std::process::Command;

use crate::cli::{Served, said, tells};
use crate::desk_support::PASSWORD;

/// A certificate for this machine, and its key, as `{name}.crt` and `{name}.key`.
fn certify(folder: &Path, name: &str) {
    let key =
        ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let output = Command::new("openssl")
        .args(key)
        .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt"), "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// What curl gets: the answer's head and body, or nothing.
fn get(home: &Path, url: &str, options: &[&str]) -> String {
    let mut curl = Command::new("curl");
    let output = curl.args(["-s", "-i", "--max-time", "20"]).args(options).arg(url);
    String::from_utf8(output.current_dir(home).output().unwrap().stdout).unwrap()
}

fn with<'a>(certificate: &'a str, key: &'a str) -> [&'a str; 7] {
    let listen = "127.0.0.1:0";
    ["serve", "--listen", listen, "--tls-certificate", certificate, "--tls-key", key]
}

#[test]
fn callers_come_by_tls_alone_where_there_is_a_certificate() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    said(home, &["init", "--board", "Ban quản lý chợ Thới Bình"]);
    certify(home, "one");
    let served = Served::start(home, &with("one.crt", "one.key"));
    let host = served.host.strip_prefix("https://").expect(&served.host);
    let page = format!("https://{host}/healthz");
    for options in [["--tlsv1.3", "--http1.1"], ["--tls-max", "1.2"]] {
        let answer = get(home, &page, &[&options[..], &["--cacert", "one.crt"]].concat());
        assert!(answer.starts_with("HTTP/1.1 200"), "{options:?}: {answer}");
        assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    }
    assert_eq!(get(home, &page, &[]), "", "who issued it is nobody's authority");
    assert_eq!(get(home, &page, &["--cacert", "one.crt", "--tls-max", "1.1"]), "");
    assert!(!get(home, &format!("http://{host}/healthz"), &[]).contains("200 OK"));
    // What the pages call the server begins with https.
    let desk = get(home, &format!("https://{host}/ql"), &["--cacert", "one.crt"]);
    assert!(!desk.contains("http://"), "{desk}");
}

#[test]
fn a_file_that_is_none_is_named_before_anybody_is_served() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    said(home, &["init", "--board", "Ban quản lý chợ Thới Bình"]);
    certify(home, "one");
    certify(home, "two");
    std::fs::write(home.join("empty.crt"), "").unwrap();
    let both = ["tls_key: Chứng thư và khóa TLS đi đôi", "tls_key: A TLS certificate and its key"];
    tells(home, &["serve", "--tls-certificate", "one.crt"], both[0], both[1]);
    for (certificate, key, vi, en) in [
        (
            "none.crt",
            "one.key",
            "tls_certificate: Không dùng được tập tin none.crt",
            "No such file",
        ),
        ("empty.crt", "one.key", "tls_certificate: Không dùng được tập tin empty.crt", "it is PEM"),
        ("one.key", "one.key", "tls_certificate: Không dùng được tập tin one.key", "it is PEM"),
        ("one.crt", "one.crt", "tls_key: Không dùng được tập tin one.crt", "it is PEM"),
        ("one.crt", "two.key", "tls_key: Khóa two.key không dùng được với", "are a pair"),
    ] {
        tells(home, &with(certificate, key), vi, en);
    }
}

#[test]
fn the_session_is_taken_from_its_own_hosts_cookie_alone() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    said(home, &["init", "--board", "Ban quản lý chợ Thới Bình"]);
    let invited = said(home, &["user", "invite"]);
    let token = invited.split("/ql/moi/").nth(1).unwrap().split_whitespace().next().unwrap();
    certify(home, "one");
    let served = Served::start(home, &with("one.crt", "one.key"));
    let ask = |path: &str, options: &[&str]| {
        let origin = format!("Origin: {}", served.host);
        let options = [&["--cacert", "one.crt", "-H", &origin], options].concat();
        get(home, &format!("{}{path}", served.host), &options)
    };
    let fields = [("login", "chu"), ("password", PASSWORD), ("name", "Ba"), ("again", PASSWORD)];
    let fields = fields.map(|(name, value)| format!("{name}={value}"));
    let fields: Vec<_> = fields.iter().flat_map(|field| ["--data-urlencode", field]).collect();
    let joined = ask(&format!("/ql/moi/{token}"), &fields);
    assert!(joined.contains("location: /ql/vao"), "{joined}");
    let signed = ask("/ql/vao", &fields[..4]);
    let cookie = signed.split("set-cookie: __Host-cho40-desk=").nth(1).expect(&signed);
    let session = cookie.split(';').next().unwrap();
    for (name, status) in [("__Host-cho40-desk", "HTTP/1.1 200"), ("cho40-desk", "HTTP/1.1 303")] {
        // As a browser asks for a page: without an origin.
        let cookie = format!("Cookie: {name}={session}");
        let page = get(
            home,
            &format!("{}/ql", served.host),
            &["--cacert", "one.crt", "-H", &cookie, "-H", "X-Forwarded-Proto: http"],
        );
        assert!(page.starts_with(status), "{name}: {page}");
    }
}

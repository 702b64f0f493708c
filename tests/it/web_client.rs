//! Whose rate a request counts for: the caller's, behind a trusted proxy too, and nobody else's.

use cho40::web::client::TrustedProxies;
use cho40::web::limiter::{Limits, Rate};
use cho40::web::state::Front;

use crate::support::{TestDb, on_both};
use crate::web_support::{Answer, Site};

const ONE: &str = "198.51.100.1";
const OTHER: &str = "198.51.100.2";
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Three requests at once of an address, and one in a second.
fn site(db: &mut TestDb, trusted: &[&str], is_tls: bool) -> Site {
    let limits = Limits { per_key: Rate::new(50, 50), per_address: Rate::new(1, 3) };
    let proxies = TrustedProxies::parse(trusted, None).unwrap();
    Site::with_front(db, limits, Front { proxies, is_tls, ..Front::default() })
}

fn ask(site: &Site, path: &str, from: &str) -> Answer {
    site.ask("GET", path).key(&site.key).header(FORWARDED_FOR, from).send()
}

on_both!(behind_a_proxy_one_caller_holds_no_other, |db| {
    let site = site(db, &["127.0.0.0/8"], false);
    for _ in 0..3 {
        assert_eq!(ask(&site, "/api/v1/board", ONE).status, 200);
    }
    ask(&site, "/api/v1/board", ONE).problem(429);
    // Whatever it writes before what the proxy adds.
    ask(&site, "/api/v1/board", &format!("{OTHER}, {ONE}")).problem(429);
    assert_eq!(ask(&site, "/api/v1/board", OTHER).status, 200);
    // A /64 is one caller.
    for last in 1..=3 {
        assert_eq!(ask(&site, "/api/v1/board", &format!("2001:db8::{last}")).status, 200);
    }
    ask(&site, "/api/v1/board", "2001:db8::4").problem(429);
    // The pages and the pairing of phones count for the same address.
    for path in ["/nghe", "/ql/vao", "/hooks/fed_0000000000001/pair"] {
        assert_eq!(ask(&site, path, ONE).status, 429, "{path}");
        assert_ne!(ask(&site, path, "203.0.113.7").status, 429, "{path}");
    }
});

on_both!(a_stranger_s_header_gains_nothing, |db| {
    let site = site(db, &["10.0.0.0/8"], false);
    for last in 1..=3 {
        assert_eq!(ask(&site, "/api/v1/board", &format!("198.51.100.{last}")).status, 200);
    }
    for forged in [OTHER, "10.0.0.1", "198.51.100.9, 10.0.0.1", "127.0.0.1", ""] {
        ask(&site, "/api/v1/board", forged).problem(429);
    }
    let forwarded = site.ask("GET", "/api/v1/board").key(&site.key);
    forwarded.header("forwarded", "for=198.51.100.77").send().problem(429);
});

on_both!(guesses_at_passwords_count_for_the_caller, |db| {
    let limits = Limits { per_key: Rate::new(50, 50), per_address: Rate::new(900, 900) };
    let proxies = TrustedProxies::parse(&["127.0.0.1"], None).unwrap();
    let site = Site::with_front(db, limits, Front { proxies, ..Front::default() });
    let guess = |from: &str, number: u32| {
        let ask = site.ask("POST", "/ql/vao").header(FORWARDED_FOR, from);
        let ask = ask.header("sec-fetch-site", "same-origin");
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        ask.raw(format!("login=khach{number}&password=mat-khau-sai-roi").as_bytes()).send().status
    };
    // Twenty at once of an address, each at a login of its own.
    let held = (0..22).filter(|number| guess(ONE, *number) == 429).count();
    assert!((1..=2).contains(&held), "{held} of 22 were held");
    assert_ne!(guess(OTHER, 50), 429);
});

on_both!(over_tls_browsers_are_told_to_stay, |db| {
    const HEADER: &str = "strict-transport-security";
    let plain = site(db, &[], false);
    assert_eq!(plain.ask("GET", "/healthz").send().header(HEADER), "");
    let safe = site(db, &[], true);
    for path in ["/healthz", "/ql/vao", "/api/v1/board", "/no-such-page"] {
        assert_eq!(safe.ask("GET", path).send().header(HEADER), "max-age=31536000", "{path}");
    }
});

//! What stands around every page: only our own pages send, nothing foreign runs on them, and nobody is led away.

use cho40::web::texts::Language;

use crate::desk_support::Visitor;
use crate::support::on_both;
use crate::web_identities::Everybody;
use crate::web_support::Site;
use crate::web_who::{WHO, an_asset, filled};

/// The page that tries the API, whose library writes styles into its elements.
const STYLED: &str = "/docs";

on_both!(no_other_site_s_page_sends_to_any_address, |db| {
    let site = Site::of(db);
    let everybody = Everybody::on(&site, db);
    let asset = an_asset(&site, &everybody);
    let whys = ["problem-page-elsewhere", "page-closed-elsewhere"];
    let whys = whys.map(|key| Language::Vietnamese.text(key, &[]).unwrap());
    let mut sent = Vec::new();
    for (row, _) in WHO {
        let (method, pattern) = row.split_once(' ').unwrap();
        let is_signed = ["/hooks/", "/noop"].iter().any(|begin| pattern.starts_with(begin));
        if method == "GET" || is_signed {
            continue;
        }
        let path = filled(pattern, &everybody, &asset);
        for one in everybody.all.iter().filter(|one| "WOTV".contains(one.letter)) {
            for (name, value) in
                [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")]
            {
                let ask = site.ask(method, &path).header("cookie", &one.cookies);
                let ask = ask.header("content-type", "application/x-www-form-urlencoded");
                let answer = ask.header(name, value).raw(b"token=none").send();
                let is_told = answer.json["code"] == "page-elsewhere"
                    || whys.iter().any(|why| answer.text().contains(why));
                if answer.status != 403 || !is_told {
                    sent.push(format!("{row} {name} {}: {}", one.letter, answer.status));
                }
            }
        }
    }
    assert!(sent.is_empty(), "{sent:#?}");
});

on_both!(every_page_runs_nothing_but_its_own, |db| {
    let site = Site::of(db);
    let everybody = Everybody::on(&site, db);
    let asset = an_asset(&site, &everybody);
    let pair = format!("GET /hooks/{}/pair", everybody.world.id("phone-feeds"));
    let mut pages = 0;
    for row in WHO.iter().map(|(row, _)| *row).chain([pair.as_str()]) {
        let Some(pattern) = row.strip_prefix("GET ").filter(|path| *path != "/nghe/live") else {
            continue;
        };
        let path = filled(pattern, &everybody, &asset);
        let who = match &path {
            path if path.starts_with("/sap") => 'V',
            path if path.starts_with("/nghe") => 'H',
            _ => 'W',
        };
        let who = everybody.all.iter().find(|one| one.letter == who).unwrap();
        let answer = who.ask(&site, "GET", &path).send();
        assert!(answer.status < 500, "{path}: {}", answer.text());
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        let is_styled = path.starts_with(STYLED);
        let begins = |begin: &str| policy.starts_with(begin);
        assert!(
            begins("default-src 'none'") || is_styled && begins("default-src 'self'"),
            "{path}"
        );
        let script = policy.split(';').find(|part| part.trim().starts_with("script-src"));
        assert!(
            script.is_none_or(|script| script.trim() == "script-src 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-eval"), "{path}: {policy}");
        assert!(is_styled || !policy.contains("unsafe"), "{path}: {policy}");
        let text = answer.text();
        if answer.header("content-type").starts_with("text/html") && !is_styled {
            pages += 1;
            assert!(policy.contains("frame-ancestors"), "{path}: {policy}");
            let is_file = |rest: &str| {
                let (tag, rest) = rest.split_once('>').unwrap();
                tag.contains(" src=\"/") && rest.starts_with("</script>")
            };
            assert!(text.split("<script").skip(1).all(is_file), "{path}: a script in the page");
            assert!(!text.contains(" style=\"") && !text.contains(" onclick="), "{path}");
        }
    }
    assert!(pages > 60, "{pages} pages");
});

on_both!(a_choice_of_language_leads_nobody_away, |db| {
    let site = Site::of(db);
    let mut visitor = Visitor::new(&site);
    for (back, to) in [
        ("/ql/so", "/ql/so"),
        ("https://evil.example", "/ql"),
        ("//evil.example", "/ql"),
        ("/%5Cevil.example", "/ql"),
        ("/ql%5C@evil.example", "/ql"),
        ("/ql@evil.example", "/ql"),
        ("/ql/%2e%2e//evil.example", "/ql"),
        ("/ql%0d%0aset-cookie:a=b", "/ql"),
        ("", "/ql"),
    ] {
        let answer = visitor.get(&format!("/ql/tieng/en?back={back}"));
        assert_eq!((answer.status, answer.header("location")), (303, to), "{back}");
    }
});

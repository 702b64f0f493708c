//! Every address and operation before everybody who may come, in one table: who is let in, and that
//! nobody else is. An address that is laid out and stands in no row fails the test.

use std::collections::BTreeSet;

use cho40::access::Permission;
use serde_json::{Value, json};

use crate::phone_stall::Stream;
use crate::support::on_both;
use crate::web_access::{address, ask};
use crate::web_identities::{Everybody, Identity};
use crate::web_operations::Operation;
use crate::web_routes::laid_out;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

/// Anybody, with or without anything.
const ALL: &str = "NKEXWOSTFBVLHRP";

/// Who is let in. `N` nobody · `K` a key on a page · at the desk `E` an expired session, `X` one that
/// was signed out, `W` owner, `O` organiser, `S` organiser of another section, `T` team member, `F`
/// official, `B` owner of another board · phones `V` vendor, `L` vendor's before the six digits, `H`
/// one that listens, `R` of a revoked link, `P` vendor of another board.
///
/// Ids are those of the board's and its one stall. What ends the caller's own session stands last.
pub const WHO: [(&str, &str); 184] = [
    ("GET /", ALL),
    ("GET /healthz", ALL),
    ("GET /readyz", ALL),
    ("GET /metrics", ALL),
    ("GET /openapi.json", ALL),
    ("GET /docs", ALL),
    ("GET /docs/{file:.*}", ALL),
    ("GET /assets/{file}", ALL),
    ("GET /manifest.webmanifest", ALL),
    ("GET /voice/{region:north|south}.json", ALL),
    // Only with the feed's proof, which none of these has.
    ("POST /hooks/{feed_id}", ""),
    ("POST /noop", ""),
    // Published, and what a link leads to: whoever knows the address.
    ("GET /cho/{market_id}", ALL),
    ("GET /cho/{market_id}.json", ALL),
    ("GET /{kind:nghe|sap}/{token}", ALL),
    ("GET /tra/{token}", ALL),
    ("GET /tra/{token}/now", ALL),
    ("GET /tra/{token}/code.png", ALL),
    // A token that no link has.
    ("POST /nghe/open", ""),
    // Phones.
    ("GET /nghe", "H"),
    ("GET /nghe/live", "VHP"),
    ("GET /sap", "VLP"),
    ("POST /sap/pin/new", "VLP"),
    ("POST /sap/pin", "VLP"),
    ("POST /sap/pin/change", "VP"),
    ("GET /sap/phones", "VP"),
    ("POST /sap/phones/{id}/lock", "V"),
    ("GET /sap/day", "VP"),
    ("GET /sap/year", "VP"),
    ("GET /sap/book", "VP"),
    ("GET /sap/book/{file}", "VP"),
    ("POST /sap/book/lock", "VP"),
    ("POST /sap/book/class", "VP"),
    ("POST /sap/receipts/{id}", "V"),
    ("POST /sap/requests", "VP"),
    ("GET /sap/requests/{id}", "V"),
    ("POST /sap/requests/{id}/cancel", "V"),
    ("POST /sap/cash", "VP"),
    ("GET /sap/evening", "VP"),
    // The desk's door.
    ("GET /ql/vao", ALL),
    ("POST /ql/vao", ALL),
    // Only between the password and the second step.
    ("GET /ql/ma", ""),
    ("POST /ql/ma", ""),
    ("GET /ql/moi/{token}", ALL),
    ("POST /ql/moi/{token}", ALL),
    ("GET /ql/tieng/{tag}", ALL),
    ("POST /ql/tieng/{tag}", ""),
    // The desk.
    ("GET /ql", "WOSTFB"),
    ("POST /ql", ""),
    ("GET /ql/toi", "WOSTFB"),
    ("POST /ql/toi/may/{id}/ra", "W"),
    ("GET /ql/toi/mat-khau", "WOSTFB"),
    ("POST /ql/toi/mat-khau", "WOSTFB"),
    ("POST /ql/toi/ma/bat-dau", "WOSTFB"),
    ("GET /ql/toi/ma", "WOSTFB"),
    ("POST /ql/toi/ma", "WOSTFB"),
    ("GET /ql/toi/ma/bo", "WOSTFB"),
    ("POST /ql/toi/ma/bo", "WOSTFB"),
    ("GET /ql/nguoi", "WB"),
    ("GET /ql/nguoi/moi", "WB"),
    ("POST /ql/nguoi/moi", "WB"),
    ("POST /ql/nguoi/moi/{id}/huy", "W"),
    ("GET /ql/nguoi/{id}", "W"),
    ("POST /ql/nguoi/{id}", "W"),
    ("POST /ql/nguoi/{id}/khoa", "W"),
    ("POST /ql/nguoi/{id}/mo", "W"),
    ("POST /ql/nguoi/{id}/bo-ma", "W"),
    ("GET /ql/nguon", "WOB"),
    ("GET /ql/nguon/moi", "WB"),
    ("GET /ql/nguon/moi/{way}", "WB"),
    ("POST /ql/nguon/moi/{way}", "WB"),
    ("GET /ql/nguon/xem/{id}", "WO"),
    ("POST /ql/nguon/xem/{id}", "W"),
    ("POST /ql/nguon/xem/{id}/khoa", "W"),
    ("POST /ql/nguon/xem/{id}/khoa/{secret_id}/bo", "W"),
    ("POST /ql/nguon/xem/{id}/tk", "W"),
    ("POST /ql/nguon/xem/{id}/tk/{account_id}", "W"),
    ("POST /ql/nguon/xem/{id}/tat", "W"),
    ("POST /ql/nguon/xem/{id}/bat", "W"),
    ("GET /ql/nguon/trai-nhau", "WOB"),
    // What the form lacks is said before it is looked for.
    ("POST /ql/nguon/trai-nhau/{id}", "WOB"),
    ("GET /ql/nguon/nghi-trung", "WOB"),
    ("POST /ql/nguon/nghi-trung/{id}", "WOB"),
    ("GET /ql/nguon/chua-nhan", "WOB"),
    ("POST /ql/nguon/chua-nhan/tin/{id}", "WOB"),
    ("POST /ql/nguon/chua-nhan/{id}", "W"),
    ("POST /ql/nguon/chua-nhan/{id}/{number}", "WB"),
    ("GET /ql/nguon/dien-thoai", "WOB"),
    ("GET /ql/nguon/dien-thoai/tin/{id}", "W"),
    ("POST /ql/nguon/dien-thoai/tin/{id}", "W"),
    ("POST /ql/nguon/dien-thoai/tin/{id}/xu-ly", "WOB"),
    ("POST /ql/nguon/dien-thoai/{id}/ghep", "W"),
    ("POST /ql/nguon/dien-thoai/{id}/da-mat", "WOB"),
    ("POST /ql/nguon/dien-thoai/{id}/{device_id}/thu-hoi", "W"),
    ("GET /ql/nguon/sao-ke", "WOB"),
    ("POST /ql/nguon/sao-ke", "WB"),
    ("GET /ql/nguon/sao-ke/mau/{layout}", "W"),
    ("POST /ql/nguon/sao-ke/mau/{layout}", "W"),
    ("GET /ql/nguon/sao-ke/{id}", "WO"),
    ("POST /ql/nguon/sao-ke/{id}", "W"),
    ("GET /ql/hang", "WOTB"),
    ("GET /ql/hang/{id}", ""),
    // What the form lacks is said before the transfer is looked for.
    ("POST /ql/hang/{id}", "WOTB"),
    ("POST /ql/hang/de-nghi/{id}", "WO"),
    ("GET /ql/so", "WOSTB"),
    ("GET /ql/so/luoi", "WOSTB"),
    ("GET /ql/so/nguoi", "WOSTB"),
    ("GET /ql/so/tk", "WOSTB"),
    ("GET /ql/so/cho/moi", "WOB"),
    ("POST /ql/so/cho/moi", "WOB"),
    ("GET /ql/so/khu/moi", "WOB"),
    ("POST /ql/so/khu/moi", "WOB"),
    ("GET /ql/so/doi", ""),
    ("POST /ql/so/doi", "WO"),
    ("GET /ql/so/sap/moi", "WOSB"),
    ("POST /ql/so/sap/moi", "WOSB"),
    ("GET /ql/so/sap/{id}", "WOT"),
    ("GET /ql/so/sap/{id}/sua", "WO"),
    ("POST /ql/so/sap/{id}/sua", "WO"),
    ("GET /ql/so/sap/{id}/nguoi", "WO"),
    ("POST /ql/so/sap/{id}/nguoi", "WO"),
    ("GET /ql/so/o/{id}/het", "WO"),
    ("POST /ql/so/o/{id}/het", "WO"),
    ("GET /ql/so/o/{id}/tk", "WO"),
    ("POST /ql/so/o/{id}/tk", "WO"),
    // Rules tell of a stall's payers: for who may see its amounts.
    ("GET /ql/so/o/{id}/quy-tac", "W"),
    ("POST /ql/so/o/{id}/quy-tac", "W"),
    ("POST /ql/so/quy-tac/{id}/het", "W"),
    ("GET /ql/so/lk/{id}/het", "WO"),
    ("POST /ql/so/lk/{id}/het", "WO"),
    ("GET /ql/so/nguoi/{id}", "WO"),
    ("POST /ql/so/nguoi/{id}", "WO"),
    ("GET /ql/so/tk/{id}", "WO"),
    ("POST /ql/so/tk/{id}", "WO"),
    ("POST /ql/so/tk/{id}/dong", "WO"),
    // Row by row what the same person may do by hand, so within the sections.
    ("GET /ql/so/nhap", "WOSB"),
    ("POST /ql/so/nhap", "WOSB"),
    ("POST /ql/so/nhap/that", "WOSB"),
    ("GET /ql/so/tap/{file}", "WOSB"),
    // Cards, as the API's routes: of a section for who is limited to it.
    ("GET /ql/in", "WOSTB"),
    ("POST /ql/in", "WOSTB"),
    ("GET /ql/in/viec/{id}", "WOT"),
    ("GET /ql/in/viec/{id}/the.pdf", "WOT"),
    ("GET /ql/in/phieu/{file}", "WOSTB"),
    ("GET /ql/in/sap/{id}", "WOT"),
    ("GET /ql/in/sap/{id}/the", "WOT"),
    // Codes' lists are the whole board's.
    ("GET /ql/in/phat", "WOTB"),
    ("POST /ql/in/phat", "WOTB"),
    ("GET /ql/in/ma/{id}", "WOT"),
    ("POST /ql/in/ma/{id}", "WOT"),
    ("GET /ql/in/the/{id}", "WOT"),
    ("POST /ql/in/the/{id}", "WOT"),
    ("GET /ql/in/kiem-tra", "WOTB"),
    ("GET /ql/in/kiem-tra/{id}", "WOT"),
    ("POST /ql/in/kiem-tra/{id}/anh", "WOT"),
    ("POST /ql/in/kiem-tra/{id}/go", "WOT"),
    ("GET /ql/in/kiem-tra/xem/{id}", "WOT"),
    // Who makes a link could open it.
    ("GET /ql/in/sap/{id}/giay", "W"),
    ("POST /ql/in/sap/{id}/giay", "W"),
    // The cash side.
    ("GET /ql/tien-mat", "WOTB"),
    ("GET /ql/tien-mat/moi", "WOTB"),
    ("POST /ql/tien-mat/moi", "WOTB"),
    ("GET /ql/tien-mat/{id}", "WOT"),
    ("GET /ql/tien-mat/{id}/ghi", "WOT"),
    ("POST /ql/tien-mat/{id}/ghi", "WOT"),
    ("GET /ql/dem", "WOTB"),
    ("POST /ql/dem", "WOTB"),
    ("GET /ql/dem/sw.js", "WOTB"),
    // The report.
    ("GET /ql/bao-cao", "WOFB"),
    ("GET /ql/bao-cao/nhom", "WOFB"),
    ("GET /ql/bao-cao/sap", "WOFB"),
    ("GET /ql/bao-cao/tap/{file}", "WOFB"),
    ("GET /ql/bao-cao/cong-bo", "WOFB"),
    ("POST /ql/bao-cao/cong-bo", "WOB"),
    ("GET /ql/bao-cao/cong-bo/{id}", "WOF"),
    ("GET /ql/bao-cao/cong-bo/{id}/{file}", "WOF"),
    // The first visit.
    ("GET /ql/ghe/{id}", "WOT"),
    ("POST /ql/ghe/{id}/anh", "WOT"),
    ("POST /ql/ghe/{id}/ma", "WOT"),
    ("POST /ql/ghe/{id}/dong-y", "WOT"),
    ("POST /ql/ghe/{id}/thu", "WOT"),
    ("POST /ql/ghe/{id}/xong", "WOT"),
    ("POST /sap/lock", "VP"),
    ("POST /ql/ra", ALL),
];

on_both!(every_address_lets_in_whom_it_should_and_nobody_else, |db| {
    let laid_out = laid_out();
    let listed: BTreeSet<_> = WHO.iter().map(|(address, _)| (*address).to_owned()).collect();
    let missing: Vec<_> = laid_out.difference(&listed).collect();
    assert!(missing.is_empty(), "in no row of the table: {missing:#?}");
    let gone: Vec<_> = listed.difference(&laid_out).collect();
    assert!(gone.is_empty(), "laid out no more: {gone:#?}");
    assert_eq!(listed.len(), WHO.len(), "an address stands in two rows");
    let site = Site::of(db);
    let everybody = Everybody::on(&site, db);
    let asset = an_asset(&site, &everybody);
    let mut wrong = Vec::new();
    for (row, expected) in WHO {
        let (method, pattern) = row.split_once(' ').unwrap();
        let path = filled(pattern, &everybody, &asset);
        let is_let_in = |one: &&Identity| {
            if pattern == "/nghe/live" {
                let first = Stream::open(&site, &one.cookies, "?after=0").next().unwrap();
                return !["locked", "ended"].contains(&first.event.as_str());
            }
            let stall = everybody.world.id("stalls");
            let answer = send(&site, one, (method, pattern, &path), stall);
            // So many guesses at once from one place are held, which is the way in to guess.
            let is_held = answer.status == 429 && row != "POST /ql/vao";
            assert!(answer.status < 500 && !is_held, "{row}: {}", answer.text());
            is_open(&answer)
        };
        let found: String = everybody.all.iter().filter(is_let_in).map(|one| one.letter).collect();
        let sorted = |letters: &str| letters.chars().collect::<BTreeSet<_>>();
        if sorted(&found) != sorted(expected) {
            wrong.push(format!("{row}: {found}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
});

fn is_open(answer: &Answer) -> bool {
    // The door leads to the sign-in without a word; a page of the other kind to its own.
    let is_led_away = ["/ql/vao", "/ql/ma", "/nghe", "/sap"].contains(&answer.header("location"))
        && answer.headers.get("set-cookie").is_none();
    let is_closed = [401, 403, 404, 410].contains(&answer.status);
    !(is_closed || answer.status == 303 && is_led_away)
}

fn send(
    site: &Site,
    one: &Identity,
    (method, pattern, path): (&str, &str, &str),
    stall: &str,
) -> Answer {
    let ask = one.ask(site, method, path);
    if method == "GET" {
        return ask.send();
    }
    if pattern.starts_with("/ql") || pattern == "/nghe/open" {
        let ask = ask.header("content-type", "application/x-www-form-urlencoded");
        let form = format!("token=none&login=none&password=none&id={stall}&goods=rau");
        return ask.raw(form.as_bytes()).send();
    }
    let body = match pattern {
        "/sap/receipts/{id}" => json!({ "class": "personal" }),
        "/noop" | "/hooks/{feed_id}" => json!({ "id": 1 }),
        _ => json!({}),
    };
    ask.json(&body).send()
}

/// Whose `{id}` is meant, by how a path begins; the first that fits.
const OF: [(&str, &str); 28] = [
    ("/ql/so/sap/", "stalls"),
    ("/ql/so/o/", "occupancies"),
    ("/ql/so/quy-tac/", "class-rules"),
    ("/ql/so/lk/", "account-links"),
    ("/ql/so/nguoi/", "vendors"),
    ("/ql/so/tk/", "accounts"),
    ("/ql/nguoi/moi/", "invitations"),
    ("/ql/nguoi/", "users"),
    ("/ql/hang/de-nghi/", "assignment-proposals"),
    ("/ql/nguon/xem/", "feeds"),
    ("/ql/nguon/trai-nhau/", "sighting-conflicts"),
    ("/ql/nguon/nghi-trung/", "suspected-pairs"),
    ("/ql/nguon/chua-nhan/tin/", "deliveries"),
    ("/ql/nguon/chua-nhan/", "feeds"),
    ("/ql/nguon/dien-thoai/tin/", "phone-texts"),
    ("/ql/nguon/dien-thoai/", "phone-feeds"),
    ("/ql/nguon/sao-ke/", "statements"),
    ("/ql/in/kiem-tra/xem/", "code-checks"),
    ("/ql/in/kiem-tra/", "stalls"),
    ("/ql/in/sap/", "stalls"),
    ("/ql/in/ma/", "stalls"),
    ("/ql/in/the/", "codes"),
    ("/ql/in/viec/", "print-jobs"),
    ("/ql/tien-mat/", "cash-plans"),
    ("/ql/ghe/", "stalls"),
    ("/ql/bao-cao/cong-bo/", "published-reports"),
    ("/sap/receipts/", "transfers"),
    ("/sap/requests/", "requests"),
];

/// A path with the board's ids.
pub fn filled(pattern: &str, everybody: &Everybody, asset: &str) -> String {
    let world = &everybody.world;
    let whole = match pattern {
        "/docs/{file:.*}" => Some("/docs/".to_owned()),
        "/assets/{file}" => Some(asset.to_owned()),
        "/voice/{region:north|south}.json" => Some("/voice/north.json".to_owned()),
        "/{kind:nghe|sap}/{token}" => Some(world.paths[0].clone()),
        "/tra/{token}" => Some(everybody.payment.clone()),
        "/tra/{token}/now" => Some(format!("{}/now", everybody.payment)),
        "/tra/{token}/code.png" => Some(format!("{}/code.png", everybody.payment)),
        "/ql/moi/{token}" => Some(everybody.invitation.clone()),
        "/ql/toi/may/{id}/ra" => Some(format!("/ql/toi/may/{}/ra", everybody.session)),
        "/sap/phones/{id}/lock" => Some(format!("/sap/phones/{}/lock", everybody.listener)),
        _ => None,
    };
    if pattern == "/ql/tien-mat/{id}/ghi" {
        let (plan, stall) = (world.id("cash-plans"), world.id("occupancies"));
        return format!("/ql/tien-mat/{plan}/ghi?sap={stall}&ngay=2026-11-20");
    }
    if pattern == "/ql/hang/{id}" {
        return format!("/ql/hang/{}", everybody.waiting);
    }
    if let Some(whole) = whole {
        return whole;
    }
    let file = match pattern {
        "/ql/so/tap/{file}" => "mau.xlsx",
        "/ql/in/phieu/{file}" => "dong-y.pdf",
        _ if pattern.starts_with("/ql/bao-cao") => "bao-cao.xlsx",
        _ => "2026-11.xlsx",
    };
    let id = OF.iter().find(|(begin, _)| pattern.starts_with(begin)).map(|(_, of)| world.id(of));
    pattern
        .replace("{id}", id.unwrap_or_default())
        .replace("{market_id}", world.id("markets"))
        .replace("{feed_id}", world.id("feeds"))
        .replace("{device_id}", world.id("devices"))
        .replace("{secret_id}", world.id("secrets"))
        .replace("{account_id}", world.id("accounts"))
        .replace("{way}", "sepay-hmac")
        .replace("{layout}", world.id("statement-layouts"))
        .replace("{number}", "1")
        .replace("{tag}", "en")
        .replace("{file}", file)
}

pub fn an_asset(site: &Site, everybody: &Everybody) -> String {
    let page = site.ask("GET", &everybody.world.paths[0]).send().text();
    let name = page.split("/assets/").nth(1).unwrap().split('"').next().unwrap();
    format!("/assets/{name}")
}

/// What a permission alone does not open, although its operation asks for it first: the use case
/// asks for more.
fn asks_for_more(answer: &Answer, permission: &str) -> bool {
    answer.json["args"]["permission"].as_str().is_some_and(|asked| asked != permission)
}

on_both!(each_permission_alone_opens_its_operations_and_no_others, |db| {
    let site = Site::of(db);
    let ours = World::on(&site, &site.key, "0011001100");
    let theirs = World::on(&site, &site.other_key, "0022002200");
    let operations = Operation::all(&site);
    for permission in Permission::ALL {
        let key = site.key_with(&[*permission]);
        let mut opened = 0;
        for operation in &operations {
            let wanted = Permission::ALL.iter().find(|p| p.as_str() == operation.permission);
            if !permission.covers(*wanted.unwrap()) {
                let answer = ask(&site, operation, &ours, &address(operation, &ours));
                let answer = answer.key(&key).send();
                let what = format!("{} with {}", operation.name(), permission.as_str());
                assert_eq!(answer.problem(403), "forbidden", "{what}");
                assert_eq!(answer.json["args"]["permission"], operation.permission, "{what}");
                continue;
            }
            opened += 1;
            // Let in, it changes nothing: the ids are another board's.
            let answer = ask(&site, operation, &theirs, &address(operation, &theirs));
            let answer = answer.key(&key).send();
            let is_in = ![401, 403].contains(&answer.status)
                || asks_for_more(&answer, &operation.permission);
            assert!(is_in, "{} with {}: {}", operation.name(), permission.as_str(), answer.text());
        }
        assert!(opened > 0, "{} opens nothing", permission.as_str());
    }
});

on_both!(who_has_no_living_key_is_told_why_at_every_operation, |db| {
    let site = Site::of(db);
    let everybody = Everybody::on(&site, db);
    let world = &everybody.world;
    let made = |expires_at: Value| {
        let new = json!({ "name": "x", "permissions": Permission::ALL, "expires_at": expires_at });
        let made = site.post("/api/v1/keys", &new).json;
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        (text("id"), text("token"))
    };
    let end = db.clock.now().plus_ms(1_000);
    let ((_, expired), (id, revoked)) = (made(json!(end)), made(Value::Null));
    db.clock.move_to(end);
    let path = format!("/api/v1/keys/{id}");
    assert_eq!(site.ask("DELETE", &path).key(&site.key).send().status, 204);
    let keys = [("key-expired", &*expired), ("key-unknown", &revoked), ("key-unknown", "cho40_00")];
    for operation in Operation::all(&site) {
        let path = address(&operation, world);
        for (code, key) in keys {
            let answer = ask(&site, &operation, world, &path).key(key).send();
            assert_eq!(answer.problem(401), code, "{}", operation.name());
        }
        // No cookie opens the API, whoever's it is.
        for one in everybody.all.iter().filter(|one| one.letter != 'K') {
            let answer = one.ask(&site, &operation.method, &path).send();
            assert_eq!(answer.problem(401), "key-missing", "{} {}", operation.name(), one.letter);
        }
    }
});

//! A stall on a running server: its links, its money, and what a page would be told.

#![cfg(test)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use cho40::primitives::UnixMs;
use serde_json::{Value, json};

use crate::support::TestDb;
use crate::web_support::{Answer, Site};
use crate::web_world::World;

const FEED_SECRET: &str = "khoa-bi-mat-cua-sepay";
pub const NUMBER: &str = "0011001100";

/// The world's stall, which one feed reports.
pub struct Stall {
    pub world: World,
    reference: String,
}

/// A link that was made.
pub struct Link {
    pub id: String,
    pub path: String,
}

impl Link {
    pub fn token(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }
}

impl Stall {
    pub fn on(site: &Site) -> Self {
        let world = World::on(site, &site.key, NUMBER);
        let code = site.get(&world.path("/api/v1/codes/{id}")).json;
        let reference = code["reference"].as_str().unwrap().to_owned();
        // Nothing that its feed told is in doubt.
        let decide = world.path("/api/v1/sighting-conflicts/{id}/decide");
        assert_eq!(site.post(&decide, &json!({ "right": "first" })).status, 200);
        Self { world, reference }
    }

    pub fn link(&self, site: &Site, kind: &str, shows_payer: bool) -> Link {
        let new = json!({ "occupancy_id": self.world.id("occupancies"), "kind": kind,
            "name": "Máy ở sạp", "shows_payer": shows_payer });
        let made = site.post("/api/v1/stall-links", &new);
        assert_eq!(made.status, 201, "{}", made.text());
        let text = |field: &str| made.json[field].as_str().unwrap().to_owned();
        Link { id: text("id"), path: text("path") }
    }

    /// Money that the feed reports as it comes, to the stall's printed code.
    pub fn pay(&self, site: &Site, db: &TestDb, id: u64, amount: u64) {
        self.report(site, id, amount, &format!("{} tra tien", self.reference), db.clock.now());
    }

    pub fn report(&self, site: &Site, id: u64, amount: u64, memo: &str, at: UnixMs) {
        let answer = told(site, self.world.id("feeds"), id, amount, memo, at);
        assert_eq!(answer.text(), "{\"success\":true}");
    }

    /// Another account of the stall's, at another bank.
    pub fn second_account(&self, site: &Site) -> String {
        let account = json!({ "bin": "970422", "number": "0055005500", "kind": "personal",
            "use_kind": "mixed", "holder_name": "Nguyễn Thị Lụa", "relation": "self",
            "keeps_outgoing": false });
        let account = site.create("/api/v1/accounts", &account);
        let link = json!({ "occupancy_id": self.world.id("occupancies"), "account_id": account,
            "from_day": "2026-01-01" });
        site.create("/api/v1/account-links", &link);
        account
    }

    pub fn reference(&self) -> &str {
        &self.reference
    }
}

/// A report as SePay sends it.
pub fn told(site: &Site, feed: &str, id: u64, amount: u64, memo: &str, at: UnixMs) -> Answer {
    let at = at.to_string();
    let body = json!({
        "id": id, "gateway": "Vietcombank",
        "transactionDate": format!("{} {}", &at[..10], &at[11..19]),
        "accountNumber": NUMBER, "code": null, "content": memo, "transferType": "in",
        "transferAmount": amount, "accumulated": 0, "subAccount": null,
        "referenceCode": format!("FT{id}"), "description": "" });
    let ask = site.ask("POST", &format!("/hooks/{feed}")).json(&body);
    ask.header("authorization", &format!("Apikey {FEED_SECRET}")).send()
}

/// Presses the button of a link's page; the answer.
pub fn press(site: &Site, token: &str, cookie: Option<&str>) -> Answer {
    let mut ask = site
        .ask("POST", "/nghe/open")
        .raw(format!("token={token}").as_bytes())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("user-agent", "Mozilla/5.0 (Linux; Android 8.1; Mobile) Chrome/90 Zalo/1")
        .header("origin", &site.url);
    if let Some(cookie) = cookie {
        ask = ask.header("cookie", cookie);
    }
    ask.send()
}

/// A new link, and the id of a phone that opened it.
pub fn link_and_phone(site: &Site, key: &str, occupancy: &str) -> (Link, String) {
    let new = json!({ "occupancy_id": occupancy, "kind": "listener", "name": "Máy ở sạp" });
    let made = site.ask("POST", "/api/v1/stall-links").key(key).json(&new).send().json;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let link = Link { id: text(&made["id"]), path: text(&made["path"]) };
    opened(site, &link);
    let listed = format!("/api/v1/stall-links/{}/listeners", link.id);
    let listed = site.ask("GET", &listed).key(key).send().json;
    let phone = text(&listed["items"][0]["id"]);
    (link, phone)
}

/// The cookie of a browser that has opened a link.
pub fn opened(site: &Site, link: &Link) -> String {
    let answer = press(site, link.token(), None);
    assert_eq!((answer.status, answer.header("location")), (303, "/nghe"), "{}", answer.text());
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// A vendor's phone: the cookies that it has, and what its page asks for.
pub struct Phone<'s> {
    pub site: &'s Site,
    pub cookies: String,
}

impl<'s> Phone<'s> {
    /// A phone that has opened the link, and entered no digits.
    pub fn of(site: &'s Site, link: &Link) -> Self {
        let answer = press(site, link.token(), None);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let cookies = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { site, cookies }
    }

    /// A phone on whose page everything is open.
    pub fn open(site: &'s Site, link: &Link, pin: &str) -> Self {
        let mut phone = Self::of(site, link);
        if phone.enter("/sap/pin/new", pin).status != 204 {
            assert_eq!(phone.enter("/sap/pin", pin).status, 204);
        }
        phone
    }

    /// Sends six digits, and keeps the cookie of a session that opens.
    pub fn enter(&mut self, path: &str, pin: &str) -> Answer {
        self.enter_at(path, &json!({ "pin": pin }))
    }

    pub fn enter_at(&mut self, path: &str, digits: &Value) -> Answer {
        let answer = self.post(path, digits);
        if answer.status == 204 {
            let session = answer.header("set-cookie").split(';').next().unwrap().to_owned();
            let device = self.cookies.split("; ").next().unwrap();
            self.cookies = format!("{device}; {session}");
        }
        answer
    }

    pub fn get(&self, path: &str) -> Answer {
        self.site.ask("GET", path).header("cookie", &self.cookies).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let ask = self.site.ask("POST", path).json(body).header("origin", &self.site.url);
        ask.header("cookie", &self.cookies).send()
    }
}

/// Another stall of the world's account: the ids of its occupancy and the reference of its code.
pub fn neighbour(site: &Site, world: &World) -> (String, String) {
    let create = |path: &str, body: Value| site.create(&format!("/api/v1{path}"), &body);
    let stall = json!({ "section_id": world.id("sections"), "code": "A-02", "goods": "rau",
        "wholesale": false, "size_class": "small", "position": 2 });
    let stall = create(&format!("/markets/{}/stalls", world.id("markets")), stall);
    let vendor = create("/vendors", json!({ "name": "Trần Thị Mận" }));
    let occupancy = create(
        "/occupancies",
        json!({ "stall_id": stall, "vendor_id": vendor, "from_day": "2026-01-01" }),
    );
    let link = json!({ "occupancy_id": occupancy, "account_id": world.id("accounts"),
        "from_day": "2026-01-01" });
    create("/account-links", link);
    let code = site.post("/api/v1/codes", &json!({ "occupancy_id": occupancy })).json;
    (occupancy, code["reference"].as_str().unwrap().to_owned())
}

/// What a page is told.
#[derive(Debug)]
pub struct Told {
    pub seq: i64,
    pub event: String,
    pub data: Value,
}

/// A page's stream of events.
pub struct Stream {
    lines: BufReader<TcpStream>,
}

impl Stream {
    /// `query` is e.g. `?after=3`.
    pub fn open(site: &Site, cookie: &str, query: &str) -> Self {
        let host = site.url.strip_prefix("http://").unwrap();
        let mut line = TcpStream::connect(host).unwrap();
        line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(line, "GET /nghe/live{query} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n")
            .unwrap();
        Self { lines: BufReader::new(line) }
    }

    /// The next event; `None` at the stream's end.
    pub fn next(&mut self) -> Option<Told> {
        let (mut seq, mut event) = (None, String::new());
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                seq = Some(id.parse().unwrap());
            } else if let Some(name) = line.strip_prefix("event: ") {
                name.clone_into(&mut event);
            } else if let Some(data) = line.strip_prefix("data: ") {
                let data = serde_json::from_str(data).unwrap();
                return Some(Told { seq: seq.unwrap(), event, data });
            } else if line == "0" {
                return None;
            }
        }
    }

    /// The next event of a kind.
    #[track_caller]
    pub fn next_of(&mut self, event: &str) -> Told {
        loop {
            let told = self.next().expect("the stream has ended");
            if told.event == event {
                return told;
            }
        }
    }

    /// The kinds and amounts of what comes up to the next beat.
    pub fn money_until_beat(&mut self) -> (Vec<Value>, i64) {
        let mut money = Vec::new();
        loop {
            let told = self.next().expect("the stream has ended");
            match told.event.as_str() {
                "money" => money.push(told.data["amount_vnd"].clone()),
                "beat" => return (money, told.seq),
                _ => {}
            }
        }
    }
}

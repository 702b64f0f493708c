//! Everybody who may come to the pages: signed in at the desk, with a link's phone, with a key, or
//! not any more.

#![cfg(test)]

use cho40::primitives::time::MS_PER_HOUR;
use serde_json::json;

use crate::desk_support::{PASSWORD, Visitor, invite};
use crate::phone_stall::{Link, Phone};
use crate::support::TestDb;
use crate::web_support::{Ask, Site};
use crate::web_world::{FEED_SECRET, World};

pub const PIN: &str = "270361";

/// Somebody, by the letter of the table.
pub struct Identity {
    pub letter: char,
    pub cookies: String,
    key: Option<String>,
}

/// A board with one of everything, another board, and everybody.
pub struct Everybody {
    pub world: World,
    pub all: Vec<Identity>,
    /// Addresses that only somebody with the link knows.
    pub invitation: String,
    pub payment: String,
    /// Of the owner's other session, and of the vendor's phone that waits for its digits.
    pub session: String,
    pub listener: String,
    /// Money of a number that nobody has registered.
    pub waiting: String,
}

impl Identity {
    fn of(letter: char, cookies: String) -> Self {
        Self { letter, cookies, key: None }
    }

    /// With the cookies and from our own page, as a browser sends it.
    pub fn ask(&self, site: &Site, method: &str, path: &str) -> Ask {
        let ask = site.ask(method, path).header("cookie", &self.cookies);
        let ask = ask.header("sec-fetch-site", "same-origin").header("origin", &site.url);
        match &self.key {
            Some(key) => ask.key(key),
            None => ask,
        }
    }
}

impl Everybody {
    pub fn on(site: &Site, db: &TestDb) -> Self {
        let mut world = World::on(site, &site.key, "0011001100");
        let theirs = World::on(site, &site.other_key, "0022002200");
        let mut all = vec![Identity::of('N', String::new())];
        all.push(Identity { key: Some(site.key.clone()), ..Identity::of('K', String::new()) });
        let expired = Visitor::with_role(site, "owner", &[]);
        all.push(Identity::of('E', expired.jar()));
        db.clock.move_to(db.clock.now().plus_ms(13 * MS_PER_HOUR));
        // That of the world was kept for half an hour.
        let jobs = world.path("/api/v1/markets/{market_id}/print-jobs");
        let job = world.post(site, &jobs, &json!({ "layout": "sticker", "cover": false })).json;
        world.ids.insert("print-jobs", job["id"].as_str().unwrap().to_owned());
        let signed = |login: &str| {
            let mut visitor = Visitor::new(site);
            let to = visitor.sign_in(login, PASSWORD);
            assert_eq!(to.header("location"), "/ql", "{}", to.text());
            visitor
        };
        let out = signed("owner0");
        all.push(Identity::of('X', out.jar()));
        let mut leaves = signed("owner0");
        leaves.cookies.clone_from(&out.cookies);
        assert_eq!(leaves.post("/ql/ra", &[]).status, 303);
        let mut owner = signed("owner0");
        signed("owner0");
        let page = owner.get("/ql/toi").text();
        let session = page.split("/ql/toi/may/").nth(1).unwrap().split('/').next().unwrap();
        let session = session.to_owned();
        all.push(Identity::of('W', owner.jar()));
        let other = json!({ "name": "Khu rau" });
        let sections = format!("/api/v1/markets/{}/sections", world.id("markets"));
        let section = site.create(&sections, &other);
        for (letter, role, sections) in [
            ('O', "organiser", &[][..]),
            ('S', "organiser", &[section.as_str()][..]),
            ('T', "team_member", &[][..]),
            ('F', "official", &[][..]),
        ] {
            let visitor = Visitor::with_role(site, role, sections);
            all.push(Identity::of(letter, visitor.jar()));
        }
        all.push(Identity::of('B', owner_elsewhere(site)));
        let listener = phones(site, &world, &theirs, &mut all);
        let vendor = all.iter().find(|one| one.letter == 'V').unwrap();
        let asked = vendor.ask(site, "POST", "/sap/requests").json(&json!({ "amount": "50k" }));
        let asked = asked.send();
        let payment = asked.json["path"].as_str().unwrap_or_else(|| panic!("{}", asked.text()));
        let payment = payment.to_owned();
        let invitation = invite(site, &site.key, "organiser", &[]);
        let waiting = waiting(site, &world);
        Self { world, all, invitation, payment, session, listener, waiting }
    }
}

fn waiting(site: &Site, world: &World) -> String {
    let mut told = world.told();
    (told["id"], told["referenceCode"]) = (json!(77), json!("FT77"));
    told["accountNumber"] = json!("5550005550");
    let hook = format!("/hooks/{}", world.id("feeds"));
    let ask = site.ask("POST", &hook).header("authorization", &format!("Apikey {FEED_SECRET}"));
    assert_eq!(ask.json(&told).send().status, 200);
    let queue = site.ask("GET", "/api/v1/unassigned").key(&world.key).send().json;
    queue["items"][0]["transfer_id"].as_str().unwrap().to_owned()
}

fn owner_elsewhere(site: &Site) -> String {
    crate::desk_support::join(site, &site.other_key, "noi-khac", "owner", &[]);
    let mut visitor = Visitor::new(site);
    assert_eq!(visitor.sign_in("noi-khac", PASSWORD).header("location"), "/ql");
    visitor.jar()
}

/// The phones of the stall and of the other board's; gives the id of the one that waits.
fn phones(site: &Site, world: &World, theirs: &World, all: &mut Vec<Identity>) -> String {
    let link = |world: &World, kind: &str| {
        let new = json!({ "occupancy_id": world.id("occupancies"), "kind": kind, "name": "Máy" });
        let made = world.post(site, "/api/v1/stall-links", &new).json;
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Link { id: text("id"), path: text("path") }
    };
    // A vendor's new link ends the one before.
    let revoked = Phone::open(site, &link(world, "owner"), PIN);
    let own = link(world, "owner");
    let vendor = Phone::open(site, &own, PIN);
    let before: Vec<_> = listeners(site, world, &own);
    let locked = Phone::of(site, &own);
    let listener = listeners(site, world, &own).into_iter().find(|id| !before.contains(id));
    let hears = Phone::of(site, &link(world, "listener"));
    let elsewhere = Phone::open(site, &link(theirs, "owner"), PIN);
    for (letter, phone) in
        [('V', vendor), ('L', locked), ('H', hears), ('R', revoked), ('P', elsewhere)]
    {
        all.push(Identity::of(letter, phone.cookies));
    }
    listener.unwrap()
}

fn listeners(site: &Site, world: &World, link: &Link) -> Vec<String> {
    let path = format!("/api/v1/stall-links/{}/listeners", link.id);
    let listed = site.ask("GET", &path).key(&world.key).send().json;
    let items = listed["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

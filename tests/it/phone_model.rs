//! Random histories of a stall's money: paid, cancelled, classed, divided, given back by the vendor and by the
//! board, undone, moved to a neighbour and back. After each step the day, the year, the book, the request,
//! the payer's page and the doctor say the same, and nobody is to give back more than is too much.

#![cfg(test)]

use std::collections::BTreeMap;

use cho40::ledger::doctor;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::book_pages::send;
use crate::phone_stall::{Phone, Stall};
use crate::phone_truth::{Truth, all, text, vnd};
use crate::support::{TestDb, on_both};
use crate::web_support::{Answer, Site};

const STEPS: usize = 60;
const AMOUNTS: [i64; 3] = [26_000, 50_000, 71_000];
const BOOK: &str = "/sap/book?month=2026-11";
/// A code for an amount.
struct Asked {
    id: String,
    path: String,
    memo: String,
    amount: i64,
    is_cancelled: bool,
}

/// A stall beside it that no account is linked to.
pub fn neighbour(site: &Site, stall: &Stall) -> String {
    let world = &stall.world;
    let new = json!({ "section_id": world.id("sections"), "code": "A-02", "goods": "rau",
        "wholesale": false, "size_class": "small", "position": 2 });
    let path = format!("/api/v1/markets/{}/stalls", world.id("markets"));
    let beside = site.create(&path, &new);
    let vendor = site.create("/api/v1/vendors", &json!({ "name": "Trần Thị Mận" }));
    let new = json!({ "stall_id": beside, "vendor_id": vendor, "from_day": "2026-01-01" });
    site.create("/api/v1/occupancies", &new)
}

struct History<'s> {
    seed: u64,
    site: &'s Site,
    stall: &'s Stall,
    db: &'s mut TestDb,
    phone: Phone<'s>,
    random: ChaCha8Rng,
    neighbour: String,
    asked: Vec<Asked>,
    /// Payments with the request that each names.
    paid: Vec<(String, Option<usize>)>,
    /// Of which the vendor has said more than what she gave back, with what was too much of the request then: a
    /// word settles no more; and when.
    words: BTreeMap<String, (i64, String)>,
    log: Vec<String>,
    found_before: Vec<String>,
}

impl<'s> History<'s> {
    fn of(site: &'s Site, stall: &'s Stall, db: &'s mut TestDb, seed: u64) -> Self {
        let phone = Phone::open(site, &stall.link(site, "owner", false), "270361");
        let neighbour = neighbour(site, stall);
        let mut history = Self {
            seed,
            site,
            stall,
            db,
            phone,
            random: ChaCha8Rng::seed_from_u64(seed),
            neighbour,
            asked: Vec::new(),
            paid: Vec::new(),
            words: BTreeMap::new(),
            log: Vec::new(),
            found_before: Vec::new(),
        };
        history.found_before = history.examined();
        history
    }

    fn truth(&self) -> Truth {
        Truth::read(self.site, self.stall.world.id("occupancies"))
    }

    /// What day, year and book say, as in [`Truth::sums`].
    fn said(&self) -> [i64; 4] {
        let year = self.phone.get("/sap/year").json;
        let of_year = |field: &str| year[field].as_i64().unwrap();
        let day = self.phone.get("/sap/day").json["received_vnd"].as_i64().unwrap();
        let page = self.phone.get(BOOK).text();
        let book = page.split("class=\"amount\">").nth(1).unwrap().split('<').next().unwrap();
        [day, of_year("received_vnd"), of_year("unclassified_vnd"), vnd(&json!(book))]
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.random.random_range(0..all.len())]
    }

    fn one_paid(&mut self) -> Option<String> {
        let last = self.paid.len().checked_sub(1)?;
        // Of the last few, most is to be said.
        let first = if self.random.random_bool(0.7) { last.saturating_sub(3) } else { 0 };
        Some(self.paid[self.random.random_range(first..=last)].0.clone())
    }

    fn ask(&mut self) {
        let amount = self.one_of(&AMOUNTS);
        let made = self.phone.post("/sap/requests", &json!({ "amount": amount.to_string() })).json;
        let (id, path) = (text(&made["id"]), text(&made["path"]));
        let memo = text(&self.site.get(&format!("/api/v1/requests/{id}")).json["reference"]);
        self.log.push(format!("request {} of {amount}", self.asked.len()));
        self.asked.push(Asked { id, path, memo, amount, is_cancelled: false });
    }

    fn pay(&mut self) {
        let plain = self.random.random_bool(0.15);
        let of = self.asked.len().checked_sub(1).filter(|_| !plain);
        let of = of.map(|last| last - self.random.random_range(0..=last.min(1)));
        let (asked, memo) = match of {
            Some(at) => (self.asked[at].amount, self.asked[at].memo.clone()),
            None => (40_000, format!("{} tra", self.stall.reference())),
        };
        let amount = match self.random.random_range(0..10) {
            0..5 => asked,
            5 => asked - 10_000,
            6..8 => asked + 1_000 * self.random.random_range(1..60),
            8 => asked * 1_000,
            _ => asked / 1_000,
        };
        let sent = 100 + u64::try_from(self.paid.len()).unwrap();
        self.db.clock.move_to(self.db.clock.now().plus_ms(20_000));
        let amount = u64::try_from(amount).unwrap();
        self.stall.report(self.site, sent, amount, &memo, self.db.clock.now());
        let id = text(&all(self.site, "/api/v1/transfers")[0]["id"]);
        self.log.push(format!("{id} pays {amount} for {of:?}"));
        self.paid.push((id, of));
    }

    fn cancel(&mut self) {
        let Some(last) = self.asked.len().checked_sub(1) else { return };
        let path = format!("/sap/requests/{}/cancel", self.asked[last].id);
        let answer = self.phone.post(&path, &json!({}));
        self.did(&format!("cancel {last}"), &answer);
        self.asked[last].is_cancelled |= answer.status == 200;
    }

    /// A button of the day's list, or a part of what came.
    fn say(&mut self) {
        let Some(id) = self.one_paid() else { return };
        let day = self.phone.get("/sap/day").json;
        let mut receipts = day["receipts"].as_array().unwrap().iter();
        let Some(receipt) = receipts.find(|one| one["id"] == id) else { return };
        let (surplus, whole) = (vnd(&receipt["surplus"]), vnd(&receipt["amount"]));
        let class =
            self.one_of(&["sale", "personal", "cash_out", "refund", "refund", "debt_repayment"]);
        let said = if class == "refund" && surplus > 0 {
            json!({ "part": { "class": class, "amount": surplus.to_string() } })
        } else if self.random.random_bool(0.5) {
            json!({ "class": class })
        } else {
            let part = self.random.random_range(1..=whole.min(100_000));
            let rest = self.one_of(&["sale", "sale", "personal"]);
            json!({ "class": rest, "part": { "class": class, "amount": part.to_string() } })
        };
        let too_much = self.too_much_beside(&id);
        let answer = self.phone.post(&format!("/sap/receipts/{id}"), &said);
        self.did(&format!("{id} is {said}"), &answer);
        let is_back = class == "refund" && (said["part"].is_null() || said["class"] != "personal");
        if answer.status == 200 {
            self.words.insert(id, (if is_back { 0 } else { too_much }, self.now()));
        }
    }

    /// A button of the book's page, which is never refused but where the board has recorded the same.
    fn touch(&mut self) {
        let page = self.phone.get(BOOK).text();
        let forms: Vec<&str> = page.split("action=\"/sap/book/class\"").skip(1).collect();
        if forms.is_empty() {
            return;
        }
        let form = self.one_of(&forms);
        let form = form.split("</form>").next().unwrap();
        let field = |name: &str| {
            let value = form.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
            value.split('"').next()
        };
        let class =
            self.one_of(&["sale", "personal", "cash_out", "refund", "refund", "debt_repayment"]);
        let id = field("receipt").unwrap().to_owned();
        let part = field("part").map(|part| format!("&part={part}")).unwrap_or_default();
        let said = format!("month=2026-11&receipt={id}&class={class}{part}");
        let too_much = self.too_much_beside(&id);
        let answer = send(&self.phone, "/sap/book/class", &said);
        self.did(&format!("book: {said}"), &answer);
        let is_told_back = ["refund", "cash_out"].contains(&class);
        assert!(answer.status == 303 || is_told_back, "{self}: {}", answer.text());
        if answer.status == 303 {
            let too_much = if class == "refund" { 0 } else { too_much };
            self.words.insert(id, (too_much, self.now()));
        }
    }

    fn refund(&mut self) {
        let Some(id) = self.one_paid() else { return };
        let whole: i64 = self.truth().parts[&id].iter().map(|(_, amount)| amount).sum();
        if whole == 0 {
            return;
        }
        let amount = match self.random.random_range(0..3) {
            0 => whole,
            1 => self.random.random_range(1..=whole.min(60_000)),
            _ => (whole - self.one_of(&AMOUNTS)).max(1_000),
        };
        let besides = self.random.random_bool(0.5);
        let new = json!({ "class": "refund", "amount_vnd": amount, "besides_declared": besides });
        let answer = self.site.post(&format!("/api/v1/transfers/{id}/refunds"), &new);
        self.did(&format!("{id} refund {amount} {besides}"), &answer);
    }

    fn undo(&mut self) {
        let mut refunds = self.truth().refunds;
        refunds.retain(|(of, _)| self.paid.iter().any(|(id, _)| id == of));
        if refunds.is_empty() {
            return;
        }
        let last = &refunds[self.random.random_range(0..refunds.len())].1;
        let path = format!("/api/v1/refunds/{last}/undo");
        let answer = self.site.post(&path, &json!({ "why": "ghi lộn" }));
        self.did(&format!("undo {last}"), &answer);
        assert_eq!(answer.status, 200);
    }

    /// All of a payment is the neighbour's, or this stall's again and for its request.
    fn relocate(&mut self) {
        let Some(id) = self.one_paid() else { return };
        let parts = &self.truth().parts[&id];
        let is_here = !parts.is_empty();
        let one = self.site.get(&format!("/api/v1/transfers/{id}")).json;
        let (mine, other) = (self.stall.world.id("occupancies").to_owned(), self.neighbour.clone());
        let to = if is_here { other } else { mine };
        let mut line =
            json!({ "occupancy_id": to, "class": "sale", "amount_vnd": one["amount_vnd"] });
        if let Some(at) = self.request_of(&id).filter(|_| !is_here) {
            line["request_id"] = json!(self.asked[at].id);
        }
        let new = json!({ "lines": [line], "why": "của sạp kia", "besides_counted": true });
        let answer = self.site.post(&format!("/api/v1/transfers/{id}/attributions"), &new);
        self.did(&format!("{id} here: {}", !is_here), &answer);
        if answer.status == 201 {
            self.words.remove(&id);
        }
    }

    fn request_of(&self, id: &str) -> Option<usize> {
        self.paid.iter().find(|(paid, _)| paid == id)?.1
    }

    fn paid_for(&self, at: usize) -> Vec<String> {
        let its = self.paid.iter().filter(|(_, of)| *of == Some(at));
        its.map(|(id, _)| id.clone()).collect()
    }

    fn too_much(&self, at: usize, truth: &Truth) -> i64 {
        let asked = &self.asked[at];
        let (came, back) = truth.came_and_back(&self.paid_for(at));
        let wanted = if asked.is_cancelled { 0 } else { asked.amount };
        (came - back - wanted).max(0)
    }

    /// Of the request that a payment is for.
    fn too_much_beside(&self, id: &str) -> i64 {
        self.request_of(id).map_or(0, |at| self.too_much(at, &self.truth()))
    }

    /// What a word settles at most: what was given back after it is too much no more.
    fn settled(&self, id: &str, request: &str, truth: &Truth) -> i64 {
        let Some((settled, said_at)) = self.words.get(id) else { return 0 };
        let back = if truth.is_all_of(id, request) { truth.back_after(id, said_at) } else { 0 };
        (settled - back).max(0)
    }

    fn now(&self) -> String {
        text(&serde_json::to_value(self.db.clock.now()).unwrap())
    }

    fn did(&mut self, what: &str, answer: &Answer) {
        let code = answer.json["code"].as_str().unwrap_or_default();
        self.log.push(format!("{what}: {} {code}", answer.status));
        assert!(answer.status < 500, "{self}: {}", answer.text());
    }

    fn step(&mut self) {
        self.db.clock.move_to(self.db.clock.now().plus_ms(1_000));
        match self.random.random_range(0..24) {
            0..3 => self.ask(),
            3..9 => self.pay(),
            9 => self.cancel(),
            10..13 => self.say(),
            13..16 => self.touch(),
            16..20 => self.refund(),
            20..23 => self.undo(),
            _ => self.relocate(),
        }
    }

    fn check(&mut self) {
        let truth = self.truth();
        let (now, due) = (self.said(), truth.sums());
        assert_eq!(now, due, "day, year, unclassified, book {self}");
        assert!(now.iter().all(|sum| *sum >= 0), "{now:?} {self}");
        let day = self.phone.get("/sap/day").json;
        for at in 0..self.asked.len() {
            self.check_request(at, &truth, &day);
        }
        let mut found = self.examined();
        found.retain(|one| !self.found_before.contains(one));
        assert_eq!(found, [""; 0], "{self}");
    }

    fn examined(&mut self) -> Vec<String> {
        let board_id = self.db.act().board_id();
        let connection = self.db.connection();
        let found = connection.in_snapshot(|connection| doctor::examine(connection, board_id));
        found.unwrap().iter().map(|one| format!("{one:?}")).collect()
    }

    fn check_request(&self, at: usize, truth: &Truth, day: &Value) {
        let asked = &self.asked[at];
        let phone = self.phone.get(&format!("/sap/requests/{}", asked.id)).json;
        let payer = self.site.get(&format!("{}/now", asked.path)).json;
        let said = format!("request {at} {phone} {payer} {self}");
        assert_eq!(phone["face"], payer["face"], "{said}");
        let ids = self.paid_for(at);
        let (came, back) = truth.came_and_back(&ids);
        let wanted = if asked.is_cancelled { 0 } else { asked.amount };
        let too_much = self.too_much(at, truth);
        let face = phone["face"].as_str().unwrap();
        let of = |id: &String| truth.parts[id].iter().map(|(_, amount)| amount).sum::<i64>();
        let is_odd = |id: &String| of(id) * 1_000 == asked.amount;
        let is_owed = ["overpaid", "duplicate", "thousandfold", "after_cancel"].contains(&face);
        if !ids.iter().any(is_odd) {
            let owed = if is_owed { vnd(&phone["difference"]) } else { 0 };
            // What was said to be something else is not the request's any more.
            let stands: i64 = ids.iter().map(|id| truth.stands(id, &asked.id)).sum();
            let settled: i64 = ids.iter().map(|id| self.settled(id, &asked.id, truth)).sum();
            let due = stands - wanted - settled..=too_much;
            assert!(due.contains(&owed), "{owed} of {due:?} {said}");
        }
        let receipts = day["receipts"].as_array().unwrap().iter();
        let receipts = receipts.filter(|one| ids.contains(&text(&one["id"])));
        // What she said of a receipt before, its button may say again.
        let more = |one: &Value| (vnd(&one["surplus"]) - truth.told_back(&text(&one["id"]))).max(0);
        let buttons: i64 = receipts.map(more).sum();
        assert!(buttons <= too_much, "{buttons} of {too_much} {said}");
        // Nobody pays again what was paid.
        let net = came - back;
        if !ids.iter().any(|id| self.words.contains_key(id)) && net >= asked.amount {
            assert!(phone["svg"].is_null() && payer["to"].is_null(), "{said}");
        }
    }

    fn run(&mut self) {
        for _ in 0..STEPS {
            self.step();
            self.check();
        }
    }
}

impl std::fmt::Display for History<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "seed {}:\n{}\n", self.seed, self.log.join("\n"))
    }
}

fn history(db: &mut TestDb, seed: u64) {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    History::of(&site, &stall, db, seed).run();
}

// Each of these fails where one thing is left out: what the vendor said went back before a refund of it all …
on_both!(a_history_of_money_is_told_alike_everywhere, |db| {
    let seed = std::env::var("CHO40_MODEL_SEED").map_or(4, |seed| seed.parse().unwrap());
    history(db, seed);
});

// … a refund recorded of a surplus …
on_both!(a_history_of_refunds_is_told_alike_everywhere, |db| {
    history(db, 8);
});

// … several refunds of one receipt that was two things, and what was a thousand times too much.
on_both!(a_history_of_parts_is_told_alike_everywhere, |db| {
    history(db, 27);
});

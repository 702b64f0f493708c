#![cfg(test)]
//! What feeds see, what they cost and what holders agreed to; and what is said where a code is given
//! out that its feed cannot see.

use cho40::adoption::Reason;
use cho40::db::schema::transfer_index;
use cho40::feeds::{MoneyOut, Provider, Reach, SeenNumbers};
use cho40::intake::accounts::attach_all;
use cho40::intake::facts::{NewFeedFacts, SeenBank};
use cho40::intake::feeds::{self, FeedChange};
use cho40::intake::pulse::{self, SightState};
use cho40::primitives::Vnd;
use cho40::primitives::ids::{AccountId, FeedId};
use cho40::registry::accounts::UseKind;
use cho40::registry::reporters::WarningCode;
use cho40::requests::{self, NewRequest, RequestKind};
use cho40::vietqr::{Bank, banks};
use cho40::web::texts::Language;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::adoption_support::{FEED, Market, one};
use crate::stage::{Stage, transfer};
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

const BIDV: &str = "970418";
const VIETINBANK: &str = "970415";
const TPBANK: &str = "970423";
const ACB: &str = "970416";

#[test]
fn every_row_of_what_is_known_is_of_a_bank() {
    let rows = |provider| {
        let known = |bank: &&Bank| Reach::of(provider, &[], &bank.bin, true).source.is_some();
        banks::all().iter().filter(known).count()
    };
    assert_eq!((rows(Provider::Sepay), rows(Provider::SepayBankHub)), (9, 5));
}

#[test]
fn every_warning_is_told_in_both_languages() {
    use WarningCode::{
        BankNotServed, HolderConsentMissing, MemoWordMissing, MoneyOutUnseen, NoFeed, OrdersOnly,
        VirtualNumberNeeded,
    };
    let args = [("bank", "BIDV".to_owned()), ("word", "SEVQR".to_owned())];
    for code in [
        BankNotServed,
        HolderConsentMissing,
        MemoWordMissing,
        MoneyOutUnseen,
        NoFeed,
        OrdersOnly,
        VirtualNumberNeeded,
    ] {
        let key = format!("warning-{}", code.as_str());
        let told = [Language::Vietnamese, Language::English].map(|one| one.text(&key, &args));
        assert!(told.iter().all(Option::is_some) && told[0] != told[1], "{key}: {told:?}");
    }
}

/// A market whose stall gets accounts at other banks.
struct Desk<'s> {
    site: &'s Site,
    world: World,
}

impl<'s> Desk<'s> {
    fn new(site: &'s Site) -> Self {
        Self { site, world: World::on(site, &site.key, "0011001100") }
    }

    /// An account of the stall, reported by a feed or by none.
    fn account(&self, bin: &str, kind: &str, feed: Option<&str>) -> String {
        let number = format!("88{bin}");
        let new = json!({ "bin": bin, "number": number, "kind": kind, "use_kind": "mixed",
            "holder_name": "Nguyễn Thị Lụa", "relation": "self" });
        let account = self.site.create("/api/v1/accounts", &new);
        let link = json!({ "occupancy_id": self.world.id("occupancies"), "account_id": account,
            "from_day": "2026-01-01" });
        self.site.create("/api/v1/account-links", &link);
        if let Some(feed) = feed {
            self.attach(feed, &account);
        }
        account
    }

    fn attach(&self, feed: &str, account: &str) {
        let path = format!("/api/v1/feeds/{feed}/accounts");
        let answer = self.site.post(&path, &json!({ "account_ids": [account] }));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    fn feed(&self, provider: &str, config: &Value) -> String {
        let new = json!({ "provider": provider, "name": provider, "config": config,
            "secret": "1a54716c8f0efb2744fb28b6e38b25da" });
        self.site.create("/api/v1/feeds", &new)
    }

    fn sepay(&self) -> &str {
        self.world.id("feeds")
    }

    fn issue(&self, account: &str, number: Option<&str>) -> Value {
        let mut new =
            json!({ "occupancy_id": self.world.id("occupancies"), "account_id": account });
        if let Some(number) = number {
            new["number_id"] = json!(number);
        }
        let answer = self.site.post("/api/v1/codes", &new);
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json
    }

    fn ask(&self, account: &str, language: &str) -> Value {
        let new = json!({ "kind": "sale", "occupancy_id": self.world.id("occupancies"),
            "account_id": account, "amount_vnd": 45_000 });
        let ask = self.site.ask("POST", "/api/v1/requests").key(&self.site.key);
        let answer = ask.header("accept-language", language).json(&new).send();
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json
    }

    /// What the feed tells of one of its accounts.
    fn reported(&self, feed: &str, account: &str) -> Value {
        let list = self.site.get(&format!("/api/v1/feeds/{feed}/accounts"));
        assert_eq!(list.status, 200, "{}", list.text());
        let items = list.json["items"].as_array().unwrap();
        items.iter().find(|item| item["account_id"] == account).unwrap().clone()
    }
}

fn warned(answer: &Value) -> Vec<&str> {
    let warnings = answer["warnings"].as_array().unwrap();
    warnings.iter().map(|warning| warning["code"].as_str().unwrap()).collect()
}

on_both!(a_code_that_its_feed_cannot_see_warns, |db| {
    let site = Site::of(db);
    let desk = Desk::new(&site);
    let usual = desk.issue(desk.world.id("accounts"), None);
    assert_eq!(warned(&usual), [""; 0]);

    let bidv = desk.account(BIDV, "personal", Some(desk.sepay()));
    let main = desk.issue(&bidv, None);
    assert_eq!(warned(&main), ["virtual-number-needed"]);
    assert_eq!(main["warnings"][0]["feed_id"], desk.sepay());
    assert!(main["warnings"][0]["detail"].as_str().unwrap().starts_with("Ở BIDV, nguồn này chỉ"));
    let number = json!({ "account_id": bidv, "kind": "virtual", "number": "963CHO40A1" });
    let number = site.create("/api/v1/receiving-numbers", &number);
    assert_eq!(warned(&desk.issue(&bidv, Some(&number))), [""; 0]);
    let shown = site.get(&format!("/api/v1/codes/{}", main["id"].as_str().unwrap())).json;
    assert_eq!(warned(&shown), ["virtual-number-needed"], "it still hangs there");

    let none = desk.account("970405", "personal", None);
    assert_eq!(warned(&desk.issue(&none, None)), ["no-feed"]);
    let payos = desk.feed("payos", &json!({}));
    desk.attach(&payos, &none);
    assert_eq!(warned(&desk.issue(&none, None)), ["orders-only"]);
    let mb = desk.feed("mbbank", &json!({ "authentication": "bearer" }));
    let elsewhere = desk.account("970407", "personal", Some(&mb));
    assert_eq!(warned(&desk.issue(&elsewhere, None)), ["bank-not-served"]);

    // What a private account pays out is dropped anyway.
    let private = desk.account(ACB, "personal", Some(desk.sepay()));
    assert_eq!(warned(&desk.issue(&private, None)), [""; 0]);
    let change = json!({ "kind": "organisation" });
    let path = format!("/api/v1/accounts/{private}");
    assert_eq!(site.ask("PATCH", &path).key(&site.key).json(&change).send().status, 200);
    assert_eq!(warned(&desk.issue(&private, None)), ["money-out-unseen"]);

    let asked = desk.ask(&bidv, "en");
    assert_eq!(warned(&asked), ["virtual-number-needed"]);
    let detail = asked["warnings"][0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("At BIDV this feed sees only money to virtual numbers"), "{detail}");
});

on_both!(a_test_was_seen_only_where_something_can_have_told_it, |db| {
    let site = Site::of(db);
    let desk = Desk::new(&site);
    let seen = |account: &str| {
        let new = json!({ "account_id": account, "method": "test_seen", "passed": true,
            "verified_by": "Tổ 1" });
        site.post("/api/v1/verifications", &new)
    };
    let account = desk.account("970405", "personal", None);
    assert_eq!(seen(&account).problem(409), "no-feed-sees-account");
    // Orders are not transfers to the account, and another bank is not this one.
    desk.attach(&desk.feed("payos", &json!({})), &account);
    assert_eq!(seen(&account).problem(409), "no-feed-sees-account");
    let mb = desk.feed("mbbank", &json!({ "authentication": "bearer" }));
    let elsewhere = desk.account("970407", "personal", Some(&mb));
    assert_eq!(seen(&elsewhere).problem(409), "no-feed-sees-account");
    let fed = desk.account(ACB, "personal", Some(desk.sepay()));
    assert_eq!(seen(&fed).status, 201);
    // A statement has told a transfer of it.
    let told: AccountId = serde_json::from_value(json!(account)).unwrap();
    diesel::insert_into(transfer_index::table)
        .values((
            transfer_index::board_id.eq(db.act().board_id().0),
            transfer_index::subject_id.eq(told.0),
            transfer_index::transfer_id.eq(1),
        ))
        .execute(db.connection())
        .unwrap();
    assert_eq!(seen(&account).status, 201);
});

on_both!(the_word_that_a_feed_needs_stands_in_the_code, |db| {
    let site = Site::of(db);
    let desk = Desk::new(&site);
    let purpose = |code: &Value| {
        let payload = code["payload"].as_str().unwrap();
        let purpose = cho40::vietqr::read(payload).payload.purpose.unwrap().to_owned();
        purpose.replace(code["reference"].as_str().unwrap(), "REF")
    };
    let vietin = desk.account(VIETINBANK, "personal", Some(desk.sepay()));
    let code = desk.issue(&vietin, None);
    assert_eq!((purpose(&code).as_str(), warned(&code).len()), ("SEVQR REF", 0));

    let tpbank = desk.account(TPBANK, "personal", Some(desk.sepay()));
    let old = desk.issue(&tpbank, None);
    assert_eq!((purpose(&old).as_str(), warned(&old)), ("REF", vec!["memo-word-missing"]));
    assert_eq!(old["warnings"][0]["memo_word"], "TKP…");
    let path = format!("/api/v1/feeds/{}/accounts/{tpbank}", desk.sepay());
    let say = |word: &str| {
        site.ask("PATCH", &path).key(&site.key).json(&json!({ "memo_word": word })).send()
    };
    assert_eq!(say("TKP X9K").problem(422), "memo-word-malformed");
    assert_eq!(say("TKPX9KTKPX9KTKP").problem(422), "memo-word-malformed");
    let said = say("tkpx9k");
    assert_eq!((said.status, &said.json["memo_word"]), (200, &json!("TKPX9K")), "{}", said.text());
    // The card that hangs is named, for it is not seen.
    let account = desk.reported(desk.sepay(), &tpbank);
    assert_eq!(warned(&account), ["memo-word-missing", "holder-consent-missing"]);
    assert_eq!(account["warnings"][0]["code_id"], old["id"]);
    assert_eq!(account["sees"]["has_own_words"], true);
    let new = desk.issue(&tpbank, None);
    assert_eq!((purpose(&new).as_str(), warned(&new).len()), ("REF TKPX9K", 0));
    let asked = desk.ask(&tpbank, "vi");
    assert_eq!((purpose(&asked).as_str(), warned(&asked).len()), ("REF TKPX9K", 0));
    // A feed that was off for a while comes back with the word.
    for disabled in [true, false] {
        let feed = format!("/api/v1/feeds/{}", desk.sepay());
        let ask = site.ask("PATCH", &feed).key(&site.key).json(&json!({ "disabled": disabled }));
        assert_eq!(ask.send().status, 200);
    }
    assert_eq!(desk.reported(desk.sepay(), &tpbank)["memo_word"], "TKPX9K");
});

on_both!(a_feed_says_whose_it_is_what_it_costs_and_what_it_sees, |db| {
    let site = Site::of(db);
    let desk = Desk::new(&site);
    let bidv = desk.account(BIDV, "personal", Some(desk.sepay()));
    let path = format!("/api/v1/feeds/{}", desk.sepay());
    let change = |facts: Value| {
        site.ask("PATCH", &path).key(&site.key).json(&json!({ "facts": facts })).send()
    };
    let seen = |bin: &str| {
        json!({ "bin": bin, "numbers": "all", "money_out": "seen",
        "source": "hợp đồng" })
    };
    for (facts, field, code) in [
        (json!({ "subscriber": " " }), "facts.subscriber", "text-length"),
        (json!({ "monthly_cost_vnd": -1 }), "facts.monthly_cost_vnd", "number-out-of-range"),
        (json!({ "sees": [seen("000000")] }), "facts.sees", "unknown-bin"),
        (json!({ "sees": [seen(BIDV), seen(BIDV)] }), "facts.sees", "feed-bank-twice"),
    ] {
        let refused = change(facts);
        assert_eq!(refused.problem(422), code);
        assert_eq!(refused.json["field"], field);
    }
    let facts = json!({ "subscriber": "Nguyễn Thị Lụa", "monthly_cost_vnd": 99_000,
        "sees": [seen(BIDV)] });
    let changed = change(facts).json;
    assert_eq!(changed["facts"]["monthly_cost_vnd"], 99_000);
    assert_eq!(changed["facts"]["sees"][0]["as_of"], "2026-11-24", "the day on which it was said");
    assert_eq!(site.get(&path).json["facts"], changed["facts"]);
    assert_eq!(warned(&desk.issue(&bidv, None)), [""; 0], "it says that it sees the main number");
    assert_eq!(desk.reported(desk.sepay(), &bidv)["sees"]["source"], "hợp đồng");
});

on_both!(a_holder_consents_to_one_feed_in_words, |db| {
    let site = Site::of(db);
    let desk = Desk::new(&site);
    let account = desk.world.id("accounts");
    let consent = |purpose: &str, feed: &str| {
        let new = json!({ "account_id": account, "purpose": purpose, "given_by": "Nguyễn Thị Lụa",
            "feed_id": feed, "wording": "Tôi đồng ý cho SePay báo tiền vào tài khoản này." });
        site.post("/api/v1/consents", &new)
    };
    assert_eq!(warned(&desk.reported(desk.sepay(), account)), ["holder-consent-missing"]);
    assert_eq!(consent("keep_outgoing", desk.sepay()).problem(422), "consent-feed");
    let other = desk.feed("payos", &json!({}));
    assert_eq!(consent("receive_notices", &other).status, 201);
    assert_eq!(warned(&desk.reported(desk.sepay(), account)), ["holder-consent-missing"]);
    let given = consent("receive_notices", desk.sepay());
    assert_eq!(given.status, 201, "{}", given.text());
    assert_eq!(consent("receive_notices", desk.sepay()).problem(409), "consent-exists");
    let shown = desk.reported(desk.sepay(), account);
    assert_eq!(warned(&shown), [""; 0]);
    assert_eq!(shown["consent"]["id"], given.json["id"]);
    assert_eq!(shown["consent"]["wording"], "Tôi đồng ý cho SePay báo tiền vào tài khoản này.");
    let withdraw = format!("/api/v1/consents/{}/withdraw", given.json["id"].as_str().unwrap());
    assert_eq!(site.post(&withdraw, &json!({})).status, 200);
    assert_eq!(warned(&desk.reported(desk.sepay(), account)), ["holder-consent-missing"]);
});

on_both!(a_stall_whose_feed_does_not_see_its_code_is_not_measurable, |db| {
    let mut market = Market::new(db);
    let stall = market.fed(1, 11, 100);
    market.alive(30, 0);
    let reasons = |market: &mut Market<'_>| one(&market.report(), stall).reasons.clone();
    assert_eq!(reasons(&mut market), []);
    let says = |market: &mut Market<'_>, sees: &str| {
        market.execute(&format!("UPDATE feeds SET sees = '{sees}' WHERE id = {FEED}"));
    };
    let only_virtual =
        r#"[{"bin":"970436","numbers":"virtual_only","money_out":"unknown","as_of":"2026-11-01"}]"#;
    says(&mut market, only_virtual);
    assert_eq!(reasons(&mut market), [Reason::FeedBlind]);
    assert_eq!(market.report().coverage.measurable, 0);
    market.execute("UPDATE receiving_numbers SET kind = 'virtual' WHERE account_id = 1");
    assert_eq!(reasons(&mut market), [], "its code pays a virtual number");
    says(&mut market, "[]");
    market.execute("UPDATE feed_accounts SET memo_word = 'TKPX9K' WHERE account_id = 1");
    assert_eq!(reasons(&mut market), [Reason::FeedBlind], "its code lacks the word");
});

on_both!(nobody_is_called_unpaid_by_a_feed_that_cannot_see, |db| {
    let stage = Stage::new(db);
    let lan = stage.stand("A1", "0011", UseKind::Mixed);
    let mau = stage.stand("A2", "0022", UseKind::Mixed);
    let feed = stage.feed(Provider::Sepay);
    let (id, accounts) = (feed.id, vec![lan.account_id, mau.account_id]);
    stage.write(move |connection, act| attach_all(connection, act, id, &accounts));
    let new = NewRequest {
        kind: RequestKind::Sale,
        occupancy_id: lan.occupancy_id,
        account_id: None,
        number_id: None,
        amount_vnd: Vnd::new(45_000),
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    let asked = stage.write(move |connection, act| requests::create(connection, act, new)).id;
    assert_eq!(feed.send(&transfer(&stage, 1, "0022", "mua ca")), "recorded");
    let seen = || stage.read(|connection, act| pulse::request(connection, act, asked)).sight.state;
    assert_eq!(seen(), SightState::NotSeenYet);
    says(&stage, feed.id, SeenNumbers::VirtualOnly);
    assert_eq!(seen(), SightState::Unknown, "the feed lives, and never tells this number's money");
});

fn says(stage: &Stage, id: FeedId, numbers: SeenNumbers) {
    let sees = vec![SeenBank {
        bin: "970422".into(),
        numbers,
        money_out: MoneyOut::Unknown,
        memo_word: None,
        source: None,
    }];
    let facts = Some(NewFeedFacts { sees, ..NewFeedFacts::default() });
    let change = FeedChange { facts, ..FeedChange::default() };
    stage.write(move |connection, act| feeds::change(connection, act, id, change));
}

//! What pages are told as it happens: once, in order, also after sleep and restarts, and only their
//! own stall's.

use cho40::db::schema::event_pages;
use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, FeedConfig, Provider, Secret};
use cho40::primitives::Vnd;
use cho40::primitives::time::MS_PER_MINUTE;
use diesel::prelude::*;
use serde_json::json;

use crate::phone_stall::{NUMBER, Stall, Stream, opened};
use crate::stage::STANDARD_SECRET;
use crate::support::on_both;
use crate::web_support::Site;

on_both!(money_is_told_in_the_markets_words, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let mut stream = Stream::open(&site, &cookie, "");
    let first = stream.next_of("beat");
    stall.pay(&site, db, 1, 50_000);
    let told = stream.next_of("money");
    assert!(told.seq > first.seq);
    assert_eq!(told.data["amount"], "50.000 đ");
    assert_eq!(told.data["say"]["south"], "Đã nhận năm mươi ngàn đồng");
    assert_eq!(told.data["say"]["north"], "Đã nhận năm mươi nghìn đồng");
    assert_eq!((&told.data["kind"], &told.data["tone"]), (&json!("received"), &json!("right")));
    assert_eq!((&told.data["time"], &told.data["late"]), (&json!("12:00"), &json!(false)));
    stall.pay(&site, db, 2, 9_034);
    let odd = stream.next_of("money");
    assert_eq!((&odd.data["kind"], &odd.data["tone"]), (&json!("unusual"), &json!("attention")));
    // A retry of the provider is no money.
    stall.pay(&site, db, 2, 9_034);
    stall.pay(&site, db, 3, 20_000);
    assert_eq!(stream.next_of("money").data["amount_vnd"], 20_000);
});

on_both!(a_request_tells_right_from_wrong, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let mut stream = Stream::open(&site, &cookie, "");
    stream.next_of("beat");
    for (id, asked, paid, kind, tone) in [
        (1, 45_000, 45_000, "received", "right"),
        (2, 45_000, 40_000, "underpaid", "wrong"),
        (3, 45_000, 50_000, "overpaid", "wrong"),
        (4, 9_034_000, 9_034, "thousandfold", "wrong"),
    ] {
        let request = json!({ "kind": "sale", "occupancy_id": stall.world.id("occupancies"),
            "amount_vnd": asked });
        let request = site.post("/api/v1/requests", &request).json;
        let memo = request["reference"].as_str().unwrap();
        stall.report(&site, id, paid, memo, db.clock.now());
        let told = stream.next_of("money").data;
        assert_eq!((&told["kind"], &told["tone"]), (&json!(kind), &json!(tone)), "{told}");
    }
    // The right amount, after the code had expired and its grace was over.
    let request = json!({ "kind": "sale", "occupancy_id": stall.world.id("occupancies"),
        "amount_vnd": 45_000, "expires_in_s": 900 });
    let request = site.post("/api/v1/requests", &request).json;
    db.clock.move_to(db.clock.now().plus_ms(18 * MS_PER_MINUTE));
    stall.report(&site, 5, 45_000, request["reference"].as_str().unwrap(), db.clock.now());
    let told = stream.next_of("money").data;
    assert_eq!((&told["kind"], &told["tone"]), (&json!("late"), &json!("right")), "{told}");
});

on_both!(nothing_is_missed_and_nothing_is_told_twice, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let mut stream = Stream::open(&site, &cookie, "");
    stream.next_of("beat");
    stall.pay(&site, db, 1, 10_000);
    let heard = stream.next_of("money").seq;
    drop(stream);
    stall.pay(&site, db, 2, 20_000);
    stall.pay(&site, db, 3, 30_000);
    let mut again = Stream::open(&site, &cookie, &format!("?after={heard}"));
    let (money, cursor) = again.money_until_beat();
    assert_eq!(money, [json!(20_000), json!(30_000)]);
    // The server starts anew, elsewhere.
    drop(site);
    let site = Site::of(db);
    let mut after = Stream::open(&site, &cookie, &format!("?after={cursor}"));
    assert_eq!(after.money_until_beat().0, Vec::<serde_json::Value>::new());
    stall.pay(&site, db, 4, 40_000);
    assert_eq!(after.next_of("money").data["amount_vnd"], 40_000);
    // A cursor from before a restore, and a browser's own header.
    let mut ahead = Stream::open(&site, &cookie, "?after=999999");
    assert_eq!(ahead.money_until_beat().0, Vec::<serde_json::Value>::new());
    let mut fresh = Stream::open(&site, &cookie, "");
    assert_eq!(fresh.money_until_beat().0, Vec::<serde_json::Value>::new());
});

on_both!(each_page_hears_its_own_stall, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    // Another stall of the market, paid on the same account.
    let another = another_stall(&site, &stall);
    let theirs = json!({ "occupancy_id": another, "kind": "listener", "name": "Máy cô Ba" });
    let made = site.post("/api/v1/stall-links", &theirs).json;
    let link = crate::phone_stall::Link {
        id: made["id"].as_str().unwrap().to_owned(),
        path: made["path"].as_str().unwrap().to_owned(),
    };
    let other = opened(&site, &link);
    let code = json!({ "occupancy_id": another, "account_id": stall.world.id("accounts") });
    let code = site.post("/api/v1/codes", &code).json;
    let mut ours = Stream::open(&site, &cookie, "");
    let mut other = Stream::open(&site, &other, "");
    ours.next_of("beat");
    other.next_of("beat");
    stall.report(&site, 1, 11_000, code["reference"].as_str().unwrap(), db.clock.now());
    stall.pay(&site, db, 2, 22_000);
    assert_eq!(ours.next_of("money").data["amount_vnd"], 22_000);
    assert_eq!(other.next_of("money").data["amount_vnd"], 11_000);
});

on_both!(what_came_long_ago_says_when_and_what_is_past_says_nothing, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let mut stream = Stream::open(&site, &cookie, "");
    let begun = stream.next_of("beat").seq;
    let ago = |minutes: i64| db.clock.now().plus_ms(-minutes * MS_PER_MINUTE);
    stall.report(&site, 1, 10_000, stall.reference(), ago(25 * 60));
    stall.report(&site, 2, 20_000, stall.reference(), ago(30));
    let told = stream.next_of("money").data;
    assert_eq!((&told["amount_vnd"], &told["late"]), (&json!(20_000), &json!(true)));
    assert_eq!(told["say"]["south"], "Lúc mười một giờ ba mươi: Đã nhận hai mươi ngàn đồng");
    stall.pay(&site, db, 3, 30_000);
    assert_eq!(stream.next_of("money").data["late"], false);
    // Missed and asked for ten minutes later.
    db.clock.move_to(db.clock.now().plus_ms(10 * MS_PER_MINUTE));
    let mut again = Stream::open(&site, &cookie, &format!("?after={begun}"));
    for amount in [20_000, 30_000] {
        let told = again.next_of("money").data;
        assert_eq!((&told["amount_vnd"], &told["late"]), (&json!(amount), &json!(true)));
    }
});

on_both!(a_source_is_alive_only_while_it_is_proven, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    stall.pay(&site, db, 1, 10_000);
    let state = || {
        let mut stream = Stream::open(&site, &cookie, "");
        let mut told = stream.next_of("beat").data;
        // By this clock a page knows what has lain in its line.
        let now = told.as_object_mut().unwrap().remove("now");
        assert_eq!(now, Some(json!(db.clock.now().0)));
        told
    };
    assert_eq!(state(), json!({ "state": "not_seen_yet", "alarm": false, "muted": false }));
    db.clock.move_to(db.clock.now().plus_ms(20 * MS_PER_MINUTE));
    // A quiet account is unknown, and no alarm.
    assert_eq!(state(), json!({ "state": "unknown", "alarm": false, "muted": false }));
});

on_both!(a_code_that_its_feed_cannot_see_makes_the_source_unknown, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    stall.pay(&site, db, 1, 10_000);
    let seen = |numbers: &str| {
        let sees = json!([{ "bin": "970436", "numbers": numbers, "source": "thử" }]);
        let facts = json!({ "facts": { "sees": sees } });
        let path = stall.world.path("/api/v1/feeds/{id}");
        let changed = site.ask("PATCH", &path).key(&site.key).json(&facts).send();
        assert_eq!(changed.status, 200, "{}", changed.text());
        Stream::open(&site, &cookie, "").next_of("beat").data["state"].clone()
    };
    assert_eq!(seen("all"), "not_seen_yet");
    assert_eq!(seen("none"), "unknown");
});

on_both!(payers_are_shown_only_where_the_link_shows_them, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let without = opened(&site, &stall.link(&site, "listener", false));
    let with = opened(&site, &stall.link(&site, "listener", true));
    let (mut without, mut with) =
        (Stream::open(&site, &without, ""), Stream::open(&site, &with, ""));
    let begun = without.next_of("beat").seq;
    with.next_of("beat");
    let feed = json!({ "provider": "standard_webhooks", "name": "Ngân hàng", "config": {},
        "secret": STANDARD_SECRET });
    let feed = site.create("/api/v1/feeds", &feed);
    let transfer = SampleTransfer {
        id: 7,
        gateway: "Vietcombank",
        bin: "970436",
        account: NUMBER,
        virtual_account: None,
        direction: Direction::In,
        amount: Vnd::new(33_000),
        occurred_at: db.clock.now(),
        memo: stall.reference(),
        reference: "FT7",
        payer_name: Some("LE VAN AN"),
        order_code: 0,
    };
    let config = FeedConfig::parse(Provider::StandardWebhooks, "{}").unwrap();
    let secret = Secret::new(STANDARD_SECRET, 12).unwrap();
    let signed = transfer.signed_request(&config, &secret, db.clock.now()).unwrap();
    let ask = site.ask("POST", &format!("/hooks/{feed}")).raw(&signed.body);
    let sent = signed.headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value)).send();
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert_eq!(with.next_of("money").data["payer"], "LE VAN AN");
    assert_eq!(without.next_of("money").data["payer"], json!(null));
    // Neither when it is told again.
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let mut later = Stream::open(&site, &cookie, &format!("?after={begun}"));
    assert_eq!(later.next_of("money").data["payer"], json!(null));
});

on_both!(strange_requests_are_refused, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let ask = |method: &str, path: &str| site.ask(method, path).header("cookie", &cookie);
    for query in ["?after=x", "?after=9223372036854775808", "?after=%00"] {
        assert_eq!(ask("GET", &format!("/nghe/live{query}")).send().status, 400, "{query}");
    }
    assert!(Stream::open(&site, &cookie, "?after=-9223372036854775808").next().is_some());
    assert_eq!(ask("HEAD", "/nghe/live").send().status, 200);
    assert_eq!(ask("POST", "/nghe/live").send().problem(405), "method-not-allowed");
    assert_eq!(ask("GET", "/nghe/open").send().problem(405), "method-not-allowed");
    let large = "token=".to_owned() + &"x".repeat(1 << 20);
    let open = ask("POST", "/nghe/open").raw(large.as_bytes()).header("origin", &site.url);
    assert_eq!(open.send().problem(413), "request-too-large");
    let binary = ask("POST", "/nghe/open").raw(b"\xff\x00=%zz&token").header("origin", &site.url);
    assert_eq!(binary.send().status, 410);
    assert_eq!(ask("GET", "/assets/page-000000000000.css").send().problem(404), "route-unknown");
    let odd = site.ask("GET", "/nghe").header("cookie", "cho40-phone=%00; cho40-phone; =;;");
    assert_eq!(odd.send().status, 403);
});

on_both!(one_that_slept_through_very_much_is_told_so, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    for id in 1..=103 {
        stall.pay(&site, db, id, 1_000 * id);
    }
    let mut stream = Stream::open(&site, &cookie, "?after=0");
    assert_eq!(stream.next().unwrap().event, "gap");
    let (money, cursor) = stream.money_until_beat();
    assert_eq!((money.len(), &money[99]), (100, &json!(103_000)));
    let newest: Option<i64> = event_pages::table
        .filter(event_pages::board_id.eq(db.act().board_id().0))
        .select(diesel::dsl::max(event_pages::last_seq))
        .first(db.connection())
        .unwrap();
    assert_eq!(Some(cursor), newest);
});

on_both!(a_browser_has_three_pages_and_the_server_ends_them_all, |db| {
    let site = Site::of(db);
    let stall = Stall::on(&site);
    let cookie = opened(&site, &stall.link(&site, "listener", false));
    let page = |_| {
        let mut page = Stream::open(&site, &cookie, "");
        page.next_of("beat");
        page
    };
    // The oldest makes room.
    let mut pages: Vec<_> = (0..4).map(page).collect();
    while pages[0].next().is_some() {}
    stall.pay(&site, db, 1, 50_000);
    assert_eq!(pages[3].next_of("money").data["amount_vnd"], 50_000);
    let began = std::time::Instant::now();
    drop(site);
    assert!(began.elapsed().as_secs() < 8, "streams held the server up");
    while pages[3].next().is_some() {}
});

fn another_stall(site: &Site, stall: &Stall) -> String {
    let section = stall.world.id("sections");
    let market = stall.world.id("markets");
    let new =
        json!({ "section_id": section, "code": "A-02", "goods": "Rau", "size_class": "small" });
    let id = site.create(&format!("/api/v1/markets/{market}/stalls"), &new);
    let vendor = site.create("/api/v1/vendors", &json!({ "name": "Trần Thị Ba" }));
    let trades = json!({ "stall_id": id, "vendor_id": vendor, "from_day": "2026-01-01" });
    let occupancy = site.create("/api/v1/occupancies", &trades);
    let link = json!({ "occupancy_id": occupancy, "account_id": stall.world.id("accounts"),
        "from_day": "2026-01-01" });
    site.create("/api/v1/account-links", &link);
    occupancy
}

// Two servers on one database: what either is told reaches a page of the other, in order and once.
on_both!(money_at_one_server_is_heard_at_another, |db| {
    let (one, two) = (Site::of(db), Site::of(db));
    let stall = Stall::on(&one);
    let cookie = opened(&two, &stall.link(&one, "listener", false));
    let mut stream = Stream::open(&two, &cookie, "");
    stream.next_of("beat");
    let due: Vec<u64> = (0..6).map(|number| 20_000 + number * 1_000).collect();
    for (number, amount) in (0_u64..).zip(&due) {
        let site = if number % 2 == 0 { &one } else { &two };
        stall.pay(site, db, 600 + number, *amount);
    }
    let heard: Vec<_> =
        due.iter().map(|_| stream.next_of("money").data["amount_vnd"].as_u64().unwrap()).collect();
    assert_eq!(heard, due);
});

//! Boards, markets and their calendar, sections, neighbourhoods, stalls.

use cho40::access::Permission;
use cho40::primitives::{Day, Vnd};
use cho40::registry::accounts::{self, AccountFilter};
use cho40::registry::boards::{self, BoardChange};
use cho40::registry::calendar::{self, CalendarFilter, NewCalendarRule, Rule};
use cho40::registry::codes::{self, CodeFilter};
use cho40::registry::markets::{self, MarketChange, NewMarket};
use cho40::registry::neighbourhoods::{
    self, NeighbourhoodChange, NeighbourhoodFilter, NewNeighbourhood,
};
use cho40::registry::numbers::{self, ReceivingNumberFilter};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::registry::sections::{self, NewSection, SectionChange, SectionFilter};
use cho40::registry::stalls::{self, NewStall, SizeClass, StallChange, StallFilter};
use cho40::registry::{Directory, PageRequest, Patch};

use crate::registry_support::{Stand, TODAY, missing, new_stall, refused};
use crate::support::{NOW, on_both};

on_both!(a_board_is_made_with_its_head, |db| {
    let ids = db.ids.clone();
    let board = boards::create(db.connection(), " Chợ Cái Nước ", NOW, &ids).unwrap();
    assert_eq!((board.name.as_str(), board.day_start_minute), ("Chợ Cái Nước", 0));
    assert_eq!(board.minimum_receipt_vnd, Vnd::new(1_000));
    let directory = Directory::load(db.connection(), board.id).unwrap();
    assert_eq!((directory.version, directory.minimum_receipt), (0, Vnd::new(1_000)));
    refused(boards::create(db.connection(), "", NOW, &ids), "name", "text-length");
});

on_both!(a_boards_settings_move_its_version, |db| {
    let act = db.act();
    let before = Directory::load(db.connection(), act.board_id()).unwrap().version;
    let change = BoardChange {
        name: Some("Tổ quản lý chợ".into()),
        day_start_minute: Some(720),
        minimum_receipt_vnd: Some(Vnd::new(2_000)),
    };
    let board = boards::change(db.connection(), &act, change).unwrap();
    assert_eq!(boards::get(db.connection(), &act).unwrap(), board);
    let after = Directory::load(db.connection(), act.board_id()).unwrap();
    assert_eq!((after.version, after.day_start_minute), (before + 1, 720));
    assert_eq!(after.minimum_receipt, Vnd::new(2_000));
    for minute in [-1, 721, i32::MAX] {
        let change = BoardChange { day_start_minute: Some(minute), ..BoardChange::default() };
        let outcome = boards::change(db.connection(), &act, change);
        refused(outcome, "day_start_minute", "day-start-out-of-range");
    }
    for minimum in [0, -1, 1_000_001] {
        let minimum_receipt_vnd = Some(Vnd::new(minimum));
        let change = BoardChange { minimum_receipt_vnd, ..BoardChange::default() };
        let outcome = boards::change(db.connection(), &act, change);
        refused(outcome, "minimum_receipt_vnd", "minimum-receipt-out-of-range");
    }
});

on_both!(a_key_without_the_permission_is_refused, |db| {
    let act = db.act_with(&[Permission::RegistryRead]);
    markets::list(db.connection(), &act, PageRequest::default()).unwrap();
    let market = NewMarket { name: "A".into(), commune: "B".into(), province: "C".into() };
    refused(markets::create(db.connection(), &act, market), "", "forbidden");
    let reader = db.act_with(&[Permission::RegistryWrite]);
    refused(markets::list(db.connection(), &reader, PageRequest::default()), "", "forbidden");
});

on_both!(markets_are_changed_field_by_field, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let change =
        MarketChange { commune: Some("Xã Thới Bình".into()), ..MarketChange::default() };
    let market = markets::change(db.connection(), &act, stand.market, change).unwrap();
    assert_eq!((market.name.as_str(), market.commune.as_str()), ("Chợ Thới Bình", "Xã Thới Bình"));
    assert_eq!(markets::get(db.connection(), &act, market.id).unwrap(), market);
    missing(markets::get(db.connection(), &other, market.id), "", "market");
    let change = MarketChange::default();
    missing(markets::change(db.connection(), &other, market.id, change), "", "market");
    let page = markets::list(db.connection(), &other, PageRequest::default()).unwrap();
    assert!(page.items.is_empty() && page.next_cursor.is_none());
});

on_both!(lists_come_in_pages, |db| {
    let act = db.act();
    let names = ["một", "hai", "ba", "bốn", "năm"];
    for name in names {
        let market = NewMarket { name: name.into(), commune: "X".into(), province: "Y".into() };
        markets::create(db.connection(), &act, market).unwrap();
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let request = PageRequest::parse(cursor.as_deref(), Some(2)).unwrap();
        let page = markets::list(db.connection(), &act, request).unwrap();
        seen.extend(page.items.into_iter().map(|market| market.name));
        pages += 1;
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!((seen.as_slice(), pages), (names.map(str::to_owned).as_slice(), 3));
});

on_both!(calendar_rules_of_every_kind_come_back, |db| {
    let (act, other) = (db.act(), db.other_act());
    let market_id = Stand::new(db.connection(), &act).market;
    let rules = [
        Rule::Weekday { iso_weekday: 7, from_day: None, to_day: None },
        Rule::LunarDay { lunar_day: 15, from_day: Some(TODAY), to_day: None },
        Rule::Open { from_day: TODAY, to_day: TODAY },
        Rule::Closed { from_day: TODAY, to_day: TODAY.plus(6) },
    ];
    for rule in rules {
        let new = NewCalendarRule { market_id, rule };
        let made = calendar::create(db.connection(), &act, new).unwrap();
        assert_eq!(calendar::get(db.connection(), &act, made.id).unwrap().rule, rule);
        missing(calendar::remove(db.connection(), &other, made.id), "", "calendar_rule");
    }
    let filter = CalendarFilter { market_id: Some(market_id) };
    let page = calendar::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
    assert_eq!(page.items.iter().map(|made| made.rule).collect::<Vec<_>>(), rules);
    calendar::remove(db.connection(), &act, page.items[0].id).unwrap();
    missing(calendar::remove(db.connection(), &act, page.items[0].id), "", "calendar_rule");
    let new = NewCalendarRule { market_id, rule: rules[0] };
    missing(calendar::create(db.connection(), &other, new), "market_id", "market");
});

on_both!(calendar_rules_are_judged, |db| {
    let act = db.act();
    let market_id = Stand::new(db.connection(), &act).market;
    let (from_day, to_day) = (Some(TODAY), Some(TODAY.plus(-1)));
    for (rule, field, code) in [
        (
            Rule::Weekday { iso_weekday: 8, from_day: None, to_day: None },
            "rule.iso_weekday",
            "weekday-out-of-range",
        ),
        (
            Rule::LunarDay { lunar_day: 31, from_day: None, to_day: None },
            "rule.lunar_day",
            "lunar-day-out-of-range",
        ),
        (Rule::Weekday { iso_weekday: 1, from_day, to_day }, "rule.to_day", "period-reversed"),
        (Rule::Closed { from_day: TODAY, to_day: Day(0) }, "rule.to_day", "period-reversed"),
    ] {
        let new = NewCalendarRule { market_id, rule };
        refused(calendar::create(db.connection(), &act, new), field, code);
    }
});

#[test]
fn a_calendar_rule_is_written_with_its_kind() {
    let json = r#"{"kind":"lunar_day","lunar_day":15}"#;
    let rule: Rule = serde_json::from_str(json).unwrap();
    assert_eq!(rule, Rule::LunarDay { lunar_day: 15, from_day: None, to_day: None });
    let unknown = r#"{"kind":"lunar_day","lunar_day":15,"iso_weekday":1}"#;
    assert!(serde_json::from_str::<Rule>(unknown).is_err());
}

on_both!(section_names_are_unique_in_their_market, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let new = |name: &str| NewSection { market_id: stand.market, name: name.into(), position: 2 };
    refused(sections::create(db.connection(), &act, new("Trái cây")), "name", "section-exists");
    let fish = sections::create(db.connection(), &act, new("Cá đồng")).unwrap();
    let change = SectionChange { name: Some("Trái cây".into()), position: None };
    let outcome = sections::change(db.connection(), &act, fish.id, change);
    refused(outcome, "name", "section-exists");
    let change = SectionChange { name: None, position: Some(-3) };
    let fish = sections::change(db.connection(), &act, fish.id, change).unwrap();
    assert_eq!((fish.name.as_str(), fish.position), ("Cá đồng", -3));
    missing(sections::get(db.connection(), &other, fish.id), "", "section");
    missing(sections::create(db.connection(), &other, new("Gà")), "market_id", "market");
    let filter = SectionFilter { market_id: Some(stand.market) };
    let page = sections::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
    assert_eq!(page.items.len(), 2);
});

on_both!(neighbourhoods_keep_old_names, |db| {
    let (act, other) = (db.act(), db.other_act());
    let new = || NewNeighbourhood {
        kind: "khóm".into(),
        name: "7".into(),
        aliases: vec!["ấp 7".into(), "Khóm Bảy".into()],
        from_day: Some(TODAY),
        to_day: None,
    };
    let seven = neighbourhoods::create(db.connection(), &act, new()).unwrap();
    assert_eq!(neighbourhoods::get(db.connection(), &act, seven.id).unwrap(), seven);
    let again = neighbourhoods::create(db.connection(), &act, new());
    refused(again, "name", "neighbourhood-exists");
    neighbourhoods::create(db.connection(), &other, new()).unwrap();

    let change = NeighbourhoodChange {
        to_day: Patch::Set(TODAY.plus(-1)),
        ..NeighbourhoodChange::default()
    };
    let reversed = neighbourhoods::change(db.connection(), &act, seven.id, change);
    refused(reversed, "to_day", "period-reversed");
    let change = NeighbourhoodChange {
        from_day: Patch::Clear,
        to_day: Patch::Set(TODAY.plus(-1)),
        aliases: Some(vec![]),
        ..NeighbourhoodChange::default()
    };
    let ended = neighbourhoods::change(db.connection(), &act, seven.id, change).unwrap();
    assert_eq!((ended.from_day, ended.aliases.len()), (None, 0));
    for (on, count) in [(None, 1), (Some(TODAY), 0), (Some(TODAY.plus(-1)), 1)] {
        let filter = NeighbourhoodFilter { on };
        let page = neighbourhoods::list(db.connection(), &act, &filter, PageRequest::default());
        assert_eq!(page.unwrap().items.len(), count, "{on:?}");
    }
    let aliases = vec!["x".to_owned(); 21];
    let change = NeighbourhoodChange { aliases: Some(aliases), ..NeighbourhoodChange::default() };
    let outcome = neighbourhoods::change(db.connection(), &act, seven.id, change);
    refused(outcome, "aliases", "list-too-long");
    missing(neighbourhoods::get(db.connection(), &other, seven.id), "", "neighbourhood");
});

on_both!(stalls_are_known_by_their_painted_code, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let new = |code: &str| NewStall {
        section_id: stand.section,
        code: code.into(),
        goods: "cá đồng".into(),
        wholesale: true,
        size_class: SizeClass::Large,
        position: 4,
    };
    for written in ["A-01", "a-01 ", " A - 01", "Ａ-０１", "a\u{a0}-01"] {
        let taken = stalls::create(db.connection(), &act, new(written));
        refused(taken, "code", "stall-code-taken");
    }
    missing(stalls::create(db.connection(), &other, new("A-09")), "section_id", "section");
    let stall = stalls::create(db.connection(), &act, new("A-09")).unwrap();
    assert_eq!((stall.market_id, stall.closed_day), (stand.market, None));
    assert_eq!(stalls::get(db.connection(), &act, stall.id).unwrap(), stall);
    missing(stalls::get(db.connection(), &other, stall.id), "", "stall");
    let change = StallChange { code: Some("a-01".into()), ..StallChange::default() };
    let taken = stalls::change(db.connection(), &act, stall.id, change);
    refused(taken, "code", "stall-code-taken");
    let filter = StallFilter { code: Some("A-09".into()), ..StallFilter::default() };
    let page = stalls::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
    assert_eq!(page.items, [stall]);
});

on_both!(a_stall_stays_in_its_market, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let market = NewMarket { name: "Chợ 2".into(), commune: "X".into(), province: "Y".into() };
    let market_id = markets::create(db.connection(), &act, market).unwrap().id;
    let section = NewSection { market_id, name: "Rau".into(), position: 1 };
    let section_id = sections::create(db.connection(), &act, section).unwrap().id;
    let change = StallChange { section_id: Some(section_id), ..StallChange::default() };
    let outcome = stalls::change(db.connection(), &act, stand.stall, change);
    refused(outcome, "section_id", "section-of-other-market");
    // The same code on another market is another stall.
    new_stall(db.connection(), &act, section_id, "A-01");
});

on_both!(a_stall_is_closed_after_its_last_vendor, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let close = || StallChange { closed_day: Patch::Set(TODAY), ..StallChange::default() };
    let outcome = stalls::change(db.connection(), &act, stand.stall, close());
    refused(outcome, "closed_day", "stall-occupied");
    let end = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    let stall = stalls::change(db.connection(), &act, stand.stall, close()).unwrap();
    assert_eq!(stall.closed_day, Some(TODAY));
    let reopen = StallChange { closed_day: Patch::Clear, ..StallChange::default() };
    let stall = stalls::change(db.connection(), &act, stand.stall, reopen).unwrap();
    assert_eq!(stall.closed_day, None);
});

on_both!(filters_are_judged_before_the_database_sees_them, |db| {
    let act = db.act();
    let page = PageRequest::default();
    let filter = StallFilter { code: Some("A\0".into()), ..StallFilter::default() };
    let outcome = stalls::list(db.connection(), &act, &filter, page);
    refused(outcome, "code", "text-control-character");
    let filter = AccountFilter { bin: Some("\0".into()), ..AccountFilter::default() };
    refused(accounts::list(db.connection(), &act, &filter, page), "bin", "unknown-bin");
    let number = Some("1\0".into());
    let filter = ReceivingNumberFilter { number, ..ReceivingNumberFilter::default() };
    let outcome = numbers::list(db.connection(), &act, &filter, page);
    refused(outcome, "number", "account-malformed");
    let filter = CodeFilter { check_code: Some("A\0B".into()), ..CodeFilter::default() };
    let outcome = codes::list(db.connection(), &act, &filter, page);
    refused(outcome, "check_code", "text-control-character");
});

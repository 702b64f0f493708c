//! Somebody whose work is limited to sections sees nothing of others, whoever's id is asked for.

use cho40::access::{Act, Permissions, Role, Scope, SectionLimit};
use cho40::db::{DbConnection, Fault, Outcome};
use cho40::outreach::rounds::{self, NewRound};
use cho40::outreach::visits::{self, VisitFilter};
use cho40::outreach::{candidates, teams};
use cho40::primitives::ids::{
    AccountId, LinkId, OccupancyId, SectionId, StallId, VendorId, VisitId,
};
use cho40::registry::accounts::{self, AccountChange, AccountFilter};
use cho40::registry::links::{self, AccountLinkFilter};
use cho40::registry::occupancies::{self, OccupancyChange, OccupancyFilter};
use cho40::registry::sections::{self, SectionFilter};
use cho40::registry::stalls::{self, StallChange, StallFilter};
use cho40::registry::vendors::{self, VendorChange, VendorFilter};
use cho40::registry::{PageRequest, boards, codes, consents, markets};
use serde_json::json;

use crate::support::{TestDb, on_both};

/// A stall with everything that hangs on it.
#[derive(Clone, Copy, Debug)]
struct Place {
    section: SectionId,
    stall: StallId,
    vendor: VendorId,
    occupancy: OccupancyId,
    account: AccountId,
    link: LinkId,
}

fn from<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn place(
    connection: &mut DbConnection,
    act: &Act,
    market: cho40::primitives::ids::MarketId,
    name: &str,
) -> Place {
    let new = from(json!({ "market_id": market, "name": name }));
    let section = sections::create(connection, act, new).unwrap().id;
    let stall =
        json!({ "section_id": section, "code": name, "goods": "Cá", "size_class": "small" });
    let stall = stalls::create(connection, act, from(stall)).unwrap().id;
    let vendor = vendors::create(connection, act, from(json!({ "name": name }))).unwrap().id;
    let held = json!({ "stall_id": stall, "vendor_id": vendor, "from_day": "2026-01-01" });
    let occupancy = occupancies::create(connection, act, from(held)).unwrap().id;
    let account = json!({ "bin": "970436", "number": format!("9{}", section.0), "kind": "personal",
        "use_kind": "mixed", "holder_name": name, "relation": "self" });
    let account = accounts::create(connection, act, from(account)).unwrap().id;
    let link =
        json!({ "occupancy_id": occupancy, "account_id": account, "from_day": "2026-01-01" });
    let link = links::create(connection, act, from(link)).unwrap().id;
    Place { section, stall, vendor, occupancy, account, link }
}

/// Two sections of a market.
fn market(db: &mut TestDb) -> (cho40::primitives::ids::MarketId, Place, Place) {
    let act = db.act();
    let new = from(json!({ "name": "Chợ", "commune": "Xã", "province": "Cà Mau" }));
    let id = markets::create(db.connection(), &act, new).unwrap().id;
    let own = place(db.connection(), &act, id, "Khu cá");
    (id, own, place(db.connection(), &act, id, "Khu rau"))
}

/// An organiser of some sections.
fn organiser(db: &TestDb, sections: &[SectionId]) -> Act {
    let act = db.act();
    let permissions = Role::Organiser.permissions();
    let scope = Scope {
        permissions: Permissions::of(permissions.as_slice().to_vec()),
        sections: SectionLimit::to(sections.to_vec()),
        ..act.scope.clone()
    };
    Act::new(scope, act.at, db.ids.clone())
}

fn code<T>(outcome: Outcome<T>) -> &'static str {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        Err(fault) => panic!("{fault}"),
        Ok(_) => "done",
    }
}

on_both!(the_register_of_another_section_is_not_there, |db| {
    let (_, own, other) = market(db);
    let act = organiser(db, &[own.section]);
    let c = db.connection();
    for (place, expected) in [(own, "done"), (other, "not-found")] {
        let change = || StallChange { goods: Some("Rau".into()), ..StallChange::default() };
        let renamed = || VendorChange { name: Some("Ai đó".into()), ..VendorChange::default() };
        let account =
            || AccountChange { holder_name: Some("AI DO".into()), ..AccountChange::default() };
        let outcomes = [
            ("section", code(sections::get(c, &act, place.section))),
            ("stall", code(stalls::get(c, &act, place.stall))),
            ("stall change", code(stalls::change(c, &act, place.stall, change()))),
            ("vendor", code(vendors::get(c, &act, place.vendor))),
            ("vendor change", code(vendors::change(c, &act, place.vendor, renamed()))),
            ("occupancy", code(occupancies::get(c, &act, place.occupancy))),
            (
                "occupancy change",
                code(occupancies::change(c, &act, place.occupancy, OccupancyChange::default())),
            ),
            ("account", code(accounts::get(c, &act, place.account))),
            ("account change", code(accounts::change(c, &act, place.account, account()))),
            ("link", code(links::get(c, &act, place.link))),
            ("link change", code(links::change(c, &act, place.link, from(json!({}))))),
            (
                "occupancy end",
                code(occupancies::end(
                    c,
                    &act,
                    place.occupancy,
                    from(json!({ "to_day": "2026-12-31" })),
                )),
            ),
        ];
        for (what, code) in outcomes {
            assert_eq!(code, expected, "{what}");
        }
    }
    let page = PageRequest::default();
    let (f1, f2) = (StallFilter::default(), VendorFilter::default());
    assert_eq!(stalls::list(c, &act, &f1, page).unwrap().items.len(), 1);
    assert_eq!(vendors::list(c, &act, &f2, page).unwrap().items.len(), 1);
    assert_eq!(
        occupancies::list(c, &act, &OccupancyFilter::default(), page).unwrap().items.len(),
        1
    );
    assert_eq!(accounts::list(c, &act, &AccountFilter::default(), page).unwrap().items.len(), 1);
    assert_eq!(links::list(c, &act, &AccountLinkFilter::default(), page).unwrap().items.len(), 1);
    assert_eq!(sections::list(c, &act, &SectionFilter::default(), page).unwrap().items.len(), 1);
});

on_both!(nothing_is_made_in_another_section, |db| {
    let (_, own, other) = market(db);
    let act = organiser(db, &[own.section]);
    let c = db.connection();
    let stall = |section: SectionId| {
        from(json!({ "section_id": section, "code": "X1", "goods": "Cá", "size_class": "small" }))
    };
    assert_eq!(code(stalls::create(c, &act, stall(other.section))), "not-found");
    assert_eq!(code(stalls::create(c, &act, stall(own.section))), "done");
    let moved = StallChange { section_id: Some(other.section), ..StallChange::default() };
    assert_eq!(code(stalls::change(c, &act, own.stall, moved)), "not-found");
    for (stall, vendor) in [(other.stall, own.vendor), (own.stall, other.vendor)] {
        let held = json!({ "stall_id": stall, "vendor_id": vendor, "from_day": "2027-01-01" });
        assert_eq!(code(occupancies::create(c, &act, from(held))), "not-found");
    }
    for (occupancy, account) in [(other.occupancy, own.account), (own.occupancy, other.account)] {
        let link =
            json!({ "occupancy_id": occupancy, "account_id": account, "from_day": "2026-02-01" });
        assert_eq!(code(links::create(c, &act, from(link))), "not-found");
    }
});

on_both!(what_is_shared_is_seen_and_changed_only_by_who_reaches_all, |db| {
    let (_, own, other) = market(db);
    let everybody = db.act();
    let link = json!({ "occupancy_id": other.occupancy, "account_id": own.account, "from_day": "2026-02-01" });
    links::create(db.connection(), &everybody, from(link)).unwrap();
    let (act, both) = (organiser(db, &[own.section]), organiser(db, &[own.section, other.section]));
    let c = db.connection();
    let change = || AccountChange { holder_name: Some("AI DO".into()), ..AccountChange::default() };
    assert_eq!(code(accounts::get(c, &act, own.account)), "done");
    assert_eq!(code(accounts::change(c, &act, own.account, change())), "outside-sections");
    assert_eq!(code(accounts::change(c, &both, own.account, change())), "done");
});

on_both!(visits_of_another_section_are_not_there, |db| {
    let (market, own, other) = market(db);
    let everybody = db.act();
    let round = NewRound { team_id: None, day: None, capacity: 10 };
    let visit = |place: Place| {
        from(json!({ "occupancy_id": place.occupancy, "report": {
        "outcome": "absent", "visited_by": "Tổ 1", "visited_on": "2026-11-24" } }))
    };
    let c = db.connection();
    let theirs: VisitId = visits::create(c, &everybody, visit(other)).unwrap().id;
    let round = rounds::create(c, &everybody, market, round).map(|round| round.head.id);
    let act = organiser(db, &[own.section]);
    let c = db.connection();
    assert_eq!(code(visits::get(c, &act, theirs)), "not-found");
    assert_eq!(code(visits::reports(c, &act, theirs)), "not-found");
    assert_eq!(code(visits::create(c, &act, visit(other))), "not-found");
    assert_eq!(code(visits::create(c, &act, visit(own))), "done");
    let listed = visits::list(c, &act, &VisitFilter::default(), PageRequest::default()).unwrap();
    assert!(
        listed.items.iter().all(|visit| visit.stall_id == own.stall) && !listed.items.is_empty()
    );
    if let Ok(round) = round {
        let seen = rounds::get(c, &act, round).unwrap();
        assert!(seen.visits.iter().all(|visit| visit.stall_id == own.stall));
    }
    let found = candidates::list(c, &act, market, None, true).unwrap();
    assert!(found.all.iter().all(|one| one.section_id == own.section) && !found.all.is_empty());
});

on_both!(what_is_of_the_whole_board_is_closed_to_them, |db| {
    let (market, own, _) = market(db);
    let act = organiser(db, &[own.section]);
    let c = db.connection();
    let page = PageRequest::default();
    let renamed = from(json!({ "name": "Khác" }));
    let query = cho40::adoption::Query::default();
    for (what, code) in [
        ("board", code(boards::change(c, &act, renamed))),
        ("report", code(cho40::adoption::report(c, &act, market, &query))),
        ("codes", code(codes::list(c, &act, &codes::CodeFilter::default(), page))),
        ("consents", code(consents::list(c, &act, &consents::ConsentFilter::default(), page))),
        ("queue", code(cho40::ledger::unassigned::list(c, &act, page))),
        ("team", code(teams::create(c, &act, from(json!({ "name": "Tổ" }))))),
    ] {
        assert_eq!(code, "outside-sections", "{what}");
    }
});

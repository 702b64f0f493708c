//! What each role may and may not see.

use cho40::access::{Permission, Role};
use serde_json::Value;

use crate::desk_support::Visitor;
use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

/// Pages of the desk, and who may open them.
const PAGES: [(&str, &[&str]); 17] = [
    ("/ql/so", &["owner", "organiser", "team_member"]),
    ("/ql/so/nhap", &["owner", "organiser"]),
    ("/ql/in", &["owner", "organiser", "team_member"]),
    ("/ql/in/phat", &["owner", "organiser", "team_member"]),
    ("/ql/in/kiem-tra", &["owner", "organiser", "team_member"]),
    ("/ql/hang", &["owner", "organiser", "team_member"]),
    ("/ql/nguon", &["owner", "organiser"]),
    ("/ql/nguon/moi", &["owner"]),
    ("/ql/nguon/moi/sepay-hmac", &["owner"]),
    ("/ql", &["owner", "organiser", "team_member", "official"]),
    ("/ql/toi", &["owner", "organiser", "team_member", "official"]),
    ("/ql/nguoi", &["owner"]),
    ("/ql/nguoi/moi", &["owner"]),
    ("/ql/tien-mat", &["owner", "organiser", "team_member"]),
    ("/ql/tien-mat/moi", &["owner", "organiser", "team_member"]),
    ("/ql/dem", &["owner", "organiser", "team_member"]),
    ("/ql/bao-cao", &["owner", "organiser", "official"]),
];

on_both!(each_role_opens_its_own_pages_and_no_others, |db| {
    let site = Site::of(db);
    let bare = site.ask("GET", "/").send();
    assert_eq!((bare.status, bare.header("location")), (307, "/ql"));
    crate::desk_register::market(db, 3);
    for role in Role::ALL.map(Role::as_str) {
        let mut visitor = Visitor::with_role(&site, role, &[]);
        for (page, allowed) in PAGES {
            let answer = visitor.get(page);
            let expected = if allowed.contains(&role) { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{role} at {page}");
        }
        let shown = visitor.get("/ql").text();
        let leads = |page: &str| shown.contains(&format!("href=\"{page}\""));
        assert_eq!(leads("/ql/nguoi"), role == "owner", "{role} is not led where it may not go");
    }
    for (page, _) in PAGES {
        let nobody = Visitor::new(&site).get(page);
        assert_eq!((nobody.status, nobody.header("location")), (303, "/ql/vao"), "{page}");
    }
});

/// Every amount of a stall that the API shows of a world's market.
fn amounts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name.ends_with("_vnd") && value.as_i64().is_some_and(|vnd| vnd != 0) {
                    found.push(name.clone());
                }
                amounts(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| amounts(item, found)),
        _ => {}
    }
}

on_both!(only_owners_see_what_stalls_receive, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    for role in Role::ALL {
        let permissions = role.permissions();
        let key = site.key_with(permissions.as_slice());
        let mut found = Vec::new();
        let market = world.id("markets");
        let report =
            format!("/api/v1/reports/adoption?market_id={market}&include_occupancies=true");
        let occupancy = world.id("occupancies");
        let totals = format!("/api/v1/transfers?occupancy_id={occupancy}");
        let request = format!("/api/v1/requests/{}", world.id("requests"));
        for path in [report.as_str(), &totals, &request] {
            let answer = site.ask("GET", path).key(&key).send();
            assert!([200, 403].contains(&answer.status), "{path}: {}", answer.text());
            amounts(&answer.json, &mut found);
        }
        let sees = permissions.contains(Permission::AmountsRead);
        assert_eq!(!found.is_empty(), sees, "{role:?} sees {found:?}");
        assert_eq!(sees, role == Role::Owner);
    }
});

//! Who may: every route without a key, with a key that lacks its permission, and with another
//! board's ids. The routes are those of the OpenAPI document, so that a new one is tested too.

use cho40::access::Permission;
use serde_json::json;

use crate::support::on_both;
use crate::web_operations::Operation;
use crate::web_support::{Ask, Site};
use crate::web_world::World;

on_both!(every_route_wants_a_key_and_its_permission, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let operations = Operation::all(&site);
    assert!(operations.len() > 50);
    for operation in &operations {
        let path = address(operation, &world);
        let nobody = site.ask(&operation.method, &path).send();
        assert_eq!(nobody.problem(401), "key-missing", "{}", operation.name());
        let others: Vec<_> = Permission::ALL
            .iter()
            .copied()
            .filter(|permission| {
                let wanted = Permission::ALL.iter().find(|p| p.as_str() == operation.permission);
                !permission.covers(*wanted.unwrap())
            })
            .collect();
        let key = site.key_with(&others);
        let lacking = ask(&site, operation, &world, &path).key(&key).send();
        assert_eq!(lacking.problem(403), "forbidden", "{}", operation.name());
        assert_eq!(lacking.json["args"]["permission"], operation.permission);
    }
});

on_both!(another_boards_things_are_not_there, |db| {
    let site = Site::of(db);
    let theirs = World::on(&site, &site.other_key, "0022002200");
    for operation in Operation::all(&site) {
        let path = address(&operation, &theirs);
        let body = operation.schema.as_ref().map(|_| theirs.body(&operation.name()));
        let names_theirs = theirs.ids.values().any(|id| {
            path.contains(id) || body.as_ref().is_some_and(|body| body.to_string().contains(id))
        });
        let answer = ask(&site, &operation, &theirs, &path).key(&site.key).send();
        let is_published = !operation.responses[answer.status.to_string()].is_null();
        assert!(is_published, "{} answers {}", operation.name(), answer.status);
        if names_theirs {
            assert_eq!(answer.problem(404), "not-found", "{}", operation.name());
        } else {
            assert!(answer.status < 300, "{}: {}", operation.name(), answer.text());
            let seen = theirs.ids.values().find(|id| answer.text().contains(*id));
            assert_eq!(seen, None, "{} shows another board's id", operation.name());
        }
    }
    // What was refused changed nothing there.
    for (name, id) in &theirs.ids {
        let has_no_path = ["secrets", "devices", "listeners", "order-feeds", "phone-feeds"];
        if !has_no_path.contains(name) {
            let shown =
                site.ask("GET", &format!("/api/v1/{name}/{id}")).key(&site.other_key).send();
            assert_eq!(shown.status, 200, "{name}: {}", shown.text());
        }
    }
});

on_both!(lists_filtered_by_another_boards_ids_are_refused, |db| {
    let site = Site::of(db);
    let (ours, theirs) = (
        World::on(&site, &site.key, "0011001100"),
        World::on(&site, &site.other_key, "0022002200"),
    );
    let document = site.ask("GET", "/openapi.json").send().json;
    let mut filters = 0;
    for (pattern, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        let names = parameters.filter(|one| one["in"] == "query" && one["required"] != true);
        for name in names.filter_map(|one| one["name"].as_str()?.strip_suffix("_id")) {
            let of = match name {
                "occupancy" => "occupancies".to_owned(),
                "round" => "visit-rounds".to_owned(),
                _ => format!("{name}s"),
            };
            let ask = |id: &str| site.get(&format!("{}?{name}_id={id}", ours.path(pattern)));
            let shown = ask(ours.id(&of));
            assert_eq!(shown.status, 200, "{pattern} {name}: {}", shown.text());
            let refused = ask(theirs.id(&of));
            assert_eq!(refused.problem(404), "not-found", "{pattern} {name}");
            assert_eq!(refused.json["field"], format!("{name}_id"), "{pattern}");
            filters += 1;
        }
    }
    assert!(filters > 30, "{filters} filters by id");
});

on_both!(nobody_gives_more_than_they_have, |db| {
    let site = Site::of(db);
    let small = site.key_with(&[Permission::KeysWrite, Permission::RegistryRead]);
    let greedy = json!({ "name": "x", "permissions": ["registry.read", "feeds.write"] });
    let refused = site.ask("POST", "/api/v1/keys").key(&small).json(&greedy).send();
    assert_eq!(refused.problem(403), "forbidden");
    assert_eq!(refused.json["args"]["permission"], "feeds.write");
});

/// The report names its market in the query, an upload its account.
pub fn address(operation: &Operation, world: &World) -> String {
    let path = world.path(&operation.pattern);
    if operation.pattern.ends_with("/reports/adoption") {
        return format!("{path}?market_id={}", world.id("markets"));
    }
    if operation.pattern.ends_with("/published-reports/{id}/file") {
        return format!("{path}?format=zalo");
    }
    if operation.pattern.ends_with("/class-suggestions") {
        return format!("{path}?occupancy_id={}", world.id("occupancies"));
    }
    if operation.name() == "POST /api/v1/statements" {
        return format!("{path}?account_id={}", world.id("accounts"));
    }
    path
}

pub fn ask(site: &Site, operation: &Operation, world: &World, path: &str) -> Ask {
    let ask = site.ask(&operation.method, path);
    if operation.name() == "PUT /api/v1/markets/{market_id}/logo" {
        return ask.raw(&crate::print_support::logo(40, 40).bytes);
    }
    if operation.name() == "POST /api/v1/code-readings" {
        return ask.raw(&crate::web_code_readings::blank());
    }
    if operation.name() == "POST /api/v1/markets/{market_id}/register-imports" {
        return ask.raw("Số sạp,Khu,Hàng\nC-01,Khu cá,Cá\n".as_bytes());
    }
    match operation.schema {
        Some(_) => ask.json(&world.body(&operation.name())),
        None => ask,
    }
}

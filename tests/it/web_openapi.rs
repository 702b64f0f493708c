//! The OpenAPI document as it is published; a change of it is a change of the API and is looked at
//! (`cargo insta review`).

use cho40::web::openapi;
use serde_json::Value;

use crate::support::on_both;
use crate::web_support::Site;
use crate::web_world::World;

#[test]
fn the_document_is_the_published_one() {
    insta::assert_json_snapshot!("openapi", openapi::document());
}

#[test]
fn every_operation_names_its_permission_and_its_problems() {
    let document = openapi::document();
    let operations = openapi::operations(&document);
    assert!(operations.len() > 50);
    for (pattern, method, permission) in operations {
        assert!(permission.is_some(), "{method} {pattern} names no permission");
    }
    let written = serde_json::to_value(&document).unwrap();
    for (pattern, item) in written["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            for status in ["401", "403", "429", "503"] {
                assert!(responses.contains_key(status), "{method} {pattern} {status}");
            }
            for (status, response) in responses {
                let is_told = response["description"].as_str().is_some_and(|text| !text.is_empty());
                assert!(is_told, "{method} {pattern} {status} has no description");
            }
            let tags = operation["tags"].as_array().map(Vec::len);
            assert_eq!(tags, Some(1), "{method} {pattern}");
        }
    }
}

/// The words that a type takes, as its own refusal of another word lists them.
fn taken<T: serde::de::DeserializeOwned + std::fmt::Debug>(values: &[Value]) -> Vec<String> {
    for value in values {
        let read = serde_json::from_value::<T>(value.clone());
        assert!(read.is_ok(), "{value} is published and refused: {read:?}");
    }
    let refusal = serde_json::from_value::<T>("no such word".into()).unwrap_err().to_string();
    let (_, words) = refusal.split_once(", expected ").unwrap_or_else(|| panic!("{refusal}"));
    words.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The words that values are written as.
fn written<T: serde::Serialize>(values: &[T]) -> Vec<String> {
    let word = |value| serde_json::to_value(value).unwrap().as_str().unwrap().to_owned();
    values.iter().map(word).collect()
}

#[test]
fn published_words_are_the_ones_that_are_taken() {
    use cho40::registry::{
        absences, accounts, code_checks, code_verdicts, codes, consents, numbers, stalls,
    };
    let document = serde_json::to_value(openapi::document()).unwrap();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let Some(values) = schema["enum"].as_array() else { continue };
        let words = match name.as_str() {
            "AbsenceKind" => taken::<absences::AbsenceKind>(values),
            "AccountKind" => taken::<accounts::AccountKind>(values),
            "UseKind" => taken::<accounts::UseKind>(values),
            "Relation" => taken::<accounts::Relation>(values),
            "CheckResult" => taken::<code_checks::CheckResult>(values),
            "RegisterAs" => taken::<cho40::registry::code_readings::RegisterAs>(values),
            "CheckWay" => taken::<code_checks::CheckWay>(values),
            "CodeVerdict" => taken::<code_verdicts::CodeVerdict>(values),
            "Remark" => taken::<code_verdicts::Remark>(values),
            "CodeSource" => taken::<codes::CodeSource>(values),
            "Purpose" => taken::<consents::Purpose>(values),
            "NumberKind" => taken::<numbers::NumberKind>(values),
            "VisitReason" => taken::<cho40::outreach::reasons::VisitReason>(values),
            "CountOutcome" => taken::<cho40::adoption::counting::CountOutcome>(values),
            "PressKind" => taken::<cho40::adoption::counting::PressKind>(values),
            "TargetMetric" => taken::<cho40::adoption::TargetMetric>(values),
            "VisitOutcome" => taken::<cho40::outreach::visits::VisitOutcome>(values),
            "Obstacle" => taken::<cho40::outreach::visits::Obstacle>(values),
            "Service" => taken::<cho40::outreach::visits::Service>(values),
            "SizeClass" => taken::<stalls::SizeClass>(values),
            "Method" => taken::<cho40::registry::verifications::Method>(values),
            "Role" => taken::<cho40::access::Role>(values),
            "Permission" => taken::<cho40::access::Permission>(values),
            "Class" => taken::<cho40::ledger::class::Class>(values),
            "LinkKind" => taken::<cho40::live::links::LinkKind>(values),
            "RequestKind" => taken::<cho40::requests::RequestKind>(values),
            "DeliveryOutcome" => taken::<cho40::intake::deliveries::DeliveryOutcome>(values),
            "ClassRuleKind" => taken::<cho40::ledger::class_rules::ClassRuleKind>(values),
            "Step" => taken::<cho40::requests::Step>(values),
            "RequestState" => taken::<cho40::requests::RequestState>(values),
            "PulseState" => taken::<cho40::intake::pulse::PulseState>(values),
            "Proof" => taken::<cho40::intake::pulse::Proof>(values),
            "AlarmCode" => taken::<cho40::intake::pulse::AlarmCode>(values),
            "SeenNumbers" => taken::<cho40::feeds::SeenNumbers>(values),
            "MoneyOut" => taken::<cho40::feeds::MoneyOut>(values),
            "WarningCode" => taken::<cho40::registry::reporters::WarningCode>(values),
            "SightState" => taken::<cho40::intake::pulse::SightState>(values),
            "AmountFormat" => taken::<cho40::feeds::statements::AmountFormat>(values),
            "DateOrder" => taken::<cho40::feeds::statements::DateOrder>(values),
            "Layout" => taken::<cho40::print::Layout>(values),
            "Style" => taken::<cho40::print::Style>(values),
            "LogoKind" => taken::<cho40::print::look::LogoKind>(values),
            "Ask" => taken::<cho40::feeds::statements::Ask>(values),
            "RowState" => taken::<cho40::intake::statements::RowState>(values),
            "StatementState" => taken::<cho40::intake::statements::StatementState>(values),
            "ProposalState" => taken::<cho40::ledger::proposals::ProposalState>(values),
            "SuggestionReason" => taken::<cho40::ledger::suggestions::SuggestionReason>(values),
            "Mark" => taken::<cho40::ledger::marks::Mark>(values),
            "RightReport" => taken::<cho40::intake::conflicts::RightReport>(values),
            "Differs" => taken::<cho40::intake::conflicts::Differs>(values),
            "ConflictReason" => taken::<cho40::intake::conflicts::ConflictReason>(values),
            other if QUERY_WORDS.contains(&other) => continue,
            "Unassigned" | "WaitingOrder" => words_of_the_queue(name, values),
            other => only_written(other).unwrap_or_else(|| {
                panic!("{other} is published, and nothing is named here for it")
            }),
        };
        assert_eq!(values, &words, "{name}");
    }
}

fn words_of_the_queue(name: &str, values: &[Value]) -> Vec<String> {
    match name {
        "Unassigned" => taken::<cho40::ledger::matching::Unassigned>(values),
        _ => taken::<cho40::ledger::unassigned::WaitingOrder>(values),
    }
}

fn words_of_the_cash_side(name: &str) -> Option<Vec<String>> {
    use cho40::adoption::{Change, Grade, GroupKind, ShareOutcome as Outcome};
    Some(match name {
        "Change" => written(&[Change::Up, Change::Down, Change::NotTold, Change::NotEnough]),
        "Grade" => written(&[Grade::B, Grade::C, Grade::S]),
        "GroupKind" => written(&[GroupKind::Neighbourhood, GroupKind::Goods, GroupKind::Team]),
        "ShareOutcome" => written(&[
            Outcome::Interval,
            Outcome::Rough,
            Outcome::NoCash,
            Outcome::NotEnough,
            Outcome::ManyRefused,
            Outcome::Secret,
            Outcome::NoConsent,
            Outcome::NotAsked,
        ]),
        _ => return None,
    })
}

/// The words of what is answered and never asked.
fn only_written(name: &str) -> Option<Vec<String>> {
    use cho40::adoption::{AdoptionClass, Hidden, Reason, Standing};
    use cho40::intake::phone::templates::MoneyDirection;
    Some(match name {
        "JobState" => written(cho40::print::jobs::JobState::ALL),
        "Verdict" => {
            use cho40::ledger::pairs::Verdict::{Different, Same};
            written(&[Same, Different])
        }
        "RowVerdict" => {
            use cho40::registry::import::RowVerdict::{Changed, New, Refused, Same};
            written(&[New, Changed, Same, Refused])
        }
        "AdoptionClass" => {
            use AdoptionClass::{Active, Equipped, NotEquipped, Paused, Regular};
            written(&[NotEquipped, Equipped, Paused, Active, Regular])
        }
        "Hidden" => {
            use Hidden::{
                AcrossSections, Derivable, FewStalls, NoConsent, NotWholeMonths, OneDominates,
                UnclearOfFew,
            };
            let few = [FewStalls, OneDominates, Derivable, UnclearOfFew];
            written(&[[NoConsent, NotWholeMonths, AcrossSections].as_slice(), &few].concat())
        }
        "Reason" => {
            use Reason::{
                FeedBlind, FeedGaps, NoCode, NoFeed, NotScanned, NotVerified, ScanDiffers,
            };
            let of_codes = [NoCode, NotVerified, ScanDiffers, NotScanned];
            written(&[of_codes.as_slice(), &[NoFeed, FeedBlind, FeedGaps]].concat())
        }
        "Rest" => {
            use cho40::outreach::candidates::Rest::{Away, Gone, Planned, Refused, VisitedLately};
            written(&[VisitedLately, Refused, Planned, Gone, Away])
        }
        "DeskMatter" => {
            use cho40::outreach::desk::DeskMatter::{FeedDark, RegisterOutdated};
            written(&[RegisterOutdated, FeedDark])
        }
        "MoneyDirection" => written(&[MoneyDirection::In, MoneyDirection::Out]),
        "Change" | "Grade" | "GroupKind" | "ShareOutcome" => return words_of_the_cash_side(name),
        "Standing" => {
            use Standing::{Closed, Left, Suspended, Trading};
            written(&[Trading, Closed, Left, Suspended])
        }
        _ => return None,
    })
}

/// Words of query strings, whose types the web keeps to itself; `web_walk` sends them.
const QUERY_WORDS: [&str; 3] = ["FileFormat", "Format", "Separator"];

#[test]
fn operation_ids_are_unique() {
    let written = serde_json::to_value(openapi::document()).unwrap();
    let mut ids: Vec<_> = written["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "{ids:?}");
}

#[test]
fn every_reference_leads_somewhere() {
    fn follow(document: &Value, value: &Value, found: &mut usize) {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref") {
                    let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference} is not there");
                    *found += 1;
                }
                fields.values().for_each(|value| follow(document, value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| follow(document, value, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(openapi::document()).unwrap();
    let mut found = 0;
    follow(&document, &document, &mut found);
    assert!(found > 100, "{found}");
}

on_both!(what_may_be_left_out_is_not_required, |db| {
    let site = Site::of(db);
    let world = World::on(&site, &site.key, "0011001100");
    let document = site.ask("GET", "/openapi.json").send().json;
    let mut left_out = 0;
    for (pattern, item) in document["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        let (in_path, in_query): (Vec<_>, Vec<_>) =
            parameters.partition(|parameter| parameter["in"] == "path");
        assert!(in_path.iter().all(|parameter| parameter["required"] == true), "{pattern}");
        // All are given but one.
        for absent in &in_query {
            let others = in_query.iter().filter(|parameter| *parameter != absent);
            let given: Vec<_> = others.map(|other| good_value(&document, &world, other)).collect();
            let answer = site.get(&format!("{}?{}", world.path(pattern), given.join("&")));
            let said = format!("{pattern} without {}: {}", absent["name"], answer.text());
            if absent["required"] == true {
                assert_eq!(
                    (answer.status, &answer.json["field"]),
                    (422, &absent["name"]),
                    "{said}"
                );
            } else {
                assert_eq!(answer.status, 200, "{said}");
            }
            left_out += 1;
        }
    }
    assert!(left_out > 80, "{left_out}");
});

/// `name=value` of a parameter, as its schema wants it.
fn good_value(document: &Value, world: &World, parameter: &Value) -> String {
    let mut schema = &parameter["schema"];
    if let Some(first) = schema.pointer("/oneOf/0") {
        schema = first;
    }
    if let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(&reference[1..]).unwrap();
    }
    let name = parameter["name"].as_str().unwrap();
    let value = match (name, &schema["enum"][0]) {
        (_, Value::String(first)) => first.clone(),
        ("cursor", _) => world.id("markets").replacen("mkt", "cur", 1),
        ("check_code", _) => "AAAA".to_owned(),
        ("bin", _) => "970436".to_owned(),
        ("about", _) => world.id("vendors").to_owned(),
        ("level", _) => "M".to_owned(),
        ("number" | "code" | "phone", _) => "0912345678".to_owned(),
        ("from" | "from_day", _) => "2026-11-01".to_owned(),
        ("to" | "to_day" | "on", _) => "2026-11-02".to_owned(),
        _ => match name.strip_suffix("_id") {
            Some("round") => world.id("visit-rounds").to_owned(),
            Some("occupancy") => world.id("occupancies").to_owned(),
            Some(thing) => world.id(&format!("{thing}s")).to_owned(),
            None if schema["type"] == "boolean" => "true".to_owned(),
            None => schema["minimum"].to_string(),
        },
    };
    format!("{name}={value}")
}

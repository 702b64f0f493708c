//! The OpenAPI document as it is published; a change of it is a change of the API and is looked at
//! (`cargo insta review`).

use cho40::web::openapi;
use serde_json::Value;

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
    use cho40::adoption::{AdoptionClass, Hidden, Reason, Standing};
    use cho40::registry::{absences, accounts, code_checks, codes, consents, numbers, stalls};
    let document = serde_json::to_value(openapi::document()).unwrap();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let Some(values) = schema["enum"].as_array() else { continue };
        let words = match name.as_str() {
            "AbsenceKind" => taken::<absences::AbsenceKind>(values),
            "AccountKind" => taken::<accounts::AccountKind>(values),
            "UseKind" => taken::<accounts::UseKind>(values),
            "Relation" => taken::<accounts::Relation>(values),
            "CheckResult" => taken::<code_checks::CheckResult>(values),
            "CodeSource" => taken::<codes::CodeSource>(values),
            "Purpose" => taken::<consents::Purpose>(values),
            "NumberKind" => taken::<numbers::NumberKind>(values),
            "SizeClass" => taken::<stalls::SizeClass>(values),
            "Method" => taken::<cho40::registry::verifications::Method>(values),
            "Permission" => taken::<cho40::access::Permission>(values),
            "Class" => taken::<cho40::ledger::class::Class>(values),
            "RequestKind" => taken::<cho40::requests::RequestKind>(values),
            "RequestState" => taken::<cho40::requests::RequestState>(values),
            // These are only written.
            "Verdict" => {
                use cho40::ledger::pairs::Verdict::{Different, Same};
                written(&[Same, Different])
            }
            "AdoptionClass" => {
                use AdoptionClass::{Active, Equipped, NotEquipped, Paused, Regular};
                written(&[NotEquipped, Equipped, Paused, Active, Regular])
            }
            "Hidden" => {
                use Hidden::{Derivable, FewStalls, NoConsent, OneDominates};
                written(&[NoConsent, FewStalls, OneDominates, Derivable])
            }
            "Reason" => {
                use Reason::{FeedGaps, NoCode, NoFeed, NotScanned, NotVerified, ScanDiffers};
                written(&[NoCode, NotVerified, ScanDiffers, NotScanned, NoFeed, FeedGaps])
            }
            "Standing" => {
                use Standing::{Closed, Left, Suspended, Trading};
                written(&[Trading, Closed, Left, Suspended])
            }
            other if QUERY_WORDS.contains(&other) => continue,
            other => panic!("{other} is published, and no parser for it is named here"),
        };
        assert_eq!(values, &words, "{name}");
    }
}

/// Words of query strings, whose types the web keeps to itself; `web_walk` sends them.
const QUERY_WORDS: [&str; 2] = ["Format", "Separator"];

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

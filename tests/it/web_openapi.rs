//! The OpenAPI document as it is published; a change of it is a change of the API and is looked at
//! (`cargo insta review`).

use cho40::web::openapi;

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

//! The string that payOS signs: the fields of `data`, sorted by name, `name=value` joined by `&`.
//! Values stand as they are, without URL encoding; null is empty; arrays and objects are compact
//! JSON with sorted keys. Source: payOS documentation and its libraries' test suites (D).

use super::Undecodable;
use super::fields::Object;
use super::sorted_json;

/// Builds the string from the JSON text of `data`.
///
/// Numbers keep their digits from the JSON text, which is what payOS writes for the integers it
/// sends. The texts `null` and `undefined` count as empty, as in payOS' own sample code (O).
///
/// # Errors
/// If `data` is no JSON object, has a field twice, or is nested beyond 8 levels.
pub fn canonical(data: &str) -> Result<String, Undecodable> {
    of_object(&Object::from_body(data.as_bytes())?)
}

pub(super) fn of_object(data: &Object<'_>) -> Result<String, Undecodable> {
    let mut canonical = String::new();
    for (key, json) in data.entries() {
        if !canonical.is_empty() {
            canonical.push('&');
        }
        canonical.push_str(key);
        canonical.push('=');
        if json.starts_with(['[', '{']) {
            sorted_json::write(&mut canonical, json)?;
        } else if json.starts_with('"') {
            let text = sorted_json::string(json)?;
            if !matches!(text.as_str(), "null" | "undefined") {
                canonical.push_str(&text);
            }
        } else if json != "null" {
            canonical.push_str(json);
        }
    }
    Ok(canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_as_they_are_and_empty_ones_are_empty() {
        let data =
            r#"{"b":"a&b=c %","a":null,"d":"undefined","c":"null","e":true,"f":12.50,"é":""}"#;
        assert_eq!(canonical(data).unwrap(), "a=&b=a&b=c %&c=&d=&e=true&f=12.50&é=");
        assert_eq!(canonical("{}").unwrap(), "");
    }

    #[test]
    fn arrays_and_objects_are_compact_json_with_sorted_keys() {
        let data =
            r#"{"t":[ {"b": null, "a":"x\"\u0001\u1ea1"}, 2000, [] ], "o": {"z":{"y":1,"x":2}}}"#;
        assert_eq!(
            canonical(data).unwrap(),
            "o={\"z\":{\"x\":2,\"y\":1}}&t=[{\"a\":\"x\\\"\\u0001ạ\",\"b\":null},2000,[]]"
        );
    }

    #[test]
    fn doubled_fields_and_deep_nesting_are_refused() {
        assert!(canonical(r#"{"a":1,"a":1}"#).is_err());
        assert!(canonical(r#"{"a":[{"b":1,"b":2}]}"#).is_err());
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(canonical(&deep).is_err());
        let deep = format!(r#"{{"a":{}1{}}}"#, r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        assert!(canonical(&deep).is_err());
    }
}

//! Compact JSON whose keys are sorted at every depth, escaped as JavaScript's `JSON.stringify`
//! does: what payOS and Casso sign. Numbers keep the digits that stand in the body, which is what
//! both write for the integers that they send.

use std::fmt::Write;

use serde_json::value::RawValue;

use super::fields::Object;
use super::{Undecodable, UndecodableBecause};

/// Providers nest two levels. Each level is scanned once more before anything is verified, so the
/// depth bounds the work that a stranger can cause.
const MAX_DEPTH: usize = 8;

/// Appends the sorted form of a JSON text.
///
/// # Errors
/// If it is no JSON, has a field twice, or is nested beyond 8 levels.
pub(super) fn write(to: &mut String, json: &str) -> Result<(), Undecodable> {
    let json: &RawValue = serde_json::from_str(json).map_err(|_| not_json())?;
    write_at(to, json.get(), 0)
}

fn write_at(to: &mut String, json: &str, depth: usize) -> Result<(), Undecodable> {
    if depth > MAX_DEPTH {
        return Err(not_json());
    }
    if json.starts_with('{') {
        let object = Object::from_body(json.as_bytes())?;
        to.push('{');
        for (place, (key, value)) in object.entries().enumerate() {
            if place > 0 {
                to.push(',');
            }
            write_string(to, key);
            to.push(':');
            write_at(to, value, depth + 1)?;
        }
        to.push('}');
    } else if json.starts_with('[') {
        let values: Vec<&RawValue> = serde_json::from_str(json).map_err(|_| not_json())?;
        to.push('[');
        for (place, value) in values.into_iter().enumerate() {
            if place > 0 {
                to.push(',');
            }
            write_at(to, value.get(), depth + 1)?;
        }
        to.push(']');
    } else if json.starts_with('"') {
        write_string(to, &string(json)?);
    } else {
        to.push_str(json);
    }
    Ok(())
}

pub(super) fn string(json: &str) -> Result<String, Undecodable> {
    serde_json::from_str(json).map_err(|_| not_json())
}

fn not_json() -> Undecodable {
    Undecodable::new("body", UndecodableBecause::NotJson)
}

/// serde_json escapes exactly what `JSON.stringify` does.
fn write_string(to: &mut String, text: &str) {
    let _ = write!(to, "{}", serde_json::Value::from(text));
}

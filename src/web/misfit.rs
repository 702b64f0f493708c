//! Why input does not fit its type: serde's words, made into codes that have texts.

use serde_json::Value;

use super::problem::Problem;

/// What serde found, by the kind of its message.
#[derive(Debug, PartialEq, Eq)]
pub enum Misfit {
    Missing {
        field: String,
    },
    Unknown {
        field: String,
    },
    Doubled {
        field: String,
    },
    /// A word that is not one of a list.
    NotListed {
        field: String,
        allowed: String,
    },
    /// A value of another type, or one that its type refuses.
    WrongType {
        field: String,
        form: Form,
    },
}

/// What a value must look like, as the texts tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// The whole body.
    Body,
    Object,
    List,
    Text,
    Whole,
    Boolean,
    Day,
    Instant,
    /// With its prefix.
    Id(String),
    Other,
}

impl Form {
    /// serde says what it expected, and std why a parameter is no number.
    fn read(expected: &str) -> Self {
        if let Some(prefix) = expected.strip_prefix("an id that begins with ") {
            return Self::Id(prefix.to_owned());
        }
        let begins = |starts: &[&str]| starts.iter().any(|start| expected.starts_with(start));
        if begins(&["a date"]) {
            Self::Day
        } else if begins(&["an instant"]) {
            Self::Instant
        } else if begins(&["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "usize"])
            || begins(&["invalid digit found", "number too", "cannot parse integer"])
        {
            Self::Whole
        } else if begins(&["a boolean", "provided string was not `true`"]) {
            Self::Boolean
        } else if begins(&["a string", "string or map", "enum ", "variant ", "expected value"]) {
            Self::Text
        } else if begins(&["a sequence"]) {
            Self::List
        } else if begins(&["an object", "a map", "struct ", "internally tagged enum"]) {
            Self::Object
        } else {
            Self::Other
        }
    }

    /// The word by which the texts tell forms apart.
    const fn word(&self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Object => "object",
            Self::List => "list",
            Self::Text => "text",
            Self::Whole => "whole",
            Self::Boolean => "boolean",
            Self::Day => "day",
            Self::Instant => "instant",
            Self::Id(_) => "id",
            Self::Other => "other",
        }
    }
}

impl Misfit {
    /// `path` is where serde stood, e.g. `lines[0].amount_vnd`; `.` stands for the whole.
    #[must_use]
    pub fn read(message: &str, path: &str) -> Self {
        let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
        let named = |prefix: &str| quoted(message.strip_prefix(prefix)?);
        if let Some(name) = named("missing field ") {
            return Self::Missing { field: join(path, name) };
        }
        if let Some(name) = named("unknown field ") {
            return Self::Unknown { field: join(parent_of(path, name), name) };
        }
        if let Some(name) = named("duplicate field ") {
            return Self::Doubled { field: join(parent_of(path, name), name) };
        }
        let field = if path == "." { String::new() } else { path.to_owned() };
        if message.starts_with("unknown variant ") {
            // From the right: the value may say anything.
            let allowed = message.rsplit_once(", expected ").map_or("", |(_, allowed)| allowed);
            let words: Vec<_> = allowed.split('`').skip(1).step_by(2).collect();
            return Self::NotListed { field, allowed: words.join(", ") };
        }
        if field.is_empty() {
            return Self::WrongType { field, form: Form::Body };
        }
        let expected = message.rsplit_once(", expected ").map_or(message, |(_, expected)| expected);
        Self::WrongType { field, form: Form::read(expected) }
    }
}

impl From<Misfit> for Problem {
    fn from(misfit: Misfit) -> Self {
        match misfit {
            Misfit::Missing { field } => Self::named("field-missing", field),
            Misfit::Unknown { field } => Self::named("field-unknown", field),
            Misfit::Doubled { field } => Self::named("field-doubled", field),
            Misfit::NotListed { field, allowed } => {
                Self::named("value-not-listed", field).with("allowed", allowed)
            }
            Misfit::WrongType { field, form } => {
                let problem = Self::named("value-of-wrong-type", field).with("form", form.word());
                if let Form::Id(prefix) = form { problem.with("prefix", prefix) } else { problem }
            }
        }
    }
}

impl Problem {
    /// 422 for a field that the text names too.
    fn named(code: &'static str, field: String) -> Self {
        let shown = if field.is_empty() { "(body)".to_owned() } else { field.clone() };
        Self::invalid(field, code).with("field", shown)
    }
}

/// What stands between the first two backquotes.
fn quoted(text: &str) -> Option<&str> {
    Some(text.strip_prefix('`')?.split_once('`')?.0)
}

/// serde stands on a field that it does not know, or still on what holds it.
fn parent_of<'p>(path: &'p str, name: &str) -> &'p str {
    match path.strip_suffix(name) {
        Some("") => ".",
        Some(parent) => parent.strip_suffix('.').unwrap_or(path),
        None => path,
    }
}

fn join(path: &str, name: &str) -> String {
    // A client's own name may be long; the answer need not be.
    let name: String = name.chars().take(80).collect();
    if path == "." { name } else { format!("{path}.{name}") }
}

/// Whether a JSON text holds the escape `\u0000`.
#[must_use]
pub fn has_nul_escape(json: &str) -> bool {
    let mut rest = json;
    while let Some((_, after)) = rest.split_once('\\') {
        if after.starts_with("u0000") {
            return true;
        }
        let mut escaped = after.chars();
        escaped.next();
        rest = escaped.as_str();
    }
    false
}

/// Where the first NUL of a JSON text stands, e.g. `lines[0].memo`.
#[must_use]
pub fn nul_path(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap_or_default();
    let mut path = path_to_nul(&value).unwrap_or_default();
    path.reverse();
    let path = path.concat();
    path.strip_prefix('.').unwrap_or(&path).to_owned()
}

/// The steps to the first NUL, the last one first.
fn path_to_nul(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => text.contains('\0').then(Vec::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let mut path = path_to_nul(item)?;
            path.push(format!("[{index}]"));
            Some(path)
        }),
        Value::Object(fields) => fields.iter().find_map(|(name, item)| {
            if name.contains('\0') {
                return Some(Vec::new());
            }
            let mut path = path_to_nul(item)?;
            path.push(format!(".{name}"));
            Some(path)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_found_only_where_it_is_one() {
        assert!(has_nul_escape(r#"{"a":"x\u0000y"}"#));
        assert!(has_nul_escape(r#"{"a":"\\\u0000"}"#));
        assert!(!has_nul_escape(r#"{"a":"\\u0000"}"#));
        assert!(!has_nul_escape("{\"a\":\"\\"));
    }
}

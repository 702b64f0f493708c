//! Which form a book has on a day: a table with sources, not code. Whoever runs a server can bring a
//! newer one ([`take`]) when the law changes before the program does.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::db::{Fault, Outcome};
use crate::primitives::{Day, Month};

/// The form of a book, as the law names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// From this day on, until the next one.
    pub from_day: Day,
    /// `S1a-HKD`
    pub code: String,
    pub title: String,
    /// The law's text that says so.
    pub source: String,
}

const BUILT_IN: &str = include_str!("../../assets/book/forms.json");

static FORMS: OnceLock<Vec<Form>> = OnceLock::new();

fn all() -> &'static [Form] {
    FORMS.get_or_init(|| read(BUILT_IN).unwrap_or_default())
}

fn read(text: &str) -> Result<Vec<Form>, String> {
    let forms: Vec<Form> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if forms.is_empty() || !forms.is_sorted_by_key(|form| form.from_day) {
        return Err("one entry at least, in the order of from_day".to_owned());
    }
    Ok(forms)
}

/// Takes an operator's table instead of the program's, before any book is drawn up; the first one
/// that a process is given counts.
///
/// # Errors
/// What is wrong with it.
pub fn take(text: &str) -> Result<(), String> {
    let forms = read(text)?;
    FORMS.get_or_init(|| forms);
    Ok(())
}

/// The form of a month's book: the latest that held when the month began.
pub fn of(month: Month) -> Outcome<Form> {
    let first = month.first_day();
    let form = all().iter().rfind(|form| form.from_day <= first).or(all().first());
    form.cloned().ok_or_else(|| Fault::broken("assets/book/forms.json has no form"))
}

/// The first month that has a book.
pub fn first_month() -> Month {
    all().first().map_or(Month(0), |form| form.from_day.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_dated() {
        assert!(read(BUILT_IN).is_ok());
        assert!(read("[]").is_err() && read("{}").is_err());
        let form = of(Month::parse("2026-11").unwrap()).unwrap();
        assert_eq!(
            (form.code.as_str(), first_month().to_string().as_str()),
            ("S1a-HKD", "2026-01")
        );
    }
}

//! Which form a book has on a day: a table with sources, not code.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::db::{Fault, Outcome};
use crate::primitives::{Day, Month};

/// The form of a book, as the law names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// From this day on, until the next one.
    pub from_day: Day,
    /// `S1a-HKD`
    pub code: String,
    pub title: String,
    /// The law's text that says so.
    pub source: String,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../assets/book/forms.json")).unwrap_or_default()
});

/// The form of a month's book: the latest that held when the month began.
pub fn of(month: Month) -> Outcome<Form> {
    let first = month.first_day();
    let form = FORMS.iter().rfind(|form| form.from_day <= first).or(FORMS.first());
    form.cloned().ok_or_else(|| Fault::broken("assets/book/forms.json has no form"))
}

/// The first month that has a book.
pub fn first_month() -> Month {
    FORMS.first().map_or(Month(0), |form| form.from_day.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read_and_dated() {
        assert!(!FORMS.is_empty() && FORMS.is_sorted_by_key(|form| form.from_day));
        let form = of(Month::parse("2026-11").unwrap()).unwrap();
        assert_eq!(
            (form.code.as_str(), first_month().to_string().as_str()),
            ("S1a-HKD", "2026-01")
        );
    }
}

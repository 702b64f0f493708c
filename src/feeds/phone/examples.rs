//! Templates that come with the program: the general shape of the usual banks' notices, none of
//! them seen on a phone of ours. They read nothing by themselves; a board takes one over when a
//! notice of its own fits it.

use std::sync::LazyLock;

use serde::Deserialize;

use super::reading::{Template, Written};

const DATA: &str = include_str!("../../../assets/phone/templates.json");

/// An example, with a made-up notice that it reads.
#[derive(Clone, Debug, Deserialize)]
pub struct Example {
    /// E.g. `vietcombank-app`.
    #[serde(flatten)]
    pub written: Written,
    /// What the app or sender is called.
    pub title: String,
    pub text: String,
}

#[derive(Deserialize)]
struct Data {
    examples: Vec<Example>,
}

static EXAMPLES: LazyLock<Vec<(Example, Template)>> = LazyLock::new(|| {
    // The file is part of the program; a test reads all of it.
    let data = serde_json::from_str(DATA).map_or_else(|_| Vec::new(), |data: Data| data.examples);
    data.into_iter().filter_map(|one| Some((one.clone(), one.written.template()?))).collect()
});

static TEMPLATES: LazyLock<Vec<Template>> =
    LazyLock::new(|| EXAMPLES.iter().map(|(_, template)| template.clone()).collect());

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Example> {
    EXAMPLES.iter().map(|(example, _)| example)
}

#[must_use]
pub fn templates() -> &'static [Template] {
    &TEMPLATES
}

#[must_use]
pub fn by_name(name: &str) -> Option<&'static Example> {
    all().find(|example| example.written.name == name)
}

/// The first example of a bank, or of all.
pub(in crate::feeds) fn of_bank(bin: &str) -> Option<&'static Example> {
    all().find(|example| example.written.bin == bin).or_else(|| all().next())
}

//! The style guide, run over the source tree. Each rule is a function over text, and `samples`
//! shows that it finds what it should.

mod migrations;
mod rules;
mod samples;
mod source;

use std::collections::BTreeSet;

use source::{Source, tree};

/// Fails with all findings of a rule, one a line.
fn assert_clean(findings: impl IntoIterator<Item = String>) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

fn each(rule: impl Fn(&Source) -> Vec<String>) {
    assert_clean(tree().iter().flat_map(rule));
}

#[test]
fn imports_go_down() {
    each(rules::imports_go_down);
}

#[test]
fn sql_stands_in_stores() {
    each(rules::sql_stands_in_stores);
}

#[test]
fn placeholders_come_in_order() {
    each(rules::placeholders_come_in_order);
}

#[test]
fn http_stands_in_web() {
    each(rules::http_stands_in_web);
}

#[test]
fn files_are_short() {
    each(rules::file_is_short);
    let sources = tree();
    let rooms = sources.iter().filter(|source| source.is_under("src") && source.is_rust());
    let lengths: Vec<usize> = rooms.map(|source| source.text.lines().count()).collect();
    assert_clean(rules::median_is_short(&lengths));
}

#[test]
fn functions_are_short() {
    each(|source| if source.is_rust() { rules::functions_are_short(source) } else { Vec::new() });
}

#[test]
fn only_the_clock_knows_the_time() {
    each(rules::only_the_clock_knows_the_time);
}

#[test]
fn no_float_near_money() {
    each(rules::no_float_near_money);
}

#[test]
fn nothing_is_unfinished() {
    each(rules::nothing_is_unfinished);
}

#[test]
fn no_machine_is_named() {
    each(rules::no_machine_is_named);
}

#[test]
fn database_tests_run_on_both() {
    each(rules::database_tests_run_on_both);
}

#[test]
fn no_exemption_is_stale() {
    let known: BTreeSet<&str> = tree().iter().map(|source| source.path.as_str()).collect();
    let tables = [
        rules::LONG_FILES,
        rules::READ_THE_CLOCK,
        rules::SPEAK_SQL,
        rules::RECKON_WITH_FLOATS,
        rules::NAMES_MACHINE_PATHS,
    ];
    let exempt = tables.iter().flat_map(|table| table.iter());
    assert_clean(exempt.filter(|(path, _)| !known.contains(*path)).map(|(path, _)| (*path).into()));
}

#[test]
fn each_migration_stands_for_both_databases() {
    let sources = tree();
    let of = |database: &str| {
        let folder = format!("migrations/{database}");
        let found = sources.iter().filter(|source| source.is_under(&folder));
        let names: Vec<&str> = found.clone().map(|source| &source.path[folder.len()..]).collect();
        (names, found.collect::<Vec<_>>())
    };
    let ((sqlite_names, sqlite), (postgres_names, postgres)) = (of("sqlite"), of("postgres"));
    assert_eq!(sqlite_names, postgres_names);
    assert!(!sqlite.is_empty());
    let pairs = sqlite.iter().zip(&postgres);
    assert_clean(pairs.flat_map(|(ours, theirs)| migrations::databases_agree(ours, theirs)));
    assert_clean(postgres.iter().flat_map(|one| migrations::keys_begin_with_the_board(one)));
}

/// The texts of one language, by file and key.
fn texts(sources: &[Source], language: &str) -> BTreeSet<String> {
    let folder = format!("locales/{language}");
    let files = sources.iter().filter(|source| source.is_under(&folder));
    let keys = files.flat_map(rules::fluent_keys);
    keys.collect()
}

#[test]
fn every_text_is_there_in_both_languages() {
    let sources = tree();
    let (vi, en) = (texts(sources, "vi"), texts(sources, "en"));
    assert!(!vi.is_empty());
    assert_clean(rules::languages_agree(&vi, &en));
}

#[test]
fn every_refusal_has_its_text() {
    let sources = tree();
    let rooms = || sources.iter().filter(|source| source.is_under("src") && source.is_rust());
    assert!(rooms().flat_map(rules::refusal_codes).count() > 50, "refusals were not recognised");
    assert_clean(rooms().flat_map(rules::codes_are_kebab_case));
    let keys = texts(sources, "vi");
    assert_clean(rooms().flat_map(|source| rules::refusals_have_texts(source, &keys)));
}

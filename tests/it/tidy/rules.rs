//! The style guide as functions over one file's text; each gives its findings.

use std::collections::BTreeSet;

use super::source::{Source, bracketed, comma_separated, words};

/// The house from the ground floor up (docs/ARCHITECTURE.md): a room imports only rooms of lower
/// floors.
const FLOORS: [&[&str]; 19] = [
    &["primitives"],
    &["vietqr"],
    &["feeds"],
    &["db"],
    &["access"],
    &["registry"],
    &["events"],
    &["requests"],
    &["ledger"],
    &["intake"],
    &["live", "outbox"],
    &["adoption"],
    &["outreach"],
    &["persons"],
    &["book"],
    &["print"],
    &["web"],
    &["app"],
    &["cli"],
];
/// These could be crates of their own.
const PURE: [&str; 2] = ["vietqr", "feeds"];
/// Rooms in which no number may be a float.
const NEAR_MONEY: [&str; 11] = [
    "primitives",
    "vietqr",
    "feeds",
    "db",
    "registry",
    "requests",
    "ledger",
    "intake",
    "live",
    "adoption",
    "book",
];
const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 70;
const MAX_MEDIAN_LINES: usize = 150;

/// Files that a rule does not hold for, and why.
pub type Exempt = &'static [(&'static str, &'static str)];
pub const LONG_FILES: Exempt =
    &[("src/db/schema.rs", "one entry a table, nothing to read in order")];
pub const READ_THE_CLOCK: Exempt = &[
    ("src/primitives/clock.rs", "it is the clock"),
    ("src/web/envelope.rs", "measures how long an answer took"),
];
pub const SPEAK_SQL: Exempt = &[
    ("src/primitives/actor.rs", "actors are columns"),
    ("src/primitives/id.rs", "typed ids are columns"),
    ("src/registry/text_enum.rs", "enumerations are columns"),
    ("src/access/keys.rs", "one small aggregate; its store would be the whole file"),
    ("src/access/sealing.rs", "one row, read and written once"),
    ("src/events/mod.rs", "one table, three statements"),
];
pub const RECKON_WITH_FLOATS: Exempt = &[(
    "src/adoption/interval.rs",
    "roots and powers of shares: đồng go in as integers, thousandths come out",
)];
pub const NAMES_MACHINE_PATHS: Exempt = &[];

fn is_exempt(source: &Source, exempt: Exempt) -> bool {
    exempt.iter().any(|(path, _)| *path == source.path)
}

// ---------------------------------------------------------------- rooms

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// `ledger` of `src/ledger/store/rows.rs`, `app` of `src/app.rs`; none for the crate's roots.
fn room_of(source: &Source) -> Option<&str> {
    let inside = source.path.strip_prefix("src/")?;
    let first = inside.split('/').next()?;
    let room = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(inside, "lib.rs" | "core.rs" | "main.rs")).then_some(room)
}

/// Room directions: `crate::X` and `super::…` only downwards.
pub fn imports_go_down(source: &Source) -> Vec<String> {
    let Some(room) = room_of(source) else { return Vec::new() };
    let Some(own) = floor(room) else {
        return vec![source.finding(0, &format!("{room} is not a room of the house"))];
    };
    let allowed = |other: &str| {
        other == room
            || floor(other).is_none_or(|floor| floor < own)
                && (!PURE.contains(&room) || floor(other).is_none() || other == "primitives")
    };
    crate_paths(source)
        .into_iter()
        .filter(|(_, other)| !allowed(other))
        .map(|(offset, other)| source.finding(offset, &format!("{room} imports {other}")))
        .collect()
}

/// What stands at the root of the crate and is named here.
fn crate_paths(source: &Source) -> Vec<(usize, &str)> {
    let bare = &source.bare;
    let mut paths = Vec::new();
    let mut add = |start: usize| {
        if bare[start..].starts_with('{') {
            let pieces = bracketed(bare, start).map(|inside| comma_separated(bare, inside));
            for piece in pieces.into_iter().flatten() {
                let offset = piece.end - bare[piece].trim_start().len();
                paths.push((offset, first_word(&bare[offset..])));
            }
        } else {
            paths.push((start, first_word(&bare[start..])));
        }
    };
    words(bare, "crate::").for_each(|offset| add(offset + "crate::".len()));
    // src/a/b.rs is a::b and src/a/mod.rs is a: as many `super::` lead to the root.
    let inside = source.path.trim_start_matches("src/").trim_end_matches(".rs");
    let depth = inside.trim_end_matches("/mod").split('/').count();
    let to_root = "super::".repeat(depth);
    let outward = words(bare, &to_root).filter(|offset| !bare[..*offset].ends_with("super::"));
    outward.map(|offset| offset + to_root.len()).for_each(add);
    paths
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c| !super::source::is_word(c)).unwrap_or(text.len());
    &text[..end]
}

/// SQL stands only in `db/` and the rooms' stores.
pub fn sql_stands_in_stores(source: &Source) -> Vec<String> {
    let in_store = source.path.ends_with("/store.rs") || source.path.contains("/store/");
    if !source.is_under("src") || source.is_under("src/db") || in_store {
        return Vec::new();
    }
    if is_exempt(source, SPEAK_SQL) {
        return Vec::new();
    }
    let found = words(&source.bare, "diesel").next();
    found.map(|offset| source.finding(offset, "SQL outside of a store")).into_iter().collect()
}

/// HTTP stands only in `web/`, in `app.rs` that builds it, and in the commands that serve it.
/// SQLite takes `$3` for a name and binds names in the order in which they first stand; PostgreSQL goes by the
/// number. They mean the same only where each new one is the next one.
pub fn placeholders_come_in_order(source: &Source) -> Vec<String> {
    let (mut findings, mut seen) = (Vec::<String>::new(), Vec::<u32>::new());
    if !source.is_under("src") || !source.is_rust() {
        return findings;
    }
    for (offset, c) in source.code.char_indices() {
        if !source.bare.as_bytes()[offset].is_ascii_whitespace() {
            // The literal is over.
            seen.clear();
        } else if c == '$' {
            let digits = source.code[offset + 1..].split(|c: char| !c.is_ascii_digit()).next();
            let Some(number) = digits.and_then(|digits| digits.parse().ok()) else { continue };
            if seen.contains(&number) {
                continue;
            }
            if seen.last().is_some_and(|last| last + 1 != number) {
                findings.push(source.finding(offset, &format!("${number} comes too early")));
            }
            seen.push(number);
        }
    }
    findings
}

pub fn http_stands_in_web(source: &Source) -> Vec<String> {
    let may =
        source.path == "src/app.rs" || ["src/web", "src/cli"].iter().any(|f| source.is_under(f));
    if !source.is_under("src") || may {
        return Vec::new();
    }
    let found = words(&source.bare, "actix_web").next();
    found.map(|offset| source.finding(offset, "HTTP outside of web")).into_iter().collect()
}

// ---------------------------------------------------------------- lengths

pub fn file_is_short(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if !source.is_rust() || lines <= MAX_FILE_LINES || is_exempt(source, LONG_FILES) {
        return Vec::new();
    }
    vec![source.finding(0, &format!("{lines} lines, more than {MAX_FILE_LINES}"))]
}

/// From the line of `fn` to its closing brace. The text is as rustfmt leaves it: the brace stands
/// alone, as far in as `fn`'s line.
pub fn functions_are_short(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.bare.lines().collect();
    let mut findings = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        if words(line, "fn").next().is_none() || line.contains("= fn") {
            continue;
        }
        let head_ends =
            |line: &&str| ['{', '}', ';'].iter().any(|end| line.trim_end().ends_with(*end));
        let Some(head) = lines[start..].iter().position(head_ends) else {
            continue;
        };
        if !lines[start + head].trim_end().ends_with('{') {
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let closes =
            |line: &&str| line.strip_prefix(indent).is_some_and(|rest| rest.starts_with('}'));
        let length = lines[start..].iter().position(closes);
        let length = length.map_or(0, |end| end + 1);
        if length > MAX_FUNCTION_LINES {
            let message = format!("a function of {length} lines, more than {MAX_FUNCTION_LINES}");
            findings.push(format!("{}:{}: {message}", source.path, start + 1));
        }
    }
    findings
}

pub fn median_is_short(lengths: &[usize]) -> Vec<String> {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    let short = median <= MAX_MEDIAN_LINES;
    let message = format!("the median file has {median} lines, more than {MAX_MEDIAN_LINES}");
    if short { Vec::new() } else { vec![message] }
}

// ---------------------------------------------------------------- words that do not belong

fn all<'a>(source: &'a Source, text: &'a str, needles: &'a [&'a str]) -> Vec<String> {
    needles
        .iter()
        .flat_map(|needle| words(text, needle).map(move |offset| (offset, needle)))
        .map(|(offset, needle)| source.finding(offset, needle))
        .collect()
}

pub fn only_the_clock_knows_the_time(source: &Source) -> Vec<String> {
    if !source.is_under("src") || is_exempt(source, READ_THE_CLOCK) {
        return Vec::new();
    }
    let readings = ["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"];
    all(source, &source.bare, &readings)
}

pub fn no_float_near_money(source: &Source) -> Vec<String> {
    let is_near = room_of(source).is_some_and(|room| NEAR_MONEY.contains(&room));
    if !is_near || is_exempt(source, RECKON_WITH_FLOATS) {
        return Vec::new();
    }
    all(source, &source.bare, &["f32", "f64"])
}

/// Nothing is left for later, nothing is silenced without a reason.
pub fn nothing_is_unfinished(source: &Source) -> Vec<String> {
    let extensions = [".rs", ".sql", ".toml", ".html", ".css", ".js", ".typ", ".ftl", ".yml"];
    let is_script = source.is_under("scripts") || source.is_under(".ci");
    if !is_script && !extensions.iter().any(|extension| source.path.ends_with(extension)) {
        return Vec::new();
    }
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut findings = all(source, &source.text, &marks);
    if source.is_rust() {
        findings.extend(all(source, &source.bare, &["dbg!", "todo!", "unimplemented!"]));
        findings.extend(all(source, &source.bare, &["#[allow(", "#![allow("]));
    }
    findings
}

/// The tree must build and read the same on any machine.
pub fn no_machine_is_named(source: &Source) -> Vec<String> {
    let roots = [
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("C:", "\\"),
    ];
    if is_exempt(source, NAMES_MACHINE_PATHS) {
        return Vec::new();
    }
    let begins = |offset: usize| {
        let before = source.text[..offset].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !"._-/}".contains(c))
    };
    roots
        .iter()
        .flat_map(|root| source.text.match_indices(root))
        .filter(|(offset, _)| begins(*offset))
        .map(|(offset, root)| source.finding(offset, root))
        .collect()
}

/// A test of one database only must be one of these files, which say why.
pub fn database_tests_run_on_both(source: &Source) -> Vec<String> {
    let may = [
        "tests/it/support/mod.rs",
        "tests/it/db_lane.rs",
        "tests/it/db_url.rs",
        "tests/it/proof_away.rs",
        "tests/it/proof_power.rs",
    ];
    if !source.is_under("tests") || may.contains(&source.path.as_str()) {
        return Vec::new();
    }
    all(source, &source.bare, &["TestDb::sqlite", "TestDb::postgres"])
}

// ---------------------------------------------------------------- refusals and their texts

/// The codes of refusals that this file makes, each with its place.
pub fn refusal_codes(source: &Source) -> Vec<(usize, &str)> {
    let makers = [
        ("Refusal::invalid(", 1),
        ("Refusal::conflict(", 0),
        ("Refusal::new(", 1),
        ("Self::new(RefusalKind", 1),
    ];
    let mut codes = Vec::new();
    for (maker, place) in makers {
        for offset in words(&source.bare, maker) {
            let open = offset + maker.find('(').unwrap_or(0);
            let arguments = bracketed(&source.bare, open)
                .map(|inside| comma_separated(&source.bare, inside))
                .unwrap_or_default();
            // A code may be chosen on the spot: `if … { "a" } else { "b" }`.
            let argument = arguments.get(place).cloned().unwrap_or(0..0);
            let quoted = source.code[argument.clone()].split('"').skip(1).step_by(2);
            codes.extend(quoted.map(|code| (offset, code)));
        }
    }
    codes
}

pub fn codes_are_kebab_case(source: &Source) -> Vec<String> {
    let is_kebab = |code: &str| {
        code.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
    };
    refusal_codes(source)
        .into_iter()
        .filter(|(_, code)| !is_kebab(code))
        .map(|(offset, code)| source.finding(offset, &format!("{code:?} is not kebab-case")))
        .collect()
}

/// The keys of a fluent file.
pub fn fluent_keys(source: &Source) -> BTreeSet<String> {
    let key = |line: &str| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
            && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        is_key.then(|| key.to_owned())
    };
    source.text.lines().filter_map(key).collect()
}

/// Both languages say the same things.
pub fn languages_agree(vi: &BTreeSet<String>, en: &BTreeSet<String>) -> Vec<String> {
    let only = |language: &str, key: &String| format!("{key} is only in {language}");
    let only_vi = vi.difference(en).map(|key| only("vi", key));
    let only_en = en.difference(vi).map(|key| only("en", key));
    only_vi.chain(only_en).collect()
}

pub fn refusals_have_texts(source: &Source, keys: &BTreeSet<String>) -> Vec<String> {
    refusal_codes(source)
        .into_iter()
        .filter(|(_, code)| !keys.contains(&format!("problem-{code}")))
        .map(|(offset, code)| source.finding(offset, &format!("no text problem-{code}")))
        .collect()
}

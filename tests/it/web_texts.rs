//! Every refusal of the program has its text in both languages, and every text its refusal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cho40::web::texts::Language;

/// Where codes are named: a call whose last text is the code.
const NAMING: [&str; 12] = [
    "Refusal::invalid(",
    "Refusal::conflict(",
    "Refusal::new(",
    "Problem::new(",
    "Problem::invalid(",
    "Problem::unauthenticated(",
    "Problem::unready(",
    "Self::new(",
    "Self::named(",
    "Self::unauthenticated(",
    "refuse(",
    "bad(",
];

#[test]
fn every_code_has_a_text_in_both_languages() {
    let texts = keys("vi");
    let codes = codes();
    assert!(codes.len() > 90, "the search finds too little: {codes:?}");
    let missing: Vec<_> = codes.iter().filter(|code| !texts.contains_key(*code)).collect();
    assert!(missing.is_empty(), "no text in locales/vi/problems.ftl: {missing:?}");
    let all = sources();
    for key in texts.keys() {
        // What a page says instead, to who knows no field's name.
        let code = key.strip_suffix("-page").unwrap_or(key);
        let quoted = [format!("\"{key}\""), format!("\"{code}\"")];
        let named = all.iter().any(|(_, source)| quoted.iter().any(|one| source.contains(one)));
        assert!(named, "problem-{key} is the text of no code");
    }
}

#[test]
fn both_languages_say_the_same_things() {
    let (vietnamese, english) = (keys("vi"), keys("en"));
    assert_eq!(
        vietnamese.keys().collect::<Vec<_>>(),
        english.keys().collect::<Vec<_>>(),
        "the files have different keys"
    );
    for (key, text) in &vietnamese {
        let (mut said, told) = (variables(text), variables(&english[key]));
        if key == "code-other-scheme" {
            said = BTreeSet::from(["scheme_en".to_owned()]);
        }
        assert_eq!(said, told, "problem-{key} names other values in English");
    }
}

#[test]
fn texts_are_sentences_without_marks() {
    for language in [Language::Vietnamese, Language::English] {
        for (key, text) in keys(language.tag()) {
            let args: Vec<(&'static str, String)> =
                variables(&text).into_iter().map(|name| (&*name.leak(), "7".to_owned())).collect();
            let text = language.text(&format!("problem-{key}"), &args).unwrap();
            // An empty object is something to send.
            let text = text.replace("{}", "");
            let marks = ['{', '}', '$', '\u{2068}'];
            assert!(text.ends_with(['.', '…']) && !text.contains(marks), "{key}: {text}");
            assert!(text.len() < 300, "{key} is no sentence: {text}");
        }
        for status in [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503] {
            assert!(language.text(&format!("title-{status}"), &[]).is_some(), "{status}");
        }
    }
}

#[test]
fn everything_that_may_be_missing_is_named() {
    let other = Language::Vietnamese.text("problem-not-found", &[("what", "?".to_owned())]);
    for (file, source) in sources() {
        for call in source.split("not_found(\"").skip(1) {
            let what = call.split('"').next().unwrap().to_owned();
            let text = Language::Vietnamese.text("problem-not-found", &[("what", what.clone())]);
            assert_ne!(text, other, "{}: {what} has no words", file.display());
        }
    }
}

/// The codes that the sources name.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (_, source) in sources() {
        for naming in NAMING {
            for (at, _) in source.match_indices(naming) {
                let call = arguments(&source[at + naming.len()..]);
                let last = call.split('"').skip(1).step_by(2).last();
                codes.extend(last.filter(|text| is_code(text)).map(str::to_owned));
            }
        }
        for literal in source.split('"') {
            let of_feeds =
                literal.starts_with("feed-config-") || literal.starts_with("feed-secret-");
            if of_feeds && is_code(literal) {
                codes.insert(literal.to_owned());
            }
        }
    }
    codes
}

/// Up to the bracket that closes the call.
fn arguments(after: &str) -> &str {
    let mut open = 1;
    for (at, character) in after.char_indices() {
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return &after[..at];
        }
    }
    after
}

fn is_code(text: &str) -> bool {
    let words = text.split('-').all(|word| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    });
    words && (text.contains('-') || text == "forbidden" || text == "internal" || text == "busy")
}

/// The texts of one language by their codes.
fn keys(language: &str) -> BTreeMap<String, String> {
    let file = root().join("locales").join(language).join("problems.ftl");
    let mut texts = BTreeMap::new();
    let mut last = None;
    for line in std::fs::read_to_string(file).unwrap().lines() {
        if let Some((key, text)) = line.strip_prefix("problem-").and_then(|l| l.split_once(" = ")) {
            assert_eq!(texts.insert(key.to_owned(), text.to_owned()), None, "{key} stands twice");
            last = Some(key.to_owned());
        } else if let (true, Some(key)) = (line.starts_with(' '), &last) {
            texts.get_mut(key).unwrap().push_str(line);
        }
    }
    texts
}

fn variables(text: &str) -> BTreeSet<String> {
    let names = text.split('$').skip(1).map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()
    });
    names.collect()
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

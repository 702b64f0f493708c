//! Texts of the tree, and Rust with its comments and strings blanked out.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// One text file. `code` and `bare` have the same length and lines as `text`.
pub struct Source {
    /// From the root of the repository, with `/`.
    pub path: String,
    pub text: String,
    /// Without comments.
    pub code: String,
    /// Without comments and without what stands in string and character literals.
    pub bare: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let (code, bare) =
            if is_rust(path) { masked(text) } else { (text.to_owned(), text.to_owned()) };
        Self { path: path.to_owned(), text: text.to_owned(), code, bare }
    }

    /// `path:line: message` for a place in the text.
    pub fn finding(&self, offset: usize, message: &str) -> String {
        let line = self.text[..offset].matches('\n').count() + 1;
        format!("{}:{line}: {message}", self.path)
    }

    pub fn is_under(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    pub fn is_rust(&self) -> bool {
        is_rust(&self.path)
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Made by tools, by git or by running the server.
const NOT_OURS: [&str; 6] = [".git", "target", "corpus", "artifacts", "coverage", "node_modules"];
const BINARY: [&str; 9] =
    [".db", ".db-wal", ".db-shm", ".key", ".png", ".ttf", ".otf", ".pdf", ".snap.new"];

/// Every text file of the repository, sorted by path.
pub fn tree() -> &'static [Source] {
    static TREE: OnceLock<Vec<Source>> = OnceLock::new();
    TREE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut sources = Vec::new();
        collect(root, root, &mut sources);
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(sources.len() > 50, "the source tree was not found at {}", root.display());
        sources
    })
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if NOT_OURS.contains(&name.as_ref()) || BINARY.iter().any(|end| name.ends_with(end)) {
            continue;
        }
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            collect(root, &path, sources);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            sources.push(Source::new(&relative, &text));
        }
    }
}

/// Where `needle` stands in `text` as a whole word (its outer letters touch no other letters).
pub fn words<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(needle).map(|(offset, _)| offset).filter(move |offset| {
        let after = text[offset + needle.len()..].chars().next();
        let before = text[..*offset].chars().next_back();
        let touches = |edge: Option<char>, other: Option<char>| {
            edge.is_some_and(is_word) && other.is_some_and(is_word)
        };
        !touches(needle.chars().next(), before) && !touches(needle.chars().next_back(), after)
    })
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The text within the bracket that opens at `open`, by counting brackets of `bare`.
pub fn bracketed(bare: &str, open: usize) -> Option<std::ops::Range<usize>> {
    let mut depth = 0_u32;
    for (offset, c) in bare[open..].char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(open + 1..open + offset);
        }
    }
    None
}

/// The pieces of a range between commas that stand in no inner bracket.
pub fn comma_separated(bare: &str, range: std::ops::Range<usize>) -> Vec<std::ops::Range<usize>> {
    let (mut pieces, mut depth, mut start) = (Vec::new(), 0_i32, range.start);
    for (offset, c) in bare[range.clone()].char_indices() {
        match c {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                pieces.push(start..range.start + offset);
                start = range.start + offset + 1;
            }
            _ => {}
        }
    }
    pieces.push(start..range.end);
    pieces
}

/// Rust without comments, and without comments and literals.
fn masked(text: &str) -> (String, String) {
    let (mut code, mut bare) = (String::new(), String::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let before = text[..text.len() - rest.len()].chars().next_back();
        let (length, kind) = token(rest, first, before.is_some_and(is_word));
        let (token, after) = rest.split_at(length);
        code.push_str(&if kind == Kind::Comment { blanked(token) } else { token.to_owned() });
        bare.push_str(&if kind == Kind::Code { token.to_owned() } else { blanked(token) });
        rest = after;
    }
    (code, bare)
}

#[derive(PartialEq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// The length and kind of what stands at the beginning of `rest`.
fn token(rest: &str, first: char, after_word: bool) -> (usize, Kind) {
    let end_of = |found: Option<usize>| found.unwrap_or(rest.len());
    if rest.starts_with("//") {
        return (end_of(rest.find('\n')), Kind::Comment);
    }
    if rest.starts_with("/*") {
        return (end_of(rest.find("*/").map(|end| end + 2)), Kind::Comment);
    }
    if first == 'r' && !after_word {
        let hashes = rest[1..].bytes().take_while(|b| *b == b'#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = 2 + hashes;
            let end = rest[inside..].find(&close).map(|end| inside + end + close.len());
            return (end_of(end), Kind::Literal);
        }
    }
    match first {
        '"' => (end_of(closing(rest, '"')), Kind::Literal),
        '\'' => match character(rest) {
            Some(length) => (length, Kind::Literal),
            None => (1, Kind::Code),
        },
        _ => (first.len_utf8(), Kind::Code),
    }
}

/// The length of a literal with escapes that begins and ends with `quote`.
fn closing(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    rest.char_indices().skip(1).find_map(|(offset, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(offset + 1)
    })
}

/// The length of a character literal; `None` for a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut inside = rest.chars().skip(1);
    let first = inside.next()?;
    if first == '\\' {
        return closing(rest, '\'');
    }
    (inside.next()? == '\'').then_some(first.len_utf8() + 2)
}

/// Spaces of the same length with the same line ends.
fn blanked(token: &str) -> String {
    token.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect()
}

//! Patterns: a notice with its fields marked, `TK {account} {sign}{amount}VND. ND: {memo}`. What
//! is not marked must stand in a notice letter by letter.

use std::fmt;

use super::text::{MASK, MAX_TEXT_CHARS, normalised};
use crate::primitives::Refusal;

const MAX_PARTS: usize = 40;
/// Looser patterns fit what no bank has sent.
const MIN_LETTERS: usize = 6;
/// More digits in a row are another number in the next notice.
const MAX_FIXED_DIGITS: usize = 2;

/// What a part of a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    Amount,
    /// `+`, `-` or a word that says where the money went.
    Sign,
    /// A number or the part of it that is shown.
    Account,
    Balance,
    Time,
    Memo,
    /// The bank's number of the transfer.
    Reference,
    /// Anything that changes and means nothing here.
    Ignored,
}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Literal(String),
    Field(Field),
}

/// A checked pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// A part of a pasted notice that was marked.
#[derive(Clone, Debug)]
pub struct Mark<'a> {
    pub field: &'a str,
    pub value: &'a str,
    /// Which of the places where the value stands, from 1; needed where there are several.
    pub occurrence: Option<usize>,
}

impl Field {
    pub const ALL: [Self; 8] = [
        Self::Amount,
        Self::Sign,
        Self::Account,
        Self::Balance,
        Self::Time,
        Self::Memo,
        Self::Reference,
        Self::Ignored,
    ];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Sign => "sign",
            Self::Account => "account",
            Self::Balance => "balance",
            Self::Time => "time",
            Self::Memo => "memo",
            Self::Reference => "reference",
            Self::Ignored => "ignored",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == text)
    }

    /// Whether it ends only where the next literal begins.
    pub(super) const fn is_free(self) -> bool {
        matches!(self, Self::Memo | Self::Ignored | Self::Reference)
    }
}

impl Pattern {
    /// Reads a pattern as it is written.
    ///
    /// # Errors
    /// On `field`: `template-too-long`, `template-brace`, `template-field-unknown`, and those of
    /// a pattern that could be read in two ways or fit anything: `template-needs-amount`,
    /// `template-field-twice`, `template-fields-touch`, `template-number-unmarked`,
    /// `template-too-loose`.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Refusal> {
        let refused = |code| Refusal::invalid(field, code);
        if text.chars().count() > MAX_TEXT_CHARS {
            return Err(refused("template-too-long").with("max", MAX_TEXT_CHARS));
        }
        let mut parts = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let literal = rest.find(['{', '}']).unwrap_or(rest.len());
            let (before, after) = rest.split_at(literal);
            if !before.is_empty() {
                parts.push(Part::Literal(before.to_owned()));
            }
            rest = after;
            if rest.is_empty() {
                break;
            }
            let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let (name, after) = inside.ok_or_else(|| refused("template-brace"))?;
            let unknown = || {
                let names: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
                refused("template-field-unknown").with("allowed", names.join(", "))
            };
            parts.push(Part::Field(Field::parse(name).ok_or_else(unknown)?));
            rest = after;
        }
        Self::check(field, parts)
    }

    /// Makes a pattern of a notice whose fields are marked; the text is normalised first.
    ///
    /// # Errors
    /// Those of [`Self::parse`] on `text`; on `marks`: `template-field-unknown`,
    /// `template-mark-missing`, `template-mark-several`, `template-marks-overlap`.
    pub fn of_marks(text: &str, marks: &[Mark<'_>]) -> Result<Self, Refusal> {
        let text = normalised(text);
        let mut places = Vec::with_capacity(marks.len());
        for mark in marks {
            let names: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
            let unknown = || {
                let refusal = Refusal::invalid("marks", "template-field-unknown");
                refusal.with("allowed", names.join(", "))
            };
            let field = Field::parse(mark.field).ok_or_else(unknown)?;
            let (from, to) = place(&text, mark)?;
            places.push((from, to, field));
        }
        places.sort_by_key(|(from, to, _)| (*from, *to));
        let (mut pattern, mut at) = (String::new(), 0);
        for (from, to, field) in places {
            let between = text.get(at..from);
            let between =
                between.ok_or_else(|| Refusal::invalid("marks", "template-marks-overlap"))?;
            pattern.push_str(between);
            pattern.extend(["{", field.as_str(), "}"]);
            at = to;
        }
        pattern.push_str(text.get(at..).unwrap_or_default());
        Self::parse("text", &pattern)
    }

    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.parts.contains(&Part::Field(field))
    }

    fn check(field: &'static str, parts: Vec<Part>) -> Result<Self, Refusal> {
        let refused = |code| Refusal::invalid(field, code);
        if parts.len() > MAX_PARTS {
            return Err(refused("template-too-long").with("max", MAX_PARTS));
        }
        for known in Field::ALL {
            let count = parts.iter().filter(|part| **part == Part::Field(known)).count();
            if known == Field::Amount && count == 0 {
                return Err(refused("template-needs-amount"));
            }
            if known != Field::Ignored && count > 1 {
                return Err(refused("template-field-twice").with("name", known.as_str()));
            }
        }
        for pair in parts.windows(2) {
            match pair {
                [Part::Field(Field::Sign), Part::Field(_)] => {}
                [Part::Field(_), Part::Field(_)] => return Err(refused("template-fields-touch")),
                [Part::Literal(literal), Part::Field(next)] if runs_into(literal, *next) => {
                    return Err(refused("template-number-unmarked"));
                }
                _ => {}
            }
        }
        let literals = parts.iter().filter_map(|part| match part {
            Part::Literal(literal) => Some(literal.as_str()),
            Part::Field(_) => None,
        });
        if literals.clone().any(has_number) {
            return Err(refused("template-number-unmarked"));
        }
        let letters = literals.flat_map(str::chars).filter(|c| c.is_alphabetic()).count();
        if letters < MIN_LETTERS {
            return Err(refused("template-too-loose").with("min", MIN_LETTERS));
        }
        Ok(Self { parts })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Literal(literal) => f.write_str(literal)?,
                Part::Field(field) => write!(f, "{{{}}}", field.as_str())?,
            }
        }
        Ok(())
    }
}

/// Whether a literal's end could be a part of the number behind it.
fn runs_into(literal: &str, next: Field) -> bool {
    matches!(next, Field::Amount | Field::Balance | Field::Account | Field::Time)
        && literal.ends_with(|c: char| c.is_ascii_digit())
}

fn has_number(literal: &str) -> bool {
    // A masked balance is a number of the next notice too: with its digits nothing would fit.
    let runs = literal.split(|c: char| !c.is_ascii_digit() && c != MASK);
    runs.map(str::len).any(|digits| digits > MAX_FIXED_DIGITS)
}

/// Where a marked value stands.
fn place(text: &str, mark: &Mark<'_>) -> Result<(usize, usize), Refusal> {
    let value = normalised(mark.value);
    let refused = |code| Refusal::invalid("marks", code).with("value", shown(&value));
    if value.is_empty() {
        return Err(refused("template-mark-missing"));
    }
    let mut places = text
        .match_indices(&value)
        .map(|(from, value)| (from, from + value.len()))
        .filter(|(from, to)| is_whole(text, *from, *to));
    if let Some(number) = mark.occurrence {
        let place = number.checked_sub(1).and_then(|before| places.nth(before));
        return place.ok_or_else(|| refused("template-mark-missing"));
    }
    let first = places.next().ok_or_else(|| refused("template-mark-missing"))?;
    if places.next().is_some() { Err(refused("template-mark-several")) } else { Ok(first) }
}

/// Whether a value that begins or ends with a digit is no piece of a longer number: `50,000` does
/// not stand in `1,250,000`.
fn is_whole(text: &str, from: usize, to: usize) -> bool {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let goes_on = |inside: Option<char>, next: Option<char>, after: Option<char>| {
        let joins = is_digit(next) || matches!(next, Some('.' | ',')) && is_digit(after);
        is_digit(inside) && joins
    };
    let value = text.get(from..to).unwrap_or_default();
    let mut before = text.get(..from).unwrap_or_default().chars().rev();
    let mut after = text.get(to..).unwrap_or_default().chars();
    !goes_on(value.chars().next(), before.next(), before.next())
        && !goes_on(value.chars().next_back(), after.next(), after.next())
}

fn shown(value: &str) -> String {
    value.chars().take(80).collect()
}

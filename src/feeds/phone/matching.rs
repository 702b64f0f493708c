//! Fitting a text to a pattern. Every way to fit it is counted: a text that fits in two ways is
//! read in none, because a payer writes the memo and could write a second amount into it.
//!
//! The work is bounded by the text's length times the pattern's parts; texts are at most
//! [`super::text::MAX_TEXT_CHARS`] long, and a longer one is not looked at.

use std::collections::BTreeMap;
use std::ops::Range;

use super::pattern::{Field, Part, Pattern};
use super::text::MAX_TEXT_CHARS;
use super::values;

/// How a text fits a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fit {
    No,
    /// In more than one way.
    Several,
    /// The places of the fields, in the pattern's order.
    Once(Vec<(Field, Range<usize>)>),
}

/// A place that can be reached: in how many ways (two stand for more), and from where.
#[derive(Clone, Copy)]
struct Reached {
    ways: u8,
    from: usize,
}

type Places = BTreeMap<usize, Reached>;

/// Fits a normalised text to a pattern.
#[must_use]
pub fn fit(pattern: &Pattern, text: &str) -> Fit {
    if text.len() > 4 * MAX_TEXT_CHARS || text.chars().count() > MAX_TEXT_CHARS {
        return Fit::No;
    }
    let mut layers: Vec<Places> = Vec::with_capacity(pattern.parts().len() + 1);
    layers.push(Places::from([(0, Reached { ways: 1, from: 0 })]));
    for (at, part) in pattern.parts().iter().enumerate() {
        let Some(before) = layers.last() else { return Fit::No };
        let next = match part {
            Part::Literal(literal) => advance(before, text, |rest| {
                rest.starts_with(literal.as_str()).then_some(literal.len())
            }),
            Part::Field(field) if field.is_free() => {
                free(before, text, pattern.parts().get(at + 1))
            }
            Part::Field(field) => advance(before, text, |rest| length(*field, rest)),
        };
        if next.is_empty() {
            return Fit::No;
        }
        layers.push(next);
    }
    let end = layers.last().and_then(|last| last.get(&text.len()));
    match end.map(|reached| reached.ways) {
        None => Fit::No,
        Some(1) => Fit::Once(back(pattern, &layers, text.len())),
        Some(_) => Fit::Several,
    }
}

fn length(field: Field, rest: &str) -> Option<usize> {
    match field {
        Field::Amount | Field::Balance => values::sum_length(rest),
        Field::Sign => values::sign(rest).map(|(length, _)| length),
        Field::Account => values::account_length(rest),
        Field::Time => values::time(rest).map(|(length, _)| length),
        Field::Memo | Field::Reference | Field::Ignored => None,
    }
}

/// Goes on from each place by as much as is found there.
fn advance(before: &Places, text: &str, length: impl Fn(&str) -> Option<usize>) -> Places {
    let mut next = Places::new();
    for (from, reached) in before {
        if let Some(length) = text.get(*from..).and_then(&length) {
            add(&mut next, from + length, reached.ways, *from);
        }
    }
    next
}

/// Goes on to each place where the next literal begins, at least one character further, or to the
/// end of the text.
fn free(before: &Places, text: &str, then: Option<&Part>) -> Places {
    let mut next = Places::new();
    let Some(first) = before.keys().next() else { return next };
    let mut open = before.iter().peekable();
    let (mut ways, mut nearest) = (0_u8, 0);
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    for end in ends.filter(|end| end > first) {
        while let Some((from, reached)) = open.next_if(|(from, _)| **from < end) {
            ways = ways.saturating_add(reached.ways).min(2);
            nearest = *from;
        }
        let stops = match then {
            Some(Part::Literal(literal)) => {
                text.get(end..).is_some_and(|rest| rest.starts_with(literal.as_str()))
            }
            Some(Part::Field(_)) => false,
            None => end == text.len(),
        };
        if stops && ways > 0 {
            add(&mut next, end, ways, nearest);
        }
    }
    next
}

fn add(places: &mut Places, at: usize, ways: u8, from: usize) {
    let reached = places.entry(at).or_insert(Reached { ways: 0, from });
    reached.ways = reached.ways.saturating_add(ways).min(2);
}

/// The only way to the end, backwards.
fn back(pattern: &Pattern, layers: &[Places], end: usize) -> Vec<(Field, Range<usize>)> {
    let (mut at, mut fields) = (end, Vec::new());
    for (part, places) in pattern.parts().iter().zip(layers.iter().skip(1)).rev() {
        let from = places.get(&at).map_or(0, |reached| reached.from);
        if let Part::Field(field) = part {
            fields.push((*field, from..at));
        }
        at = from;
    }
    fields.reverse();
    fields
}

//! Lists: pages in the order of ids, each with a cursor to the next.

use std::fmt;

use serde::Serialize;
use utoipa::ToSchema;

use crate::primitives::{Refusal, id};

/// Items of one page at most.
pub const MAX_LIMIT: i64 = 200;
const DEFAULT_LIMIT: i64 = 50;
const CURSOR_PREFIX: &str = "cur";

/// Part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// To be given as `cursor` for the items that follow; absent at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Leaves out what the caller does not reach.
    pub fn retain<E>(&mut self, mut reaches: impl FnMut(&T) -> Result<bool, E>) -> Result<(), E> {
        let mut kept = Vec::with_capacity(self.items.len());
        for item in self.items.drain(..) {
            if reaches(&item)? {
                kept.push(item);
            }
        }
        self.items = kept;
        Ok(())
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The last id of the page before.
    pub after: Option<i64>,
    limit: i64,
}

struct Cursor(i64);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        id::write_text(f, CURSOR_PREFIX, self.0)
    }
}

impl PageRequest {
    /// From a list's query parameters; 50 items unless told otherwise.
    ///
    /// # Errors
    /// `cursor-malformed` (cursor), `limit-out-of-range` (limit).
    pub fn parse(cursor: Option<&str>, limit: Option<i64>) -> Result<Self, Refusal> {
        let after = cursor
            .map(|text| {
                let malformed = || Refusal::invalid("cursor", "cursor-malformed");
                id::parse_text(text, CURSOR_PREFIX).ok_or_else(malformed)
            })
            .transpose()?;
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let refusal = Refusal::invalid("limit", "limit-out-of-range");
            return Err(refusal.with("min", 1).with("max", MAX_LIMIT));
        }
        Ok(Self { after, limit })
    }

    /// As many as a page may hold, after an id.
    pub const fn longest(after: Option<i64>) -> Self {
        Self { after, limit: MAX_LIMIT }
    }

    /// All of a list, for who reads a whole register at once; people wrote it, so it is never large.
    pub const fn whole() -> Self {
        Self { after: None, limit: i64::MAX - 1 }
    }

    /// Rows to load: one more than a page holds, to know whether another page follows.
    pub const fn rows(self) -> i64 {
        self.limit + 1
    }

    /// Ids start above it.
    pub const fn floor(self) -> i64 {
        match self.after {
            Some(id) => id,
            None => i64::MIN,
        }
    }

    pub fn page<T>(self, mut items: Vec<T>, id_of: impl Fn(&T) -> i64) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| has_more);
        let next_cursor = last.map(|item| Cursor(id_of(item)).to_string());
        Page { items, next_cursor }
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { after: None, limit: DEFAULT_LIMIT }
    }
}

//! Days that a feed proved by itself, whoever was paid: its list was read after trading was over, or
//! its phones were heard through all trading hours.

use std::collections::HashMap;

use super::days::{DaySet, Span};
use super::store::signs::{self as rows, PhoneRow, PollDayRow};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::BoardId;
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Day, Hours, UnixMs};

/// As `phone_silences` is kept: what is shorter is two late pings.
const SILENCE_MS: i64 = 35 * MS_PER_MINUTE;

/// Proven days by feed and by number.
#[derive(Debug)]
pub struct Signs {
    phones: HashMap<i64, DaySet>,
    /// By feed and number; an empty one stands for every account of the feed.
    lists: HashMap<(i64, String), DaySet>,
    numbers: HashMap<i64, Vec<String>>,
}

impl Signs {
    /// The days of a span that were proven so.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        span: Span,
        day_start_minute: i32,
    ) -> Outcome<Self> {
        let hours = Hours::of(day_start_minute);
        let read = rows::poll_days(connection, board_id, span)?;
        let phones = rows::phones(connection, board_id)?;
        let mut silences: HashMap<i64, Vec<(UnixMs, UnixMs)>> = HashMap::new();
        for (id, from, to) in rows::silences(connection, board_id, hours.on(span.from).0)? {
            silences.entry(id).or_default().push((from, to));
        }
        let mut numbers: HashMap<i64, Vec<String>> = HashMap::new();
        for (account_id, number) in rows::numbers(connection, board_id)? {
            numbers.entry(account_id).or_default().push(number);
        }
        Ok(Self {
            phones: by_phones(&phones, &silences, span, hours),
            lists: by_lists(read, span, hours),
            numbers,
        })
    }

    /// The sets of days that a feed proved of an account.
    pub fn of(&self, feed_id: i64, account_id: i64) -> impl Iterator<Item = &DaySet> {
        let own = self.numbers.get(&account_id).into_iter().flatten();
        let lists = own.cloned().chain([String::new()]);
        let lists = lists.filter_map(move |number| self.lists.get(&(feed_id, number)));
        self.phones.get(&feed_id).into_iter().chain(lists)
    }
}

/// A reading goes back at least to the day before, so it proves that day whole; and its own, if
/// trading was over.
fn by_lists(read: Vec<PollDayRow>, span: Span, hours: Hours) -> HashMap<(i64, String), DaySet> {
    let mut lists: HashMap<(i64, String), DaySet> = HashMap::new();
    for row in read {
        let proven =
            lists.entry((row.feed_id, row.account)).or_insert_with(|| DaySet::within(span));
        let day = Day(row.day);
        if span.contains(day.plus(-1)) {
            proven.insert(day.plus(-1));
        }
        if span.contains(day) && row.last_success_ms >= hours.on(day).1.0 {
            proven.insert(day);
        }
    }
    lists
}

/// Whose account a phone tells is not known: a day is proven if each phone that the feed had was
/// heard through it, and it had one.
fn by_phones(
    phones: &[PhoneRow],
    silences: &HashMap<i64, Vec<(UnixMs, UnixMs)>>,
    span: Span,
    hours: Hours,
) -> HashMap<i64, DaySet> {
    let mut of_feed: HashMap<i64, Vec<&PhoneRow>> = HashMap::new();
    for phone in phones {
        of_feed.entry(phone.feed_id).or_default().push(phone);
    }
    let lived = |phones: &[&PhoneRow]| {
        let mut proven = DaySet::within(span);
        for day in span.days() {
            let (opens, closes) = hours.on(day);
            let mut had = phones
                .iter()
                .filter(|phone| {
                    phone.paired_at < closes && phone.ends_at.is_none_or(|ends| ends > opens)
                })
                .peekable();
            let silent = |id| silences.get(&id).map(Vec::as_slice).unwrap_or_default();
            if had.peek().is_some() && had.all(|one| is_heard(one, silent(one.id), opens, closes)) {
                proven.insert(day);
            }
        }
        proven
    };
    of_feed.into_iter().map(|(feed_id, phones)| (feed_id, lived(&phones))).collect()
}

fn is_heard(
    phone: &PhoneRow,
    silences: &[(UnixMs, UnixMs)],
    opens: UnixMs,
    closes: UnixMs,
) -> bool {
    phone.paired_at <= opens
        && phone.ends_at.is_none_or(|ends| ends >= closes)
        && phone.last_seen_at.is_some_and(|seen| seen.plus_ms(SILENCE_MS) >= closes)
        && !silences.iter().any(|(from, to)| *from < closes && opens < *to)
}

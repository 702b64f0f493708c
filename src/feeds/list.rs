//! Lists of transactions that some providers can be asked for, so that a report that never arrived
//! is found all the same. Pure: what to ask for, what a page says, and what to ask for next.
//!
//! | list | asked by | ids |
//! |---|---|---|
//! | [`ListApi::SepayV1`] | the last id, at SePay inclusive | those of SePay's webhooks |
//! | [`ListApi::SepayV2`] | the last id | a family of their own |
//! | [`ListApi::CassoV2`] | a date, page by page | a family of their own |
//!
//! A page's order is not always documented, rows come twice, and pages shift while they are read.
//! So a page is only taken for the whole where it is not full. Where it is, and the list is not known
//! to go on from its last row, the time is cut in two until no page is full, which leaves nothing
//! unread in whatever order rows come. Whoever reads comes again some time later from an older place.

use super::fields::Object;
use super::{
    FeedConfig, Provider, Reported, Undecodable, UndecodableBecause, casso_list, sepay_list,
};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{Day, UnixMs};

/// Ids of a list that are other ids than those of the same provider's webhooks.
pub const LIST_FAMILY: &str = "api_v2";
/// Days that a list which goes by dates is read back once a day: banks tell some transfers late.
const REREAD_DAYS: i32 = 7;

/// A list that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListApi {
    SepayV1,
    SepayV2,
    CassoV2,
}

/// What to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From this transaction on.
    pub since_id: Option<String>,
    /// From this day on, where no transaction is known.
    pub from: Day,
    /// From this instant on, and up to that one, where all at once is more than a page.
    pub after: Option<UnixMs>,
    pub until: Option<UnixMs>,
    /// The ends of the spans of time that come after it, the next one last.
    pub then: Vec<Option<UnixMs>>,
    /// From 1.
    pub page: u32,
}

/// A page as it came: the JSON text of each row.
#[derive(Debug)]
pub struct ListPage<'a> {
    pub rows: Vec<&'a str>,
    /// What the provider says, if it does.
    pub has_more: Option<bool>,
    /// Rows of the whole list, if it is told.
    pub total: Option<u64>,
}

/// What a readable row is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub id: String,
    pub occurred_at: UnixMs,
}

/// The list gives the same again, so that going on would never end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoProgress;

impl ListApi {
    pub const ALL: [Self; 3] = [Self::SepayV1, Self::SepayV2, Self::CassoV2];

    /// As it is stored and named in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SepayV1 => "sepay_v1",
            Self::SepayV2 => "sepay_v2",
            Self::CassoV2 => "casso_v2",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|api| api.as_str() == text)
    }

    #[must_use]
    pub const fn provider(self) -> Provider {
        match self {
            Self::SepayV1 | Self::SepayV2 => Provider::Sepay,
            Self::CassoV2 => Provider::Casso,
        }
    }

    /// Where the provider serves it.
    #[must_use]
    pub const fn base_url(self) -> &'static str {
        match self {
            Self::SepayV1 => "https://my.sepay.vn",
            Self::SepayV2 => "https://userapi.sepay.vn",
            Self::CassoV2 => "https://oauth.casso.vn",
        }
    }

    /// Least time between two requests of one key. SePay allows two to three a second (D); for
    /// Casso none is documented (?).
    #[must_use]
    pub const fn pause_ms(self) -> i64 {
        match self {
            Self::SepayV1 | Self::SepayV2 => 500,
            Self::CassoV2 => 1_000,
        }
    }

    /// Whether that time is for all keys of this machine: v2 counts by address (D).
    #[must_use]
    pub const fn is_paced_by_address(self) -> bool {
        matches!(self, Self::SepayV2)
    }

    /// Rows that are asked for at once. SePay v1 gives up to 5,000 (D), which could be more than we
    /// read; v2 up to 100 (D); Casso's most is not documented (?).
    #[must_use]
    pub const fn page_rows(self) -> usize {
        match self {
            Self::SepayV1 => 2_000,
            Self::SepayV2 | Self::CassoV2 => 100,
        }
    }

    /// Whether its ids are others than those of the provider's webhooks.
    #[must_use]
    pub const fn has_own_ids(self) -> bool {
        !matches!(self, Self::SepayV1)
    }

    /// Whether it can be asked for one account alone.
    #[must_use]
    pub const fn takes_account(self) -> bool {
        !matches!(self, Self::CassoV2)
    }

    /// The response header that says how many seconds to wait.
    #[must_use]
    pub const fn retry_header(self) -> &'static str {
        match self {
            Self::SepayV1 => "x-sepay-userapi-retry-after",
            Self::SepayV2 | Self::CassoV2 => "retry-after",
        }
    }

    /// The value of `Authorization`.
    #[must_use]
    pub fn authorization(self, key: &str) -> String {
        match self {
            Self::SepayV1 | Self::SepayV2 => format!("Bearer {key}"),
            Self::CassoV2 => format!("Apikey {key}"),
        }
    }

    /// Path and query; `account` is empty for all accounts of the key.
    #[must_use]
    pub fn path(self, place: &Place, account: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let rows = self.page_rows().to_string();
        let path = match self {
            Self::SepayV1 => sepay_list::v1_query(&mut query, place, account, &rows),
            Self::SepayV2 => sepay_list::v2_query(&mut query, place, account, &rows),
            Self::CassoV2 => casso_list::query(&mut query, place, &rows),
        };
        format!("{path}?{}", query.finish())
    }

    /// Takes a page apart.
    pub fn page(self, body: &[u8]) -> Result<ListPage<'_>, Undecodable> {
        let text = std::str::from_utf8(body)
            .map_err(|_| Undecodable::new("body", UndecodableBecause::NotJson))?;
        let body = Object::from_json(text, "", "body")?;
        match self {
            Self::SepayV1 => sepay_list::v1_page(&body),
            Self::SepayV2 => sepay_list::v2_page(&body),
            Self::CassoV2 => casso_list::page(&body),
        }
    }

    /// Rows as they are kept: in the shape of a page, which the feed's connector reads too.
    #[must_use]
    pub fn kept_body(self, rows: &[&str]) -> Vec<u8> {
        let rows = rows.join(",");
        match self {
            Self::SepayV1 => format!("{{\"transactions\":[{rows}]}}"),
            Self::SepayV2 => format!("{{\"data\":[{rows}]}}"),
            Self::CassoV2 => format!("{{\"data\":{{\"records\":[{rows}]}}}}"),
        }
        .into_bytes()
    }

    /// Reads one row. `None`: the provider's own test.
    pub fn row(self, config: &FeedConfig, json: &str) -> Result<Option<Reported>, Undecodable> {
        let row = Object::from_json(json, "", "row")?;
        match (self, config) {
            (Self::SepayV1, FeedConfig::Sepay(config)) => sepay_list::v1_row(config, &row),
            (Self::SepayV2, FeedConfig::Sepay(config)) => sepay_list::v2_row(config, &row),
            (Self::CassoV2, FeedConfig::Casso(config)) => casso_list::row(config, &row),
            _ => Err(Undecodable::new("config", UndecodableBecause::MisconfiguredFeed)),
        }
    }

    /// Where to begin. `reread`: a list that goes by dates is read from this day on at least.
    #[must_use]
    pub fn begin(self, cursor: Option<&str>, from: Day, reread: Option<Day>) -> Place {
        let day = cursor.and_then(Day::parse).filter(|_| self == Self::CassoV2);
        let day = day.map(|day| reread.map_or(day, |back| back.max(from).min(day)));
        let since_id = cursor.filter(|_| self != Self::CassoV2).map(str::to_owned);
        let from = day.unwrap_or(from);
        Place { since_id, from, after: None, until: None, then: Vec::new(), page: 1 }
    }

    /// The day that a list which goes by dates is read from at `now`, if the last such reading began
    /// a day ago; where the clock was set back, too. `None` for the others: what is told late has a
    /// later id.
    #[must_use]
    pub fn reread_from(self, now: UnixMs, last: Option<UnixMs>) -> Option<Day> {
        let is_recent = |last: UnixMs| (0..MS_PER_DAY).contains(&now.0.saturating_sub(last.0));
        let is_due = self == Self::CassoV2 && !last.is_some_and(is_recent);
        is_due.then(|| now.day(0).plus(-REREAD_DAYS))
    }

    /// What to ask for after a page; `None`: it was the last one.
    pub fn next(
        self,
        place: &Place,
        page: &ListPage<'_>,
        marks: &[Mark],
    ) -> Result<Option<Place>, NoProgress> {
        let is_full = page.rows.len() >= self.page_rows();
        if page.rows.is_empty() || !page.has_more.unwrap_or(is_full) {
            return Ok(place.following());
        }
        if self.is_paged(place) {
            let page = place.page.checked_add(1).ok_or(NoProgress)?;
            return Ok(Some(Place { page, ..place.clone() }));
        }
        let is_whole = place.after.is_none() && place.until.is_none();
        if self == Self::SepayV2 && is_whole && ascends(marks) {
            let known = place.since_id.as_deref();
            let since_id = self.newest(marks).filter(|id| Some(*id) != known).map(str::to_owned);
            return Ok(Some(Place {
                since_id: Some(since_id.ok_or(NoProgress)?),
                ..place.clone()
            }));
        }
        place.cut(marks).map(Some).ok_or(NoProgress)
    }

    /// The transaction to go on from after what was read; empty where the list goes by dates.
    #[must_use]
    pub fn newest(self, marks: &[Mark]) -> Option<&str> {
        let newest = match self {
            // They count up.
            Self::SepayV1 => marks.iter().max_by_key(|mark| (mark.id.len(), mark.id.as_str())),
            Self::SepayV2 if ascends(marks) => marks.last(),
            Self::SepayV2 => marks.first(),
            Self::CassoV2 => None,
        };
        newest.map(|mark| mark.id.as_str())
    }

    /// Of two transactions, where the list goes on from.
    #[must_use]
    pub fn later(self, one: Option<String>, other: &str) -> String {
        match one {
            Some(one) if self == Self::SepayV1 && (one.len(), &*one) > (other.len(), other) => one,
            _ => other.to_owned(),
        }
    }

    /// Where a list that goes by dates is read from after a reading that began at `at`: yesterday is
    /// told again, because banks report late. `None` for the others.
    #[must_use]
    pub fn cursor_by_day(self, at: UnixMs) -> Option<String> {
        (self == Self::CassoV2).then(|| at.day(0).plus(-1).to_string())
    }

    /// The list is asked for by the number of the page.
    fn is_paged(self, place: &Place) -> bool {
        match self {
            Self::CassoV2 => true,
            Self::SepayV2 => place.since_id.is_none(),
            Self::SepayV1 => false,
        }
    }
}

/// Oldest first, by the ends: among rows in the order in which the provider heard of them some have
/// happened earlier.
fn ascends(marks: &[Mark]) -> bool {
    match (marks.first(), marks.last()) {
        (Some(first), Some(last)) => first.occurred_at <= last.occurred_at,
        _ => false,
    }
}

impl Place {
    /// The earlier one of two spans of time that have the middle of the page in common, so that it is
    /// told whether or not a provider counts the ends in; `None`: all of it is one instant.
    fn cut(&self, marks: &[Mark]) -> Option<Self> {
        let is_inside = |at: &UnixMs| {
            self.after.is_none_or(|after| after < *at) && self.until.is_none_or(|until| *at < until)
        };
        let mut times: Vec<_> =
            marks.iter().map(|mark| mark.occurred_at).filter(is_inside).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2)?;
        let mut then = self.then.clone();
        then.push(self.until);
        Some(Self { until: Some(*middle), then, ..self.clone() })
    }

    /// The span of time after this one.
    fn following(&self) -> Option<Self> {
        let mut then = self.then.clone();
        let until = then.pop()?;
        Some(Self { after: self.until, until, then, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn marks(ids: &[(&str, i64)]) -> Vec<Mark> {
        let mark = |(id, at): &(&str, i64)| Mark { id: (*id).into(), occurred_at: UnixMs(*at) };
        ids.iter().map(mark).collect()
    }

    fn page(rows: usize, has_more: Option<bool>) -> ListPage<'static> {
        ListPage { rows: vec!["{}"; rows], has_more, total: None }
    }

    fn since(id: &str) -> Place {
        ListApi::SepayV2.begin(Some(id), Day(0), None)
    }

    type Order = fn(&mut [(i64, i64)]);

    /// Reads a list of (id, time) that a provider gives in an order of its own, the first rows only.
    fn read(rows: &[(i64, i64)]) -> Result<BTreeSet<i64>, NoProgress> {
        let api = ListApi::SepayV1;
        let (mut place, mut found) = (api.begin(Some("1"), Day(0), None), BTreeSet::new());
        for _ in 0..100 {
            let is_within = |at: i64| {
                place.after.is_none_or(|after| after.0 <= at)
                    && place.until.is_none_or(|until| at <= until.0)
            };
            let told = rows.iter().filter(|(_, at)| is_within(*at)).take(api.page_rows());
            let marks: Vec<_> = told
                .map(|(id, at)| Mark { id: id.to_string(), occurred_at: UnixMs(*at) })
                .collect();
            found.extend(marks.iter().map(|mark| mark.id.parse::<i64>().unwrap()));
            match api.next(&place, &page(marks.len(), None), &marks)? {
                Some(next) => place = next,
                None => return Ok(found),
            }
        }
        panic!("it never ends")
    }

    #[test]
    fn a_full_page_is_cut_by_time_until_nothing_is_unread_in_whatever_order() {
        const ROWS: i64 = 9_000;
        let mut rows: Vec<_> = (1..=ROWS).map(|id| (id, id * 1_000)).collect();
        // Booked late, and told of early.
        rows[4_000].1 = 5;
        rows[100].1 = ROWS * 1_000;
        let orders: [Order; 5] = [
            |_| {},
            |rows| rows.reverse(),
            |rows| rows.sort_by_key(|row| row.1),
            |rows| rows.sort_by_key(|row| std::cmp::Reverse(row.1)),
            |rows| rows.sort_by_key(|row| row.0 * 7_919 % 9_001),
        ];
        for (number, order) in orders.iter().enumerate() {
            let mut rows = rows.clone();
            order(&mut rows);
            assert_eq!(read(&rows).map(|found| found.len() as i64), Ok(ROWS), "{number}");
        }
        let at_once: Vec<_> = (1..=2_000).map(|id| (id, 1_000)).collect();
        assert_eq!(read(&at_once[1..]).map(|found| found.len()), Ok(1_999));
        assert_eq!(read(&at_once), Err(NoProgress), "all of one second: there may be more");
        let api = ListApi::SepayV1;
        let full = page(api.page_rows(), None);
        assert_eq!(api.next(&since("9"), &full, &[]), Err(NoProgress), "no row can be read");
    }

    #[test]
    fn a_list_by_dates_is_read_back_once_a_day() {
        let api = ListApi::CassoV2;
        let now = Day(20_000).start(0);
        let from = |last: Option<i64>| api.reread_from(now, last.map(|ago| now.plus_ms(-ago)));
        assert_eq!(from(None), Some(Day(19_993)));
        assert_eq!((from(Some(MS_PER_DAY - 1)), from(Some(MS_PER_DAY))), (None, from(None)));
        assert_eq!(from(Some(-1)), from(None), "the clock was set back");
        assert_eq!(ListApi::SepayV1.reread_from(now, None), None);
        let yesterday = Day(19_999).to_string();
        let begin = |from| api.begin(Some(&yesterday), Day(from), Some(Day(19_993))).from;
        assert_eq!((begin(19_000), begin(19_995)), (Day(19_993), Day(19_995)));
        assert_eq!(begin(20_000), Day(19_999), "not later than without it");
        assert_eq!(api.begin(None, Day(19_000), None).from, Day(19_000));
    }

    #[test]
    fn a_row_that_was_heard_of_late_does_not_turn_the_list_round() {
        let api = ListApi::SepayV2;
        let heard = marks(&[("b", 10), ("a", 5), ("c", 20)]);
        assert_eq!(api.next(&since("c"), &page(3, Some(true)), &heard), Err(NoProgress));
        assert_eq!(api.next(&since("x"), &page(3, Some(true)), &heard), Ok(Some(since("c"))));
        assert_eq!(api.next(&since("x"), &page(3, Some(false)), &heard), Ok(None));
        assert_eq!(api.newest(&marks(&[("c", 20), ("a", 5)])), Some("c"), "newest first");
    }

    #[test]
    fn a_key_goes_nowhere_but_into_its_header() {
        for api in ListApi::ALL {
            let path = api.path(&api.begin(Some("7&a=b"), Day(20_000), None), "0&x=y");
            assert!(!path.contains("&a=") && !path.contains("&x="), "{path}");
            assert!(api.authorization("K").ends_with(" K"));
        }
    }
}

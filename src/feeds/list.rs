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
//! So a page is only taken for the end where it is not full, a list that comes newest first is
//! followed backwards by time, and whoever reads comes again some time later from an older place.

use super::fields::{MAX_BODY_BYTES, Object};
use super::{
    Direction, FeedConfig, Provider, Reported, Undecodable, UndecodableBecause, casso_list,
    sepay_list,
};
use crate::primitives::{Day, UnixMs};

/// Ids of a list that are other ids than those of the same provider's webhooks.
pub const LIST_FAMILY: &str = "api_v2";
/// Rows that are kept as one delivery.
const KEPT_ROWS: usize = 100;
const KEPT_BYTES: usize = MAX_BODY_BYTES / 2;

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
    /// Up to this instant: a list that comes newest first is followed backwards.
    pub until: Option<UnixMs>,
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

    /// Where to begin.
    #[must_use]
    pub fn begin(self, cursor: Option<&str>, from: Day) -> Place {
        let day = cursor.and_then(Day::parse).filter(|_| self == Self::CassoV2);
        let since_id = cursor.filter(|_| self != Self::CassoV2).map(str::to_owned);
        Place { since_id, from: day.unwrap_or(from), until: None, page: 1 }
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
            return Ok(None);
        }
        if self.is_paged(place) {
            let page = place.page.checked_add(1).ok_or(NoProgress)?;
            return Ok(Some(Place { page, ..place.clone() }));
        }
        let known = place.since_id.as_deref();
        let meets_known = known.is_some_and(|id| marks.iter().any(|mark| mark.id == id));
        let next = if place.until.is_none() && (meets_known || self.ascends(marks)) {
            let since_id = self.newest(marks).filter(|id| Some(*id) != known).map(str::to_owned);
            Place { since_id: Some(since_id.ok_or(NoProgress)?), ..place.clone() }
        } else {
            // Newest first, or in no order: the rest is older than the oldest that came.
            let oldest = marks.iter().map(|mark| mark.occurred_at).min().ok_or(NoProgress)?;
            Place { until: Some(oldest), ..place.clone() }
        };
        if next == *place { Err(NoProgress) } else { Ok(Some(next)) }
    }

    /// The transaction to go on from after what was read; empty where the list goes by dates.
    #[must_use]
    pub fn newest(self, marks: &[Mark]) -> Option<&str> {
        let newest = match self {
            // They count up.
            Self::SepayV1 => marks.iter().max_by_key(|mark| (mark.id.len(), mark.id.as_str())),
            Self::SepayV2 if self.ascends(marks) => marks.last(),
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

    /// Oldest first. Ids that count up must all do so; else the ends decide, because among rows in the
    /// order in which the provider heard of them some have happened earlier.
    fn ascends(self, marks: &[Mark]) -> bool {
        match self {
            Self::SepayV1 => {
                !marks.is_empty()
                    && marks.is_sorted_by(|one, next| {
                        (one.id.len(), &one.id) <= (next.id.len(), &next.id)
                    })
            }
            Self::SepayV2 | Self::CassoV2 => match (marks.first(), marks.last()) {
                (Some(first), Some(last)) => first.occurred_at <= last.occurred_at,
                _ => false,
            },
        }
    }
}

/// Cuts rows into deliveries.
#[must_use]
pub fn deliveries<'r>(rows: &[&'r str]) -> Vec<Vec<&'r str>> {
    let mut all: Vec<Vec<&str>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        match all.last_mut().filter(|last| last.len() < KEPT_ROWS) {
            Some(last) if bytes + row.len() < KEPT_BYTES => last.push(row),
            _ => {
                bytes = 0;
                all.push(vec![row]);
            }
        }
        bytes += row.len();
    }
    all
}

/// Rows of a kept body. Money in stands first, so that places stay the same when money out is taken
/// out of the body. Tells whether one of them was a test.
pub(super) fn decode_rows(
    rows: Vec<&str>,
    path: &str,
    read: impl Fn(&Object<'_>) -> Result<Option<Reported>, Undecodable>,
) -> Result<(Vec<Reported>, bool), Undecodable> {
    let (mut incoming, mut outgoing, mut is_test) = (Vec::new(), Vec::new(), false);
    for (place, json) in rows.into_iter().enumerate() {
        if json == "null" {
            continue;
        }
        let whole = format!("{path}[{place}]");
        match read(&Object::from_json(json, format!("{whole}."), whole)?)? {
            Some(one) if one.direction == Direction::Out => outgoing.push(one),
            Some(one) => incoming.push(one),
            None => is_test = true,
        }
    }
    incoming.append(&mut outgoing);
    Ok((incoming, is_test))
}

/// What a private account does not keep of rows: balances, and the whole of what is not money in.
pub(super) fn private_rows<'b>(
    rows: Vec<&'b str>,
    balances: &[&str],
    direction: impl Fn(&Object<'b>) -> Option<Direction>,
) -> Option<Vec<&'b str>> {
    let mut parts = Vec::new();
    for json in rows {
        if json == "null" {
            continue;
        }
        let row = Object::from_json(json, "", "row").ok()?;
        match direction(&row) {
            Some(Direction::In) => {
                let mut found: Vec<_> = balances.iter().filter_map(|name| row.raw(name)).collect();
                // In the order of the body.
                found.sort_unstable_by_key(|part| part.as_ptr());
                parts.append(&mut found);
            }
            Some(Direction::Out) | None => parts.push(json),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(ids: &[(&str, i64)]) -> Vec<Mark> {
        let mark = |(id, at): &(&str, i64)| Mark { id: (*id).into(), occurred_at: UnixMs(*at) };
        ids.iter().map(mark).collect()
    }

    fn page(rows: usize, has_more: Option<bool>) -> ListPage<'static> {
        ListPage { rows: vec!["{}"; rows], has_more, total: None }
    }

    fn since(id: &str) -> Place {
        Place { since_id: Some(id.into()), from: Day(0), until: None, page: 1 }
    }

    #[test]
    fn a_full_page_leads_on_from_its_newest_or_back_from_its_oldest() {
        let api = ListApi::SepayV1;
        let full = page(api.page_rows(), None);
        let next = |place: &Place, ids: &[(&str, i64)]| api.next(place, &full, &marks(ids));
        let place = since("9");
        assert_eq!(next(&place, &[("9", 10), ("10", 20), ("11", 15)]), Ok(Some(since("11"))));
        // In no order, but with the transaction that was asked for: it is the oldest part.
        assert_eq!(next(&place, &[("11", 20), ("9", 10), ("10", 15)]), Ok(Some(since("11"))));
        let back = |until| Place { until: Some(UnixMs(until)), ..place.clone() };
        assert_eq!(next(&place, &[("99", 90), ("98", 80)]), Ok(Some(back(80))));
        assert_eq!(next(&back(80), &[("98", 80), ("97", 70)]), Ok(Some(back(70))));
        assert_eq!(next(&back(70), &[("98", 70), ("97", 70)]), Err(NoProgress));
        assert_eq!(next(&since("9"), &[("9", 10)]), Err(NoProgress));
        assert_eq!(next(&place, &[]), Err(NoProgress), "no row can be read");
        let short = page(api.page_rows() - 1, None);
        assert_eq!(api.next(&place, &short, &marks(&[("99", 90)])), Ok(None));
    }

    #[test]
    fn a_row_that_was_heard_of_late_does_not_turn_the_list_round() {
        let api = ListApi::SepayV2;
        let heard = marks(&[("b", 10), ("a", 5), ("c", 20)]);
        assert_eq!(api.next(&since("x"), &page(3, Some(true)), &heard), Ok(Some(since("c"))));
        assert_eq!(api.next(&since("x"), &page(3, Some(false)), &heard), Ok(None));
        assert_eq!(api.newest(&marks(&[("c", 20), ("a", 5)])), Some("c"), "newest first");
    }

    #[test]
    fn rows_are_kept_a_hundred_at_a_time_and_never_too_many_bytes() {
        let sizes = |rows: &[&str]| deliveries(rows).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(&["{}"; 250]), [100, 100, 50]);
        let long = "x".repeat(60_000);
        assert_eq!(sizes(&[long.as_str(); 5]), [2, 2, 1]);
        assert!(sizes(&[]).is_empty());
        for api in ListApi::ALL {
            let page = api.kept_body(&["{}", "{}"]);
            assert_eq!(api.page(&page).unwrap().rows.len(), 2, "{api:?} reads what it keeps");
            assert_eq!(ListApi::parse(api.as_str()), Some(api));
        }
    }

    #[test]
    fn a_key_goes_nowhere_but_into_its_header() {
        for api in ListApi::ALL {
            let path = api.path(&api.begin(Some("7&a=b"), Day(20_000)), "0&x=y");
            assert!(!path.contains("&a=") && !path.contains("&x="), "{path}");
            assert!(api.authorization("K").ends_with(" K"));
        }
    }
}

//! Rows of a list as they are kept: cut into deliveries, read again, and without what a private
//! account does not keep.

use super::fields::{MAX_BODY_BYTES, Object};
use super::{Direction, Reported, Undecodable};

/// What is kept of a row that is too long.
const BEGINNING_CHARS: usize = 1_000;
/// Rows that are kept as one delivery.
const KEPT_ROWS: usize = 100;
const KEPT_BYTES: usize = MAX_BODY_BYTES / 2;
/// At most what a kept body has around its rows.
const AROUND_BYTES: usize = 64;

/// Whether a row is so long that only its beginning is kept: its delivery could not be read again.
#[must_use]
pub const fn is_too_long(row: &str) -> bool {
    row.len() + AROUND_BYTES > MAX_BODY_BYTES
}

/// What is kept of a row that is too long: no row that could be read, but enough to find it.
#[must_use]
pub fn beginning(row: &str) -> String {
    let begins: String = row.chars().take(BEGINNING_CHARS).collect();
    serde_json::json!({ "too_long_bytes": row.len(), "begins": begins }).to_string()
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
    use crate::feeds::ListApi;

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
    fn of_a_row_that_is_too_long_a_beginning_is_kept_that_is_no_row() {
        let long = format!(r#"{{"id":7,"note":"{}"}}"#, "ạ".repeat(MAX_BODY_BYTES / 3));
        assert!(is_too_long(&long) && !is_too_long("{}"));
        let kept = beginning(&long);
        assert!(kept.len() < 5_000 && !is_too_long(&kept), "{}", kept.len());
        assert!(kept.contains(&long.len().to_string()), "{kept}");
        for api in ListApi::ALL {
            let body = api.kept_body(&[&kept]);
            assert_eq!(api.page(&body).unwrap().rows, [kept.as_str()]);
        }
    }
}

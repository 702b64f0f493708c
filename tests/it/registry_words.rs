//! What callers may write: texts, phones, numbers, periods, patches, pages.

use cho40::primitives::Day;
use cho40::registry::{PageRequest, Patch, Period, check};
use serde::Deserialize;

#[test]
fn texts_are_trimmed_and_bounded() {
    assert_eq!(check::text("name", "  Bé  ", 2).unwrap(), "Bé");
    // Letters with combining accents, and pictures with a variant, are seen.
    for seen in ["Be\u{301}", "☎\u{fe0f}", "李"] {
        assert_eq!(check::text("name", seen, 5).unwrap(), seen);
    }
    for (text, code) in [
        ("", "text-length"),
        (" \t ", "text-length"),
        ("ba ký tự", "text-length"),
        ("a\0", "text-control-character"),
        ("a\nb", "text-control-character"),
        ("a\u{85}b", "text-control-character"),
        ("\u{202e}", "text-hidden-character"),
        ("\u{200b}\u{200f}", "text-hidden-character"),
        ("Bé\u{202e}", "text-hidden-character"),
        ("B\u{200d}é", "text-hidden-character"),
        ("a\u{feff}b", "text-hidden-character"),
        ("\u{fe0f}", "text-hidden-character"),
        ("\u{301}", "text-hidden-character"),
        ("\u{3164}", "text-hidden-character"),
    ] {
        let refusal = check::text("name", text, 5).unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.code), (Some("name"), code), "{text:?}");
    }
}

#[test]
fn phones_are_vietnamese_mobile_numbers() {
    for written in ["0912345678", "+84912345678", " 091 234-56.78 ", "+84 91 234 5678"] {
        assert_eq!(check::phone("phone", written).unwrap(), "+84912345678", "{written}");
    }
    for written in [
        "",
        "0",
        "0212345678",
        "091234567",
        "09123456789",
        "84912345678",
        "+840912345678",
        "+1912345678",
        "09l2345678",
        "０912345678",
    ] {
        let refusal = check::phone("phone", written).unwrap_err();
        assert_eq!(refusal.code, "phone-malformed", "{written}");
    }
}

#[test]
fn numbers_and_bins() {
    assert_eq!(check::number("number", " 99MM24011M34875080 ").unwrap(), "99MM24011M34875080");
    for number in ["", "12345678901234567890", "12 34", "12-34", "một", "1\0"] {
        let refusal = check::number("number", number).unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.code), (Some("number"), "account-malformed"));
    }
    assert_eq!(check::bin("bin", "970436").unwrap().short_name, "Vietcombank");
    assert_eq!(check::bin("bin", "123456").unwrap_err().code, "unknown-bin");
}

fn days(from: i32, to: Option<i32>) -> Period {
    Period::new(Day(from), to.map(Day)).unwrap()
}

#[test]
fn periods_include_both_ends() {
    assert_eq!(Period::new(Day(2), Some(Day(1))).unwrap_err().code, "period-reversed");
    let one_day = days(5, Some(5));
    assert!(one_day.contains(Day(5)) && !one_day.contains(Day(4)) && !one_day.contains(Day(6)));
    assert!(days(5, None).contains(Day(i32::MAX)));
    for (one, two, overlap) in [
        (days(1, Some(5)), days(5, None), Some(days(5, Some(5)))),
        (days(1, Some(4)), days(5, None), None),
        (days(1, None), days(9, None), Some(days(9, None))),
        (days(3, Some(4)), days(1, Some(9)), Some(days(3, Some(4)))),
    ] {
        assert_eq!(one.both(two), overlap);
        assert_eq!(two.both(one), overlap);
        assert_eq!((one.overlaps(two), two.overlaps(one)), (overlap.is_some(), overlap.is_some()));
    }
}

#[test]
fn a_period_fits_into_one_that_ends_it() {
    let outer = days(10, Some(20));
    assert!(days(10, Some(20)).fits_into(outer) && days(20, None).fits_into(outer));
    assert!(!days(9, Some(12)).fits_into(outer), "begins before");
    assert!(!days(12, Some(21)).fits_into(outer), "ends after");
    assert!(!days(21, None).fits_into(outer), "begins after");
    assert!(days(99, Some(999)).fits_into(days(10, None)));
}

#[test]
fn a_patch_tells_null_from_absent() {
    #[derive(Deserialize)]
    struct Change {
        #[serde(default)]
        phone: Patch<String>,
    }
    let over = |json: &str| {
        let change: Change = serde_json::from_str(json).unwrap();
        change.phone.over(Some("old".to_owned()))
    };
    assert_eq!(over("{}").as_deref(), Some("old"));
    assert_eq!(over(r#"{"phone": null}"#), None);
    assert_eq!(over(r#"{"phone": "new"}"#).as_deref(), Some("new"));
}

#[test]
fn pages_have_limits_and_cursors() {
    assert_eq!(PageRequest::parse(None, None).unwrap(), PageRequest::default());
    for limit in [0, -1, 201, i64::MAX] {
        let refusal = PageRequest::parse(None, Some(limit)).unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.code), (Some("limit"), "limit-out-of-range"));
    }
    for cursor in ["", "1", "stl_0000000000001", "cur_000000000000", "cur_zzzzzzzzzzzzz"] {
        let refusal = PageRequest::parse(Some(cursor), None).unwrap_err();
        assert_eq!((refusal.field.as_deref(), refusal.code), (Some("cursor"), "cursor-malformed"));
    }
    assert_eq!(PageRequest::parse(Some("cur_0000000000011"), None).unwrap().after, Some(33));
}

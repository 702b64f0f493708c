//! Vietnamese days, months and instants against dates that an almanac gives.

use cho40::primitives::{Day, Month, UnixMs};
use proptest::prelude::*;

use crate::support::NOW;

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn at(text: &str) -> UnixMs {
    UnixMs::from_rfc3339(text).unwrap()
}

#[test]
fn days_have_their_numbers_and_weekdays() {
    for (text, number, iso_weekday) in [
        ("1970-01-01", 0, 4),
        ("1969-12-31", -1, 3),
        ("2000-02-29", 11_016, 2),
        ("2024-02-29", 19_782, 4),
        ("2024-12-31", 20_088, 2),
        ("2025-01-01", 20_089, 3),
        ("2026-11-24", 20_781, 2),
        ("2026-11-29", 20_786, 7),
        ("2026-11-30", 20_787, 1),
    ] {
        assert_eq!((day(text).get(), day(text).iso_weekday()), (number, iso_weekday), "{text}");
        assert_eq!(day(text).to_string(), text);
    }
}

#[test]
fn days_are_counted_over_leap_days_and_year_ends() {
    assert_eq!(day("2024-02-28").plus(1), day("2024-02-29"));
    assert_eq!(day("2024-02-28").plus(2), day("2024-03-01"));
    assert_eq!(day("2023-02-28").plus(1), day("2023-03-01"));
    assert_eq!(day("2100-02-28").plus(1), day("2100-03-01"));
    assert_eq!(day("2025-12-31").plus(1), day("2026-01-01"));
    assert_eq!(day("2024-03-01").plus(-366), day("2023-03-01"));
}

#[test]
fn only_a_whole_date_is_a_day() {
    for text in [
        "",
        "2026",
        "2026-11",
        "2026-13-01",
        "2026-02-29",
        "2026-11-31",
        "2026-11-00",
        "26-11-24",
        "2026-1-24",
        "24/11/2026",
        "20261124",
        "2026-11-24 ",
        "2026-11-24T00:00:00",
        "2026-11-24T00:00:00+07:00",
        "+002026-11-24",
        "-002026-11-24",
        "2026-W48-2",
    ] {
        assert_eq!(Day::parse(text), None, "{text}");
    }
    assert!(serde_json::from_str::<Day>("20781").is_err());
    assert_eq!(serde_json::from_str::<Day>(r#""2026-11-24""#).unwrap(), day("2026-11-24"));
    assert_eq!(serde_json::to_string(&day("2026-11-24")).unwrap(), r#""2026-11-24""#);
}

#[test]
fn days_outside_the_calendar_do_not_panic() {
    for number in [i32::MIN, -8_000_000, 8_000_000, i32::MAX] {
        let strange = Day(number);
        let _ = (strange.to_string(), strange.month(), strange.day_of_month());
        let _ = (strange.iso_weekday(), strange.start(720), strange.plus(number));
    }
    for number in [i32::MIN, -1, 0, 12, i32::MAX] {
        let strange = Month(number);
        let _ = (strange.first_day(), strange.last_day(), strange.next());
    }
    for ms in [i64::MIN, i64::MAX] {
        let _ = (UnixMs(ms).to_string(), UnixMs(ms).day(720), UnixMs(ms).plus_ms(ms));
    }
}

#[test]
fn months_begin_and_end_where_they_should() {
    for (any, first, last) in [
        ("2024-02-15", "2024-02-01", "2024-02-29"),
        ("2023-02-01", "2023-02-01", "2023-02-28"),
        ("2026-11-24", "2026-11-01", "2026-11-30"),
        ("2026-12-31", "2026-12-01", "2026-12-31"),
        ("2027-01-01", "2027-01-01", "2027-01-31"),
        ("9999-12-01", "9999-12-01", "9999-12-31"),
    ] {
        let month = day(any).month();
        assert_eq!((month.first_day(), month.last_day()), (day(first), day(last)), "{any}");
        assert_eq!((day(first).day_of_month(), day(first).month()), (1, month));
    }
    assert_eq!(day("2026-12-31").month().get(), 2026 * 12 + 11);
    assert_eq!(day("2026-12-31").month().next(), day("2027-01-01").month());
}

#[test]
fn an_instant_belongs_to_the_vietnamese_day() {
    assert_eq!(NOW, at("2026-11-24T05:00:00Z"));
    assert_eq!(NOW, at("2026-11-24T12:00:00+07:00"));
    // 17:00 UTC is midnight in Vietnam.
    assert_eq!(at("2026-11-24T16:59:59.999Z").day(0), day("2026-11-24"));
    assert_eq!(at("2026-11-24T17:00:00Z").day(0), day("2026-11-25"));
    assert_eq!(UnixMs(-1).day(0), day("1970-01-01"));
    assert_eq!(at("1969-12-31T16:59:59Z").day(0), day("1969-12-31"));
}

#[test]
fn a_night_market_keeps_its_evening_together() {
    let four_in_the_morning = 4 * 60;
    assert_eq!(at("2026-11-25T03:59:59+07:00").day(four_in_the_morning), day("2026-11-24"));
    assert_eq!(at("2026-11-25T04:00:00+07:00").day(four_in_the_morning), day("2026-11-25"));
    assert_eq!(day("2026-11-25").start(four_in_the_morning), at("2026-11-25T04:00:00+07:00"));
}

#[test]
fn instants_are_written_with_vietnams_offset() {
    assert_eq!(NOW.to_string(), "2026-11-24T12:00:00+07:00");
    assert_eq!(NOW.plus_ms(5).to_string(), "2026-11-24T12:00:00.005+07:00");
    assert_eq!(serde_json::to_string(&NOW).unwrap(), r#""2026-11-24T12:00:00+07:00""#);
    assert_eq!(serde_json::from_str::<UnixMs>(r#""2026-11-24T05:00:00Z""#).unwrap(), NOW);
    for text in ["", "2026-11-24", "2026-11-24T05:00:00", "1795496400000", "2026-11-24T25:00:00Z"] {
        assert_eq!(UnixMs::from_rfc3339(text), None, "{text}");
    }
    for text in ["2026-11-24 12:00:00", "2026-11-24T12:00:00"] {
        assert_eq!(UnixMs::from_vietnam_wall_clock(text), Some(NOW), "{text}");
    }
    assert_eq!(UnixMs::from_vietnam_wall_clock("2026-11-24 12:00:00+07:00x"), None);
}

proptest! {
    #[test]
    fn a_day_begins_in_itself_and_ends_where_the_next_begins(
        number in -700_000..2_900_000_i32, start_minute in 0..=720_i32,
    ) {
        let (today, tomorrow) = (Day(number), Day(number).plus(1));
        prop_assert_eq!(today.start(start_minute).day(start_minute), today);
        prop_assert_eq!(tomorrow.start(start_minute).plus_ms(-1).day(start_minute), today);
        prop_assert_eq!(tomorrow.iso_weekday(), today.iso_weekday() % 7 + 1);
    }

    #[test]
    fn a_day_is_read_back_and_lies_in_its_month(number in -700_000..2_900_000_i32) {
        let today = Day(number);
        prop_assert_eq!(Day::parse(&today.to_string()), Some(today));
        let month = today.month();
        prop_assert!(month.first_day() <= today && today <= month.last_day());
        prop_assert_eq!(month.last_day().plus(1), month.next().first_day());
        let place = today.get() - month.first_day().get() + 1;
        prop_assert_eq!(i32::from(today.day_of_month()), place);
    }

    #[test]
    fn an_instant_is_read_back(ms in -60_000_000_000_000..250_000_000_000_000_i64) {
        prop_assert_eq!(UnixMs::from_rfc3339(&UnixMs(ms).to_string()), Some(UnixMs(ms)));
    }
}

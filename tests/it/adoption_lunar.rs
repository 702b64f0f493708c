//! The lunar calendar against dates that everyone in Vietnam knows.

use cho40::primitives::Day;
use cho40::primitives::lunar::{self, LunarDay};

/// Mùng 1 tháng Giêng from 2000 to 2030. 2007 and 2030 differ from China's.
const TET: [&str; 31] = [
    "2000-02-05",
    "2001-01-24",
    "2002-02-12",
    "2003-02-01",
    "2004-01-22",
    "2005-02-09",
    "2006-01-29",
    "2007-02-17",
    "2008-02-07",
    "2009-01-26",
    "2010-02-14",
    "2011-02-03",
    "2012-01-23",
    "2013-02-10",
    "2014-01-31",
    "2015-02-19",
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-02",
];

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn lunar_day(text: &str) -> LunarDay {
    LunarDay::of(day(text)).unwrap()
}

#[test]
fn tet_falls_on_the_known_days() {
    for text in TET {
        let (tet, eve) = (lunar_day(text), LunarDay::of(day(text).plus(-1)));
        assert_eq!((tet.day_of_month, tet.day_of_year), (1, 0), "{text}");
        assert_eq!(tet.year.to_string(), text[..4]);
        assert!(eve.is_none_or(|eve| eve.until_tet == 1 && eve.day_of_month >= 29), "{text}");
    }
}

#[test]
fn known_festivals_fall_on_their_days() {
    // Trung thu (15/8), giỗ tổ Hùng Vương (10/3), Vu lan (15/7), Phật đản (15/4).
    for text in ["2023-09-29", "2024-09-17", "2025-10-06", "2020-10-01", "2024-08-18", "2025-05-12"]
    {
        assert_eq!(lunar_day(text).day_of_month, 15, "{text}");
    }
    for text in ["2023-04-29", "2024-04-18", "2025-04-07", "2026-04-26"] {
        assert_eq!(lunar_day(text).day_of_month, 10, "{text}");
    }
}

#[test]
fn months_have_29_or_30_days_without_a_gap() {
    let (mut before, mut months) = (0, 0);
    let (first, last) = (day("2000-02-05"), day("2061-01-20"));
    for number in first.0..=last.0 {
        let today = lunar::day_of_month(Day(number)).unwrap();
        if today == 1 {
            assert!(before == 0 || before == 29 || before == 30);
            months += 1;
        } else {
            assert_eq!(today, before + 1);
        }
        before = today;
    }
    // 61 years, 22 of them with a leap month.
    assert_eq!(months, 61 * 12 + 22);
    assert_eq!(lunar::day_of_month(first.plus(-1)), None);
    assert_eq!(lunar::day_of_month(last.plus(1)), None);
    assert_eq!(lunar::day_of_month(Day(i32::MIN)), None);
    assert_eq!(lunar::day_of_month(Day(i32::MAX)), None);
}

#[test]
fn tet_season_lasts_from_ong_tao_to_the_seventh() {
    // Ông Táo 2025: 22 January; mùng 7 of 2025: 4 February.
    let cases = [
        ("2025-01-21", false),
        ("2025-01-22", true),
        ("2025-01-28", true),
        ("2025-01-29", true),
        ("2025-02-04", true),
        ("2025-02-05", false),
        ("2025-02-20", false),
        // A last month of 30 days: ông Táo on 2 February 2024.
        ("2024-02-01", false),
        ("2024-02-02", true),
    ];
    for (text, season) in cases {
        assert_eq!(lunar_day(text).is_tet_season(), season, "{text}");
    }
}

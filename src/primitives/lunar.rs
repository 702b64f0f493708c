//! The Vietnamese lunar calendar (âm lịch, reckoned at UTC+7), for lunar market days, Tết and the
//! 1st and 15th. It differs from the Chinese calendar (UTC+8) where a new moon falls between the
//! two midnights: Tết 2007, 2030 and 2053 come a day earlier in Vietnam.
//!
//! No crate on crates.io is both maintained and Vietnamese, so the months stand in a table. It was
//! computed once from Meeus' new moons and the sun's longitude at UTC+7 and compared with the
//! published Tết dates. One new moon, on 2054-05-08, lies within a minute of midnight.

use super::Day;

/// Tết of the first year in the table: 2000-02-05.
const FIRST_TET: Day = Day(10_992);
const FIRST_YEAR: i32 = 2000;
/// A year of thirteen months has this bit; bits 0–12 tell which months have 30 days, not 29.
const LEAP: u16 = 1 << 15;

/// The lunar years from 2000 to 2060.
const YEARS: [u16; 61] = [
    0x0693, 0x952b, 0x052b, 0x0a5b, 0x955a, 0x056a, 0x8b65, 0x0ba5, 0x0d49, 0x9a95, 0x0a95, 0x052d,
    0x8aad, 0x0ab5, 0x95aa, 0x05d2, 0x0da5, 0x9d4a, 0x0e4a, 0x0c96, 0x992e, 0x0556, 0x0ab5, 0x95b2,
    0x06d2, 0x8ea5, 0x0725, 0x064b, 0x8c97, 0x04ab, 0x055b, 0x8ada, 0x0b6a, 0x9752, 0x0b92, 0x0b25,
    0x9a4b, 0x0a4d, 0x04ad, 0x895b, 0x05ad, 0x0baa, 0x9b52, 0x0d92, 0x9d25, 0x0d25, 0x0a55, 0x94ad,
    0x04b6, 0x06b5, 0x8daa, 0x0eca, 0x8e92, 0x0e93, 0x0d26, 0x8a56, 0x0a5b, 0x055a, 0x8ad5, 0x0b55,
    0x074a,
];

/// A day of the lunar calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LunarDay {
    /// The Gregorian year in which this lunar year's Tết falls.
    pub year: i32,
    /// Days since Tết: 0 on mùng 1 tháng Giêng.
    pub day_of_year: i32,
    /// Days left until the next Tết: 1 on the last day of tháng Chạp.
    pub until_tet: i32,
    /// 1–30.
    pub day_of_month: u8,
}

impl LunarDay {
    /// The lunar date of a day from 2000-02-05 to 2061-01-20; `None` outside.
    #[must_use]
    pub fn of(day: Day) -> Option<Self> {
        let mut rest = day.0.checked_sub(FIRST_TET.0).filter(|days| *days >= 0)?;
        for (year, months) in (FIRST_YEAR..).zip(YEARS) {
            let length = days_of_year(months);
            if rest < length {
                let day_of_month = month_day(months, rest);
                return Some(Self {
                    year,
                    day_of_year: rest,
                    until_tet: length - rest,
                    day_of_month,
                });
            }
            rest -= length;
        }
        None
    }

    /// From ông Táo (23 tháng Chạp) to the taking down of the nêu (mùng 7 tháng Giêng), when
    /// trade is unlike the rest of the year.
    #[must_use]
    pub const fn is_tet_season(self) -> bool {
        self.day_of_year < 7 || self.until_tet <= 8 && self.day_of_month >= 23
    }
}

/// The lunar day of the month, 1–30; `None` outside the table.
#[must_use]
pub fn day_of_month(day: Day) -> Option<u8> {
    LunarDay::of(day).map(|lunar| lunar.day_of_month)
}

const fn days_of_year(months: u16) -> i32 {
    let count = if months & LEAP == 0 { 12 } else { 13 };
    29 * count + (months & !LEAP).count_ones() as i32
}

/// The day of the month of the day that lies `day_of_year` days after Tết.
fn month_day(months: u16, day_of_year: i32) -> u8 {
    let mut rest = day_of_year;
    for month in 0..13 {
        let length = 29 + i32::from(months >> month & 1);
        if rest < length {
            break;
        }
        rest -= length;
    }
    (rest + 1) as u8
}

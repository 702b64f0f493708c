//! Amounts in Vietnamese words, as they are read aloud and written on receipts.

use super::Vnd;

/// Amounts from here on have no words here: no transfer and no market's year comes near.
pub const LIMIT: Vnd = Vnd::new(1_000_000_000_000);

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Whose words: they differ in "thousand" and in the filler before a lone last digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Region {
    /// nghìn, linh.
    North,
    /// ngàn, lẻ.
    #[default]
    South,
}

impl Region {
    const fn thousand(self) -> &'static str {
        match self {
            Self::North => "nghìn",
            Self::South => "ngàn",
        }
    }

    const fn filler(self) -> &'static str {
        match self {
            Self::North => "linh",
            Self::South => "lẻ",
        }
    }
}

/// The words of an amount with its unit, `một triệu không trăm linh năm nghìn đồng`; none for a
/// negative amount and from [`LIMIT`] on.
#[must_use]
pub fn amount(amount: Vnd, region: Region) -> Option<String> {
    let mut words = words(amount, region)?;
    words.push("đồng");
    Some(words.join(" "))
}

/// The words of a number one by one: what a voice made of single recordings says in order.
#[must_use]
pub fn words(amount: Vnd, region: Region) -> Option<Vec<&'static str>> {
    let number = usize::try_from(amount.get()).ok().filter(|_| amount < LIMIT)?;
    let mut words = Vec::new();
    let groups = [
        (number / 1_000_000_000, Some("tỷ")),
        (number / 1_000_000 % 1_000, Some("triệu")),
        (number / 1_000 % 1_000, Some(region.thousand())),
        (number % 1_000, None),
    ];
    for (group, unit) in groups {
        if group > 0 {
            three_digits(&mut words, group, region);
            words.extend(unit);
        }
    }
    if words.is_empty() {
        words.push(digit(0));
    }
    Some(words)
}

/// Every word of a region's numbers.
#[must_use]
pub fn vocabulary(region: Region) -> Vec<&'static str> {
    let others = ["mười", "mươi", "mốt", "lăm", "trăm", "triệu", "tỷ"];
    DIGITS.into_iter().chain(others).chain([region.thousand(), region.filler()]).collect()
}

/// A group after another one says its zeros too, so that 1.005 is not heard as 1.500.
fn three_digits(words: &mut Vec<&'static str>, group: usize, region: Region) {
    let (hundreds, tens, ones) = (group / 100, group / 10 % 10, group % 10);
    let is_first = words.is_empty();
    if hundreds > 0 || !is_first {
        words.extend([digit(hundreds), "trăm"]);
    }
    match (tens, ones) {
        (0, 0) => return,
        (0, _) if hundreds > 0 || !is_first => words.push(region.filler()),
        (0, _) => {}
        (1, _) => words.push("mười"),
        _ => words.extend([digit(tens), "mươi"]),
    }
    match (tens, ones) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(digit(ones)),
    }
}

fn digit(digit: usize) -> &'static str {
    DIGITS.get(digit).copied().unwrap_or_default()
}

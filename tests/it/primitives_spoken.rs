//! Amounts in words and as people type them, against a reader and a writer that share nothing with
//! the code.

use cho40::cli::say::{self, SayArgs};
use cho40::primitives::spoken::{self, Region};
use cho40::primitives::{Vnd, typed};
use clap::Parser;
use proptest::prelude::*;

fn south(dong: i64) -> String {
    spoken::amount(Vnd::new(dong), Region::South).unwrap()
}

fn north(dong: i64) -> String {
    spoken::amount(Vnd::new(dong), Region::North).unwrap()
}

#[test]
fn amounts_sound_as_people_say_them() {
    for (dong, words) in [
        (0, "không đồng"),
        (5, "năm đồng"),
        (10, "mười đồng"),
        (15, "mười lăm đồng"),
        (21, "hai mươi mốt đồng"),
        (105, "một trăm linh năm đồng"),
        (110, "một trăm mười đồng"),
        (50_000, "năm mươi nghìn đồng"),
        (55_500, "năm mươi lăm nghìn năm trăm đồng"),
        (101_000, "một trăm linh một nghìn đồng"),
        (1_005_000, "một triệu không trăm linh năm nghìn đồng"),
        (1_000_005, "một triệu không trăm linh năm đồng"),
        (1_050_000, "một triệu không trăm năm mươi nghìn đồng"),
        (12_000_000, "mười hai triệu đồng"),
        (1_000_000_000, "một tỷ đồng"),
        (
            999_999_999_999,
            "chín trăm chín mươi chín tỷ chín trăm chín mươi chín triệu \
             chín trăm chín mươi chín nghìn chín trăm chín mươi chín đồng",
        ),
    ] {
        assert_eq!(north(dong), words, "{dong}");
    }
    assert_eq!(south(1_005_000), "một triệu không trăm lẻ năm ngàn đồng");
    for beyond in [-1, 1_000_000_000_000, i64::MAX, i64::MIN] {
        assert_eq!(spoken::amount(Vnd::new(beyond), Region::South), None, "{beyond}");
    }
}

/// The number that words mean, as a listener adds it up: neither groups nor digits are looked at.
fn heard(words: &str) -> Option<u64> {
    let words = words.strip_suffix(" đồng")?;
    let (mut total, mut group, mut last) = (0, 0, None);
    for word in words.split(' ') {
        let value = match word {
            "không" => 0,
            "một" | "mốt" => 1,
            "hai" => 2,
            "ba" => 3,
            "bốn" => 4,
            "năm" | "lăm" => 5,
            "sáu" => 6,
            "bảy" => 7,
            "tám" => 8,
            "chín" => 9,
            "mười" => {
                group += 10;
                continue;
            }
            "linh" | "lẻ" => continue,
            _ => {
                let times = match word {
                    "mươi" => 10,
                    "trăm" => 100,
                    "nghìn" | "ngàn" => 1_000,
                    "triệu" => 1_000_000,
                    "tỷ" => 1_000_000_000,
                    _ => return None,
                };
                if times < 1_000 {
                    group += last.take()? * times;
                } else {
                    total += (group + last.take().unwrap_or(0)) * times;
                    group = 0;
                }
                continue;
            }
        };
        if last.replace(value).is_some() {
            return None;
        }
    }
    Some(total + group + last.unwrap_or(0))
}

/// The words again, from the decimal digits as text: every digit is said with its place, and what
/// nobody says is taken out of it.
fn written(dong: u64) -> String {
    let digits = format!("{dong:012}");
    let names = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    let name = |at: usize| names[usize::from(digits.as_bytes()[at] - b'0')];
    let mut text = String::new();
    for (group, unit) in ["tỷ", "triệu", "nghìn", ""].iter().enumerate() {
        let at = group * 3;
        let mut said = format!("{} trăm {} mươi {}", name(at), name(at + 1), name(at + 2));
        if said == "không trăm không mươi không" {
            continue;
        }
        for (last, instead) in [
            (" không mươi không", ""),
            ("một mươi không", "mười"),
            ("mươi không", "mươi"),
            ("không mươi một", "linh một"),
            ("không mươi năm", "linh năm"),
            ("một mươi một", "mười một"),
            ("mươi một", "mươi mốt"),
            ("mươi năm", "mươi lăm"),
        ] {
            if let Some(before) = said.strip_suffix(last) {
                said = format!("{before}{instead}");
                break;
            }
        }
        said = said.replace("trăm không mươi", "trăm linh").replace("trăm một mươi", "trăm mười");
        text.extend([said.as_str(), " ", unit, " "]);
    }
    if text.is_empty() {
        return "không đồng".to_owned();
    }
    // Nobody begins with "no hundred".
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let start = text.strip_prefix("không trăm ").unwrap_or(&text);
    let start = start.strip_prefix("linh ").unwrap_or(start);
    format!("{start} đồng")
}

/// Amounts as they occur: mostly zeros inside, and any number of digits.
fn amounts() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..1_000_000_000_000_u64,
        (0..12_u32).prop_flat_map(|places| 0..10_u64.pow(places + 1)),
        (0..1_000_u64, 0..4_u32).prop_map(|(group, at)| group * 1_000_u64.pow(at)),
        (0..1_000_u64, 0..4_u32, 0..10_u64)
            .prop_map(|(group, at, one)| group * 1_000_u64.pow(at) + one),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn what_is_said_is_what_was_paid(dong in amounts()) {
        let amount = Vnd::new(i64::try_from(dong).unwrap());
        let north = spoken::amount(amount, Region::North).unwrap();
        prop_assert_eq!(heard(&north), Some(dong), "{}", north);
        let south = spoken::amount(amount, Region::South).unwrap();
        prop_assert_eq!(south, north.replace("nghìn", "ngàn").replace("linh", "lẻ"));
    }

    #[test]
    fn a_second_writer_writes_the_same(dong in amounts()) {
        let amount = Vnd::new(i64::try_from(dong).unwrap());
        prop_assert_eq!(spoken::amount(amount, Region::North).unwrap(), written(dong));
    }

    #[test]
    fn an_amount_as_shown_is_read_again(dong in 0..1_000_000_000_000_i64) {
        let amount = Vnd::new(dong);
        for text in [amount.to_string(), dong.to_string(), amount.to_string().replace('.', ",")] {
            prop_assert_eq!(typed::amount("amount", &text).unwrap(), amount);
        }
    }

    #[test]
    fn nothing_typed_panics(text in "[0-9.,k tr tỷ đ-]{0,45}|.{0,60}") {
        if let Ok(amount) = typed::amount("amount", &text) {
            prop_assert!(amount.get() >= 0);
        }
    }
}

#[test]
fn every_amount_below_ten_thousand_is_right() {
    for dong in 0..10_000_u32 {
        let words = north(i64::from(dong));
        assert_eq!(heard(&words), Some(u64::from(dong)), "{words}");
        assert_eq!(words, written(u64::from(dong)));
    }
}

#[test]
fn amounts_are_read_as_they_are_typed() {
    for (text, dong) in [
        ("50000", 50_000),
        ("50.000", 50_000),
        ("50,000", 50_000),
        (" 50 000 đ ", 50_000),
        ("50k", 50_000),
        ("50K", 50_000),
        ("50kđ", 50_000),
        ("50 nghìn", 50_000),
        ("50 ngàn đồng", 50_000),
        ("50.000 VNĐ", 50_000),
        ("50.000₫", 50_000),
        ("50k5", 50_500),
        ("1.500k", 1_500_000),
        ("1.5k", 1_500),
        ("1tr2", 1_200_000),
        ("1TR2", 1_200_000),
        ("1tr25", 1_250_000),
        ("1tr250", 1_250_000),
        ("1tr05", 1_050_000),
        ("1,5 triệu", 1_500_000),
        ("1 triệu 2", 1_200_000),
        ("1 triệu 200 nghìn", 1_200_000),
        ("2 tỷ 5", 2_500_000_000),
        ("2ty5tr", 2_005_000_000),
        ("0", 0),
    ] {
        assert_eq!(typed::amount("amount", text).map(Vnd::get), Ok(dong), "{text}");
    }
    for text in [
        "",
        " ",
        "k",
        "đ",
        "-5",
        "+5",
        "5.",
        ".5",
        "1.5",
        "1.50.000",
        "1.0000",
        "50.000,00",
        "1.000,000",
        "5x",
        "5kk",
        "1tr2.5",
        "1,5tr2",
        "5tr6000k",
        "1k2tr",
        "0.0001k",
        "٥",
        "5e3",
        "99999999999999999999",
        "9999999999999tr",
        "0000000000000000000000000000000000000000000000001",
    ] {
        let refusal = typed::amount("amount", text).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.field.as_deref()),
            ("amount-not-readable", Some("amount")),
            "{text}"
        );
    }
}

#[derive(Parser)]
struct Say {
    #[command(flatten)]
    args: SayArgs,
}

fn say(args: &[&str]) -> Result<String, say::Failure> {
    let parsed = Say::try_parse_from(["say"].iter().chain(args)).unwrap();
    let mut output = Vec::new();
    say::run(&parsed.args, &mut output)?;
    Ok(String::from_utf8(output).unwrap())
}

#[test]
fn the_command_says_each_amount_on_a_line() {
    let north = say(&["1005000", "--region", "north"]).unwrap();
    assert_eq!(north, "một triệu không trăm linh năm nghìn đồng\n");
    let south = say(&["50k", "1tr2"]).unwrap();
    assert_eq!(south, "năm mươi ngàn đồng\nmột triệu hai trăm ngàn đồng\n");
    for (text, code) in [("năm", "amount-not-readable"), ("1000 tỷ", "amount-has-no-words")] {
        let Err(say::Failure::Refused(refusal)) = say(&["1", text]) else { panic!("{text}") };
        assert_eq!(refusal.code, code);
    }
}

//! Money, ids, the clock and folding.

use cho40::primitives::id::{IdGenerator, floor_of};
use cho40::primitives::ids::{BoardId, StallId};
use cho40::primitives::{Clock, UnixMs, Vnd, fold};
use proptest::prelude::*;

use crate::support::NOW;

// ---------------------------------------------------------------- money

#[test]
fn amounts_are_read_to_the_letter() {
    for (text, dong) in [
        ("0", 0),
        ("45000", 45_000),
        ("18067000.00", 18_067_000),
        ("007", 7),
        ("1.0", 1),
        ("45.0000", 45),
        ("45000.000", 45_000),
        ("9223372036854775807", i64::MAX),
    ] {
        assert_eq!(Vnd::from_decimal_text(text), Some(Vnd::new(dong)), "{text}");
    }
    for text in [
        "",
        ".",
        ".0",
        "1.",
        "1.5",
        "1.05",
        "45,000",
        "45.000",
        "1.000",
        "45.000,00",
        "1.0.0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1e3",
        "0x1",
        "٤٥",
        "45000đ",
        "9223372036854775808",
        "99999999999999999999999.00",
    ] {
        assert_eq!(Vnd::from_decimal_text(text), None, "{text}");
    }
}

#[test]
fn amounts_are_shown_the_vietnamese_way() {
    for (dong, shown) in [
        (0, "0 đ"),
        (999, "999 đ"),
        (1_000, "1.000 đ"),
        (50_000, "50.000 đ"),
        (1_234_567, "1.234.567 đ"),
        (-5_000, "-5.000 đ"),
        (-100, "-100 đ"),
        (i64::MIN, "-9.223.372.036.854.775.808 đ"),
    ] {
        assert_eq!(Vnd::new(dong).to_string(), shown);
    }
}

#[test]
fn sums_do_not_wrap() {
    let most = Vnd::new(i64::MAX);
    assert_eq!(most.checked_add(Vnd::new(1)), None);
    assert_eq!(Vnd::new(i64::MIN).checked_sub(Vnd::new(1)), None);
    assert_eq!([most, Vnd::new(1)].into_iter().sum::<Vnd>(), most);
    assert_eq!(Vnd::new(3).checked_sub(Vnd::new(5)), Some(Vnd::new(-2)));
}

#[test]
fn buckets_have_known_edges() {
    for (dong, bucket) in [
        (0, 0),
        (7, 7),
        (99, 99),
        (100, 100),
        (109, 100),
        (47_500, 47_000),
        (99_999, 99_000),
        (-47_500, -47_000),
        (i64::MAX, 9_200_000_000_000_000_000),
        (i64::MIN, -9_200_000_000_000_000_000),
    ] {
        assert_eq!(Vnd::new(dong).two_significant_digits(), Vnd::new(bucket), "{dong}");
    }
}

proptest! {
    #[test]
    fn a_bucket_is_below_by_less_than_a_tenth(dong in 1..=i64::MAX, more in 0..=i64::MAX) {
        let bucket = Vnd::new(dong).two_significant_digits();
        prop_assert!(bucket.get() <= dong && dong - bucket.get() < dong / 10 + 1);
        prop_assert_eq!(bucket.two_significant_digits(), bucket);
        prop_assert!(bucket.get().to_string().trim_end_matches('0').len() <= 2);
        // It keeps the order.
        let larger = Vnd::new(dong.saturating_add(more)).two_significant_digits();
        prop_assert!(larger >= bucket);
    }

    #[test]
    fn an_amount_is_read_back_with_or_without_decimals(dong in 0..=i64::MAX) {
        let amount = Some(Vnd::new(dong));
        prop_assert_eq!(Vnd::from_decimal_text(&dong.to_string()), amount);
        prop_assert_eq!(Vnd::from_decimal_text(&format!("{dong}.00")), amount);
    }

    #[test]
    fn any_amount_text_is_read_or_refused(text in ".{0,30}") {
        let _ = Vnd::from_decimal_text(&text);
    }
}

// ---------------------------------------------------------------- ids

#[test]
fn ids_never_go_backwards_whatever_the_clock_does() {
    let clock = Clock::standing_at(NOW);
    let ids = IdGenerator::new(clock.clone(), 5, UnixMs(0));
    let mut last = ids.next();
    assert!(last >= floor_of(NOW) && last < floor_of(NOW.plus_ms(1)));
    // Each jump is followed by more ids than a millisecond has numbers.
    for jump_ms in [0, -3_600_000, 1, 3_600_000, -1, i64::MIN / 2] {
        clock.move_to(NOW.plus_ms(jump_ms));
        for _ in 0..5_000 {
            let id = ids.next();
            assert!(id > last, "after {jump_ms} ms");
            last = id;
        }
    }
}

#[test]
fn a_restart_with_the_clock_set_back_repeats_no_id() {
    let clock = Clock::standing_at(NOW);
    let before = IdGenerator::new(clock.clone(), 5, UnixMs(0));
    let last = (0..10_000).map(|_| before.next()).last().unwrap();
    clock.move_to(NOW.plus_ms(-60_000));
    let after = IdGenerator::new(clock, 5, before.high_water());
    assert!(after.next() > last);
}

#[test]
fn a_lost_instance_is_left_without_going_backwards() {
    let clock = Clock::standing_at(NOW);
    let ids = IdGenerator::new(clock.clone(), 5, UnixMs(0));
    let before = ids.next();
    ids.move_to(9, UnixMs(0));
    let after = ids.next();
    assert!(after > before);
    assert_eq!((before >> 12 & 1_023, after >> 12 & 1_023), (5, 9));
}

#[test]
fn instances_at_the_same_instant_share_no_id() {
    let clock = Clock::standing_at(NOW);
    let mut issued = std::collections::HashSet::new();
    for instance in [0, 1, 2, 511, 1_023] {
        let ids = IdGenerator::new(clock.clone(), instance, UnixMs(0));
        for _ in 0..5_000 {
            assert!(issued.insert(ids.next()));
        }
    }
}

#[test]
fn threads_share_a_generator() {
    let ids = IdGenerator::new(Clock::standing_at(NOW), 1, UnixMs(0));
    let mut issued: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..5_000).map(|_| ids.next()).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    issued.sort_unstable();
    issued.dedup();
    assert_eq!(issued.len(), 20_000);
}

#[test]
fn ids_of_before_the_epoch_are_not_negative() {
    assert_eq!(floor_of(UnixMs(0)), 0);
    assert_eq!(floor_of(UnixMs(i64::MIN)), 0);
    assert!(IdGenerator::new(Clock::standing_at(UnixMs(i64::MIN)), 1, UnixMs(0)).next() >= 0);
}

#[test]
fn ids_are_text_outside() {
    let stall = StallId(0);
    assert_eq!(stall.to_string(), "stl_0000000000000");
    assert_eq!(StallId(i64::MAX).to_string(), "stl_7zzzzzzzzzzzz");
    assert_eq!(serde_json::to_string(&StallId(32)).unwrap(), r#""stl_0000000000010""#);
    assert_eq!(serde_json::from_str::<StallId>(r#""stl_0000000000010""#).unwrap(), StallId(32));
    let refused = serde_json::from_str::<StallId>(r#""brd_0000000000010""#).unwrap_err();
    assert!(refused.to_string().contains("begins with stl_"));
    for text in [
        "",
        "stl_",
        "stl0000000000010",
        "stl_000000000001",
        "stl_00000000000010",
        "brd_0000000000010",
        "STL_0000000000010",
        "stl_000000000001i",
        "stl_000000000001A",
        "stl_8000000000000",
        "stl_zzzzzzzzzzzzz",
        " stl_0000000000010",
        "stl_-000000000010",
        "stl_000000000001đ",
    ] {
        assert_eq!(StallId::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn an_id_is_read_back_and_sorts_as_its_text(a in 0..=i64::MAX, b in 0..=i64::MAX) {
        prop_assert_eq!(BoardId::parse(&BoardId(a).to_string()), Some(BoardId(a)));
        let texts = (BoardId(a).to_string(), BoardId(b).to_string());
        prop_assert_eq!(a.cmp(&b), texts.0.cmp(&texts.1));
    }

    #[test]
    fn any_text_is_an_id_of_that_text_or_none(text in "(stl_)?[0-9a-zđ_]{0,15}") {
        prop_assert!(StallId::parse(&text).is_none_or(|id| id.to_string() == text));
    }
}

// ---------------------------------------------------------------- clock

#[test]
fn a_standing_clock_is_moved_in_all_its_clones_and_released() {
    let clock = Clock::standing_at(NOW);
    let clone = clock.clone();
    clock.move_to(NOW.plus_ms(5));
    assert_eq!(clone.now(), NOW.plus_ms(5));
    clone.release();
    assert!(clock.now() > UnixMs(1_700_000_000_000) && clock.now() != NOW.plus_ms(5));

    let machine = Clock::system();
    machine.move_to(UnixMs(0));
    assert!(machine.now() > UnixMs(1_700_000_000_000));
}

// ---------------------------------------------------------------- folding

/// Every Vietnamese letter with a diacritic: composed, decomposed, folded.
const LETTERS: [(&str, char); 6] = [
    ("àáảãạăằắẳẵặâầấẩẫậ", 'a'),
    ("èéẻẽẹêềếểễệ", 'e'),
    ("ìíỉĩị", 'i'),
    ("òóỏõọôồốổỗộơờớởỡợ", 'o'),
    ("ùúủũụưừứửữự", 'u'),
    ("ỳýỷỹỵ", 'y'),
];

#[test]
fn every_vietnamese_letter_folds_composed_and_decomposed() {
    use unicode_normalization::UnicodeNormalization;
    let mut letters = 0;
    for (composed, folded) in LETTERS {
        for letter in composed.chars() {
            let decomposed: String = std::iter::once(letter).nfd().collect();
            assert!(decomposed.chars().count() > 1);
            for form in [letter.to_string(), decomposed] {
                assert_eq!(fold::without_diacritics(&form), folded.to_string());
                let upper = form.to_uppercase();
                assert_eq!(fold::without_diacritics(&upper), folded.to_uppercase().to_string());
            }
            letters += 1;
        }
    }
    assert_eq!(letters, 66);
    assert_eq!(fold::without_diacritics("Đường đi"), "Duong di");
}

#[test]
fn memos_and_names_fold_as_banks_fold_them() {
    assert_eq!(fold::memo("Tiền rau CJ-W7K 3m9fq, sạp Đ12"), "TIENRAUCJW7K3M9FQSAPD12");
    assert_eq!(fold::memo("cjw7k3m9fq"), "CJW7K3M9FQ");
    assert_eq!(fold::memo("💳 — "), "");
    assert_eq!(fold::name("  Nguyễn  Thị\tĐào. "), "NGUYEN THI DAO");
    assert_eq!(fold::name("NGUYEN THI DAO"), "NGUYEN THI DAO");
    assert_eq!(fold::name("HKD Bà Tư (cá, tôm)"), "HKD BA TU CA TOM");
    // Not Vietnamese: kept for the caller to refuse by name.
    assert_eq!(fold::without_diacritics("価格 ß"), "価格 ß");
}

proptest! {
    #[test]
    fn composed_and_decomposed_text_fold_alike(text in "[a-zA-ZđĐàáảãạăằấẫơớưựýỵỄ .,]{0,30}") {
        use unicode_normalization::UnicodeNormalization;
        let (nfc, nfd): (String, String) = (text.nfc().collect(), text.nfd().collect());
        prop_assert!(fold::without_diacritics(&nfd).is_ascii());
        prop_assert_eq!(fold::memo(&nfc), fold::memo(&nfd));
        prop_assert_eq!(fold::name(&nfc), fold::name(&nfd));
    }

    #[test]
    fn a_folded_memo_folds_to_itself(text in ".{0,40}") {
        let once = fold::memo(&text);
        prop_assert!(once.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        prop_assert_eq!(fold::memo(&once), once.clone());
    }
}

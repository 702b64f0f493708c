//! Classes, histograms and delays: the small parts that totals are made of.

use cho40::ledger::class::Class;
use cho40::ledger::histogram::{self, Histogram};
use cho40::ledger::latency::{self, Delay};
use cho40::primitives::Vnd;
use proptest::prelude::*;

fn log(amounts: &[i64]) -> String {
    amounts.iter().map(|vnd| histogram::entry(Vnd::new(*vnd))).collect()
}

#[test]
fn classes_read_back_and_name_columns_that_exist() {
    for (place, class) in Class::ALL.into_iter().enumerate() {
        assert_eq!(class as usize, place);
        assert_eq!(Class::parse(class.as_str()), Some(class));
        assert_eq!(serde_json::to_value(class).unwrap(), class.as_str());
        assert_eq!(class.count_column(), format!("{}_count", class.as_str()));
        assert_eq!(class.amount_column(), format!("{}_vnd", class.as_str()));
        assert!(!class.label_vi().is_empty());
    }
    assert_eq!(Class::parse("Sale"), None);
    let business: Vec<_> = Class::ALL.into_iter().filter(|class| class.is_business()).collect();
    assert_eq!(business, [Class::Sale, Class::DebtRepayment, Class::Deposit]);
}

#[test]
fn entries_are_two_characters() {
    let cases = [
        (10, "!0"),
        (99, "z0"),
        (100, "!1"),
        (47_500, "F3"),
        (9_034, "q2"),
        (3, "!0"),
        (-5, "!0"),
        (i64::MAX, "sh"),
    ];
    for (vnd, text) in cases {
        assert_eq!(histogram::entry(Vnd::new(vnd)), text, "{vnd}");
    }
}

#[test]
fn medians_are_lower_medians() {
    let median = |amounts: &[i64]| Histogram::from_log(&log(amounts)).median().map(Vnd::get);
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[47_500]), Some(47_000));
    assert_eq!(median(&[10_000, 50_000]), Some(10_000));
    assert_eq!(median(&[50_000, 10_000, 2_000_000]), Some(50_000));
}

#[test]
fn removed_receipts_are_gone() {
    let removal = |vnd| format!("{}{}", histogram::REMOVAL, log(&[vnd]));
    let text = log(&[10_000, 50_000, 50_000]) + &removal(50_000) + &removal(10_000);
    let counts = Histogram::from_log(&text);
    assert_eq!((counts.count(), counts.median()), (1, Some(Vnd::new(50_000))));
    assert_eq!(Histogram::from_log(&removal(10_000)), Histogram::default());
}

#[test]
fn nonsense_is_passed_over() {
    for text in ["!", "~", "~~", "\u{7f}0", "!z", "é0", "đđ"] {
        assert_eq!(Histogram::from_log(text).count(), 0, "{text}");
    }
}

#[test]
fn months_are_packed_as_counts_from_the_first_bucket_on() {
    let packed = |amounts: &[i64]| Histogram::from_log(&log(amounts)).packed();
    assert!(packed(&[]).is_empty());
    assert_eq!(packed(&[10]), [0, 0, 1]);
    // Buckets 270 and 271, three between, 275; 200 in two groups of seven bits.
    let mut amounts = vec![10_000, 11_000, 11_000, 15_000];
    assert_eq!(packed(&amounts), [1, 14, 1, 2, 0, 3, 1]);
    amounts.extend([15_000; 199]);
    assert_eq!(packed(&amounts), [1, 14, 1, 2, 0, 3, 0xC8, 1]);
    assert_eq!(packed(&[i64::MAX]), [6, 0x4C, 1]);
}

#[test]
fn malformed_bytes_end_the_reading() {
    let count = |bytes: &[u8]| Histogram::from_packed(bytes).count();
    assert_eq!(count(&[0]), 0);
    assert_eq!(count(&[0, 0]), 0);
    // No bucket so high, neither at first nor after a run of zeros.
    assert_eq!(count(&[0xFF, 0xFF, 1]), 0);
    assert_eq!(count(&[6, 0x53, 1, 1]), 1);
    assert_eq!(count(&[0, 0, 1, 0, 0xFF, 0x7F, 1]), 1);
    // Numbers and runs without their end, or too long.
    assert_eq!(count(&[0, 0, 1, 0]), 1);
    assert_eq!(count(&[0, 0, 1, 0x80]), 1);
    assert_eq!(count(&[[0, 0].as_slice(), &[0xFF; 9], &[1]].concat()), 0);
    assert_eq!(count(&[[0, 0].as_slice(), &[0xFF; 8], &[0x7F, 1]].concat()), i64::MAX);
}

proptest! {
    #[test]
    fn the_median_bucket_is_the_bucket_of_the_median(
        mut amounts in prop::collection::vec(10_i64..500_000_000_000, 1..60),
    ) {
        let counts = Histogram::from_log(&log(&amounts));
        amounts.sort_unstable();
        let median = Vnd::new(amounts[(amounts.len() - 1) / 2]).two_significant_digits();
        prop_assert_eq!(counts.median(), Some(median));
        prop_assert_eq!(counts.count(), amounts.len() as i64);
    }

    #[test]
    fn packing_keeps_every_count(
        amounts in prop::collection::vec(1_i64..=i64::MAX, 0..60),
        doublings in 0..30,
    ) {
        let mut counts = Histogram::from_log(&log(&amounts));
        for _ in 0..doublings {
            counts.merge(&counts.clone());
        }
        prop_assert_eq!(Histogram::from_packed(&counts.packed()), counts);
    }

    #[test]
    fn merging_is_reading_one_log_after_another(
        one in prop::collection::vec(10_i64..10_000_000, 0..30),
        other in prop::collection::vec(10_i64..10_000_000, 0..30),
    ) {
        let (first, second) = (Histogram::from_log(&log(&one)), Histogram::from_log(&log(&other)));
        let sum = Histogram::from_log(&(log(&one) + &log(&other)));
        let merged_into_first = |merge: &dyn Fn(&mut Histogram)| {
            let mut merged = first.clone();
            merge(&mut merged);
            merged
        };
        prop_assert_eq!(&merged_into_first(&|merged| merged.merge(&second)), &sum);
        prop_assert_eq!(&merged_into_first(&|merged| merged.merge_log(&log(&other))), &sum);
        prop_assert_eq!(&merged_into_first(&|merged| merged.merge_packed(&second.packed())), &sum);
    }

    #[test]
    fn removing_every_receipt_leaves_nothing(
        amounts in prop::collection::vec(1_i64..10_000_000, 0..30),
    ) {
        let removals: String =
            amounts.iter().flat_map(|vnd| ["~".to_owned(), log(&[*vnd])]).collect();
        prop_assert_eq!(
            Histogram::from_log(&(log(&amounts) + &removals)),
            Histogram::default()
        );
    }

    #[test]
    fn nothing_can_break_it(
        text in ".*",
        bytes in prop::collection::vec(prop_oneof![0_u8..9, any::<u8>()], 0..60),
    ) {
        let _ = Histogram::from_log(&text);
        let found = Histogram::from_packed(&bytes);
        prop_assert_eq!(Histogram::from_packed(&found.packed()), found);
    }

    #[test]
    fn a_removal_leaves_the_receipts_of_other_days(
        one in prop::collection::vec(10_i64..1_000, 0..30),
        other in prop::collection::vec(10_i64..1_000, 0..30),
    ) {
        let mut merged = Histogram::from_log(&log(&one));
        let removals: String = other.iter().flat_map(|vnd| ["~".to_owned(), log(&[*vnd])]).collect();
        merged.merge_log(&removals);
        prop_assert_eq!(merged, Histogram::from_log(&log(&one)));
    }
}

#[test]
fn delays_fall_into_the_bucket_that_includes_them() {
    let cases = [
        (-7_000, 0),
        (0, 0),
        (1_000, 0),
        (1_001, 1),
        (2_000, 1),
        (60_000, 5),
        (300_000, 6),
        (1_800_000, 7),
        (86_400_000, 8),
        (86_400_001, 9),
        (i64::MAX, 9),
    ];
    for (delay_ms, bucket) in cases {
        assert_eq!(latency::bucket(delay_ms), bucket, "{delay_ms}");
    }
    assert_eq!(latency::COLUMNS[9], "latency_9");
}

#[test]
fn percentiles_are_upper_bounds() {
    assert_eq!(latency::percentile(&[0; latency::BUCKETS], 500), None);
    let mut counts = [0; latency::BUCKETS];
    counts[0] = 50;
    counts[2] = 45;
    counts[9] = 5;
    assert_eq!(latency::percentile(&counts, 500), Some(Delay::AtMostMs(1_000)));
    assert_eq!(latency::percentile(&counts, 501), Some(Delay::AtMostMs(5_000)));
    assert_eq!(latency::percentile(&counts, 950), Some(Delay::AtMostMs(5_000)));
    assert_eq!(latency::percentile(&counts, 951), Some(Delay::MoreThanMs(86_400_000)));
    assert_eq!(latency::percentile(&counts, 0), Some(Delay::AtMostMs(1_000)));
}

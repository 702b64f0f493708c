//! Casso's two integrations tell one account: their ids and references are not the same, so that only
//! what else they tell says which reports are of one transfer.

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{ListApi, Provider};
use cho40::registry::accounts::UseKind;

use crate::pairs_support::{ACCOUNT, agrees, counts, paid, pairs_of, together};
use crate::poll_support::{self, Row, poll, poller, set, settings};
use crate::stage::{Feed, SEPAY_SECRET, Stage};
use crate::support::on_both;

const V1: &str = r#"{"version":"v1"}"#;
const V2: &str = r#"{"version":"v2"}"#;

fn both(stage: &Stage) -> [Feed<'_>; 2] {
    [V1, V2].map(|config| stage.feed_of(Provider::Casso, config, SEPAY_SECRET))
}

/// References of the first and the second integration, and what the second report is.
const NAMED: [(&str, &str, &str); 4] = [
    ("12", "FT26308000077", "suspected"),
    ("", "FT26308000078", "suspected"),
    ("FT26308000079", "FT26308000080", "suspected"),
    ("13", "13", "duplicate"),
];

on_both!(two_integrations_of_casso_count_a_transfer_once_whatever_they_call_it, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let [first, second] = both(&stage);
    for (number, (one, other, expected)) in (1..).zip(NAMED) {
        for (way, order) in [[&first, &second], [&second, &first]].into_iter().enumerate() {
            let id = number * 10 + way as u64;
            let at = paid(&stage, id, id as i64 * 1_000, "mua ca");
            let [told, again] = if way == 0 { [one, other] } else { [other, one] };
            let before = counts(&stage).0;
            let told = SampleTransfer { reference: told, ..at.clone() };
            assert_eq!(order[0].send(&told), "recorded", "{one} {other} {way}");
            if number % 2 == 0 {
                stage.index_transfers();
            }
            // The second is worded otherwise, unless all is the same.
            let memo = if again == told.reference { at.memo } else { "MBVCB mua ca" };
            let again = SampleTransfer { id: id + 5_000, reference: again, memo, ..at };
            assert_eq!(order[1].send(&again), expected, "{one} {other} {way}");
            assert_eq!(counts(&stage).0 - before, 1);
        }
    }
    assert_eq!(pairs_of(&stage, Some(true)).len(), 6);
    agrees(&stage);
});

on_both!(two_payments_told_by_both_integrations_stay_two, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let [first, second] = both(&stage);
    let told = |id, seconds, reference| SampleTransfer {
        reference,
        ..paid(&stage, id, seconds, "mua ca")
    };
    // Two of one second, and one of the next.
    let of_first = [told(1, 60, "1"), told(2, 60, "2"), told(3, 59, "3")];
    let of_second = [told(91, 60, "FT1"), told(92, 60, "FT2"), told(93, 59, "FT3")];
    let mut sent: Vec<_> = of_first.into_iter().map(|one| (&first, one)).collect();
    sent.extend(of_second.into_iter().map(|one| (&second, one)));
    let outcomes = together(&stage, &sent);
    assert_eq!(outcomes[..3], ["recorded"; 3]);
    assert_eq!(outcomes[3..], ["suspected"; 3]);
    assert_eq!((counts(&stage).0, pairs_of(&stage, Some(true)).len()), (3, 3));
    agrees(&stage);
});

on_both!(what_one_integration_tells_twice_is_two, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    for (number, feed) in (1..).zip(both(&stage)) {
        for id in 1..=2 {
            let told = paid(&stage, number * 10 + id, number as i64 * 1_000, "mua ca");
            let told = SampleTransfer { reference: "7", ..told };
            assert_eq!(feed.send(&told), "recorded", "{number} {id}");
        }
    }
    assert_eq!((counts(&stage).0, pairs_of(&stage, None).len()), (4, 0));
    agrees(&stage);
});

on_both!(the_first_integration_beside_the_list_of_the_second, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let provider = poll_support::Provider::start(ListApi::CassoV2);
    let feed = stage.feed_of(Provider::Casso, V1, SEPAY_SECRET);
    set(&stage, &provider, feed.id, settings(ListApi::CassoV2, &provider)).unwrap();
    let poller = poller(&stage, &provider);
    let row = |id: u64| Row::new(&stage, id, 400 * id as i64, ACCOUNT);
    let renamed = |id: u64| Row { reference: id.to_string(), memo: "khac".into(), ..row(id) };
    assert_eq!(feed.send(&renamed(1).sample()), "recorded");
    assert_eq!(feed.send(&row(2).sample()), "recorded");
    provider.change(|book| book.rows = (1..=4).map(row).collect());
    assert_eq!(poll(&stage, &poller, &feed).new_rows, 4);
    assert_eq!(feed.send(&renamed(3).sample()), "suspected");
    assert_eq!(feed.send(&row(4).sample()), "duplicate");
    assert_eq!((counts(&stage).0, pairs_of(&stage, Some(true)).len()), (4, 2));
    agrees(&stage);
});

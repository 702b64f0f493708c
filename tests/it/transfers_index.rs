#![cfg(test)]
//! The transfers of a stall or an account are listed the same before the index knows them, while
//! it catches up, and after people have moved some of them.

use cho40::feeds::Provider;
use cho40::ledger::index;
use cho40::ledger::transfers::{self, Filter};
use cho40::primitives::ids::{OccupancyId, TransferId};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{AccountKind, UseKind};
use serde_json::json;

use crate::stage::{Stage, transfer};
use crate::support::on_both;

/// All ids of a filter, newest first, read in pages of two.
fn listed(stage: &Stage, filter: Filter) -> Vec<TransferId> {
    let (mut ids, mut cursor): (_, Option<String>) = (Vec::new(), None);
    loop {
        let page = PageRequest::parse(cursor.as_deref(), Some(2)).unwrap();
        let page = stage.read(|connection, act| transfers::list(connection, act, filter, page));
        assert!(page.items.len() <= 2);
        ids.extend(page.items.iter().map(|transfer| transfer.id));
        let Some(next) = page.next_cursor else { return ids };
        cursor = Some(next);
    }
}

fn move_to(stage: &Stage, id: TransferId, occupancy_id: OccupancyId) {
    let line = json!({"occupancy_id": occupancy_id, "class": "sale", "amount_vnd": 45_000});
    let new = serde_json::from_value(json!({"lines": [line]})).unwrap();
    stage.write(move |connection, act| transfers::assign(connection, act, id, new));
}

on_both!(a_stall_s_transfers_are_found_before_and_after_they_are_indexed, |db| {
    let stage = Stage::new(db);
    let one = stage.stand("A1", "0123456789", UseKind::BusinessOnly);
    let shared = stage.account("9990001112", AccountKind::Personal, UseKind::BusinessOnly);
    let two = stage.stand_on("A2", shared);
    let feed = stage.feed(Provider::Sepay);
    for id in 1..=5 {
        assert_eq!(feed.send(&transfer(&stage, id, "0123456789", "rau")), "recorded");
        assert_eq!(feed.send(&transfer(&stage, 100 + id, "9990001112", "ca")), "recorded");
    }
    let all = listed(&stage, Filter::default());
    assert_eq!(all.len(), 10);
    let of = |occupancy_id| Filter { occupancy_id: Some(occupancy_id), account_id: None };
    let (of_one, of_two) =
        (listed(&stage, of(one.occupancy_id)), listed(&stage, of(two.occupancy_id)));
    assert_eq!((of_one.len(), of_two.len()), (5, 5));
    assert!(all.iter().all(|id| of_one.contains(id) != of_two.contains(id)));

    stage.index_transfers();
    assert!(stage.read(|connection, _| index::behind(connection)).is_empty());
    assert_eq!(listed(&stage, of(one.occupancy_id)), of_one);
    assert_eq!(listed(&stage, Filter { occupancy_id: None, account_id: Some(shared) }), of_two);

    // Two are moved, one of them back again: each is listed where it is now, once.
    move_to(&stage, of_one[0], two.occupancy_id);
    move_to(&stage, of_one[1], two.occupancy_id);
    move_to(&stage, of_one[1], one.occupancy_id);
    assert_eq!(feed.send(&transfer(&stage, 6, "0123456789", "rau")), "recorded");
    let newest = listed(&stage, Filter::default())[0];
    let (now_one, now_two) =
        (listed(&stage, of(one.occupancy_id)), listed(&stage, of(two.occupancy_id)));
    let mut expected_two = [&of_two[..], &of_one[..1]].concat();
    expected_two.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(now_one, [&[newest], &of_one[1..]].concat());
    assert_eq!(now_two, expected_two);
    let both = Filter { occupancy_id: Some(two.occupancy_id), account_id: Some(one.account_id) };
    assert_eq!(listed(&stage, both), of_one[..1]);
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

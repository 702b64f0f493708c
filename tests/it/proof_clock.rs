#![cfg(test)]
//! A clock that is set back an hour: ids and events go on, nothing is counted twice, and what cannot
//! be believed by such a clock is believed when it is right again.

use std::collections::BTreeSet;

use cho40::app::App;
use cho40::db::schema::transfers;
use cho40::feeds::Provider;
use cho40::primitives::time::MS_PER_HOUR;
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;

use crate::pairs_support::{ACCOUNT, agrees};
use crate::stage::{Stage, transfer};
use crate::support::on_both;

on_both!(a_clock_set_back_an_hour_loses_and_doubles_nothing, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let (signed, unsigned) = (stage.feed(Provider::Sepay), stage.feed(Provider::SepayBankHub));
    let clock = &stage.app.clock;
    let noon = clock.now();
    let ids = || -> Vec<i64> {
        stage.read(|connection, _| {
            Ok(transfers::table.order(transfers::id).select(transfers::id).load(connection)?)
        })
    };
    let report = |id: u64| {
        let sent = transfer(&stage, id, ACCOUNT, "x");
        let occurred_at = noon.plus_ms(-600_000 * id as i64);
        cho40::feeds::sample::SampleTransfer { occurred_at, ..sent }
    };
    assert_eq!(signed.send(&report(1)), "recorded");
    let [in_time, again] = [(); 2].map(|()| signed.signed(&report(2)));
    let last = ids()[0];
    clock.move_to(noon.plus_ms(-MS_PER_HOUR));
    // The signature is an hour ahead: refused, as it would be if somebody had kept it.
    assert_eq!(signed.deliver(in_time).outcome, "refused");
    assert_eq!(unsigned.send(&report(3)), "recorded");
    assert_eq!(unsigned.send(&report(1)), "suspected", "the other sender's first");
    assert_eq!(unsigned.send(&report(3)), "duplicate");
    // A process that starts by the wrong clock beside the other one has ids of its own.
    let another = App::build(stage.app.config.clone(), clock.clone()).unwrap();
    let its_own = another.ids.next();
    assert!(!ids().contains(&its_own));
    assert!(ids().iter().all(|id| *id >= last), "an id went back");
    clock.move_to(noon);
    assert_eq!(signed.deliver(again).outcome, "recorded", "the provider tried again");
    let all = ids();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 3);
    agrees(&stage);
});

//! Which feeds are broken, and who has to mend them: a team at the stall, or the desk.

#![cfg(test)]

use cho40::outreach::candidates::Rest;
use cho40::outreach::desk::DeskMatter;
use cho40::outreach::reasons::VisitReason as R;
use cho40::primitives::ids::FeedId;

use crate::adoption_support::{ELSEWHERE, FEED, Market, PHONES, Stall, ago};
use crate::statements_import::told;
use crate::support::on_both;
use crate::visits::{candidate, for_desk, grounds, reasons, visited};

on_both!(a_vendor_who_is_away_has_no_broken_feed, |db| {
    let mut market = Market::new(db);
    market.phones();
    let (stall, other) = (market.phoned(1, 11, 100), market.phoned(2, 11, 100));
    market.heard(PHONES, 400, 6, ELSEWHERE, ELSEWHERE);
    market.sales(stall, 6..60);
    market.sales(other, 6..60);
    market.absent(1, stall, "day_off", 5, Some(-20));
    assert_eq!(reasons(&mut market, stall), []);
    assert_eq!(candidate(&mut market, stall).rests, Some(Rest::Away));
    assert_eq!(reasons(&mut market, other), [R::FeedUnproven]);
});

on_both!(a_statement_is_no_feed_that_breaks, |db| {
    let mut market = Market::new(db);
    let stall = market.equipped(1, 11, 100);
    told(&mut market, 1, stall.0, 25, 6);
    market.sales(stall, 6..25);
    assert_eq!(reasons(&mut market, stall), []);
    // Its rows are reported by a feed of its own.
    market.execute("UPDATE feeds SET provider = 'statement'");
    market.covered_by(FEED, 1);
    market.heard(FEED, 25, 6, ELSEWHERE, ELSEWHERE);
    assert_eq!(reasons(&mut market, stall), []);
    assert_eq!(for_desk(&mut market), []);
});

on_both!(a_feed_that_was_never_proven_is_not_broken, |db| {
    let mut market = Market::new(db);
    market.phones();
    // Alone on its feed and bank: nothing but its own money is ever heard.
    let stall = market.phoned(1, 11, 100);
    market.heard(PHONES, 60, 5, stall.0, stall.0);
    market.sales(stall, 5..60);
    assert_eq!(reasons(&mut market, stall), []);
    assert_eq!(for_desk(&mut market), []);
});

on_both!(an_aggregator_s_feed_is_one_thing_to_mend, |db| {
    let mut market = Market::new(db);
    for id in 1..=3 {
        let stall = market.fed(id, 11, 100);
        market.sales(stall, 6..60);
    }
    market.alive(400, 5);
    let stalls = [1, 2, 3].map(Stall);
    for stall in stalls {
        assert_eq!(reasons(&mut market, stall), []);
    }
    let found = for_desk(&mut market);
    let [task] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(task.matter, DeskMatter::FeedDark);
    assert_eq!((task.feed_id, task.since), (Some(FeedId(FEED)), ago(4)));
    assert!(task.why.vi.contains("sepay của 3 sạp"), "{}", task.why.vi);
    // One that is heard of one stall is broken for the others alone: their accounts are no longer
    // linked.
    market.sales(stalls[1], 0..5);
    assert_eq!(for_desk(&mut market), []);
    assert_eq!(reasons(&mut market, stalls[1]), []);
    let found = grounds(&mut market, stalls[0], R::FeedUnproven);
    assert_eq!((found.severity, found.since), (2, ago(4)));
    assert!(found.bring.vi.contains("dịch vụ báo tiền"), "{}", found.bring.vi);
    // A feed that is not the account's any more says nothing.
    market.execute(&format!("UPDATE feed_accounts SET to_day = {} WHERE account_id = 1", ago(4).0));
    assert_eq!(reasons(&mut market, stalls[0]), []);
    visited(&mut market, 1, stalls[2], "helped", 3);
    assert_eq!(candidate(&mut market, stalls[2]).rests, None, "a broken feed is pressing");
});

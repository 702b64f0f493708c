//! A lane that is held by a job of our own: the provider is told to come again before it gives up.

use std::thread;
use std::time::Duration;

use cho40::feeds::Provider;
use cho40::registry::accounts::UseKind;

use crate::stage::{Stage, transfer};
use crate::support::on_both;

const ACCOUNT: &str = "0123456789";

on_both!(a_delivery_behind_a_long_job_is_told_to_come_again, |db| {
    let stage = Stage::new(db);
    stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    let feed = stage.feed(Provider::Sepay);
    let (lane, board_id) = (stage.app.db.clone(), stage.act.board_id().0);
    let job = thread::spawn(move || {
        lane.write_here(board_id, |_| {
            thread::sleep(Duration::from_secs(25));
            Ok(())
        })
    });
    thread::sleep(Duration::from_millis(300));
    let sale = transfer(&stage, 7, ACCOUNT, "mua rau");
    let answered = feed.deliver(feed.signed(&sale));
    assert_eq!((answered.outcome, answered.reply.status), ("busy", 503));
    assert!(!job.is_finished(), "it was told while the lane was held");
    job.join().unwrap().unwrap();
    // What waited is taken in all the same; what comes again is a repetition.
    assert_eq!(feed.send(&sale), "duplicate");
    assert!(stage.differences().is_empty(), "{:?}", stage.differences());
});

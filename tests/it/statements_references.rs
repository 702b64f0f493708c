//! A reference of the bank that stands on several lines, as a terminal's code does, tells none from
//! another, whatever the amounts are.

#![cfg(test)]

use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::intake::statements::{Commit, Statement};
use cho40::registry::accounts::UseKind;

use crate::pairs_support::{agrees, together};
use crate::stage::{Feed, Stage, Stand};
use crate::statements_import::{ACCOUNT, file, look, run, start};
use crate::statements_pairs::{counted, told};
use crate::support::on_both;

const TERMINAL: &str = "POS00123456";

fn scene(stage: &Stage) -> (Stand, Feed<'_>) {
    let stand = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly);
    (stand, stage.feed(Provider::Sepay))
}

/// A file that tells no day whole, so that the reference alone could settle anything.
fn part(stage: &Stage, stand: &Stand, lines: &[&[&str]]) -> Statement {
    let looked_at = look(stage, stand.account_id, &file(lines)).unwrap();
    start(stage, looked_at.id, Commit { no_days: true, ..Commit::default() }).unwrap();
    run(stage, looked_at.id)
}

fn with<'a>(reference: &'a str, sent: SampleTransfer<'a>) -> SampleTransfer<'a> {
    SampleTransfer { reference, ..sent }
}

on_both!(one_that_other_senders_tell_of_other_amounts_settles_nothing, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    feed.send(&with(TERMINAL, told(&stage, 1, "2026-11-03 09:00:00", 50_000, "a")));
    feed.send(&with(TERMINAL, told(&stage, 2, "2026-11-05 09:00:00", 60_000, "b")));
    feed.send(&with("FT26308000077", told(&stage, 3, "2026-11-03 10:00:00", 70_000, "c")));
    let lines: [&[&str]; 2] = [
        &["03/11/2026", TERMINAL, "", "50,000", "", "a"],
        &["03/11/2026", "FT26308000077", "", "70,000", "", "c"],
    ];
    let done = part(&stage, &stand, &lines);
    assert_eq!((done.progress.linked, done.progress.doubtful), (1, 1));
    assert_eq!(counted(&stage), (3, 1, 1));
    agrees(&stage);
});

on_both!(one_that_the_file_tells_of_other_amounts_settles_nothing, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    feed.send(&with(TERMINAL, told(&stage, 1, "2026-11-03 09:00:00", 50_000, "a")));
    let lines: [&[&str]; 2] = [
        &["03/11/2026", TERMINAL, "", "50,000", "", "a"],
        &["09/11/2026", TERMINAL, "", "60,000", "", "b"],
    ];
    let done = part(&stage, &stand, &lines);
    assert_eq!((done.progress.recorded, done.progress.doubtful), (1, 1));
    agrees(&stage);
});

on_both!(one_of_several_rows_settles_no_later_report, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    let lines: [&[&str]; 3] = [
        &["03/11/2026", TERMINAL, "", "50,000", "", "a"],
        &["04/11/2026", TERMINAL, "", "60,000", "", "b"],
        &["03/11/2026", "FT26308000077", "", "70,000", "", "c"],
    ];
    part(&stage, &stand, &lines);
    feed.send(&with(TERMINAL, told(&stage, 1, "2026-11-03 09:00:00", 50_000, "x")));
    assert_eq!(counted(&stage), (3, 1, 0));
    feed.send(&with("FT26308000077", told(&stage, 2, "2026-11-03 09:00:00", 70_000, "x")));
    assert_eq!(counted(&stage), (3, 1, 1));
    agrees(&stage);
});

on_both!(one_of_several_reports_at_once_settles_nothing, |db| {
    let stage = Stage::new(db);
    let (stand, feed) = scene(&stage);
    let lines: [&[&str]; 1] = [&["03/11/2026", TERMINAL, "", "50,000", "", "a"]];
    part(&stage, &stand, &lines);
    let one = with(TERMINAL, told(&stage, 1, "2026-11-03 09:00:00", 50_000, "x"));
    let other = with(TERMINAL, told(&stage, 2, "2026-11-03 09:30:00", 60_000, "y"));
    together(&stage, &[(&feed, one), (&feed, other)]);
    assert_eq!(counted(&stage), (2, 1, 0));
    agrees(&stage);
});

//! An import between whose steps others go on: what they tell is compared, and that alone, and of
//! several servers one is at it.

#![cfg(test)]

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, Provider};
use cho40::intake::statements::{Commit, Import, StatementState, Step};
use cho40::primitives::ids::{AccountId, StatementId};
use cho40::primitives::time::MS_PER_MINUTE;
use cho40::registry::accounts::{self, AccountKind, NewAccount, Relation, UseKind};
use diesel::prelude::*;

use crate::pairs_support::{agrees, pairs_of};
use crate::stage::Stage;
use crate::statements_import::{ACCOUNT, file, look, run, start};
use crate::statements_pairs::told;
use crate::support::on_both;

/// Rows of a step.
const STEP: usize = 800;

/// An account whose money out is kept, with a stall.
fn account(stage: &Stage) -> AccountId {
    let new = NewAccount {
        bin: "970422".into(),
        number: ACCOUNT.into(),
        kind: AccountKind::Organisation,
        use_kind: UseKind::BusinessOnly,
        holder_name: "HOP TAC XA CHO".into(),
        relation: Relation::Market,
        keeps_outgoing: true,
    };
    let account = stage.write(move |connection, act| accounts::create(connection, act, new)).id;
    stage.stand_on("A1", account);
    account
}

/// Rows of so many amounts, on twenty days, without a time.
fn rows(count: usize, amounts: usize) -> Vec<[String; 6]> {
    let row = |n: usize| {
        let day = format!("{:02}/11/2026", n * 20 / count + 1);
        let amount = (10_000 + n % amounts).to_string();
        [day, String::new(), String::new(), amount, String::new(), format!("m{n}")]
    };
    (0..count).map(row).collect()
}

fn begin(stage: &Stage, account_id: AccountId, rows: &[[String; 6]]) -> StatementId {
    let rows: Vec<[&str; 6]> = rows.iter().map(|row| row.each_ref().map(String::as_str)).collect();
    let rows: Vec<&[&str]> = rows.iter().map(<[&str; 6]>::as_slice).collect();
    let id = look(stage, account_id, &file(&rows)).unwrap().id;
    start(stage, id, Commit::default()).unwrap();
    id
}

fn import(stage: &Stage, id: StatementId) -> Import {
    Import::new(&stage.app.intake, stage.act.board_id(), id)
}

fn to_its_end(import: &mut Import) {
    while import.step().unwrap() == Step::More {}
    assert_eq!(import.step().unwrap(), Step::Ended);
}

fn transfers(stage: &Stage, direction: &str) -> i64 {
    use cho40::db::schema::transfers as t;
    stage.read(|connection, _| {
        Ok(t::table.filter(t::direction.eq(direction)).count().get_result(connection)?)
    })
}

on_both!(what_is_told_between_two_steps_is_counted_once, |db| {
    let stage = Stage::new(db);
    let account_id = account(&stage);
    let feed = stage.feed(Provider::Sepay);
    let mut all = rows(STEP + 10, STEP);
    let gone = ["22/11/2026", "", "200,000", "", "", "tra tien hang"].map(str::to_owned);
    let come = ["22/11/2026", "", "", "300,000", "", "tien rau"].map(str::to_owned);
    all.extend([gone, come]);
    let mut import = import(&stage, begin(&stage, account_id, &all));
    assert_eq!(import.step().unwrap(), Step::More);
    let out = SampleTransfer {
        direction: Direction::Out,
        ..told(&stage, 1, "2026-11-22 10:00:00", 200_000, "tra tien hang")
    };
    assert_eq!(feed.send(&out), "recorded");
    assert_eq!(feed.send(&told(&stage, 2, "2026-11-22 11:00:00", 300_000, "tien rau")), "recorded");
    to_its_end(&mut import);
    assert_eq!((transfers(&stage, "out"), transfers(&stage, "in")), (1, STEP as i64 + 11));
    assert_eq!((pairs_of(&stage, Some(false)).len(), pairs_of(&stage, Some(true)).len()), (2, 0));
    agrees(&stage);
});

on_both!(a_step_compares_what_is_new_and_no_other_row, |db| {
    let stage = Stage::new(db);
    let account_id = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly).account_id;
    let feed = stage.feed(Provider::Sepay);
    let (count, amounts) = (4 * STEP, 40);
    // A row of each amount was told before, and so all are compared once.
    for n in 0..amounts {
        let memo = format!("m{n}");
        feed.send(&told(&stage, n + 1, "2026-11-01 08:00:00", 10_000 + n as i64, &memo));
    }
    let mut import = import(&stage, begin(&stage, account_id, &rows(count, amounts as usize)));
    let mut steps = 0;
    while import.step().unwrap() == Step::More {
        steps += 1;
        let memo = format!("m{}", count - steps);
        let amount = 10_000 + (count - steps) as i64 % 40;
        feed.send(&told(&stage, 100 + steps as u64, "2026-11-20 08:00:00", amount, &memo));
    }
    assert_eq!(steps, 4);
    let once = count + amounts as usize;
    let of_an_amount = count / amounts as usize + 2;
    assert!(import.compared() > once, "{}", import.compared());
    assert!(import.compared() <= once + steps * of_an_amount, "{}", import.compared());
    // The last came after the last row.
    assert_eq!(transfers(&stage, "in"), count as i64);
    agrees(&stage);
});

on_both!(one_server_at_a_time_takes_a_statement_in, |db| {
    let clock = db.clock.clone();
    let stage = Stage::new(db);
    let account_id = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly).account_id;
    let id = begin(&stage, account_id, &rows(4 * STEP, STEP));
    let (mut one, mut two) = (import(&stage, id), import(&stage, id));
    assert_eq!((one.step().unwrap(), two.step().unwrap()), (Step::More, Step::Held));
    assert_eq!((one.step().unwrap(), two.step().unwrap()), (Step::More, Step::Held));
    // The first has stopped.
    clock.move_to(clock.now().plus_ms(MS_PER_MINUTE + 1));
    assert_eq!((two.step().unwrap(), one.step().unwrap()), (Step::More, Step::Held));
    // A clock that was wrong holds nobody up.
    clock.move_to(clock.now().plus_ms(-60 * MS_PER_MINUTE));
    assert_eq!((one.step().unwrap(), two.step().unwrap()), (Step::More, Step::Held));
    to_its_end(&mut one);
    assert_eq!(two.step().unwrap(), Step::Ended);
    assert_eq!(transfers(&stage, "in"), 4 * STEP as i64);
    agrees(&stage);
});

on_both!(of_one_account_one_file_after_the_other_is_taken_in, |db| {
    let stage = Stage::new(db);
    let account_id = stage.stand("A1", ACCOUNT, UseKind::BusinessOnly).account_id;
    let rows = rows(STEP + 10, STEP);
    let first = begin(&stage, account_id, &rows);
    // The same rows with a balance, so that each is another row, and linked to the first file's.
    let mut other = rows;
    for (row, balance) in other.iter_mut().zip(5_000_000..) {
        row[4] = balance.to_string();
    }
    let second = begin(&stage, account_id, &other);
    let mut import = import(&stage, first);
    assert_eq!(import.step().unwrap(), Step::More);
    assert_eq!(run(&stage, second).state, StatementState::Running);
    to_its_end(&mut import);
    assert_eq!(run(&stage, second).state, StatementState::Done);
    assert_eq!(transfers(&stage, "in"), STEP as i64 + 10);
    // What has waited is taken up by the run before it.
    let (first, second) = (begin(&stage, account_id, &other), begin(&stage, account_id, &other));
    assert_eq!(run(&stage, first).state, StatementState::Done);
    let shown =
        stage.read(|connection, act| cho40::intake::statements::get(connection, act, second));
    assert_eq!(shown.state, StatementState::Done);
    agrees(&stage);
});

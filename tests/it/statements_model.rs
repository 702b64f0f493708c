//! True transfers, told by two senders and by files with other columns, whole days and parts of
//! them, in random order: none is counted twice, and none is lost unless a pair waits for a person.

#![cfg(test)]

use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::intake::statements::Commit;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_SECOND};
use cho40::primitives::{UnixMs, Vnd};
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::agrees;
use crate::stage::{Feed, Stage, Stand, transfer};
use crate::statements_import::{look, run, start};
use crate::statements_support::{csv, row};
use crate::support::on_both;

const TRANSFERS: u64 = 40;
const DAYS: i64 = 4;

struct True {
    id: u64,
    at: UnixMs,
    amount: i64,
}

enum Step {
    Webhook(usize),
    /// Another sender, whose clock is up to two minutes off.
    Other(usize, i64),
    /// From and to, in days before today; one in so many rows is there; which columns.
    File(i64, i64, u64, [bool; 3]),
}

fn steps(random: &mut ChaCha8Rng) -> Vec<Step> {
    let mut steps = Vec::new();
    for place in 0..TRANSFERS as usize {
        if random.random_bool(0.6) {
            steps.push(Step::Webhook(place));
        }
        if random.random_bool(0.3) {
            steps.push(Step::Other(place, random.random_range(-120..=120)));
        }
    }
    for _ in 0..6 {
        let from = random.random_range(1..=DAYS);
        let to = random.random_range(1..=from);
        let columns = [random.random_bool(0.5), random.random_bool(0.5), random.random_bool(0.5)];
        steps.push(Step::File(from, to, random.random_range(1..=2), columns));
    }
    steps.shuffle(random);
    steps
}

fn sample<'a>(
    stage: &Stage,
    one: &True,
    account: &'a str,
    texts: &'a [String; 2],
) -> SampleTransfer<'a> {
    SampleTransfer {
        amount: Vnd::new(one.amount),
        occurred_at: one.at,
        reference: &texts[0],
        ..transfer(stage, one.id, account, &texts[1])
    }
}

fn texts(one: &True) -> [String; 2] {
    let reference =
        if one.id.is_multiple_of(2) { format!("FT{:010}", one.id) } else { String::new() };
    [reference, format!("khach {} mua", one.id)]
}

fn take_file(stage: &Stage, stand: &Stand, account: &str, all: &[&True], step: &Step) {
    let Step::File(from, to, one_in, [timed, referred, balanced]) = step else { return };
    let today = stage.app.clock.now().day(0);
    let date = |at: UnixMs| -> String {
        let text = at.to_string();
        text[..10].split('-').rev().collect::<Vec<_>>().join("/")
    };
    let start_of = |days: i64| date(today.plus(-days as i32).start(0));
    let mut table = vec![
        row(&["Số tài khoản:", account]),
        row(&[&format!("Từ ngày {} đến ngày {}", start_of(*from), start_of(*to))]),
        row(&["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Số dư", "Nội dung"]),
    ];
    for one in all {
        let [reference, memo] = texts(one);
        let at = one.at.to_string();
        let at = if *timed { format!("{} {}", date(one.at), &at[11..19]) } else { date(one.at) };
        let reference = if *referred { reference } else { String::new() };
        let balance = if *balanced { (5_000_000 + one.id).to_string() } else { String::new() };
        table.push(row(&[&at, &reference, "", &one.amount.to_string(), &balance, &memo]));
    }
    if all.is_empty() {
        return;
    }
    let looked_at = look(stage, stand.account_id, &csv(&table, ',')).unwrap();
    // A file with every row of its days says so; another one must not.
    let how = Commit { no_days: *one_in > 1, ..Commit::default() };
    start(stage, looked_at.id, how).unwrap();
    run(stage, looked_at.id);
}

/// Transfers and waiting pairs of an amount on an account.
fn counted(stage: &Stage, stand: &Stand, amount: i64) -> (i64, i64) {
    use cho40::db::schema::{suspected_pairs as pairs, transfers};
    let account_id = stand.account_id.0;
    stage.read(|connection, _| {
        let of = transfers::table
            .filter(transfers::account_id.eq(account_id))
            .filter(transfers::amount_vnd.eq(amount));
        let ids: Vec<i64> = of.select(transfers::id).load(connection)?;
        let waiting =
            pairs::table.filter(pairs::verdict.is_null()).filter(pairs::transfer_id.eq_any(&ids));
        Ok((ids.len() as i64, waiting.count().get_result(connection)?))
    })
}

fn tell(
    stage: &Stage,
    stand: &Stand,
    number: &str,
    feeds: &[Feed<'_>; 2],
    random: &mut ChaCha8Rng,
) {
    let midnight = stage.app.clock.now().day(0).start(0);
    let first = number.parse::<u64>().unwrap() * 1_000;
    let trues: Vec<True> = (first..first + TRANSFERS)
        .map(|id| {
            let days = random.random_range(1..=DAYS);
            // A second of its own, in the hours of trade.
            let second = 7 * 3_600 + random.random_range(0..1_000) * TRANSFERS + id - first;
            let at = midnight.plus_ms(second as i64 * MS_PER_SECOND - days * MS_PER_DAY);
            True { id, at, amount: 10_000 * random.random_range(1..=3) }
        })
        .collect();
    let mut heard = vec![false; trues.len()];
    for step in steps(random) {
        match step {
            Step::Webhook(place) => {
                let texts = texts(&trues[place]);
                feeds[0].send(&sample(stage, &trues[place], number, &texts));
                heard[place] = true;
            }
            Step::Other(place, seconds) => {
                let texts = texts(&trues[place]);
                let sample = sample(stage, &trues[place], number, &texts);
                let occurred_at = sample.occurred_at.plus_ms(seconds * MS_PER_SECOND);
                feeds[1].send(&SampleTransfer { occurred_at, ..sample });
                heard[place] = true;
            }
            Step::File(from, to, one_in, _) => {
                let today = stage.app.clock.now().day(0);
                let days = today.plus(-from as i32)..=today.plus(-to as i32);
                let is_there = |one: &True| {
                    days.contains(&one.at.day(0)) && (one_in == 1 || !one.id.is_multiple_of(3))
                };
                let mut told: Vec<&True> = trues.iter().filter(|one| is_there(one)).collect();
                told.sort_by_key(|one| one.at);
                for (heard, _) in heard.iter_mut().zip(&trues).filter(|(_, one)| is_there(one)) {
                    *heard = true;
                }
                take_file(stage, stand, number, &told, &step);
            }
        }
    }
    for amount in [10_000, 20_000, 30_000] {
        let of = trues.iter().zip(&heard).filter(|(one, heard)| **heard && one.amount == amount);
        let due = of.count() as i64;
        let (transfers, waiting) = counted(stage, stand, amount);
        let said = format!("seed {number}, {amount}: {transfers} and {waiting} of {due}");
        assert!(transfers <= due, "counted twice: {said}");
        assert!(transfers + waiting >= due, "lost: {said}");
    }
}

on_both!(told_in_any_order_none_is_counted_twice_or_lost, |db| {
    let stage = Stage::new(db);
    let feeds = [stage.feed(Provider::Sepay), stage.feed(Provider::StandardWebhooks)];
    for seed in 71_000_000..71_000_012_u64 {
        let number = seed.to_string();
        let stand = stage.stand(&number, &number, UseKind::BusinessOnly);
        tell(&stage, &stand, &number, &feeds, &mut ChaCha8Rng::seed_from_u64(seed));
    }
    agrees(&stage);
});

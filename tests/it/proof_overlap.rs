#![cfg(test)]
//! Webhook, list and statement tell the same transfers, in any order and overlap: each is counted
//! once, also what came before its account was registered. Longer by `CHO40_PROOF_TRANSFERS` (`scripts/prove`).

use std::collections::BTreeMap;

use cho40::feeds::ListApi;
use cho40::intake::poll::Poller;
use cho40::primitives::ids::AccountId;
use cho40::primitives::time::{MS_PER_DAY, MS_PER_HOUR};
use cho40::primitives::{Day, UnixMs};
use cho40::registry::accounts::UseKind;
use diesel::prelude::*;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::{agrees, counts};
use crate::poll_support::{Provider, Row, poll, poller, set, settings, wait};
use crate::proof_support::{seed, transfers};
use crate::pulse::attach;
use crate::stage::{Feed, Stage};
use crate::statements_import::import;
use crate::statements_support::{csv, row};
use crate::support::on_both;

const ACCOUNTS: usize = 4;
/// So many of them are registered before anything is told.
const EARLY: usize = 2;
/// Whole days before today: that far the statements reach.
const DAYS: i64 = 6;
/// Parts in which webhooks and the list's rows arrive.
const PARTS: usize = 8;
const STATEMENTS: usize = 3;

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many-eighths of the webhooks.
    Webhooks(usize),
    /// The provider lists more, and is asked.
    List(usize),
    /// A statement of an account over some whole days, counted back from today.
    Statement(usize, i64, i64),
}

/// One account's transfers, and all that tells of them.
struct Scene<'s> {
    stage: &'s Stage,
    feed: Feed<'s>,
    provider: Provider,
    poller: Poller,
    accounts: Vec<(AccountId, String)>,
    rows: Vec<Row>,
    /// The order in which each way tells them.
    sent: Vec<usize>,
    listed: Vec<usize>,
}

/// Few amounts, many equal ones, by day and not around midnight, where a statement may say the
/// next day. A bank that gives references gives each its own.
fn rows_of(stage: &Stage, random: &mut ChaCha8Rng, accounts: &[String], first: u64) -> Vec<Row> {
    let midnight = stage.app.clock.now().day(0).start(0);
    // Some six of one account, day and amount, however many there are in all.
    let amounts = transfers(400) as i64 / 133;
    (first..first + transfers(400))
        .map(|id| {
            let days = random.random_range(1..=DAYS);
            let second = random.random_range(7 * 3_600..20 * 3_600);
            let at = midnight.plus_ms(second * 1_000 - days * MS_PER_DAY);
            let account = &accounts[random.random_range(0..accounts.len())];
            let row = Row::new(stage, id, 0, account);
            let has_reference = account.ends_with(['0', '1']);
            let reference = if has_reference { row.reference.clone() } else { String::new() };
            let memo = format!("mua hang {}", random.random_range(1..=3));
            Row { at, amount: 10_000 * random.random_range(1..=amounts), reference, memo, ..row }
        })
        .collect()
}

fn steps(random: &mut ChaCha8Rng) -> Vec<Step> {
    let mut steps: Vec<_> = (0..PARTS).map(Step::Webhooks).collect();
    steps.extend((0..PARTS).map(Step::List));
    for account in 0..ACCOUNTS {
        for _ in 0..STATEMENTS {
            let from = random.random_range(1..=DAYS);
            steps.push(Step::Statement(account, from, random.random_range(1..=from)));
        }
    }
    steps.shuffle(random);
    // In the end everything has been told by a statement too.
    steps.extend((0..ACCOUNTS).map(|account| Step::Statement(account, DAYS, 1)));
    steps
}

fn shown(at: UnixMs, has_time: bool) -> String {
    let text = at.to_string();
    let (date, time) = (&text[..10], &text[11..19]);
    let date = date.split('-').rev().collect::<Vec<_>>().join("/");
    if has_time { format!("{date} {time}") } else { date }
}

impl Scene<'_> {
    fn part(order: &[usize], part: usize) -> impl Iterator<Item = usize> {
        order.iter().copied().skip(part).step_by(PARTS)
    }

    fn take(&self, step: Step) {
        match step {
            Step::Webhooks(part) => {
                let samples: Vec<_> =
                    Self::part(&self.sent, part).map(|at| self.rows[at].sample()).collect();
                samples.chunks(64).for_each(|some| drop(self.feed.send_together(some)));
                // A retry, which tells nothing new.
                if let Some(again) = samples.first() {
                    assert_eq!(self.feed.send(again), "duplicate");
                }
            }
            Step::List(part) => {
                let more = Self::part(&self.listed, part).map(|at| self.rows[at].clone());
                self.provider.change(|book| book.rows.extend(more));
                assert_eq!(poll(self.stage, &self.poller, &self.feed).failure, None);
                wait(self.stage, 20);
            }
            Step::Statement(account, from, to) => {
                let (id, number) = &self.accounts[account];
                let _ = import(self.stage, *id, &self.statement(number, from, to));
            }
        }
    }

    /// The whole of these days, as the bank lists them.
    fn statement(&self, number: &str, from: i64, to: i64) -> Vec<u8> {
        let today = self.stage.app.clock.now().day(0);
        let (from, to) = (today.plus(-from as i32), today.plus(-to as i32));
        let of_days = |row: &&Row| row.account == number && (from..=to).contains(&row.at.day(0));
        let mut rows: Vec<_> = self.rows.iter().filter(of_days).collect();
        rows.sort_by_key(|row| (row.at, row.id));
        // Some banks tell the time, some the date alone.
        let has_time = number.ends_with(['0', '2']);
        let start = |day: Day| shown(day.start(0), false);
        let mut table = vec![
            row(&["Số tài khoản:", number]),
            row(&[&format!("Từ ngày {} đến ngày {}", start(from), start(to))]),
            row(&["Ngày giao dịch", "Số tham chiếu", "Ghi nợ", "Ghi có", "Nội dung"]),
        ];
        table.extend(rows.into_iter().map(|one| {
            let amount = one.amount.to_string();
            row(&[&shown(one.at, has_time), &one.reference, "", &amount, &one.memo])
        }));
        csv(&table, ',')
    }
}

/// What was counted, and its đồng, by account and day. What came before its account was registered is of
/// none, and known by the number that it was told of.
fn counted(stage: &Stage, accounts: &[(AccountId, String)]) -> BTreeMap<(String, Day), (u64, i64)> {
    use cho40::db::schema::{strays as s, transfers as t};
    type Row = (i64, i64, i32, i64);
    let (rows, strays): (Vec<Row>, Vec<(i64, String)>) = stage.read(|connection, _| {
        let columns = (t::id, t::account_id, t::day, t::amount_vnd);
        let strays = s::table.select((s::transfer_id, s::number)).load(connection)?;
        Ok((t::table.select(columns).load(connection)?, strays))
    });
    let strays: BTreeMap<i64, String> = strays.into_iter().collect();
    let mut sums = BTreeMap::new();
    for (id, account_id, day, amount) in rows {
        let is_its = |(of, number): &&(AccountId, String)| {
            of.0 == account_id || strays.get(&id) == Some(number)
        };
        let Some((_, number)) = accounts.iter().find(is_its) else {
            continue;
        };
        let sum: &mut (u64, i64) = sums.entry((number.clone(), Day(day))).or_default();
        *sum = (sum.0 + 1, sum.1 + amount);
    }
    sums
}

on_both!(webhook_list_and_statement_in_any_order_count_each_transfer_once, |db| {
    let stage = Stage::new(db);
    for (number, api) in (0_u64..).zip([ListApi::SepayV1, ListApi::SepayV2]) {
        let seed = seed(4_000) + number;
        println!("{api:?}: seed {seed}, {} transfers", transfers(400));
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let numbers: Vec<_> = (0..ACCOUNTS).map(|at| format!("7700{number}{at}")).collect();
        let register = |number: &String| {
            (stage.stand(number, number, UseKind::BusinessOnly).account_id, number.clone())
        };
        let mut accounts: Vec<_> = numbers.iter().take(EARLY).map(register).collect();
        let provider = Provider::start(api);
        let feed = stage.feed(api.provider());
        let from_day = Some(stage.app.clock.now().plus_ms(-240 * MS_PER_HOUR).day(0));
        let wanted = cho40::intake::polling::NewPolling { from_day, ..settings(api, &provider) };
        set(&stage, &provider, feed.id, wanted).unwrap();
        let rows = rows_of(&stage, &mut random, &numbers, (number + 1) * 1_000_000);
        // Some webhooks never come, and some transfers no list has; a statement has each.
        let mut some = |share: f64| {
            let mut order: Vec<_> = (0..rows.len()).filter(|_| random.random_bool(share)).collect();
            order.shuffle(&mut random);
            order
        };
        let (sent, listed) = (some(0.8), some(0.8));
        let poller = poller(&stage, &provider);
        let before = counts(&stage).0;
        // The others are registered when a part of their money has been told.
        let early: Vec<_> = Scene::part(&sent, 0)
            .chain(Scene::part(&sent, 1))
            .map(|at| rows[at].sample())
            .collect();
        early.chunks(64).for_each(|some| drop(feed.send_together(some)));
        accounts.extend(numbers.iter().skip(EARLY).map(register));
        let all: Vec<_> = accounts.iter().map(|(id, _)| *id).collect();
        attach(&feed, &all);
        let scene = Scene { stage: &stage, feed, provider, poller, accounts, rows, sent, listed };
        for step in steps(&mut random) {
            scene.take(step);
            if random.random_bool(0.3) {
                stage.index_transfers();
            }
        }
        let mut due = BTreeMap::new();
        for row in &scene.rows {
            let sum: &mut (u64, i64) = due.entry((row.account.clone(), row.at.day(0))).or_default();
            *sum = (sum.0 + 1, sum.1 + row.amount);
        }
        assert_eq!(counted(&stage, &scene.accounts), due, "{api:?}, seed {seed}");
        assert_eq!(counts(&stage).0 - before, scene.rows.len() as i64);
        agrees(&stage);
    }
});

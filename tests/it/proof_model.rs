#![cfg(test)]
//! Shuffled reports with repetitions, contradictions, late ones, links that begin or end in the past
//! and people's decisions, against a model in memory that shares nothing with the ledger: the same
//! transfers, queue, contradictions, and sums of each day. Ten reports for each of `CHO40_PROOF_TRANSFERS`; another
//! order by `CHO40_PROOF_SEED`.

use std::collections::{BTreeMap, BTreeSet};

use cho40::db::DbConnection;
use cho40::db::schema::{
    day_totals as d, sighting_conflicts as c, sightings as s, unassigned as u,
};
use cho40::feeds::Provider;
use cho40::feeds::sample::SampleTransfer;
use cho40::ledger::transfers::{self, NewAttribution, NewLine};
use cho40::ledger::{Class, LedgerWriter};
use cho40::primitives::ids::{AccountId, OccupancyId, TransferId};
use cho40::primitives::{Day, UnixMs, Vnd};
use cho40::registry::accounts::UseKind;
use cho40::registry::links::{self, AccountLinkChange, AccountLinkFilter, NewAccountLink};
use cho40::registry::{PageRequest, Patch};
use diesel::prelude::*;
use rand::seq::{IndexedMutRandom as _, IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::pairs_support::{agrees, apply, counts, item};
use crate::proof_support::{seed, transfers as wanted};
use crate::stage::{Feed, Stage, transfer};
use crate::support::on_both;

const SMALL_VND: i64 = 1_000;

/// What a report says; the memo as the stalls whose references stand in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    account: usize,
    amount: i64,
    at: UnixMs,
    named: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
struct Account {
    number: String,
    /// `None`: nobody registered it.
    id: Option<AccountId>,
    business: bool,
    /// Stall, first day, last day.
    links: Vec<(usize, Day, Option<Day>)>,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    stall: Option<usize>,
    class: Class,
    amount: i64,
}

/// The market as the model knows it.
#[derive(Default)]
struct Model {
    accounts: Vec<Account>,
    /// Occupancy, the account of its code, its reference.
    stalls: Vec<(OccupancyId, usize, String)>,
    first: BTreeMap<u64, Told>,
    others: BTreeSet<(u64, Told)>,
    parts: BTreeMap<u64, Vec<Part>>,
    /// What people have decided: it stays, whatever links become.
    decided: BTreeSet<u64>,
}

impl Model {
    fn hear(&mut self, id: u64, told: &Told) {
        if let Some(first) = self.first.get(&id) {
            if first != told {
                self.others.insert((id, told.clone()));
            }
            return;
        }
        let (stall, class) = self.place(told);
        self.first.insert(id, told.clone());
        self.parts.insert(id, vec![Part { stall, class, amount: told.amount }]);
    }

    fn place(&self, told: &Told) -> (Option<usize>, Class) {
        let account = &self.accounts[told.account];
        if account.id.is_none() {
            return (None, Class::Unclassified);
        }
        let of_account = |stall: &&usize| self.stalls[**stall].1 == told.account;
        let named: Vec<_> = told.named.iter().filter(of_account).collect();
        match named.as_slice() {
            [stall] => return (Some(**stall), Class::Sale),
            [] => {}
            _ => return (None, Class::Unclassified),
        }
        let day = day_of(told.at);
        let valid = |(_, from, to): &&(usize, Day, Option<Day>)| {
            *from <= day && to.is_none_or(|to| day <= to)
        };
        let linked: Vec<_> = account.links.iter().filter(valid).collect();
        match linked.as_slice() {
            [(stall, ..)] if account.business => (Some(*stall), Class::Sale),
            [(stall, ..)] => (Some(*stall), Class::Unclassified),
            _ => (None, Class::Unclassified),
        }
    }

    /// All that nobody has decided is placed by the links as they are now, as if they had been so
    /// from the beginning.
    fn follow(&mut self) {
        for (id, told) in &self.first {
            if !self.decided.contains(id) {
                let (stall, class) = self.place(told);
                self.parts.insert(*id, vec![Part { stall, class, amount: told.amount }]);
            }
        }
    }

    fn waits(&self, id: u64) -> bool {
        self.parts[&id].iter().any(|part| part.stall.is_none() && part.class == Class::Unclassified)
    }

    fn sums(&self) -> Sums {
        let mut sums = Sums::new();
        for (id, parts) in &self.parts {
            let told = &self.first[id];
            for part in parts {
                let stall = part.stall.map_or(0, |stall| self.stalls[stall].0.0);
                let account = self.accounts[told.account].id.map_or(0, |id| id.0);
                let word = match part.class {
                    Class::Sale if part.amount < SMALL_VND => "small",
                    class => class.as_str(),
                };
                let key = (day_of(told.at).0, stall, account, word);
                let sum = sums.entry(key).or_default();
                *sum = (sum.0 + 1, sum.1 + part.amount);
            }
        }
        sums
    }
}

/// Day, occupancy, account, class: how many, how many đồng.
type Sums = BTreeMap<(i32, i64, i64, &'static str), (i64, i64)>;

/// Vietnam is seven hours ahead and knows no summer time.
fn day_of(at: UnixMs) -> Day {
    Day((at.0 + 7 * 3_600_000).div_euclid(86_400_000) as i32)
}

/// Private and business accounts, shared ones, some that nobody registered.
fn market(stage: &Stage) -> Model {
    let mut model = Model::default();
    let since = Day::parse("2026-01-01").unwrap();
    for at in 0..12 {
        let number = format!("88{at:08}");
        if at >= 10 {
            model.accounts.push(Account { number, id: None, business: false, links: vec![] });
            continue;
        }
        let business = at % 2 == 0;
        let kind = if business { UseKind::BusinessOnly } else { UseKind::Mixed };
        let first = stage.stand(&format!("A{at}"), &number, kind);
        let id = first.account_id;
        let mut stands = vec![first];
        if at % 5 == 4 {
            stands.push(stage.stand_on(&format!("B{at}"), id));
        }
        let mut links = Vec::new();
        for stand in stands {
            links.push((model.stalls.len(), since, None));
            let reference = stand.code.reference.unwrap().to_string();
            model.stalls.push((stand.occupancy_id, at, reference));
        }
        model.accounts.push(Account { number, id: Some(id), business, links });
    }
    model
}

/// Each transfer, some again, and some told otherwise.
fn reports(stage: &Stage, model: &Model, random: &mut ChaCha8Rng, count: u64) -> Vec<(u64, Told)> {
    let now = stage.app.clock.now();
    let mut all = Vec::new();
    for id in 1..=count {
        let account = random.random_range(0..model.accounts.len());
        let named = match random.random_range(0..10) {
            0..3 => 1,
            3 => 2,
            _ => 0,
        };
        let stalls = 0..model.stalls.len();
        let named = (0..named).map(|_| random.random_range(stalls.clone())).collect();
        // Sometimes that of the account itself.
        let own = model.stalls.iter().position(|stall| stall.1 == account);
        let named = match own {
            Some(own) if random.random_bool(0.3) => BTreeSet::from([own]),
            _ => named,
        };
        let seconds = random.random_range(60..40 * 86_400_i64);
        let told = Told {
            account,
            amount: *[500, 999, 1_000, 20_000, 35_000, 1_250_000].choose(random).unwrap(),
            at: now.plus_ms(-seconds * 1_000),
            named,
        };
        all.push((id, told.clone()));
        for _ in 0..random.random_range(0..3) {
            let mut again = told.clone();
            match random.random_range(0..8) {
                0 => again.amount += 1_000,
                1 => again.at = again.at.plus_ms(-86_400_000),
                2 => again.account = (again.account + 1) % model.accounts.len(),
                _ => {}
            }
            all.push((id, again));
        }
    }
    all.shuffle(random);
    all
}

/// The report as the feed sends it.
fn sent(feed: &Feed<'_>, model: &Model, id: u64, told: &Told) -> cho40::ledger::Item {
    let mut words: Vec<_> = told.named.iter().map(|stall| model.stalls[*stall].2.clone()).collect();
    words.push("tra tien".to_owned());
    let memo = words.join(" ");
    let sample = transfer(feed.stage, id, &model.accounts[told.account].number, &memo);
    item(feed, &SampleTransfer { amount: Vnd::new(told.amount), occurred_at: told.at, ..sample })
}

/// Another stall is paid to an account from a day of the past on, perhaps for some days only.
fn link(stage: &Stage, model: &mut Model, random: &mut ChaCha8Rng) {
    let (account, stall) = (random.random_range(0..10), random.random_range(0..model.stalls.len()));
    if model.accounts[account].links.iter().any(|link| link.0 == stall) {
        return;
    }
    let from_day = day_of(stage.app.clock.now()).plus(-random.random_range(0..40));
    let to_day = random.random_bool(0.5).then(|| from_day.plus(random.random_range(0..20)));
    let new = NewAccountLink {
        occupancy_id: model.stalls[stall].0,
        account_id: model.accounts[account].id.unwrap(),
        from_day,
        to_day,
    };
    stage.write(move |connection, act| links::create(connection, act, new));
    model.accounts[account].links.push((stall, from_day, to_day));
}

/// A stall is no longer paid to an account from a day of the past on, or is so again.
fn end(stage: &Stage, model: &mut Model, random: &mut ChaCha8Rng) {
    let account = &mut model.accounts[random.random_range(0..10)];
    let (stall, from, to) = account.links.choose_mut(random).unwrap();
    let ago = random.random_range(0..40);
    let is_over = random.random_bool(0.7);
    let to_day = is_over.then(|| day_of(stage.app.clock.now()).plus(-ago).max(*from));
    *to = to_day;
    let filter = AccountLinkFilter {
        occupancy_id: Some(model.stalls[*stall].0),
        account_id: account.id,
        on: None,
    };
    stage.write(move |connection, act| {
        let found = links::list(connection, act, &filter, PageRequest::default())?;
        let end = to_day.map_or(Patch::Clear, Patch::Set);
        let change = AccountLinkChange { from_day: None, to_day: end };
        links::change(connection, act, found.items[0].id, change)
    });
}

/// Somebody places what waits, or takes a decision back.
fn decide(stage: &Stage, model: &mut Model, random: &mut ChaCha8Rng) {
    let ids: Vec<_> = model.parts.keys().copied().collect();
    let Some(id) = ids.choose(random).copied() else { return };
    let amount = model.first[&id].amount;
    let stall = Some(random.random_range(0..model.stalls.len()));
    let part = random.random_range(1..amount);
    let parts = if model.waits(id) {
        vec![
            Part { stall, class: Class::Sale, amount: part },
            Part { stall, class: Class::Personal, amount: amount - part },
        ]
    } else {
        vec![Part { stall: None, class: Class::Unclassified, amount }]
    };
    let line = |part: &Part| NewLine {
        occupancy_id: part.stall.map(|stall| model.stalls[stall].0),
        request_id: None,
        class: part.class,
        amount_vnd: Vnd::new(part.amount),
    };
    let new = NewAttribution {
        lines: parts.iter().map(line).collect(),
        why: None,
        besides_counted: true,
    };
    stage.write(move |connection, act| {
        let transfer_id: Option<i64> = s::table
            .filter(s::provider_id.eq(id.to_string()))
            .select(s::transfer_id)
            .first(connection)?;
        transfers::assign(connection, act, TransferId(transfer_id.unwrap()), new).map(drop)
    });
    model.parts.insert(id, parts);
    model.decided.insert(id);
}

/// The sums of the days as the ledger keeps them.
fn kept(stage: &Stage) -> Sums {
    type Counted = (i64, i64);
    type Row = ((i32, i64, i64), Counted, Counted, Counted, Counted);
    let rows: Vec<Row> = stage.read(|connection, _| {
        let columns = (
            (d::day, d::occupancy_id, d::account_id),
            (d::sale_count, d::sale_vnd),
            (d::personal_count, d::personal_vnd),
            (d::unclassified_count, d::unclassified_vnd),
            (d::small_count, d::small_vnd),
        );
        Ok(d::table.select(columns).load(connection)?)
    });
    let mut sums = Sums::new();
    for ((day, stall, account), sale, personal, unclassified, small) in rows {
        for (word, sum) in [
            ("sale", sale),
            ("personal", personal),
            ("unclassified", unclassified),
            ("small", small),
        ] {
            if sum != (0, 0) {
                sums.insert((day, stall, account, word), sum);
            }
        }
    }
    sums
}

fn waiting(stage: &Stage) -> BTreeSet<u64> {
    let ids: Vec<String> = stage.read(|connection, _| {
        let waiting = u::table.filter(u::resolved_at_ms.is_null()).select(u::transfer_id);
        Ok(s::table
            .filter(s::transfer_id.eq_any(waiting.load::<i64>(connection)?))
            .select(s::provider_id)
            .load(connection)?)
    });
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

on_both!(whatever_comes_in_whatever_order_the_model_counts_the_same, |db| {
    let seed = seed(40);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let stage = Stage::new(db);
    let feed = stage.feed(Provider::Sepay);
    let mut model = market(&stage);
    let all = reports(&stage, &model, &mut random, wanted(300) * 5);
    println!("seed {seed}, {} reports", all.len());
    let mut connection = DbConnection::open(db.url()).unwrap();
    let mut lanes = [LedgerWriter::default(), LedgerWriter::default()];
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        let (batch, later) = rest.split_at(random.random_range(1..60).min(rest.len()));
        rest = later;
        let items: Vec<_> = batch.iter().map(|(id, told)| sent(&feed, &model, *id, told)).collect();
        apply(&mut connection, lanes.choose_mut(&mut random).unwrap(), &items).unwrap();
        for (id, told) in batch {
            model.hear(*id, told);
        }
        match random.random_range(0..8) {
            0 => link(&stage, &mut model, &mut random),
            1 | 2 => decide(&stage, &mut model, &mut random),
            3 => stage.index_transfers(),
            4 => stage.roll_up(),
            5 => end(&stage, &mut model, &mut random),
            6 => {
                stage.wait(stage.app.follow_links()).unwrap();
                model.follow();
            }
            _ => {}
        }
    }
    assert_eq!(counts(&stage).0, model.first.len() as i64, "seed {seed}");
    stage.wait(stage.app.follow_links()).unwrap();
    model.follow();
    stage.index_transfers();
    assert_eq!(kept(&stage), model.sums(), "seed {seed}");
    let due: BTreeSet<_> = model.first.keys().copied().filter(|id| model.waits(*id)).collect();
    assert_eq!(waiting(&stage), due, "seed {seed}");
    let contradictions: i64 =
        stage.read(|connection, _| Ok(c::table.count().get_result(connection)?));
    assert_eq!(contradictions, model.others.len() as i64, "seed {seed}");
    agrees(&stage);
});

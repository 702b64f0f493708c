//! Taking a committed statement in, some hundred rows in a transaction of the board's lane, between
//! the deliveries of hooks.
//!
//! Each step takes the statement's next parts, hands them to the ledger as deliveries, and counts on,
//! all in one transaction. So nothing is half counted wherever it stops, whoever
//! starts it again goes on behind it, and two that run at once share the work.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Days, StatementState, covered};
use crate::access::SecretKey;
use crate::db::{Batch, DbConnection, Fault, Outcome};
use crate::feeds::{Decoded, Headers};
use crate::intake::book::{self, LiveFeed};
use crate::intake::store::feeds as feed_rows;
use crate::intake::store::statement_parts::{self as parts, Part};
use crate::intake::store::statements::{self as rows, Progress, StatementRow};
use crate::intake::{Intake, prepare};
use crate::ledger::LedgerWriter;
use crate::ledger::item::{Content, Item};
use crate::ledger::likeness::LATE_DAYS;
use crate::ledger::statement::{self, Asked, Known, Link, Others, Planned};
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{BoardId, StatementId};
use crate::primitives::{Day, UnixMs};

/// Parts of one step: the time that hooks wait for it.
const PARTS: i64 = 8;
/// Tries while the lane is full or the database away.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(200);

/// What one run keeps between its steps.
#[derive(Default)]
struct Job {
    writer: LedgerWriter,
    plan: Option<Plan>,
}

/// What others told of the statement's rows.
struct Plan {
    feed: LiveFeed,
    others: Others,
    links: HashMap<String, Link>,
}

/// Statements that this process is taking in.
#[derive(Clone, Debug, Default)]
pub struct Importing(Arc<Mutex<HashSet<StatementId>>>);

impl Importing {
    fn ids(&self) -> MutexGuard<'_, HashSet<StatementId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Goes on with those that were broken off, by the end of a process or a database that stayed away.
/// Runs on a thread that may wait.
///
/// # Errors
/// Where the list of them cannot be read.
pub fn resume(intake: &Intake) -> Outcome<()> {
    for (board_id, id) in intake.db.read_here(rows::running)? {
        if intake.importing.ids().contains(&id) {
            continue;
        }
        if let Err(fault) = run(intake, board_id, id) {
            tracing::error!(%fault, statement = %id, "a statement was not taken in to its end");
        }
    }
    Ok(())
}

/// Takes a committed statement in, to its end. Runs on a thread that may wait.
///
/// # Errors
/// Where the database stays away; [`resume`] starts it again.
pub fn run(intake: &Intake, board_id: BoardId, id: StatementId) -> Outcome<()> {
    if !intake.importing.ids().insert(id) {
        return Ok(());
    }
    let ended = to_its_end(intake, board_id, id);
    intake.importing.ids().remove(&id);
    ended
}

fn to_its_end(intake: &Intake, board_id: BoardId, id: StatementId) -> Outcome<()> {
    let mut failures = 0;
    let mut job = Job::default();
    loop {
        let (key, ids, now) = (intake.secret_key.clone(), intake.ids.clone(), intake.clock.now());
        let step = move |connection: &mut DbConnection| {
            job.step(connection, &Context { key, ids, now, board_id, id })
        };
        match intake.db.write_here(board_id.0, step) {
            Ok(Some(next)) => (job, failures) = (next, 0),
            Ok(None) => return Ok(()),
            Err(Fault::Busy | Fault::Away(_)) if failures < TRIES => {
                failures += 1;
                thread::sleep(PAUSE);
                job = Job::default();
            }
            Err(fault) => return Err(fault),
        }
    }
}

struct Context {
    key: SecretKey,
    ids: Arc<IdGenerator>,
    now: UnixMs,
    board_id: BoardId,
    id: StatementId,
}

impl Job {
    /// One transaction; `None`: there is nothing more to do.
    fn step(mut self, connection: &mut DbConnection, context: &Context) -> Outcome<Option<Self>> {
        let (board_id, id) = (context.board_id, context.id);
        statement::lock(connection, board_id)?;
        let row = rows::find(connection, board_id, id)?;
        if row.state != StatementState::Running {
            return Ok(None);
        }
        let some = parts::after(connection, board_id, id, row.done_part, PARTS)?;
        let Some(last) = some.last().map(|part| part.number) else {
            finish(connection, &row, context)?;
            return Ok(None);
        };
        let mut plan = match self.plan.take() {
            Some(plan) if !plan.others.is_outdated(connection, board_id, row.account_id)? => plan,
            _ => Plan::make(connection, &row, context)?,
        };
        let (items, progress) = plan.items(connection, &row, some, context)?;
        if !items.is_empty() {
            self.writer.apply(connection, &items)?;
        }
        rows::progress(connection, board_id, id, progress, last)?;
        plan.others.catch_up(connection, board_id)?;
        self.plan = Some(plan);
        Ok(Some(self))
    }
}

impl Plan {
    /// Looks through all rows: also of what was taken in, no other row may be taken for theirs.
    fn make(connection: &mut DbConnection, row: &StatementRow, context: &Context) -> Outcome<Self> {
        let board_id = context.board_id;
        let feed_id = row.feed_id.ok_or_else(|| Fault::broken("a statement without a feed"))?;
        let feed = feed_rows::find(connection, board_id, feed_id)?;
        let feed = book::open(connection, &context.key, board_id, feed, context.now)?;
        let days = (Day(row.first_day.unwrap_or(0)), Day(row.last_day.unwrap_or(0)));
        let since = days.0.plus(-LATE_DAYS);
        if !parts::has_new(connection, board_id, context.id)?
            || !statement::is_told(connection, board_id, row.account_id, since)?
        {
            let others = Others::none(connection, board_id)?;
            return Ok(Self { feed, others, links: HashMap::new() });
        }
        let mut asked = Vec::new();
        let mut last = -1;
        loop {
            let some = parts::after(connection, board_id, context.id, last, 64)?;
            let Some(end) = some.last().map(|part| part.number) else { break };
            last = end;
            for part in some {
                let Decoded::Transfers(all) = decode(&feed, &part.body, context)? else { continue };
                asked.extend(all.iter().map(Asked::of));
            }
        }
        let sender = feed.config.sender();
        let ids: Vec<&str> = asked.iter().map(|one| one.id.as_str()).collect();
        let known = rows::known(connection, board_id, &format!("{sender}:row"), &ids)?;
        let others = Others::load(connection, board_id, row.account_id, &sender, days, &known)?;
        asked.retain(|one| {
            !known.contains_key(&one.id) && others.may_hold(one.direction, one.amount)
        });
        let whole: Vec<_> = whole_days(connection, row, context)?
            .into_iter()
            .map(|days| (days.from_day, days.to_day))
            .collect();
        let (links, others) = others.link(connection, board_id, asked, &whole)?;
        Ok(Self { feed, others, links })
    }

    /// The parts as deliveries, and what becomes of their rows. A part that brings nothing new is
    /// no delivery.
    fn items(
        &self,
        connection: &mut DbConnection,
        row: &StatementRow,
        some: Vec<Part>,
        context: &Context,
    ) -> Outcome<(Vec<Item>, Progress)> {
        let namespace = format!("{}:row", self.feed.config.sender());
        let mut decoded = Vec::with_capacity(some.len());
        for part in some {
            let found = decode(&self.feed, &part.body, context)?;
            decoded.push((part.body, found));
        }
        let all = decoded.iter().flat_map(|(_, found)| match found {
            Decoded::Transfers(all) => all.as_slice(),
            _ => &[],
        });
        let ids: Vec<&str> = all.map(|one| one.provider_id.as_str()).collect();
        let known = rows::known(connection, BoardId(row.board_id), &namespace, &ids)?;
        let mut progress = Progress { done: ids.len() as i64, ..Progress::default() };
        let mut items = Vec::with_capacity(decoded.len());
        for (body, found) in decoded {
            let new_id = || context.ids.next();
            let headers = Headers::default();
            let mut item = prepare::item(
                &self.feed,
                &context.key,
                &new_id,
                context.now,
                &headers,
                body,
                Some(found),
            );
            if self.plan_rows(&mut item, &known, &mut progress) {
                items.push(item);
            }
        }
        Ok((items, progress))
    }

    /// Says of each row whose report it is; tells whether any is new.
    fn plan_rows(&self, item: &mut Item, known: &Known, progress: &mut Progress) -> bool {
        let Content::Transfers(all) = &mut item.content else { return false };
        let mut is_new = false;
        for one in all {
            let id = &one.reported.provider_id;
            let link = self.links.get(id).copied();
            one.planned = Some(Planned { link });
            if known.contains_key(id) {
                continue;
            }
            is_new = true;
            match link {
                None => progress.recorded += 1,
                Some(link) if link.is_certain => progress.linked += 1,
                Some(_) => progress.doubtful += 1,
            }
        }
        is_new
    }
}

/// What was written by the dry run is read again.
fn decode(feed: &LiveFeed, body: &[u8], context: &Context) -> Outcome<Decoded> {
    feed.connector.decode(&feed.config, body, context.now).map_err(Fault::broken)
}

/// The board's days that the file tells whole.
fn whole_days(
    connection: &mut DbConnection,
    row: &StatementRow,
    context: &Context,
) -> Outcome<Vec<Days>> {
    let board_id = context.board_id;
    let unreadable = rows::unreadable(connection, board_id, row.id, -1, i64::from(i32::MAX))?;
    let start = crate::registry::boards::day_start_minute(connection, board_id)?;
    let committed_at = UnixMs(row.committed_at_ms.unwrap_or(0));
    Ok(covered::days(row, &unreadable, committed_at, start))
}

/// All rows are in: its days count.
fn finish(connection: &mut DbConnection, row: &StatementRow, context: &Context) -> Outcome<()> {
    let board_id = context.board_id;
    for days in whole_days(connection, row, context)? {
        rows::insert_days(connection, row, context.ids.next(), days, context.now)?;
    }
    parts::remove(connection, board_id, row.id)?;
    rows::finish(connection, board_id, row.id, context.now)
}

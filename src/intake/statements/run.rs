//! Taking a committed statement in, some hundred rows in a transaction of the board's lane, between
//! the deliveries of hooks.
//!
//! Each step takes the statement's next parts, hands them to the ledger as deliveries, and counts on,
//! all in one transaction. So nothing is half counted wherever it stops, and whoever starts it again
//! goes on behind it. One run at a time is at an account's statements, of all servers: each step
//! renews its lease, and what waits is taken up by the run that has ended.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::StatementState;
use super::plan::{self, Plan};
use crate::access::SecretKey;
use crate::db::{Batch, DbConnection, Fault, Outcome};
use crate::intake::Intake;
use crate::intake::store::statement_parts as parts;
use crate::intake::store::statements::{self as rows, StatementRow};
use crate::ledger::LedgerWriter;
use crate::ledger::statement;
use crate::primitives::UnixMs;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{BoardId, StatementId};

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

/// Statements that this process is taking in.
#[derive(Clone, Debug, Default)]
pub struct Importing(Arc<Mutex<HashSet<StatementId>>>);

/// How a step left a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// There may be more to take in.
    More,
    /// It is done, or was not to be taken in.
    Ended,
    /// Another run is at it, or at another statement of its account.
    Held,
}

/// A run of one statement.
#[derive(Clone)]
pub struct Import {
    intake: Intake,
    board_id: BoardId,
    id: StatementId,
    /// By which its lease is known.
    term: i64,
    /// Stays where the lane was full, so that nothing is planned again.
    job: Arc<Mutex<Job>>,
    compared: usize,
}

impl Import {
    #[must_use]
    pub fn new(intake: &Intake, board_id: BoardId, id: StatementId) -> Self {
        let (intake, term) = (intake.clone(), intake.ids.next());
        Self { intake, board_id, id, term, job: Arc::default(), compared: 0 }
    }

    /// Takes the next parts in, in one transaction.
    ///
    /// # Errors
    /// Those of the database; the step can be tried again.
    pub fn step(&mut self) -> Outcome<Step> {
        let context = Context {
            key: self.intake.secret_key.clone(),
            ids: self.intake.ids.clone(),
            now: self.intake.clock.now(),
            board_id: self.board_id,
            id: self.id,
            term: self.term,
        };
        let job = self.job.clone();
        // A transaction that does not end well takes along what it was planned by.
        let step = move |connection: &mut DbConnection| {
            std::mem::take(&mut *lock(&job)).step(connection, &context)
        };
        let (job, step) = self.intake.db.write_here(self.board_id.0, step)?;
        self.compared = job.plan.as_ref().map_or(self.compared, |plan| plan.others.compared());
        *lock(&self.job) = job;
        Ok(step)
    }

    /// Rows and earlier tellings that were put side by side until now.
    #[must_use]
    pub const fn compared(&self) -> usize {
        self.compared
    }

    /// Whoever starts it again need not wait; where the database is away, until the lease ends.
    fn give_back(&self) {
        let (board_id, term) = (self.board_id, self.term);
        let given = move |connection: &mut DbConnection| rows::release(connection, board_id, term);
        if let Err(fault) = self.intake.db.write_here(board_id.0, given) {
            tracing::warn!(%fault, statement = %self.id, "its lease was not given back");
        }
    }

    fn finish(&mut self) -> Outcome<Step> {
        let mut failures = 0;
        loop {
            match self.step() {
                Ok(Step::More) => failures = 0,
                Ok(end) => return Ok(end),
                Err(Fault::Busy | Fault::Away(_)) if failures < TRIES => {
                    failures += 1;
                    thread::sleep(PAUSE);
                }
                Err(fault) => {
                    self.give_back();
                    return Err(fault);
                }
            }
        }
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Goes on with those that were broken off, by the end of a process or a database that stayed away.
/// Runs on a thread that may wait.
///
/// # Errors
/// Where the list of them cannot be read.
pub fn resume(intake: &Intake) -> Outcome<()> {
    for (board_id, id) in intake.db.read_here(rows::running)? {
        if let Err(fault) = run(intake, board_id, id) {
            tracing::error!(%fault, statement = %id, "a statement was not taken in to its end");
        }
    }
    Ok(())
}

/// Takes a committed statement in, to its end, and then those of its account that have waited for
/// it. Runs on a thread that may wait.
///
/// # Errors
/// Where the database stays away; [`resume`] starts it again.
pub fn run(intake: &Intake, board_id: BoardId, id: StatementId) -> Outcome<()> {
    let mut next = Some(id);
    while let Some(id) = next.take() {
        if !lock(&intake.importing.0).insert(id) {
            return Ok(());
        }
        let ended = Import::new(intake, board_id, id).finish();
        lock(&intake.importing.0).remove(&id);
        if ended? == Step::Ended {
            let waiting = |connection: &mut DbConnection| rows::waiting(connection, board_id, id);
            next = intake.db.read_here(waiting)?;
        }
    }
    Ok(())
}

pub(super) struct Context {
    pub key: SecretKey,
    pub ids: Arc<IdGenerator>,
    pub now: UnixMs,
    pub board_id: BoardId,
    pub id: StatementId,
    term: i64,
}

impl Job {
    /// One transaction.
    fn step(mut self, connection: &mut DbConnection, context: &Context) -> Outcome<(Self, Step)> {
        let (board_id, id) = (context.board_id, context.id);
        statement::lock(connection, board_id)?;
        let row = rows::find(connection, board_id, id)?;
        if row.state != StatementState::Running {
            return Ok((self, Step::Ended));
        }
        if !rows::lease(connection, &row, context.term, context.now)? {
            return Ok((Self::default(), Step::Held));
        }
        let some = parts::after(connection, board_id, id, row.done_part, PARTS)?;
        let Some(last) = some.last().map(|part| part.number) else {
            finish(connection, &row, context)?;
            return Ok((self, Step::Ended));
        };
        let mut plan = match self.plan.take() {
            Some(mut plan) => {
                plan.follow(connection, &row, context)?;
                plan
            }
            None => Plan::make(connection, &row, context)?,
        };
        let (items, progress) = plan.items(connection, &row, some, context)?;
        if !items.is_empty() {
            self.writer.apply(connection, &items)?;
        }
        rows::progress(connection, board_id, id, progress, last)?;
        plan.others.catch_up(connection)?;
        self.plan = Some(plan);
        Ok((self, Step::More))
    }
}

/// All rows are in: its days count.
fn finish(connection: &mut DbConnection, row: &StatementRow, context: &Context) -> Outcome<()> {
    let board_id = context.board_id;
    for days in plan::whole_days(connection, row, context)? {
        rows::insert_days(connection, row, context.ids.next(), days, context.now)?;
    }
    parts::remove(connection, board_id, row.id)?;
    rows::release(connection, board_id, context.term)?;
    rows::finish(connection, board_id, row.id, context.now)
}

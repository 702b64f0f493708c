//! Committing a statement that was looked at, or throwing it away.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{Days, Statement, StatementState, show};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::intake::store::{statement_parts as parts, statements as rows};
use crate::ledger::statement;
use crate::primitives::ids::StatementId;
use crate::primitives::{Day, Refusal};

/// Longer periods are mistyped.
const LONGEST_DAYS: i32 = 3_660;

/// Which days the file tells completely, where it does not say so itself; where it does, only fewer of
/// them.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StatementCommit)]
pub struct Commit {
    #[schema(value_type = Option<String>, format = Date)]
    pub from_day: Option<Day>,
    /// The last day that was over when the file was made.
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
    /// `true`: no day counts as observed because of this file; it may leave transfers out.
    #[serde(default)]
    pub no_days: bool,
    /// `true`: a person has seen that the file is of this account, though it does not say so.
    #[serde(default)]
    pub account_confirmed: bool,
}

/// Says that the statement is to be taken in; [`super::run`] does it. Again is harmless: one that
/// is running goes on, one that is done stays as it is.
///
/// # Errors
/// `not-found`; `statement-needs-mapping`; `statement-account-unconfirmed` (account_confirmed);
/// `statement-days-contradict` (no_days); `statement-days-unknown`, `statement-days-decided` (from_day),
/// `window-reversed` (from_day), `statement-days-too-many` (from_day), `statement-days-too-wide`
/// (from_day), `statement-days-too-narrow` (to_day).
pub fn commit(
    connection: &mut DbConnection,
    act: &Act,
    id: StatementId,
    commit: Commit,
) -> Outcome<Statement> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    statement::lock(connection, board_id)?;
    let row = rows::find(connection, board_id, id)?;
    let named = named(commit)?;
    match row.state {
        StatementState::NeedsMapping => {
            return Err(Refusal::conflict("statement-needs-mapping").into());
        }
        StatementState::Checked => {
            if !(row.names_account || commit.account_confirmed) {
                let refusal =
                    Refusal::invalid("account_confirmed", "statement-account-unconfirmed");
                return Err(refusal.into());
            }
            let told = Days::of(row.first_day, row.last_day);
            let stated = Days::of(row.stated_from_day, row.stated_to_day);
            let days = days(commit, named, stated, told)?;
            rows::start(connection, board_id, id, days, act.at)?;
        }
        StatementState::Running | StatementState::Done => {
            let decided = Days::of(row.stated_from_day, row.stated_to_day);
            if named != decided && (named.is_some() || commit.no_days) {
                return Err(Refusal::conflict("statement-days-decided").on("from_day").into());
            }
        }
    }
    let row = rows::find(connection, board_id, id)?;
    let shown = show(connection, vec![row])?.pop();
    shown.ok_or_else(|| Fault::broken("a statement was not kept"))
}

/// The days that a commit names, both ends or none.
fn named(commit: Commit) -> Result<Option<Days>, Refusal> {
    match (commit.no_days, commit.from_day, commit.to_day) {
        (_, None, None) => Ok(None),
        (true, _, _) => Err(Refusal::invalid("no_days", "statement-days-contradict")),
        (false, Some(from_day), Some(to_day)) => Ok(Some(Days { from_day, to_day })),
        (false, _, _) => Err(Refusal::invalid("from_day", "statement-days-unknown")),
    }
}

fn days(
    commit: Commit,
    named: Option<Days>,
    stated: Option<Days>,
    told: Option<Days>,
) -> Result<Option<Days>, Refusal> {
    if commit.no_days {
        return Ok(None);
    }
    let days = named.or(stated);
    let days = days.ok_or_else(|| Refusal::invalid("from_day", "statement-days-unknown"))?;
    if days.to_day < days.from_day {
        return Err(Refusal::invalid("from_day", "window-reversed").with("to", days.to_day));
    }
    if days.to_day.0.saturating_sub(days.from_day.0) > LONGEST_DAYS {
        let refusal = Refusal::invalid("from_day", "statement-days-too-many");
        return Err(refusal.with("days", LONGEST_DAYS));
    }
    if let Some(stated) = stated
        && (days.from_day < stated.from_day || days.to_day > stated.to_day)
    {
        let refusal = Refusal::invalid("from_day", "statement-days-too-wide");
        return Err(refusal.with("from", stated.from_day).with("to", stated.to_day));
    }
    if let Some(told) = told
        && (told.from_day < days.from_day || told.to_day > days.to_day)
    {
        let refusal = Refusal::invalid("to_day", "statement-days-too-narrow");
        return Err(refusal.with("from", told.from_day).with("to", told.to_day));
    }
    Ok(Some(days))
}

/// Throws a statement away that was not committed.
///
/// # Errors
/// `not-found`; `statement-committed`.
pub fn discard(connection: &mut DbConnection, act: &Act, id: StatementId) -> Outcome<()> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    statement::lock(connection, board_id)?;
    let row = rows::find(connection, board_id, id)?;
    if matches!(row.state, StatementState::Running | StatementState::Done) {
        return Err(Refusal::conflict("statement-committed").into());
    }
    parts::remove(connection, board_id, id)?;
    rows::remove(connection, board_id, id)
}

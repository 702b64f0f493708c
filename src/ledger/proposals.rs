//! What one person proposes of a transfer and another decides: whoever may only propose clears the
//! queue as well, and nobody approves what they proposed themselves.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::assign::{NewLine, WHY_CHARS, check_lines, place, refuse_refund, workable};
use super::payback;
use super::replace::{Decided, Says};
use super::store::{heads, proposals as rows, reading};
use super::transfers::LineView;
use super::twice;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{ActorId, ProposalId, TransferId};
use crate::primitives::refusal::RefusalKind;
use crate::primitives::{Refusal, UnixMs, input};
use crate::registry::check::{self, found};
use crate::registry::{Page, PageRequest};
use crate::text_enum;

/// Proposals that wait for one transfer at most.
const WAITING: i64 = 10;

text_enum!(
    /// What has become of a proposal.
    ProposalState {
        Waiting = "waiting",
        Approved = "approved",
        Rejected = "rejected",
        /// The transfer was attributed anew by another way.
        Outdated = "outdated",
    }
);

/// What somebody proposes of a transfer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposal {
    pub id: ProposalId,
    pub transfer_id: TransferId,
    /// Their amounts are shown while the transfer waits in the queue, or with `amounts.read`.
    pub lines: Vec<LineView>,
    /// Shown with the amounts.
    pub why: Option<String>,
    /// The key that proposed it.
    pub proposed_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub proposed_at: UnixMs,
    pub state: ProposalState,
    /// The key that approved or rejected it.
    pub decided_by: Option<ActorId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<UnixMs>,
    /// Shown with the amounts.
    pub decided_why: Option<String>,
}

/// A proposal as it is stored.
#[derive(Debug)]
pub struct ProposalRow {
    pub id: ProposalId,
    pub transfer_id: TransferId,
    pub lines: Vec<NewLine>,
    pub why: String,
    pub proposed_by: ActorId,
    pub proposed_at: UnixMs,
    pub state: ProposalState,
    pub decided_by: Option<ActorId>,
    pub decided_at: Option<UnixMs>,
    pub decided_why: Option<String>,
    /// The transfer waits in the queue now.
    pub is_in_queue: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProposal {
    /// 1–10 lines; their amounts sum to the transfer's.
    #[serde(deserialize_with = "input::objects")]
    pub lines: Vec<NewLine>,
    /// 1–300 characters, for who decides.
    pub why: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// 1–300 characters; the proposal's own reason is kept where this is absent.
    pub why: Option<String>,
    /// It is another payment than the like one that another sender has told of the stall.
    #[serde(default)]
    pub besides_counted: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// 1–300 characters, for who proposed it.
    pub why: String,
}

/// Which proposals.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProposalFilter {
    pub transfer_id: Option<TransferId>,
    pub state: Option<ProposalState>,
}

/// Proposes where a transfer belongs; nothing is changed by it.
///
/// # Errors
/// Those of [`super::transfers::assign`]; `proposals-too-many`.
pub fn propose(
    connection: &mut DbConnection,
    act: &Act,
    transfer_id: TransferId,
    new: NewProposal,
) -> Outcome<Proposal> {
    act.require(Permission::TransfersPropose)?;
    let why = check::text("why", &new.why, WHY_CHARS)?;
    let board_id = act.board_id();
    // The head's lock: the transfer must not be settled between this look and the writing.
    heads::lock(connection, &[board_id.0])?;
    let stored = workable(connection, act, transfer_id)?;
    refuse_refund(&stored, &new.lines)?;
    check_lines(connection, act, &stored, &new.lines)?;
    if rows::waiting_count(connection, board_id, transfer_id)? >= WAITING {
        return Err(Refusal::conflict("proposals-too-many").with("max", WAITING).into());
    }
    let id = ProposalId(act.new_id());
    rows::insert(connection, act, id, transfer_id, &new.lines, &why)?;
    get(connection, act, id)
}

/// Proposals, newest first. Without `amounts.read`: one's own, and those of transfers that wait.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ProposalFilter,
    page: PageRequest,
) -> Outcome<Page<Proposal>> {
    act.require(Permission::TransfersPropose)?;
    let rows = rows::page(connection, act, filter, page)?;
    let shown = rows.into_iter().map(|row| show(act, row)).collect();
    Ok(page.page(shown, |proposal: &Proposal| proposal.id.0))
}

/// All that wait for these transfers, newest first; of a transfer that waits in the queue none is left
/// out, however many wait on the board.
pub fn waiting_for(
    connection: &mut DbConnection,
    act: &Act,
    ids: &[TransferId],
) -> Outcome<Vec<Proposal>> {
    act.require(Permission::TransfersPropose)?;
    let rows = rows::waiting_for(connection, act, ids)?;
    Ok(rows.into_iter().map(|row| show(act, row)).collect())
}

pub fn get(connection: &mut DbConnection, act: &Act, id: ProposalId) -> Outcome<Proposal> {
    act.require(Permission::TransfersPropose)?;
    Ok(show(act, found(rows::find(connection, act, id)?, "proposal")?))
}

/// Attributes the transfer as proposed. Other proposals for it wait no more.
///
/// # Errors
/// `proposal-own`; `proposal-decided` where somebody was faster; those of
/// [`super::transfers::assign`] where a stall or request of its lines is no longer fit.
pub fn approve(
    connection: &mut DbConnection,
    act: &Act,
    id: ProposalId,
    approval: Approval,
) -> Outcome<Proposal> {
    act.require(Permission::TransfersAssign)?;
    let why = approval.why.map(|why| check::text("why", &why, WHY_CHARS)).transpose()?;
    // Of two people who decide at once, the second waits here and then finds it decided.
    let mut heads = heads::lock(connection, &[act.board_id().0])?;
    let proposal = to_decide(connection, act, id)?;
    let stored = reading::transfer(connection, act.board_id(), proposal.transfer_id)?;
    refuse_refund(&stored, &proposal.lines)?;
    let lines = check_lines(connection, act, &stored, &proposal.lines)?;
    payback::refuse_less(connection, act.board_id(), &stored, &lines)?;
    if !approval.besides_counted {
        twice::refuse(connection, act, &stored, &lines)?;
    }
    rows::decide(connection, act, id, ProposalState::Approved, why.as_deref())?;
    let decided = Decided {
        by: Some(act.scope.actor),
        proposed_by: Some(proposal.proposed_by),
        why: Some(why.unwrap_or(proposal.why)),
    };
    place(connection, act, &mut heads, &stored, lines, (decided, Says::Changes))?;
    shown_to_decider(connection, act, id)
}

/// Turns a proposal down; the transfer stays as it is.
///
/// # Errors
/// `proposal-own`; `proposal-decided`.
pub fn reject(
    connection: &mut DbConnection,
    act: &Act,
    id: ProposalId,
    rejection: &Rejection,
) -> Outcome<Proposal> {
    act.require(Permission::TransfersAssign)?;
    let why = check::text("why", &rejection.why, WHY_CHARS)?;
    heads::lock(connection, &[act.board_id().0])?;
    to_decide(connection, act, id)?;
    rows::decide(connection, act, id, ProposalState::Rejected, Some(&why))?;
    shown_to_decider(connection, act, id)
}

/// A proposal that waits, of somebody else. The board is locked.
fn to_decide(connection: &mut DbConnection, act: &Act, id: ProposalId) -> Outcome<ProposalRow> {
    // What is decided has left the queue, and with it the sight of who clears it alone: that is said,
    // not that there was none.
    let row = found(rows::known(connection, act, id)?, "proposal")?;
    if row.state != ProposalState::Waiting {
        let refusal = Refusal::conflict("proposal-decided").with("state", row.state.as_str());
        let at = row.decided_at.unwrap_or(row.proposed_at);
        return Err(refusal.with("decided_at", at).into());
    }
    if row.proposed_by == act.scope.actor {
        return Err(Refusal::new(RefusalKind::Forbidden, "proposal-own").into());
    }
    Ok(found(rows::find(connection, act, id)?, "proposal")?)
}

/// Whoever decided it saw it, though it is settled now.
fn shown_to_decider(connection: &mut DbConnection, act: &Act, id: ProposalId) -> Outcome<Proposal> {
    Ok(show(act, found(rows::known(connection, act, id)?, "proposal")?))
}

fn show(act: &Act, row: ProposalRow) -> Proposal {
    let sees = row.is_in_queue || act.scope.permissions.contains(Permission::AmountsRead);
    let line = |line: NewLine| LineView {
        occupancy_id: line.occupancy_id,
        code_id: None,
        request_id: line.request_id,
        class: line.class,
        amount_vnd: sees.then_some(line.amount_vnd),
    };
    Proposal {
        id: row.id,
        transfer_id: row.transfer_id,
        lines: row.lines.into_iter().map(line).collect(),
        why: sees.then_some(row.why),
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at,
        state: row.state,
        decided_by: row.decided_by,
        decided_at: row.decided_at,
        decided_why: row.decided_why.filter(|_| sees),
    }
}

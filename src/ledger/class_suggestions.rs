//! What the rules of a stall propose of its money. Worked out on reading and stored nowhere: it is the
//! vendor who decides, or whoever does so for them (on a phone that has opened the vendor's own page, or
//! with a key that sees amounts), by an attribution that says who, when and how.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::class::Class;
use super::class_rules::{ClassRuleKind, RuleRow};
use super::matching::{Line, Rule};
use super::store::payer_turns::Turns;
use super::store::{class_rules as rows, reading};
use super::transfers::{Filter, Stored};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{Direction, Precision, Reported};
use crate::primitives::ids::{BoardId, ClassRuleId, OccupancyId, RequestId, TransferId};
use crate::primitives::{Hours, UnixMs, Vnd, fold};
use crate::registry::{Page, PageRequest, boards, occupancies};

/// What a rule proposes of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassSuggestion {
    pub transfer_id: TransferId,
    #[schema(value_type = i64)]
    pub amount_vnd: Vnd,
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: UnixMs,
    pub rule_id: ClassRuleId,
    pub kind: ClassRuleKind,
    /// What the stall's part of it counts as now.
    pub class: Class,
    pub proposed_class: Class,
    /// Why, in the caller's language.
    pub why: String,
    /// What to send to `POST /transfers/{id}/attributions`, if it is right.
    pub lines: Vec<SuggestedLine>,
}

/// A line as an attribution takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuggestedLine {
    pub occupancy_id: Option<OccupancyId>,
    pub request_id: Option<RequestId>,
    pub class: Class,
    #[schema(value_type = i64)]
    pub amount_vnd: Vnd,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SuggestionFilter {
    pub occupancy_id: OccupancyId,
}

/// What the rules propose of a stall's money in, newest first. A page looks at as many transfers as
/// it may have items; those of which nothing is proposed are left out. What a person has decided is
/// not asked again.
///
/// # Errors
/// `not-found` (occupancy_id).
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &SuggestionFilter,
    page: PageRequest,
) -> Outcome<Page<ClassSuggestion>> {
    act.require(Permission::AmountsRead)?;
    let (board_id, occupancy_id) = (act.board_id(), filter.occupancy_id);
    occupancies::require(connection, act, occupancy_id, "occupancy_id")?;
    let of_stall = Filter { occupancy_id: Some(occupancy_id), account_id: None };
    let known = Known::of(connection, board_id, occupancy_id)?;
    let Some(known) = known else { return Ok(Page { items: Vec::new(), next_cursor: None }) };
    let stored = reading::transfers(connection, board_id, of_stall, page)?;
    let page = page.page(stored, |transfer| transfer.id.0);
    let items = known.suggest(connection, board_id, &page.items)?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// What a stall's rules propose of its transfers that were read already. The caller has seen to it that
/// the stall's amounts may be seen.
pub fn of_stored(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    stored: &[Stored],
) -> Outcome<HashMap<TransferId, Proposed>> {
    let Some(known) = Known::of(connection, board_id, occupancy_id)? else {
        return Ok(HashMap::new());
    };
    let all = known.suggest(connection, board_id, stored)?;
    let proposed = |one: ClassSuggestion| {
        let rule = known.rules.iter().find(|rule| rule.id == one.rule_id);
        let word = rule.filter(|rule| rule.kind == ClassRuleKind::MemoWord);
        let word = word.map(|rule| rule.value.clone());
        (one.transfer_id, Proposed { class: one.proposed_class, kind: one.kind, word })
    };
    Ok(all.into_iter().map(proposed).collect())
}

/// Likewise, of transfers that are not read yet.
pub fn of_these(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    ids: &[TransferId],
) -> Outcome<HashMap<TransferId, Proposed>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let stored = reading::these(connection, board_id, &ids)?;
    of_stored(connection, board_id, occupancy_id, &stored)
}

/// What is proposed of a receipt, for who looks at the receipt itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub class: Class,
    pub kind: ClassRuleKind,
    /// The rule's, of `memo_word`.
    pub word: Option<String>,
}

/// The live rules of a stall, one at least.
struct Known {
    occupancy_id: OccupancyId,
    rules: Vec<RuleRow>,
    hours: Hours,
}

impl Known {
    fn of(
        connection: &mut DbConnection,
        board_id: BoardId,
        occupancy_id: OccupancyId,
    ) -> Outcome<Option<Self>> {
        let rules = rows::live(connection, board_id, occupancy_id)?;
        if rules.is_empty() {
            return Ok(None);
        }
        let hours = Hours::of(boards::day_start_minute(connection, board_id)?);
        Ok(Some(Self { occupancy_id, rules, hours }))
    }

    /// Of those of which anything is proposed, in their order.
    fn suggest(
        &self,
        connection: &mut DbConnection,
        board_id: BoardId,
        stored: &[Stored],
    ) -> Outcome<Vec<ClassSuggestion>> {
        let told = if self.rules.iter().any(|rule| rule.kind == ClassRuleKind::MemoWord) {
            reading::reported(connection, board_id, stored)?
        } else {
            HashMap::new()
        };
        let of_rules = self.rules.iter().filter_map(|rule| rule.value.parse().ok());
        let of_transfers = stored.iter().filter_map(|transfer| transfer.payer_key);
        let turns = Turns::of(connection, board_id, of_rules.chain(of_transfers))?;
        let suggest = |transfer: &Stored| {
            let memo = told.get(&transfer.id).map(|told: &Reported| fold::memo(&told.memo));
            let memo = memo.unwrap_or_default();
            suggestion(&self.rules, transfer, self.occupancy_id, &memo, (self.hours, &turns))
        };
        Ok(stored.iter().filter_map(suggest).collect())
    }
}

/// The first rule that would make it something else.
fn suggestion(
    rules: &[RuleRow],
    transfer: &Stored,
    occupancy_id: OccupancyId,
    memo: &str,
    known: (Hours, &Turns),
) -> Option<ClassSuggestion> {
    let is_open = transfer.direction == Direction::In && transfer.rule != Rule::Manual.as_str();
    let now = transfer.lines.iter().find(|line| line.occupancy_id == Some(occupancy_id))?;
    let speaks = |rule: &&RuleRow| rule.class != now.class && rule.fits(transfer, memo, known);
    let rule = rules.iter().find(speaks).filter(|_| is_open)?;
    let line = |line: &Line| {
        let is_meant = line.occupancy_id == Some(occupancy_id);
        let class = if is_meant { rule.class } else { line.class };
        SuggestedLine {
            occupancy_id: line.occupancy_id,
            request_id: line.request_id.filter(|_| class.pays_requests()),
            class,
            amount_vnd: line.amount,
        }
    };
    Some(ClassSuggestion {
        transfer_id: transfer.id,
        amount_vnd: transfer.amount,
        occurred_at: transfer.occurred_at,
        rule_id: rule.id,
        kind: rule.kind,
        class: now.class,
        proposed_class: rule.class,
        why: String::new(),
        lines: transfer.lines.iter().map(line).collect(),
    })
}

impl RuleRow {
    fn fits(&self, transfer: &Stored, memo: &str, (hours, turns): (Hours, &Turns)) -> bool {
        match self.kind {
            ClassRuleKind::Payer => {
                let meant = self.value.parse().ok().map(|key| turns.one(key));
                transfer.payer_key.map(|key| turns.one(key)) == meant && meant.is_some()
            }
            ClassRuleKind::MemoWord => memo.contains(&self.value),
            // A date alone does not tell the hour.
            ClassRuleKind::OutsideHours => {
                let at = transfer.occurred_at;
                let (opens, closes) = hours.on(hours.day(at));
                transfer.occurred_precision != Precision::Day && (at < opens || at >= closes)
            }
        }
    }
}

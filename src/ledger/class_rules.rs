//! Rules that propose what money of a stall is: who pays, when, with which word. They decide nothing:
//! the vendor does, or who decides for them ([`super::class_suggestions`]). Only who sees amounts comes
//! near them, because a rule tells of payers; the payer stands in a rule as a keyed hash alone.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::class::Class;
use super::store::{class_rules as rows, reading};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{ActorId, ClassRuleId, OccupancyId, TransferId};
use crate::primitives::{Refusal, UnixMs, fold};
use crate::registry::check::found;
use crate::registry::{self, Page, PageRequest, occupancies};
use crate::text_enum;

const WORD_CHARS: usize = 40;
const LIVE_RULES: usize = 50;

text_enum!(ClassRuleKind {
    /// A payer who is known, such as the family.
    Payer = "payer",
    /// The money moved outside the hours of trade.
    OutsideHours = "outside_hours",
    /// The memo holds a word.
    MemoWord = "memo_word",
});

/// A rule as it is shown; whom a rule of a payer means is never shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClassRule {
    pub id: ClassRuleId,
    pub occupancy_id: OccupancyId,
    pub kind: ClassRuleKind,
    /// Of `memo_word`: upper-case letters and digits.
    pub word: Option<String>,
    /// What it proposes.
    pub class: Class,
    /// The key that made it.
    pub created_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<UnixMs>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClassRule {
    pub occupancy_id: OccupancyId,
    pub kind: ClassRuleKind,
    /// With `payer`: a transfer of this stall, whose payer is meant.
    pub transfer_id: Option<TransferId>,
    /// With `memo_word`: 1–40 letters and digits, in either case and with or without marks.
    pub word: Option<String>,
    pub class: Class,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ClassRuleFilter {
    pub occupancy_id: Option<OccupancyId>,
}

/// A rule as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    pub id: ClassRuleId,
    pub occupancy_id: OccupancyId,
    pub kind: ClassRuleKind,
    /// The payer's keyed hash, the word, or nothing.
    pub value: String,
    pub class: Class,
    pub created_by: ActorId,
    pub created_at: UnixMs,
    pub ended_at: Option<UnixMs>,
}

/// # Errors
/// `not-found` (occupancy_id, transfer_id), `class-rule-proposes-nothing` (class),
/// `class-rule-field` (transfer_id, word) where one is missing or does not belong to the kind,
/// `class-rule-payer-unknown` (transfer_id), `class-rule-word` (word), `class-rule-too-many`.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewClassRule) -> Outcome<ClassRule> {
    act.require(Permission::TransfersAssign)?;
    act.require(Permission::AmountsRead)?;
    let board_id = act.board_id();
    // Locks the head: the number of rules stays what it is until this one is there.
    registry::store::touch(connection, board_id)?;
    occupancies::require(connection, act, new.occupancy_id, "occupancy_id")?;
    if new.class == Class::Unclassified {
        return Err(Refusal::invalid("class", "class-rule-proposes-nothing").into());
    }
    let value = value(connection, act, &new)?;
    if rows::live(connection, board_id, new.occupancy_id)?.len() >= LIVE_RULES {
        return Err(Refusal::conflict("class-rule-too-many").with("max", LIVE_RULES).into());
    }
    let row = RuleRow {
        id: ClassRuleId(act.new_id()),
        occupancy_id: new.occupancy_id,
        kind: new.kind,
        value,
        class: new.class,
        created_by: act.scope.actor,
        created_at: act.at,
        ended_at: None,
    };
    rows::insert(connection, board_id, &row)?;
    Ok(row.shown())
}

pub fn get(connection: &mut DbConnection, act: &Act, id: ClassRuleId) -> Outcome<ClassRule> {
    act.require(Permission::AmountsRead)?;
    Ok(found(rows::find(connection, act.board_id(), id)?, "class_rule")?.shown())
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &ClassRuleFilter,
    page: PageRequest,
) -> Outcome<Page<ClassRule>> {
    act.require(Permission::AmountsRead)?;
    let found = rows::page(connection, act.board_id(), filter.occupancy_id, page)?;
    let page = page.page(found, |rule| rule.id.0);
    let items = page.items.into_iter().map(RuleRow::shown).collect();
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// It proposes nothing any more; what was decided stays.
///
/// # Errors
/// `class-rule-ended` when it has.
pub fn end(connection: &mut DbConnection, act: &Act, id: ClassRuleId) -> Outcome<ClassRule> {
    act.require(Permission::TransfersAssign)?;
    act.require(Permission::AmountsRead)?;
    let mut row = found(rows::find(connection, act.board_id(), id)?, "class_rule")?;
    if let Some(ended_at) = row.ended_at {
        return Err(Refusal::conflict("class-rule-ended").with("ended_at", ended_at).into());
    }
    row.ended_at = Some(act.at);
    rows::end(connection, act.board_id(), id, act.at)?;
    Ok(row.shown())
}

fn value(connection: &mut DbConnection, act: &Act, new: &NewClassRule) -> Outcome<String> {
    let misplaced = |field: &'static str| {
        Refusal::invalid(field, "class-rule-field").with("kind", new.kind.as_str())
    };
    match (new.kind, new.transfer_id, &new.word) {
        (ClassRuleKind::Payer, Some(id), None) => {
            let missing = || Refusal::not_found("transfer").on("transfer_id");
            let all = reading::these(connection, act.board_id(), &[id.0])?;
            let of_stall = all.into_iter().find(|transfer| {
                transfer.lines.iter().any(|line| line.occupancy_id == Some(new.occupancy_id))
            });
            let payer_key = of_stall.ok_or_else(missing)?.payer_key;
            let unknown = || Refusal::conflict("class-rule-payer-unknown").on("transfer_id");
            Ok(payer_key.ok_or_else(unknown)?.to_string())
        }
        (ClassRuleKind::MemoWord, None, Some(word)) => {
            let folded = fold::memo(word);
            let is_whole = folded.len() == word.trim().chars().count();
            if is_whole && (1..=WORD_CHARS).contains(&folded.len()) {
                return Ok(folded);
            }
            Err(Refusal::invalid("word", "class-rule-word").with("max", WORD_CHARS).into())
        }
        (ClassRuleKind::OutsideHours, None, None) => Ok(String::new()),
        (ClassRuleKind::MemoWord, None, None)
        | (ClassRuleKind::OutsideHours, None, Some(_))
        | (ClassRuleKind::Payer, _, Some(_)) => Err(misplaced("word").into()),
        _ => Err(misplaced("transfer_id").into()),
    }
}

impl RuleRow {
    fn shown(self) -> ClassRule {
        let word = (self.kind == ClassRuleKind::MemoWord).then_some(self.value);
        ClassRule {
            id: self.id,
            occupancy_id: self.occupancy_id,
            kind: self.kind,
            word,
            class: self.class,
            created_by: self.created_by,
            created_at: self.created_at,
            ended_at: self.ended_at,
        }
    }
}

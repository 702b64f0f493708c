//! Stalls (sạp): places in a section of a market. Who trades there is an occupancy.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred, text};
use super::store::stalls as rows;
use super::store::{self, occupancies as occupancy_store, sections as section_store};
use super::{Page, PageRequest, Patch};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{MarketId, SectionId, StallId};
use crate::primitives::{Day, Refusal, UnixMs, input};
use crate::text_enum;

const CODE_CHARS: usize = 20;
const GOODS_CHARS: usize = 80;

text_enum!(
    /// How much is sold there, as the board judges it.
    SizeClass { Small = "small", Medium = "medium", Large = "large" }
);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Stall {
    pub id: StallId,
    pub market_id: MarketId,
    pub section_id: SectionId,
    /// What is painted on it, e.g. `A-12`.
    pub code: String,
    pub goods: String,
    /// Wholesale receipts are reported apart.
    pub wholesale: bool,
    pub size_class: SizeClass,
    /// Order of walking in its section.
    pub position: i32,
    /// The first day on which it is no more.
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_day: Option<Day>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStall {
    pub section_id: SectionId,
    /// 1–20 characters, unique in its market without regard to case and spaces.
    pub code: String,
    /// 1–80 characters.
    pub goods: String,
    #[serde(default)]
    pub wholesale: bool,
    pub size_class: SizeClass,
    #[serde(default)]
    pub position: i32,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StallChange {
    /// A section of the same market.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub section_id: Option<SectionId>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub code: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub goods: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub wholesale: Option<bool>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub size_class: Option<SizeClass>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub position: Option<i32>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_day: Patch<Day>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StallFilter {
    pub market_id: Option<MarketId>,
    pub section_id: Option<SectionId>,
    pub code: Option<String>,
}

/// # Errors
/// `not-found` (section_id), `stall-code-taken`.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewStall) -> Outcome<Stall> {
    act.require_within(Permission::RegistryWrite)?;
    let section = section_store::find(connection, act.board_id(), new.section_id)?;
    let section = section.filter(|section| act.reaches(section.id));
    let section = referred(section, "section", "section_id")?;
    let stall = Stall {
        id: StallId(act.new_id()),
        market_id: section.market_id,
        section_id: section.id,
        code: text("code", &new.code, CODE_CHARS)?,
        goods: text("goods", &new.goods, GOODS_CHARS)?,
        wholesale: new.wholesale,
        size_class: new.size_class,
        position: new.position,
        closed_day: None,
        created_at: act.at,
    };
    rows::insert(connection, act.board_id(), &stall).map_err(|e| e.on_duplicate(code_taken))?;
    Ok(stall)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: StallId) -> Outcome<Stall> {
    act.require_within(Permission::RegistryRead)?;
    find(connection, act, id)
}

/// The stall, within the caller's sections.
fn find(connection: &mut DbConnection, act: &Act, id: StallId) -> Outcome<Stall> {
    let stall = rows::find(connection, act.board_id(), id)?;
    Ok(found(stall.filter(|stall| act.reaches(stall.section_id)), "stall")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &StallFilter,
    page: PageRequest,
) -> Outcome<Page<Stall>> {
    act.require_within(Permission::RegistryRead)?;
    let code = filter.code.as_ref().map(|code| text("code", code, CODE_CHARS)).transpose()?;
    let filter = StallFilter { code, ..*filter };
    let stalls = rows::page(connection, act, &filter, page)?;
    Ok(page.page(stalls, |stall| stall.id.0))
}

/// # Errors
/// `not-found` (section_id), `section-of-other-market`, `stall-code-taken`, `stall-occupied`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: StallId,
    change: StallChange,
) -> Outcome<Stall> {
    act.require_within(Permission::RegistryWrite)?;
    let mut stall = find(connection, act, id)?;
    if let Some(section_id) = change.section_id {
        let section = section_store::find(connection, act.board_id(), section_id)?;
        let section = section.filter(|section| act.reaches(section.id));
        let section = referred(section, "section", "section_id")?;
        if section.market_id != stall.market_id {
            return Err(Refusal::invalid("section_id", "section-of-other-market").into());
        }
        stall.section_id = section.id;
    }
    if let Some(code) = change.code {
        stall.code = text("code", &code, CODE_CHARS)?;
    }
    if let Some(goods) = change.goods {
        stall.goods = text("goods", &goods, GOODS_CHARS)?;
    }
    stall.wholesale = change.wholesale.unwrap_or(stall.wholesale);
    stall.size_class = change.size_class.unwrap_or(stall.size_class);
    stall.position = change.position.unwrap_or(stall.position);
    stall.closed_day = change.closed_day.over(stall.closed_day);
    refuse_if_occupied(connection, act, &stall)?;
    rows::update(connection, act.board_id(), &stall).map_err(|e| e.on_duplicate(code_taken))?;
    Ok(stall)
}

/// A stall is closed after its last vendor has left.
fn refuse_if_occupied(connection: &mut DbConnection, act: &Act, stall: &Stall) -> Outcome<()> {
    let Some(closed_day) = stall.closed_day else { return Ok(()) };
    store::touch(connection, act.board_id())?;
    let from_then_on = super::Period { from: closed_day, to: None };
    let board_id = act.board_id();
    match occupancy_store::overlapping(connection, board_id, stall.id, from_then_on, None)? {
        Some(occupancy_id) => {
            let refusal = Refusal::conflict("stall-occupied").on("closed_day");
            Err(refusal.with("occupancy", occupancy_id).into())
        }
        None => Ok(()),
    }
}

/// What makes two codes one: `a 12` is what stands on the stall `A12`.
#[must_use]
pub fn code_key(code: &str) -> String {
    code.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect()
}

fn code_taken() -> Refusal {
    Refusal::conflict("stall-code-taken").on("code")
}

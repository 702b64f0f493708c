//! Sections of a market (khu, dãy), in the order in which they are walked.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred, text};
use super::store::{markets as market_store, sections as store};
use super::{Page, PageRequest};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{MarketId, SectionId};
use crate::primitives::{Refusal, input};

const NAME_CHARS: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Section {
    pub id: SectionId,
    pub market_id: MarketId,
    pub name: String,
    /// Order of walking, from the entrance.
    pub position: i32,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSection {
    pub market_id: MarketId,
    /// 1–80 characters, unique in its market.
    pub name: String,
    #[serde(default)]
    pub position: i32,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub position: Option<i32>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SectionFilter {
    pub market_id: Option<MarketId>,
}

/// # Errors
/// `not-found` (market_id), `section-exists`.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewSection) -> Outcome<Section> {
    act.require(Permission::RegistryWrite)?;
    let market = market_store::find(connection, act.board_id(), new.market_id)?;
    let section = Section {
        id: SectionId(act.new_id()),
        market_id: referred(market, "market", "market_id")?.id,
        name: text("name", &new.name, NAME_CHARS)?,
        position: new.position,
    };
    store::insert(connection, act.board_id(), &section).map_err(|e| e.on_duplicate(exists))?;
    Ok(section)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: SectionId) -> Outcome<Section> {
    act.require_within(Permission::RegistryRead)?;
    let section = store::find(connection, act.board_id(), id)?;
    Ok(found(section.filter(|section| act.reaches(section.id)), "section")?)
}

/// The section that an input field points to.
///
/// # Errors
/// `not-found` on the field.
pub fn require(
    connection: &mut DbConnection,
    act: &Act,
    id: SectionId,
    field: &'static str,
) -> Outcome<Section> {
    Ok(referred(store::find(connection, act.board_id(), id)?, "section", field)?)
}

/// The section of a market that an input field points to.
///
/// # Errors
/// `not-found` on the field.
pub fn require_of(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    id: SectionId,
    field: &'static str,
) -> Outcome<Section> {
    let section = store::find(connection, act.board_id(), id)?;
    let section = section.filter(|section| section.market_id == market_id);
    Ok(referred(section, "section", field)?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &SectionFilter,
    page: PageRequest,
) -> Outcome<Page<Section>> {
    act.require_within(Permission::RegistryRead)?;
    let sections = store::page(connection, act.board_id(), filter, page)?;
    let mut page = page.page(sections, |section| section.id.0);
    page.items.retain(|section| act.reaches(section.id));
    Ok(page)
}

/// # Errors
/// `section-exists`.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: SectionId,
    change: SectionChange,
) -> Outcome<Section> {
    act.require(Permission::RegistryWrite)?;
    let mut section = found(store::find(connection, act.board_id(), id)?, "section")?;
    if let Some(name) = change.name {
        section.name = text("name", &name, NAME_CHARS)?;
    }
    section.position = change.position.unwrap_or(section.position);
    store::update(connection, act.board_id(), &section).map_err(|e| e.on_duplicate(exists))?;
    Ok(section)
}

fn exists() -> Refusal {
    Refusal::conflict("section-exists").on("name")
}

//! Where people live: khóm, ấp, tổ dân phố, thôn. They are renamed and merged, so each is dated
//! and keeps its old names.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred, text};
use super::store::neighbourhoods as store;
use super::{Page, PageRequest, Patch};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::NeighbourhoodId;
use crate::primitives::{Day, Refusal, input};

const KIND_CHARS: usize = 40;
const NAME_CHARS: usize = 80;
const MAX_ALIASES: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Neighbourhood {
    pub id: NeighbourhoodId,
    /// A free word: khóm, ấp, tổ dân phố, thôn, …
    pub kind: String,
    pub name: String,
    /// Names that people still use.
    pub aliases: Vec<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub from_day: Option<Day>,
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNeighbourhood {
    /// 1–40 characters.
    pub kind: String,
    /// 1–80 characters, unique with its kind.
    pub name: String,
    /// At most 20, each of 1–80 characters.
    #[serde(default)]
    pub aliases: Vec<String>,
    #[schema(value_type = Option<String>, format = Date)]
    pub from_day: Option<Day>,
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Option<Day>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NeighbourhoodChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub kind: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    /// Takes the place of all old names.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub aliases: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from_day: Patch<Day>,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to_day: Patch<Day>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NeighbourhoodFilter {
    /// Only those that exist on this day.
    #[param(value_type = Option<String>, format = Date)]
    pub on: Option<Day>,
}

/// # Errors
/// `neighbourhood-exists`, `period-reversed`, `list-too-long` (aliases).
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    new: NewNeighbourhood,
) -> Outcome<Neighbourhood> {
    act.require(Permission::RegistryWrite)?;
    let neighbourhood = Neighbourhood {
        id: NeighbourhoodId(act.new_id()),
        kind: text("kind", &new.kind, KIND_CHARS)?,
        name: text("name", &new.name, NAME_CHARS)?,
        aliases: check_aliases(&new.aliases)?,
        from_day: new.from_day,
        to_day: new.to_day,
    };
    check_days(&neighbourhood)?;
    store::insert(connection, act.board_id(), &neighbourhood)
        .map_err(|fault| fault.on_duplicate(exists))?;
    Ok(neighbourhood)
}

pub fn get(
    connection: &mut DbConnection,
    act: &Act,
    id: NeighbourhoodId,
) -> Outcome<Neighbourhood> {
    act.require_within(Permission::RegistryRead)?;
    Ok(found(store::find(connection, act.board_id(), id)?, "neighbourhood")?)
}

/// The khóm that an input field points to.
///
/// # Errors
/// `not-found` on the field.
pub fn require(
    connection: &mut DbConnection,
    act: &Act,
    id: NeighbourhoodId,
    field: &'static str,
) -> Outcome<Neighbourhood> {
    Ok(referred(store::find(connection, act.board_id(), id)?, "neighbourhood", field)?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &NeighbourhoodFilter,
    page: PageRequest,
) -> Outcome<Page<Neighbourhood>> {
    act.require_within(Permission::RegistryRead)?;
    let found = store::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(found, |neighbourhood| neighbourhood.id.0))
}

/// # Errors
/// As [`create`].
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: NeighbourhoodId,
    change: NeighbourhoodChange,
) -> Outcome<Neighbourhood> {
    act.require(Permission::RegistryWrite)?;
    let current = found(store::find(connection, act.board_id(), id)?, "neighbourhood")?;
    let neighbourhood = Neighbourhood {
        id,
        kind: change.kind.map_or(Ok(current.kind), |kind| text("kind", &kind, KIND_CHARS))?,
        name: change.name.map_or(Ok(current.name), |name| text("name", &name, NAME_CHARS))?,
        aliases: change.aliases.map_or(Ok(current.aliases), |names| check_aliases(&names))?,
        from_day: change.from_day.over(current.from_day),
        to_day: change.to_day.over(current.to_day),
    };
    check_days(&neighbourhood)?;
    store::update(connection, act.board_id(), &neighbourhood)
        .map_err(|fault| fault.on_duplicate(exists))?;
    Ok(neighbourhood)
}

fn check_aliases(aliases: &[String]) -> Result<Vec<String>, Refusal> {
    if aliases.len() > MAX_ALIASES {
        return Err(Refusal::invalid("aliases", "list-too-long").with("max", MAX_ALIASES));
    }
    aliases.iter().map(|alias| text("aliases", alias, NAME_CHARS)).collect()
}

fn check_days(neighbourhood: &Neighbourhood) -> Result<(), Refusal> {
    match (neighbourhood.from_day, neighbourhood.to_day) {
        (Some(from), to) => super::Period::new(from, to).map(|_| ()),
        (None, _) => Ok(()),
    }
}

fn exists() -> Refusal {
    Refusal::conflict("neighbourhood-exists").on("name")
}

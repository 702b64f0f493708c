//! Teams (tổ công nghệ số cộng đồng): who goes where, and what each member knows.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::teams as rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::ledger;
use crate::primitives::ids::{NeighbourhoodId, SectionId, TeamId};
use crate::primitives::{Refusal, UnixMs, input};
use crate::registry::check::{found, referred, text};
use crate::registry::{Page, PageRequest, neighbourhoods, sections};

const NAME_CHARS: usize = 80;
const KNOWS_CHARS: usize = 40;
const MAX_AREAS: usize = 50;
const MAX_MEMBERS: usize = 50;
const MAX_KNOWN: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    /// The sections that it goes to. With khóm too, a stall of either is its.
    pub section_ids: Vec<SectionId>,
    /// The khóm whose vendors it goes to, wherever they trade.
    pub neighbourhood_ids: Vec<NeighbourhoodId>,
    pub members: Vec<Member>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

/// Somebody of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// 1–80 characters.
    pub name: String,
    /// Applications that this member knows well: at most 10, each of 1–40 characters.
    #[serde(default)]
    pub knows: Vec<String>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTeam {
    /// 1–80 characters, unique on the board.
    pub name: String,
    /// At most 50. A team without sections and khóm goes everywhere.
    #[serde(default)]
    pub section_ids: Vec<SectionId>,
    /// At most 50.
    #[serde(default)]
    pub neighbourhood_ids: Vec<NeighbourhoodId>,
    /// At most 50.
    #[serde(default, deserialize_with = "input::objects")]
    pub members: Vec<Member>,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    /// Takes the place of all.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub section_ids: Option<Vec<SectionId>>,
    /// Takes the place of all.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub neighbourhood_ids: Option<Vec<NeighbourhoodId>>,
    /// Takes the place of all.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present_objects")]
    pub members: Option<Vec<Member>>,
}

impl Team {
    /// Whether a stall is the team's, by its section or by where its vendor lives.
    #[must_use]
    pub fn goes_to(&self, section_id: SectionId, lives_in: Option<NeighbourhoodId>) -> bool {
        let is_bound = !self.section_ids.is_empty() || !self.neighbourhood_ids.is_empty();
        !is_bound
            || self.section_ids.contains(&section_id)
            || lives_in.is_some_and(|id| self.neighbourhood_ids.contains(&id))
    }
}

/// # Errors
/// `team-name-taken` (name); `not-found` (section_ids, neighbourhood_ids); `list-too-long`;
/// `text-length` (name, members).
pub fn create(connection: &mut DbConnection, act: &Act, new: NewTeam) -> Outcome<Team> {
    act.require(Permission::VisitsWrite)?;
    let team = Team {
        id: TeamId(act.new_id()),
        name: text("name", &new.name, NAME_CHARS)?,
        section_ids: new.section_ids,
        neighbourhood_ids: new.neighbourhood_ids,
        members: members(new.members)?,
        created_at: act.at,
    };
    check_areas(connection, act, &team)?;
    check_name(connection, act, &team)?;
    rows::insert(connection, act.board_id(), &team).map_err(|fault| fault.on_duplicate(taken))?;
    Ok(team)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: TeamId) -> Outcome<Team> {
    act.require_within(Permission::VisitsRead)?;
    Ok(found(rows::find(connection, act.board_id(), id)?, "team")?)
}

/// The team that an input field points to.
///
/// # Errors
/// `not-found` on the field.
pub fn require(
    connection: &mut DbConnection,
    act: &Act,
    id: TeamId,
    field: &'static str,
) -> Outcome<Team> {
    Ok(referred(rows::find(connection, act.board_id(), id)?, "team", field)?)
}

pub fn list(connection: &mut DbConnection, act: &Act, page: PageRequest) -> Outcome<Page<Team>> {
    act.require_within(Permission::VisitsRead)?;
    let teams = rows::page(connection, act.board_id(), page)?;
    Ok(page.page(teams, |team| team.id.0))
}

/// # Errors
/// As [`create`].
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: TeamId,
    change: TeamChange,
) -> Outcome<Team> {
    act.require(Permission::VisitsWrite)?;
    let mut team = found(rows::find(connection, act.board_id(), id)?, "team")?;
    if let Some(name) = change.name {
        team.name = text("name", &name, NAME_CHARS)?;
    }
    team.section_ids = change.section_ids.unwrap_or(team.section_ids);
    team.neighbourhood_ids = change.neighbourhood_ids.unwrap_or(team.neighbourhood_ids);
    if let Some(changed) = change.members {
        team.members = members(changed)?;
    }
    check_areas(connection, act, &team)?;
    check_name(connection, act, &team)?;
    rows::update(connection, act.board_id(), &team).map_err(|fault| fault.on_duplicate(taken))?;
    Ok(team)
}

fn members(members: Vec<Member>) -> Result<Vec<Member>, Refusal> {
    limit("members", members.len(), MAX_MEMBERS)?;
    let checked = members.into_iter().map(|member| {
        limit("members", member.knows.len(), MAX_KNOWN)?;
        let knows = member.knows.iter().map(|known| text("members", known, KNOWS_CHARS));
        Ok(Member {
            name: text("members", &member.name, NAME_CHARS)?,
            knows: knows.collect::<Result<_, Refusal>>()?,
        })
    });
    checked.collect()
}

fn check_areas(connection: &mut DbConnection, act: &Act, team: &Team) -> Outcome<()> {
    limit("section_ids", team.section_ids.len(), MAX_AREAS)?;
    limit("neighbourhood_ids", team.neighbourhood_ids.len(), MAX_AREAS)?;
    for id in &team.section_ids {
        sections::require(connection, act, *id, "section_ids")?;
    }
    for id in &team.neighbourhood_ids {
        neighbourhoods::require(connection, act, *id, "neighbourhood_ids")?;
    }
    Ok(())
}

/// `Tổ 1` and `tổ  1` are one team to whoever reads them.
fn check_name(connection: &mut DbConnection, act: &Act, team: &Team) -> Outcome<()> {
    ledger::lock_board(connection, act.board_id())?;
    let key =
        |name: &str| name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    let others = rows::names(connection, act.board_id())?.into_iter();
    let mut others = others.filter(|(id, _)| *id != team.id);
    if others.any(|(_, name)| key(&name) == key(&team.name)) {
        return Err(taken().into());
    }
    Ok(())
}

fn limit(field: &'static str, count: usize, max: usize) -> Result<(), Refusal> {
    if count <= max {
        return Ok(());
    }
    Err(Refusal::invalid(field, "list-too-long").with("max", max))
}

fn taken() -> Refusal {
    Refusal::conflict("team-name-taken").on("name")
}

//! Rows of `teams`; its lists are JSON arrays.

use diesel::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::schema::teams::{self as table, table as rows};
use crate::db::{DbConnection, Fault, Outcome};
use crate::outreach::teams::Team;
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, TeamId};
use crate::registry::PageRequest;

type Row = (BoardId, TeamId, String, String, String, String, i64);

fn team((_, id, name, sections, neighbourhoods, members, created): Row) -> Outcome<Team> {
    Ok(Team {
        id,
        name,
        section_ids: list(&sections)?,
        neighbourhood_ids: list(&neighbourhoods)?,
        members: list(&members)?,
        created_at: UnixMs(created),
    })
}

fn list<T: DeserializeOwned>(text: &str) -> Outcome<Vec<T>> {
    serde_json::from_str(text).map_err(Fault::broken)
}

fn text<T: Serialize>(list: &[T]) -> Outcome<String> {
    serde_json::to_string(list).map_err(Fault::broken)
}

pub fn find(connection: &mut DbConnection, board_id: BoardId, id: TeamId) -> Outcome<Option<Team>> {
    rows.find((board_id, id)).first(connection).optional()?.map(team).transpose()
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    page: PageRequest,
) -> Outcome<Vec<Team>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::id.gt(page.floor()));
    let found = query.order(table::id).limit(page.rows()).load(connection)?;
    found.into_iter().map(team).collect()
}

pub fn names(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<(TeamId, String)>> {
    let query = rows.filter(table::board_id.eq(board_id)).select((table::id, table::name));
    Ok(query.load(connection)?)
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, team: &Team) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(team.id),
            table::name.eq(&team.name),
            table::section_ids.eq(text(&team.section_ids)?),
            table::neighbourhood_ids.eq(text(&team.neighbourhood_ids)?),
            table::members.eq(text(&team.members)?),
            table::created_at_ms.eq(team.created_at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, team: &Team) -> Outcome<()> {
    diesel::update(rows.find((board_id, team.id)))
        .set((
            table::name.eq(&team.name),
            table::section_ids.eq(text(&team.section_ids)?),
            table::neighbourhood_ids.eq(text(&team.neighbourhood_ids)?),
            table::members.eq(text(&team.members)?),
        ))
        .execute(connection)?;
    Ok(())
}

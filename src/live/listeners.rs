//! The browsers that opened a link: seeing them, muting and revoking them one by one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::links::StallLink;
use super::store::{links as link_rows, listeners as rows};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{ListenerId, StallLinkId};
use crate::registry::check::found;

/// A phone's browser that opened a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Listener {
    pub id: ListenerId,
    pub link_id: StallLinkId,
    /// What it says it is, e.g. `Android, Zalo`.
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: UnixMs,
    /// To five minutes.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: UnixMs,
    /// Since when it shows money and says nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub muted_at: Option<UnixMs>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenerChange {
    /// Whether it shall be silent.
    pub muted: bool,
}

/// All phones that opened a link, oldest first, also those that were revoked.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    link_id: StallLinkId,
) -> Outcome<Vec<Listener>> {
    act.require(Permission::RegistryRead)?;
    require_link(connection, act, link_id)?;
    rows::of_link(connection, act.board_id(), link_id)
}

/// Makes a phone silent, or lets it speak again.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    (link_id, id): (StallLinkId, ListenerId),
    change: &ListenerChange,
) -> Outcome<Listener> {
    act.require(Permission::StallLinksWrite)?;
    let mut listener = of_link(connection, act, link_id, id)?;
    if change.muted != listener.muted_at.is_some() {
        listener.muted_at = change.muted.then_some(act.at);
        rows::update(connection, act.board_id(), &listener)?;
    }
    Ok(listener)
}

/// Ends what a phone may hear, at once; ending it again changes nothing. With the link it can open
/// the page anew: to keep somebody out, revoke the link.
pub fn revoke(
    connection: &mut DbConnection,
    act: &Act,
    link_id: StallLinkId,
    id: ListenerId,
) -> Outcome<Listener> {
    act.require(Permission::StallLinksWrite)?;
    let mut listener = of_link(connection, act, link_id, id)?;
    if listener.revoked_at.is_none() {
        listener.revoked_at = Some(act.at);
        rows::update(connection, act.board_id(), &listener)?;
    }
    Ok(listener)
}

fn require_link(connection: &mut DbConnection, act: &Act, id: StallLinkId) -> Outcome<StallLink> {
    Ok(found(link_rows::find(connection, act.board_id(), id)?, "stall_link")?)
}

fn of_link(
    connection: &mut DbConnection,
    act: &Act,
    link_id: StallLinkId,
    id: ListenerId,
) -> Outcome<Listener> {
    require_link(connection, act, link_id)?;
    let listener = rows::find(connection, act.board_id(), id)?;
    Ok(found(listener.filter(|listener| listener.link_id == link_id), "listener")?)
}

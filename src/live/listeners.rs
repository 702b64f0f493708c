//! The browsers that opened a link: seeing them, muting and revoking them one by one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::links::StallLink;
use super::owner::pin;
use super::store::{links as link_rows, listeners as rows, owner};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, ListenerId, StallLinkId};
use crate::primitives::{UnixMs, input};
use crate::registry::check::found;

/// Ids of one query.
const IDS: usize = 500;

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
    /// Of a vendor's phone on which the six digits are entered: until when that holds.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub entered_until: Option<UnixMs>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListenerChange {
    /// Whether it shall be silent.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub muted: Option<bool>,
    /// `true`: a vendor's phone must enter the six digits again. Nobody else can enter them for it,
    /// so `false` changes nothing.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub locked: Option<bool>,
}

/// All phones that opened a link, oldest first, also those that were revoked.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    link_id: StallLinkId,
) -> Outcome<Vec<Listener>> {
    act.require(Permission::RegistryRead)?;
    require_link(connection, act, link_id)?;
    of_link(connection, act.board_id(), link_id, act.at)
}

/// All phones that opened a link, for whoever may see them.
pub(super) fn of_link(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
    now: UnixMs,
) -> Outcome<Vec<Listener>> {
    let mut listeners = rows::of_link(connection, board_id, link_id)?;
    for part in listeners.chunks_mut(IDS) {
        let ids: Vec<_> = part.iter().map(|listener| listener.id).collect();
        let open = owner::open_until(connection, board_id, &ids, now)?;
        for listener in part.iter_mut().filter(|listener| listener.revoked_at.is_none()) {
            listener.entered_until = open.get(&listener.id).copied();
        }
    }
    Ok(listeners)
}

/// Makes a phone silent, or lets it speak again; asks a vendor's for the six digits again.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    (link_id, id): (StallLinkId, ListenerId),
    change: &ListenerChange,
) -> Outcome<Listener> {
    act.require(Permission::StallLinksWrite)?;
    let board_id = act.board_id();
    let mut listener = one(connection, act, link_id, id)?;
    let is_muted = listener.muted_at.is_some();
    if let Some(muted) = change.muted.filter(|muted| *muted != is_muted) {
        listener.muted_at = muted.then_some(act.at);
        rows::update(connection, board_id, &listener)?;
    }
    if change.locked == Some(true) {
        pin::lock(connection, board_id, id)?;
    }
    let open = owner::open_until(connection, board_id, &[id], act.at)?;
    listener.entered_until = open.get(&id).copied().filter(|_| listener.revoked_at.is_none());
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
    let mut listener = one(connection, act, link_id, id)?;
    if listener.revoked_at.is_none() {
        listener.revoked_at = Some(act.at);
        rows::update(connection, act.board_id(), &listener)?;
    }
    Ok(listener)
}

fn require_link(connection: &mut DbConnection, act: &Act, id: StallLinkId) -> Outcome<StallLink> {
    Ok(found(link_rows::find(connection, act.board_id(), id)?, "stall_link")?)
}

fn one(
    connection: &mut DbConnection,
    act: &Act,
    link_id: StallLinkId,
    id: ListenerId,
) -> Outcome<Listener> {
    require_link(connection, act, link_id)?;
    let listener = rows::find(connection, act.board_id(), id)?;
    Ok(found(listener.filter(|listener| listener.link_id == link_id), "listener")?)
}

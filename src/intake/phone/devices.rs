//! The phones of a feed: seeing whether they live, and revoking them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::intake::store::phone::devices::{self as rows, DeviceRow};
use crate::intake::store::{feeds as feed_rows, secrets};
use crate::primitives::ids::{DeviceId, FeedId, SecretId};
use crate::primitives::{Refusal, UnixMs};

/// A phone that forwards notices; its secret is shown to nobody again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Device {
    pub id: DeviceId,
    pub feed_id: FeedId,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub paired_at: UnixMs,
    /// Its last ping or notice; absent: none yet. It lives, which does not prove that its bank
    /// shows every transfer.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen_at: Option<UnixMs>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
    /// The last times in which nothing was heard of it for more than 35 minutes, newest first.
    pub silences: Vec<Silence>,
}

/// A time in which nothing was heard of a phone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Silence {
    #[schema(value_type = String, format = DateTime)]
    pub from: UnixMs,
    #[schema(value_type = String, format = DateTime)]
    pub to: UnixMs,
}

/// All phones of a feed, newest first, also those that were revoked.
pub fn list(connection: &mut DbConnection, act: &Act, feed_id: FeedId) -> Outcome<Vec<Device>> {
    act.require(Permission::FeedsRead)?;
    feed_rows::find(connection, act.board_id(), feed_id)?;
    let rows = rows::of_feed(connection, act.board_id(), feed_id)?;
    rows.into_iter().map(|row| show(connection, act, feed_id, row)).collect()
}

/// Ends a phone's secret at once; ending it again changes nothing.
pub fn revoke(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    id: DeviceId,
) -> Outcome<Device> {
    act.require(Permission::FeedsWrite)?;
    let board_id = act.board_id();
    feed_rows::find(connection, board_id, feed_id)?;
    let mut devices = rows::of_feed(connection, board_id, feed_id)?.into_iter();
    let mut row = devices.find(|row| row.id == id).ok_or_else(|| Refusal::not_found("device"))?;
    if row.ends_at.is_none_or(|ends_at| ends_at > act.at) && !row.is_forgotten {
        secrets::end(connection, board_id, SecretId(id.0), act.at)?;
        row.ends_at = Some(act.at);
    }
    show(connection, act, feed_id, row)
}

fn show(
    connection: &mut DbConnection,
    act: &Act,
    feed_id: FeedId,
    row: DeviceRow,
) -> Outcome<Device> {
    let silences = rows::silences(connection, act.board_id(), row.id)?;
    let forgotten_at = row.is_forgotten.then_some(row.paired_at);
    Ok(Device {
        id: row.id,
        feed_id,
        name: row.name,
        paired_at: row.paired_at,
        last_seen_at: row.last_seen_at,
        revoked_at: row.ends_at.filter(|ends_at| *ends_at <= act.at).or(forgotten_at),
        silences: silences.into_iter().map(|(from, to)| Silence { from, to }).collect(),
    })
}

//! The phones that know of a stall's money, as its vendor sees them: those that listen, those on
//! which the digits are entered, and asking one for them again.

use super::pin;
use crate::db::{DbConnection, Outcome};
use crate::live::announcement::wall_clock;
use crate::live::links::LinkKind;
use crate::live::store::links;
use crate::live::{Hearer, listeners};
use crate::primitives::ids::ListenerId;
use crate::primitives::{Refusal, UnixMs};

/// A phone that opened a link of the stall's.
#[derive(Debug)]
pub struct OwnPhone {
    pub id: ListenerId,
    /// What it says it is.
    pub name: String,
    /// `09:15 24/11/2026`: phones of one kind have one name, and differ by this.
    pub opened: String,
    /// `09:15 24/11/2026`.
    pub last_seen: String,
    /// The one that asks.
    pub is_this: bool,
    pub is_entered: bool,
    /// It hears, and sees nothing else.
    pub is_listener: bool,
}

/// The phones of the stall's links that are not revoked, the vendor's first.
pub fn list(connection: &mut DbConnection, hearer: &Hearer, now: UnixMs) -> Outcome<Vec<OwnPhone>> {
    let Hearer { board_id, occupancy_id, .. } = *hearer;
    let links = links::live(connection, board_id, occupancy_id)?;
    let mut phones = Vec::new();
    for link in links {
        let of_link = listeners::of_link(connection, board_id, link.id, now)?;
        let live = of_link.into_iter().filter(|phone| phone.revoked_at.is_none());
        phones.extend(live.map(|phone| OwnPhone {
            id: phone.id,
            name: format!("{} · {}", link.name, phone.name),
            opened: minute(phone.opened_at),
            last_seen: minute(phone.last_seen_at),
            is_this: phone.id == hearer.listener_id,
            is_entered: phone.entered_until.is_some(),
            is_listener: link.kind == LinkKind::Listener,
        }));
    }
    phones.sort_by_key(|phone| phone.is_listener);
    Ok(phones)
}

/// `09:15 24/11/2026`.
fn minute(at: UnixMs) -> String {
    let text = at.to_string();
    let part = |from, to| text.get(from..to).unwrap_or_default();
    format!("{} {}/{}/{}", wall_clock(at), part(8, 10), part(5, 7), part(0, 4))
}

/// Asks a vendor's phone for the digits again, also one of another link of the stall's.
///
/// # Errors
/// `not-found`.
pub fn lock(
    connection: &mut DbConnection,
    hearer: &Hearer,
    id: ListenerId,
    now: UnixMs,
) -> Outcome<()> {
    let phones = list(connection, hearer, now)?;
    if !phones.iter().any(|phone| phone.id == id && !phone.is_listener) {
        return Err(Refusal::not_found("listener").into());
    }
    pin::lock(connection, hearer.board_id, id)
}

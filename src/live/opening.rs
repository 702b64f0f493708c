//! Opening a link: its token is given once for a cookie of the browser's own, and from then on the
//! cookie says who hears. Open to whoever has the link.

use super::links::{LinkKind, StallLink};
use super::listeners::Listener;
use super::owner::pin::{self, Door};
use super::store::listeners::{self as rows, Standing};
use super::store::{links as link_rows, owner as owner_rows, stalls};
use crate::access::tokens;
use crate::db::{Db, DbConnection, Outcome};
use crate::primitives::ids::{BoardId, ListenerId, OccupancyId, StallLinkId};
use crate::primitives::{Refusal, UnixMs};

const TOKEN_BYTES: usize = 24;
/// Phones of a link that are not revoked.
const LISTENERS: usize = 20;

/// Whoever has opened a link and may still hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hearer {
    pub board_id: BoardId,
    pub listener_id: ListenerId,
    pub link_id: StallLinkId,
    pub occupancy_id: OccupancyId,
    pub kind: LinkKind,
    pub shows_payer: bool,
    pub is_muted: bool,
    pub opened_at: UnixMs,
    /// The stall's code, e.g. `A12`.
    pub stall: String,
}

/// Who comes with a cookie.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// The cookie is none of ours.
    Unknown,
    /// Its link was revoked, or it was.
    Ended,
    /// A vendor's phone, on which the six digits are not entered.
    Locked(Hearer, Door),
    Hears(Hearer),
}

/// A browser that opens a link.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub token: String,
    /// The cookie that it has already.
    pub cookie: Option<String>,
    /// What it says it is.
    pub name: String,
    pub at: UnixMs,
    /// Its id, if it is new.
    pub id: ListenerId,
}

/// Gives the token for a cookie; `None`: there is no such link. A browser that opened it before
/// keeps its cookie.
///
/// # Errors
/// `stall-link-too-many-phones`.
pub async fn open(db: &Db, arrival: Arrival) -> Outcome<Option<String>> {
    let token_hash = tokens::hash(&arrival.token);
    let look = move |connection: &mut DbConnection| link_rows::routed(connection, &token_hash);
    // Whoever guesses reads, and does not wait in the lane before money.
    let Some((board_id, link_id)) = db.read(look).await? else { return Ok(None) };
    let enter = move |connection: &mut DbConnection| enter(connection, board_id, link_id, &arrival);
    db.write(board_id.0, enter).await
}

fn enter(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
    arrival: &Arrival,
) -> Outcome<Option<String>> {
    let link = link_rows::find(connection, board_id, link_id)?;
    let Some(link) = link.filter(|link| link.revoked_at.is_none()) else { return Ok(None) };
    if let Some(cookie) = &arrival.cookie
        && let Some(known) = rows::by_token(connection, &tokens::hash(cookie))?
        && known.link.id == link.id
        && !known.is_ended()
    {
        return Ok(Some(cookie.clone()));
    }
    let mut others = rows::of_link(connection, board_id, link_id)?;
    others.retain(|listener| listener.revoked_at.is_none());
    if others.len() >= LISTENERS && !make_room(connection, board_id, &link, others, arrival.at)? {
        let refusal = Refusal::conflict("stall-link-too-many-phones");
        return Err(refusal.with("max", LISTENERS).into());
    }
    let listener = Listener {
        id: arrival.id,
        link_id,
        name: arrival.name.clone(),
        opened_at: arrival.at,
        last_seen_at: arrival.at,
        muted_at: None,
        revoked_at: None,
        entered_until: None,
    };
    let cookie = tokens::random("", TOKEN_BYTES)?;
    rows::insert(connection, board_id, &listener, &tokens::hash(&cookie))?;
    Ok(Some(cookie))
}

/// Ends the oldest phone that opened a vendor's link and never knew the digits: strangers do not take
/// the places of the vendor's own. Tells whether there was one.
fn make_room(
    connection: &mut DbConnection,
    board_id: BoardId,
    link: &StallLink,
    others: Vec<Listener>,
    at: UnixMs,
) -> Outcome<bool> {
    for mut listener in others.into_iter().filter(|_| link.kind == LinkKind::Owner) {
        let phone = owner_rows::phone(connection, board_id, listener.id)?;
        if phone.is_none_or(|phone| phone.proved_at.is_none()) {
            listener.revoked_at = Some(at);
            rows::update(connection, board_id, &listener)?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Who comes with this cookie, and the vendor's with the session's.
pub fn present(
    connection: &mut DbConnection,
    cookie: &str,
    session: Option<&str>,
    now: UnixMs,
) -> Outcome<Presented> {
    let Some(standing) = rows::by_token(connection, &tokens::hash(cookie))? else {
        return Ok(Presented::Unknown);
    };
    if standing.is_ended() {
        return Ok(Presented::Ended);
    }
    let Standing { board_id, listener, link } = standing;
    let stall = stalls::code(connection, board_id, link.occupancy_id)?;
    let hearer = Hearer {
        board_id,
        listener_id: listener.id,
        link_id: link.id,
        occupancy_id: link.occupancy_id,
        kind: link.kind,
        shows_payer: link.shows_payer,
        is_muted: listener.muted_at.is_some(),
        opened_at: listener.opened_at,
        stall,
    };
    if hearer.kind == LinkKind::Listener {
        return Ok(Presented::Hears(hearer));
    }
    Ok(match pin::door(connection, &hearer, session, now)? {
        Door::Open => Presented::Hears(hearer),
        door => Presented::Locked(hearer, door),
    })
}

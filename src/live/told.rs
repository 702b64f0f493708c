//! The messages of a page: what it has not heard, how its sources and itself stand.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::announcement::Announcement;
use super::heard;
use super::links::LinkKind;
use super::opening::Hearer;
use super::store::{listeners as rows, owner};
use crate::access::{Act, Permission, Permissions, Scope};
use crate::db::{DbConnection, Outcome};
use crate::events;
use crate::intake::pulse::{self, Source};
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{ActorId, BoardId, ListenerId, OccupancyId};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Clock, UnixMs};

/// A page that has slept through more of its board's events, or more announcements of its own, is
/// told that it has missed some.
const FARTHEST: i64 = 20_000;
const AT_ONCE: usize = 100;
/// A page that is opened anew, because the phone had put it away meanwhile, is told again what came
/// within this, as far as that is among its board's last events.
const RECENT_MS: i64 = 30 * MS_PER_MINUTE;
const RECENT_FARTHEST: i64 = 5_000;
/// Ids of one query.
const IDS: usize = 500;

/// What a page is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Everything up to it is told with this message.
    pub seq: i64,
    /// `money`, `beat`, `gap`, `locked` or `ended`.
    pub event: &'static str,
    /// JSON of one line.
    pub data: Arc<str>,
}

/// From where on a page is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Start {
    /// Its cursor; without one, from now on.
    pub after: Option<i64>,
    /// It was just opened, and shows nothing yet.
    pub is_opened: bool,
}

/// How a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Hears {
        is_muted: bool,
    },
    /// A vendor's phone that must enter its digits again.
    Locked,
    /// Its link or itself was revoked.
    Ended,
}

/// How pages of a board stand.
pub struct Standings {
    pub pages: HashMap<ListenerId, Standing>,
    pub sources: HashMap<OccupancyId, Source>,
}

/// Reads what pages are told, at its clock's instant.
#[derive(Clone)]
pub struct Teller {
    pub clock: Clock,
    pub ids: Arc<IdGenerator>,
}

impl Teller {
    /// How these pages of a board stand.
    pub fn standings(
        &self,
        connection: &mut DbConnection,
        board_id: BoardId,
        hearers: &[Hearer],
    ) -> Outcome<Standings> {
        let ids = hearers.iter().map(|hearer| (hearer.listener_id, Standing::Ended));
        let mut pages: HashMap<_, _> = ids.collect();
        let listed: Vec<_> = pages.keys().copied().collect();
        for part in listed.chunks(IDS) {
            let rows = rows::these(connection, board_id, part)?;
            for row in rows.iter().filter(|row| !row.is_ended()) {
                let is_muted = row.listener.muted_at.is_some();
                pages.insert(row.listener.id, Standing::Hears { is_muted });
            }
        }
        self.lock(connection, board_id, hearers, &mut pages)?;
        let mut sources = HashMap::new();
        for hearer in hearers {
            if let Entry::Vacant(place) = sources.entry(hearer.occupancy_id) {
                place.insert(self.source(connection, hearer)?);
            }
        }
        Ok(Standings { pages, sources })
    }

    /// Marks vendors' phones whose digits are asked for again.
    fn lock(
        &self,
        connection: &mut DbConnection,
        board_id: BoardId,
        hearers: &[Hearer],
        pages: &mut HashMap<ListenerId, Standing>,
    ) -> Outcome<()> {
        let owners = hearers.iter().filter(|hearer| hearer.kind == LinkKind::Owner);
        let owners: Vec<_> = owners.map(|hearer| hearer.listener_id).collect();
        for part in owners.chunks(IDS) {
            let open = owner::open_until(connection, board_id, part, self.clock.now())?;
            for id in part.iter().filter(|id| !open.contains_key(id)) {
                if let Some(standing @ Standing::Hears { .. }) = pages.get_mut(id) {
                    *standing = Standing::Locked;
                }
            }
        }
        Ok(())
    }

    /// A page learns whether its own stall's sources live, and nothing else of them.
    fn source(&self, connection: &mut DbConnection, hearer: &Hearer) -> Outcome<Source> {
        let permissions = Permissions::of(vec![Permission::FeedsRead]);
        let scope = Scope::whole(hearer.board_id, ActorId(hearer.listener_id.0), permissions);
        let act = Act::new(scope, self.clock.now(), Arc::clone(&self.ids));
        pulse::of_stall(connection, &act, hearer.occupancy_id)
    }

    /// What a page has not heard after its cursor, and how it stands.
    pub fn first(
        &self,
        connection: &mut DbConnection,
        hearer: &Hearer,
        from: Start,
    ) -> Outcome<Vec<Message>> {
        let newest = events::last_seq(connection, hearer.board_id)?;
        // A cursor from before the database was restored may be ahead.
        let after = from.after.unwrap_or(newest).clamp(0, newest);
        let mut cursor = after.max(newest - FARTHEST);
        let mut is_cut = cursor > after;
        let recently = self.clock.now().plus_ms(-RECENT_MS);
        if from.is_opened {
            let farthest = (newest - RECENT_FARTHEST).max(0);
            let before = events::last_before(connection, hearer.board_id, recently, farthest)?;
            cursor = cursor.min(before);
        }
        let mut missed = VecDeque::new();
        loop {
            let now = self.clock.now();
            let heard = heard::after(connection, hearer.board_id, cursor, hearer, now)?;
            // Who was given a link to hear does not hear what came before.
            let since = match hearer.kind {
                LinkKind::Listener => hearer.opened_at,
                LinkKind::Owner => UnixMs(0),
            };
            let is_told = |seq: i64, one: &Announcement| {
                one.recorded_at >= since && (seq > after || one.recorded_at >= recently)
            };
            let announced = heard.announcements.into_iter();
            for (seq, announcement) in announced.filter(|(seq, one)| is_told(*seq, one)) {
                let data = announcement.to_json(hearer.shows_payer).into();
                missed.push_back(Message { seq, event: "money", data });
                if missed.len() > AT_ONCE {
                    is_cut |= missed.pop_front().is_some_and(|oldest| oldest.seq > after);
                }
            }
            if heard.cursor == cursor {
                break;
            }
            cursor = heard.cursor;
        }
        if is_cut {
            missed.push_front(Message { seq: after, event: "gap", data: "{}".into() });
        }
        let source = self.source(connection, hearer)?;
        missed.push_back(beat(cursor, source, hearer.is_muted, self.clock.now()));
        Ok(missed.into())
    }
}

/// What pages are told from time to time; the server's clock, because a phone's may be wrong.
#[must_use]
pub fn beat(seq: i64, source: Source, is_muted: bool, now: UnixMs) -> Message {
    let Source { state, alarm } = source;
    let state = state.as_str();
    let now = now.0;
    let data = format!(r#"{{"state":"{state}","alarm":{alarm},"muted":{is_muted},"now":{now}}}"#);
    Message { seq, event: "beat", data: data.into() }
}

/// The vendor's phone must enter its six digits.
#[must_use]
pub fn locked() -> Message {
    Message { seq: 0, event: "locked", data: "{}".into() }
}

/// The browser has opened another link: a cookie is of one.
#[must_use]
pub fn moved() -> Message {
    Message { seq: 0, event: "moved", data: "{}".into() }
}

/// The link or the phone was revoked.
#[must_use]
pub fn ended() -> Message {
    Message { seq: 0, event: "ended", data: "{}".into() }
}

//! The messages of a page: what it has not heard, how its sources and itself stand.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::heard;
use super::opening::Hearer;
use super::store::listeners as rows;
use crate::access::{Act, Permission, Permissions, Scope};
use crate::db::{DbConnection, Outcome};
use crate::events;
use crate::intake::pulse::{self, Source};
use crate::primitives::Clock;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{BoardId, KeyId, ListenerId, OccupancyId};

/// A page that has slept through more of its board's events, or more announcements of its own, is
/// told that it has missed some.
const FARTHEST: i64 = 20_000;
const AT_ONCE: usize = 100;
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

/// How pages of a board stand.
pub struct Standings {
    pub asked: HashSet<ListenerId>,
    /// Those that may hear still, and whether they are muted.
    pub hears: HashMap<ListenerId, bool>,
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
        let asked: HashSet<_> = hearers.iter().map(|hearer| hearer.listener_id).collect();
        let listed: Vec<_> = asked.iter().copied().collect();
        let mut hears = HashMap::new();
        for part in listed.chunks(IDS) {
            let standings = rows::these(connection, board_id, part)?.into_iter();
            let standings = standings.filter(|standing| !standing.is_ended());
            hears.extend(
                standings
                    .map(|standing| (standing.listener.id, standing.listener.muted_at.is_some())),
            );
        }
        let mut sources = HashMap::new();
        for hearer in hearers {
            if let Entry::Vacant(place) = sources.entry(hearer.occupancy_id) {
                place.insert(self.source(connection, hearer)?);
            }
        }
        Ok(Standings { asked, hears, sources })
    }

    /// A page learns whether its own stall's sources live, and nothing else of them.
    fn source(&self, connection: &mut DbConnection, hearer: &Hearer) -> Outcome<Source> {
        let scope = Scope {
            board_id: hearer.board_id,
            key_id: KeyId(hearer.listener_id.0),
            permissions: Permissions::of(vec![Permission::FeedsRead]),
        };
        let act = Act::new(scope, self.clock.now(), Arc::clone(&self.ids));
        pulse::of_stall(connection, &act, hearer.occupancy_id)
    }

    /// What a page has not heard after its cursor, and how it stands.
    pub fn first(
        &self,
        connection: &mut DbConnection,
        hearer: &Hearer,
        after: Option<i64>,
    ) -> Outcome<Vec<Message>> {
        let newest = events::last_seq(connection, hearer.board_id)?;
        // A cursor from before the database was restored may be ahead.
        let after = after.unwrap_or(newest).clamp(0, newest);
        let mut cursor = after.max(newest - FARTHEST);
        let mut is_cut = cursor > after;
        let mut missed = VecDeque::new();
        loop {
            let now = self.clock.now();
            let heard = heard::after(connection, hearer.board_id, cursor, hearer, now)?;
            for (seq, announcement) in heard.announcements {
                let data = announcement.to_json(hearer.shows_payer).into();
                missed.push_back(Message { seq, event: "money", data });
                if missed.len() > AT_ONCE {
                    missed.pop_front();
                    is_cut = true;
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
        missed.push_back(beat(cursor, source, hearer.is_muted));
        Ok(missed.into())
    }
}

/// What pages are told from time to time.
#[must_use]
pub fn beat(seq: i64, source: Source, is_muted: bool) -> Message {
    let Source { state, alarm } = source;
    let state = state.as_str();
    let data = format!(r#"{{"state":"{state}","alarm":{alarm},"muted":{is_muted}}}"#);
    Message { seq, event: "beat", data: data.into() }
}

/// The vendor's phone must enter its six digits.
#[must_use]
pub fn locked() -> Message {
    Message { seq: 0, event: "locked", data: "{}".into() }
}

/// The link or the phone was revoked.
#[must_use]
pub fn ended() -> Message {
    Message { seq: 0, event: "ended", data: "{}".into() }
}

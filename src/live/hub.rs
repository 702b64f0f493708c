//! The hub: whoever listens now, by board, and what they are told.
//!
//! A board is read once for all its pages, after each COMMIT of this process and once a second for
//! those of others. A page that takes nothing while its queue fills up is dropped: it comes back
//! with its cursor and is told the rest. So a page costs its queue and no more, however slow it is.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};

use super::heard::{self, Ears};
use super::opening::Hearer;
use super::store::listeners as rows;
use super::told::{self, Message, Standing, Standings, Start, Teller};
use crate::db::{Db, DbConnection, Fault, Outcome};
use crate::events;
use crate::primitives::Clock;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{BoardId, OccupancyId};

/// A page's queue; each message of it is some 500 bytes at most, shared among pages. Room for messages is taken
/// at once, so they are pointers.
const QUEUE: usize = 16;
/// Pages of a process.
const EARS: usize = 5_000;
/// Pages of one browser: more are tabs that were forgotten.
const TABS: usize = 3;
/// Between two reads, so that a flood of hooks is read in parts and not one by one.
const PAUSE: Duration = Duration::from_millis(20);
/// Other processes' events are looked for so often.
const LOOK: Duration = Duration::from_secs(1);
/// Pages are told so often that they still hear, and what their sources do.
const BEAT: Duration = Duration::from_secs(15);
/// Of so many beats, one is noted as last seen.
const BEATS_SEEN: u32 = 20;

/// A page's first messages, and those that follow.
pub struct Listening {
    pub first: Vec<Message>,
    pub then: mpsc::Receiver<Arc<Message>>,
}

/// One page.
struct Ear {
    hearer: Hearer,
    queue: mpsc::Sender<Arc<Message>>,
}

#[derive(Default)]
struct Followed {
    cursor: i64,
    ears: Vec<Ear>,
}

#[derive(Default)]
struct Inner {
    boards: HashMap<BoardId, Followed>,
    is_stopped: bool,
}

/// One for the process.
pub struct Hub {
    db: Db,
    teller: Teller,
    inner: Mutex<Inner>,
    entered: Notify,
    rechecked: Notify,
}

/// For whom a board is read.
struct Wanted {
    occupancies: HashSet<OccupancyId>,
    see_payers: bool,
}

impl Ears for Wanted {
    fn hears(&self, occupancy_id: OccupancyId) -> bool {
        self.occupancies.contains(&occupancy_id)
    }

    fn see_payers(&self) -> bool {
        self.see_payers
    }
}

impl Ears for Hearer {
    fn hears(&self, occupancy_id: OccupancyId) -> bool {
        self.occupancy_id == occupancy_id
    }

    fn see_payers(&self) -> bool {
        self.shows_payer
    }
}

impl Wanted {
    fn of(ears: &[Ear]) -> Self {
        Self {
            occupancies: ears.iter().map(|ear| ear.hearer.occupancy_id).collect(),
            see_payers: ears.iter().any(|ear| ear.hearer.shows_payer),
        }
    }
}

impl Hub {
    #[must_use]
    pub fn new(db: Db, clock: Clock, ids: Arc<IdGenerator>) -> Self {
        Self {
            db,
            teller: Teller { clock, ids },
            inner: Mutex::default(),
            entered: Notify::new(),
            rechecked: Notify::new(),
        }
    }

    /// Lets a page listen.
    ///
    /// # Errors
    /// `Busy` while the server ends, or when too many listen.
    pub async fn listen(&self, hearer: Hearer, from: Start) -> Outcome<Listening> {
        let board_id = hearer.board_id;
        let newest = move |connection: &mut DbConnection| events::last_seq(connection, board_id);
        let newest = self.db.read(newest).await?;
        let (queue, then) = mpsc::channel(QUEUE);
        self.enter(Ear { hearer: hearer.clone(), queue }, newest)?;
        // Read after it has entered: what is not in here comes through the queue.
        let teller = self.teller.clone();
        let first = self.db.read(move |connection| teller.first(connection, &hearer, from)).await?;
        Ok(Listening { first, then })
    }

    fn enter(&self, ear: Ear, newest: i64) -> Outcome<()> {
        let mut inner = self.inner();
        let count: usize = inner.boards.values().map(|followed| followed.ears.len()).sum();
        if inner.is_stopped || count >= EARS {
            return Err(Fault::Busy);
        }
        let followed = inner
            .boards
            .entry(ear.hearer.board_id)
            .or_insert_with(|| Followed { cursor: newest, ears: Vec::new() });
        followed.ears.retain(|other| !other.queue.is_closed());
        let id = ear.hearer.listener_id;
        let tabs = followed.ears.iter().filter(|other| other.hearer.listener_id == id).count();
        if tabs >= TABS
            && let Some(oldest) =
                followed.ears.iter().position(|other| other.hearer.listener_id == id)
        {
            followed.ears.remove(oldest);
        }
        followed.ears.push(ear);
        drop(inner);
        self.entered.notify_one();
        Ok(())
    }

    /// Pages that listen now.
    #[must_use]
    pub fn count(&self) -> usize {
        self.inner().boards.values().map(|followed| followed.ears.len()).sum()
    }

    /// Tells every page at once how it stands: after a link or a phone was revoked, muted or locked.
    pub fn recheck(&self) {
        self.rechecked.notify_one();
    }

    /// Ends every page's stream; they come back to the server that follows.
    pub fn stop(&self) {
        let mut inner = self.inner();
        inner.is_stopped = true;
        inner.boards.clear();
    }

    /// Tells pages what happens until it is aborted. `written` changes after each COMMIT.
    pub async fn run(self: Arc<Self>, written: watch::Receiver<()>) {
        // Beside each other: how the sources of hundreds of stalls stand takes long to read, and
        // money does not wait for it.
        tokio::select! {
            () = self.tell_all(written) => {}
            () = self.beat_all() => {}
        }
    }

    async fn tell_all(&self, mut written: watch::Receiver<()>) {
        loop {
            if self.count() == 0 {
                self.entered.notified().await;
            }
            tokio::select! {
                changed = written.changed() => if changed.is_err() { return },
                () = self.entered.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
            warn(self.tell().await);
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn beat_all(&self) {
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut number: u32 = 0;
        loop {
            let is_beat = tokio::select! {
                _ = beats.tick() => true,
                () = self.rechecked.notified() => false,
            };
            number = number.wrapping_add(u32::from(is_beat));
            warn(self.beat(is_beat && number.is_multiple_of(BEATS_SEEN)).await);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Reads every board that is listened to, and tells its pages.
    async fn tell(&self) -> Outcome<()> {
        let boards: Vec<_> = {
            let mut inner = self.inner();
            for followed in inner.boards.values_mut() {
                followed.ears.retain(|ear| !ear.queue.is_closed());
            }
            inner.boards.retain(|_, followed| !followed.ears.is_empty());
            let wanted = |(id, followed): (&BoardId, &Followed)| {
                (*id, followed.cursor, Wanted::of(&followed.ears))
            };
            inner.boards.iter().map(wanted).collect()
        };
        for (board_id, cursor, wanted) in boards {
            let now = self.teller.clock.now();
            let heard = self
                .db
                .read(move |connection| heard::after(connection, board_id, cursor, &wanted, now))
                .await?;
            let mut inner = self.inner();
            let Some(followed) = inner.boards.get_mut(&board_id) else { continue };
            for (seq, announcement) in heard.announcements {
                let message = |shows_payer| {
                    let data = announcement.to_json(shows_payer).into();
                    Arc::new(Message { seq, event: "money", data })
                };
                let (with, without) = (message(true), message(false));
                followed.ears.retain(|ear| {
                    let message = if ear.hearer.shows_payer { &with } else { &without };
                    !ear.hearer.hears(announcement.occupancy_id)
                        || ear.queue.try_send(Arc::clone(message)).is_ok()
                });
            }
            followed.cursor = followed.cursor.max(heard.cursor);
        }
        Ok(())
    }

    /// Tells every page how its sources and itself stand, and drops those that may hear no more.
    async fn beat(&self, is_seen: bool) -> Outcome<()> {
        let boards: Vec<(BoardId, Vec<Hearer>)> = {
            let inner = self.inner();
            let hearers =
                |followed: &Followed| followed.ears.iter().map(|ear| ear.hearer.clone()).collect();
            inner.boards.iter().map(|(id, followed)| (*id, hearers(followed))).collect()
        };
        for (board_id, hearers) in boards {
            let ids: Vec<_> = hearers.iter().map(|hearer| hearer.listener_id).collect();
            let teller = self.teller.clone();
            let stand = move |connection: &mut DbConnection| {
                teller.standings(connection, board_id, &hearers)
            };
            let standings = self.db.read(stand).await?;
            self.pass_on(board_id, &standings);
            if is_seen {
                let now = self.teller.clock.now();
                let see =
                    move |connection: &mut DbConnection| rows::see(connection, board_id, &ids, now);
                self.db.write(board_id.0, see).await?;
            }
        }
        Ok(())
    }

    fn pass_on(&self, board_id: BoardId, standings: &Standings) {
        let mut inner = self.inner();
        let Some(followed) = inner.boards.get_mut(&board_id) else { return };
        let (seq, now) = (followed.cursor, self.teller.clock.now());
        followed.ears.retain(|ear| {
            let Hearer { listener_id, occupancy_id, .. } = ear.hearer;
            // One that has come meanwhile is told when it comes.
            let Some(standing) = standings.pages.get(&listener_id) else { return true };
            let is_muted = match standing {
                Standing::Hears { is_muted } => *is_muted,
                other => {
                    let last =
                        if *other == Standing::Locked { told::locked() } else { told::ended() };
                    // Where its queue is full it learns it when it comes back.
                    let _ = ear.queue.try_send(Arc::new(last));
                    return false;
                }
            };
            let Some(source) = standings.sources.get(&occupancy_id) else { return true };
            let beat = told::beat(seq, *source, is_muted, now);
            ear.queue.try_send(Arc::new(beat)).is_ok()
        });
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cursors stand where they stood, so the next time tells what this one could not.
fn warn(done: Outcome<()>) {
    if let Err(fault) = done {
        tracing::warn!(%fault, "pages were not told");
    }
}

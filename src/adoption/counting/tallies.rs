//! Tallies: for an hour somebody stands by and presses TIỀN MẶT or CHUYỂN KHOẢN at each payment, without
//! amounts. Grade C. The phone may be offline: presses come in batches, and each counts once by the name
//! that the phone gave it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Act, Permission};
use crate::adoption::cashless::LEAST_PRESSES;
use crate::adoption::interval::{self, Estimate};
use crate::adoption::store::tallies as rows;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{MarketId, OccupancyId, TallyId};
use crate::primitives::time::{MS_PER_DAY, MS_PER_HOUR};
use crate::primitives::{Day, Refusal, UnixMs, input};
use crate::registry::check::{found, text};
use crate::registry::{Page, PageRequest, boards, occupancies};
use crate::text_enum;

const NAME_CHARS: usize = 120;
const CLIENT_ID_CHARS: usize = 64;
/// Presses of one batch.
const MAX_PRESSES: usize = 500;
/// Presses of one tally: one each two seconds for three hours.
const MAX_OF_TALLY: i64 = 5_000;
/// A tally lasts at most so long; recall is something else.
const LONGEST_MS: i64 = 4 * MS_PER_HOUR;
/// Phones are offline at the market, not for months.
const LATE_MS: i64 = 60 * MS_PER_DAY;
/// How far a phone's clock may go ahead.
const AHEAD_MS: i64 = 10 * 60 * 1_000;

text_enum!(
    /// How somebody paid.
    PressKind {
        /// TIỀN MẶT.
        Cash = "cash",
        /// CHUYỂN KHOẢN.
        Transfer = "transfer",
    }
);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CashTally)]
pub struct Tally {
    pub id: TallyId,
    /// What the phone calls it.
    pub client_id: String,
    pub occupancy_id: OccupancyId,
    pub stall_code: String,
    #[schema(value_type = String, format = Date)]
    pub day: Day,
    pub counted_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: UnixMs,
    /// Null while it goes on, or where the phone never told its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<UnixMs>,
    /// Presses that hold.
    pub cash: i64,
    pub transfer: i64,
}

impl Tally {
    /// The share of its presses that were transfers, with Wilson's 95 % interval; none of fewer presses
    /// than a stall's figure needs.
    #[must_use]
    pub fn share(&self) -> Option<Estimate> {
        let all = self.cash + self.transfer;
        interval::share_of_count(self.transfer, all, false).filter(|_| all >= LEAST_PRESSES)
    }
}

/// A tally with all or some of its presses: sent again, or with more of them, it is the same one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTally {
    /// 1–64 characters, unique on the board: what the phone calls it.
    pub client_id: String,
    pub occupancy_id: OccupancyId,
    /// Who stands there: 1–120 characters.
    pub counted_by: String,
    /// By the phone's clock; at most 60 days ago.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: UnixMs,
    /// At most four hours later.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<UnixMs>,
    /// At most 500 at a time.
    #[serde(default, deserialize_with = "input::objects")]
    pub presses: Vec<NewPress>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPress {
    /// 1–64 characters, unique in its tally. Known, it counts once.
    pub client_id: String,
    pub kind: PressKind,
    #[schema(value_type = String, format = DateTime)]
    pub pressed_at: UnixMs,
    /// Pressed by mistake: it does not count, whether it was sent before or not.
    #[serde(default)]
    pub is_void: bool,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TallyFilter {
    pub market_id: Option<MarketId>,
    pub occupancy_id: Option<OccupancyId>,
}

/// Takes a tally, or more of one that is known.
///
/// # Errors
/// `not-found` (occupancy_id), `tally-of-another-stall` and `text-length` (client_id, counted_by),
/// `tally-time` (started_at, ended_at, presses), `list-too-long` (presses), `outside-occupancy`
/// (occupancy_id).
pub fn record(connection: &mut DbConnection, act: &Act, new: NewTally) -> Outcome<Tally> {
    act.require(Permission::VisitsWrite)?;
    let board_id = act.board_id();
    let client_id = text("client_id", &new.client_id, CLIENT_ID_CHARS)?;
    let counted_by = text("counted_by", &new.counted_by, NAME_CHARS)?;
    check_times(act.at, &new)?;
    let occupancy = occupancies::require(connection, act, new.occupancy_id, "occupancy_id")?;
    let day = new.started_at.day(boards::day_start_minute(connection, board_id)?);
    if !occupancy.period().contains(day) {
        return Err(Refusal::invalid("occupancy_id", "outside-occupancy").into());
    }
    let id = match rows::by_client(connection, board_id, &client_id)? {
        Some((_, other)) if other != occupancy.id => {
            return Err(Refusal::conflict("tally-of-another-stall").on("client_id").into());
        }
        Some((id, _)) => id,
        None => {
            let id = TallyId(act.new_id());
            let head = rows::NewRow {
                id,
                client_id: &client_id,
                occupancy_id: occupancy.id,
                day,
                counted_by: &counted_by,
                started_at: new.started_at,
            };
            rows::insert(connection, act, &head)?;
            id
        }
    };
    if let Some(ended_at) = new.ended_at {
        rows::end(connection, board_id, id, ended_at)?;
    }
    press(connection, act, id, &new.presses)?;
    find(connection, act, id)
}

fn press(
    connection: &mut DbConnection,
    act: &Act,
    id: TallyId,
    presses: &[NewPress],
) -> Outcome<()> {
    let board_id = act.board_id();
    let known: BTreeSet<String> = rows::known_presses(connection, board_id, id)?;
    let mut fresh: Vec<NewPress> = Vec::new();
    let mut voided = Vec::new();
    let mut seen = BTreeSet::new();
    for press in presses {
        let client_id = text("presses", &press.client_id, CLIENT_ID_CHARS)?;
        if press.is_void {
            voided.push(client_id.clone());
        }
        if !known.contains(&client_id) && seen.insert(client_id.clone()) {
            fresh.push(NewPress { client_id, ..press.clone() });
        }
    }
    if known.len() as i64 + fresh.len() as i64 > MAX_OF_TALLY {
        return Err(Refusal::invalid("presses", "list-too-long").with("max", MAX_OF_TALLY).into());
    }
    rows::insert_presses(connection, board_id, id, &fresh)?;
    rows::void(connection, board_id, id, &voided)
}

fn check_times(now: UnixMs, new: &NewTally) -> Result<(), Refusal> {
    let started = new.started_at.0;
    let refused = |field| Err(Refusal::invalid(field, "tally-time").with("hours", 4));
    if started > now.0 + AHEAD_MS || started < now.0 - LATE_MS {
        return refused("started_at");
    }
    let lasts = started..=started + LONGEST_MS;
    if new.ended_at.is_some_and(|ended| !lasts.contains(&ended.0)) {
        return refused("ended_at");
    }
    if new.presses.len() > MAX_PRESSES {
        return Err(Refusal::invalid("presses", "list-too-long").with("max", MAX_PRESSES));
    }
    if new.presses.iter().any(|press| !lasts.contains(&press.pressed_at.0)) {
        return refused("presses");
    }
    Ok(())
}

/// # Errors
/// `forbidden` without `visits.read`, `not-found`.
pub fn get(connection: &mut DbConnection, act: &Act, id: TallyId) -> Outcome<Tally> {
    act.require(Permission::VisitsRead)?;
    find(connection, act, id)
}

fn find(connection: &mut DbConnection, act: &Act, id: TallyId) -> Outcome<Tally> {
    Ok(found(rows::find(connection, act.board_id(), id)?, "tally")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &TallyFilter,
    page: PageRequest,
) -> Outcome<Page<Tally>> {
    act.require(Permission::VisitsRead)?;
    let tallies = rows::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(tallies, |tally| tally.id.0))
}

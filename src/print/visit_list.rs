//! The list that a team takes along: whom to visit, why, what to bring, and boxes for what came of it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::layout::Style;
use super::letters::{self, legible};
use super::look::{self, Look};
use super::paper::Paper;
use super::printed::Kind;
use super::sheet::{self, Place, named};
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::outreach::rounds::{self, Round};
use crate::outreach::teams;
use crate::outreach::visits::Visit;
use crate::primitives::ids::RoundId;
use crate::primitives::{Day, Refusal};
use crate::registry::markets;

/// Further reasons that a row has room for.
const MORE_REASONS: usize = 2;

/// A stall on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    pub place: i32,
    pub stall: String,
    pub section: String,
    pub vendor: String,
    /// For the same day.
    pub today: bool,
    pub drawn: bool,
    pub why: String,
    /// Other reasons, one sentence each.
    pub besides: Vec<String>,
    pub bring: String,
}

/// All that the list says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VisitList {
    pub style: Style,
    pub look: Look,
    pub place: Place,
    pub title: String,
    /// `Tổ khóm 1`, if it is a team's.
    pub team: Option<String>,
    /// `26/11/2026`
    pub day: String,
    /// The last full day of what the list knew.
    pub as_of: String,
    pub rows: Vec<Row>,
    #[serde(skip)]
    pub(super) drawn_up: Day,
    /// Names that are on it with signs for letters that cannot be printed.
    #[serde(skip)]
    pub strange: Vec<Refusal>,
}

/// The list of a round, as it was drawn up.
///
/// # Errors
/// `forbidden` without `visits.read`, `not-found`.
pub fn of_round(
    connection: &mut DbConnection,
    act: &Act,
    id: RoundId,
    style: Style,
) -> Outcome<VisitList> {
    let Round { head, visits, .. } = rounds::get(connection, act, id)?;
    let market = markets::require(connection, act, head.market_id)?;
    let team = head.team_id.map(|id| teams::get(connection, act, id)).transpose()?;
    let market_name = composed(&market.name);
    Ok(VisitList {
        style,
        look: look::require(connection, act, head.market_id)?.in_style(style),
        title: format!("{market_name} · ghé sạp {}", head.day.on_paper()),
        place: Place {
            market: market_name,
            place: composed(&format!("{}, {}", market.commune, market.province)),
        },
        team: team.map(|team| composed(&team.name)),
        day: head.day.on_paper(),
        as_of: head.as_of.on_paper(),
        rows: visits.iter().map(row).collect(),
        drawn_up: head.created_at.day(0),
        strange: visits.iter().filter_map(strange).collect(),
    })
}

fn strange(visit: &Visit) -> Option<Refusal> {
    let [stall, section, vendor] =
        [&visit.stall_code, &visit.section, &visit.vendor].map(|text| sheet::composed(text));
    let texts = [("stall", stall.as_str()), ("section", &section), ("vendor", &vendor)];
    letters::check(&stall, &texts).err()
}

fn row(visit: &Visit) -> Row {
    let worst = visit.reasons.first();
    let besides = visit.reasons.iter().skip(1).take(MORE_REASONS);
    Row {
        place: visit.place,
        stall: composed(&visit.stall_code),
        section: composed(&visit.section),
        vendor: composed(&visit.vendor),
        today: worst.is_some_and(|grounds| grounds.severity == 1),
        drawn: visit.is_drawn,
        why: worst.map(|grounds| composed(&grounds.why.vi)).unwrap_or_default(),
        besides: besides.map(|grounds| composed(&grounds.why.vi)).collect(),
        bring: worst.map(|grounds| composed(&grounds.bring.vi)).unwrap_or_default(),
    }
}

/// A name is only to be recognised here, so one that cannot be printed has a sign in it.
fn composed(text: &str) -> String {
    legible(&sheet::composed(text))
}

impl Paper for VisitList {
    fn template(&self) -> &'static str {
        "visits.typ"
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        serde_json::to_vec(self).map_err(Fault::broken)
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.look.file(name)
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        let digest = Sha256::new().chain_update(self.data()?);
        Ok(digest.chain_update(self.look.logo_bytes()).finalize().into())
    }

    fn issued_day(&self) -> Day {
        self.drawn_up
    }

    fn pieces(&self) -> usize {
        self.rows.len()
    }

    fn file_name(&self, kind: Kind) -> String {
        let what = format!("visits-{}", self.day.split('/').rev().collect::<Vec<_>>().join("-"));
        named(&self.place.market, &what, kind)
    }
}

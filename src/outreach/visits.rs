//! Visits: what came of one that a round lists, and those that somebody made unasked.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::reasons::Grounds;
use super::store::{reports, visits as rows};
use crate::access::{Act, Permission};
use crate::adoption::Sentence;
use crate::db::{DbConnection, Outcome};
use crate::ledger;
use crate::primitives::ids::{OccupancyId, RoundId, StallId, VisitId};
use crate::primitives::{Day, Refusal, UnixMs, input};
use crate::registry::check::{found, text};
use crate::registry::occupancies::{self, Occupancy};
use crate::registry::{Page, PageRequest, boards, reach};
use crate::text_enum;

const NAME_CHARS: usize = 120;
const NOTE_CHARS: usize = 400;
const CLIENT_ID_CHARS: usize = 64;
/// What was taught in one visit.
const MAX_TAUGHT: usize = 10;

text_enum!(
    /// What came of a visit.
    VisitOutcome {
        /// What was to be done is done.
        Helped = "helped",
        /// Begun; somebody has to come again.
        Begun = "begun",
        /// Nobody was there.
        Absent = "absent",
        /// The vendor does not want to take part, and is not visited again unless they ask.
        Refused = "refused",
        /// The stall is closed or has another vendor: on no list until the register is corrected.
        Gone = "gone",
    }
);

text_enum!(
    /// What keeps a vendor from it, as they said it.
    Obstacle {
        NoPhone = "no_phone",
        WeakPhone = "weak_phone",
        NoAccount = "no_account",
        FearOfTax = "fear_of_tax",
        NoCustomerAsks = "no_customer_asks",
        NotInterested = "not_interested",
        Other = "other",
    }
);

text_enum!(
    /// What the household was shown beside the market's code.
    Service {
        Electricity = "electricity",
        Water = "water",
        SocialInsurance = "social_insurance",
        ViettelMoney = "viettel_money",
        CaMauG = "camau_g",
        BankApp = "bank_app",
    }
);

impl VisitOutcome {
    /// Somebody spoke with the vendor.
    #[must_use]
    pub const fn is_met(self) -> bool {
        matches!(self, Self::Helped | Self::Begun | Self::Refused)
    }
}

impl Obstacle {
    #[must_use]
    pub fn words(self) -> Sentence {
        let (vi, en) = match self {
            Self::NoPhone => ("không có điện thoại thông minh", "no smartphone"),
            Self::WeakPhone => ("điện thoại yếu, đầy bộ nhớ", "a weak phone"),
            Self::NoAccount => ("chưa có tài khoản ngân hàng", "no bank account"),
            Self::FearOfTax => ("ngại chuyện thuế", "afraid of taxes"),
            Self::NoCustomerAsks => ("chưa thấy khách hỏi", "no customer asks for it"),
            Self::NotInterested => ("chưa thấy cần", "sees no need"),
            Self::Other => ("lý do khác", "another reason"),
        };
        Sentence { vi: vi.to_owned(), en: en.to_owned() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Visit {
    pub id: VisitId,
    /// Absent where nobody had sent the team there.
    pub round_id: Option<RoundId>,
    /// Its place on the round's list, from 1; 0 where there is none.
    pub place: i32,
    pub occupancy_id: OccupancyId,
    pub stall_id: StallId,
    pub stall_code: String,
    pub section: String,
    pub vendor: String,
    /// Why, the worst first; as it was when the list was drawn up.
    pub reasons: Vec<Grounds>,
    /// Severity × size class × days waiting.
    pub score: i64,
    /// Drawn by lot: what visits achieve is measured on these alone.
    pub is_drawn: bool,
    /// What a phone called it that wrote it down offline.
    pub client_id: Option<String>,
    /// What came of it, as it was told last; null until somebody went.
    pub report: Option<VisitReport>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recorded_at: Option<UnixMs>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitReport {
    pub outcome: VisitOutcome,
    /// What keeps the vendor from it.
    #[serde(default)]
    pub obstacle: Option<Obstacle>,
    /// What the household was shown, each once.
    #[serde(default)]
    pub taught: Vec<Service>,
    /// 1–400 characters; nothing personal.
    #[serde(default)]
    pub note: Option<String>,
    /// Who went: 1–120 characters.
    pub visited_by: String,
    /// Not in the future; at most 60 days ago. Whom one met, one met while they held the stall.
    #[schema(value_type = String, format = Date)]
    pub visited_on: Day,
    /// An earlier refusal of this vendor no longer holds: they asked for a visit, or it was written down
    /// by mistake. Nothing else ends a refusal.
    #[serde(default)]
    pub lifts_refusal: bool,
    /// When it was written down, by the phone's clock. Of several reports of a visit the one that was
    /// written last stands, whatever comes last; without it, the one that comes last.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub recorded_on_phone_at: Option<UnixMs>,
}

/// A report as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ToldReport {
    #[serde(flatten)]
    pub report: VisitReport,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub told_at: UnixMs,
    /// When it came here.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: UnixMs,
}

impl ToldReport {
    /// A phone's clock that goes ahead is not believed beyond now.
    pub fn new(report: VisitReport, recorded_at: UnixMs) -> Self {
        let told_at = report.recorded_on_phone_at.map_or(recorded_at, |at| at.min(recorded_at));
        Self { report, told_at, recorded_at }
    }
}

/// All that was told of a visit.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToldReports {
    /// The last one stands.
    pub items: Vec<ToldReport>,
}

/// A visit that no round had asked for: the vendor came, or the team passed by.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVisit {
    pub occupancy_id: OccupancyId,
    /// 1–64 characters, unique on the board: what the phone calls the visit. Sent again, at any time, it
    /// is the same visit.
    #[serde(default)]
    pub client_id: Option<String>,
    #[serde(deserialize_with = "input::object")]
    pub report: VisitReport,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VisitFilter {
    pub round_id: Option<RoundId>,
    pub occupancy_id: Option<OccupancyId>,
    /// Only visits that were made, or those still to be made.
    pub made: Option<bool>,
}

/// Days that a report may come late: phones are offline at the market, not for months.
const LATE_DAYS: i32 = 60;

/// # Errors
/// `not-found` (occupancy_id), `visit-of-another-stall` and `text-length` (client_id), and those of
/// a report.
pub fn create(connection: &mut DbConnection, act: &Act, new: NewVisit) -> Outcome<Visit> {
    act.require_within(Permission::VisitsWrite)?;
    ledger::lock_board(connection, act.board_id())?;
    let occupancy = occupancies::require(connection, act, new.occupancy_id, "occupancy_id")?;
    let client_id = new.client_id.map(|id| text("client_id", &id, CLIENT_ID_CHARS)).transpose()?;
    if let Some(client_id) = &client_id
        && let Some(known) = rows::find_by_client_id(connection, act.board_id(), client_id)?
    {
        if known.occupancy_id != occupancy.id {
            return Err(Refusal::conflict("visit-of-another-stall").on("client_id").into());
        }
        return tell(connection, act, known.id, &occupancy, new.report);
    }
    let id = VisitId(act.new_id());
    let planned = rows::Planned {
        id,
        round_id: None,
        place: 0,
        occupancy_id: occupancy.id,
        reasons: &[],
        score: 0,
        is_drawn: false,
        client_id: client_id.as_deref(),
    };
    rows::insert(connection, act.board_id(), &planned)?;
    tell(connection, act, id, &occupancy, new.report)
}

/// Writes down what came of a visit; again, what is corrected. Safe to be sent again, and late: what
/// was written down before what stands is kept beside it.
///
/// # Errors
/// `not-found`; `visit-later-than-today`, `visit-too-long-ago` and `visit-outside-occupancy`
/// (visited_on), `text-length` (note, visited_by), `list-too-long` (taught),
/// `visit-refusal-stands` (lifts_refusal).
pub fn report(
    connection: &mut DbConnection,
    act: &Act,
    id: VisitId,
    report: VisitReport,
) -> Outcome<Visit> {
    act.require_within(Permission::VisitsWrite)?;
    ledger::lock_board(connection, act.board_id())?;
    let visit = find(connection, act, id)?;
    let occupancy = occupancies::require(connection, act, visit.occupancy_id, "occupancy_id")?;
    tell(connection, act, id, &occupancy, report)
}

fn tell(
    connection: &mut DbConnection,
    act: &Act,
    id: VisitId,
    occupancy: &Occupancy,
    report: VisitReport,
) -> Outcome<Visit> {
    let report = checked(connection, act, occupancy, report)?;
    let told = ToldReport::new(report, act.at);
    let before = reports::of_visit(connection, act.board_id(), id)?;
    let stands = before.last();
    let is_dated = told.report.recorded_on_phone_at.is_some();
    let is_known = |known: &ToldReport| known.report == told.report;
    if stands.is_some_and(is_known) || is_dated && before.iter().any(is_known) {
        return find(connection, act, id);
    }
    let is_last = stands.is_none_or(|stands| stands.told_at <= told.told_at);
    let is_refused = |told: &ToldReport| told.report.outcome == VisitOutcome::Refused;
    if is_last && stands.is_some_and(is_refused) && !is_refused(&told) && !told.report.lifts_refusal
    {
        return Err(Refusal::conflict("visit-refusal-stands").on("lifts_refusal").into());
    }
    let report_id = act.new_id();
    reports::insert(connection, act, (report_id, id), &told.report)?;
    if is_last {
        rows::let_stand(connection, act.board_id(), id, report_id)?;
    }
    find(connection, act, id)
}

/// All that was told of a visit, the one that stands last.
pub fn reports(connection: &mut DbConnection, act: &Act, id: VisitId) -> Outcome<ToldReports> {
    act.require_within(Permission::VisitsRead)?;
    find(connection, act, id)?;
    Ok(ToldReports { items: reports::of_visit(connection, act.board_id(), id)? })
}

pub fn get(connection: &mut DbConnection, act: &Act, id: VisitId) -> Outcome<Visit> {
    act.require_within(Permission::VisitsRead)?;
    find(connection, act, id)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &VisitFilter,
    page: PageRequest,
) -> Outcome<Page<Visit>> {
    act.require_within(Permission::VisitsRead)?;
    let visits = rows::page(connection, act.board_id(), filter, page)?;
    let mut page = page.page(visits, |visit| visit.id.0);
    page.retain(|visit| reach::stall(connection, act, visit.stall_id))?;
    Ok(page)
}

fn find(connection: &mut DbConnection, act: &Act, id: VisitId) -> Outcome<Visit> {
    let visit = found(rows::find(connection, act.board_id(), id)?, "visit")?;
    Ok(found(reach::stall(connection, act, visit.stall_id)?.then_some(visit), "visit")?)
}

fn checked(
    connection: &mut DbConnection,
    act: &Act,
    occupancy: &Occupancy,
    mut report: VisitReport,
) -> Outcome<VisitReport> {
    // Where the board's day begins late, the phone's date is a day ahead after midnight.
    let today = boards::today(connection, act)?.max(act.at.day(0));
    if report.visited_on > today {
        let refusal = Refusal::invalid("visited_on", "visit-later-than-today");
        return Err(refusal.with("today", today).into());
    }
    if report.visited_on < today.plus(-LATE_DAYS) {
        let refusal = Refusal::invalid("visited_on", "visit-too-long-ago");
        return Err(refusal.with("days", LATE_DAYS).into());
    }
    if report.outcome.is_met() && !occupancy.period().contains(report.visited_on) {
        return Err(Refusal::invalid("visited_on", "visit-outside-occupancy").into());
    }
    report.visited_by = text("visited_by", &report.visited_by, NAME_CHARS)?;
    report.note = report.note.map(|note| text("note", &note, NOTE_CHARS)).transpose()?;
    if report.taught.len() > MAX_TAUGHT {
        return Err(Refusal::invalid("taught", "list-too-long").with("max", MAX_TAUGHT).into());
    }
    let mut once = Vec::new();
    report.taught.retain(|service| {
        let is_new = !once.contains(service);
        once.push(*service);
        is_new
    });
    Ok(report)
}

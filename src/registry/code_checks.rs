//! Checks of what hangs on a stall (kiểm tra mã): every code that is seen there against what is
//! registered. Reading the printed check code is not enough: a sticker over the symbol leaves it
//! intact, so typing it only names the card.
//!
//! The worst code decides: `wrong_account`, `unknown`, `revoked`, `other_code`, `right`. A stranger's
//! code beside ours is what a swindler's sticker looks like when the camera still sees both. A photo
//! that shows more codes than are looked at is never `right`: the stranger's may be among the others.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check::{found, referred, text};
use super::code_verdicts::{CodeVerdict, Expected, SeenCode};
use super::codes::CodeFilter;
use super::existing_codes::MAX_PAYLOAD;
use super::store::{code_checks as store, codes as code_store};
use super::store::{occupancies as occupancy_store, stalls as stall_store};
use super::{Page, PageRequest, boards};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{CheckId, CodeId, MarketId, OccupancyId, StallId};
use crate::primitives::{Day, Refusal, UnixMs};
use crate::text_enum;
use crate::vietqr::Photo;

const NAME_CHARS: usize = 120;
const NOTE_CHARS: usize = 200;
const CHECK_CODE_CHARS: usize = 4;
/// Symbols of one check: more than a wall of stickers has.
const MAX_SYMBOLS: usize = 20;
/// Thousandths of a degree.
const LATITUDES_MDEG: std::ops::RangeInclusive<i32> = -90_000..=90_000;
const LONGITUDES_MDEG: std::ops::RangeInclusive<i32> = -180_000..=180_000;

text_enum!(CheckResult {
    Right = "right",
    OtherCode = "other_code",
    Revoked = "revoked",
    Unknown = "unknown",
    /// It pays somebody else: visit the stall the same day.
    WrongAccount = "wrong_account",
    /// No code to pay with could be read, or more are in the photo than are looked at.
    NotReadable = "not_readable",
    /// The printed check code was typed: it names a card, and says nothing of what hangs there.
    Typed = "typed",
});

text_enum!(CheckWay {
    /// The server read the codes out of a photo.
    Photo = "photo",
    /// The caller's own scanner read them.
    Scanned = "scanned",
    Typed = "typed",
});

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CodeCheck {
    pub id: CheckId,
    pub market_id: MarketId,
    pub stall_id: StallId,
    /// Whose codes it was compared with; absent at an empty stall.
    pub occupancy_id: Option<OccupancyId>,
    pub way: CheckWay,
    /// That of the worst code.
    pub result: CheckResult,
    /// The card whose check code was typed, if there is one.
    pub card_id: Option<CodeId>,
    /// That card's stall, where it is another one than was checked.
    pub card_stall: Option<String>,
    /// That card had been revoked by then: it must come down.
    pub card_revoked: bool,
    /// Customers may be paying a stranger.
    pub alarm: bool,
    /// Somebody has to go there, and nobody has looked again since.
    pub needs_visit: bool,
    /// The photo shows more codes than are looked at: photograph each alone. It is never `right` then.
    pub crowded: bool,
    /// The worst first.
    pub codes: Vec<SeenCode>,
    pub checked_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub checked_at: UnixMs,
    #[serde(flatten)]
    pub place: CheckPlace,
    /// What was found and what to do, in the caller's language.
    pub finding: String,
}

/// Where somebody stood: personal data, kept apart and erased by `DELETE /code-checks/{id}/place`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckPlace {
    pub place_note: Option<String>,
    /// Thousandths of a degree, some 110 m.
    pub latitude_mdeg: Option<i32>,
    pub longitude_mdeg: Option<i32>,
}

/// Either what was scanned on the stall, or the check code that somebody typed. Where nothing could be
/// read, `scanned_payloads` is an empty list.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCodeCheck {
    /// Where it was scanned; or `code_id`.
    pub stall_id: Option<StallId>,
    /// A code of the stall.
    pub code_id: Option<CodeId>,
    /// The text of the symbol on the stall.
    pub scanned_payload: Option<String>,
    /// The texts of several symbols, at most 20; empty where nothing could be read.
    pub scanned_payloads: Option<Vec<String>>,
    /// The four characters under the symbol.
    pub check_code: Option<String>,
    /// Who did it: 1–120 characters.
    pub checked_by: String,
    /// Where in the market, in words; personal data, and not needed.
    pub place_note: Option<String>,
    /// Thousandths of a degree, e.g. 9352; with the longitude or not at all.
    pub latitude_mdeg: Option<i32>,
    pub longitude_mdeg: Option<i32>,
}

/// A photo's stall: the query of an upload.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PhotoCheck {
    /// With a photo: the stall.
    #[param(required = false)]
    pub stall_id: StallId,
    /// With a photo: who took it, 1–120 characters.
    #[param(required = false)]
    pub checked_by: String,
    pub place_note: Option<String>,
    pub latitude_mdeg: Option<i32>,
    pub longitude_mdeg: Option<i32>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CodeCheckFilter {
    pub market_id: Option<MarketId>,
    pub stall_id: Option<StallId>,
    /// Only checks that say something of this code.
    pub code_id: Option<CodeId>,
    pub way: Option<CheckWay>,
    pub result: Option<CheckResult>,
    /// Only those after which somebody has still to go there, or the others.
    pub needs_visit: Option<bool>,
    /// From this day on.
    #[param(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// The last day.
    #[param(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
}

/// What somebody has of the codes on a stall.
enum Had {
    Texts(CheckWay, Photo),
    CheckCode(String),
}

/// # Errors
/// `check-without-stall` unless one of `stall_id` and `code_id` is given; `check-without-scan`
/// (scanned_payloads) unless what was scanned or typed is given; `not-found` (stall_id, code_id); `text-length` (scanned_payload, scanned_payloads, check_code, checked_by, place_note);
/// `list-too-long` (scanned_payloads); `check-code-with-scan` (check_code);
/// `coordinates-out-of-range` (latitude_mdeg, longitude_mdeg).
pub fn record(connection: &mut DbConnection, act: &Act, new: NewCodeCheck) -> Outcome<CodeCheck> {
    act.require(Permission::CodesWrite)?;
    let stall_id = match (new.stall_id, new.code_id) {
        (Some(stall_id), None) => stall_id,
        (None, Some(code_id)) => stall_of(connection, act, code_id)?,
        _ => return Err(Refusal::invalid("stall_id", "check-without-stall").into()),
    };
    let many = new.scanned_payloads.as_deref().unwrap_or_default();
    if many.len() > MAX_SYMBOLS {
        let refusal = Refusal::invalid("scanned_payloads", "list-too-long");
        return Err(refusal.with("max", MAX_SYMBOLS).into());
    }
    let mut texts = Vec::new();
    let one = new.scanned_payload.iter().map(|text| ("scanned_payload", text));
    for (field, payload) in one.chain(many.iter().map(|text| ("scanned_payloads", text))) {
        let payload = payload.trim();
        if payload.chars().count() > MAX_PAYLOAD {
            return Err(Refusal::invalid(field, "text-length").with("max", MAX_PAYLOAD).into());
        }
        texts.push(payload.to_owned());
    }
    let is_scan = new.scanned_payload.is_some() || new.scanned_payloads.is_some();
    let had = match new.check_code {
        // A field that was forgotten is not a code that could not be read.
        None if !is_scan => {
            return Err(Refusal::invalid("scanned_payloads", "check-without-scan").into());
        }
        None => Had::Texts(CheckWay::Scanned, Photo { texts, is_crowded: false }),
        Some(typed) if texts.is_empty() => {
            Had::CheckCode(text("check_code", &typed, CHECK_CODE_CHARS)?)
        }
        Some(_) => return Err(Refusal::invalid("check_code", "check-code-with-scan").into()),
    };
    let place = place(new.place_note, new.latitude_mdeg, new.longitude_mdeg)?;
    let by = text("checked_by", &new.checked_by, NAME_CHARS)?;
    insert(connection, act, stall_id, had, by, place)
}

/// What was read off a photo.
///
/// # Errors
/// `not-found` (stall_id), `text-length` (checked_by, place_note), `coordinates-out-of-range`.
pub fn record_photo(
    connection: &mut DbConnection,
    act: &Act,
    new: PhotoCheck,
    photo: Photo,
) -> Outcome<CodeCheck> {
    act.require(Permission::CodesWrite)?;
    let place = place(new.place_note, new.latitude_mdeg, new.longitude_mdeg)?;
    let by = text("checked_by", &new.checked_by, NAME_CHARS)?;
    insert(connection, act, new.stall_id, Had::Texts(CheckWay::Photo, photo), by, place)
}

/// What codes would be at a stall, the worst first; nothing is recorded.
///
/// # Errors
/// `forbidden`, `not-found` (stall_id).
pub fn judge(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
    texts: &[String],
) -> Outcome<Vec<SeenCode>> {
    permit(connection, act, stall_id)?;
    let expected = Expected::of_stall(connection, act, stall_id)?;
    seen(connection, act, &expected, texts)
}

/// Whether a photo of this stall may be checked: asked before it is sent.
///
/// # Errors
/// `forbidden`, `not-found` (stall_id).
pub fn permit(connection: &mut DbConnection, act: &Act, stall_id: StallId) -> Outcome<()> {
    act.require(Permission::CodesWrite)?;
    let stall = stall_store::find(connection, act.board_id(), stall_id)?;
    referred(stall, "stall", "stall_id")?;
    Ok(())
}

pub fn get(connection: &mut DbConnection, act: &Act, id: CheckId) -> Outcome<CodeCheck> {
    act.require(Permission::RegistryRead)?;
    Ok(found(store::find(connection, act.board_id(), id)?, "code_check")?)
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &CodeCheckFilter,
    page: PageRequest,
) -> Outcome<Page<CodeCheck>> {
    act.require(Permission::RegistryRead)?;
    let board_id = act.board_id();
    let day_start = boards::day_start_minute(connection, board_id)?;
    let checks = store::page(connection, board_id, filter, day_start, page)?;
    Ok(page.page(checks, |check| check.id.0))
}

/// Erases where somebody stood when they checked; the check stays.
pub fn forget_place(connection: &mut DbConnection, act: &Act, id: CheckId) -> Outcome<()> {
    act.require(Permission::CodesWrite)?;
    found(store::find(connection, act.board_id(), id)?, "code_check")?;
    store::forget_place(connection, act.board_id(), id)
}

fn stall_of(connection: &mut DbConnection, act: &Act, code_id: CodeId) -> Outcome<StallId> {
    let code = code_store::find(connection, act.board_id(), code_id, act.at)?;
    let code = referred(code, "code", "code_id")?;
    let occupancy = occupancy_store::find(connection, act.board_id(), code.occupancy_id)?;
    Ok(referred(occupancy, "occupancy", "code_id")?.stall_id)
}

fn place(
    note: Option<String>,
    latitude_mdeg: Option<i32>,
    longitude_mdeg: Option<i32>,
) -> Result<CheckPlace, Refusal> {
    let place_note = note.map(|note| text("place_note", &note, NOTE_CHARS)).transpose()?;
    let outside = |field| Err(Refusal::invalid(field, "coordinates-out-of-range"));
    match (latitude_mdeg, longitude_mdeg) {
        (None, Some(_)) => return outside("latitude_mdeg"),
        (Some(_), None) => return outside("longitude_mdeg"),
        (Some(latitude), _) if !LATITUDES_MDEG.contains(&latitude) => {
            return outside("latitude_mdeg");
        }
        (_, Some(longitude)) if !LONGITUDES_MDEG.contains(&longitude) => {
            return outside("longitude_mdeg");
        }
        _ => {}
    }
    Ok(CheckPlace { place_note, latitude_mdeg, longitude_mdeg })
}

fn insert(
    connection: &mut DbConnection,
    act: &Act,
    stall_id: StallId,
    had: Had,
    checked_by: String,
    place: CheckPlace,
) -> Outcome<CodeCheck> {
    let board_id = act.board_id();
    let stall = stall_store::find(connection, board_id, stall_id)?;
    let stall = referred(stall, "stall", "stall_id")?;
    let expected = Expected::of_stall(connection, act, stall_id)?;
    let (way, result, card_id, codes, crowded) = match had {
        Had::CheckCode(typed) => {
            let card_id = card(connection, act, &expected, &typed)?;
            (CheckWay::Typed, CheckResult::Typed, card_id, Vec::new(), false)
        }
        Had::Texts(way, photo) => {
            let codes = seen(connection, act, &expected, &photo.texts)?;
            let result = match worst(&codes) {
                // Nobody knows what hangs beside it.
                CheckResult::Right if photo.is_crowded => CheckResult::NotReadable,
                result => result,
            };
            (way, result, None, codes, photo.is_crowded)
        }
    };
    let mut check = CodeCheck {
        id: CheckId(act.new_id()),
        market_id: stall.market_id,
        stall_id,
        occupancy_id: expected.occupancy.as_ref().map(|occupancy| occupancy.id),
        way,
        result,
        card_id,
        card_stall: None,
        card_revoked: false,
        alarm: result.is_alarm(),
        needs_visit: result.needs_visit(),
        crowded,
        codes,
        checked_by,
        checked_at: act.at,
        place,
        finding: String::new(),
    };
    if result.is_look() {
        store::settle(connection, board_id, stall_id)?;
    }
    store::insert(connection, board_id, &check)?;
    store::insert_scans(connection, board_id, &check, &scans(&check, &expected))?;
    store::name_cards(connection, board_id, std::slice::from_mut(&mut check))?;
    Ok(check)
}

/// What each text is, the worst first, each once.
fn seen(
    connection: &mut DbConnection,
    act: &Act,
    expected: &Expected,
    texts: &[String],
) -> Outcome<Vec<SeenCode>> {
    let mut codes: Vec<SeenCode> = Vec::with_capacity(texts.len());
    for text in texts.iter().filter(|text| !text.is_empty()) {
        // What PostgreSQL cannot keep is shown as such.
        let text = text.replace('\0', "\u{FFFD}");
        if codes.iter().all(|seen| seen.code.payload != text) {
            codes.push(expected.judge(connection, act, &text)?);
        }
    }
    codes.sort_by_key(|seen| std::cmp::Reverse(seen.result.gravity()));
    Ok(codes)
}

/// Codes that are certainly not to pay with do not count.
fn worst(codes: &[SeenCode]) -> CheckResult {
    match codes.iter().map(|seen| seen.result).max_by_key(|result| result.gravity()) {
        None | Some(CodeVerdict::NotPayment) => CheckResult::NotReadable,
        Some(CodeVerdict::Right) => CheckResult::Right,
        Some(CodeVerdict::OtherCode) => CheckResult::OtherCode,
        Some(CodeVerdict::Revoked) => CheckResult::Revoked,
        Some(CodeVerdict::Unknown) => CheckResult::Unknown,
        Some(CodeVerdict::WrongAccount) => CheckResult::WrongAccount,
    }
}

/// The card of the stall that bears a check code; else the only one of the board.
fn card(
    connection: &mut DbConnection,
    act: &Act,
    expected: &Expected,
    typed: &str,
) -> Outcome<Option<CodeId>> {
    let typed = typed.to_ascii_uppercase();
    if let Some(code) = expected.codes.iter().find(|code| code.check_code == typed) {
        return Ok(Some(code.id));
    }
    let filter = CodeFilter { check_code: Some(typed), ..CodeFilter::default() };
    let now = (act.at, boards::today(connection, act)?);
    let codes = code_store::page(connection, act.board_id(), &filter, PageRequest::default(), now)?;
    Ok(if let [only] = codes.as_slice() { Some(only.id) } else { None })
}

/// (code, whether it hangs there). A right check says it of the codes that it saw; any other look
/// says of the stall's codes that something else is seen there.
fn scans(check: &CodeCheck, expected: &Expected) -> Vec<(CodeId, bool)> {
    let mut scans: Vec<(CodeId, bool)> = match check.result {
        CheckResult::Right => {
            let right = check.codes.iter().filter(|seen| seen.result == CodeVerdict::Right);
            right.filter_map(|seen| Some((seen.code.code_id?, true))).collect()
        }
        result if result.is_look() => expected.codes.iter().map(|code| (code.id, false)).collect(),
        _ => Vec::new(),
    };
    scans.dedup();
    scans
}

impl CheckResult {
    /// Customers may be paying a stranger.
    #[must_use]
    pub const fn is_alarm(self) -> bool {
        matches!(self, Self::WrongAccount)
    }

    /// Something hangs there that should not.
    #[must_use]
    pub const fn needs_visit(self) -> bool {
        matches!(self, Self::WrongAccount | Self::Unknown | Self::Revoked | Self::OtherCode)
    }

    /// The code on the stall was seen.
    #[must_use]
    pub const fn is_look(self) -> bool {
        !matches!(self, Self::NotReadable | Self::Typed)
    }
}

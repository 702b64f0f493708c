//! A check on a stall, recorded and told: the board's events carry it to whoever watches, and what
//! is found stays open (`needs_visit`) until somebody has looked there again.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::events::{self, Event};
use crate::intake::pulse::{Alarm, AlarmCode};
use crate::primitives::ids::{CheckId, StallId};
use crate::registry::code_checks::{
    self, CheckResult, CodeCheck, CodeCheckFilter, NewCodeCheck, PhotoCheck,
};
use crate::registry::{PageRequest, stalls};
use crate::vietqr::Photo;

/// Alarms of stalls that are told at a time: the oldest first.
const ALARMS: i64 = 200;

/// A stall where the last look found a code that pays somebody else.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StallAlarm {
    pub check_id: CheckId,
    pub stall_id: StallId,
    /// What is painted on the stall.
    pub stall: String,
    pub alarm: Alarm,
}

/// The stalls with a stranger's code, until somebody has looked there again; none for callers who may
/// not read the register.
pub fn alarms(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<StallAlarm>> {
    if !act.scope.permissions.contains(Permission::RegistryRead) {
        return Ok(Vec::new());
    }
    let filter = CodeCheckFilter {
        result: Some(CheckResult::WrongAccount),
        needs_visit: Some(true),
        ..CodeCheckFilter::default()
    };
    let page = PageRequest::parse(None, Some(ALARMS))?;
    let open = code_checks::list(connection, act, &filter, page)?;
    let alarm = |check: CodeCheck| -> Outcome<StallAlarm> {
        let stall = stalls::get(connection, act, check.stall_id)?.code;
        let (code, since) = (AlarmCode::WrongAccount, Some(check.checked_at));
        let alarm = Alarm { code, since, detail: String::new() };
        Ok(StallAlarm { check_id: check.id, stall_id: check.stall_id, stall, alarm })
    };
    open.items.into_iter().map(alarm).collect()
}

/// # Errors
/// Those of [`code_checks::record`].
pub fn create(connection: &mut DbConnection, act: &Act, new: NewCodeCheck) -> Outcome<CodeCheck> {
    let check = code_checks::record(connection, act, new)?;
    tell(connection, act, &check)?;
    Ok(check)
}

/// What was read off a photo.
///
/// # Errors
/// Those of [`code_checks::record_photo`].
pub fn create_from_photo(
    connection: &mut DbConnection,
    act: &Act,
    new: PhotoCheck,
    photo: Photo,
) -> Outcome<CodeCheck> {
    let check = code_checks::record_photo(connection, act, new, photo)?;
    tell(connection, act, &check)?;
    Ok(check)
}

fn tell(connection: &mut DbConnection, act: &Act, check: &CodeCheck) -> Outcome<()> {
    let event = Event::CodeChecked {
        check_id: check.id,
        stall_id: check.stall_id,
        occupancy_id: check.occupancy_id,
        result: check.result.as_str().into(),
    };
    events::tell(connection, act.board_id(), act.at, event)
}

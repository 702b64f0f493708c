//! Set Q: who has a code that works and that stands on the stall.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::store::register::{Checks, CodeRow, Register, VerificationRow};
use crate::primitives::{Day, UnixMs};
use crate::registry::numbers::NumberKind;

/// A replaced card inherits its predecessor's issue day along at most this many replacements.
const REPLACEMENTS: usize = 100;

/// Why an occupancy cannot be measured, the first obstacle first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No live code.
    NoCode,
    /// The holder's name or the 1.000 đ test is missing or failed.
    NotVerified,
    /// The last scan on the stall showed another code or account.
    ScanDiffers,
    /// The printed code was not scanned on the stall within 180 days.
    NotScanned,
    /// No account feed covers an account behind a live code.
    NoFeed,
    /// The feed does not see what is paid to a live code: it sees other numbers only, or wants a
    /// word in the memo that the code does not bring.
    FeedBlind,
    /// The feed is not proven alive on 90 % of the market days.
    FeedGaps,
}

/// What an occupancy has to be paid with, as of the end of the window.
#[derive(Clone, Debug, Default)]
pub struct Equipment {
    /// Issue day of the first code that makes it equipped; `None`: not in Q.
    pub since: Option<Day>,
    /// Issue day of its first live code, whatever that still lacks.
    pub issued: Option<Day>,
    pub obstacle: Option<Reason>,
    /// The accounts behind its live codes, each once.
    pub accounts: Vec<i64>,
    /// Its live codes.
    pub codes: Vec<Printed>,
    /// A code of another scheme hangs there: nobody can see what is paid to it.
    pub has_other_scheme: bool,
}

/// What a feed must see of a live code.
#[derive(Clone, Debug)]
pub struct Printed {
    pub account_id: i64,
    pub is_virtual: bool,
    pub payload: String,
}

/// The equipment of every occupancy that has a live code.
pub fn by_occupancy(
    register: &Register,
    checks: &Checks,
    end: UnixMs,
    day_start_minute: i32,
) -> HashMap<i64, Equipment> {
    let verified = verified_accounts(&checks.verifications);
    // Later scans overwrite earlier ones.
    let right: HashMap<i64, bool> = checks.scans.iter().copied().collect();
    let by_id: HashMap<i64, &CodeRow> = register.codes.iter().map(|code| (code.id, code)).collect();
    let mut found: HashMap<i64, Equipment> = HashMap::new();
    let last_day = end.plus_ms(-1).day(day_start_minute);
    let served = served(register, last_day);
    let is_served = |code: &&CodeRow| served.contains(&(code.occupancy_id, code.account_id));
    let live = register.codes.iter().filter(|code| is_live(code, end));
    for code in live.filter(is_served) {
        let obstacle = match right.get(&code.id) {
            _ if !verified.contains(&code.account_id) => Some(Reason::NotVerified),
            Some(true) => None,
            Some(false) => Some(Reason::ScanDiffers),
            None => Some(Reason::NotScanned),
        };
        let equipment = found
            .entry(code.occupancy_id)
            .or_insert_with(|| Equipment { obstacle, ..Equipment::default() });
        if !equipment.accounts.contains(&code.account_id) {
            equipment.accounts.push(code.account_id);
        }
        equipment.codes.push(Printed {
            account_id: code.account_id,
            is_virtual: code.number_kind == NumberKind::Virtual,
            payload: code.payload.clone(),
        });
        let issued = first_issue(code, &by_id).day(day_start_minute);
        equipment.issued = Some(equipment.issued.map_or(issued, |first| first.min(issued)));
        if obstacle.is_none() {
            equipment.since = Some(equipment.since.map_or(issued, |since| since.min(issued)));
        }
        equipment.obstacle = nearest(equipment.obstacle, obstacle);
    }
    for (occupancy_id, registered, revoked) in &register.other_codes {
        if *registered < end.0 && revoked.is_none_or(|revoked| revoked >= end.0) {
            // Alone it is a code whose account nobody has seen.
            let alone =
                || Equipment { obstacle: Some(Reason::NotVerified), ..Equipment::default() };
            found.entry(*occupancy_id).or_insert_with(alone).has_other_scheme = true;
        }
    }
    found
}

fn is_live(code: &CodeRow, end: UnixMs) -> bool {
    code.issued_at_ms < end.0 && code.revoked_at_ms.is_none_or(|revoked| revoked >= end.0)
}

/// Occupancies with each account that still received their money on a day.
fn served(register: &Register, day: Day) -> HashSet<(i64, i64)> {
    let links = register.links.iter().filter(|link| link.to_day.is_none_or(|last| last >= day.0));
    links.map(|link| (link.occupancy_id, link.account_id)).collect()
}

/// Of several codes, that with the fewest obstacles decides.
fn nearest(one: Option<Reason>, other: Option<Reason>) -> Option<Reason> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        _ => None,
    }
}

/// The name was shown and confirmed, and a test was seen or confirmed; the last of each counts.
fn verified_accounts(verifications: &[VerificationRow]) -> HashSet<i64> {
    let mut last: HashMap<(i64, &str), bool> = HashMap::new();
    for row in verifications {
        last.insert((row.account_id, row.method.as_str()), row.passed);
    }
    let passed = |account, method| last.get(&(account, method)).copied().unwrap_or(false);
    verifications
        .iter()
        .map(|row| row.account_id)
        .filter(|account| {
            passed(*account, "name_shown")
                && (passed(*account, "test_seen") || passed(*account, "test_confirmed"))
        })
        .collect()
}

/// A re-printed card does not make a stall new.
fn first_issue(code: &CodeRow, by_id: &HashMap<i64, &CodeRow>) -> UnixMs {
    let mut issued = code.issued_at_ms;
    let mut replaces = code.replaces_code_id;
    for _ in 0..REPLACEMENTS {
        let Some(before) = replaces.and_then(|id| by_id.get(&id)) else { break };
        if before.occupancy_id != code.occupancy_id {
            break;
        }
        issued = issued.min(before.issued_at_ms);
        replaces = before.replaces_code_id;
    }
    UnixMs(issued)
}

//! The stalls of a market whose vendor has no code yet, and codes for all of them in one step.

use super::accounts::Account;
use super::codes::{self, Code, NewCode};
use super::payee::Payee;
use super::roll::{self, RollFilter, RollState};
use super::store::codes as rows;
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::Refusal;
use crate::primitives::ids::{MarketId, OccupancyId, StallId};

/// Stalls that are looked at, and codes that are issued, at a time.
pub const AT_ONCE: usize = 200;

/// A stall without a code.
#[derive(Clone, Debug)]
pub struct Codeless {
    pub stall_id: StallId,
    pub stall: String,
    pub section: String,
    pub vendor: String,
    pub occupancy_id: OccupancyId,
    /// The account that its code would pay; or why it cannot be issued without being asked for more.
    pub payee: Result<Account, Refusal>,
}

/// The first [`AT_ONCE`] stalls of a market where somebody trades today without any code, in the order of
/// walking, and how many there are in all. A stall with another scheme's code has one.
///
/// # Errors
/// `forbidden`, `outside-sections`.
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
) -> Outcome<(Vec<Codeless>, usize)> {
    act.require(Permission::CodesWrite)?;
    let roll = roll::load(connection, act)?;
    let filter = RollFilter {
        market_id: Some(market_id),
        state: Some(RollState::Held),
        has_code: Some(false),
        ..RollFilter::default()
    };
    let chosen = roll.choose(&filter, None, AT_ONCE);
    let mut found = Vec::with_capacity(chosen.lines.len());
    for line in chosen.lines {
        let (Some(occupancy), Some(vendor)) = (line.occupancy, line.vendor) else { continue };
        let payee = Payee::of_occupancy(connection, act, occupancy, roll.today, None, None);
        found.push(Codeless {
            stall_id: line.stall.id,
            stall: line.stall.code.clone(),
            section: line.section.name.clone(),
            vendor: vendor.name.clone(),
            occupancy_id: occupancy.id,
            payee: match payee {
                Ok(payee) => Ok(payee.account),
                Err(Fault::Refused(refusal)) => Err(refusal),
                Err(fault) => return Err(fault),
            },
        });
    }
    Ok((found, chosen.total))
}

/// Issues a code for each of the occupancies, or for none; those that have one meanwhile keep it.
///
/// # Errors
/// `forbidden`, `list-too-long` (id), those of [`codes::issue`].
pub fn issue(connection: &mut DbConnection, act: &Act, all: &[OccupancyId]) -> Outcome<Vec<Code>> {
    act.require(Permission::CodesWrite)?;
    if all.len() > AT_ONCE {
        return Err(Refusal::invalid("id", "list-too-long").with("max", AT_ONCE).into());
    }
    let mut issued = Vec::with_capacity(all.len());
    for id in all {
        if !rows::live_of_occupancy(connection, act.board_id(), *id, act.at)?.is_empty() {
            continue;
        }
        let new =
            NewCode { occupancy_id: *id, account_id: None, number_id: None, with_reference: true };
        issued.push(codes::issue(connection, act, new)?);
    }
    Ok(issued)
}

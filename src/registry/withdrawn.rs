//! What a withdrawn consent ends, in the transaction that withdraws it (docs/PRIVACY.md says so):
//!
//! | purpose | ends |
//! |---|---|
//! | `share_amounts` | who may see amounts is asked for each time: nothing to do |
//! | `keep_outgoing` | money out of the account is no longer kept |
//! | `receive_notices` | what is told of the account is no longer taken in ([`super::Directory`]) |
//! | `use_of_account` | the account serves stalls until today, and no card names it any more |
//! | `register`, a holder's | both of these |
//! | `register`, a vendor's | the vendor holds stalls until today; phone and khóm are erased |

use super::consents::{Consent, Purpose};
use super::store::{accounts, links, occupancies, vendors};
use super::{boards, relinked};
use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, VendorId};

pub(super) fn follow(connection: &mut DbConnection, act: &Act, consent: &Consent) -> Outcome<()> {
    match (consent.purpose, consent.account_id, consent.vendor_id) {
        (Purpose::KeepOutgoing, Some(id), _) => {
            accounts::forget_outgoing(connection, act.board_id(), id)
        }
        (Purpose::UseOfAccount | Purpose::Register, Some(id), _) => end_links(connection, act, id),
        (Purpose::Register, None, Some(id)) => end_vendor(connection, act, id),
        _ => Ok(()),
    }
}

/// The account's links end today; one of days to come is taken away. Money of the past stays where
/// it is.
fn end_links(connection: &mut DbConnection, act: &Act, account_id: AccountId) -> Outcome<()> {
    let (board_id, today) = (act.board_id(), boards::today(connection, act)?);
    for mut link in links::beyond(connection, board_id, account_id, today)? {
        relinked::noting(connection, act, link.occupancy_id, |connection| {
            if link.from_day > today {
                return links::remove(connection, board_id, link.id);
            }
            link.to_day = Some(today);
            links::update_days(connection, board_id, &link)
        })?;
    }
    Ok(())
}

/// The vendor's occupancies end today; one of days to come lasts its first day alone, since codes
/// and visits may name it.
fn end_vendor(connection: &mut DbConnection, act: &Act, vendor_id: VendorId) -> Outcome<()> {
    let (board_id, today) = (act.board_id(), boards::today(connection, act)?);
    for mut occupancy in occupancies::beyond(connection, board_id, vendor_id, today)? {
        occupancy.to_day = Some(today.max(occupancy.from_day));
        relinked::noting(connection, act, occupancy.id, |connection| {
            occupancies::update_days(connection, board_id, &occupancy)
        })?;
    }
    vendors::forget_contact(connection, board_id, vendor_id)
}

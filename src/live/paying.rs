//! The payer's page of a request: a link that a vendor sends. Its token is the request's own number
//! under the installation's key, so nobody can guess one and nothing more has to be kept.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use super::owner::asking::{Face, Seen};
use crate::access::{Act, Permission, Permissions, Scope, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse;
use crate::primitives::id::IdGenerator;
use crate::primitives::ids::{ActorId, BoardId, RequestId};
use crate::primitives::spoken::{self, Region};
use crate::primitives::time::MS_PER_DAY;
use crate::primitives::{UnixMs, Vnd};
use crate::vietqr::{self, Format, Level};

const PURPOSE: &str = "payer's page";
/// Board, request, and the first half of a MAC (RFC 2104, 5: at least 80 bits of it).
const TOKEN_BYTES: usize = 32;
const MAC_BYTES: usize = 16;
/// Pixels of a module.
const MODULE_PX: u8 = 8;
/// Whoever finds an old link in a chat learns nothing from it.
const SHOWN_AFTER_EXPIRY_MS: i64 = MS_PER_DAY;

/// What a payer sees: whom to pay how much, and whether it has come.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Payment {
    pub face: Face,
    /// What is to be paid; what is still lacking, where too little came; what will be given back,
    /// where too much came; what came, where that was a thousand times off.
    pub amount: String,
    /// In the south's words and in the north's.
    pub south: String,
    pub north: String,
    /// What was asked for, where `amount` is something else.
    pub asked: Option<String>,
    /// What has come, where that is neither nothing nor what was asked for.
    pub received: Option<String>,
    /// Money came that may be this payment: nobody shall pay twice.
    pub is_perhaps: bool,
    /// Whom and where, while something is to be paid.
    pub to: Option<PayTo>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct PayTo {
    pub bank: String,
    pub number: String,
    pub holder_name: String,
    /// To be written where the symbol cannot be read.
    pub memo: String,
}

/// The page of a request, below the server's address.
pub fn path(key: &SecretKey, board_id: BoardId, id: RequestId) -> Outcome<String> {
    let named = [board_id.0.to_be_bytes(), id.0.to_be_bytes()].concat();
    let mac = key.mac(PURPOSE, &named)?;
    let token = [named.as_slice(), mac.get(..MAC_BYTES).unwrap_or_default()].concat();
    Ok(format!("/tra/{}", URL_SAFE_NO_PAD.encode(token)))
}

/// The request that a token names; none for one that is not ours.
pub fn named(key: &SecretKey, token: &str) -> Outcome<Option<(BoardId, RequestId)>> {
    let bytes: Option<[u8; TOKEN_BYTES]> =
        URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| bytes.try_into().ok());
    let Some(bytes) = bytes else { return Ok(None) };
    let (named, mac) = bytes.split_at(TOKEN_BYTES - MAC_BYTES);
    let expected = key.mac(PURPOSE, named)?;
    let is_ours: bool = expected.get(..MAC_BYTES).unwrap_or_default().ct_eq(mac).into();
    let id = |bytes: Option<&[u8; 8]>| bytes.map(|bytes| i64::from_be_bytes(*bytes));
    let ids = id(named.first_chunk()).zip(id(named.last_chunk()));
    Ok(ids.filter(|_| is_ours).map(|(board_id, id)| (BoardId(board_id), RequestId(id))))
}

/// What the payer of a request sees; nothing from a day after its expiry on.
pub fn payment(
    connection: &mut DbConnection,
    named: (BoardId, RequestId),
    now: UnixMs,
    ids: Arc<IdGenerator>,
) -> Outcome<Option<Payment>> {
    seen(connection, named, now, ids)?.map(payment_of).transpose()
}

/// The symbol of a request while it is to be paid, as PNG: a picture that a phone can keep, for a
/// bank's app on the same phone.
pub fn picture(
    connection: &mut DbConnection,
    named: (BoardId, RequestId),
    now: UnixMs,
    ids: Arc<IdGenerator>,
) -> Outcome<Option<Vec<u8>>> {
    let seen = seen(connection, named, now, ids)?;
    let payload = seen.map(|seen| seen.payload()).transpose()?.flatten();
    let Some(payload) = payload else { return Ok(None) };
    let format = Format::Png { module_px: MODULE_PX };
    Ok(Some(vietqr::draw(&payload, Level::default(), format)?.bytes))
}

fn seen(
    connection: &mut DbConnection,
    (board_id, id): (BoardId, RequestId),
    now: UnixMs,
    ids: Arc<IdGenerator>,
) -> Outcome<Option<Seen>> {
    let permissions =
        vec![Permission::RequestsRead, Permission::AmountsRead, Permission::FeedsRead];
    let scope = Scope::whole(board_id, ActorId::OPERATOR, Permissions::of(permissions));
    let act = Act::new(scope, now, ids);
    let sighted = pulse::request(connection, &act, id)?;
    let ends_at = sighted.request.expires_at.plus_ms(SHOWN_AFTER_EXPIRY_MS);
    if now > ends_at {
        return Ok(None);
    }
    Seen::of(connection, &act, sighted).map(Some)
}

fn payment_of(seen: Seen) -> Outcome<Payment> {
    let is_payable = seen.payload()?.is_some();
    let difference = seen.difference();
    let came = seen.came();
    let Seen { face, odd, is_perhaps, sighted, .. } = seen;
    let request = sighted.request;
    let asked = request.amount_vnd.unwrap_or(Vnd::ZERO);
    let received = match face {
        Face::Thousandfold => came,
        Face::Underpaid | Face::TwoReports | Face::Overpaid | Face::Duplicate => {
            request.received_vnd
        }
        _ => None,
    };
    let amount = match face {
        Face::Thousandfold => odd.map(|odd| odd.largest),
        // Under "given back" stands what was.
        Face::GivenBack => request.given_back_vnd,
        Face::Paid | Face::Late | Face::TwoReports => None,
        _ => difference,
    };
    let amount = amount.unwrap_or(asked);
    let words = |region| spoken::amount(amount, region).unwrap_or_default();
    let to = is_payable.then(|| PayTo {
        bank: request.bank,
        number: request.number,
        holder_name: request.holder_name,
        memo: format!("{} {}", request.reference, request.purpose).trim().to_owned(),
    });
    Ok(Payment {
        face,
        amount: amount.to_string(),
        south: words(Region::South),
        north: words(Region::North),
        // Of what was given back, or taken back before it came, nothing is asked for any more.
        asked: (amount != asked && !matches!(face, Face::GivenBack | Face::AfterCancel))
            .then(|| asked.to_string()),
        received: received.map(|vnd| vnd.to_string()),
        is_perhaps,
        to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_request_under_its_key_alone() {
        let (key, other) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
        let of = (BoardId(7), RequestId(i64::MAX));
        let path = path(&key, of.0, of.1).unwrap();
        let token = path.strip_prefix("/tra/").unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(named(&key, token).unwrap(), Some(of));
        assert_eq!(named(&other, token).unwrap(), None);
        for place in 0..token.len() {
            let mut wrong = token.as_bytes().to_vec();
            wrong[place] = if wrong[place] == b'A' { b'B' } else { b'A' };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(named(&key, &wrong).unwrap(), None, "{place}");
        }
        assert_eq!(named(&key, "").unwrap(), None);
    }
}

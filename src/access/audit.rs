//! Who saw or changed what about whom: entries of a board, each bound to the one before it by its
//! hash. A change is told in the transaction that makes it; looks are collected ([`super::looks`]).
//!
//! An entry holds ids, addresses and names of fields, and no names, phones, accounts or amounts of
//! anybody: it is never erased. What hooks write is no entry: deliveries and transfers tell it.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::store::audit as rows;
use super::{Act, Permission};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{ActorId, BoardId};
use crate::primitives::{Refusal, UnixMs};

/// Entries of one page at most, also where the doctor reads them all.
pub const AT_ONCE: i64 = 1_000;
/// More ids of one doing are not told.
pub const MOST_NAMED: usize = 40;

/// By what somebody came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// With a key.
    Api,
    /// Signed in at the desk.
    Desk,
    /// At the server's command line.
    Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Did {
    Looked,
    Changed,
}

/// What somebody did; its fields in the order in which an entry has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Doing {
    /// `key_…`, `usr_…`, or `operator`.
    pub who: String,
    pub how: How,
    pub did: Did,
    /// Method and address pattern, or what a command is called.
    pub what: String,
    /// Ids.
    pub whom: Vec<String>,
    /// Names of the fields that were sent, or of the filters.
    pub fields: Vec<String>,
}

/// Whoever acts, as an entry says it.
#[must_use]
pub fn name_of(actor: ActorId) -> String {
    if actor == ActorId::OPERATOR { "operator".to_owned() } else { actor.to_string() }
}

#[derive(Serialize)]
struct Written<'a> {
    seq: i64,
    at: UnixMs,
    #[serde(flatten)]
    doing: &'a Doing,
    times: u32,
}

/// What every entry says of itself.
#[derive(Deserialize)]
struct Numbered {
    seq: i64,
}

/// An entry as it is kept, with what it is bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    pub seq: i64,
    /// The hash of the entry before; of the first one, of the board's id.
    pub previous: String,
    /// JSON as a text: the very bytes that are hashed.
    pub entry: String,
    /// SHA-256 of `previous`, a line end and `entry`, in hexadecimal digits.
    pub hash: String,
}

impl Entry {
    /// Whether the hash is that of what the entry says.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        link(&self.previous, &self.entry) == self.hash
    }

    /// Whether the entry's text bears the number that it is kept under.
    #[must_use]
    pub fn is_numbered(&self) -> bool {
        serde_json::from_str::<Numbered>(&self.entry).is_ok_and(|told| told.seq == self.seq)
    }
}

/// What the first entry of a board is bound to.
#[must_use]
pub fn beginning(board_id: BoardId) -> String {
    hex::encode(Sha256::digest(format!("cho40 audit {board_id}")))
}

fn link(previous: &str, entry: &str) -> String {
    let hash = Sha256::new_with_prefix(previous).chain_update("\n").chain_update(entry);
    hex::encode(hash.finalize())
}

/// Adds entries, each with how often it was done, in the caller's transaction. To be called last in
/// it: from here to COMMIT nobody else adds to the board's.
pub fn append(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
    done: &[(Doing, u32)],
) -> Outcome<()> {
    let Ok(count) = i64::try_from(done.len()) else { return Ok(()) };
    if count == 0 {
        return Ok(());
    }
    let (last, hash) = rows::advance(connection, board_id, count)?;
    let mut previous = if last == count { beginning(board_id) } else { hash };
    for (seq, (doing, times)) in (last - count + 1..=last).zip(done) {
        let written = Written { seq, at, doing, times: *times };
        let entry = serde_json::to_string(&written).map_err(Fault::broken)?;
        let hash = link(&previous, &entry);
        rows::insert(connection, board_id, (seq, &entry, &hash))?;
        previous = hash;
    }
    rows::finish(connection, board_id, &previous)
}

/// [`append`] for one change.
pub fn tell(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
    doing: Doing,
) -> Outcome<()> {
    append(connection, board_id, at, &[(doing, 1)])
}

/// A change by whoever has the server; `what` is the command.
pub fn command(
    connection: &mut DbConnection,
    board_id: BoardId,
    at: UnixMs,
    what: &str,
    whom: Vec<String>,
) -> Outcome<()> {
    let (how, did) = (How::Command, Did::Changed);
    let who = name_of(ActorId::OPERATOR);
    let doing = Doing { who, how, did, what: what.to_owned(), whom, fields: Vec::new() };
    tell(connection, board_id, at, doing)
}

/// Entries after a number, oldest first; all, or those that name an id as who or as whom.
///
/// # Errors
/// `forbidden`, `audit-id-malformed` (about).
pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    about: Option<&str>,
    after: i64,
    limit: i64,
) -> Outcome<Vec<Entry>> {
    act.require(Permission::AuditRead)?;
    if about.is_some_and(|text| !is_id(text)) {
        return Err(Refusal::invalid("about", "audit-id-malformed").into());
    }
    read(connection, act.board_id(), about, after, limit)
}

/// [`list`] for whoever has the server.
pub fn read(
    connection: &mut DbConnection,
    board_id: BoardId,
    about: Option<&str>,
    after: i64,
    limit: i64,
) -> Outcome<Vec<Entry>> {
    let first = || beginning(board_id);
    let found = rows::after(connection, board_id, about, after, limit)?;
    Ok(found
        .into_iter()
        .map(|(seq, entry, hash, previous)| {
            let previous = previous.unwrap_or_else(first);
            Entry { seq, previous, entry, hash }
        })
        .collect())
}

/// Whether a text has the shape of an id: what alone may stand in `whom`.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let Some((prefix, digits)) = text.split_once('_') else { return false };
    let is_digit = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
    prefix.len() == 3
        && prefix.bytes().all(|byte| byte.is_ascii_lowercase())
        && digits.len() == 13
        && digits.bytes().all(is_digit)
}

/// Where a chain does not hold: the number, what is kept there, and what should be.
pub type Break = (i64, String, String);

/// Looks along a board's whole chain.
pub fn examine(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<Break>> {
    let mut found = Vec::new();
    let (mut seq, mut hash) = (0_i64, beginning(board_id));
    loop {
        let some = rows::after(connection, board_id, None, seq, AT_ONCE)?;
        let is_end = some.len() < AT_ONCE as usize;
        for (number, text, kept, _) in some {
            if number != seq + 1 {
                let due = format!("entries {} to {}", seq + 1, number - 1);
                found.push((number, "nothing before it".to_owned(), due));
            }
            let entry = Entry { seq: number, previous: hash, entry: text, hash: kept };
            if !entry.is_numbered() {
                found.push((number, "another number in its text".to_owned(), number.to_string()));
            }
            if !entry.is_bound() {
                found.push((number, entry.hash.clone(), link(&entry.previous, &entry.entry)));
            }
            (seq, hash) = (number, entry.hash);
        }
        if is_end {
            break;
        }
    }
    let head = rows::head(connection, board_id)?;
    if head.as_ref().map_or(seq != 0, |head| *head != (seq, hash.clone())) {
        let kept = head.map_or_else(|| "nothing".to_owned(), |(seq, hash)| format!("{seq} {hash}"));
        found.push((
            seq,
            format!("the last entry is {seq} {hash}"),
            format!("the last entry was {kept}"),
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_ids() {
        assert!(is_id("vnd_0amk6q0g0000d"));
        for text in ["", "vnd", "vnd_0amk6q0g0000", "Lụa_0amk6q0g0000d", "vnd_0AMK6Q0G0000D"] {
            assert!(!is_id(text), "{text}");
        }
    }
}

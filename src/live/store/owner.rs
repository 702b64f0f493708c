//! Rows of `owner_pins` and `owner_phones`.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{listeners, owner_phones as phones, owner_pins as pins, stall_links};
use crate::db::{DbConnection, Outcome};
use crate::live::owner::pin::{Kept, Phone};
use crate::primitives::UnixMs;
use crate::primitives::ids::{BoardId, ListenerId, StallLinkId};

pub fn pin(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
) -> Outcome<Option<Kept>> {
    let row = pins::table.find((board_id.0, link_id.0));
    let row = row.select((pins::pin_hash, pins::wrong_count, pins::wrong_since_ms));
    let found: Option<(String, i64, i64)> = row.first(connection).optional()?;
    Ok(found.map(|(hash, wrong_count, since)| Kept {
        hash,
        wrong_count,
        wrong_since: UnixMs(since),
    }))
}

/// Lets nobody else count tries of a link until the transaction ends, in other processes neither.
pub fn hold(connection: &mut DbConnection, board_id: BoardId, link_id: StallLinkId) -> Outcome<()> {
    diesel::update(pins::table.find((board_id.0, link_id.0)))
        .set(pins::wrong_count.eq(pins::wrong_count))
        .execute(connection)?;
    Ok(())
}

/// Lets one at a time choose a link's first digits.
pub fn hold_link(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
) -> Outcome<()> {
    diesel::update(stall_links::table.find((board_id, link_id)))
        .set(stall_links::kind.eq(stall_links::kind))
        .execute(connection)?;
    Ok(())
}

pub fn insert_pin(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
    hash: &str,
    by: ListenerId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::insert_into(pins::table)
        .values((
            pins::board_id.eq(board_id.0),
            pins::link_id.eq(link_id.0),
            pins::pin_hash.eq(hash),
            pins::chosen_by.eq(by.0),
            pins::chosen_at_ms.eq(at.0),
            pins::wrong_count.eq(0),
            pins::wrong_since_ms.eq(at.0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn change_pin(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
    hash: &str,
    by: ListenerId,
    at: UnixMs,
) -> Outcome<()> {
    diesel::update(pins::table.find((board_id.0, link_id.0)))
        .set((pins::pin_hash.eq(hash), pins::chosen_by.eq(by.0), pins::chosen_at_ms.eq(at.0)))
        .execute(connection)?;
    Ok(())
}

/// Ends the sessions of all phones of a link.
pub fn close_all(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
) -> Outcome<()> {
    let of_link = listeners::table
        .filter(listeners::board_id.eq(board_id))
        .filter(listeners::link_id.eq(link_id))
        .select(listeners::id)
        .load::<ListenerId>(connection)?;
    let of_link: Vec<_> = of_link.into_iter().map(|id| id.0).collect();
    let open = phones::table
        .filter(phones::board_id.eq(board_id.0))
        .filter(phones::listener_id.eq_any(of_link))
        .filter(phones::session_hash.is_not_null());
    diesel::update(open)
        .set((phones::session_hash.eq(None::<String>), phones::session_until_ms.eq(None::<i64>)))
        .execute(connection)?;
    Ok(())
}

/// The tries of phones that never knew it.
pub fn count_tries(
    connection: &mut DbConnection,
    board_id: BoardId,
    link_id: StallLinkId,
    kept: &Kept,
) -> Outcome<()> {
    diesel::update(pins::table.find((board_id.0, link_id.0)))
        .set((pins::wrong_count.eq(kept.wrong_count), pins::wrong_since_ms.eq(kept.wrong_since.0)))
        .execute(connection)?;
    Ok(())
}

pub fn phone(
    connection: &mut DbConnection,
    board_id: BoardId,
    listener_id: ListenerId,
) -> Outcome<Option<Phone>> {
    type Row = (i64, i64, Option<i64>, Option<String>, Option<i64>);
    let row = phones::table.find((board_id.0, listener_id.0)).select((
        phones::wrong_count,
        phones::wrong_at_ms,
        phones::proved_at_ms,
        phones::session_hash,
        phones::session_until_ms,
    ));
    let found: Option<Row> = row.first(connection).optional()?;
    Ok(found.map(|(wrong_count, wrong_at, proved_at, hash, until)| Phone {
        wrong_count,
        wrong_at: UnixMs(wrong_at),
        proved_at: proved_at.map(UnixMs),
        session: hash.zip(until.map(UnixMs)),
    }))
}

/// Those of some phones on which the digits are entered, and until when that holds.
pub fn open_until(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[ListenerId],
    now: UnixMs,
) -> Outcome<HashMap<ListenerId, UnixMs>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let found: Vec<(i64, Option<i64>)> = phones::table
        .filter(phones::board_id.eq(board_id.0))
        .filter(phones::listener_id.eq_any(ids))
        .filter(phones::session_until_ms.gt(now.0))
        .select((phones::listener_id, phones::session_until_ms))
        .load(connection)?;
    let open = |(id, until): (i64, Option<i64>)| Some((ListenerId(id), UnixMs(until?)));
    Ok(found.into_iter().filter_map(open).collect())
}

/// Writes a phone's row as it is now.
pub fn keep_phone(
    connection: &mut DbConnection,
    board_id: BoardId,
    listener_id: ListenerId,
    phone: &Phone,
) -> Outcome<()> {
    let (hash, until) = phone.session.clone().unzip();
    let values = (
        phones::wrong_count.eq(phone.wrong_count),
        phones::wrong_at_ms.eq(phone.wrong_at.0),
        phones::proved_at_ms.eq(phone.proved_at.map(UnixMs::get)),
        phones::session_hash.eq(hash),
        phones::session_until_ms.eq(until.map(UnixMs::get)),
    );
    let row = phones::table.find((board_id.0, listener_id.0));
    if diesel::update(row).set(values.clone()).execute(connection)? == 0 {
        let key = (phones::board_id.eq(board_id.0), phones::listener_id.eq(listener_id.0));
        diesel::insert_into(phones::table).values((key, values)).execute(connection)?;
    }
    Ok(())
}

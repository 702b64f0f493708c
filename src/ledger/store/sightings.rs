//! Sightings: one report of one transfer, unique by (board, namespace, provider's id).

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use crate::db::rows::{Changed, Kind, Table, Value};
use crate::db::schema::sightings;
use crate::db::{DbConnection, Outcome};

static SIGHTINGS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("namespace", Kind::Text),
        ("provider_id", Kind::Text),
        ("feed_id", Kind::Int),
        ("delivery_id", Kind::Int),
        ("item", Kind::Int),
        ("transfer_id", Kind::MaybeInt),
        ("fields_digest", Kind::Int),
    ];
    Table::new("sightings", &columns, "ON CONFLICT (board_id, namespace, provider_id) DO NOTHING")
});

static CONFLICTS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("namespace", Kind::Text),
        ("provider_id", Kind::Text),
        ("fields_digest", Kind::Int),
        ("delivery_id", Kind::Int),
        ("item", Kind::Int),
    ];
    let suffix = "ON CONFLICT (board_id, namespace, provider_id, fields_digest) DO NOTHING";
    Table::new("sighting_conflicts", &columns, suffix)
});

/// A sighting to be written.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    pub board_id: i64,
    pub namespace: &'a str,
    pub provider_id: &'a str,
    pub feed_id: i64,
    pub delivery_id: i64,
    pub item: i32,
    pub transfer_id: Option<i64>,
    pub digest: i64,
}

/// What a sighting turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Created,
    Exists,
    ExistsWithDifferentFields,
}

/// Writes the sightings that are new, keeps the contradictions, and tells each one's fate in order.
/// Keys must be distinct within the call.
pub fn record(connection: &mut DbConnection, new: &[New<'_>]) -> Outcome<Vec<Seen>> {
    let mut values = Vec::with_capacity(new.len() * 8);
    for sighting in new {
        values.extend([
            Value::Int(sighting.board_id),
            Value::from(sighting.namespace),
            Value::from(sighting.provider_id),
            Value::Int(sighting.feed_id),
            Value::Int(sighting.delivery_id),
            Value::from(sighting.item),
            Value::MaybeInt(sighting.transfer_id),
            Value::Int(sighting.digest),
        ]);
    }
    let seen = match SIGHTINGS.insert(connection, &values)? {
        Changed::Total(count) if count == new.len() => vec![Seen::Created; new.len()],
        Changed::Total(_) => compare(connection, new)?,
        Changed::Each(created) => {
            let mut seen = Vec::with_capacity(new.len());
            for (sighting, created) in new.iter().zip(created) {
                seen.push(if created { Seen::Created } else { compare_one(connection, sighting)? });
            }
            seen
        }
    };
    keep_conflicts(connection, new, &seen)?;
    Ok(seen)
}

/// The fate of a sighting whose key was recorded before, keeping it if it contradicts.
pub fn repeated(connection: &mut DbConnection, sighting: &New<'_>) -> Outcome<Seen> {
    let seen = compare_one(connection, sighting)?;
    keep_conflicts(connection, &[*sighting], &[seen])?;
    Ok(seen)
}

fn compare_one(connection: &mut DbConnection, sighting: &New<'_>) -> Outcome<Seen> {
    let key = (sighting.board_id, sighting.namespace, sighting.provider_id);
    let digest: i64 =
        sightings::table.find(key).select(sightings::fields_digest).first(connection)?;
    Ok(fate(sighting, digest))
}

const fn fate(sighting: &New<'_>, stored_digest: i64) -> Seen {
    if sighting.digest == stored_digest { Seen::Exists } else { Seen::ExistsWithDifferentFields }
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = BigInt)]
    board_id: i64,
    #[diesel(sql_type = Text)]
    namespace: String,
    #[diesel(sql_type = Text)]
    provider_id: String,
    #[diesel(sql_type = BigInt)]
    delivery_id: i64,
    #[diesel(sql_type = BigInt)]
    fields_digest: i64,
}

/// PostgreSQL tells only how many rows it inserted: ask which delivery each key belongs to.
fn compare(connection: &mut DbConnection, new: &[New<'_>]) -> Outcome<Vec<Seen>> {
    let query = diesel::sql_query(
        "SELECT board_id, namespace, provider_id, delivery_id, fields_digest FROM sightings
         JOIN unnest($1::bigint[], $2::text[], $3::text[]) AS asked (b, n, p)
           ON board_id = b AND namespace = n AND provider_id = p",
    )
    .bind::<Array<BigInt>, _>(new.iter().map(|sighting| sighting.board_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|sighting| sighting.namespace).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|sighting| sighting.provider_id).collect::<Vec<_>>());
    let DbConnection::Postgres(inner) = connection else { return Ok(Vec::new()) };
    let stored: Vec<Stored> = query.load(inner)?;
    let stored: HashMap<_, _> = stored
        .iter()
        .map(|row| ((row.board_id, row.namespace.as_str(), row.provider_id.as_str()), row))
        .collect();
    let seen = new.iter().map(|sighting| {
        let key = (sighting.board_id, sighting.namespace, sighting.provider_id);
        match stored.get(&key) {
            Some(row) if row.delivery_id == sighting.delivery_id => Seen::Created,
            Some(row) => fate(sighting, row.fields_digest),
            None => Seen::Created,
        }
    });
    Ok(seen.collect())
}

fn keep_conflicts(connection: &mut DbConnection, new: &[New<'_>], seen: &[Seen]) -> Outcome<()> {
    let mut values = Vec::new();
    for (sighting, _) in
        new.iter().zip(seen).filter(|(_, seen)| **seen == Seen::ExistsWithDifferentFields)
    {
        values.extend([
            Value::Int(sighting.board_id),
            Value::from(sighting.namespace),
            Value::from(sighting.provider_id),
            Value::Int(sighting.digest),
            Value::Int(sighting.delivery_id),
            Value::from(sighting.item),
        ]);
    }
    CONFLICTS.insert(connection, &values).map(|_| ())
}

//! Sightings: one report of one transfer, unique by (board, namespace, provider's id).

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};

use crate::db::rows::{Kind, Table, Value, Writes};
use crate::db::schema::{sightings, transfers};
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::{Precision, Reported};
use crate::primitives::UnixMs;
use crate::primitives::ids::BoardId;

const COLUMNS: [(&str, Kind); 8] = [
    ("board_id", Kind::Int),
    ("namespace", Kind::Text),
    ("provider_id", Kind::Text),
    ("feed_id", Kind::Int),
    ("delivery_id", Kind::Int),
    ("item", Kind::Int),
    ("transfer_id", Kind::MaybeInt),
    ("fields_digest", Kind::Int),
];

static SIGHTINGS: LazyLock<Table> = LazyLock::new(|| {
    let suffix = "ON CONFLICT (board_id, namespace, provider_id) DO NOTHING";
    Table::new("sightings", &COLUMNS, suffix)
});

/// The same where none may be known.
static UNKNOWN: LazyLock<Table> = LazyLock::new(|| Table::new("sightings", &COLUMNS, ""));

static CONFLICTS: LazyLock<Table> = LazyLock::new(|| {
    let columns = [
        ("board_id", Kind::Int),
        ("namespace", Kind::Text),
        ("provider_id", Kind::Text),
        ("fields_digest", Kind::Int),
        ("delivery_id", Kind::Int),
        ("item", Kind::Int),
        ("id", Kind::Int),
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
    /// As it is booked.
    pub reported: &'a Reported,
    /// Of the contradiction, if it is one.
    pub conflict_id: i64,
}

/// Board, namespace, provider's id.
type Key<'a> = (i64, &'a str, &'a str);

impl<'a> New<'a> {
    const fn key(&self) -> Key<'a> {
        (self.board_id, self.namespace, self.provider_id)
    }

    fn values(&self) -> [Value<'a>; COLUMNS.len()] {
        [
            Value::Int(self.board_id),
            Value::from(self.namespace),
            Value::from(self.provider_id),
            Value::Int(self.feed_id),
            Value::Int(self.delivery_id),
            Value::from(self.item),
            Value::MaybeInt(self.transfer_id),
            Value::Int(self.digest),
        ]
    }
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
    let values: Vec<_> = new.iter().flat_map(New::values).collect();
    let created = SIGHTINGS.insert(connection, &values)?;
    if created == new.len() {
        return Ok(vec![Seen::Created; created]);
    }
    let stored = stored(connection, new)?;
    let mut fates = Vec::with_capacity(new.len());
    for sighting in new {
        fates.push(match stored.get(&sighting.key()) {
            Some(first) if first.delivery_id != sighting.delivery_id => {
                fate(connection, sighting, first, None)?
            }
            _ => Fate::CREATED,
        });
    }
    keep_conflicts(connection, new, &fates)?;
    Ok(fates.into_iter().map(|fate| fate.seen).collect())
}

/// Lays out sightings none of which may be known: one that is fails the statement.
pub fn write_unknown<'n>(writes: &mut Writes<'n>, new: impl Iterator<Item = New<'n>>) {
    writes.push(&UNKNOWN, new.flat_map(|sighting| sighting.values()).collect());
}

/// The fate of a sighting whose key was recorded before, keeping it if it contradicts. `first`: the
/// first of its key, if that stands in the same batch.
pub fn repeated(
    connection: &mut DbConnection,
    sighting: &New<'_>,
    first: Option<&Reported>,
) -> Outcome<Seen> {
    let stored = stored(connection, &[*sighting])?;
    let known = stored.get(&sighting.key()).ok_or_else(|| Fault::broken("no sighting"))?;
    let fate = fate(connection, sighting, known, first)?;
    keep_conflicts(connection, &[*sighting], &[fate])?;
    Ok(fate.seen)
}

/// What a sighting turned out to be, and under which digest it is kept if it contradicts.
#[derive(Clone, Copy)]
struct Fate {
    seen: Seen,
    digest: i64,
}

impl Fate {
    const CREATED: Self = Self { seen: Seen::Created, digest: 0 };
}

/// `beside`: the first report of the key, if that stands in the same batch.
fn fate(
    connection: &mut DbConnection,
    sighting: &New<'_>,
    first: &Stored,
    beside: Option<&Reported>,
) -> Outcome<Fate> {
    let (told, digest) = (sighting.reported, sighting.digest);
    if digest != first.fields_digest {
        return Ok(Fate { seen: Seen::ExistsWithDifferentFields, digest });
    }
    if told.provider.tells_its_hearing()
        && let Some(heard) = heard(connection, sighting.board_id, first, beside)?
        && told.is_heard_apart(heard)
    {
        let digest = told.apart_fingerprint();
        return Ok(Fate { seen: Seen::ExistsWithDifferentFields, digest });
    }
    Ok(Fate { seen: Seen::Exists, digest })
}

/// When the first report of a key was heard, as its transfer keeps it; nothing where none is kept. One
/// in the same batch has none yet.
fn heard(
    connection: &mut DbConnection,
    board_id: i64,
    first: &Stored,
    beside: Option<&Reported>,
) -> Outcome<Option<(UnixMs, Precision)>> {
    let Some(transfer_id) = first.transfer_id else { return Ok(None) };
    let row: Option<(i64, String)> = transfers::table
        .find((board_id, transfer_id))
        .select((transfers::occurred_at_ms, transfers::occurred_precision))
        .first(connection)
        .optional()?;
    let kept = row.and_then(|(at, precision)| Some((UnixMs(at), Precision::parse(&precision)?)));
    Ok(kept.or_else(|| beside.map(|first| (first.occurred_at, first.precision))))
}

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(embed)]
    stored: Stored,
}

/// A key's first report, as it is kept.
#[derive(Queryable, QueryableByName)]
struct Stored {
    #[diesel(sql_type = BigInt)]
    delivery_id: i64,
    #[diesel(sql_type = BigInt)]
    fields_digest: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    transfer_id: Option<i64>,
}

/// What is kept of each key: an insert tells only how many rows it made.
fn stored<'n>(connection: &mut DbConnection, new: &[New<'n>]) -> Outcome<HashMap<Key<'n>, Stored>> {
    match connection {
        DbConnection::Sqlite(inner) => {
            let mut found = HashMap::with_capacity(new.len());
            for key in new.iter().map(New::key) {
                let columns =
                    (sightings::delivery_id, sightings::fields_digest, sightings::transfer_id);
                found.insert(key, sightings::table.find(key).select(columns).first(inner)?);
            }
            Ok(found)
        }
        DbConnection::Postgres(inner) => {
            let rows: Vec<Asked> = diesel::sql_query(
                "SELECT place, delivery_id, fields_digest, transfer_id FROM sightings
                 JOIN unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY
                   AS asked (b, n, p, place)
                   ON board_id = b AND namespace = n AND provider_id = p",
            )
            .bind::<Array<BigInt>, _>(new.iter().map(|new| new.board_id).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(new.iter().map(|new| new.namespace).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(new.iter().map(|new| new.provider_id).collect::<Vec<_>>())
            .load(inner)?;
            let key = |place: i64| new.get(usize::try_from(place - 1).ok()?).map(New::key);
            let keyed = |row: Asked| Some((key(row.place)?, row.stored));
            Ok(rows.into_iter().filter_map(keyed).collect())
        }
    }
}

fn keep_conflicts(connection: &mut DbConnection, new: &[New<'_>], fates: &[Fate]) -> Outcome<()> {
    let mut values = Vec::new();
    for (sighting, fate) in
        new.iter().zip(fates).filter(|(_, fate)| fate.seen == Seen::ExistsWithDifferentFields)
    {
        values.extend([
            Value::Int(sighting.board_id),
            Value::from(sighting.namespace),
            Value::from(sighting.provider_id),
            Value::Int(fate.digest),
            Value::Int(sighting.delivery_id),
            Value::from(sighting.item),
            Value::Int(sighting.conflict_id),
        ]);
    }
    CONFLICTS.insert(connection, &values).map(|_| ())
}

/// What a first report left behind.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    pub delivery_id: i64,
    pub item: i32,
    pub digest: i64,
}

/// Forgets a sighting, so that another report can be taken in under its id.
pub fn forget(
    connection: &mut DbConnection,
    board_id: BoardId,
    namespace: &str,
    provider_id: &str,
) -> Outcome<Option<Sighting>> {
    let row = sightings::table.find((board_id.0, namespace, provider_id));
    let found: Option<(i64, i32, i64)> = row
        .select((sightings::delivery_id, sightings::item, sightings::fields_digest))
        .first(connection)
        .optional()?;
    diesel::delete(row).execute(connection)?;
    Ok(found.map(|(delivery_id, item, digest)| Sighting { delivery_id, item, digest }))
}

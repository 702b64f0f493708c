//! A process's instance number, leased from the database, so that ids never collide.

use diesel::prelude::*;

use super::schema::id_leases;
use super::{DbConnection, Fault, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::id::INSTANCES;
use crate::primitives::time::MS_PER_MINUTE;

/// A lease ends this long after its last renewal.
pub const LEASE_MS: i64 = 5 * MS_PER_MINUTE;

/// An instance number and the instant up to which it may have issued ids already.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    pub instance: i32,
    pub high_water: UnixMs,
}

/// Takes the lowest instance that is free or whose lease has run out. Runs in a transaction.
pub fn take(connection: &mut DbConnection, holder: &str, now: UnixMs) -> Outcome<Lease> {
    let known: Vec<(i32, i64, i64)> = id_leases::table
        .select((id_leases::instance, id_leases::expires_at_ms, id_leases::high_water_ms))
        .order(id_leases::instance)
        .load(connection)?;
    let ended = known.iter().find(|(_, expires_at_ms, _)| *expires_at_ms <= now.0);
    let expires_at_ms = now.0 + LEASE_MS;
    if let Some((instance, _, high_water_ms)) = ended {
        diesel::update(id_leases::table.find(instance))
            .set((id_leases::holder.eq(holder), id_leases::expires_at_ms.eq(expires_at_ms)))
            .execute(connection)?;
        return Ok(Lease { instance: *instance, high_water: UnixMs(*high_water_ms) });
    }
    let instance = i32::try_from(known.len()).unwrap_or(INSTANCES);
    if instance >= INSTANCES {
        return Err(Fault::broken("all 1,024 id instances are leased"));
    }
    diesel::insert_into(id_leases::table)
        .values((
            id_leases::instance.eq(instance),
            id_leases::holder.eq(holder),
            id_leases::expires_at_ms.eq(expires_at_ms),
            id_leases::high_water_ms.eq(0),
        ))
        .execute(connection)?;
    Ok(Lease { instance, high_water: UnixMs(0) })
}

/// Keeps the lease, or ends it with `until` in the past.
pub fn renew(
    connection: &mut DbConnection,
    lease: Lease,
    until: UnixMs,
    high_water: UnixMs,
) -> Outcome<()> {
    diesel::update(id_leases::table.find(lease.instance))
        .set((
            id_leases::expires_at_ms.eq(until.0),
            id_leases::high_water_ms.eq(high_water.0),
        ))
        .execute(connection)?;
    Ok(())
}

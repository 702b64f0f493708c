//! A process's instance number, leased from the database, so that ids never collide.

use diesel::connection::SimpleConnection;
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
    /// Drawn anew for each lease, so that one that was lost is noticed.
    pub term: u64,
    pub high_water: UnixMs,
}

/// Takes, for a holder whose name a person can recognise, the lowest instance whose lease has run
/// out, or a new one. Runs in a transaction.
pub fn take(connection: &mut DbConnection, holder: &str, now: UnixMs) -> Outcome<Lease> {
    if let DbConnection::Postgres(inner) = connection {
        // Two processes that start together would both see the same instance free. SQLite's
        // transaction has its write lock already.
        inner.batch_execute("LOCK TABLE id_leases IN SHARE ROW EXCLUSIVE MODE")?;
    }
    let known: Vec<(i32, i64, i64)> = id_leases::table
        .select((id_leases::instance, id_leases::expires_at_ms, id_leases::high_water_ms))
        .order(id_leases::instance)
        .load(connection)?;
    let ended = known.iter().find(|(_, expires_at_ms, _)| *expires_at_ms <= now.0);
    let expires_at_ms = now.plus_ms(LEASE_MS).0;
    let term = getrandom::u64().map_err(Fault::broken)?;
    let holder = format!("{holder} {}", mark(term));
    let lease =
        |instance, high_water_ms| Lease { instance, term, high_water: UnixMs(high_water_ms) };
    if let Some((instance, _, high_water_ms)) = ended {
        diesel::update(id_leases::table.find(instance))
            .set((id_leases::holder.eq(holder), id_leases::expires_at_ms.eq(expires_at_ms)))
            .execute(connection)?;
        return Ok(lease(*instance, *high_water_ms));
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
    Ok(lease(instance, 0))
}

/// Keeps the lease, or ends it with `until` in the past. `false`: the process slept until another
/// took its instance; it must take a new one.
pub fn renew(
    connection: &mut DbConnection,
    lease: Lease,
    until: UnixMs,
    high_water: UnixMs,
) -> Outcome<bool> {
    let ours = id_leases::holder.like(format!("% {}", mark(lease.term)));
    let row = id_leases::table.find(lease.instance).filter(ours);
    let kept = diesel::update(row)
        .set((id_leases::expires_at_ms.eq(until.0), id_leases::high_water_ms.eq(high_water.0)))
        .execute(connection)?;
    Ok(kept > 0)
}

fn mark(term: u64) -> String {
    format!("{term:016x}")
}

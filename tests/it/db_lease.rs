//! Instance numbers of ids: never two holders at once, never an id twice.

use std::sync::Barrier;
use std::thread;

use cho40::db::lease::{self, LEASE_MS, Lease};
use cho40::db::schema::id_leases;
use cho40::db::{DatabaseUrl, DbConnection, Outcome};
use cho40::primitives::UnixMs;
use cho40::primitives::id::INSTANCES;
use diesel::prelude::*;

use crate::support::{NOW, on_both};

fn take(connection: &mut DbConnection, holder: &str, now: UnixMs) -> Outcome<Lease> {
    connection.in_transaction(|inner| lease::take(inner, holder, now))
}

on_both!(living_holders_have_different_instances, |db| {
    let taken = ["a", "b", "c"].map(|holder| take(db.connection(), holder, NOW).unwrap());
    assert!(taken.iter().all(|lease| lease.high_water == UnixMs(0)));
    assert_eq!(taken.map(|lease| lease.instance), [0, 1, 2]);
});

on_both!(an_expired_instance_is_taken_over_with_its_high_water, |db| {
    let first = take(db.connection(), "a", NOW).unwrap();
    take(db.connection(), "b", NOW).unwrap();
    let high_water = NOW.plus_ms(90_000);
    let until = NOW.plus_ms(LEASE_MS + 60_000);
    assert!(lease::renew(db.connection(), first, until, high_water).unwrap());

    // b ran out, a was renewed.
    let third = take(db.connection(), "c", NOW.plus_ms(LEASE_MS)).unwrap();
    assert_eq!((third.instance, third.high_water), (1, UnixMs(0)));
    // Then a runs out too.
    let fourth = take(db.connection(), "d", until).unwrap();
    assert_eq!((fourth.instance, fourth.high_water), (0, high_water));
});

on_both!(a_lease_that_ends_is_free_at_once, |db| {
    let first = take(db.connection(), "a", NOW).unwrap();
    assert!(lease::renew(db.connection(), first, NOW, NOW.plus_ms(1)).unwrap());
    let second = take(db.connection(), "b", NOW).unwrap();
    assert_eq!((second.instance, second.high_water), (0, NOW.plus_ms(1)));
});

on_both!(a_lease_that_was_lost_cannot_be_renewed, |db| {
    let slept = take(db.connection(), "a", NOW).unwrap();
    let later = NOW.plus_ms(LEASE_MS);
    let taker = take(db.connection(), "b", later).unwrap();
    assert_eq!(taker.instance, slept.instance);
    let until = later.plus_ms(LEASE_MS);
    assert!(!lease::renew(db.connection(), slept, until, later).unwrap());
    assert!(lease::renew(db.connection(), taker, until, later).unwrap());
});

on_both!(all_instances_taken_is_a_fault, |db| {
    for instance in 0..INSTANCES {
        diesel::insert_into(id_leases::table)
            .values((
                id_leases::instance.eq(instance),
                id_leases::holder.eq("a"),
                id_leases::expires_at_ms.eq(NOW.plus_ms(LEASE_MS).0),
                id_leases::high_water_ms.eq(0_i64),
            ))
            .execute(db.connection())
            .unwrap();
    }
    assert!(take(db.connection(), "b", NOW).is_err());
});

on_both!(processes_that_start_together_do_not_share_an_instance, |db| {
    // One expired lease that all of them would like, and room for more.
    take(db.connection(), "old", NOW).unwrap();
    let now = NOW.plus_ms(2 * LEASE_MS);
    let start = Barrier::new(6);
    let take_at_once = |url: &DatabaseUrl, holder: String| {
        let mut connection = DbConnection::open(url).unwrap();
        start.wait();
        take(&mut connection, &holder, now).unwrap().instance
    };
    let mut instances: Vec<i32> = thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let url = db.url();
                scope.spawn(move || take_at_once(url, format!("p{number}")))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    instances.sort_unstable();
    assert_eq!(instances, [0, 1, 2, 3, 4, 5]);
});

//! Vendors, occupancies, absences, consents.

use cho40::primitives::Day;
use cho40::primitives::ids::NeighbourhoodId;
use cho40::registry::absences::{self, AbsenceChange, AbsenceFilter, AbsenceKind, NewAbsence};
use cho40::registry::accounts::{self, AccountChange};
use cho40::registry::consents::{self, ConsentFilter, NewConsent, Purpose};
use cho40::registry::occupancies::{
    self, EndOccupancy, NewOccupancy, OccupancyChange, OccupancyFilter,
};
use cho40::registry::stalls::{self, StallChange};
use cho40::registry::vendors::{self, NewVendor, VendorChange, VendorFilter};
use cho40::registry::{Directory, PageRequest, Patch};

use crate::registry_support::{Stand, TODAY, missing, new_vendor, refused};
use crate::support::on_both;

on_both!(vendors_are_found_by_phone, |db| {
    let (act, other) = (db.act(), db.other_act());
    let new = |phone: &str| NewVendor {
        name: "Lê Thị Hoa".into(),
        phone: Some(phone.into()),
        neighbourhood_id: None,
    };
    refused(vendors::create(db.connection(), &act, new("123")), "phone", "phone-malformed");
    let vendor = vendors::create(db.connection(), &act, new("0912 345 678")).unwrap();
    assert_eq!(vendor.phone.as_deref(), Some("+84912345678"));
    let by = |phone: &str| VendorFilter { phone: Some(phone.into()), ..VendorFilter::default() };
    let page = PageRequest::default();
    let found = vendors::list(db.connection(), &act, &by("+84912345678"), page).unwrap();
    assert_eq!(found.items, std::slice::from_ref(&vendor));
    let elsewhere = vendors::list(db.connection(), &other, &by("0912345678"), page).unwrap();
    assert!(elsewhere.items.is_empty());
    refused(vendors::list(db.connection(), &act, &by("x"), page), "phone", "phone-malformed");

    let neighbourhood_id = Patch::Set(NeighbourhoodId(1));
    let change = VendorChange { neighbourhood_id, ..VendorChange::default() };
    let outcome = vendors::change(db.connection(), &act, vendor.id, change);
    missing(outcome, "neighbourhood_id", "neighbourhood");
    let change = VendorChange { phone: Patch::Clear, ..VendorChange::default() };
    let silent = vendors::change(db.connection(), &act, vendor.id, change).unwrap();
    assert_eq!((silent.phone, silent.name), (None, vendor.name));
    missing(vendors::get(db.connection(), &other, vendor.id), "", "vendor");
});

on_both!(one_vendor_at_a_stall_at_a_time, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let next = new_vendor(db.connection(), &act, "Phạm Văn Tư");
    let new = |from, to: Option<i32>| NewOccupancy {
        stall_id: stand.stall,
        vendor_id: next,
        from_day: TODAY.plus(from),
        to_day: to.map(|to| TODAY.plus(to)),
    };
    for overlapping in [new(0, None), new(-200, Some(-100)), new(-200, None), new(-50, Some(-40))] {
        let outcome = occupancies::create(db.connection(), &act, overlapping);
        refused(outcome, "from_day", "occupancy-overlaps");
    }
    refused(
        occupancies::create(db.connection(), &act, new(0, Some(-1))),
        "to_day",
        "period-reversed",
    );
    let before = occupancies::create(db.connection(), &act, new(-200, Some(-101))).unwrap();
    let too_far = EndOccupancy { to_day: Day::parse("2100-01-01").unwrap() };
    refused(
        occupancies::end(db.connection(), &act, stand.occupancy, too_far),
        "to_day",
        "day-too-far",
    );
    // A last day that is still to come is not the end yet.
    for to_day in [Day::parse("2099-12-31").unwrap(), TODAY] {
        let end = EndOccupancy { to_day };
        occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    }
    let after = occupancies::create(db.connection(), &act, new(1, None)).unwrap();
    let again = EndOccupancy { to_day: TODAY };
    let outcome = occupancies::end(db.connection(), &act, stand.occupancy, again);
    refused(outcome, "", "occupancy-ended");
    let later = OccupancyChange { from_day: None, to_day: Patch::Set(TODAY.plus(1)) };
    let outcome = occupancies::change(db.connection(), &act, stand.occupancy, later);
    refused(outcome, "from_day", "occupancy-overlaps");

    let filter = OccupancyFilter { on: Some(TODAY.plus(1)), ..OccupancyFilter::default() };
    let page = PageRequest::default();
    let on = occupancies::list(db.connection(), &act, &filter, page).unwrap();
    assert_eq!(on.items, [after]);
    let filter = OccupancyFilter { vendor_id: Some(next), ..OccupancyFilter::default() };
    assert_eq!(occupancies::list(db.connection(), &act, &filter, page).unwrap().items.len(), 2);
    missing(occupancies::get(db.connection(), &other, before.id), "", "occupancy");
    let outcome = occupancies::create(db.connection(), &other, new(300, None));
    missing(outcome, "stall_id", "stall");
});

on_both!(occupancies_refuse_what_is_not_there, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let stranger = new_vendor(db.connection(), &other, "Người chợ khác");
    let end = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    let mut new =
        NewOccupancy { stall_id: stand.stall, vendor_id: stranger, from_day: TODAY, to_day: None };
    let close = StallChange { closed_day: Patch::Set(TODAY.plus(9)), ..StallChange::default() };
    stalls::change(db.connection(), &act, stand.stall, close).unwrap();
    let copy = |new: &NewOccupancy| NewOccupancy { ..*new };
    missing(occupancies::create(db.connection(), &act, copy(&new)), "vendor_id", "vendor");
    new.vendor_id = stand.vendor;
    refused(occupancies::create(db.connection(), &act, copy(&new)), "", "stall-closed");
    new.to_day = Some(TODAY.plus(8));
    occupancies::create(db.connection(), &act, new).unwrap();
});

on_both!(absences_lie_within_their_occupancy, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let new = |from: i32, to: Option<i32>| NewAbsence {
        occupancy_id: stand.occupancy,
        kind: AbsenceKind::DayOff,
        from_day: TODAY.plus(from),
        to_day: to.map(|to| TODAY.plus(to)),
    };
    let outcome = absences::create(db.connection(), &act, new(-101, Some(0)));
    refused(outcome, "from_day", "outside-occupancy");
    refused(absences::create(db.connection(), &act, new(0, Some(-1))), "to_day", "period-reversed");
    missing(absences::create(db.connection(), &other, new(0, None)), "occupancy_id", "occupancy");
    let absence = absences::create(db.connection(), &act, new(0, None)).unwrap();
    let change = AbsenceChange { from_day: None, to_day: Patch::Set(TODAY.plus(2)) };
    let absence = absences::change(db.connection(), &act, absence.id, change).unwrap();
    assert_eq!(absences::get(db.connection(), &act, absence.id).unwrap(), absence);
    for (day, count) in [(-1, 0), (0, 1), (2, 1), (3, 0)] {
        let filter = AbsenceFilter { on: Some(TODAY.plus(day)), ..AbsenceFilter::default() };
        let page = absences::list(db.connection(), &act, &filter, PageRequest::default());
        assert_eq!(page.unwrap().items.len(), count, "{day}");
    }
    missing(absences::remove(db.connection(), &other, absence.id), "", "absence");
    absences::remove(db.connection(), &act, absence.id).unwrap();
    missing(absences::remove(db.connection(), &act, absence.id), "", "absence");
});

on_both!(consents_name_whose_they_are, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let new = |purpose, vendor: bool, account: bool| NewConsent {
        vendor_id: vendor.then_some(stand.vendor),
        account_id: account.then_some(stand.account),
        purpose,
        given_by: "Nguyễn Thị Bé".into(),
        feed_id: None,
        wording: None,
    };
    for (purpose, vendor, account, field) in [
        (Purpose::Register, false, false, "vendor_id"),
        (Purpose::Register, true, true, "vendor_id"),
        (Purpose::ShareAmounts, false, true, "vendor_id"),
        (Purpose::KeepOutgoing, true, false, "account_id"),
    ] {
        let outcome = consents::give(db.connection(), &act, new(purpose, vendor, account));
        refused(outcome, field, "consent-subject");
    }
    let share = || new(Purpose::ShareAmounts, true, false);
    missing(consents::give(db.connection(), &other, share()), "vendor_id", "vendor");
    let holders = new(Purpose::ReceiveNotices, false, true);
    missing(consents::give(db.connection(), &other, holders), "account_id", "account");
    let consent = consents::give(db.connection(), &act, share()).unwrap();
    refused(consents::give(db.connection(), &act, share()), "", "consent-exists");
    missing(consents::withdraw(db.connection(), &other, consent.id), "", "consent");
    let withdrawn = consents::withdraw(db.connection(), &act, consent.id).unwrap();
    assert_eq!(withdrawn.withdrawn_at, Some(act.at));
    refused(consents::withdraw(db.connection(), &act, consent.id), "", "consent-withdrawn");
    consents::give(db.connection(), &act, share()).unwrap();
    for (live, count) in [(None, 2), (Some(true), 1), (Some(false), 1)] {
        let filter = ConsentFilter { live, ..ConsentFilter::default() };
        let page = consents::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
        assert_eq!(page.items.len(), count, "{live:?}");
    }
});

on_both!(outgoing_transfers_are_kept_only_while_the_holder_agrees, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let keep = || AccountChange { keeps_outgoing: Some(true), ..AccountChange::default() };
    let outcome = accounts::change(db.connection(), &act, stand.account, keep());
    refused(outcome, "keeps_outgoing", "consent-missing");
    let consent = NewConsent {
        vendor_id: None,
        account_id: Some(stand.account),
        purpose: Purpose::KeepOutgoing,
        given_by: "Nguyễn Thị Bé".into(),
        feed_id: None,
        wording: None,
    };
    let consent = consents::give(db.connection(), &act, consent).unwrap();
    accounts::change(db.connection(), &act, stand.account, keep()).unwrap();
    let directory = Directory::load(db.connection(), act.board_id()).unwrap();
    assert!(directory.account(stand.account).unwrap().keeps_outgoing);
    consents::withdraw(db.connection(), &act, consent.id).unwrap();
    let after = Directory::load(db.connection(), act.board_id()).unwrap();
    assert!(!after.account(stand.account).unwrap().keeps_outgoing);
    assert!(after.version > directory.version, "the lanes must learn of it");
});

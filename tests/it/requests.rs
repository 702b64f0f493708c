//! Payment requests: asking, looking, cancelling, and what the ledger does with them.

use std::sync::Arc;

use cho40::access::{Act, Permission, Scope};
use cho40::db::DbConnection;
use cho40::db::schema::feeds;
use cho40::feeds::Precision;
use cho40::primitives::ids::{ActorId, BoardId, FeedId, RequestId};
use cho40::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};
use cho40::primitives::{UnixMs, Vnd};
use cho40::registry::PageRequest;
use cho40::registry::accounts::{self, NewAccount, Relation};
use cho40::registry::consents::{self, NewConsent, Purpose};
use cho40::registry::occupancies::{self, EndOccupancy};
use cho40::requests::{
    self, NewRequest, Order, RequestFilter, RequestKind, RequestState, apply_received, by_order,
    by_reference, open_on_account,
};
use cho40::vietqr::{Mode, Reference, ReferenceKind, read};
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::registry_support::{
    Stand, TODAY, link, missing, new_account, personal, refusal, refused,
};
use crate::support::on_both;

fn sale(stand: &Stand, amount: i64) -> NewRequest {
    NewRequest {
        kind: RequestKind::Sale,
        occupancy_id: stand.occupancy,
        account_id: None,
        number_id: None,
        amount_vnd: Vnd::new(amount),
        purpose: None,
        expires_in_s: None,
        order: None,
    }
}

fn insert_feed(connection: &mut DbConnection, board_id: BoardId, id: FeedId, provider: &str) {
    diesel::insert_into(feeds::table)
        .values((
            feeds::board_id.eq(board_id),
            feeds::id.eq(id),
            feeds::provider.eq(provider),
            feeds::name.eq("payOS"),
            feeds::config.eq("{}"),
            feeds::created_at_ms.eq(0_i64),
        ))
        .execute(connection)
        .unwrap();
}

/// Receives a payment as the ledger does.
fn pay(
    connection: &mut DbConnection,
    board_id: BoardId,
    reference: Reference,
    amount: i64,
    at: UnixMs,
) {
    let mut rows = by_reference(connection, board_id, &[reference]).unwrap();
    let row = &mut rows[0];
    let payment = row.receive(Vnd::new(amount), at, Precision::Second);
    row.take(payment, at);
    apply_received(connection, board_id, row).unwrap();
}

on_both!(a_sale_is_asked_with_amount_and_reference, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let new = NewRequest { purpose: Some("xoài cát".into()), ..sale(&stand, 45_000) };
    let request = requests::create(db.connection(), &act, new).unwrap();
    assert_eq!((request.state, request.received_vnd), (RequestState::Open, Some(Vnd::ZERO)));
    assert_eq!(request.expires_at, act.at.plus_ms(15 * MS_PER_MINUTE));
    assert_eq!(request.reference.kind(), ReferenceKind::Dynamic);
    assert_eq!((request.bank.as_str(), request.number.as_str()), ("Vietcombank", "0011001"));
    assert_eq!(request.purpose, "XOAI CAT");
    let payload = read(request.payload.as_deref().unwrap()).into_transfer(Mode::Strict).unwrap();
    assert_eq!((payload.initiation, payload.amount), (Some("12"), Some("45000")));
    assert_eq!(payload.purpose, Some(&*format!("{} XOAI CAT", request.reference)));
    assert_eq!(requests::get(db.connection(), &act, request.id).unwrap(), request);
    missing(requests::get(db.connection(), &other, request.id), "", "request");
    missing(requests::cancel(db.connection(), &other, request.id), "", "request");
    missing(
        requests::create(db.connection(), &other, sale(&stand, 1)),
        "occupancy_id",
        "occupancy",
    );
    let reader = db.act_with(&[Permission::RequestsRead]);
    refused(requests::create(db.connection(), &reader, sale(&stand, 1)), "", "forbidden");
    let writer = db.act_with(&[Permission::RequestsWrite]);
    refused(requests::get(db.connection(), &writer, request.id), "", "forbidden");
});

on_both!(what_is_asked_is_judged, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let with = |change: &dyn Fn(&mut NewRequest)| {
        let mut new = sale(&stand, 45_000);
        change(&mut new);
        new
    };
    for (new, field, code) in [
        (sale(&stand, 0), "amount_vnd", "amount-not-positive"),
        (sale(&stand, -1), "amount_vnd", "amount-not-positive"),
        (sale(&stand, 500_000_000), "amount_vnd", "amount-too-large"),
        (with(&|new| new.expires_in_s = Some(59)), "expires_in_s", "expiry-out-of-range"),
        (with(&|new| new.expires_in_s = Some(86_401)), "expires_in_s", "expiry-out-of-range"),
        (with(&|new| new.expires_in_s = Some(i64::MAX)), "expires_in_s", "expiry-out-of-range"),
        (with(&|new| new.purpose = Some("a-b".into())), "purpose", "text-character"),
        (with(&|new| new.purpose = Some("a\0".into())), "purpose", "text-character"),
        (with(&|new| new.purpose = Some("x".repeat(15))), "purpose", "text-too-long"),
    ] {
        refused(requests::create(db.connection(), &act, new), field, code);
    }
    requests::create(db.connection(), &act, sale(&stand, 499_999_999)).unwrap();
    let long = with(&|new| new.purpose = Some("x".repeat(14)));
    requests::create(db.connection(), &act, long).unwrap();
    let end = EndOccupancy { to_day: TODAY.plus(-1) };
    occupancies::end(db.connection(), &act, stand.occupancy, end).unwrap();
    let ended = requests::create(db.connection(), &act, sale(&stand, 1_000));
    refused(ended, "occupancy_id", "occupancy-not-trading");
});

on_both!(several_accounts_must_be_chosen_from, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let second = new_account(db.connection(), &act, "2");
    let named = NewRequest { account_id: Some(second.id), ..sale(&stand, 1_000) };
    let outcome = requests::create(db.connection(), &act, named);
    refused(outcome, "account_id", "account-not-linked");
    link(db.connection(), &act, stand.occupancy, second.id).unwrap();
    let outcome = requests::create(db.connection(), &act, sale(&stand, 1_000));
    refused(outcome, "account_id", "several-linked-accounts");
    let named = NewRequest { account_id: Some(second.id), ..sale(&stand, 1_000) };
    let request = requests::create(db.connection(), &act, named).unwrap();
    assert_eq!(request.account_id, second.id);
});

on_both!(a_fee_is_paid_to_the_market, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let markets = NewAccount { relation: Relation::Market, ..personal("900") };
    let markets = accounts::create(db.connection(), &act, markets).unwrap();
    let fee = |account_id, expires_in_s| NewRequest {
        kind: RequestKind::Fee,
        account_id,
        expires_in_s: Some(expires_in_s),
        ..sale(&stand, 300_000)
    };
    let outcome = requests::create(db.connection(), &act, fee(None, 900));
    refused(outcome, "account_id", "fee-account-required");
    let outcome = requests::create(db.connection(), &act, fee(Some(markets.id), 8_640_001));
    refused(outcome, "expires_in_s", "expiry-out-of-range");
    let request = requests::create(db.connection(), &act, fee(Some(markets.id), 8_640_000));
    let request = request.unwrap();
    assert_eq!((request.account_id, request.kind), (markets.id, RequestKind::Fee));
    assert_eq!(request.expires_at, act.at.plus_ms(100 * MS_PER_DAY));
});

on_both!(the_amounts_of_a_sale_are_the_vendors, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let sale = requests::create(db.connection(), &act, sale(&stand, 45_000)).unwrap();
    let account_id = Some(new_account(db.connection(), &act, "900").id);
    let fee = NewRequest { kind: RequestKind::Fee, account_id, ..self::sale(&stand, 300_000) };
    let fee = requests::create(db.connection(), &act, fee).unwrap();
    pay(db.connection(), act.board_id(), sale.reference, 45_000, act.at);

    let asker = db.act_with(&[Permission::RequestsRead, Permission::RequestsWrite]);
    let stranger = Scope { actor: ActorId(1), ..asker.scope.clone() };
    let stranger = Act::new(stranger, act.at, Arc::clone(&db.ids));
    let shown = |connection: &mut DbConnection, act: &Act, id| {
        let one = requests::get(connection, act, id).unwrap();
        let all = RequestFilter::default();
        let listed = requests::list(connection, act, &all, PageRequest::default()).unwrap();
        assert!(listed.items.contains(&one));
        let payload = requests::payload(connection, act, id);
        assert_eq!(payload.ok(), one.payload);
        assert_eq!(one.payload.is_some(), one.amount_vnd.is_some());
        (one.amount_vnd.map(Vnd::get), one.received_vnd.map(Vnd::get), one.state)
    };
    let full = (Some(45_000), Some(45_000), RequestState::Paid);
    assert_eq!(shown(db.connection(), &act, sale.id), full);
    assert_eq!(shown(db.connection(), &asker, sale.id), full, "who asked knows it");
    let hidden = (None, None, RequestState::Paid);
    assert_eq!(shown(db.connection(), &stranger, sale.id), hidden);
    refused(requests::payload(db.connection(), &stranger, sale.id), "", "amounts-not-shared");
    assert_eq!(shown(db.connection(), &stranger, fee.id).0, Some(300_000), "the market's own");
    let refusal = refusal(requests::cancel(db.connection(), &stranger, sale.id));
    assert_eq!((refusal.code, refusal.args), ("request-paid", Vec::new()));

    let given = NewConsent {
        vendor_id: Some(stand.vendor),
        account_id: None,
        purpose: Purpose::ShareAmounts,
        given_by: "Nguyễn Thị Lụa".into(),
        feed_id: None,
        wording: None,
    };
    let given = consents::give(db.connection(), &act, given).unwrap();
    assert_eq!(shown(db.connection(), &stranger, sale.id), full, "the vendor shares");
    consents::withdraw(db.connection(), &act, given.id).unwrap();
    assert_eq!(shown(db.connection(), &stranger, sale.id), hidden);
});

on_both!(an_order_belongs_to_one_request, |db| {
    let (act, other) = (db.act(), db.other_act());
    let stand = Stand::new(db.connection(), &act);
    let feed_id = FeedId(42);
    insert_feed(db.connection(), act.board_id(), feed_id, "payos");
    let ordered = |feed_id, code: &str| NewRequest {
        order: Some(Order { feed_id, order_code: code.into() }),
        ..sale(&stand, 1_000)
    };
    let outcome = requests::create(db.connection(), &act, ordered(FeedId(43), "1"));
    missing(outcome, "order.feed_id", "feed");
    insert_feed(db.connection(), act.board_id(), FeedId(44), "sepay");
    let outcome = requests::create(db.connection(), &act, ordered(FeedId(44), "1"));
    refused(outcome, "order.feed_id", "order-feed-required");
    let outcome = requests::create(db.connection(), &act, ordered(feed_id, ""));
    refused(outcome, "order.order_code", "text-length");
    let request = requests::create(db.connection(), &act, ordered(feed_id, "1001")).unwrap();
    let found = by_order(db.connection(), act.board_id(), feed_id, "1001").unwrap();
    assert_eq!(found.map(|row| row.id), Some(request.id));
    assert!(by_order(db.connection(), other.board_id(), feed_id, "1001").unwrap().is_none());
    assert!(by_order(db.connection(), act.board_id(), feed_id, "1002").unwrap().is_none());
    let again = db
        .connection()
        .in_transaction(|connection| requests::create(connection, &act, ordered(feed_id, "1001")));
    refused(again, "order.order_code", "order-exists");
});

on_both!(money_moves_a_request_on, |db| {
    let act = db.act();
    let board_id = act.board_id();
    let stand = Stand::new(db.connection(), &act);
    let request = requests::create(db.connection(), &act, sale(&stand, 9_034_000)).unwrap();
    let reference = request.reference;
    let get = |connection: &mut DbConnection| requests::get(connection, &act, request.id).unwrap();
    pay(db.connection(), board_id, reference, 9_034, act.at);
    let now = get(db.connection());
    assert_eq!(
        (now.state, now.thousandfold, now.received_vnd),
        (RequestState::Open, true, Some(Vnd::ZERO))
    );
    pay(db.connection(), board_id, reference, 9_000_000, act.at);
    let now = get(db.connection());
    assert_eq!((now.state, now.last_paid_at), (RequestState::Underpaid, Some(act.at)));
    refused(requests::cancel(db.connection(), &act, request.id), "", "request-paid");
    let late = request.expires_at.plus_ms(2 * MS_PER_MINUTE + 1);
    pay(db.connection(), board_id, reference, 34_000, late);
    let now = get(db.connection());
    assert_eq!((now.state, now.late), (RequestState::Paid, true));
    pay(db.connection(), board_id, reference, 1, late);
    assert_eq!(get(db.connection()).state, RequestState::Overpaid);
});

on_both!(a_request_is_cancelled_once, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let request = requests::create(db.connection(), &act, sale(&stand, 45_000)).unwrap();
    let cancelled = requests::cancel(db.connection(), &act, request.id).unwrap();
    assert_eq!((cancelled.state, cancelled.cancelled_at), (RequestState::Cancelled, Some(act.at)));
    refused(requests::cancel(db.connection(), &act, request.id), "", "request-cancelled");
    missing(requests::cancel(db.connection(), &act, RequestId(1)), "", "request");
    pay(db.connection(), act.board_id(), request.reference, 45_000, act.at);
    let now = requests::get(db.connection(), &act, request.id).unwrap();
    assert_eq!((now.state, now.received_vnd), (RequestState::Cancelled, Some(Vnd::new(45_000))));
});

on_both!(requests_are_listed_by_their_state_now, |db| {
    let act = db.act();
    let stand = Stand::new(db.connection(), &act);
    let mut made = Vec::new();
    for expires_in_s in [60, 600, 600, 600, 600, 600] {
        let new = NewRequest { expires_in_s: Some(expires_in_s), ..sale(&stand, 45_000) };
        made.push(requests::create(db.connection(), &act, new).unwrap());
    }
    requests::cancel(db.connection(), &act, made[2].id).unwrap();
    for (index, amount) in [(3, 45_000), (4, 44_000), (5, 46_000)] {
        pay(db.connection(), act.board_id(), made[index].reference, amount, act.at);
    }
    db.clock.move_to(act.at.plus_ms(5 * MS_PER_MINUTE));
    let act = db.act();
    let states = [
        RequestState::Expired,
        RequestState::Open,
        RequestState::Cancelled,
        RequestState::Paid,
        RequestState::Underpaid,
        RequestState::Overpaid,
    ];
    for (request, state) in made.iter().zip(states) {
        let filter = RequestFilter { state: Some(state), ..RequestFilter::default() };
        let page = requests::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
        let found: Vec<_> = page.items.iter().map(|found| (found.id, found.state)).collect();
        assert_eq!(found, [(request.id, state)]);
    }
    let filter = RequestFilter { kind: Some(RequestKind::Fee), ..RequestFilter::default() };
    let page = requests::list(db.connection(), &act, &filter, PageRequest::default()).unwrap();
    assert!(page.items.is_empty());
    let other = db.other_act();
    let all = RequestFilter::default();
    let page = requests::list(db.connection(), &other, &all, PageRequest::default()).unwrap();
    assert!(page.items.is_empty());
});

on_both!(the_ledger_finds_requests_by_reference_and_by_amount, |db| {
    let (act, other) = (db.act(), db.other_act());
    let board_id = act.board_id();
    let stand = Stand::new(db.connection(), &act);
    let first = requests::create(db.connection(), &act, sale(&stand, 45_000)).unwrap();
    let second = requests::create(db.connection(), &act, sale(&stand, 45_000)).unwrap();
    assert_ne!(first.reference, second.reference);
    let both = [first.reference, second.reference, Reference::random_static(1)];
    assert_eq!(by_reference(db.connection(), board_id, &both).unwrap().len(), 2);
    assert!(by_reference(db.connection(), board_id, &[]).unwrap().is_empty());
    assert!(by_reference(db.connection(), other.board_id(), &both).unwrap().is_empty());

    let open_at = |connection: &mut DbConnection, amount, since, at| {
        let (account, amount) = (stand.account, Vnd::new(amount));
        let rows = open_on_account(connection, board_id, account, amount, since, at);
        rows.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let open =
        |connection: &mut DbConnection, amount, since| open_at(connection, amount, since, act.at);
    assert_eq!(open(db.connection(), 45_000, act.at), [first.id, second.id]);
    // 15 minutes, and two that the clocks may differ by, on either side.
    let minutes = |minutes: i64| act.at.plus_ms(minutes * 60_000);
    for (minute, found) in [(-3, 0), (-2, 2), (17, 2), (18, 0)] {
        let ids = open_at(db.connection(), 45_000, act.at, minutes(minute));
        assert_eq!(ids.len(), found, "minute {minute}");
    }
    assert!(open(db.connection(), 45_000, act.at.plus_ms(1)).is_empty());
    assert!(open(db.connection(), 45_001, act.at).is_empty());
    pay(db.connection(), board_id, first.reference, 45_000, act.at);
    requests::cancel(db.connection(), &act, second.id).unwrap();
    assert!(open(db.connection(), 45_000, act.at).is_empty());
});

#[test]
fn a_request_is_read_from_json() {
    let new: NewRequest = serde_json::from_str(
        r#"{"kind":"sale","occupancy_id":"occ_0000000000001","amount_vnd":45000}"#,
    )
    .unwrap();
    assert_eq!((new.amount_vnd, new.order), (Vnd::new(45_000), None));
    for bad in [
        r#"{"kind":"sale","occupancy_id":"stl_0000000000001","amount_vnd":45000}"#,
        r#"{"kind":"sale","occupancy_id":"occ_0000000000001","amount_vnd":45000.5}"#,
        r#"{"kind":"gift","occupancy_id":"occ_0000000000001","amount_vnd":45000}"#,
        r#"{"kind":"sale","occupancy_id":"occ_0000000000001","amount_vnd":1,"x":1}"#,
    ] {
        assert!(serde_json::from_str::<NewRequest>(bad).is_err(), "{bad}");
    }
}

#[derive(QueryableByName)]
struct Planned {
    #[diesel(sql_type = Text)]
    detail: String,
}

// A board's requests grow without end, and a vendor's page is not to read them all. PostgreSQL plans by
// how many there are, and here are few.
on_both!(what_came_beyond_is_found_by_its_index, |db| {
    let plan = format!("EXPLAIN QUERY PLAN {}", requests::store::BEYOND);
    if let DbConnection::Sqlite(connection) = db.connection() {
        let steps: Vec<Planned> = diesel::sql_query(plan).load(connection).unwrap();
        let details: Vec<_> = steps.iter().map(|step| step.detail.as_str()).collect();
        let index = "SEARCH requests USING INDEX requests_beyond (board_id=? AND occupancy_id=?)";
        assert_eq!(details, [index]);
    }
});

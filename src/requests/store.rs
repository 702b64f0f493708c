//! Rows of `requests`.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::receive::GRACE_MS;
use super::show::RequestFilter;
use super::state::RequestState;
use super::types::{Order, PaidTo, RequestKind, RequestRow};
use crate::db::schema::requests::{self as table, table as rows};
use crate::db::schema::{accounts, receiving_numbers as numbers, reference_claims};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{
    AccountId, ActorId, BoardId, FeedId, NumberId, OccupancyId, RequestId,
};
use crate::primitives::{UnixMs, Vnd};
use crate::registry::PageRequest;
use crate::vietqr::Reference;

type Row = (
    (RequestId, OccupancyId, AccountId, NumberId, RequestKind, i64),
    (String, String, String, Option<FeedId>, Option<String>, ActorId),
    (i64, i64, Option<i64>, i64, Option<i64>, i64, i64, (i64, i64, i64, bool)),
);

/// The columns of a [`Row`]: a macro, because their type would say it all twice.
macro_rules! columns {
    () => {
        (
            (
                table::id,
                table::occupancy_id,
                table::account_id,
                table::number_id,
                table::kind,
                table::amount_vnd,
            ),
            (
                table::purpose,
                table::reference,
                table::payload,
                table::order_feed_id,
                table::order_code,
                table::created_by,
            ),
            (
                table::created_at_ms,
                table::expires_at_ms,
                table::cancelled_at_ms,
                table::received_vnd,
                table::last_paid_at_ms,
                table::late_vnd,
                table::thousandfold_count,
                (table::payment_count, table::whole_count, table::given_back_vnd, table::was_paid),
            ),
        )
    };
}

fn request((of, says, became): Row) -> Outcome<RequestRow> {
    let (id, occupancy_id, account_id, number_id, kind, amount_vnd) = of;
    let (purpose, reference, payload, order_feed_id, order_code, created_by) = says;
    let (created, expires, cancelled, received_vnd, last_paid, late_vnd, thousandfold, payments) =
        became;
    let (payment_count, whole_count, given_back_vnd, was_paid) = payments;
    let reference = Reference::parse(&reference)
        .ok_or_else(|| Fault::broken(format!("request {id} has no valid reference")))?;
    let order = order_feed_id.zip(order_code);
    Ok(RequestRow {
        id,
        occupancy_id,
        account_id,
        number_id,
        kind,
        amount: Vnd::new(amount_vnd),
        purpose,
        reference,
        payload,
        order: order.map(|(feed_id, order_code)| Order { feed_id, order_code }),
        created_by,
        created_at: UnixMs(created),
        expires_at: UnixMs(expires),
        cancelled_at: cancelled.map(UnixMs),
        received: Vnd::new(received_vnd),
        given_back: Vnd::new(given_back_vnd),
        last_paid_at: last_paid.map(UnixMs),
        received_late: Vnd::new(late_vnd),
        thousandfold_count: thousandfold,
        payment_count,
        whole_count,
        was_paid,
    })
}

/// Requests joined with what they are paid to: a macro, because the join's type has no short name.
macro_rules! with_payee {
    ($board_id:expr) => {
        rows.inner_join(
            accounts::table
                .on(accounts::board_id.eq(table::board_id).and(accounts::id.eq(table::account_id))),
        )
        .inner_join(
            numbers::table
                .on(numbers::board_id.eq(table::board_id).and(numbers::id.eq(table::number_id))),
        )
        .filter(table::board_id.eq($board_id))
        .select((columns!(), (numbers::bin, numbers::number, accounts::holder_name)))
    };
}

type RowAndPayee = (Row, (String, String, String));

fn request_and_payee(
    (row, (bin, number, holder_name)): RowAndPayee,
) -> Outcome<(RequestRow, PaidTo)> {
    Ok((request(row)?, PaidTo { bin, number, holder_name }))
}

pub(super) fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Option<(RequestRow, PaidTo)>> {
    let query = with_payee!(board_id).filter(table::id.eq(id));
    query.first(connection).optional()?.map(request_and_payee).transpose()
}

/// The same conditions as [`super::state_of`], in SQL.
pub(super) fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &RequestFilter,
    page: PageRequest,
    at: UnixMs,
) -> Outcome<Vec<(RequestRow, PaidTo)>> {
    let mut query = with_payee!(board_id).into_boxed();
    if let Some(occupancy_id) = filter.occupancy_id {
        query = query.filter(table::occupancy_id.eq(occupancy_id));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(table::kind.eq(kind));
    }
    query = match filter.state {
        None => query,
        Some(RequestState::Cancelled) => query.filter(table::cancelled_at_ms.is_not_null()),
        Some(_) => query.filter(table::cancelled_at_ms.is_null()),
    };
    let is_paid_again =
        table::payment_count.gt(1_i64).and(table::whole_count.eq(table::payment_count));
    // Boolean, so that it can be asked for and excluded.
    let is_given_back = table::given_back_vnd.gt(0_i64).and(
        table::received_vnd
            .le(0_i64)
            .or(table::received_vnd.lt(table::amount_vnd).and(table::was_paid.eq(true))),
    );
    query = match filter.state {
        None | Some(RequestState::Cancelled) => query,
        Some(RequestState::Refunded) => query.filter(is_given_back),
        Some(RequestState::Paid) => query.filter(table::received_vnd.eq(table::amount_vnd)),
        Some(RequestState::Overpaid) => query
            .filter(table::received_vnd.gt(table::amount_vnd))
            .filter(diesel::dsl::not(is_paid_again)),
        Some(RequestState::Duplicate) => {
            query.filter(table::received_vnd.gt(table::amount_vnd)).filter(is_paid_again)
        }
        Some(RequestState::Underpaid) => query
            .filter(table::received_vnd.gt(0_i64))
            .filter(table::received_vnd.lt(table::amount_vnd))
            .filter(diesel::dsl::not(is_given_back)),
        Some(RequestState::Open) => query
            .filter(table::received_vnd.le(0_i64))
            .filter(diesel::dsl::not(is_given_back))
            .filter(table::expires_at_ms.ge(at.0)),
        Some(RequestState::Expired) => query
            .filter(table::received_vnd.le(0_i64))
            .filter(diesel::dsl::not(is_given_back))
            .filter(table::expires_at_ms.lt(at.0)),
    };
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    query.load(connection)?.into_iter().map(request_and_payee).collect()
}

pub(super) fn insert(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RequestRow,
) -> Outcome<()> {
    let order = row.order.as_ref();
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(row.id),
            table::occupancy_id.eq(row.occupancy_id),
            table::account_id.eq(row.account_id),
            table::number_id.eq(row.number_id),
            table::kind.eq(row.kind),
            table::amount_vnd.eq(row.amount.get()),
            table::purpose.eq(&row.purpose),
            table::reference.eq(row.reference.to_string()),
            table::payload.eq(&row.payload),
            table::order_feed_id.eq(order.map(|order| order.feed_id)),
            table::order_code.eq(order.map(|order| &order.order_code)),
            table::created_by.eq(row.created_by),
            table::created_at_ms.eq(row.created_at.0),
            table::expires_at_ms.eq(row.expires_at.0),
            table::received_vnd.eq(row.received.get()),
            table::late_vnd.eq(row.received_late.get()),
            table::thousandfold_count.eq(row.thousandfold_count),
            table::payment_count.eq(row.payment_count),
            table::whole_count.eq(row.whole_count),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether it was open for cancelling.
pub(super) fn cancel(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
    at: UnixMs,
) -> Outcome<bool> {
    let open = rows
        .find((board_id, id))
        .filter(table::cancelled_at_ms.is_null())
        .filter(table::received_vnd.eq(0_i64));
    let changed = diesel::update(open).set(table::cancelled_at_ms.eq(at.0)).execute(connection)?;
    Ok(changed == 1)
}

/// The requests that hold these references now.
pub fn by_reference(
    connection: &mut DbConnection,
    board_id: BoardId,
    references: &[Reference],
) -> Outcome<Vec<RequestRow>> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<_> = references.iter().map(Reference::to_string).collect();
    let found: Vec<Row> = reference_claims::table
        .inner_join(
            rows.on(table::board_id
                .eq(reference_claims::board_id)
                .and(table::id.eq(reference_claims::target_id))),
        )
        .filter(reference_claims::board_id.eq(board_id))
        .filter(reference_claims::reference.eq_any(texts))
        .filter(reference_claims::target_kind.eq("request"))
        .select(columns!())
        .load(connection)?;
    found.into_iter().map(request).collect()
}

/// A request without its payee.
pub fn by_id(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: RequestId,
) -> Outcome<Option<RequestRow>> {
    let query = rows.find((board_id, id)).select(columns!());
    query.first(connection).optional()?.map(request).transpose()
}

/// The requests of a board with these ids, in no order.
pub fn by_ids(
    connection: &mut DbConnection,
    board_id: BoardId,
    ids: &[RequestId],
) -> Outcome<Vec<RequestRow>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::id.eq_any(ids));
    query.select(columns!()).load(connection)?.into_iter().map(request).collect()
}

/// All requests of a board of which money was given back.
pub fn given_back(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Vec<RequestRow>> {
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::given_back_vnd.gt(0_i64));
    query.order(table::id).select(columns!()).load(connection)?.into_iter().map(request).collect()
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Word for word the condition of the index `requests_beyond`, and in no order, or SQLite takes another one
/// and reads all requests of the board.
pub const BEYOND: &str = "SELECT id FROM requests WHERE board_id = $1 AND occupancy_id = $2
     AND (received_vnd > amount_vnd OR (cancelled_at_ms IS NOT NULL AND received_vnd > 0))
     AND kind = 'sale' AND last_paid_at_ms >= $3";

/// A stall's requests for sales that received more than they asked for, or anything after they were taken
/// back, and were paid since an instant.
pub fn beyond(
    connection: &mut DbConnection,
    board_id: BoardId,
    occupancy_id: OccupancyId,
    since: UnixMs,
) -> Outcome<Vec<RequestRow>> {
    let ids: Vec<Id> = diesel::sql_query(BEYOND)
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(occupancy_id.0)
        .bind::<BigInt, _>(since.0)
        .load(connection)?;
    let ids: Vec<RequestId> = ids.into_iter().map(|row| RequestId(row.id)).collect();
    let query = rows.filter(table::board_id.eq(board_id)).filter(table::id.eq_any(ids));
    query.order(table::id).select(columns!()).load(connection)?.into_iter().map(request).collect()
}

/// The request that an order was made for.
pub fn by_order(
    connection: &mut DbConnection,
    board_id: BoardId,
    feed_id: FeedId,
    order_code: &str,
) -> Outcome<Option<RequestRow>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::order_feed_id.eq(feed_id))
        .filter(table::order_code.eq(order_code));
    query.select(columns!()).first(connection).optional()?.map(request).transpose()
}

/// Requests of an account for exactly this amount that money may be for which moved at an instant:
/// made since another one and before the money moved, not expired then, not taken back, and nothing
/// was received for them. The bank's clock and ours may differ by the grace of two minutes.
pub fn open_on_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    amount: Vnd,
    since: UnixMs,
    occurred_at: UnixMs,
) -> Outcome<Vec<RequestRow>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::created_at_ms.ge(since.0))
        .filter(table::created_at_ms.le(occurred_at.plus_ms(GRACE_MS).0))
        .filter(table::expires_at_ms.ge(occurred_at.plus_ms(-GRACE_MS).0))
        .filter(table::amount_vnd.eq(amount.get()))
        .filter(table::received_vnd.eq(0_i64))
        .filter(table::given_back_vnd.eq(0_i64))
        .filter(table::cancelled_at_ms.is_null());
    query.order(table::id).select(columns!()).load(connection)?.into_iter().map(request).collect()
}

/// Stores what payments made of a request ([`RequestRow::take`]).
pub fn apply_received(
    connection: &mut DbConnection,
    board_id: BoardId,
    row: &RequestRow,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, row.id)))
        .set((
            table::received_vnd.eq(row.received.get()),
            table::given_back_vnd.eq(row.given_back.get()),
            table::last_paid_at_ms.eq(row.last_paid_at.map(UnixMs::get)),
            table::late_vnd.eq(row.received_late.get()),
            table::thousandfold_count.eq(row.thousandfold_count),
            table::payment_count.eq(row.payment_count),
            table::whole_count.eq(row.whole_count),
            table::was_paid.eq(row.was_paid),
        ))
        .execute(connection)?;
    Ok(())
}

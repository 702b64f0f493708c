//! Rows of `consents`.

use diesel::prelude::*;

use crate::db::schema::consents::{self as table, table as rows};
use crate::db::schema::occupancies;
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{
    AccountId, ActorId, BoardId, ConsentId, FeedId, OccupancyId, VendorId,
};
use crate::registry::PageRequest;
use crate::registry::consents::{Consent, ConsentFilter, Purpose};

type Row = (
    (ConsentId, Option<VendorId>, Option<AccountId>, Purpose, String),
    (i64, Option<i64>, Option<FeedId>, Option<String>),
    (Option<ActorId>, Option<ActorId>),
);

/// The columns of a [`Row`]: a macro, because their type would say it all twice.
macro_rules! columns {
    () => {
        (
            (table::id, table::vendor_id, table::account_id, table::purpose, table::given_by),
            (table::given_at_ms, table::withdrawn_at_ms, table::feed_id, table::wording),
            (table::recorded_by, table::withdrawn_by),
        )
    };
}

fn consent((of, given, (recorded_by, withdrawn_by)): Row) -> Consent {
    let (given_at_ms, withdrawn_at_ms, feed_id, wording) = given;
    let (id, vendor_id, account_id, purpose, given_by) = of;
    let (given_at, withdrawn_at) = (UnixMs(given_at_ms), withdrawn_at_ms.map(UnixMs));
    Consent {
        id,
        vendor_id,
        account_id,
        purpose,
        given_by,
        feed_id,
        wording,
        given_at,
        recorded_by,
        withdrawn_at,
        withdrawn_by,
    }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: ConsentId,
) -> Outcome<Option<Consent>> {
    let query = rows.find((board_id, id)).select(columns!());
    Ok(query.first(connection).optional()?.map(consent))
}

/// The vendor's consent that holds now.
pub fn of_vendor(
    connection: &mut DbConnection,
    board_id: BoardId,
    vendor_id: VendorId,
    purpose: Purpose,
) -> Outcome<Option<ConsentId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::vendor_id.eq(vendor_id))
        .filter(table::purpose.eq(purpose))
        .filter(table::withdrawn_at_ms.is_null());
    Ok(query.select(table::id).first(connection).optional()?)
}

/// The holder's consent that holds now, for one feed or for any.
pub fn of_account(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    purpose: Purpose,
    feed_id: Option<FeedId>,
) -> Outcome<Option<ConsentId>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::purpose.eq(purpose))
        .filter(table::withdrawn_at_ms.is_null())
        .into_boxed();
    let query = match feed_id {
        Some(feed_id) => query.filter(table::feed_id.eq(feed_id)),
        None => query.filter(table::feed_id.is_null()),
    };
    Ok(query.select(table::id).first(connection).optional()?)
}

/// The holder's consent that holds now for a feed: one for it alone, or one for any.
pub fn for_feed(
    connection: &mut DbConnection,
    board_id: BoardId,
    account_id: AccountId,
    feed_id: FeedId,
) -> Outcome<Option<Consent>> {
    let query = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::account_id.eq(account_id))
        .filter(table::purpose.eq(Purpose::ReceiveNotices))
        .filter(table::withdrawn_at_ms.is_null())
        .filter(table::feed_id.eq(feed_id).or(table::feed_id.is_null()));
    let query = query.order((table::feed_id.is_null(), table::id.desc()));
    Ok(query.select(columns!()).first(connection).optional()?.map(consent))
}

/// Those of the occupancies whose vendors' consent to share amounts holds at an instant.
pub fn sharing_amounts(
    connection: &mut DbConnection,
    board_id: BoardId,
    of: &[OccupancyId],
    at: UnixMs,
) -> Outcome<Vec<OccupancyId>> {
    let query = occupancies::table
        .inner_join(
            rows.on(table::board_id
                .eq(occupancies::board_id)
                .and(table::vendor_id.eq(occupancies::vendor_id.nullable()))),
        )
        .filter(occupancies::board_id.eq(board_id))
        .filter(occupancies::id.eq_any(of))
        .filter(table::purpose.eq(Purpose::ShareAmounts))
        .filter(table::given_at_ms.le(at.0))
        .filter(table::withdrawn_at_ms.is_null().or(table::withdrawn_at_ms.gt(at.0)));
    Ok(query.select(occupancies::id).load(connection)?)
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &ConsentFilter,
    page: PageRequest,
) -> Outcome<Vec<Consent>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).select(columns!()).into_boxed();
    if let Some(vendor_id) = filter.vendor_id {
        query = query.filter(table::vendor_id.eq(vendor_id));
    }
    if let Some(account_id) = filter.account_id {
        query = query.filter(table::account_id.eq(account_id));
    }
    if let Some(purpose) = filter.purpose {
        query = query.filter(table::purpose.eq(purpose));
    }
    match filter.live {
        Some(true) => query = query.filter(table::withdrawn_at_ms.is_null()),
        Some(false) => query = query.filter(table::withdrawn_at_ms.is_not_null()),
        None => {}
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(consent).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, consent: &Consent) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(consent.id),
            table::vendor_id.eq(consent.vendor_id),
            table::account_id.eq(consent.account_id),
            table::purpose.eq(consent.purpose),
            table::given_by.eq(&consent.given_by),
            table::given_at_ms.eq(consent.given_at.0),
            table::withdrawn_at_ms.eq(consent.withdrawn_at.map(UnixMs::get)),
            table::feed_id.eq(consent.feed_id),
            table::wording.eq(&consent.wording),
            table::recorded_by.eq(consent.recorded_by),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update_withdrawal(
    connection: &mut DbConnection,
    board_id: BoardId,
    consent: &Consent,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, consent.id)))
        .set((
            table::withdrawn_at_ms.eq(consent.withdrawn_at.map(UnixMs::get)),
            table::withdrawn_by.eq(consent.withdrawn_by),
        ))
        .execute(connection)?;
    Ok(())
}

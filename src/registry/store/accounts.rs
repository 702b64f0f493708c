//! Rows of `accounts`, each with its main number.

use diesel::prelude::*;

use crate::db::schema::accounts::{self as table, table as rows};
use crate::db::schema::receiving_numbers as numbers;
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{AccountId, BoardId};
use crate::registry::PageRequest;
use crate::registry::accounts::{Account, AccountFilter, AccountKind, Relation, UseKind};
use crate::registry::numbers::NumberKind;
use crate::vietqr::banks;

type Row =
    (AccountId, String, AccountKind, UseKind, String, Relation, bool, i64, Option<i64>, String);

/// Accounts joined with their main numbers: a macro, because the join's type has no short name.
macro_rules! with_main_number {
    ($board_id:expr) => {
        rows.inner_join(
            numbers::table.on(numbers::board_id
                .eq(table::board_id)
                .and(numbers::account_id.eq(table::id))
                .and(numbers::kind.eq(NumberKind::Main))),
        )
        .filter(table::board_id.eq($board_id))
        .select((
            table::id,
            table::bin,
            table::kind,
            table::use_kind,
            table::holder_name,
            table::relation,
            table::keeps_outgoing,
            table::created_at_ms,
            table::closed_at_ms,
            numbers::number,
        ))
    };
}

fn account(row: Row) -> Account {
    let (id, bin, kind, use_kind, holder_name, relation, keeps_outgoing, created, closed, number) =
        row;
    Account {
        id,
        bank: bank_name(&bin),
        bin,
        number,
        kind,
        use_kind,
        holder_name,
        relation,
        keeps_outgoing,
        created_at: UnixMs(created),
        closed_at: closed.map(UnixMs),
    }
}

/// The short name of a stored BIN; the BIN itself where the directory no longer has it.
pub fn bank_name(bin: &str) -> String {
    banks::by_bin(bin).map_or(bin, |bank| &bank.short_name).to_owned()
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: AccountId,
) -> Outcome<Option<Account>> {
    let query = with_main_number!(board_id).filter(table::id.eq(id));
    Ok(query.first(connection).optional()?.map(account))
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &AccountFilter,
    page: PageRequest,
) -> Outcome<Vec<Account>> {
    let mut query = with_main_number!(board_id).into_boxed();
    if let Some(bin) = &filter.bin {
        query = query.filter(table::bin.eq(bin));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(table::kind.eq(kind));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    Ok(query.load(connection)?.into_iter().map(account).collect())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, account: &Account) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(account.id),
            table::bin.eq(&account.bin),
            table::kind.eq(account.kind),
            table::use_kind.eq(account.use_kind),
            table::holder_name.eq(&account.holder_name),
            table::relation.eq(account.relation),
            table::keeps_outgoing.eq(account.keeps_outgoing),
            table::created_at_ms.eq(account.created_at.0),
            table::closed_at_ms.eq(account.closed_at.map(UnixMs::get)),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn update(connection: &mut DbConnection, board_id: BoardId, account: &Account) -> Outcome<()> {
    diesel::update(rows.find((board_id, account.id)))
        .set((
            table::kind.eq(account.kind),
            table::use_kind.eq(account.use_kind),
            table::holder_name.eq(&account.holder_name),
            table::relation.eq(account.relation),
            table::keeps_outgoing.eq(account.keeps_outgoing),
            table::closed_at_ms.eq(account.closed_at.map(UnixMs::get)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes back that outgoing transfers are kept.
pub fn forget_outgoing(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: AccountId,
) -> Outcome<()> {
    diesel::update(rows.find((board_id, id)))
        .set(table::keeps_outgoing.eq(false))
        .execute(connection)?;
    Ok(())
}

//! The queries that load a [`crate::registry::Directory`].

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::schema::{
    account_links, account_sources, accounts, board_heads, boards, codes, consents, feed_accounts,
    feeds, occupancies, receiving_numbers, strays,
};
use crate::db::{DbConnection, Outcome};
use crate::feeds::{FeedConfig, Provider};
use crate::primitives::ids::{AccountId, BoardId, CodeId, FeedId, NumberId, OccupancyId};
use crate::primitives::{Day, Refusal, UnixMs, Vnd};
use crate::registry::Period;
use crate::registry::accounts::{AccountKind, UseKind};
use crate::registry::consents::Purpose;
use crate::registry::directory::{
    KnownAccount, Link, Numbered, ResolvedNumber, StaticCode, Unheard,
};
use crate::registry::numbers::NumberKind;
use crate::vietqr::Reference;

/// Version, start of the day, minimum receipt.
pub(in crate::registry) fn head(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<(i64, i32, Vnd)> {
    let head: Option<(i64, i32, i64)> = boards::table
        .inner_join(board_heads::table.on(board_heads::board_id.eq(boards::board_id)))
        .filter(boards::board_id.eq(board_id))
        .select((
            board_heads::registry_version,
            boards::day_start_minute,
            boards::minimum_receipt_vnd,
        ))
        .first(connection)
        .optional()?;
    let (version, day_start_minute, minimum_receipt) =
        head.ok_or_else(|| Refusal::not_found("board"))?;
    Ok((version, day_start_minute, Vnd::new(minimum_receipt)))
}

pub(in crate::registry) fn numbers(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(String, Numbered)>> {
    let rows: Vec<(String, String, NumberId, AccountId)> = receiving_numbers::table
        .filter(receiving_numbers::board_id.eq(board_id))
        .select((
            receiving_numbers::number,
            receiving_numbers::bin,
            receiving_numbers::id,
            receiving_numbers::account_id,
        ))
        .load(connection)?;
    let numbered = |(number, bin, number_id, account_id): (_, String, _, _)| {
        let resolved = ResolvedNumber { number_id, account_id };
        (number, Numbered { bin: bin.into_boxed_str(), resolved })
    };
    Ok(rows.into_iter().map(numbered).collect())
}

pub(in crate::registry) fn accounts(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(AccountId, KnownAccount)>> {
    let rows: Vec<(AccountId, String, AccountKind, UseKind, bool)> = accounts::table
        .filter(accounts::board_id.eq(board_id))
        .select((
            accounts::id,
            accounts::bin,
            accounts::kind,
            accounts::use_kind,
            accounts::keeps_outgoing,
        ))
        .load(connection)?;
    let known = |(id, bin, kind, use_kind, keeps_outgoing)| {
        let business_only = use_kind == UseKind::BusinessOnly;
        let unheard = Unheard::None;
        (id, KnownAccount { bin, kind, business_only, keeps_outgoing, unheard })
    };
    Ok(rows.into_iter().map(known).collect())
}

/// The accounts whose holders have withdrawn that notices are received, or that they are registered
/// at all. A consent that holds by the feed's name goes before a withdrawn one for any; one that
/// holds for any goes before all.
pub(in crate::registry) fn unheard(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<BTreeMap<AccountId, Unheard>> {
    type Row = (Option<AccountId>, Purpose, Option<FeedId>, Option<i64>);
    let rows: Vec<Row> = consents::table
        .filter(consents::board_id.eq(board_id))
        .filter(consents::account_id.is_not_null())
        .filter(consents::purpose.eq_any([Purpose::ReceiveNotices, Purpose::Register]))
        .select((
            consents::account_id,
            consents::purpose,
            consents::feed_id,
            consents::withdrawn_at_ms,
        ))
        .load(connection)?;
    let mut by_account: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (account_id, purpose, feed_id, withdrawn_at) in rows {
        let told = (purpose, feed_id, withdrawn_at.is_none());
        by_account.entry(account_id).or_default().push(told);
    }
    let of = |(id, told): (Option<AccountId>, Vec<_>)| Some((id?, unheard_by(&told)));
    Ok(by_account.into_iter().filter_map(of).filter(|(_, it)| *it != Unheard::None).collect())
}

fn unheard_by(told: &[(Purpose, Option<FeedId>, bool)]) -> Unheard {
    let is_there = |purpose, feed_id, holds| told.contains(&(purpose, feed_id, holds));
    let has_left = |purpose| is_there(purpose, None, false) && !is_there(purpose, None, true);
    if has_left(Purpose::Register) {
        return Unheard::AllBut(Vec::new());
    }
    if is_there(Purpose::ReceiveNotices, None, true) {
        return Unheard::None;
    }
    let named = told.iter().filter_map(|(_, feed_id, holds)| Some(((*feed_id)?, *holds)));
    let (holding, ended): (Vec<_>, Vec<_>) = named.partition(|(_, holds)| *holds);
    let feeds = |all: Vec<(FeedId, bool)>| all.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    let (holding, mut ended) = (feeds(holding), feeds(ended));
    if has_left(Purpose::ReceiveNotices) {
        return Unheard::AllBut(holding);
    }
    ended.retain(|feed| !holding.contains(feed));
    if ended.is_empty() { Unheard::None } else { Unheard::These(ended) }
}

/// Links within the days of their occupancies, in the order in which they were made.
pub(in crate::registry) fn links(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(AccountId, Link)>> {
    type Row = (AccountId, OccupancyId, (i32, Option<i32>), (i32, Option<i32>));
    let rows: Vec<Row> = account_links::table
        .inner_join(
            occupancies::table.on(occupancies::board_id
                .eq(account_links::board_id)
                .and(occupancies::id.eq(account_links::occupancy_id))),
        )
        .filter(account_links::board_id.eq(board_id))
        .order(account_links::id)
        .select((
            account_links::account_id,
            account_links::occupancy_id,
            (account_links::from_day, account_links::to_day),
            (occupancies::from_day, occupancies::to_day),
        ))
        .load(connection)?;
    let period = |(from, to): (i32, Option<i32>)| Period { from: Day(from), to: to.map(Day) };
    let link = |(account_id, occupancy_id, linked, occupied): Row| {
        let period = period(linked).both(period(occupied))?;
        Some((account_id, Link { occupancy_id, period }))
    };
    Ok(rows.into_iter().filter_map(link).collect())
}

type CodeRow = (CodeId, OccupancyId, AccountId, Option<i64>, Option<i32>);

fn static_code((code_id, occupancy_id, account_id, revoked_at_ms, to_day): CodeRow) -> StaticCode {
    let (revoked_at, last_day) = (revoked_at_ms.map(UnixMs), to_day.map(Day));
    StaticCode { code_id, occupancy_id, account_id, revoked_at, last_day }
}

/// Codes with their occupancies: a macro, because the join's type has no short name.
macro_rules! with_occupancy {
    ($board_id:expr) => {
        codes::table
            .inner_join(
                occupancies::table.on(occupancies::board_id
                    .eq(codes::board_id)
                    .and(occupancies::id.eq(codes::occupancy_id))),
            )
            .filter(codes::board_id.eq($board_id))
    };
}

macro_rules! code_columns {
    () => {
        (
            codes::id,
            codes::occupancy_id,
            codes::account_id,
            codes::revoked_at_ms,
            occupancies::to_day,
        )
    };
}

pub(in crate::registry) fn codes(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(Reference, StaticCode)>> {
    let rows: Vec<(Option<String>, CodeRow)> = with_occupancy!(board_id)
        .filter(codes::reference.is_not_null())
        .select((codes::reference, code_columns!()))
        .load(connection)?;
    let code = |(reference, row): (Option<String>, CodeRow)| {
        Some((Reference::parse(&reference?)?, static_code(row)))
    };
    Ok(rows.into_iter().filter_map(code).collect())
}

/// The codes that name a virtual account and are not revoked.
pub(in crate::registry) fn virtual_codes(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(NumberId, StaticCode)>> {
    let rows: Vec<(NumberId, CodeRow)> = with_occupancy!(board_id)
        .inner_join(
            receiving_numbers::table.on(receiving_numbers::board_id
                .eq(codes::board_id)
                .and(receiving_numbers::id.eq(codes::number_id))),
        )
        .filter(codes::revoked_at_ms.is_null())
        .filter(receiving_numbers::kind.eq(NumberKind::Virtual))
        .select((codes::number_id, code_columns!()))
        .load(connection)?;
    Ok(rows.into_iter().map(|(number_id, row)| (number_id, static_code(row))).collect())
}

/// All feeds with their senders; one whose configuration cannot be read has none.
pub(in crate::registry) fn feeds(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Vec<(FeedId, Box<str>)>> {
    let rows: Vec<(FeedId, String, String)> = feeds::table
        .filter(feeds::board_id.eq(board_id))
        .select((feeds::id, feeds::provider, feeds::config))
        .load(connection)?;
    let sender = |(id, provider, config): (FeedId, String, String)| {
        let config = FeedConfig::parse(Provider::parse(&provider)?, &config).ok()?;
        Some((id, config.sender().into_boxed_str()))
    };
    Ok(rows.into_iter().filter_map(sender).collect())
}

/// Who was ever to report an account, or was heard of it; some may come twice.
pub(in crate::registry) fn senders(
    connection: &mut DbConnection,
    board_id: BoardId,
    feeds: &[(FeedId, Box<str>)],
) -> Outcome<Vec<(AccountId, Box<str>)>> {
    let attached: Vec<(AccountId, FeedId)> = feed_accounts::table
        .filter(feed_accounts::board_id.eq(board_id))
        .select((feed_accounts::account_id, feed_accounts::feed_id))
        .load(connection)?;
    let heard: Vec<(AccountId, String)> = account_sources::table
        .filter(account_sources::board_id.eq(board_id))
        .select((account_sources::account_id, account_sources::sender))
        .load(connection)?;
    let of_feed = |(account_id, feed_id): (AccountId, FeedId)| {
        let (_, sender) = feeds.iter().find(|(id, _)| *id == feed_id)?;
        Some((account_id, sender.clone()))
    };
    let heard = heard.into_iter().map(|(id, sender)| (id, sender.into_boxed_str()));
    Ok(attached.into_iter().filter_map(of_feed).chain(heard).collect())
}

/// Transfers by account, and one of no known number.
type Strays = (Vec<(AccountId, i64)>, Option<i64>);

/// The newest transfer that was told of one of an account's numbers while the number led to no account;
/// where the number of one is not known yet, it may be any account's.
pub(in crate::registry) fn strays(
    connection: &mut DbConnection,
    board_id: BoardId,
) -> Outcome<Strays> {
    let of_number = strays::board_id
        .eq(receiving_numbers::board_id)
        .and(strays::number.eq(receiving_numbers::number));
    let of_accounts: Vec<(AccountId, Option<i64>)> = receiving_numbers::table
        .inner_join(strays::table.on(of_number))
        .filter(receiving_numbers::board_id.eq(board_id))
        .group_by(receiving_numbers::account_id)
        .select((receiving_numbers::account_id, diesel::dsl::max(strays::transfer_id)))
        .load(connection)?;
    let unknown: Option<i64> = strays::table
        .filter(strays::board_id.eq(board_id.0))
        .filter(strays::number.eq(""))
        .select(diesel::dsl::max(strays::transfer_id))
        .first(connection)?;
    let of_accounts = of_accounts.into_iter().filter_map(|(id, newest)| Some((id, newest?)));
    Ok((of_accounts.collect(), unknown))
}

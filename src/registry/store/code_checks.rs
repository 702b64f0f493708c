//! Rows of `code_checks`, of what was seen in them, and of what they say of registered codes.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::code_checks::{self as table, table as rows};
use crate::db::schema::{
    code_check_places as places, code_check_symbols as symbols, code_scans, codes, occupancies,
    stalls,
};
use crate::db::{DbConnection, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::ids::{
    AccountId, BoardId, CheckId, CodeId, MarketId, OccupancyId, OtherCodeId, StallId,
};
use crate::registry::PageRequest;
use crate::registry::code_checks::{CheckPlace, CheckResult, CheckWay, CodeCheck, CodeCheckFilter};
use crate::registry::code_readings::FoundCode;
use crate::registry::code_verdicts::{CodeVerdict, Remark, SeenCode};
use crate::registry::store::markets;
use crate::vietqr;

type Row = (
    BoardId,
    CheckId,
    MarketId,
    StallId,
    Option<OccupancyId>,
    CheckWay,
    CheckResult,
    Option<CodeId>,
    bool,
    String,
    i64,
    bool,
);
type Symbol =
    (CheckId, String, CodeVerdict, String, Option<CodeId>, Option<AccountId>, Option<OtherCodeId>);
type Place = (CheckId, Option<String>, Option<i32>, Option<i32>);

fn check(row: Row) -> CodeCheck {
    let (_, id, market_id, stall_id, occupancy_id, way, result, card_id, is_open, by, at, crowded) =
        row;
    CodeCheck {
        id,
        market_id,
        stall_id,
        occupancy_id,
        way,
        result,
        card_id,
        card_stall: None,
        card_revoked: false,
        alarm: result.is_alarm(),
        needs_visit: is_open,
        crowded,
        codes: Vec::new(),
        checked_by: by,
        checked_at: UnixMs(at),
        place: CheckPlace::default(),
        finding: String::new(),
    }
}

fn seen((_, payload, result, remarks, code_id, account_id, other_code_id): Symbol) -> SeenCode {
    let reading = vietqr::read(&payload);
    let code =
        FoundCode { account_id, code_id, other_code_id, ..FoundCode::read(&payload, &reading) };
    let remarks = remarks.split(' ').filter_map(Remark::parse).map(Into::into).collect();
    SeenCode { code, result, remarks }
}

/// Adds what was seen, and where.
fn whole(
    connection: &mut DbConnection,
    board_id: BoardId,
    mut checks: Vec<CodeCheck>,
) -> Outcome<Vec<CodeCheck>> {
    let ids: Vec<CheckId> = checks.iter().map(|check| check.id).collect();
    let of_checks: Vec<Symbol> = symbols::table
        .filter(symbols::board_id.eq(board_id))
        .filter(symbols::check_id.eq_any(&ids))
        .order((symbols::check_id, symbols::position))
        .select((
            symbols::check_id,
            symbols::payload,
            symbols::verdict,
            symbols::remarks,
            symbols::code_id,
            symbols::account_id,
            symbols::other_code_id,
        ))
        .load(connection)?;
    let stood: Vec<Place> = places::table
        .filter(places::board_id.eq(board_id))
        .filter(places::check_id.eq_any(&ids))
        .select((places::check_id, places::note, places::latitude_mdeg, places::longitude_mdeg))
        .load(connection)?;
    let mut found: HashMap<CheckId, Vec<SeenCode>> = HashMap::new();
    for symbol in of_checks {
        found.entry(symbol.0).or_default().push(seen(symbol));
    }
    let mut at: HashMap<CheckId, CheckPlace> = HashMap::new();
    for (id, place_note, latitude_mdeg, longitude_mdeg) in stood {
        at.insert(id, CheckPlace { place_note, latitude_mdeg, longitude_mdeg });
    }
    for check in &mut checks {
        check.codes = found.remove(&check.id).unwrap_or_default();
        check.place = at.remove(&check.id).unwrap_or_default();
    }
    name_cards(connection, board_id, &mut checks)?;
    Ok(checks)
}

/// Names the stalls of cards that were typed at another one, with the market where that is another, and tells
/// which cards had been revoked.
pub fn name_cards(
    connection: &mut DbConnection,
    board_id: BoardId,
    checks: &mut [CodeCheck],
) -> Outcome<()> {
    let ids: Vec<CodeId> = checks.iter().filter_map(|check| check.card_id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let of_cards: Vec<(CodeId, Option<i64>, StallId, String, MarketId)> = codes::table
        .inner_join(occupancies::table.on(
            occupancies::board_id.eq(codes::board_id).and(occupancies::id.eq(codes::occupancy_id)),
        ))
        .inner_join(
            stalls::table
                .on(stalls::board_id.eq(codes::board_id).and(stalls::id.eq(occupancies::stall_id))),
        )
        .filter(codes::board_id.eq(board_id))
        .filter(codes::id.eq_any(ids))
        .select((codes::id, codes::revoked_at_ms, stalls::id, stalls::code, stalls::market_id))
        .load(connection)?;
    for check in checks {
        let card = of_cards.iter().find(|card| Some(card.0) == check.card_id);
        let revoked_at_ms = card.and_then(|card| card.1);
        check.card_revoked = revoked_at_ms.is_some_and(|at_ms| at_ms <= check.checked_at.0);
        let elsewhere = card.filter(|(_, _, stall_id, ..)| *stall_id != check.stall_id);
        let Some((_, _, _, stall, market_id)) = elsewhere else { continue };
        let other = Some(*market_id).filter(|id| *id != check.market_id);
        let market = other.map(|id| markets::find(connection, board_id, id)).transpose()?.flatten();
        check.card_stall = Some(match market {
            Some(market) => format!("{stall} ({})", market.name),
            None => stall.clone(),
        });
    }
    Ok(())
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    id: CheckId,
) -> Outcome<Option<CodeCheck>> {
    let found = rows.find((board_id, id)).first(connection).optional()?.map(check);
    Ok(whole(connection, board_id, found.into_iter().collect())?.pop())
}

pub fn page(
    connection: &mut DbConnection,
    board_id: BoardId,
    filter: &CodeCheckFilter,
    day_start_minute: i32,
    page: PageRequest,
) -> Outcome<Vec<CodeCheck>> {
    let mut query = rows.filter(table::board_id.eq(board_id)).into_boxed();
    if let Some(market_id) = filter.market_id {
        query = query.filter(table::market_id.eq(market_id));
    }
    if let Some(stall_id) = filter.stall_id {
        query = query.filter(table::stall_id.eq(stall_id));
    }
    if let Some(code_id) = filter.code_id {
        let of_code = code_scans::table
            .filter(code_scans::board_id.eq(board_id))
            .filter(code_scans::code_id.eq(code_id))
            .select(code_scans::check_id);
        query = query.filter(table::id.eq_any(of_code));
    }
    if let Some(way) = filter.way {
        query = query.filter(table::way.eq(way));
    }
    if let Some(result) = filter.result {
        query = query.filter(table::result.eq(result));
    }
    if let Some(needs_visit) = filter.needs_visit {
        query = query.filter(table::is_open.eq(needs_visit));
    }
    if let Some(from) = filter.from {
        query = query.filter(table::checked_at_ms.ge(from.start(day_start_minute).0));
    }
    if let Some(to) = filter.to {
        query = query.filter(table::checked_at_ms.lt(to.plus(1).start(day_start_minute).0));
    }
    let query = query.filter(table::id.gt(page.floor())).order(table::id).limit(page.rows());
    let checks = query.load(connection)?.into_iter().map(check).collect();
    whole(connection, board_id, checks)
}

/// Somebody has looked at the stall again.
pub fn settle(connection: &mut DbConnection, board_id: BoardId, stall_id: StallId) -> Outcome<()> {
    let open = rows
        .filter(table::board_id.eq(board_id))
        .filter(table::stall_id.eq(stall_id))
        .filter(table::is_open.eq(true));
    diesel::update(open).set(table::is_open.eq(false)).execute(connection)?;
    Ok(())
}

pub fn insert(connection: &mut DbConnection, board_id: BoardId, check: &CodeCheck) -> Outcome<()> {
    diesel::insert_into(rows)
        .values((
            table::board_id.eq(board_id),
            table::id.eq(check.id),
            table::market_id.eq(check.market_id),
            table::stall_id.eq(check.stall_id),
            table::occupancy_id.eq(check.occupancy_id),
            table::way.eq(check.way),
            table::result.eq(check.result),
            table::card_id.eq(check.card_id),
            table::is_open.eq(check.needs_visit),
            table::checked_by.eq(&check.checked_by),
            table::checked_at_ms.eq(check.checked_at.0),
            table::is_crowded.eq(check.crowded),
        ))
        .execute(connection)?;
    for (position, seen) in (0_i32..).zip(&check.codes) {
        let remarks: Vec<_> = seen.remarks.iter().map(|remark| remark.code.as_str()).collect();
        diesel::insert_into(symbols::table)
            .values((
                symbols::board_id.eq(board_id),
                symbols::check_id.eq(check.id),
                symbols::position.eq(position),
                symbols::payload.eq(&seen.code.payload),
                symbols::verdict.eq(seen.result),
                symbols::remarks.eq(remarks.join(" ")),
                symbols::code_id.eq(seen.code.code_id),
                symbols::account_id.eq(seen.code.account_id),
                symbols::other_code_id.eq(seen.code.other_code_id),
            ))
            .execute(connection)?;
    }
    let place = &check.place;
    if *place != CheckPlace::default() {
        diesel::insert_into(places::table)
            .values((
                places::board_id.eq(board_id),
                places::check_id.eq(check.id),
                places::note.eq(&place.place_note),
                places::latitude_mdeg.eq(place.latitude_mdeg),
                places::longitude_mdeg.eq(place.longitude_mdeg),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// What a check says of registered codes: (code, whether it hangs there).
pub fn insert_scans(
    connection: &mut DbConnection,
    board_id: BoardId,
    check: &CodeCheck,
    scans: &[(CodeId, bool)],
) -> Outcome<()> {
    for (code_id, is_right) in scans {
        diesel::insert_into(code_scans::table)
            .values((
                code_scans::board_id.eq(board_id),
                code_scans::check_id.eq(check.id),
                code_scans::code_id.eq(*code_id),
                code_scans::is_right.eq(*is_right),
                code_scans::checked_at_ms.eq(check.checked_at.0),
            ))
            .execute(connection)?;
    }
    Ok(())
}

pub fn forget_place(connection: &mut DbConnection, board_id: BoardId, id: CheckId) -> Outcome<()> {
    diesel::delete(places::table.find((board_id, id))).execute(connection)?;
    Ok(())
}

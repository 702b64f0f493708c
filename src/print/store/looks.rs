//! Rows of `market_looks`.

use diesel::prelude::*;

use crate::db::schema::market_looks::{self as table, table as rows};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, MarketId};
use crate::print::look::{Logo, LogoKind, Look};

type Row = (String, Option<String>, Option<Vec<u8>>, Option<i32>, Option<i32>);

fn look((accent_colour, kind, bytes, width, height): Row) -> Look {
    let logo = match (kind.and_then(|kind| kind.parse::<LogoKind>().ok()), bytes) {
        (Some(kind), Some(bytes)) => {
            let (width_px, height_px) = (width.unwrap_or(0) as u32, height.unwrap_or(0) as u32);
            Some(Logo { kind, width_px, height_px, bytes })
        }
        _ => None,
    };
    Look { accent_colour, logo }
}

pub fn find(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
) -> Outcome<Option<Look>> {
    let columns = (
        table::accent_colour,
        table::logo_kind,
        table::logo,
        table::logo_width_px,
        table::logo_height_px,
    );
    let row = rows.find((board_id, market_id)).select(columns).first(connection).optional()?;
    Ok(row.map(look))
}

/// Writes a market's look, there or not. The board's lane is alone at work.
pub fn put(
    connection: &mut DbConnection,
    board_id: BoardId,
    market_id: MarketId,
    look: &Look,
) -> Outcome<()> {
    let logo = look.logo.as_ref();
    let values = (
        table::accent_colour.eq(&look.accent_colour),
        table::logo_kind.eq(logo.map(|logo| logo.kind.as_str())),
        table::logo.eq(logo.map(|logo| logo.bytes.as_slice())),
        table::logo_width_px.eq(logo.map(|logo| logo.width_px as i32)),
        table::logo_height_px.eq(logo.map(|logo| logo.height_px as i32)),
    );
    if diesel::update(rows.find((board_id, market_id))).set(values).execute(connection)? == 0 {
        diesel::insert_into(rows)
            .values((table::board_id.eq(board_id), table::market_id.eq(market_id), values))
            .execute(connection)?;
    }
    Ok(())
}

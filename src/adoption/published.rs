//! Published reports: what a board said of a market stays as it was said. A published report names no
//! single stall and was made as for somebody who sees no amounts, so it may be passed on.

use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use utoipa::{IntoParams, ToSchema};

use super::days::Span;
use super::laid::{self, Figure, Laid, Point, Step};
use super::query::Query;
use super::report;
use super::store::published as rows;
use crate::access::{Act, Permission, Permissions};
use crate::db::{DbConnection, Fault, Outcome};
use crate::ledger;
use crate::primitives::ids::{MarketId, PublishedId};
use crate::primitives::{Day, UnixMs};
use crate::registry::check::{found, text};
use crate::registry::{Page, PageRequest, boards};

const NAME_CHARS: usize = 120;

/// A published report without its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PublishedHead {
    pub id: PublishedId,
    pub market_id: MarketId,
    pub window: Span,
    /// Who stands for it.
    pub published_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub published_at: UnixMs,
    /// SHA-256 of the report, in hexadecimal: the same figures have the same.
    pub digest: String,
}

/// With the report as it was.
#[derive(Debug, Serialize, ToSchema)]
pub struct Published {
    #[serde(flatten)]
    pub head: PublishedHead,
    #[schema(value_type = Object)]
    pub report: Box<RawValue>,
}

#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPublished {
    /// The first day of the window; by default 29 days before its last.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// The last day; by default the last full day.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub to: Option<Day>,
    /// Who stands for it: 1–120 characters.
    pub published_by: String,
}

#[derive(Debug, Default, serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PublishedFilter {
    pub market_id: Option<MarketId>,
}

/// Makes a report and keeps it.
///
/// # Errors
/// `not-found` (market), `text-length` (published_by), and the window's refusals.
pub fn publish(
    connection: &mut DbConnection,
    act: &Act,
    market_id: MarketId,
    new: &NewPublished,
) -> Outcome<Published> {
    act.require(Permission::ReportsPublish)?;
    let published_by = text("published_by", &new.published_by, NAME_CHARS)?;
    // A roll-up in between would move the figures.
    ledger::lock_board(connection, act.board_id())?;
    let mut stranger = act.clone();
    stranger.scope.permissions = Permissions::of(vec![Permission::ReportsRead]);
    let query = Query { from: new.from, to: new.to, include_occupancies: false };
    let made = report::read(connection, &stranger, market_id, &query)?;
    let laid = serde_json::to_string(&laid::lay(&made)).map_err(Fault::broken)?;
    let told = serde_json::to_string(&made).map_err(Fault::broken)?;
    let head = PublishedHead {
        id: PublishedId(act.new_id()),
        market_id,
        window: made.window,
        published_by,
        published_at: act.at,
        digest: hex::encode(Sha256::digest(&told)),
    };
    rows::insert(connection, act, &head, (&told, &laid))?;
    Ok(Published { head, report: RawValue::from_string(told).map_err(Fault::broken)? })
}

/// # Errors
/// `forbidden` without `reports.read`, `not-found`.
pub fn get(connection: &mut DbConnection, act: &Act, id: PublishedId) -> Outcome<Published> {
    act.require(Permission::ReportsRead)?;
    let kept = found(rows::find(connection, act.board_id(), id)?, "published_report")?;
    let report = RawValue::from_string(kept.report).map_err(Fault::broken)?;
    Ok(Published { head: kept.head, report })
}

/// As it was laid out, for its files.
///
/// # Errors
/// As [`get`].
pub fn laid(
    connection: &mut DbConnection,
    act: &Act,
    id: PublishedId,
) -> Outcome<(PublishedHead, Laid)> {
    act.require(Permission::ReportsRead)?;
    let kept = found(rows::find(connection, act.board_id(), id)?, "published_report")?;
    Ok((kept.head, serde_json::from_str(&kept.laid).map_err(Fault::broken)?))
}

pub fn list(
    connection: &mut DbConnection,
    act: &Act,
    filter: &PublishedFilter,
    page: PageRequest,
) -> Outcome<Page<PublishedHead>> {
    act.require(Permission::ReportsRead)?;
    let heads = rows::page(connection, act.board_id(), filter, page)?;
    Ok(page.page(heads, |head| head.id.0))
}

/// What anybody may see of a market: its last published report, without groups and tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenSummary {
    pub market: String,
    pub from: Day,
    pub to: Day,
    pub published_at: UnixMs,
    /// What cannot be measured, and why.
    pub opening: Vec<String>,
    pub figures: Vec<Figure>,
    pub funnel: Vec<Step>,
    /// Of what people counted.
    pub cash: Vec<String>,
    /// 95 %, in thousandths: low end, high end, point.
    pub share: Option<(i32, i32, i32)>,
    pub weeks: Vec<Point>,
    pub months: Vec<Point>,
    pub notes: Vec<String>,
}

/// The last published report of a market, for anybody; nothing where its board has published none. Who
/// stands for it stays with the board.
pub fn open_summary(
    connection: &mut DbConnection,
    market_id: MarketId,
) -> Outcome<Option<OpenSummary>> {
    for board_id in boards::all_ids(connection)? {
        if let Some(kept) = rows::latest(connection, board_id, market_id)? {
            let laid: Laid = serde_json::from_str(&kept.laid).map_err(Fault::broken)?;
            return Ok(Some(OpenSummary {
                market: laid.market,
                from: laid.from,
                to: laid.to,
                published_at: kept.head.published_at,
                opening: laid.opening,
                figures: laid.figures,
                funnel: laid.funnel,
                cash: laid.cash,
                share: laid.share,
                weeks: laid.weeks,
                months: laid.months,
                notes: laid.notes,
            }));
        }
    }
    Ok(None)
}

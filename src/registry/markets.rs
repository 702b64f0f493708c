//! Markets (chợ) of a board. Since July 2025 a commune lies directly under its province.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{found, text};
use super::store::markets as store;
use super::{Page, PageRequest};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::MarketId;
use crate::primitives::{UnixMs, input};

const NAME_CHARS: usize = 120;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Market {
    pub id: MarketId,
    pub name: String,
    /// Xã, phường or đặc khu.
    pub commune: String,
    /// Tỉnh or thành phố.
    pub province: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
}

/// All texts have 1–120 characters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMarket {
    pub name: String,
    pub commune: String,
    pub province: String,
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub commune: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub province: Option<String>,
}

pub fn create(connection: &mut DbConnection, act: &Act, new: NewMarket) -> Outcome<Market> {
    act.require(Permission::RegistryWrite)?;
    let market = Market {
        id: MarketId(act.new_id()),
        name: text("name", &new.name, NAME_CHARS)?,
        commune: text("commune", &new.commune, NAME_CHARS)?,
        province: text("province", &new.province, NAME_CHARS)?,
        created_at: act.at,
    };
    store::insert(connection, act.board_id(), &market)?;
    Ok(market)
}

pub fn get(connection: &mut DbConnection, act: &Act, id: MarketId) -> Outcome<Market> {
    act.require_within(Permission::RegistryRead)?;
    require(connection, act, id)
}

/// The market that a change is for; the change has its own permission.
///
/// # Errors
/// `not-found`.
pub fn require(connection: &mut DbConnection, act: &Act, id: MarketId) -> Outcome<Market> {
    Ok(found(store::find(connection, act.board_id(), id)?, "market")?)
}

pub fn list(connection: &mut DbConnection, act: &Act, page: PageRequest) -> Outcome<Page<Market>> {
    act.require_within(Permission::RegistryRead)?;
    let markets = store::page(connection, act.board_id(), page)?;
    Ok(page.page(markets, |market| market.id.0))
}

pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: MarketId,
    change: MarketChange,
) -> Outcome<Market> {
    act.require(Permission::RegistryWrite)?;
    let mut market = require(connection, act, id)?;
    for (field, new, current) in [
        ("name", change.name, &mut market.name),
        ("commune", change.commune, &mut market.commune),
        ("province", change.province, &mut market.province),
    ] {
        if let Some(new) = new {
            *current = text(field, &new, NAME_CHARS)?;
        }
    }
    store::update(connection, act.board_id(), &market)?;
    Ok(market)
}

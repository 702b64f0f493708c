//! Writes the made-up market into the register, through the same use cases as the API.

use std::collections::HashMap;

use super::plan::{NEIGHBOURHOODS, Plan};
use super::traffic::LUNAR_MARKET_DAYS;
use super::words::Words;
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{
    AccountId, CodeId, MarketId, NeighbourhoodId, OccupancyId, SectionId, StallId,
};
use crate::registry::calendar::{self, NewCalendarRule, Rule};
use crate::registry::markets::{self, NewMarket};
use crate::registry::neighbourhoods::{self, NewNeighbourhood};
use crate::registry::sections::{self, NewSection};
use crate::registry::stalls::{self, NewStall};
use crate::vietqr::Reference;

pub const BOARD: &str = "Ban quản lý chợ Thới Bình";
const MARKET: &str = "Chợ Thới Bình";
const COMMUNE: &str = "Thới Bình";
const PROVINCE: &str = "Cà Mau";

/// A printed code.
#[derive(Clone, Debug)]
pub struct Card {
    pub id: CodeId,
    /// `None` where the vendor did not want one in the memo.
    pub reference: Option<Reference>,
    pub payload: String,
}

/// What the plan became in the register; keys are places in the plan.
#[derive(Clone)]
pub struct Register {
    pub market_id: MarketId,
    pub neighbourhoods: Vec<NeighbourhoodId>,
    pub stalls: Vec<StallId>,
    pub occupancies: HashMap<usize, OccupancyId>,
    pub accounts: HashMap<usize, AccountId>,
    pub cards: HashMap<usize, Card>,
}

impl Register {
    /// The market with its calendar, sections, khóm and stalls; nobody trades there yet.
    pub fn open(
        connection: &mut DbConnection,
        act: &Act,
        plan: &Plan,
        words: &Words,
    ) -> Outcome<Self> {
        let [name, commune, province] = [MARKET, COMMUNE, PROVINCE].map(str::to_owned);
        let market = markets::create(connection, act, NewMarket { name, commune, province })?;
        calendar(connection, act, market.id)?;
        let mut section_ids = Vec::new();
        for (name, position) in words.trade.sections.iter().zip(1..) {
            let new = NewSection { market_id: market.id, name: name.clone(), position };
            section_ids.push(sections::create(connection, act, new)?.id);
        }
        Ok(Self {
            market_id: market.id,
            neighbourhoods: khom(connection, act)?,
            stalls: build_stalls(connection, act, plan, &section_ids)?,
            occupancies: HashMap::new(),
            accounts: HashMap::new(),
            cards: HashMap::new(),
        })
    }
}

/// Monday to Saturday, and the 1st and 15th lunar days.
fn calendar(connection: &mut DbConnection, act: &Act, market_id: MarketId) -> Outcome<()> {
    let (from_day, to_day) = (None, None);
    let weekdays = (1..=6).map(|iso_weekday| Rule::Weekday { iso_weekday, from_day, to_day });
    let lunar_days =
        LUNAR_MARKET_DAYS.map(|day| Rule::LunarDay { lunar_day: i32::from(day), from_day, to_day });
    for rule in weekdays.chain(lunar_days) {
        calendar::create(connection, act, NewCalendarRule { market_id, rule })?;
    }
    Ok(())
}

fn khom(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<NeighbourhoodId>> {
    let one = |number: u8| NewNeighbourhood {
        kind: "khóm".to_owned(),
        name: format!("Khóm {number}"),
        aliases: Vec::new(),
        from_day: None,
        to_day: None,
    };
    NEIGHBOURHOODS
        .into_iter()
        .map(|number| Ok(neighbourhoods::create(connection, act, one(number))?.id))
        .collect()
}

fn build_stalls(
    connection: &mut DbConnection,
    act: &Act,
    plan: &Plan,
    section_ids: &[SectionId],
) -> Outcome<Vec<StallId>> {
    plan.stalls
        .iter()
        .map(|stall| {
            let new = NewStall {
                section_id: place(section_ids, stall.section)?,
                code: stall.code.clone(),
                goods: stall.goods.name.clone(),
                wholesale: stall.goods.wholesale,
                size_class: stall.size,
                position: stall.position,
            };
            Ok(stalls::create(connection, act, new)?.id)
        })
        .collect()
}

/// An id by its place in the plan.
pub fn place<T: Copy>(ids: &[T], at: usize) -> Outcome<T> {
    ids.get(at).copied().ok_or_else(|| Fault::broken("the demo's plan does not hold together"))
}

//! The register as an import goes on, found by what the file names things by.

use std::collections::{HashMap, HashSet};

use super::columns::letters;
use crate::primitives::ids::{
    AccountId, MarketId, NeighbourhoodId, OccupancyId, SectionId, StallId, VendorId,
};
use crate::primitives::{Day, fold};
use crate::registry::accounts::Account;
use crate::registry::links::AccountLink;
use crate::registry::neighbourhoods::Neighbourhood;
use crate::registry::occupancies::Occupancy;
use crate::registry::roll::Roll;
use crate::registry::sections::Section;
use crate::registry::stalls::{Stall, code_key};
use crate::registry::vendors::Vendor;

/// What is there, and what the rows before have made.
#[derive(Clone, Default)]
pub struct Known {
    pub sections: HashMap<String, SectionId>,
    pub homes: HashMap<String, NeighbourhoodId>,
    pub stalls: HashMap<String, Stall>,
    /// Who holds a stall today, or will.
    pub held: HashMap<StallId, Occupancy>,
    pub vendors: HashMap<VendorId, Vendor>,
    /// By name and phone.
    pub people: HashMap<(String, String), VendorId>,
    /// By BIN and number.
    pub accounts: HashMap<(String, String), Account>,
    pub links: HashSet<(OccupancyId, AccountId)>,
    pub last_position: i32,
}

impl Known {
    pub fn of(roll: Roll, market_id: MarketId) -> Self {
        let mut known = Self::default();
        let today = roll.today;
        let goes_on = |to: Option<Day>| to.is_none_or(|to| to >= today);
        let of_market = |section: &&Section| section.market_id == market_id;
        roll.sections.values().filter(of_market).for_each(|section| known.section(section));
        roll.neighbourhoods.values().for_each(|home| known.home(home));
        let (occupancies, links) = (roll.occupancies, roll.links);
        for one in occupancies.into_values().filter(|one| goes_on(one.to_day)) {
            known.held.insert(one.stall_id, one);
        }
        for link in links.into_values().filter(|link| goes_on(link.to_day)) {
            known.link(&link);
        }
        roll.stalls.into_iter().filter(|one| one.market_id == market_id).for_each(|stall| {
            known.stall(stall);
        });
        roll.vendors.into_values().for_each(|vendor| known.vendor(vendor));
        roll.accounts.into_values().for_each(|account| known.account(account));
        known
    }

    /// Forgets what got its id after another one.
    pub fn forget_since(&mut self, mark: i64) {
        self.sections.retain(|_, id| id.0 < mark);
        self.homes.retain(|_, id| id.0 < mark);
        self.stalls.retain(|_, stall| stall.id.0 < mark);
        self.held.retain(|_, held| held.id.0 < mark);
        self.vendors.retain(|id, _| id.0 < mark);
        self.people.retain(|_, id| id.0 < mark);
        self.accounts.retain(|_, account| account.id.0 < mark);
        self.links.retain(|(occupancy, account)| occupancy.0 < mark && account.0 < mark);
    }

    pub fn section(&mut self, section: &Section) {
        self.last_position = self.last_position.max(section.position);
        self.sections.insert(letters(&section.name), section.id);
    }

    pub fn home(&mut self, home: &Neighbourhood) {
        for name in home.aliases.iter().chain([&home.name]) {
            self.homes.insert(letters(name), home.id);
        }
    }

    pub fn stall(&mut self, stall: Stall) {
        self.stalls.insert(code_key(&stall.code), stall);
    }

    pub fn vendor(&mut self, vendor: Vendor) {
        if let Some(phone) = &vendor.phone {
            self.people.insert((fold::name(&vendor.name), phone.clone()), vendor.id);
        }
        self.vendors.insert(vendor.id, vendor);
    }

    pub fn account(&mut self, account: Account) {
        self.accounts.insert((account.bin.clone(), account.number.clone()), account);
    }

    pub fn link(&mut self, link: &AccountLink) {
        self.links.insert((link.occupancy_id, link.account_id));
    }
}

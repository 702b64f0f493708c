//! The whole register of a board at once, as the desk's tables need it: searched, filtered and
//! sorted in memory, where names are compared without diacritics. No amount stands in it.

mod choose;

use std::collections::{HashMap, HashSet};

use super::accounts::{Account, AccountFilter};
use super::links::{AccountLink, AccountLinkFilter};
use super::neighbourhoods::{Neighbourhood, NeighbourhoodFilter};
use super::occupancies::{Occupancy, OccupancyFilter};
use super::sections::{Section, SectionFilter};
use super::stalls::{Stall, StallFilter};
use super::store::{
    accounts as account_rows, links as link_rows, neighbourhoods as neighbourhood_rows,
    occupancies as occupancy_rows, roll as rows, sections as section_rows, stalls as stall_rows,
    vendors as vendor_rows,
};
use super::vendors::{Vendor, VendorFilter};
use super::{PageRequest, boards};
use crate::access::{Act, Permission};
use crate::db::{DbConnection, Outcome};
use crate::primitives::Day;
use crate::primitives::ids::{
    AccountId, LinkId, NeighbourhoodId, OccupancyId, SectionId, StallId, VendorId,
};

pub use choose::{Chosen, RollFilter, RollOrder, RollState, plain};

/// The register within the caller's sections.
#[derive(Debug)]
pub struct Roll {
    /// The board's day, on which "now" is judged.
    pub today: Day,
    pub stalls: Vec<Stall>,
    pub sections: HashMap<SectionId, Section>,
    pub neighbourhoods: HashMap<NeighbourhoodId, Neighbourhood>,
    pub vendors: HashMap<VendorId, Vendor>,
    pub occupancies: HashMap<OccupancyId, Occupancy>,
    pub accounts: HashMap<AccountId, Account>,
    pub links: HashMap<LinkId, AccountLink>,
    /// Of each stall, by their first day.
    held: HashMap<StallId, Vec<OccupancyId>>,
    /// Of each occupancy, by their first day.
    linked: HashMap<OccupancyId, Vec<LinkId>>,
    /// The stalls that are paid to each account today.
    served: HashMap<AccountId, Vec<StallId>>,
    /// Of each stall, in [`Self::stalls`].
    places: HashMap<StallId, usize>,
    coded: HashSet<OccupancyId>,
    fed: HashSet<AccountId>,
}

/// A stall as it stands today.
#[derive(Clone, Copy, Debug)]
pub struct RollLine<'r> {
    pub stall: &'r Stall,
    pub section: &'r Section,
    /// Who holds it today.
    pub occupancy: Option<&'r Occupancy>,
    pub vendor: Option<&'r Vendor>,
    pub neighbourhood: Option<&'r Neighbourhood>,
    pub has_code: bool,
    /// Whether a feed reports one of its accounts.
    pub has_feed: bool,
    /// How many accounts it is paid to.
    pub accounts: usize,
}

/// Reads the register.
///
/// # Errors
/// `forbidden`.
pub fn load(connection: &mut DbConnection, act: &Act) -> Outcome<Roll> {
    act.require_within(Permission::RegistryRead)?;
    let (board_id, all) = (act.board_id(), PageRequest::whole());
    let today = boards::today(connection, act)?;
    let stalls = stall_rows::page(connection, act, &StallFilter::default(), all)?;
    let sections = section_rows::page(connection, board_id, &SectionFilter::default(), all)?;
    let filter = NeighbourhoodFilter::default();
    let neighbourhoods = neighbourhood_rows::page(connection, board_id, &filter, all)?;
    let vendors = vendor_rows::page(connection, board_id, &VendorFilter::default(), all)?;
    let held = occupancy_rows::page(connection, board_id, &OccupancyFilter::default(), all)?;
    let accounts = account_rows::page(connection, board_id, &AccountFilter::default(), all)?;
    let links = link_rows::page(connection, board_id, &AccountLinkFilter::default(), all)?;
    let mut roll = Roll {
        today,
        stalls,
        sections: by(sections, |section| section.id),
        neighbourhoods: by(neighbourhoods, |one| one.id),
        vendors: by(vendors, |vendor| vendor.id),
        occupancies: by(held, |occupancy| occupancy.id),
        accounts: by(accounts, |account| account.id),
        links: by(links, |link| link.id),
        held: HashMap::new(),
        linked: HashMap::new(),
        served: HashMap::new(),
        places: HashMap::new(),
        coded: rows::coded(connection, board_id)?.into_iter().collect(),
        fed: rows::fed(connection, board_id, today)?.into_iter().collect(),
    };
    if act.scope.sections.is_limited() {
        roll.keep_within(act);
    }
    roll.index();
    Ok(roll)
}

fn by<K: std::hash::Hash + Eq, T>(items: Vec<T>, key: impl Fn(&T) -> K) -> HashMap<K, T> {
    items.into_iter().map(|item| (key(&item), item)).collect()
}

impl Roll {
    /// Leaves what `registry/reach.rs` lets the caller see.
    fn keep_within(&mut self, act: &Act) {
        let stalls: HashSet<StallId> = self.stalls.iter().map(|stall| stall.id).collect();
        let used: HashSet<VendorId> = self.occupancies.values().map(|one| one.vendor_id).collect();
        let paid: HashSet<AccountId> = self.links.values().map(|one| one.account_id).collect();
        self.sections.retain(|id, _| act.reaches(*id));
        self.occupancies.retain(|_, one| stalls.contains(&one.stall_id));
        let occupancies = &self.occupancies;
        self.links.retain(|_, link| occupancies.contains_key(&link.occupancy_id));
        let seen: HashSet<VendorId> = occupancies.values().map(|one| one.vendor_id).collect();
        self.vendors.retain(|id, _| seen.contains(id) || !used.contains(id));
        let seen: HashSet<AccountId> = self.links.values().map(|one| one.account_id).collect();
        self.accounts.retain(|id, _| seen.contains(id) || !paid.contains(id));
    }

    fn index(&mut self) {
        let mut occupancies: Vec<_> = self.occupancies.values().collect();
        occupancies.sort_by_key(|one| (one.from_day, one.id));
        for one in occupancies {
            self.held.entry(one.stall_id).or_default().push(one.id);
        }
        let mut links: Vec<_> = self.links.values().collect();
        links.sort_by_key(|one| (one.from_day, one.id));
        for one in links {
            self.linked.entry(one.occupancy_id).or_default().push(one.id);
            let period = super::Period { from: one.from_day, to: one.to_day };
            let held = self.occupancies.get(&one.occupancy_id);
            let held = held.filter(|held| held.period().contains(self.today));
            if let Some(held) = held.filter(|_| period.contains(self.today)) {
                self.served.entry(one.account_id).or_default().push(held.stall_id);
            }
        }
        self.places = self.stalls.iter().map(|stall| stall.id).zip(0..).collect();
    }

    /// Who held, holds or will hold a stall, the first one first.
    pub fn held(&self, id: StallId) -> impl Iterator<Item = &Occupancy> {
        let ids = self.held.get(&id).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.occupancies.get(id))
    }

    /// The links of an occupancy, the first one first.
    pub fn linked(&self, id: OccupancyId) -> impl Iterator<Item = &AccountLink> {
        let ids = self.linked.get(&id).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| self.links.get(id))
    }

    /// Whether a feed reports the account today.
    #[must_use]
    pub fn is_fed(&self, id: AccountId) -> bool {
        self.fed.contains(&id)
    }

    /// The stalls within the caller's reach that are paid to an account today.
    #[must_use]
    pub fn served(&self, id: AccountId) -> Vec<&Stall> {
        let ids = self.served.get(&id).map(Vec::as_slice).unwrap_or_default();
        let mut stalls: Vec<_> = ids.iter().filter_map(|id| self.stall(*id)).collect();
        stalls.sort_by(|one, other| one.code.cmp(&other.code));
        stalls.dedup_by_key(|stall| stall.id);
        stalls
    }

    /// A stall as it stands today.
    #[must_use]
    pub fn line<'r>(&'r self, stall: &'r Stall) -> Option<RollLine<'r>> {
        let section = self.sections.get(&stall.section_id)?;
        let occupancy = self.held(stall.id).find(|one| one.period().contains(self.today));
        let vendor = occupancy.and_then(|one| self.vendors.get(&one.vendor_id));
        let home = vendor.and_then(|vendor| vendor.neighbourhood_id);
        let paid = occupancy.into_iter().flat_map(|one| self.linked(one.id));
        let paid = paid.filter(|link| {
            super::Period { from: link.from_day, to: link.to_day }.contains(self.today)
        });
        let paid: Vec<AccountId> = paid.map(|link| link.account_id).collect();
        Some(RollLine {
            stall,
            section,
            occupancy,
            vendor,
            neighbourhood: home.and_then(|id| self.neighbourhoods.get(&id)),
            has_code: occupancy.is_some_and(|one| self.coded.contains(&one.id)),
            has_feed: paid.iter().any(|id| self.fed.contains(id)),
            accounts: paid.len(),
        })
    }

    /// The stall of an id.
    #[must_use]
    pub fn stall(&self, id: StallId) -> Option<&Stall> {
        self.places.get(&id).and_then(|place| self.stalls.get(*place))
    }
}

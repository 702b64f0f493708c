//! The made-up accounts: own, borrowed from family, shared by two or three stalls, with virtual
//! receiving numbers where the bank's feed sees no others.

use super::banks::{BROKEN, Bank, FeedName, MARKET, UNSEEN, WORKING};
use super::dice::Dice;
use super::plan::{Group, Tenant};
use super::words::People;
use crate::primitives::fold;
use crate::registry::accounts::{AccountKind, Relation, UseKind};

/// Every ninth seen stall shares the account of the one before.
const SHARING: usize = 9;
/// And now and then a third one does.
const SHARING_BY_THREE: usize = 27;

#[derive(Clone)]
pub struct AccountPlan {
    pub bank: &'static Bank,
    pub number: String,
    pub virtual_number: Option<String>,
    pub holder: String,
    pub kind: AccountKind,
    pub use_kind: UseKind,
    pub relation: Relation,
    pub feed: Option<FeedName>,
    pub keeps_outgoing: bool,
    /// The vendor's choice where nobody else is paid to it.
    pub with_reference: bool,
    /// Also sells through payOS orders.
    pub takes_orders: bool,
}

impl AccountPlan {
    /// VietinBank's personal accounts need the word SEVQR in the memo.
    pub fn after_sevqr(&self) -> bool {
        self.bank.needs_sevqr && self.kind == AccountKind::Personal
    }
}

/// Gives accounts to tenants, one after the other.
pub struct Accounts {
    plans: Vec<AccountPlan>,
    /// How many of [`WORKING`] and [`BROKEN`] are used.
    working: usize,
    broken: usize,
    /// Fed stalls so far.
    fed: usize,
    /// Accounts of fed stalls so far.
    placed: usize,
    gaps: usize,
    unfed: usize,
    /// The account that the next sharing stall takes.
    last_fed: Option<usize>,
}

impl Accounts {
    pub fn new(tenants: &[Tenant]) -> Self {
        let count = |group| tenants.iter().filter(|tenant| tenant.group == group).count();
        let fed_accounts = (0..count(Group::Fed)).filter(|fed| !shares(*fed)).count();
        Self {
            plans: Vec::new(),
            working: (fed_accounts / 2).clamp(1, WORKING.len()),
            broken: (count(Group::Gaps) / 3).clamp(1, BROKEN.len()),
            fed: 0,
            placed: 0,
            gaps: 0,
            unfed: 0,
            last_fed: None,
        }
    }

    /// The accounts, two of which also take orders, and the place of the market's own.
    pub fn all(mut self, dice: &mut Dice) -> (Vec<AccountPlan>, usize) {
        let seen_by_sepay = |plan: &&mut AccountPlan| plan.feed == Some(FeedName::SepayHmac);
        for plan in self.plans.iter_mut().filter(seen_by_sepay).take(2) {
            plan.takes_orders = true;
        }
        let place = self.plans.len();
        self.plans.push(market_account(dice));
        (self.plans, place)
    }

    /// The account of a tenant, `None` without a code.
    pub fn give(&mut self, tenant: &Tenant, people: &People, dice: &mut Dice) -> Option<usize> {
        let (bank, feed) = match tenant.group {
            Group::NoCode => return None,
            Group::Unfed => {
                let bank = next(&UNSEEN, UNSEEN.len(), &mut self.unfed)?;
                (*bank, None)
            }
            Group::Gaps => {
                let (feed, bank) = next(&BROKEN, self.broken, &mut self.gaps)?;
                (*bank, Some(*feed))
            }
            Group::Fed => {
                self.fed += 1;
                if shares(self.fed - 1) && is_there_throughout(tenant) && self.last_fed.is_some() {
                    return self.share();
                }
                let (feed, bank) = next(&WORKING, self.working, &mut self.placed)?;
                (*bank, Some(*feed))
            }
        };
        let plan = account(bank, feed, tenant, people, dice);
        let place = self.plans.len();
        self.plans.push(plan);
        if tenant.group == Group::Fed && is_there_throughout(tenant) {
            self.last_fed = Some(place);
        }
        Some(place)
    }

    /// A shared account is nobody's alone, and what comes in without a reference waits for a person.
    fn share(&mut self) -> Option<usize> {
        let place = self.last_fed?;
        let plan = self.plans.get_mut(place)?;
        plan.use_kind = UseKind::Mixed;
        plan.with_reference = true;
        Some(place)
    }
}

/// Whether the fed stall of this number shares an account.
const fn shares(fed: usize) -> bool {
    fed % SHARING == 2 || fed % SHARING_BY_THREE == SHARING + 3
}

fn is_there_throughout(tenant: &Tenant) -> bool {
    tenant.from == 0 && tenant.to.is_none()
}

fn next<'c, T>(cells: &'c [T], used: usize, counter: &mut usize) -> Option<&'c T> {
    let cell = cells.get(*counter % used.max(1));
    *counter += 1;
    cell
}

/// For the market's fees; nobody sells by it.
fn market_account(dice: &mut Dice) -> AccountPlan {
    let (feed, bank) = MARKET;
    AccountPlan {
        bank,
        number: bank.number(dice),
        virtual_number: None,
        holder: "BAN QUAN LY CHO THOI BINH".to_owned(),
        kind: AccountKind::Organisation,
        use_kind: UseKind::BusinessOnly,
        relation: Relation::Market,
        feed: Some(feed),
        keeps_outgoing: false,
        with_reference: false,
        takes_orders: false,
    }
}

fn account(
    bank: &'static Bank,
    feed: Option<FeedName>,
    tenant: &Tenant,
    people: &People,
    dice: &mut Dice,
) -> AccountPlan {
    let borrowed = dice.chance(125);
    let holder = if borrowed { people.name(dice) } else { tenant.vendor.clone() };
    let kind = match dice.between(0, 9) {
        _ if bank.is_wallet => AccountKind::Wallet,
        0..=1 if !borrowed => AccountKind::HouseholdBusiness,
        _ => AccountKind::Personal,
    };
    let business_only = kind == AccountKind::HouseholdBusiness || dice.chance(350);
    let has_virtual = bank.only_virtual && feed.is_some() || dice.chance(40);
    AccountPlan {
        bank,
        number: bank.number(dice),
        virtual_number: has_virtual.then(|| format!("96247{}", bank.number(dice))),
        holder: fold::name(&holder),
        kind,
        use_kind: if business_only { UseKind::BusinessOnly } else { UseKind::Mixed },
        relation: if borrowed { Relation::Family } else { Relation::Own },
        feed,
        keeps_outgoing: dice.chance(100),
        with_reference: !business_only || dice.chance(800),
        takes_orders: false,
    }
}

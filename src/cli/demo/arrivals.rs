//! What changes in the register from day to day: vendors come and leave, accounts are verified,
//! cards are issued, hung up and scanned again.

use super::accounts::AccountPlan;
use super::plan::{NEIGHBOURHOODS, Plan, Tenant};
use super::register::{Card, Register, place};
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::outreach::checks;
use crate::primitives::Day;
use crate::primitives::ids::{AccountId, NumberId, OccupancyId, VendorId};
use crate::registry::absences::{self, AbsenceKind, NewAbsence};
use crate::registry::accounts::{self, AccountChange, NewAccount, Relation};
use crate::registry::code_checks::NewCodeCheck;
use crate::registry::codes::{self, NewCode, Revocation};
use crate::registry::consents::{self, NewConsent, Purpose};
use crate::registry::links::{self, NewAccountLink};
use crate::registry::numbers::{self, NewReceivingNumber, NumberKind};
use crate::registry::occupancies::{self, EndOccupancy, NewOccupancy};
use crate::registry::vendors::{self, NewVendor};
use crate::registry::verifications::{self, Method, NewVerification};

/// Cards are scanned again after so many days: a check is good for half a year.
const SCANNED_EVERY: u32 = 60;

/// The morning of a day of the run.
pub struct Morning<'m> {
    pub act: &'m Act,
    pub plan: &'m Plan,
    /// Counted from 0.
    pub number: u32,
    pub day: Day,
}

impl Morning<'_> {
    /// Whether nothing is to be written on this day.
    pub fn is_quiet(plan: &Plan, number: u32) -> bool {
        plan.tenants.iter().all(|tenant| {
            tenant.from != number
                && tenant.equipped != number
                && tenant.to.is_none_or(|to| to + 1 != number)
                && !is_scanned_again(tenant, number)
        })
    }

    /// Writes the day's changes.
    pub fn write(&self, connection: &mut DbConnection, register: &mut Register) -> Outcome<()> {
        if self.number == 0 {
            self.account(connection, register, self.plan.fee_account)?;
        }
        for (at, tenant) in self.plan.tenants.iter().enumerate() {
            if tenant.from == self.number {
                self.arrive(connection, register, at, tenant)?;
            }
            if tenant.equipped == self.number {
                self.equip(connection, register, at, tenant)?;
            }
            if is_scanned_again(tenant, self.number) {
                self.scan(connection, register, at, tenant)?;
            }
            if tenant.to.is_some_and(|to| to + 1 == self.number) {
                self.leave(connection, register, at)?;
            }
        }
        Ok(())
    }

    fn arrive(
        &self,
        connection: &mut DbConnection,
        register: &mut Register,
        at: usize,
        tenant: &Tenant,
    ) -> Outcome<()> {
        let act = self.act;
        let neighbourhood =
            place(&register.neighbourhoods, tenant.neighbourhood % NEIGHBOURHOODS.len())?;
        let new = NewVendor {
            name: tenant.vendor.clone(),
            phone: tenant.phone.clone(),
            neighbourhood_id: Some(neighbourhood),
        };
        let vendor = vendors::create(connection, act, new)?;
        let new = NewOccupancy {
            stall_id: place(&register.stalls, tenant.stall)?,
            vendor_id: vendor.id,
            from_day: self.day,
            to_day: None,
        };
        let occupancy = occupancies::create(connection, act, new)?;
        register.occupancies.insert(at, occupancy.id);
        self.absences(connection, tenant, occupancy.id)?;
        self.vendor_consents(connection, tenant, vendor.id)?;
        let Some(account_at) = tenant.account else { return Ok(()) };
        let account_id = self.account(connection, register, account_at)?;
        let new = NewAccountLink {
            occupancy_id: occupancy.id,
            account_id,
            from_day: self.day,
            to_day: None,
        };
        links::create(connection, act, new)?;
        Ok(())
    }

    /// The account at a place of the plan, opened when it is first needed.
    fn account(
        &self,
        connection: &mut DbConnection,
        register: &mut Register,
        at: usize,
    ) -> Outcome<AccountId> {
        if let Some(known) = register.accounts.get(&at) {
            return Ok(*known);
        }
        let plan = self.plan.accounts.get(at).ok_or_else(|| Fault::broken("no such account"))?;
        let id = self.open_account(connection, plan)?;
        register.accounts.insert(at, id);
        Ok(id)
    }

    fn absences(
        &self,
        connection: &mut DbConnection,
        tenant: &Tenant,
        occupancy_id: OccupancyId,
    ) -> Outcome<()> {
        let day = |number: u32| self.day.plus((number - tenant.from.min(number)) as i32);
        let suspended = tenant.suspended_from.map(|from| (AbsenceKind::Suspended, from, None));
        let off = tenant.off.map(|(from, to)| (AbsenceKind::DayOff, from, Some(to)));
        for (kind, from, to) in suspended.into_iter().chain(off) {
            let (from_day, to_day) = (day(from), to.map(day));
            let new = NewAbsence { occupancy_id, kind, from_day, to_day };
            absences::create(connection, self.act, new)?;
        }
        Ok(())
    }

    fn vendor_consents(
        &self,
        connection: &mut DbConnection,
        tenant: &Tenant,
        vendor_id: VendorId,
    ) -> Outcome<()> {
        let shares = tenant.shares_amounts.then_some(Purpose::ShareAmounts);
        for purpose in [Purpose::Register].into_iter().chain(shares) {
            let new = NewConsent {
                vendor_id: Some(vendor_id),
                account_id: None,
                purpose,
                given_by: tenant.vendor.clone(),
                feed_id: None,
                wording: None,
            };
            consents::give(connection, self.act, new)?;
        }
        Ok(())
    }

    /// With its virtual number, its holder's consents and its verification.
    fn open_account(
        &self,
        connection: &mut DbConnection,
        plan: &AccountPlan,
    ) -> Outcome<AccountId> {
        let act = self.act;
        let new = NewAccount {
            bin: plan.bank.bin.to_owned(),
            number: plan.number.clone(),
            kind: plan.kind,
            use_kind: plan.use_kind,
            holder_name: plan.holder.clone(),
            relation: plan.relation,
            keeps_outgoing: false,
        };
        let id = accounts::create(connection, act, new)?.id;
        if let Some(number) = plan.virtual_number.clone() {
            let new =
                NewReceivingNumber { account_id: id, bin: None, kind: NumberKind::Virtual, number };
            numbers::create(connection, act, new)?;
        }
        let purposes = [
            plan.feed.map(|_| Purpose::ReceiveNotices),
            (plan.relation == Relation::Family).then_some(Purpose::UseOfAccount),
            plan.keeps_outgoing.then_some(Purpose::KeepOutgoing),
        ];
        for purpose in purposes.into_iter().flatten() {
            let given_by = plan.holder.clone();
            let new = NewConsent {
                vendor_id: None,
                account_id: Some(id),
                purpose,
                given_by,
                feed_id: None,
                wording: None,
            };
            consents::give(connection, act, new)?;
        }
        if plan.keeps_outgoing {
            let change = AccountChange { keeps_outgoing: Some(true), ..AccountChange::default() };
            accounts::change(connection, act, id, change)?;
        }
        self.verify(connection, plan, id)?;
        Ok(id)
    }

    fn verify(
        &self,
        connection: &mut DbConnection,
        plan: &AccountPlan,
        account_id: AccountId,
    ) -> Outcome<()> {
        // Feeds come later; until then the holder's own app is what shows the test.
        let seen = [
            (Method::NameShown, Some(plan.holder.clone()), None),
            (Method::TestConfirmed, None, Some(true)),
        ];
        for (method, shown_name, passed) in seen {
            let verified_by = "Tổ công nghệ số khóm 1".to_owned();
            let new = NewVerification { account_id, method, shown_name, passed, verified_by };
            verifications::create(connection, self.act, new)?;
        }
        Ok(())
    }

    fn equip(
        &self,
        connection: &mut DbConnection,
        register: &mut Register,
        at: usize,
        tenant: &Tenant,
    ) -> Outcome<()> {
        let Some(account_at) = tenant.account else { return Ok(()) };
        let (Some(occupancy_id), Some(account_id)) =
            (register.occupancies.get(&at), register.accounts.get(&account_at))
        else {
            return Ok(());
        };
        let plan = self.plan.accounts.get(account_at);
        let new = NewCode {
            occupancy_id: *occupancy_id,
            account_id: Some(*account_id),
            number_id: self.virtual_number(connection, *account_id)?,
            with_reference: plan.is_none_or(|plan| plan.with_reference),
        };
        let code = codes::issue(connection, self.act, new)?;
        let card = Card { id: code.id, reference: code.reference, payload: code.payload };
        register.cards.insert(at, card);
        self.scan(connection, register, at, tenant)
    }

    /// A virtual account of the stall is better than its memo.
    fn virtual_number(
        &self,
        connection: &mut DbConnection,
        account_id: AccountId,
    ) -> Outcome<Option<NumberId>> {
        let filter = numbers::ReceivingNumberFilter { account_id: Some(account_id), number: None };
        let page =
            numbers::list(connection, self.act, &filter, crate::registry::PageRequest::default())?;
        let found = page.items.iter().find(|number| number.kind == NumberKind::Virtual);
        Ok(found.map(|number| number.id))
    }

    fn scan(
        &self,
        connection: &mut DbConnection,
        register: &Register,
        at: usize,
        tenant: &Tenant,
    ) -> Outcome<()> {
        let Some(card) = register.cards.get(&at) else { return Ok(()) };
        let team = NEIGHBOURHOODS.get(tenant.neighbourhood).copied().unwrap_or(1);
        let new = NewCodeCheck {
            code_id: Some(card.id),
            scanned_payload: Some(card.payload.clone()),
            checked_by: format!("Tổ công nghệ số khóm {team}"),
            ..NewCodeCheck::default()
        };
        checks::create(connection, self.act, new)?;
        Ok(())
    }

    fn leave(&self, connection: &mut DbConnection, register: &Register, at: usize) -> Outcome<()> {
        if let Some(card) = register.cards.get(&at) {
            let because = "Tiểu thương nghỉ bán, trả sạp".to_owned();
            codes::revoke(connection, self.act, card.id, Revocation { because })?;
        }
        if let Some(occupancy_id) = register.occupancies.get(&at) {
            let to_day = self.day.plus(-1);
            occupancies::end(connection, self.act, *occupancy_id, EndOccupancy { to_day })?;
        }
        Ok(())
    }
}

fn is_scanned_again(tenant: &Tenant, number: u32) -> bool {
    number > tenant.equipped
        && (number - tenant.equipped).is_multiple_of(SCANNED_EVERY)
        && tenant.to.is_none_or(|to| number <= to)
}

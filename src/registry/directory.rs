//! The register as the ledger's writer lanes keep it in memory: which account a number leads to,
//! whom an account served on a day, what a reference stands for. Loaded again when
//! `board_heads.registry_version` moves. No lookup allocates, but for a number in lower case.

use std::collections::HashMap;

use super::accounts::AccountKind;
use super::period::Period;
use super::store::directory as store;
use crate::db::{DbConnection, Outcome};
use crate::feeds;
use crate::primitives::ids::{AccountId, BoardId, CodeId, FeedId, NumberId, OccupancyId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::vietqr::Reference;

/// What matching needs to know of one board.
#[derive(Debug)]
pub struct Directory {
    /// `board_heads.registry_version` when it was loaded.
    pub version: i64,
    pub day_start_minute: i32,
    pub minimum_receipt: Vnd,
    /// By number; the same digits may be a number of several banks.
    numbers: HashMap<Box<str>, Vec<Numbered>>,
    accounts: HashMap<AccountId, KnownAccount>,
    links: HashMap<AccountId, Vec<Link>>,
    codes: HashMap<Reference, StaticCode>,
    /// Virtual accounts in codes that are not revoked.
    printed: HashMap<NumberId, Vec<StaticCode>>,
    /// Who reports an account: the senders of its feeds, present and past, and others heard of it.
    senders: HashMap<AccountId, Vec<Box<str>>>,
    /// The newest transfer that was told of an account's numbers before they led to it.
    strays: HashMap<AccountId, i64>,
    /// The newest of which the number is not known yet.
    nameless_stray: Option<i64>,
    feeds: Vec<(FeedId, Box<str>)>,
}

/// What is known of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    pub bin: String,
    pub kind: AccountKind,
    pub business_only: bool,
    pub keeps_outgoing: bool,
    /// Whose notices the holder no longer lets reach us.
    pub unheard: Unheard,
}

/// The feeds of which a holder has withdrawn the consent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Unheard {
    #[default]
    None,
    /// All but those that the holder agrees to by name.
    AllBut(Vec<FeedId>),
    These(Vec<FeedId>),
}

impl KnownAccount {
    /// Whether what the feed tells of the account may be taken in.
    #[must_use]
    pub fn hears(&self, feed_id: FeedId) -> bool {
        match &self.unheard {
            Unheard::None => true,
            Unheard::AllBut(feeds) => feeds.contains(&feed_id),
            Unheard::These(feeds) => !feeds.contains(&feed_id),
        }
    }
}

/// A receiving number that was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolvedNumber {
    pub number_id: NumberId,
    pub account_id: AccountId,
}

/// A stall's code that bears a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticCode {
    pub code_id: CodeId,
    pub occupancy_id: OccupancyId,
    pub account_id: AccountId,
    pub revoked_at: Option<UnixMs>,
    /// The last day on which the vendor holds the stall and the account is linked to it.
    pub last_day: Option<Day>,
}

impl StaticCode {
    /// Whether the vendor has left the stall, or the account no longer serves it.
    #[must_use]
    pub fn is_over(&self, day: Day) -> bool {
        self.last_day.is_some_and(|last_day| last_day < day)
    }
}

/// Whose codes name a virtual account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    pub occupancy_id: OccupancyId,
    /// Where it is one code only.
    pub code_id: Option<CodeId>,
}

#[derive(Debug)]
pub(super) struct Numbered {
    pub(super) bin: Box<str>,
    pub(super) resolved: ResolvedNumber,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) occupancy_id: OccupancyId,
    /// The days of the link that are also days of the occupancy.
    pub(super) period: Period,
}

impl Directory {
    /// Loads a board's directory in twelve queries.
    ///
    /// # Errors
    /// `not-found` for an unknown board.
    pub fn load(connection: &mut DbConnection, board_id: BoardId) -> Outcome<Self> {
        let (version, day_start_minute, minimum_receipt) = store::head(connection, board_id)?;
        let mut numbers: HashMap<Box<str>, Vec<Numbered>> = HashMap::new();
        for (number, numbered) in store::numbers(connection, board_id)? {
            numbers.entry(number.into_boxed_str()).or_default().push(numbered);
        }
        let mut links: HashMap<AccountId, Vec<Link>> = HashMap::new();
        for (account_id, link) in store::links(connection, board_id)? {
            links.entry(account_id).or_default().push(link);
        }
        let mut accounts: HashMap<_, _> =
            store::accounts(connection, board_id)?.into_iter().collect();
        for (account_id, unheard) in store::unheard(connection, board_id)? {
            if let Some(account) = accounts.get_mut(&account_id) {
                account.unheard = unheard;
            }
        }
        let mut codes = HashMap::new();
        for (reference, mut code) in store::codes(connection, board_id)? {
            code.last_day = last_day(&links, &code);
            codes.insert(reference, code);
        }
        let mut printed: HashMap<NumberId, Vec<StaticCode>> = HashMap::new();
        for (number_id, mut code) in store::virtual_codes(connection, board_id)? {
            code.last_day = last_day(&links, &code);
            printed.entry(number_id).or_default().push(code);
        }
        let feeds = store::feeds(connection, board_id)?;
        let mut senders: HashMap<AccountId, Vec<Box<str>>> = HashMap::new();
        for (account_id, sender) in store::senders(connection, board_id, &feeds)? {
            let known = senders.entry(account_id).or_default();
            if !known.contains(&sender) {
                known.push(sender);
            }
        }
        let (strays, nameless_stray) = store::strays(connection, board_id)?;
        Ok(Self {
            version,
            day_start_minute,
            minimum_receipt,
            numbers,
            accounts,
            links,
            codes,
            printed,
            senders,
            strays: strays.into_iter().collect(),
            nameless_stray,
            feeds,
        })
    }

    /// The account that a report is about. The virtual account counts first: it tells more. With
    /// a BIN the number must be of that bank; without one it must lead to one account only.
    #[must_use]
    pub fn resolve_account(
        &self,
        bin: Option<&str>,
        account_number: Option<&str>,
        virtual_account: Option<&str>,
    ) -> Option<ResolvedNumber> {
        [virtual_account, account_number]
            .into_iter()
            .flatten()
            .find_map(|number| self.resolve(bin, number))
    }

    fn resolve(&self, bin: Option<&str>, number: &str) -> Option<ResolvedNumber> {
        // Kept in upper case; most are digits alone and found as they come.
        let numbered = match self.numbers.get(number) {
            None if number.bytes().any(|byte| byte.is_ascii_lowercase()) => {
                self.numbers.get(&*number.to_ascii_uppercase())?
            }
            found => found?,
        };
        if let Some(bin) = bin {
            return numbered.iter().find(|known| &*known.bin == bin).map(|known| known.resolved);
        }
        let (first, others) = numbered.split_first()?;
        let is_sole =
            others.iter().all(|other| other.resolved.account_id == first.resolved.account_id);
        is_sole.then_some(first.resolved)
    }

    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&KnownAccount> {
        self.accounts.get(&id)
    }

    /// The occupancies that an account served on a day, each once.
    pub fn occupancies_of(
        &self,
        account_id: AccountId,
        day: Day,
    ) -> impl Iterator<Item = OccupancyId> + '_ {
        let links = self.links.get(&account_id).map_or(&[][..], Vec::as_slice);
        links.iter().filter(move |link| link.period.contains(day)).map(|link| link.occupancy_id)
    }

    /// The stall's code with this reference, also a revoked one.
    #[must_use]
    pub fn code(&self, reference: Reference) -> Option<&StaticCode> {
        self.codes.get(&reference)
    }

    /// The stall whose valid codes alone name this virtual account on a day.
    #[must_use]
    pub fn printed_on(&self, number_id: NumberId, day: Day) -> Option<Printed> {
        let mut valid = self.printed.get(&number_id)?.iter().filter(|code| !code.is_over(day));
        let first = valid.next()?;
        let mut printed =
            Printed { occupancy_id: first.occupancy_id, code_id: Some(first.code_id) };
        for other in valid {
            if other.occupancy_id != first.occupancy_id {
                return None;
            }
            printed.code_id = None;
        }
        Some(printed)
    }

    /// Whether the account served the occupancy before a day, and did not any more on it.
    #[must_use]
    pub fn has_ended(&self, account_id: AccountId, occupancy_id: OccupancyId, day: Day) -> bool {
        last_linked(&self.links, account_id, occupancy_id).is_some_and(|last| last < day.get())
    }

    /// The senders that are known to report an account, each once.
    #[must_use]
    pub fn senders_of(&self, account_id: AccountId) -> &[Box<str>] {
        self.senders.get(&account_id).map_or(&[], Vec::as_slice)
    }

    /// The newest transfer that was told of the account's numbers before they led to it: what comes
    /// for the account around its time may be the same money.
    #[must_use]
    pub fn newest_stray(&self, account_id: AccountId) -> Option<i64> {
        self.strays.get(&account_id).copied().max(self.nameless_stray)
    }

    /// The accounts that a report of no account may be about: all that have one of its numbers, at its
    /// bank or, where it tells none, at any.
    pub fn having<'d>(
        &'d self,
        bin: Option<&'d str>,
        numbers: [Option<&'d str>; 2],
    ) -> impl Iterator<Item = AccountId> + 'd {
        let found = |number: &str| self.numbers.get(&*number.to_ascii_uppercase());
        let all = numbers.into_iter().flatten().filter_map(found).flatten();
        let of_bank = all.filter(move |known| bin.is_none_or(|bin| *known.bin == *bin));
        of_bank.map(|known| known.resolved.account_id)
    }

    /// The board's feeds of a company with their senders, also those that are disabled.
    pub fn feeds_of<'d>(
        &'d self,
        company: &'d str,
    ) -> impl Iterator<Item = (FeedId, &'d str)> + 'd {
        let all = self.feeds.iter().map(|(id, sender)| (*id, &**sender));
        all.filter(move |(_, sender)| feeds::company(sender) == company)
    }
}

/// The last day of the links between a code's account and its occupancy, or of the occupancy alone
/// where there are none.
fn last_day(links: &HashMap<AccountId, Vec<Link>>, code: &StaticCode) -> Option<Day> {
    match last_linked(links, code.account_id, code.occupancy_id) {
        Some(i32::MAX) => None,
        Some(last_day) => Some(Day(last_day)),
        None => code.last_day,
    }
}

/// The last day on which an account serves an occupancy, the greatest number where it still does;
/// `None`: it never did.
fn last_linked(
    links: &HashMap<AccountId, Vec<Link>>,
    account_id: AccountId,
    occupancy_id: OccupancyId,
) -> Option<i32> {
    let of_account = links.get(&account_id).map_or(&[][..], Vec::as_slice);
    let of_occupancy = of_account.iter().filter(|link| link.occupancy_id == occupancy_id);
    of_occupancy.map(|link| link.period.to.map_or(i32::MAX, Day::get)).max()
}

//! A row of the file against what the register has.

use super::columns::{Field, Line, letters};
use super::known::Known;
use super::{ImportedRow, RowVerdict};
use crate::access::Act;
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::{
    AccountId, MarketId, NeighbourhoodId, OccupancyId, SectionId, StallId, VendorId,
};
use crate::primitives::{Day, Refusal, fold};
use crate::registry::accounts::{self, AccountChange, AccountKind, NewAccount, Relation, UseKind};
use crate::registry::links::{self, NewAccountLink};
use crate::registry::neighbourhoods::{self, NewNeighbourhood};
use crate::registry::occupancies::{self, NewOccupancy};
use crate::registry::roll::Roll;
use crate::registry::sections::{self, NewSection};
use crate::registry::stalls::{self, NewStall, SizeClass, Stall, StallChange, code_key};
use crate::registry::vendors::{self, NewVendor, Vendor, VendorChange};
use crate::registry::{Patch, check};
use crate::vietqr::{Bank, banks};

/// What stops a row, with the column where it stands.
type Stopped = (Fault, Option<Field>);

/// A fault of what a column says.
fn at(field: Field) -> impl Fn(Fault) -> Stopped {
    move |fault| (fault, Some(field))
}

fn refuse(field: Field, code: &'static str) -> Stopped {
    (Refusal::conflict(code).into(), Some(field))
}

/// An import at work: the register as it has become by the rows before.
pub struct Importing {
    known: Known,
    market_id: MarketId,
    today: Day,
}

/// Whether anything was written.
#[derive(Clone, Copy, Default)]
struct Wrote {
    stall: bool,
    other: bool,
}

impl Importing {
    pub fn new(roll: Roll, market_id: MarketId) -> Self {
        Self { today: roll.today, known: Known::of(roll, market_id), market_id }
    }

    /// Does a row; where it is refused, nothing of it is done.
    pub fn row(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        line: &Line<'_>,
    ) -> Outcome<ImportedRow> {
        let mut field = None;
        let key = line.text(Field::Stall).map(code_key).unwrap_or_default();
        let (mark, before) = (act.new_id(), self.known.stalls.get(&key).cloned());
        let done = connection.in_savepoint("import_row", |connection| {
            self.write(connection, act, line).map_err(|(fault, at)| {
                field = at;
                fault
            })
        });
        let (verdict, refusal) = match done {
            Ok(Wrote { stall: true, .. }) => (RowVerdict::New, None),
            Ok(Wrote { other: true, .. }) => (RowVerdict::Changed, None),
            Ok(_) => (RowVerdict::Same, None),
            Err(Fault::Refused(refusal)) => {
                // What the row made is gone again.
                self.known.forget_since(mark);
                if let Some(stall) = before {
                    self.known.stall(stall);
                }
                (RowVerdict::Refused, Some((refusal, field)))
            }
            Err(fault) => return Err(fault),
        };
        let stall = line.text(Field::Stall).unwrap_or_default().to_owned();
        Ok(ImportedRow { number: line.number, stall, verdict, refusal })
    }

    fn write(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        line: &Line<'_>,
    ) -> Result<Wrote, Stopped> {
        let mut wrote = Wrote::default();
        let stall = self.stall(connection, act, line, &mut wrote)?;
        if let Some(occupancy) = self.holder(connection, act, (stall, line), &mut wrote)? {
            self.account(connection, act, (stall, occupancy, line), &mut wrote)?;
        }
        Ok(wrote)
    }

    fn section(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        name: &str,
    ) -> Result<SectionId, Stopped> {
        if let Some(id) = self.known.sections.get(&letters(name)) {
            return Ok(*id);
        }
        let new = NewSection {
            market_id: self.market_id,
            name: name.to_owned(),
            position: self.known.last_position.saturating_add(1),
        };
        let made = sections::create(connection, act, new).map_err(at(Field::Section))?;
        self.known.section(&made);
        Ok(made.id)
    }

    fn stall(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        line: &Line<'_>,
        wrote: &mut Wrote,
    ) -> Result<StallId, Stopped> {
        let code =
            line.text(Field::Stall).ok_or_else(|| refuse(Field::Stall, "import-no-stall"))?;
        let known = self.known.stalls.get(&code_key(code)).cloned();
        let section_id = match line.text(Field::Section) {
            Some(name) => Some(self.section(connection, act, name)?),
            None => None,
        };
        let goods = line.text(Field::Goods).map(str::to_owned);
        let size = line.text(Field::Size).map(size).transpose()?;
        let wholesale = line.text(Field::Wholesale).map(yes).transpose()?;
        let position = line.text(Field::Position).map(number).transpose()?;
        let Some(known) = known else {
            let new = NewStall {
                section_id: section_id
                    .ok_or_else(|| refuse(Field::Section, "import-no-section"))?,
                code: code.to_owned(),
                goods: goods.ok_or_else(|| refuse(Field::Goods, "import-no-goods"))?,
                wholesale: wholesale.unwrap_or_default(),
                size_class: size.unwrap_or(SizeClass::Small),
                position: position.unwrap_or_default(),
            };
            let made = stalls::create(connection, act, new).map_err(at(Field::Stall))?;
            wrote.stall = true;
            let id = made.id;
            self.known.stall(made);
            return Ok(id);
        };
        let wanted = Stall {
            section_id: section_id.unwrap_or(known.section_id),
            goods: goods.unwrap_or_else(|| known.goods.clone()),
            wholesale: wholesale.unwrap_or(known.wholesale),
            size_class: size.unwrap_or(known.size_class),
            position: position.unwrap_or(known.position),
            ..known.clone()
        };
        if wanted != known {
            let change = StallChange {
                section_id: Some(wanted.section_id),
                goods: Some(wanted.goods),
                wholesale: Some(wanted.wholesale),
                size_class: Some(wanted.size_class),
                position: Some(wanted.position),
                ..StallChange::default()
            };
            let changed = stalls::change(connection, act, known.id, change);
            let changed = changed.map_err(at(Field::Stall))?;
            self.known.stall(changed);
            wrote.other = true;
        }
        Ok(known.id)
    }

    fn neighbourhood(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        text: &str,
    ) -> Result<NeighbourhoodId, Stopped> {
        // `5` is Khóm 5.
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let name = if is_number { format!("Khóm {text}") } else { text.to_owned() };
        if let Some(id) = self.known.homes.get(&letters(&name)) {
            return Ok(*id);
        }
        let kind = name.split_whitespace().next().unwrap_or("khóm").to_lowercase();
        let new =
            NewNeighbourhood { kind, name, aliases: Vec::new(), from_day: None, to_day: None };
        let made = neighbourhoods::create(connection, act, new).map_err(at(Field::Khom))?;
        self.known.home(&made);
        Ok(made.id)
    }

    fn holder(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        (stall_id, line): (StallId, &Line<'_>),
        wrote: &mut Wrote,
    ) -> Result<Option<OccupancyId>, Stopped> {
        let held = self.known.held.get(&stall_id).cloned();
        let Some(name) = line.text(Field::Vendor) else {
            return Ok(held.map(|held| held.id));
        };
        let home = match line.text(Field::Khom) {
            Some(text) => Some(self.neighbourhood(connection, act, text)?),
            None => None,
        };
        let phone = line.cell(Field::Phone).map(|cell| {
            // A spreadsheet that took it for a number lost its zero.
            let lost = cell.is_number && cell.text.len() == 9;
            let text = if lost { format!("0{}", cell.text) } else { cell.text.clone() };
            check::phone("phone", &text).map_err(|refusal| at(Field::Phone)(refusal.into()))
        });
        let phone = phone.transpose()?;
        if let Some(held) = held {
            let vendor = self.known.vendors.get(&held.vendor_id).cloned();
            let vendor = vendor.filter(|vendor| fold::name(&vendor.name) == fold::name(name));
            let vendor = vendor.ok_or_else(|| refuse(Field::Vendor, "import-other-holder"))?;
            self.vendor(connection, act, vendor, (phone, home), wrote)?;
            return Ok(Some(held.id));
        }
        let from_day = line.text(Field::From).map(day).transpose()?.unwrap_or(self.today);
        let person = phone.clone().map(|phone| (fold::name(name), phone));
        let known = person.and_then(|person| self.known.people.get(&person));
        let known = known.and_then(|id| self.known.vendors.get(id));
        let vendor_id = if let Some(known) = known.cloned() {
            self.vendor(connection, act, known, (phone, home), wrote)?
        } else {
            let new = NewVendor { name: name.to_owned(), phone, neighbourhood_id: home };
            let made = vendors::create(connection, act, new).map_err(at(Field::Vendor))?;
            let id = made.id;
            self.known.vendor(made);
            id
        };
        let new = NewOccupancy { stall_id, vendor_id, from_day, to_day: None };
        let made = occupancies::create(connection, act, new).map_err(at(Field::From))?;
        wrote.other = true;
        let id = made.id;
        self.known.held.insert(stall_id, made);
        Ok(Some(id))
    }

    fn vendor(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        known: Vendor,
        (phone, home): (Option<String>, Option<NeighbourhoodId>),
        wrote: &mut Wrote,
    ) -> Result<VendorId, Stopped> {
        let other_phone = phone.filter(|phone| known.phone.as_ref() != Some(phone));
        let other_home = home.filter(|home| known.neighbourhood_id != Some(*home));
        if other_phone.is_some() || other_home.is_some() {
            let change = VendorChange {
                name: None,
                phone: other_phone.map_or(Patch::Keep, Patch::Set),
                neighbourhood_id: other_home.map_or(Patch::Keep, Patch::Set),
            };
            let changed = vendors::change(connection, act, known.id, change);
            let changed = changed.map_err(at(Field::Vendor))?;
            self.known.vendor(changed);
            wrote.other = true;
        }
        Ok(known.id)
    }

    fn account(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        (stall_id, occupancy_id, line): (StallId, OccupancyId, &Line<'_>),
        wrote: &mut Wrote,
    ) -> Result<(), Stopped> {
        let Some(cell) = line.cell(Field::Number) else { return Ok(()) };
        if cell.is_number && (cell.text.len() > 15 || cell.text.contains(['~', '.'])) {
            return Err(refuse(Field::Number, "import-number-rounded"));
        }
        let number = check::number("number", &cell.text);
        let number = number.map_err(|refusal| at(Field::Number)(refusal.into()))?;
        let bank = line.text(Field::Bank).ok_or_else(|| refuse(Field::Bank, "import-no-bank"))?;
        let bank = bank_of(bank).ok_or_else(|| refuse(Field::Bank, "import-bank-unknown"))?;
        let relation = line.text(Field::Relation).map(relation).transpose()?;
        let holder = line.text(Field::Holder).map(str::to_owned);
        let known = self.known.accounts.get(&(bank.bin.clone(), number.clone()));
        let known = known.map(|known| (known.id, known.holder_name.clone()));
        let account_id = if let Some((id, name)) = known {
            let other = holder.filter(|holder| fold::name(holder) != fold::name(&name));
            if let Some(holder_name) = other {
                let change =
                    AccountChange { holder_name: Some(holder_name), ..AccountChange::default() };
                let changed = accounts::change(connection, act, id, change);
                self.known.account(changed.map_err(at(Field::Holder))?);
                wrote.other = true;
            }
            id
        } else {
            let (of_kind, used) = (line.text(Field::Kind), line.text(Field::Use));
            let new = NewAccount {
                bin: bank.bin.clone(),
                number,
                kind: of_kind.map(kind).transpose()?.unwrap_or(AccountKind::Personal),
                use_kind: used.map(use_kind).transpose()?.unwrap_or(UseKind::Mixed),
                holder_name: holder.ok_or_else(|| refuse(Field::Holder, "import-no-holder"))?,
                relation: relation.unwrap_or(Relation::Own),
                keeps_outgoing: false,
            };
            let made = accounts::create(connection, act, new).map_err(at(Field::Number))?;
            let id = made.id;
            self.known.account(made);
            wrote.other = true;
            id
        };
        self.link(connection, act, (stall_id, occupancy_id, account_id), wrote)
    }

    fn link(
        &mut self,
        connection: &mut DbConnection,
        act: &Act,
        (stall_id, occupancy_id, account_id): (StallId, OccupancyId, AccountId),
        wrote: &mut Wrote,
    ) -> Result<(), Stopped> {
        if self.known.links.contains(&(occupancy_id, account_id)) {
            return Ok(());
        }
        let held = self.known.held.get(&stall_id);
        let since = held.map_or(self.today, |held| held.from_day);
        // An account that is new at an old stall: what came before is nobody's to place again.
        let from_day = if wrote.stall { since } else { since.max(self.today) };
        let new = NewAccountLink { occupancy_id, account_id, from_day, to_day: None };
        let made = links::create(connection, act, new).map_err(at(Field::Number))?;
        self.known.link(&made);
        wrote.other = true;
        Ok(())
    }
}

/// By BIN, code or short name.
fn bank_of(text: &str) -> Option<&'static Bank> {
    let wanted = letters(text);
    banks::by_bin(text.trim()).or_else(|| {
        banks::all()
            .iter()
            .find(|bank| letters(&bank.short_name) == wanted || letters(&bank.code) == wanted)
    })
}

/// The word of a list of choices.
fn word<T: Copy>(field: Field, text: &str, all: &[(T, &[&str])]) -> Result<T, Stopped> {
    let wanted = letters(text);
    let found = all.iter().find(|(_, words)| words.contains(&wanted.as_str()));
    found.map(|(one, _)| *one).ok_or_else(|| refuse(field, "import-word-unknown"))
}

fn size(text: &str) -> Result<SizeClass, Stopped> {
    word(
        Field::Size,
        text,
        &[
            (SizeClass::Small, &["small", "nho"]),
            (SizeClass::Medium, &["medium", "vua", "trungbinh"]),
            (SizeClass::Large, &["large", "lon", "to"]),
        ],
    )
}

fn yes(text: &str) -> Result<bool, Stopped> {
    word(
        Field::Wholesale,
        text,
        &[
            (true, &["co", "x", "yes", "true", "1", "si"]),
            (false, &["khong", "no", "false", "0", "le"]),
        ],
    )
}

fn kind(text: &str) -> Result<AccountKind, Stopped> {
    word(
        Field::Kind,
        text,
        &[
            (AccountKind::Personal, &["personal", "canhan"]),
            (AccountKind::HouseholdBusiness, &["householdbusiness", "hokinhdoanh"]),
            (AccountKind::Organisation, &["organisation", "tochuc"]),
            (AccountKind::Wallet, &["wallet", "vidientu", "vi"]),
            (AccountKind::Merchant, &["merchant", "diemchapnhanthanhtoan"]),
        ],
    )
}

fn use_kind(text: &str) -> Result<UseKind, Stopped> {
    word(
        Field::Use,
        text,
        &[
            (UseKind::Mixed, &["mixed", "catienrieng"]),
            (UseKind::BusinessOnly, &["businessonly", "chitienbanhang"]),
        ],
    )
}

fn relation(text: &str) -> Result<Relation, Stopped> {
    word(
        Field::Relation,
        text,
        &[
            (Relation::Own, &["self", "chinhtieuthuong", "chinhchu"]),
            (Relation::Family, &["family", "nguoinha"]),
            (Relation::Employer, &["employer", "nguoithueban"]),
            (Relation::Market, &["market", "banquanlycho"]),
            (Relation::Other, &["other", "nguoikhac"]),
        ],
    )
}

fn number(text: &str) -> Result<i32, Stopped> {
    text.parse().map_err(|_| refuse(Field::Position, "number-unreadable"))
}

/// `2026-11-24` or `24/11/2026`.
fn day(text: &str) -> Result<Day, Stopped> {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    let turned = match parts.as_slice() {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => text.to_owned(),
    };
    Day::parse(&turned).ok_or_else(|| refuse(Field::From, "day-unreadable"))
}

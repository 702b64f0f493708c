//! Issuing a VietQR code. Nothing is cut or guessed: what does not fit is refused with its field,
//! because a printed code with a wrong digit pays a stranger for years.

use super::banks::{self, Bank};
use super::crc::crc16;
use super::reading::Service;
use super::reference::Reference;
use super::scheme::VIETQR_GUID;
use super::tlv;
use crate::primitives::money::NAPAS_247_LIMIT;
use crate::primitives::{Refusal, Vnd, fold};

/// Longest purpose by the format; some apps take fewer, so the reference stands first.
pub const MAX_PURPOSE: usize = 25;
/// Longest account, card or merchant number.
pub const MAX_ACCOUNT: usize = 19;
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 16..=MAX_ACCOUNT;
const MAX_MERCHANT_NAME: usize = 25;
const MAX_MERCHANT_CITY: usize = 15;
/// Objects of a payload.
const AMOUNT: u8 = 54;
const CHECKSUM: u8 = 63;
/// VietinBank's word before a reference, for personal accounts.
pub const SEVQR: &str = "SEVQR";

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payee {
    /// An account number: 1–19 letters and digits, case kept.
    Account(String),
    /// A card number: 16–19 digits.
    Card(String),
    /// A merchant payment under an acquirer's contract.
    Merchant(Merchant),
}

impl Payee {
    /// The payee of a transfer service; `None` for a service that is no transfer.
    #[must_use]
    pub fn of_transfer(service: Service<'_>, number: &str) -> Option<Self> {
        match service {
            Service::Account => Some(Self::Account(number.to_owned())),
            Service::Card => Some(Self::Card(number.to_owned())),
            _ => None,
        }
    }
}

/// What an acquirer gives a shop; all fields are mandatory for `QRPUSH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Issued by the acquirer: 1–19 letters and digits.
    pub id: String,
    /// ISO 18245, four digits.
    pub category: String,
    /// Folded to at most 25 characters.
    pub name: String,
    /// Folded to at most 15 characters.
    pub city: String,
}

/// A code to be issued. Setters take anything; [`Builder::build`] judges.
#[derive(Clone, Debug)]
pub struct Builder {
    bin: String,
    payee: Payee,
    amount: Option<Vnd>,
    reference: Option<Reference>,
    after_sevqr: bool,
    words: Vec<String>,
    note: String,
}

/// An issued code. Show the bank and the account's holder before anything is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The text of the symbol.
    pub payload: String,
    pub bank: &'static Bank,
    /// What the payer's transfer will say, folded.
    pub purpose: Option<String>,
}

impl Builder {
    #[must_use]
    pub fn new(bin: &str, payee: Payee) -> Self {
        let bin = bin.to_owned();
        let (words, note) = (Vec::new(), String::new());
        Self { bin, payee, amount: None, reference: None, after_sevqr: false, words, note }
    }

    /// With an amount the code is dynamic (12), without it static (11).
    #[must_use]
    pub fn amount(mut self, amount: Vnd) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Puts our reference first in the purpose.
    #[must_use]
    pub fn reference(mut self, reference: Reference) -> Self {
        self.reference = Some(reference);
        self
    }

    /// Puts `SEVQR ` before the reference, as VietinBank's personal accounts need it.
    #[must_use]
    pub fn after_sevqr(mut self) -> Self {
        self.after_sevqr = true;
        self
    }

    /// Puts a word behind the reference, without which a feed would not see the transfer. It is
    /// given folded.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    /// What follows the reference in the purpose; Vietnamese is folded.
    #[must_use]
    pub fn note(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }

    /// Builds the payload in the order of NAPAS's examples.
    ///
    /// # Errors
    /// `unknown-bin`, `bank-not-receiving` (bin); `account-malformed`, `card-malformed` (account);
    /// `amount-not-positive`, `amount-too-large` (amount); `text-character`, `text-too-long`
    /// (purpose, merchant_name, merchant_city); `text-empty` (the same two); `category-malformed`
    /// (merchant_category).
    pub fn build(&self) -> Result<Issued, Refusal> {
        let bank = check_bin(&self.bin)?;
        self.amount.map_or(Ok(()), check_amount)?;
        let purpose = self.purpose()?;
        let (number, service) = self.number_and_service()?;

        let beneficiary = objects("bin", &[(0, &self.bin), (1, number)])?;
        let account = [(0, VIETQR_GUID), (1, beneficiary.as_str()), (2, service.code())];
        let account = objects("account", &account)?;
        let initiation = if self.amount.is_some() { "12" } else { "11" };
        let mut payload = objects("payload", &[(0, "01"), (1, initiation), (38, &account)])?;
        let mut add = |field, id, value: &str| push(&mut payload, field, id, value);

        let merchant = match &self.payee {
            Payee::Merchant(merchant) => Some(merchant.fields()?),
            _ => None,
        };
        if let Some((category, ..)) = &merchant {
            add("merchant_category", 52, category)?;
        }
        add("currency", 53, "704")?;
        if let Some(amount) = self.amount {
            add("amount", AMOUNT, &amount.get().to_string())?;
        }
        add("country", 58, "VN")?;
        if let Some((_, name, city)) = &merchant {
            add("merchant_name", 59, name)?;
            add("merchant_city", 60, city)?;
        }
        if let Some(purpose) = &purpose {
            add("purpose", 62, &objects("purpose", &[(8, purpose)])?)?;
        }
        Ok(Issued { payload: finish(payload)?, bank, purpose })
    }

    fn purpose(&self) -> Result<Option<String>, Refusal> {
        let reference = self.reference.map(|reference| reference.to_string());
        let note = fold_text("purpose", &self.note)?;
        let first = [self.after_sevqr.then_some(SEVQR), reference.as_deref()];
        let then = self.words.iter().map(String::as_str).chain([note.as_str()]);
        let words = first.into_iter().flatten().chain(then).filter(|word| !word.is_empty());
        let words: Vec<_> = words.collect();
        let purpose = words.join(" ");
        // What the caller can shorten is the note alone.
        let (length, whole) = (note.chars().count(), purpose.chars().count());
        if whole > MAX_PURPOSE && length < whole {
            let room = MAX_PURPOSE.saturating_sub(whole - length);
            return Err(too_long("purpose", length, room).with("beside", "reference"));
        }
        check_length("purpose", &purpose, MAX_PURPOSE)?;
        Ok(if purpose.is_empty() { None } else { Some(purpose) })
    }

    fn number_and_service(&self) -> Result<(&str, Service<'static>), Refusal> {
        match &self.payee {
            Payee::Account(number) => check_account(number).map(|()| (number, Service::Account)),
            Payee::Card(number) => check_card(number).map(|()| (number, Service::Card)),
            Payee::Merchant(merchant) => {
                check_account(&merchant.id).map(|()| (&merchant.id, Service::Push))
            }
        }
        .map(|(number, service)| (number.as_str(), service))
    }
}

impl Merchant {
    /// Category, name and city as they stand in the code.
    fn fields(&self) -> Result<(&str, String, String), Refusal> {
        let is_category =
            self.category.len() == 4 && self.category.bytes().all(|byte| byte.is_ascii_digit());
        if !is_category {
            return Err(Refusal::invalid("merchant_category", "category-malformed"));
        }
        let fold = |field, text, limit| {
            let folded = fold_text(field, text)?;
            if folded.is_empty() {
                return Err(Refusal::invalid(field, "text-empty"));
            }
            check_length(field, &folded, limit).map(|()| folded)
        };
        let name = fold("merchant_name", &self.name, MAX_MERCHANT_NAME)?;
        let city = fold("merchant_city", &self.city, MAX_MERCHANT_CITY)?;
        Ok((&self.category, name, city))
    }
}

/// A code that was issued, for another amount: the same payee and memo. What is still to be paid of
/// a request is paid with it.
///
/// # Errors
/// `amount-not-positive`, `amount-too-large` (amount); `text-too-long` (payload), for what was not
/// issued by us.
pub fn with_amount(payload: &str, amount: Vnd) -> Result<String, Refusal> {
    check_amount(amount)?;
    let amount = amount.get().to_string();
    let objects = tlv::read(payload).map_err(|_| too_long("payload", payload.len(), 0))?;
    let mut changed = String::new();
    for object in objects.iter().filter(|object| object.id != CHECKSUM) {
        let value = if object.id == AMOUNT { &amount } else { object.value };
        push(&mut changed, "payload", object.id, value)?;
    }
    finish(changed)
}

/// Appends the checksum, which covers its own id and length.
fn finish(mut payload: String) -> Result<String, Refusal> {
    let crc = crc16(format!("{payload}6304").as_bytes());
    push(&mut payload, "payload", CHECKSUM, &format!("{crc:04X}"))?;
    Ok(payload)
}

/// The bank of a BIN that a code may be issued for.
///
/// # Errors
/// `unknown-bin`, or `bank-not-receiving` where VietQR is not known to reach that bank; field `bin`.
pub fn check_bin(bin: &str) -> Result<&'static Bank, Refusal> {
    let unknown = || Refusal::invalid("bin", "unknown-bin").with("bin", bin.escape_debug());
    let bank = banks::by_bin(bin).ok_or_else(unknown)?;
    if !bank.receives() {
        let refusal = Refusal::invalid("bin", "bank-not-receiving");
        return Err(refusal.with("bin", bin).with("bank", &bank.short_name));
    }
    Ok(bank)
}

/// An account number as NAPAS allows it: 1–19 ASCII letters and digits, no spaces, case kept.
///
/// # Errors
/// `account-malformed` on the field `account`.
pub fn check_account(number: &str) -> Result<(), Refusal> {
    let fits = (1..=MAX_ACCOUNT).contains(&number.len());
    if fits && number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(());
    }
    Err(Refusal::invalid("account", "account-malformed").with("limit", MAX_ACCOUNT))
}

fn check_card(number: &str) -> Result<(), Refusal> {
    if CARD_DIGITS.contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Refusal::invalid("account", "card-malformed"))
}

/// One NAPAS 247 transfer: at least 1 đ, below 500,000,000 đ.
///
/// # Errors
/// `amount-not-positive`, `amount-too-large` on the field `amount`.
pub fn check_amount(amount: Vnd) -> Result<(), Refusal> {
    let refuse = |code| Err(Refusal::invalid("amount", code).with("amount", amount));
    if !amount.is_positive() {
        return refuse("amount-not-positive");
    }
    if amount >= NAPAS_247_LIMIT {
        return refuse("amount-too-large")
            .map_err(|refusal| refusal.with("limit", NAPAS_247_LIMIT));
    }
    Ok(())
}

/// Vietnamese text as a code carries it: `A–Z`, `0–9` and single spaces.
///
/// # Errors
/// `text-character` on the given field for anything else; nothing is dropped silently.
pub fn fold_text(field: &'static str, text: &str) -> Result<String, Refusal> {
    let folded = fold::without_diacritics(text).to_ascii_uppercase();
    let words: Vec<_> = folded.split_whitespace().collect();
    let foreign = |c: &char| !c.is_ascii_alphanumeric();
    match words.iter().flat_map(|word| word.chars()).find(foreign) {
        Some(character) => {
            let refusal = Refusal::invalid(field, "text-character");
            Err(refusal.with("character", character.escape_debug()))
        }
        None => Ok(words.join(" ")),
    }
}

fn check_length(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(());
    }
    Err(too_long(field, length, limit).with("beside", "nothing"))
}

fn too_long(field: &'static str, length: usize, room: usize) -> Refusal {
    Refusal::invalid(field, "text-too-long").with("length", length).with("room", room)
}

fn objects(field: &'static str, values: &[(u8, &str)]) -> Result<String, Refusal> {
    let mut text = String::new();
    values.iter().try_for_each(|(id, value)| push(&mut text, field, *id, value))?;
    Ok(text)
}

/// The checks above keep every value short; the codec's own limit stands behind them.
fn push(text: &mut String, field: &'static str, id: u8, value: &str) -> Result<(), Refusal> {
    tlv::push(text, id, value)
        .map_err(|value| too_long(field, value.length, tlv::MAX_LENGTH).with("beside", "nothing"))
}

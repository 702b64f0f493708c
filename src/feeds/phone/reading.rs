//! Notices read by templates, and the form in which a notice that was read is kept.
//!
//! That form is a JSON body of our own: the text with its balances masked, and under `read` what
//! it means. It is decoded without any template, so that a transfer stays what it was when
//! templates change, and holds nothing that a private account may not keep but the balance.

use serde::{Deserialize, Serialize};

use super::super::fields::{MAX_ID_CHARS, MAX_REFERENCE_CHARS, Object, cut};
use super::super::{
    Direction, PhoneConfig, Precision, Provider, Reported, Undecodable, UndecodableBecause, times,
};
use super::matching::{Fit, fit};
use super::notice::{Notice, app_key};
use super::pattern::{Field, Pattern};
use super::text::{MASK, speaks_of_secrets, without_balances, without_codes};
use super::values::{self, Shown, Told};
use crate::primitives::{Day, UnixMs, Vnd};

/// The field of a kept body that holds what was read.
pub(super) const READ: &str = "read";
const ID_FAMILY: &str = "notice";

/// How the notices of one app are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Names it in what is kept.
    pub id: String,
    /// As of [`app_key`].
    pub app: String,
    /// Of the bank whose accounts the app tells about.
    pub bin: String,
    /// Where the money goes, if the pattern has no sign.
    pub direction: Option<Direction>,
    pub pattern: Pattern,
}

/// A notice that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub template: String,
    pub bin: String,
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub precision: Precision,
    pub account: Option<Shown>,
    pub balance: Option<Vnd>,
    pub memo: String,
    pub reference: Option<String>,
    /// Tells apart notices of the same words; see [`Reading::id`].
    apart: Apart,
    /// The text as it may be kept.
    pub text: String,
}

/// What must be added to the words of a notice until they tell one transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Apart {
    /// They tell date and time, and the balance, the bank's number or the second.
    Nothing,
    /// They tell the balance, the bank's number or the second, but no date.
    Day(Day),
    /// Two equal payments have the same words; only the phone's own time tells them apart.
    Instant,
}

/// What the templates make of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Transfer(Box<Reading>),
    /// No template fits.
    Unknown,
    /// One fits, but in several ways, or what it finds means nothing, or another contradicts it:
    /// a person must see it.
    Unclear,
    /// It fits, but speaks of a password outside of the payer's words: nothing is kept of it.
    Secret,
}

/// Reads a notice by those of the templates that are for its app. All that fit must say the same.
#[must_use]
pub fn read(templates: &[Template], notice: &Notice) -> Read {
    let (app, whole) = (app_key(&notice.app), notice.whole());
    let mut found: Option<Reading> = None;
    for template in templates.iter().filter(|template| template.app == app) {
        // A title that is forwarded or not makes no other notice.
        let fits = [&whole, &notice.text].map(|words| (words, fit(&template.pattern, words)));
        let (words, fields) = match fits.into_iter().find(|(_, fit)| *fit != Fit::No) {
            None => continue,
            Some((words, Fit::Once(fields))) => (words, fields),
            Some(_) => return Read::Unclear,
        };
        let text = |wanted| {
            let field = fields.iter().find(|(field, _)| *field == wanted);
            field.and_then(|(_, range)| words.get(range.clone()))
        };
        if speaks_of_secrets(&without_memo(words, &fields)) || speaks_of_secrets(&notice.title) {
            return Read::Secret;
        }
        let Some(reading) = reading(template, notice, words, &text) else {
            return Read::Unclear;
        };
        if found.as_ref().is_some_and(|other| !reading.says_as(other)) {
            return Read::Unclear;
        }
        found.get_or_insert(reading);
    }
    found.map_or(Read::Unknown, |reading| Read::Transfer(Box::new(reading)))
}

fn without_memo(text: &str, fields: &[(Field, std::ops::Range<usize>)]) -> String {
    let memo = fields.iter().find(|(field, _)| *field == Field::Memo);
    let range = memo.map_or(0..0, |(_, range)| range.clone());
    let before = text.get(..range.start).unwrap_or_default();
    format!("{before} {}", text.get(range.end..).unwrap_or_default())
}

fn reading<'t>(
    template: &Template,
    notice: &Notice,
    words: &str,
    text: &impl Fn(Field) -> Option<&'t str>,
) -> Option<Reading> {
    let amount = values::sum(text(Field::Amount)?).filter(|amount| amount.is_positive())?;
    let direction = match text(Field::Sign) {
        Some(sign) => values::sign(sign)?.1,
        None => template.direction?,
    };
    let told = match text(Field::Time) {
        Some(time) => Some(values::time(time)?.1),
        None => None,
    };
    let (occurred_at, precision) = match told {
        Some(told) => told.at(notice.posted_at)?,
        // The arrival, which a repetition does not keep: the day alone is known.
        None if notice.is_ahead() => (notice.posted_at.day(0).start(0), Precision::Day),
        None => (notice.posted_at, Precision::Second),
    };
    let balance = match text(Field::Balance) {
        Some(masked) if masked.contains(MASK) => None,
        Some(balance) => Some(values::sum(balance)?),
        None => None,
    };
    let is_told_once = text(Field::Balance).is_some()
        || text(Field::Reference).is_some()
        || told.is_some_and(|told| told.has_seconds());
    let apart = match (is_told_once, told.is_none_or(|told: Told| told.lacks_date())) {
        (true, false) => Apart::Nothing,
        (true, true) => Apart::Day(occurred_at.day(0)),
        (false, _) => Apart::Instant,
    };
    let memo = text(Field::Memo).unwrap_or_default();
    // A memo that goes on to the end of the notice may hold what the bank says behind it.
    let memo = without_balances(memo);
    let memo = if speaks_of_secrets(&memo) { without_codes(&memo) } else { memo };
    Some(Reading {
        template: template.id.clone(),
        bin: template.bin.clone(),
        direction,
        amount,
        occurred_at,
        precision,
        account: text(Field::Account).map(Shown::read),
        balance,
        reference: text(Field::Reference)
            .filter(|reference| reference.chars().count() <= MAX_REFERENCE_CHARS)
            .map(str::to_owned),
        apart,
        text: masked(words, text(Field::Balance)),
        memo: cut(&memo),
    })
}

/// The text as it may be kept: no balance, and no code where a payer wrote of one.
fn masked(text: &str, balance: Option<&str>) -> String {
    let text = match balance {
        Some(balance) => {
            let mask = |c: char| if c.is_ascii_digit() { MASK } else { c };
            text.replace(balance, &balance.chars().map(mask).collect::<String>())
        }
        None => text.to_owned(),
    };
    // Some notices tell a second one: what may be spent, what is held back.
    let text = without_balances(&text);
    if speaks_of_secrets(&text) { without_codes(&text) } else { text }
}

impl Reading {
    /// Whether two templates read the same.
    fn says_as(&self, other: &Self) -> bool {
        (self.direction, self.amount, &self.account, &self.bin)
            == (other.direction, other.amount, &other.account, &other.bin)
    }

    /// Where neither the phone nor the text tells a time, the day of its arrival is all that is known:
    /// a repetition tells the same.
    pub fn on_arrival(&mut self, received_at: UnixMs) {
        if self.occurred_at == received_at {
            self.occurred_at = received_at.day(0).start(0);
            self.precision = Precision::Day;
        }
    }

    /// What is equal in every report of the transfer, whichever phone or forwarder tells it and
    /// however it calls the app: a digest of the words, bank, direction and, where the words show
    /// no account, the `number` that they are taken for.
    #[must_use]
    pub fn words(&self, digest: i64, number: Option<&str>) -> String {
        let number = number.filter(|_| self.account.is_none()).unwrap_or_default();
        format!("{digest:016x}/{}/{}/{number}", self.bin, self.direction.as_str())
    }

    /// Whether two equal payments have the same words: only when the phone showed them tells them
    /// apart.
    #[must_use]
    pub fn needs_instant(&self) -> bool {
        matches!(self.apart, Apart::Instant)
    }

    /// The transfer's id, from its [`Self::words`]: a repetition has the same, and so has a
    /// notification that the app shows once more. Two equal payments differ in their words
    /// (balance, bank's number, second) or in when a phone first showed them.
    #[must_use]
    pub fn id(&self, words: &str, first_told_at: UnixMs) -> String {
        match self.apart {
            Apart::Nothing => words.to_owned(),
            Apart::Day(day) => format!("{words}/{day}"),
            Apart::Instant => format!("{words}/{}", first_told_at.get()),
        }
    }

    /// The number of the account among those that the feed reports: exactly one that can be the
    /// one that is shown. A whole number that is none of theirs stands for itself, because money
    /// must not be lost to a forgotten setting.
    #[must_use]
    pub fn number<'n>(&'n self, numbers: &'n [Number]) -> Option<&'n str> {
        let of_bank = numbers.iter().filter(|number| number.bin == self.bin);
        let Some(shown) = &self.account else { return sole(of_bank) };
        let is_exact = |one: &&Number| !shown.is_masked && one.number == shown.tail;
        let exact = of_bank.clone().find(is_exact).map(|one| one.number.as_str());
        let found = exact.or_else(|| sole(of_bank.filter(|one| shown.may_be(&one.number))));
        let is_whole = !shown.is_masked && shown.tail.len() >= WHOLE_NUMBER_CHARS;
        found.or_else(|| is_whole.then_some(shown.tail.as_str()))
    }

    /// The body that is kept.
    #[must_use]
    pub fn body(&self, notice: &Notice, device: &str, id: &str, number: Option<&str>) -> Vec<u8> {
        let shown = self.account.as_ref().map(|shown| {
            let hidden = if shown.is_masked { "***" } else { "" };
            format!("{}{hidden}{}", shown.head, shown.tail)
        });
        let kept = Kept {
            device,
            app: &notice.app,
            text: &self.text,
            posted_at: notice.posted_at,
            read: KeptReading {
                id,
                template: &self.template,
                direction: self.direction.as_str(),
                amount_vnd: self.amount,
                occurred_at: self.occurred_at,
                precision: self.precision.as_str(),
                bin: &self.bin,
                account: number,
                account_shown: shown,
                memo: &self.memo,
                reference: self.reference.as_deref(),
                balance_vnd: self.balance,
            },
        };
        // Texts and integers always serialise.
        serde_json::to_vec(&kept).unwrap_or_default()
    }
}

/// Shorter numbers may be the end of another one.
const WHOLE_NUMBER_CHARS: usize = 8;

/// The first of the numbers, if all are of one account.
fn sole<'n>(mut numbers: impl Iterator<Item = &'n Number>) -> Option<&'n str> {
    let first = numbers.next()?;
    numbers.all(|other| other.account == first.account).then_some(first.number.as_str())
}

/// A receiving number of an account that the feed reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number {
    pub bin: String,
    pub number: String,
    /// Whatever tells accounts apart.
    pub account: i64,
}

#[derive(Serialize)]
struct Kept<'a> {
    device: &'a str,
    app: &'a str,
    text: &'a str,
    posted_at: UnixMs,
    read: KeptReading<'a>,
}

#[derive(Serialize)]
struct KeptReading<'a> {
    id: &'a str,
    template: &'a str,
    direction: &'a str,
    amount_vnd: Vnd,
    occurred_at: UnixMs,
    precision: &'a str,
    bin: &'a str,
    account: Option<&'a str>,
    account_shown: Option<String>,
    memo: &'a str,
    reference: Option<&'a str>,
    balance_vnd: Option<Vnd>,
}

/// Decodes a kept body.
pub(super) fn decode(config: &PhoneConfig, body: &Object<'_>) -> Result<Reported, Undecodable> {
    let read = body.object(READ, "read.")?;
    let read = body.required(READ, read)?;
    let direction = read.text("direction", MAX_ID_CHARS)?;
    let direction = Direction::parse(&read.required("direction", direction)?)
        .ok_or_else(|| read.error("direction", UndecodableBecause::UnknownDirection))?;
    let occurred_at = read.text("occurred_at", MAX_ID_CHARS)?;
    let (occurred_at, _) = times::rfc3339_or_date(&read.required("occurred_at", occurred_at)?)
        .map_err(|because| read.error("occurred_at", because))?;
    let precision = read.text("precision", MAX_ID_CHARS)?;
    let precision = Precision::parse(&read.required("precision", precision)?)
        .ok_or_else(|| read.error("precision", UndecodableBecause::NotATime))?;
    let bin = read.bin("bin")?;
    Ok(Reported {
        provider: Provider::Phone,
        merchant: config.merchant.clone(),
        id_family: ID_FAMILY.to_owned(),
        provider_id: read.id("id")?,
        direction,
        amount: read.amount("amount_vnd")?,
        occurred_at,
        precision,
        bin: Some(read.required("bin", bin)?),
        account_number: read.account("account")?,
        virtual_account: None,
        memo: read.memo("memo")?.unwrap_or_default(),
        code_hint: None,
        bank_reference: read.text("reference", MAX_REFERENCE_CHARS)?,
        balance: read.balance("balance_vnd")?,
        payer: None,
        order: None,
    })
}

/// A template as it is written in data.
#[derive(Clone, Debug, Deserialize)]
pub struct Written {
    pub name: String,
    pub app: String,
    pub bin: String,
    pub direction: Option<String>,
    pub pattern: String,
}

impl Written {
    /// The template; `None` where a word of it is wrong.
    #[must_use]
    pub fn template(&self) -> Option<Template> {
        let direction = match &self.direction {
            Some(word) => Some(Direction::parse(word)?),
            None => None,
        };
        Some(Template {
            id: self.name.clone(),
            app: app_key(&self.app),
            bin: self.bin.clone(),
            direction,
            pattern: Pattern::parse("pattern", &self.pattern).ok()?,
        })
    }
}

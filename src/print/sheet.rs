//! What a sheet of paper says, as the templates read it (`data.json`).

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use super::layout::{Layout, Style, words};
use super::letters;
use super::look::Look;
use super::paper::Paper;
use super::printed::Kind;
use super::store::cards::CodeRow;
use crate::db::{Fault, Outcome};
use crate::primitives::{Day, Refusal, fold};
use crate::vietqr::{self, Builder, Format, Level, Payee, Reference, banks};

/// Cards that are set at a time where there are many: whole pages of every layout.
const AT_ONCE: usize = 120;
/// What the reference of the sample is made from.
const SAMPLE_REFERENCE: u32 = 34_916;
/// No bank has it, so no app takes a sample's code.
const SAMPLE_BIN: &str = "999999";
const SAMPLE_BANK: &str = "Ngân hàng Mẫu";

/// A market's name and place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub market: String,
    /// Commune and province.
    pub place: String,
}

/// What one card says. Texts are NFC, whatever form they were written in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Card {
    /// The stall's code.
    pub stall: String,
    pub section: String,
    pub vendor: String,
    /// As bank apps show it.
    pub holder: String,
    pub bank: String,
    pub account: String,
    pub check_code: String,
    /// `24/11/2026`
    pub issued: String,
    /// The text of the symbol.
    pub payload: String,
    #[serde(skip)]
    pub issued_day: Day,
}

impl Card {
    /// The card of a code.
    pub(super) fn new(code: CodeRow, stall: &str, section: &str) -> Self {
        let issued_day = code.issued_at().day(0);
        Self {
            stall: composed(stall),
            section: composed(section),
            vendor: composed(&code.vendor),
            holder: fold::without_diacritics(&code.holder_name).to_uppercase(),
            bank: banks::by_bin(&code.bin).map_or(&code.bin, |bank| &bank.short_name).clone(),
            account: code.number,
            check_code: code.check_code,
            issued: issued_day.on_paper(),
            payload: code.payload,
            issued_day,
        }
    }

    /// Whether all that it says can be printed.
    ///
    /// # Errors
    /// As [`letters::check`].
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let Self { stall, section, vendor, holder, account, .. } = self;
        let texts = [
            ("stall", stall),
            ("section", section),
            ("vendor", vendor),
            ("holder_name", holder),
            ("account", account),
        ];
        letters::check(stall, &texts.map(|(field, text)| (field, text.as_str())))
    }
}

/// A stall on the list that leads through the market.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    pub stall: String,
    pub section: String,
    /// Who is there, or comes next.
    pub vendor: Option<String>,
    /// Of the stall's card, if there is one.
    pub check_code: Option<String>,
    /// Why there is none.
    pub missing: Option<Missing>,
}

words!(
    /// Why a stall has no card.
    Missing {
        /// Nobody trades there.
        Vendor = "vendor",
        /// No code was issued, or it was revoked.
        Code = "code",
        /// The vendor has a code of another scheme, which a card of ours cannot show.
        OtherScheme = "other_scheme",
        /// The account of its codes has ceased to receive the stall's money.
        Account = "account",
        /// A bank app showed another holder than the registered one.
        Name = "name",
        /// A name has letters that cannot be printed.
        Letters = "letters",
    }
);

/// All that a file of one or more pages says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    pub layout: Layout,
    pub style: Style,
    pub place: Place,
    pub look: Look,
    pub cards: Vec<Card>,
    /// Whether one card fills a page of several.
    pub fill: bool,
    /// The stalls to tick off, on pages of their own before the cards.
    pub cover: Vec<Stop>,
    /// Made up: each card says so.
    pub is_sample: bool,
    /// Why cards are left out: their names cannot be printed, or are not the bank's.
    #[serde(skip)]
    pub left_out: Vec<Refusal>,
}

impl Sheet {
    /// A made-up card, for who edits templates. Its code is as large as a real one, and pays nobody: a
    /// test sheet that is forgotten on a counter must not take a customer's money.
    pub fn sample(layout: Layout, style: Style) -> Outcome<Self> {
        let (bin, account) = ("970436", "1012345678");
        let issued = Builder::new(bin, Payee::Account(account.to_owned()));
        let issued = issued.reference(Reference::random_static(SAMPLE_REFERENCE)).build()?;
        let payload = nobodys(&issued.payload, bin);
        let issued_day = Day::parse("2026-11-24").unwrap_or_default();
        let card = Card {
            stall: "A-12".to_owned(),
            section: "Rau củ".to_owned(),
            vendor: "Nguyễn Thị Mẫu".to_owned(),
            holder: "NGUYEN THI MAU".to_owned(),
            bank: SAMPLE_BANK.to_owned(),
            account: account.to_owned(),
            check_code: vietqr::check_code(&payload),
            issued: issued_day.on_paper(),
            payload,
            issued_day,
        };
        let place = Place {
            market: "Chợ Thới Bình".to_owned(),
            place: "Xã Thới Bình, Cà Mau".to_owned(),
        };
        let look = Look::default();
        Ok(Self {
            layout,
            style,
            place,
            look,
            cards: vec![card],
            fill: true,
            cover: Vec::new(),
            is_sample: true,
            left_out: Vec::new(),
        })
    }

    /// Whether a picture can show all of it.
    #[must_use]
    pub fn has_one_page(&self) -> bool {
        self.cards.len() == 1 && self.cover.is_empty()
    }

    /// Whether the market's own names can be printed.
    ///
    /// # Errors
    /// As [`letters::check`].
    pub(super) fn check_place(&self) -> Result<(), Refusal> {
        let Place { market, place } = &self.place;
        letters::check(market, &[("market", market), ("place", place)])
    }

    /// The symbol of a card as SVG, with its quiet zone.
    fn symbol(&self, number: usize) -> Option<Vec<u8>> {
        let card = self.cards.get(number)?;
        Some(vietqr::draw(&card.payload, Level::M, Format::Svg).ok()?.bytes)
    }

    /// Sheets of so many cards that are set at a time; the first has the list.
    pub(super) fn parts(&self) -> Vec<Part<'_>> {
        let part = |(number, cards): (usize, &[Card])| {
            let cover = if number == 0 { self.cover.clone() } else { Vec::new() };
            let cards = cards.to_vec();
            let sheet = Self { cards, cover, ..self.without_cards() };
            Part { whole: self, sheet }
        };
        self.cards.chunks(AT_ONCE).enumerate().map(part).collect()
    }

    fn without_cards(&self) -> Self {
        Self {
            layout: self.layout,
            style: self.style,
            place: self.place.clone(),
            look: self.look.clone(),
            cards: Vec::new(),
            fill: self.fill,
            cover: Vec::new(),
            is_sample: self.is_sample,
            left_out: Vec::new(),
        }
    }

    fn data_of(&self, whole: &Self) -> Outcome<Vec<u8>> {
        serde_json::to_vec(&Data {
            piece: self.layout.piece(),
            on_a4: self.layout.is_on_a4(),
            title: whole.title(),
            issued: whole.issued_day().on_paper(),
            count: whole.cards.len(),
            sheet: self,
        })
        .map_err(Fault::broken)
    }

    /// Market, and the stall or the section where it is of one alone.
    pub fn title(&self) -> String {
        let market = &self.place.market;
        match (self.cards.as_slice(), self.section()) {
            ([card], _) => format!("{market} · {}", card.stall),
            (_, Some(section)) => format!("{market} · {section}"),
            _ => market.clone(),
        }
    }

    /// The section, where all of several cards are of one.
    fn section(&self) -> Option<&str> {
        let (first, rest) = self.cards.split_first().filter(|(_, rest)| !rest.is_empty())?;
        rest.iter().all(|card| card.section == first.section).then_some(&first.section)
    }
}

impl Paper for Sheet {
    fn template(&self) -> &'static str {
        "main.typ"
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        self.data_of(self)
    }

    /// `codes/0.svg` and the logo.
    fn file(&self, name: &str) -> Option<Vec<u8>> {
        if let Some(number) = name.strip_prefix("codes/").and_then(|n| n.strip_suffix(".svg")) {
            return self.symbol(number.parse().ok()?);
        }
        self.look.file(name)
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        let digest = Sha256::new().chain_update(self.data()?);
        Ok(digest.chain_update(self.look.logo_bytes()).finalize().into())
    }

    /// The last day on which one of the codes was issued.
    fn issued_day(&self) -> Day {
        self.cards.iter().map(|card| card.issued_day).max().unwrap_or_default()
    }

    fn pieces(&self) -> usize {
        self.cards.len()
    }

    fn in_parts(&self) -> Option<&Sheet> {
        (self.cards.len() > AT_ONCE).then_some(self)
    }

    fn file_name(&self, kind: Kind) -> String {
        let of = match self.cards.as_slice() {
            [card] if self.fill => card.stall.clone(),
            _ => format!("{} {}", self.place.market, self.section().unwrap_or_default()),
        };
        named(of.trim(), &self.layout.as_str().replace('_', "-"), kind)
    }
}

/// Some cards of a sheet.
pub(super) struct Part<'s> {
    whole: &'s Sheet,
    sheet: Sheet,
}

impl Paper for Part<'_> {
    fn template(&self) -> &'static str {
        self.sheet.template()
    }

    fn data(&self) -> Outcome<Vec<u8>> {
        self.sheet.data_of(self.whole)
    }

    fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.sheet.file(name)
    }

    fn digest(&self) -> Outcome<[u8; 32]> {
        self.whole.digest()
    }

    fn issued_day(&self) -> Day {
        self.whole.issued_day()
    }

    fn pieces(&self) -> usize {
        self.sheet.pieces()
    }

    fn file_name(&self, kind: Kind) -> String {
        self.whole.file_name(kind)
    }
}

/// A code with a bank that there is not, and a checksum that is wrong.
fn nobodys(payload: &str, bin: &str) -> String {
    let payload = payload.replacen(bin, SAMPLE_BIN, 1);
    let body = payload.get(..payload.len().saturating_sub(4)).unwrap_or(&payload);
    format!("{body}0000")
}

/// `cho-thoi-binh-a6.pdf`.
pub(super) fn named(of: &str, what: &str, kind: Kind) -> String {
    let of = fold::name(of).to_lowercase().replace(' ', "-");
    let name: Vec<&str> = [of.as_str(), what].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}.{}", name.join("-"), kind.as_str())
}

#[derive(Serialize)]
struct Data<'a> {
    piece: &'static str,
    on_a4: bool,
    title: String,
    issued: String,
    /// Cards of the whole.
    count: usize,
    #[serde(flatten)]
    sheet: &'a Sheet,
}

/// NFC: marks that stand apart from their letters are drawn well by few printers' programs, and
/// copied badly out of PDF files.
pub(super) fn composed(text: &str) -> String {
    text.nfc().collect()
}

//! What a feed sees of the accounts at one bank: which numbers, whether money out too, and the word
//! that a memo must bear. A code that its feed cannot see works for the payer, and its money is
//! never told.
//!
//! Contracts change: each row says where and when it was looked up, and a feed may say otherwise
//! for itself ([`BankReach`]). Where nothing is known, a feed is taken to see what comes in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connector::connector;
use super::provider::{FeedKind, Provider};
use crate::primitives::{Day, fold};

/// Longest word beside a reference of ten characters in a purpose of 25.
pub const MAX_MEMO_WORD: usize = 14;

/// The numbers of an account whose money a feed tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeenNumbers {
    /// The main number and those that lead to it.
    All,
    /// Only money to a virtual number: what comes to the main one is never told.
    VirtualOnly,
    /// The bank is not served, or only orders are told.
    None,
}

/// Whether a feed tells money that leaves the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoneyOut {
    Seen,
    Unseen,
    #[default]
    Unknown,
}

/// What a feed sees of accounts at one bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reach {
    pub numbers: SeenNumbers,
    pub money_out: MoneyOut,
    /// A word that each memo must bear; of own words, what they begin with.
    #[schema(value_type = Option<String>)]
    pub memo_word: Option<Cow<'static, str>>,
    /// Each account has a word of its own, which is said with the feed's account.
    pub has_own_words: bool,
    /// Who says so; absent: nobody, it is taken for granted.
    #[schema(value_type = Option<String>)]
    pub source: Option<Cow<'static, str>>,
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Day>,
}

/// What a feed's operator says that it sees at one bank, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BankReach {
    /// Six digits.
    pub bin: String,
    pub numbers: SeenNumbers,
    pub money_out: MoneyOut,
    /// A word that the memo of each transfer to this bank must bear.
    pub memo_word: Option<String>,
    /// Who says so: a contract, a page, a trial.
    pub source: Option<String>,
    /// When it was said here.
    #[schema(value_type = String, format = Date)]
    pub as_of: Day,
}

/// Why a feed does not see the money of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blind {
    /// It does not serve the bank.
    Bank,
    /// It sees virtual numbers only.
    MainNumber,
    /// The memo lacks the word.
    MemoWord,
}

/// A row of what is known.
struct Known {
    provider: Provider,
    bin: &'static str,
    numbers: SeenNumbers,
    money_out: MoneyOut,
    memo_word: Word,
}

#[derive(Clone, Copy)]
enum Word {
    Free,
    /// In memos to accounts of persons.
    OfPersons(&'static str),
    /// Each account has its own, which begins so.
    Own(&'static str),
}

const SEPAY_PAGE: &str = "developer.sepay.vn, SePay Webhooks, Tài khoản ngân hàng";
const BANK_HUB_PAGE: &str = "developer.sepay.vn, Bank Hub, Supported banks";
const MB_CONTRACT: &str = "the contract is with MB";
/// 26 November 2026.
const LOOKED_UP: Day = Day(20_783);

const fn sepay(bin: &'static str, numbers: SeenNumbers, out: MoneyOut, memo_word: Word) -> Known {
    Known { provider: Provider::Sepay, bin, numbers, money_out: out, memo_word }
}

const fn bank_hub(bin: &'static str, money_out: MoneyOut) -> Known {
    let provider = Provider::SepayBankHub;
    Known { provider, bin, numbers: SeenNumbers::All, money_out, memo_word: Word::Free }
}

/// SePay's page of the banks that its webhooks support, and the one of Bank Hub.
const KNOWN: [Known; 14] = {
    use MoneyOut::{Seen, Unknown, Unseen};
    use SeenNumbers::{All, VirtualOnly};
    [
        // BIDV, MSB, KienlongBank, OCB: the main number is not reported at all.
        sepay("970418", VirtualOnly, Unseen, Word::Free),
        sepay("970426", VirtualOnly, Unseen, Word::Free),
        sepay("970452", VirtualOnly, Unknown, Word::Free),
        sepay("970448", VirtualOnly, Unknown, Word::Free),
        // ACB, MB.
        sepay("970416", All, Unseen, Word::Free),
        sepay("970422", All, Unseen, Word::Free),
        // Sacombank, TPBank: `TKP` and the code that SePay gave the account, anywhere in the memo.
        sepay("970403", All, Unknown, Word::Own("TKP")),
        sepay("970423", All, Unknown, Word::Own("TKP")),
        // VietinBank.
        sepay("970415", All, Unknown, Word::OfPersons("SEVQR")),
        // VPBank, TPBank, VietinBank, ACB, BIDV.
        bank_hub("970432", Unseen),
        bank_hub("970423", Seen),
        bank_hub("970415", Seen),
        bank_hub("970416", Seen),
        bank_hub("970418", Unseen),
    ]
};
const MB: &str = "970422";

impl Reach {
    /// What a provider's feed sees at a bank, of accounts of persons or others. `said` is what the
    /// feed itself says.
    #[must_use]
    pub fn of(provider: Provider, said: &[BankReach], bin: &str, is_personal: bool) -> Self {
        if let Some(said) = said.iter().find(|said| said.bin == bin) {
            return Self::said(said);
        }
        let known = KNOWN.iter().find(|row| row.provider == provider && row.bin == bin);
        if let Some(known) = known {
            return Self::known(known, is_personal);
        }
        let all = Self {
            numbers: SeenNumbers::All,
            money_out: MoneyOut::Unknown,
            memo_word: None,
            has_own_words: false,
            source: None,
            as_of: None,
        };
        match provider {
            Provider::Statement => Self { money_out: MoneyOut::Seen, ..all },
            Provider::Mbbank if bin != MB => Self {
                numbers: SeenNumbers::None,
                source: Some(MB_CONTRACT.into()),
                as_of: Some(LOOKED_UP),
                ..all
            },
            other if connector(other).kind() == FeedKind::Order => {
                Self { numbers: SeenNumbers::None, ..all }
            }
            _ => all,
        }
    }

    fn said(said: &BankReach) -> Self {
        Self {
            numbers: said.numbers,
            money_out: said.money_out,
            memo_word: said.memo_word.clone().map(Cow::Owned),
            has_own_words: false,
            source: said.source.clone().map(Cow::Owned),
            as_of: Some(said.as_of),
        }
    }

    fn known(known: &Known, is_personal: bool) -> Self {
        let page = if known.provider == Provider::Sepay { SEPAY_PAGE } else { BANK_HUB_PAGE };
        Self {
            numbers: known.numbers,
            money_out: known.money_out,
            memo_word: match known.memo_word {
                Word::OfPersons(word) if is_personal => Some(word.into()),
                Word::Own(begins) => Some(begins.into()),
                _ => None,
            },
            has_own_words: matches!(known.memo_word, Word::Own(_)),
            source: Some(page.into()),
            as_of: Some(LOOKED_UP),
        }
    }

    /// The word that a memo must bear, as far as it is known; `own` is the account's.
    #[must_use]
    pub fn word<'a>(&'a self, own: Option<&'a str>) -> Option<&'a str> {
        own.or_else(|| self.memo_word.as_deref().filter(|_| !self.has_own_words))
    }

    /// Why money would not be told that comes to a number with a memo; `None`: it would.
    #[must_use]
    pub fn blind(&self, own: Option<&str>, is_virtual: bool, memo: &str) -> Option<Blind> {
        match self.numbers {
            SeenNumbers::None => return Some(Blind::Bank),
            SeenNumbers::VirtualOnly if !is_virtual => return Some(Blind::MainNumber),
            _ => {}
        }
        let lacks = match self.word(own) {
            Some(word) => !fold::memo(memo).contains(word),
            // It must bear one, and nobody has said which.
            None => self.memo_word.is_some(),
        };
        lacks.then_some(Blind::MemoWord)
    }
}

impl BankReach {
    /// What feeds say, as it is stored. A row that cannot be read says nothing.
    #[must_use]
    pub fn parse(json: &str) -> Vec<Self> {
        serde_json::from_str(json).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider: Provider, bin: &str) -> Reach {
        Reach::of(provider, &[], bin, true)
    }

    #[test]
    fn every_row_stands_once() {
        for (at, row) in KNOWN.iter().enumerate() {
            let same = |other: &&Known| other.provider == row.provider && other.bin == row.bin;
            assert!(KNOWN.iter().skip(at + 1).find(same).is_none(), "{}", row.bin);
        }
        assert_eq!(Day::parse("2026-11-26"), Some(LOOKED_UP));
    }

    #[test]
    fn a_virtual_number_is_seen_where_the_main_one_is_not() {
        let bidv = of(Provider::Sepay, "970418");
        assert_eq!(bidv.blind(None, false, ""), Some(Blind::MainNumber));
        assert_eq!(bidv.blind(None, true, ""), None);
        assert_eq!(of(Provider::Phone, "970418").blind(None, false, ""), None);
    }

    #[test]
    fn a_word_must_be_known_and_must_stand_in_the_memo() {
        let vietin = of(Provider::Sepay, "970415");
        assert_eq!(vietin.blind(None, false, "CJW012346A"), Some(Blind::MemoWord));
        assert_eq!(vietin.blind(None, false, "SEVQR CJW012346A"), None);
        let of_a_firm = Reach::of(Provider::Sepay, &[], "970415", false);
        assert_eq!(of_a_firm.blind(None, false, "CJW012346A"), None);
        let tpbank = of(Provider::Sepay, "970423");
        assert_eq!(tpbank.blind(None, false, "CJW012346A TKP"), Some(Blind::MemoWord));
        assert_eq!(tpbank.blind(Some("TKPX9K"), false, "CJW012346A TKPX9K"), None);
        assert_eq!(tpbank.blind(Some("TKPX9K"), false, "CJW012346A"), Some(Blind::MemoWord));
    }

    #[test]
    fn a_feed_says_otherwise_for_itself_and_a_contract_holds_for_its_bank() {
        let said = BankReach {
            bin: "970418".into(),
            numbers: SeenNumbers::All,
            money_out: MoneyOut::Seen,
            memo_word: None,
            source: None,
            as_of: Day(20_000),
        };
        let said = [said];
        assert_eq!(Reach::of(Provider::Sepay, &said, "970418", true).blind(None, false, ""), None);
        let other = Reach::of(Provider::Sepay, &said, "970426", true);
        assert_eq!(other.blind(None, false, ""), Some(Blind::MainNumber));
        assert_eq!(of(Provider::Mbbank, "970436").blind(None, true, ""), Some(Blind::Bank));
        assert_eq!(of(Provider::Mbbank, "970422").blind(None, false, ""), None);
        assert_eq!(of(Provider::Payos, "970422").blind(None, false, ""), Some(Blind::Bank));
        let stored = serde_json::to_string(&said).unwrap();
        assert_eq!(BankReach::parse(&stored), said);
        assert_eq!(BankReach::parse("no list"), []);
    }
}

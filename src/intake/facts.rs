//! Whose contract a feed is, what it costs, and what it sees of banks: what the operator says.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Act;
use crate::db::{DbConnection, Outcome};
use crate::feeds::{BankReach, MAX_MEMO_WORD, MoneyOut, SeenNumbers};
use crate::primitives::{Day, Refusal, Vnd, fold, input};
use crate::registry::{boards, check};

const SUBSCRIBER_CHARS: usize = 120;
const SOURCE_CHARS: usize = 200;
/// More than there are banks.
const MAX_BANKS: usize = 100;
const MAX_COST_VND: i64 = 1_000_000_000;

/// What is known of a feed beside its provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeedFacts {
    /// Who has the contract with the provider, and pays it.
    pub subscriber: Option<String>,
    #[schema(value_type = Option<i64>)]
    pub monthly_cost_vnd: Option<Vnd>,
    /// What it sees of a bank, where that is not what `docs/feeds/` tells of its provider.
    pub sees: Vec<BankReach>,
}

/// Takes the place of all facts of before.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeedFacts {
    /// 1–120 characters: a vendor, the market, a family.
    pub subscriber: Option<String>,
    /// 0 to 1,000,000,000 đ; 0: free.
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    pub monthly_cost_vnd: Option<Vnd>,
    /// One a bank, at most 100.
    #[serde(default, deserialize_with = "input::objects")]
    pub sees: Vec<SeenBank>,
}

/// What the feed sees of accounts at one bank.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeenBank {
    /// Six digits of the bank directory.
    pub bin: String,
    pub numbers: SeenNumbers,
    #[serde(default)]
    pub money_out: MoneyOut,
    /// A word that each memo must bear, 1–14 letters and digits; absent: none.
    pub memo_word: Option<String>,
    /// Who says so, 1–200 characters.
    pub source: Option<String>,
}

/// # Errors
/// On `facts.subscriber`, `facts.monthly_cost_vnd`, `facts.sees`: `text-length` and the like,
/// `number-out-of-range`, `list-too-long`, `unknown-bin`, `memo-word-malformed`,
/// `feed-bank-twice`.
pub(super) fn check(
    connection: &mut DbConnection,
    act: &Act,
    new: NewFeedFacts,
) -> Outcome<FeedFacts> {
    let subscriber = new.subscriber.map(|who| {
        let field = "facts.subscriber";
        check::text(field, &who, SUBSCRIBER_CHARS)
    });
    if new.monthly_cost_vnd.is_some_and(|cost| !(0..=MAX_COST_VND).contains(&cost.get())) {
        let refusal = Refusal::invalid("facts.monthly_cost_vnd", "number-out-of-range");
        return Err(refusal.with("min", 0).with("max", MAX_COST_VND).into());
    }
    if new.sees.len() > MAX_BANKS {
        let refusal = Refusal::invalid("facts.sees", "list-too-long");
        return Err(refusal.with("max", MAX_BANKS).into());
    }
    let as_of = boards::today(connection, act)?;
    let mut sees: Vec<BankReach> = Vec::with_capacity(new.sees.len());
    for seen in new.sees {
        let bank = seen.checked(as_of)?;
        if sees.iter().any(|other| other.bin == bank.bin) {
            let refusal = Refusal::invalid("facts.sees", "feed-bank-twice");
            return Err(refusal.with("bin", bank.bin).into());
        }
        sees.push(bank);
    }
    Ok(FeedFacts {
        subscriber: subscriber.transpose()?,
        monthly_cost_vnd: new.monthly_cost_vnd,
        sees,
    })
}

impl SeenBank {
    fn checked(self, as_of: Day) -> Result<BankReach, Refusal> {
        const FIELD: &str = "facts.sees";
        let memo_word = self.memo_word.map(|word| memo_word(FIELD, &word)).transpose()?;
        let source = self.source.map(|text| check::text(FIELD, &text, SOURCE_CHARS)).transpose()?;
        Ok(BankReach {
            bin: check::bin(FIELD, &self.bin)?.bin.clone(),
            numbers: self.numbers,
            money_out: self.money_out,
            memo_word,
            source,
            as_of,
        })
    }
}

/// A word as it stands in memos: folded, 1–14 letters and digits.
///
/// # Errors
/// `memo-word-malformed` on the field.
pub(super) fn memo_word(field: &'static str, word: &str) -> Result<String, Refusal> {
    let folded = fold::memo(word);
    let is_whole = folded.len() == word.trim().chars().count();
    if is_whole && (1..=MAX_MEMO_WORD).contains(&folded.len()) {
        return Ok(folded);
    }
    Err(Refusal::invalid(field, "memo-word-malformed").with("max", MAX_MEMO_WORD))
}

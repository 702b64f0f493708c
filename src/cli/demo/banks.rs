//! Where the made-up accounts lie: thirteen banks and Viettel Money, and the feeds that see them.

use super::dice::Dice;

/// A bank as the demo uses it.
#[derive(Debug, PartialEq, Eq)]
pub struct Bank {
    pub bin: &'static str,
    /// SePay's name for it.
    pub gateway: &'static str,
    /// Digits of its account numbers.
    digits: usize,
    /// Its aggregator sees only virtual accounts (BIDV at SePay).
    pub only_virtual: bool,
    /// Its personal accounts need the word SEVQR before the reference.
    pub needs_sevqr: bool,
    pub is_wallet: bool,
}

const fn bank(bin: &'static str, gateway: &'static str, digits: usize) -> Bank {
    Bank { bin, gateway, digits, only_virtual: false, needs_sevqr: false, is_wallet: false }
}

const MB: Bank = bank("970422", "MBBank", 13);
const ACB: Bank = bank("970416", "ACB", 8);
const VIETCOMBANK: Bank = bank("970436", "Vietcombank", 10);
const VPBANK: Bank = bank("970432", "VPBank", 9);
const BIDV: Bank = Bank { only_virtual: true, ..bank("970418", "BIDV", 10) };
pub const TPBANK: Bank = bank("970423", "TPBank", 11);
const VIETINBANK: Bank = Bank { needs_sevqr: true, ..bank("970415", "VietinBank", 12) };
const AGRIBANK: Bank = bank("970405", "Agribank", 13);
const TECHCOMBANK: Bank = bank("970407", "Techcombank", 14);
pub const SACOMBANK: Bank = bank("970403", "Sacombank", 12);
const SHB: Bank = bank("970443", "SHB", 10);
const LPBANK: Bank = bank("970449", "LPBank", 12);
const HDBANK: Bank = bank("970437", "HDBank", 14);
const VIETTEL_MONEY: Bank = Bank { is_wallet: true, ..bank("971005", "ViettelMoney", 10) };

/// The demo's feeds, in the order in which they are created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FeedName {
    SepayHmac,
    SepayApiKey,
    StandardWebhooks,
    /// A SePay company whose connection keeps breaking.
    SepayBroken,
    Payos,
}

impl FeedName {
    pub const ALL: [Self; 5] = [
        Self::SepayHmac,
        Self::SepayApiKey,
        Self::StandardWebhooks,
        Self::SepayBroken,
        Self::Payos,
    ];
}

/// A feed and a bank that it sees. Each holds two accounts or more where there are enough, because
/// only another account's transfers prove that silence is silence.
pub type Cell = (FeedName, &'static Bank);

/// In the order in which they are filled.
pub const WORKING: [Cell; 10] = [
    (FeedName::SepayHmac, &MB),
    (FeedName::StandardWebhooks, &VIETINBANK),
    (FeedName::SepayApiKey, &VPBANK),
    (FeedName::SepayHmac, &ACB),
    (FeedName::StandardWebhooks, &VIETTEL_MONEY),
    (FeedName::SepayApiKey, &BIDV),
    (FeedName::SepayHmac, &VIETCOMBANK),
    (FeedName::StandardWebhooks, &AGRIBANK),
    (FeedName::SepayApiKey, &TPBANK),
    (FeedName::StandardWebhooks, &TECHCOMBANK),
];

pub const BROKEN: [Cell; 2] = [(FeedName::SepayBroken, &SACOMBANK), (FeedName::SepayBroken, &SHB)];

/// Where the market's own account lies.
pub const MARKET: Cell = (FeedName::StandardWebhooks, &AGRIBANK);

/// Where those without a feed have their accounts.
pub const UNSEEN: [&Bank; 8] =
    [&AGRIBANK, &LPBANK, &HDBANK, &VIETTEL_MONEY, &BIDV, &VIETCOMBANK, &MB, &SHB];

impl Bank {
    /// A random account number; its first digit is never 0, as most banks have it.
    pub fn number(&self, dice: &mut Dice) -> String {
        format!("{}{}", dice.between(1, 9), dice.digits(self.digits - 1))
    }
}

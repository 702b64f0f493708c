//! What a part of a transfer was: the class of an attribution line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::requests::RequestKind;

// A `literal` fragment would hide the word from utoipa.
macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $text:tt, $label:literal;)+) => {
        /// Class of an attribution line, in the order of the columns of `day_totals`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
                 ToSchema)]
        pub enum Class {
            $($(#[$doc])* #[serde(rename = $text)] $name),+
        }

        impl Class {
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$name),+];

            /// The word in the database and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What vendors and organisers call it.
            #[must_use]
            pub const fn label_vi(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// The column of `day_totals` that counts its lines.
            #[must_use]
            pub const fn count_column(self) -> &'static str {
                match self { $(Self::$name => concat!($text, "_count")),+ }
            }

            /// The column of `day_totals` that adds up its đồng.
            #[must_use]
            pub const fn amount_column(self) -> &'static str {
                match self { $(Self::$name => concat!($text, "_vnd")),+ }
            }
        }
    };
}

classes! {
    Sale = "sale", "bán hàng";
    /// A customer pays what was bought on credit.
    DebtRepayment = "debt_repayment", "khách trả nợ";
    Deposit = "deposit", "đặt cọc";
    /// The market's own fees.
    Fee = "fee", "tiền sạp";
    Personal = "personal", "tiền riêng";
    /// A customer transfers more and takes the rest in cash.
    CashOut = "cash_out", "khách chuyển khoản lấy tiền mặt";
    Supplier = "supplier", "trả bạn hàng";
    Refund = "refund", "hoàn tiền cho khách";
    /// The bank took a transfer back.
    Reversal = "reversal", "ngân hàng hoàn lại";
    Test = "test", "thử";
    Unclassified = "unclassified", "chưa phân loại";
}

impl Class {
    /// What money for a request is.
    #[must_use]
    pub const fn of_request(kind: RequestKind) -> Self {
        match kind {
            RequestKind::Sale => Self::Sale,
            RequestKind::Fee => Self::Fee,
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// Money that a stall took in trade: these lines, from the board's minimum up, are receipts.
    #[must_use]
    pub const fn is_business(self) -> bool {
        matches!(self, Self::Sale | Self::DebtRepayment | Self::Deposit)
    }

    /// Given back to who had paid it.
    #[must_use]
    pub const fn is_returned(self) -> bool {
        matches!(self, Self::Refund | Self::Reversal)
    }

    /// What a request asks for.
    #[must_use]
    pub const fn pays_requests(self) -> bool {
        self.is_business() || matches!(self, Self::Fee)
    }

    /// Money that came and stayed: what it was takes nothing off the request that it met, e.g. where
    /// the payer sent more and took the rest in cash.
    pub(super) const fn keeps_request(self) -> bool {
        !matches!(self, Self::Reversal | Self::Unclassified)
    }
}

//! Why a team should go to a stall, in the order of severity of `docs/visits.md`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sentences;
use crate::adoption::Sentence;
use crate::primitives::Day;
use crate::text_enum;

const LONGEST_WAIT_DAYS: i64 = 90;

text_enum!(
    /// Why a stall should be visited.
    VisitReason {
        /// A check found another code on the stall than the registered one.
        CodeWrong = "code_wrong",
        /// Receipts stopped where the stall's own habit makes that less than 1 % likely: for a week, or
        /// until somebody has been there.
        SuddenSilence = "sudden_silence",
        /// Its feed was proven alive once, and is not on its last 3 trading days or more.
        FeedUnproven = "feed_unproven",
        /// Equipped for 14 days or more, its feed alive, and no money yet.
        NoMoneyYet = "no_money_yet",
        /// It was paid regularly, and has paused.
        RegularPaused = "regular_paused",
        /// The sudden silence is a week old, or somebody was there, and it goes on.
        StillSilent = "still_silent",
        /// Wrong amounts and money of no stall: 5 % of all in 30 days, or 3 a week.
        ManyErrors = "many_errors",
        NoCode = "no_code",
        /// It has a code, but its account was never shown to be the vendor's, or the test is missing.
        NotVerified = "not_verified",
        /// It has a code that nobody has seen on the stall within 180 days.
        NotScanned = "not_scanned",
        /// The account is said to be the vendor's own, and bears another name.
        NameDiffers = "name_differs",
        /// Another stall is paid on the same account.
        AccountShared = "account_shared",
        /// Drawn for a cash count: the day is near, and nobody has counted or been refused.
        CashCount = "cash_count",
        /// The vendor came within the last 14 days.
        NewStall = "new_stall",
        /// Nobody was there for 69 days: it has to be soon, or the quarter is over.
        Quarter = "quarter",
        /// Nothing is amiss: drawn by lot.
        Drawn = "drawn",
    }
);

impl VisitReason {
    /// 1, the same day, to 9; 10 where nothing is amiss.
    #[must_use]
    pub const fn severity(self) -> i64 {
        match self {
            Self::CodeWrong | Self::SuddenSilence => 1,
            Self::FeedUnproven => 2,
            Self::NoMoneyYet => 3,
            Self::RegularPaused | Self::StillSilent => 4,
            Self::ManyErrors => 5,
            Self::NoCode | Self::NotVerified | Self::NotScanned => 6,
            Self::NameDiffers | Self::AccountShared => 7,
            Self::CashCount => 8,
            Self::NewStall => 9,
            Self::Quarter | Self::Drawn => 10,
        }
    }

    /// What the days of waiting are multiplied by: 10 for the worst.
    #[must_use]
    pub const fn weight(self) -> i64 {
        11 - self.severity()
    }

    /// It cannot wait until the stall's 14 days of rest are over.
    #[must_use]
    pub const fn is_pressing(self) -> bool {
        self.severity() <= 2
    }
}

/// Why a team should go there, and what to bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Grounds {
    pub reason: VisitReason,
    /// 1, the same day, to 9; 10 where nothing is amiss.
    pub severity: i64,
    /// Since when it waits: since it is so, or since the last visit after that.
    #[schema(value_type = String, format = Date)]
    pub since: Day,
    pub why: Sentence,
    pub bring: Sentence,
}

impl Grounds {
    pub fn new(reason: VisitReason, since: Day, why: Sentence) -> Self {
        let bring = sentences::bring(reason);
        Self { reason, severity: reason.severity(), since, why, bring }
    }

    /// A visit that changed nothing begins the waiting anew; what is pressing goes on.
    pub fn waiting_since(&mut self, last_visit: Option<Day>) {
        if !self.reason.is_pressing() {
            self.since = last_visit.map_or(self.since, |last| self.since.max(last));
        }
    }

    /// Severity × days waiting; the stall's size comes on top. What has waited for a quarter is no more
    /// urgent than that, or old trifles would come before what broke last week.
    #[must_use]
    pub fn score(&self, today: Day) -> i64 {
        let waiting = i64::from(today.0).saturating_sub(i64::from(self.since.0));
        self.reason.weight() * waiting.clamp(1, LONGEST_WAIT_DAYS)
    }
}

//! Money that came in, as a stall's phone shows and says it.

use serde::Serialize;

use crate::events::Event;
use crate::feeds::Precision;
use crate::ledger::announced::Announced;
use crate::primitives::ids::{OccupancyId, RequestId, TransferId};
use crate::primitives::spoken::{self, Region};
use crate::primitives::time::{
    MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, VIETNAM_OFFSET_MS,
};
use crate::primitives::{UnixMs, Vnd};
use crate::requests::RequestRow;
use crate::text_enum;

/// What was older when it was recorded is a matter of the books: nobody stands at the stall for it.
const OLDEST_MS: i64 = MS_PER_DAY;
/// What is older says when it came, so that nobody takes it for the customer who stands there.
const LATE_MS: i64 = 5 * MS_PER_MINUTE;
/// A receipt without a request that is less, or not in steps of [`STEP`], may lack its last zeros
/// (facts of the trade: 9.034 đ for 9.034.000 đ).
const SMALLEST: Vnd = Vnd::new(2_000);
const STEP: i64 = 500;
/// An odd amount from here on lacks no zeros: nobody pays hundreds of millions at a stall.
const WHOLE: Vnd = Vnd::new(100_000);

text_enum!(
    /// What the money is to whoever stands at the stall.
    Kind {
        Received = "received",
        /// Less than was asked.
        Underpaid = "underpaid",
        Overpaid = "overpaid",
        /// All that was asked, once more.
        Duplicate = "duplicate",
        /// A thousand times too little: never "received".
        Thousandfold = "thousandfold",
        /// A thousand times too much.
        ThousandfoldMore = "thousandfold_more",
        /// The request had been taken back.
        AfterCancel = "after_cancel",
        /// An unusual amount without a request.
        Unusual = "unusual",
        /// All that was asked, after the code had expired.
        Late = "late",
    }
);

/// Which short sound comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Right,
    Wrong,
    Attention,
}

/// Before an odd amount that lacks no zeros.
pub(super) const WHOLE_SAID: &str = "Coi lại số tiền. Đã nhận";

/// For an amount that has no words.
pub(super) const TOO_LARGE: &str = "một số tiền rất lớn";

impl Kind {
    pub(super) const ALL: [Self; 9] = [
        Self::Received,
        Self::Underpaid,
        Self::Overpaid,
        Self::Duplicate,
        Self::Thousandfold,
        Self::ThousandfoldMore,
        Self::AfterCancel,
        Self::Unusual,
        Self::Late,
    ];

    /// `asked` is what the request that it met was for; `is_late`: it had expired by then.
    fn of(effect: Option<&str>, amount: Vnd, asked: Option<Vnd>, is_late: bool) -> Self {
        let is_unusual = amount < SMALLEST || amount.get() % STEP != 0;
        match effect {
            Some("underpaid") => Self::Underpaid,
            Some("overpaid") => Self::Overpaid,
            Some("duplicate") => Self::Duplicate,
            Some("thousandfold") if asked.is_some_and(|asked| amount > asked) => {
                Self::ThousandfoldMore
            }
            Some("thousandfold") => Self::Thousandfold,
            Some("after_cancel") => Self::AfterCancel,
            Some("paid") if is_late => Self::Late,
            None if is_unusual => Self::Unusual,
            _ => Self::Received,
        }
    }

    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Received | Self::Late => Tone::Right,
            Self::Underpaid
            | Self::Overpaid
            | Self::Duplicate
            | Self::Thousandfold
            | Self::ThousandfoldMore => Tone::Wrong,
            Self::AfterCancel | Self::Unusual => Tone::Attention,
        }
    }

    /// Before the amount's words.
    pub(super) const fn said(self) -> &'static str {
        match self {
            Self::Received => "Đã nhận",
            Self::Late => "Tiền tới trễ. Đã nhận",
            Self::Underpaid => "Thiếu tiền. Chỉ nhận",
            Self::Overpaid | Self::ThousandfoldMore => "Dư tiền. Đã nhận",
            Self::Duplicate => "Khách trả hai lần. Đã nhận thêm",
            Self::Thousandfold | Self::Unusual => "Coi lại số tiền. Chỉ nhận",
            Self::AfterCancel => "Yêu cầu đã hủy mà vẫn nhận",
        }
    }
}

/// Money that came to a stall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    pub transfer_id: TransferId,
    pub occupancy_id: OccupancyId,
    pub kind: Kind,
    pub amount: Vnd,
    /// By the bank's clock; by ours where a date is all that the bank tells.
    pub at: UnixMs,
    pub is_late: bool,
    pub recorded_at: UnixMs,
    /// When this was read.
    pub now: UnixMs,
    /// The request that it met.
    pub request_id: Option<RequestId>,
    pub payer: Option<String>,
}

/// As the page gets it.
#[derive(Serialize)]
struct Told<'a> {
    id: TransferId,
    kind: Kind,
    tone: Tone,
    /// `50.000 đ`.
    amount: String,
    amount_vnd: Vnd,
    /// `09:15` in Vietnam.
    time: String,
    late: bool,
    /// How long before `now` it was recorded.
    age_s: i64,
    /// By the server's clock, in milliseconds.
    now: i64,
    request: Option<RequestId>,
    payer: Option<&'a str>,
    say: Said,
    /// What is said before it where it is told late: `Lúc chín giờ mười lăm:`.
    hour: Said,
}

/// The words to be spoken, by region.
#[derive(Serialize)]
struct Said {
    south: String,
    north: String,
}

impl Announcement {
    /// What an event tells, with what the ledger knows and the request that it met; `None` where
    /// there is nothing to be announced: another's money, the market's own fee, a row of a
    /// statement, what is long past.
    #[must_use]
    pub fn of(
        event: &Event,
        known: &[Announced],
        asked: Option<&RequestRow>,
        now: UnixMs,
    ) -> Option<Self> {
        let Event::TransferRecorded {
            transfer_id,
            occupancy_id,
            request_id,
            amount,
            class,
            effect,
            ..
        } = event
        else {
            return None;
        };
        let known = known.iter().find(|known| known.id == *transfer_id)?;
        let at = match known.occurred_precision {
            Precision::Day => known.recorded_at,
            _ => known.occurred_at,
        };
        let is_past = known.recorded_at.0.saturating_sub(at.0) > OLDEST_MS;
        if class == "fee" || known.evidence == "statement" || is_past {
            return None;
        }
        let (moved_at, precision) = (known.occurred_at, known.occurred_precision);
        let is_after = asked.is_some_and(|asked| asked.is_over(moved_at, precision));
        let asked = asked.map(|asked| asked.amount);
        Some(Self {
            transfer_id: *transfer_id,
            occupancy_id: (*occupancy_id)?,
            kind: Kind::of(effect.as_deref(), *amount, asked, is_after),
            amount: *amount,
            at,
            is_late: now.0.saturating_sub(at.0.min(known.recorded_at.0)) > LATE_MS,
            recorded_at: known.recorded_at,
            now,
            request_id: *request_id,
            payer: known.payer_name.clone(),
        })
    }

    /// The page's JSON; the payer only where the link shows it.
    #[must_use]
    pub fn to_json(&self, shows_payer: bool) -> String {
        let told = Told {
            id: self.transfer_id,
            kind: self.kind,
            tone: self.kind.tone(),
            amount: self.amount.to_string(),
            amount_vnd: self.amount,
            time: wall_clock(self.at),
            late: self.is_late,
            age_s: self.now.0.saturating_sub(self.recorded_at.0).max(0) / MS_PER_SECOND,
            now: self.now.0,
            request: self.request_id,
            payer: self.payer.as_deref().filter(|_| shows_payer),
            say: Said { south: self.say(Region::South), north: self.say(Region::North) },
            hour: Said { south: self.hour(Region::South), north: self.hour(Region::North) },
        };
        // Numbers, texts and nothing that could fail.
        serde_json::to_string(&told).unwrap_or_default()
    }

    /// `Đã nhận năm mươi ngàn đồng`.
    #[must_use]
    pub fn say(&self, region: Region) -> String {
        let amount = spoken::amount(self.amount, region);
        let amount = amount.unwrap_or_else(|| TOO_LARGE.to_owned());
        let before = match self.kind {
            Kind::Unusual if self.amount >= WHOLE => WHOLE_SAID,
            kind => kind.said(),
        };
        let said = format!("{before} {amount}");
        if self.is_late { format!("{} {said}", self.hour(region)) } else { said }
    }

    /// `Lúc chín giờ mười lăm:`.
    fn hour(&self, region: Region) -> String {
        format!("Lúc {}:", spoken_time(self.at, region))
    }
}

/// Hours and minutes of Vietnam's day.
fn hour_and_minute(at: UnixMs) -> (i64, i64) {
    let of_day = (at.0.saturating_add(VIETNAM_OFFSET_MS)).rem_euclid(MS_PER_DAY);
    (of_day / MS_PER_HOUR, of_day % MS_PER_HOUR / MS_PER_MINUTE)
}

/// `09:15` in Vietnam.
pub fn wall_clock(at: UnixMs) -> String {
    let (hour, minute) = hour_and_minute(at);
    format!("{hour:02}:{minute:02}")
}

/// `chín giờ mười lăm`; on the hour `chín giờ`.
fn spoken_time(at: UnixMs, region: Region) -> String {
    let (hour, minute) = hour_and_minute(at);
    let words = |number| {
        spoken::words(Vnd::new(number), region).map(|words| words.join(" ")).unwrap_or_default()
    };
    if minute == 0 {
        format!("{} giờ", words(hour))
    } else {
        format!("{} giờ {}", words(hour), words(minute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announcement(kind: Kind, amount: i64, is_late: bool) -> Announcement {
        Announcement::sample(kind, amount, is_late)
    }

    impl Announcement {
        pub(in crate::live) fn sample(kind: Kind, amount: i64, is_late: bool) -> Self {
            Self {
                transfer_id: TransferId(1),
                occupancy_id: OccupancyId(2),
                kind,
                amount: Vnd::new(amount),
                at: UnixMs::from_rfc3339("2026-11-26T09:15:00+07:00").unwrap(),
                recorded_at: UnixMs(0),
                now: UnixMs(0),
                request_id: None,
                is_late,
                payer: Some("LE VAN A".into()),
            }
        }
    }

    #[test]
    fn money_is_said_as_the_market_says_it() {
        let one = announcement(Kind::Received, 50_000, false);
        assert_eq!(one.say(Region::South), "Đã nhận năm mươi ngàn đồng");
        assert_eq!(one.say(Region::North), "Đã nhận năm mươi nghìn đồng");
        let late = announcement(Kind::Received, 105_000, true);
        assert_eq!(
            late.say(Region::South),
            "Lúc chín giờ mười lăm: Đã nhận một trăm lẻ năm ngàn đồng"
        );
        let off = announcement(Kind::Thousandfold, 9_034, false);
        assert!(off.say(Region::South).starts_with("Coi lại số tiền. Chỉ nhận chín ngàn"));
        let more = announcement(Kind::ThousandfoldMore, 50_000_000, false);
        assert_eq!(more.say(Region::South), "Dư tiền. Đã nhận năm mươi triệu đồng");
        let odd = |amount| announcement(Kind::Unusual, amount, false).say(Region::South);
        assert!(odd(9_034).starts_with("Coi lại số tiền. Chỉ nhận chín ngàn"));
        assert!(odd(12_345_678).starts_with("Coi lại số tiền. Đã nhận mười hai triệu"));
        let overdue = announcement(Kind::Late, 50_000, false);
        assert_eq!(overdue.say(Region::South), "Tiền tới trễ. Đã nhận năm mươi ngàn đồng");
    }

    #[test]
    fn odd_amounts_ask_for_a_look_and_requests_speak_for_themselves() {
        for (effect, amount, kind) in [
            (None, 50_000, Kind::Received),
            (None, 1_999, Kind::Unusual),
            (None, 2_000, Kind::Received),
            (None, 9_034, Kind::Unusual),
            (Some("paid"), 9_034, Kind::Received),
            (Some("underpaid"), 50_000, Kind::Underpaid),
            (Some("thousandfold"), 50_000, Kind::Thousandfold),
            (Some("thousandfold"), 50_000_000, Kind::ThousandfoldMore),
            (Some("after_cancel"), 50_000, Kind::AfterCancel),
        ] {
            let asked = Some(Vnd::new(9_034_000));
            assert_eq!(
                Kind::of(effect, Vnd::new(amount), asked, false),
                kind,
                "{effect:?} {amount}"
            );
        }
        assert_eq!(Kind::of(Some("paid"), Vnd::new(50_000), None, true), Kind::Late);
    }

    #[test]
    fn a_payer_is_told_only_where_the_link_shows_it() {
        let one = announcement(Kind::Received, 50_000, false);
        assert!(one.to_json(true).contains("LE VAN A"));
        let json: serde_json::Value = serde_json::from_str(&one.to_json(false)).unwrap();
        assert_eq!(json["payer"], serde_json::Value::Null);
        assert_eq!((&json["amount"], &json["time"]), (&"50.000 đ".into(), &"09:15".into()));
        assert_eq!(json["tone"], "right");
    }
}

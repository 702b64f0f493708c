//! Signed SePay webhooks, each of another transfer, over all stalls.

use std::fmt::Write;

use cho40::feeds::sample::SampleTransfer;
use cho40::feeds::{Direction, sign};
use cho40::primitives::{Clock, Vnd};
use cho40::vietqr::Reference;

use super::load::Requests;
use super::market::Market;

/// Steps through the stalls in an order that is not theirs; shares no factor with their number.
const STRIDE: u64 = 617;
/// SePay's field for the balance: 0 in the library's sample, a figure at banks that tell it.
const NO_BALANCE: &str = r#""accumulated":0}"#;

/// Makes requests that no run before had.
pub struct Events<'m> {
    market: &'m Market,
    made: u64,
}

impl<'m> Events<'m> {
    pub const fn of(market: &'m Market) -> Self {
        Self { market, made: 0 }
    }

    /// So many new requests, signed now; nothing if the market has no stalls.
    pub fn make(&mut self, count: u64) -> Requests {
        let mut requests = Requests::default();
        for _ in 0..count {
            self.made += 1;
            if let Some((head, body)) = self.one(self.made) {
                requests.push(&head, &body);
            }
        }
        requests
    }

    /// The headers, each with its line's end, and the body.
    fn one(&self, number: u64) -> Option<(String, Vec<u8>)> {
        let stalls = self.market.stalls.len() as u64;
        let stall = self.market.stalls.get((number.checked_mul(STRIDE)? % stalls) as usize)?;
        let now = Clock::system().now();
        let transfer = SampleTransfer {
            id: 92_704_000 + number,
            gateway: stall.gateway,
            bin: &stall.code.bin,
            account: &stall.code.number,
            virtual_account: None,
            direction: Direction::In,
            amount: Vnd::new(5_000 + (number as i64 * 7_919 % 400) * 1_000),
            occurred_at: now.plus_ms(-(number as i64 % 20_000)),
            memo: &wrapped(number, stall.code.reference?),
            reference: &format!("FT{:014}", 24_249_000_000_000 + number),
            payer_name: None,
            order_code: 0,
        };
        let body = String::from_utf8(transfer.sepay_body()?).ok()?;
        let balance = format!(r#""accumulated":{}}}"#, 1_000_000 + number);
        let body = body.replace(NO_BALANCE, &balance).into_bytes();
        let mut head = String::new();
        let signed = sign::sepay_hmac(&self.market.secret, now.get() / 1_000, &body);
        for (name, value) in &signed {
            write!(head, "{name}: {value}\r\n").ok()?;
        }
        Some((head, body))
    }
}

/// The memo as four kinds of banks hand it on.
fn wrapped(number: u64, reference: Reference) -> String {
    match number % 4 {
        0 => format!(
            "MBVCB.{}.{:06}.{reference} A12.CT tu 0761002380000 NGUYEN VAN A toi 104567000 \
             TRAN VAN B tai MB- Ma GD ACSP/ ht147148",
            7_636_000_000 + number,
            number % 1_000_000
        ),
        1 => format!("IBFT {reference}   Ma giao dich  Trace{number:06} Trace {number:06}"),
        2 => format!("{number:012}-{reference}-CHUYEN TIEN-OQCH000JiOuX-MOMO{number:012}MOMO"),
        _ => format!("{reference} mua hang FT{:014}", 24_249_000_000_000 + number),
    }
}

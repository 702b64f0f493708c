//! What SePay would send, from its webhooks and from its Bank Hub.

use serde::Serialize;

use super::{SampleTransfer, wall_clock};
use crate::feeds::Direction;
use crate::primitives::Vnd;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SepayBody<'a> {
    id: u64,
    gateway: &'a str,
    transaction_date: String,
    account_number: &'a str,
    sub_account: Option<&'a str>,
    code: Option<&'a str>,
    content: &'a str,
    transfer_type: &'static str,
    description: String,
    transfer_amount: Vnd,
    reference_code: &'a str,
    accumulated: Vnd,
}

#[derive(Serialize)]
struct BankHubBody<'a> {
    gateway: &'a str,
    transaction_date: String,
    account_number: &'a str,
    bank_account_xid: &'static str,
    va: Option<&'a str>,
    payment_code: Option<&'a str>,
    content: &'a str,
    transfer_type: &'static str,
    amount: Vnd,
    reference_code: &'a str,
    accumulated: Vnd,
    transaction_id: String,
}

impl SampleTransfer<'_> {
    /// The JSON body that SePay would send; `accumulated` is 0, as where SePay knows no balance.
    #[must_use]
    pub fn sepay_body(&self) -> Option<Vec<u8>> {
        let body = SepayBody {
            id: self.id,
            gateway: self.gateway,
            transaction_date: wall_clock(self.occurred_at),
            account_number: self.account,
            sub_account: self.virtual_account,
            code: None,
            content: self.memo,
            transfer_type: self.direction.as_str(),
            description: format!("BankAPINotify {}", self.memo),
            transfer_amount: self.amount,
            reference_code: self.reference,
            accumulated: Vnd::ZERO,
        };
        serde_json::to_vec(&body).ok()
    }

    /// The JSON body that SePay's Bank Hub would send.
    #[must_use]
    pub fn sepay_bank_hub_body(&self) -> Option<Vec<u8>> {
        let body = BankHubBody {
            gateway: self.gateway,
            transaction_date: wall_clock(self.occurred_at),
            account_number: self.account,
            bank_account_xid: "00000000-0000-0000-0000-000000000000",
            va: self.virtual_account,
            payment_code: None,
            content: self.memo,
            transfer_type: match self.direction {
                Direction::In => "credit",
                Direction::Out => "debit",
            },
            amount: self.amount,
            reference_code: self.reference,
            accumulated: Vnd::ZERO,
            transaction_id: format!("00000000-0000-0000-0000-{:012}", self.id),
        };
        serde_json::to_vec(&body).ok()
    }
}

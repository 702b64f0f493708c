//! What Casso would send, from both of its integrations.

use serde::Serialize;

use super::{SampleTransfer, wall_clock};
use crate::feeds::Direction;
use crate::primitives::Vnd;

#[derive(Serialize)]
struct Body<T> {
    error: u8,
    data: T,
}

#[derive(Serialize)]
struct V1Data<'a> {
    id: u64,
    tid: &'a str,
    description: &'a str,
    amount: Vnd,
    cusum_balance: Vnd,
    when: String,
    bank_sub_acc_id: &'a str,
    #[serde(rename = "subAccId")]
    sub_acc_id: &'a str,
    #[serde(rename = "bankName")]
    bank_name: &'a str,
    #[serde(rename = "virtualAccount")]
    virtual_account: &'a str,
    #[serde(rename = "corresponsiveName")]
    corresponsive_name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct V2Data<'a> {
    id: u64,
    reference: &'a str,
    description: &'a str,
    amount: Vnd,
    running_balance: Vnd,
    transaction_date_time: String,
    account_number: &'a str,
    bank_name: &'a str,
    virtual_account_number: &'a str,
    counter_account_name: &'a str,
}

impl SampleTransfer<'_> {
    /// The JSON body of Casso's first integration, an array of one.
    #[must_use]
    pub fn casso_v1_body(&self) -> Option<Vec<u8>> {
        let data = V1Data {
            id: self.id,
            tid: self.reference,
            description: self.memo,
            amount: self.signed_amount(),
            cusum_balance: Vnd::ZERO,
            when: wall_clock(self.occurred_at),
            bank_sub_acc_id: self.account,
            sub_acc_id: self.account,
            bank_name: self.gateway,
            virtual_account: self.virtual_account.unwrap_or_default(),
            corresponsive_name: self.payer_name.unwrap_or_default(),
        };
        serde_json::to_vec(&Body { error: 0, data: [data] }).ok()
    }

    /// The JSON body of Casso's second integration.
    #[must_use]
    pub fn casso_v2_body(&self) -> Option<Vec<u8>> {
        let data = V2Data {
            id: self.id,
            reference: self.reference,
            description: self.memo,
            amount: self.signed_amount(),
            running_balance: Vnd::ZERO,
            transaction_date_time: wall_clock(self.occurred_at),
            account_number: self.account,
            bank_name: self.gateway,
            virtual_account_number: self.virtual_account.unwrap_or_default(),
            counter_account_name: self.payer_name.unwrap_or_default(),
        };
        serde_json::to_vec(&Body { error: 0, data }).ok()
    }

    fn signed_amount(&self) -> Vnd {
        match self.direction {
            Direction::In => self.amount,
            Direction::Out => Vnd::new(-self.amount.get()),
        }
    }
}

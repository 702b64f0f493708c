//! What payOS would send.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{SampleTransfer, wall_clock};
use crate::feeds::{Secret, sign};
use crate::primitives::Vnd;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PayosData<'a> {
    order_code: u64,
    amount: Vnd,
    description: &'a str,
    account_number: &'a str,
    reference: String,
    transaction_date_time: String,
    currency: &'static str,
    payment_link_id: String,
    code: &'static str,
    desc: &'static str,
    counter_account_bank_id: &'static str,
    counter_account_bank_name: &'static str,
    counter_account_name: &'a str,
    counter_account_number: &'static str,
    virtual_account_name: &'static str,
    virtual_account_number: &'a str,
}

#[derive(Serialize)]
struct PayosBody<'a> {
    code: &'static str,
    desc: &'static str,
    success: bool,
    data: &'a RawValue,
    signature: String,
}

impl SampleTransfer<'_> {
    /// The JSON body that payOS would send, with its signature inside.
    #[must_use]
    pub fn payos_body(&self, secret: &Secret) -> Option<Vec<u8>> {
        let data = serde_json::value::to_raw_value(&PayosData {
            order_code: self.order_code,
            amount: self.amount,
            description: self.memo,
            account_number: self.account,
            reference: format!("{}{}", self.reference, self.id),
            transaction_date_time: wall_clock(self.occurred_at),
            currency: "VND",
            payment_link_id: format!("{:032x}", self.order_code),
            code: "00",
            desc: "success",
            counter_account_bank_id: "",
            counter_account_bank_name: "",
            counter_account_name: self.payer_name.unwrap_or_default(),
            counter_account_number: "",
            virtual_account_name: "",
            virtual_account_number: self.virtual_account.unwrap_or_default(),
        })
        .ok()?;
        let signature = sign::payos(secret, data.get()).ok()?;
        let body = PayosBody { code: "00", desc: "success", success: true, data: &data, signature };
        serde_json::to_vec(&body).ok()
    }
}

//! What any sender of Standard Webhooks would send.

use serde::Serialize;

use super::SampleTransfer;
use crate::primitives::{UnixMs, Vnd};

#[derive(Serialize)]
struct StandardWebhooksBody<'a> {
    transfer_id: String,
    bin: &'a str,
    account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    virtual_account: Option<&'a str>,
    direction: &'static str,
    amount_vnd: Vnd,
    occurred_at: UnixMs,
    memo: &'a str,
    reference: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payer: Option<PayerBody<'a>>,
}

#[derive(Serialize)]
struct PayerBody<'a> {
    name: &'a str,
}

impl SampleTransfer<'_> {
    /// The JSON body of [`crate::feeds::standard_webhooks::SCHEMA`].
    #[must_use]
    pub fn standard_webhooks_body(&self) -> Option<Vec<u8>> {
        let body = StandardWebhooksBody {
            transfer_id: self.id.to_string(),
            bin: self.bin,
            account: self.account,
            virtual_account: self.virtual_account,
            direction: self.direction.as_str(),
            amount_vnd: self.amount,
            occurred_at: self.occurred_at,
            memo: self.memo,
            reference: self.reference,
            payer: self.payer_name.map(|name| PayerBody { name }),
        };
        serde_json::to_vec(&body).ok()
    }
}

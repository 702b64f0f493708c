//! Bodies and signed requests as the providers would send them: for the demo, the tests and
//! `cho40 feed send`.

use serde::Serialize;
use serde_json::value::RawValue;

use super::sign::{self, Header};
use super::{Direction, FeedConfig, Secret, SepayAuthentication};
use crate::primitives::{UnixMs, Vnd};

/// One transfer to be reported, in the words of no provider.
#[derive(Clone, Debug)]
pub struct SampleTransfer<'a> {
    /// SePay's `id`, `transfer_id` elsewhere, the reference at payOS.
    pub id: u64,
    /// SePay's name of the bank, e.g. `MBBank`.
    pub gateway: &'a str,
    pub bin: &'a str,
    pub account: &'a str,
    pub virtual_account: Option<&'a str>,
    /// Order feeds know only incoming transfers and ignore it.
    pub direction: Direction,
    pub amount: Vnd,
    pub occurred_at: UnixMs,
    pub memo: &'a str,
    pub reference: &'a str,
    pub payer_name: Option<&'a str>,
    /// Order feeds only.
    pub order_code: u64,
}

/// A request ready to be sent by `POST`.
#[derive(Clone, Debug)]
pub struct SignedRequest {
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
}

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

    /// The JSON body of [`super::standard_webhooks::SCHEMA`].
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

    /// The whole request as a feed with this configuration expects it. `sent_at` is signed where
    /// the scheme signs a time; `None` if the secret does not fit the provider.
    #[must_use]
    pub fn signed_request(
        &self,
        config: &FeedConfig,
        secret: &Secret,
        sent_at: UnixMs,
    ) -> Option<SignedRequest> {
        let sent_at_s = sent_at.get().div_euclid(1_000);
        let (mut headers, body) = match config {
            FeedConfig::Sepay(config) => {
                let body = self.sepay_body()?;
                let headers = match config.authentication {
                    SepayAuthentication::ApiKey => sign::sepay_api_key(secret).to_vec(),
                    SepayAuthentication::Hmac => {
                        sign::sepay_hmac(secret, sent_at_s, &body).to_vec()
                    }
                    SepayAuthentication::NoneAcceptedByOperator => Vec::new(),
                };
                (headers, body)
            }
            FeedConfig::StandardWebhooks(_) => {
                let body = self.standard_webhooks_body()?;
                let message_id = format!("msg_{}", self.id);
                let headers = sign::standard_webhooks(secret, &message_id, sent_at_s, &body)?;
                (headers.to_vec(), body)
            }
            FeedConfig::Payos(_) => (Vec::new(), self.payos_body(secret)?),
        };
        headers.push(("content-type", "application/json".to_owned()));
        Some(SignedRequest { headers, body })
    }
}

/// Vietnam's wall clock without an offset: `2026-09-10 19:27:00`.
fn wall_clock(at: UnixMs) -> String {
    at.to_string().chars().take(19).collect::<String>().replace('T', " ")
}

//! Bodies and signed requests as the providers would send them: for the demo, the tests and
//! `cho40 feed`. One file a provider for the bodies.

mod bank_sync;
mod casso;
mod payos;
mod phone;
mod sepay;
mod standard_webhooks;

use super::sign::{self, Header};
use super::{
    CassoVersion, Direction, FeedConfig, MbbankAuthentication, Secret, SepayAuthentication,
    bank_sync as protocol,
};
use crate::primitives::{UnixMs, Vnd};

/// One transfer to be reported, in the words of no provider.
#[derive(Clone, Debug)]
pub struct SampleTransfer<'a> {
    /// Casso's and SePay's `id`, `transfer_id` of Standard Webhooks, a part of the reference elsewhere.
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
    /// Below the hook's address, e.g. `bank/api/transaction-sync`; empty for the hook itself.
    pub path_tail: &'static str,
    pub headers: Vec<Header>,
    pub body: Vec<u8>,
}

impl SampleTransfer<'_> {
    /// The whole request as a feed with this configuration expects it. `sent_at` is signed where
    /// the scheme signs a time, and where a token is needed, it is one that the feed gives out
    /// then; `None` if the secret does not fit the provider.
    #[must_use]
    pub fn signed_request(
        &self,
        config: &FeedConfig,
        secret: &Secret,
        sent_at: UnixMs,
    ) -> Option<SignedRequest> {
        let sent_at_s = sent_at.get().div_euclid(1_000);
        let mut path_tail = "";
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
            FeedConfig::Casso(config) => match config.version {
                CassoVersion::V1 => (sign::casso_v1(secret).to_vec(), self.casso_v1_body()?),
                CassoVersion::V2 => {
                    let body = self.casso_v2_body()?;
                    let text = std::str::from_utf8(&body).ok()?;
                    (sign::casso_v2(secret, sent_at.get(), text).ok()?.to_vec(), body)
                }
            },
            FeedConfig::VietqrVn(config) => {
                path_tail = protocol::SYNC_PATH;
                match &config.token {
                    Some(token) => {
                        let token = sign::token(token, secret, sent_at);
                        (vec![sign::bearer(&token)], self.bank_sync_body()?)
                    }
                    None => (Vec::new(), self.vietqr_vn_agency_body(secret)?),
                }
            }
            FeedConfig::SepayBankHub(config) => {
                let headers = sign::sepay_bank_hub(config.authentication, secret);
                (headers.to_vec(), self.sepay_bank_hub_body()?)
            }
            FeedConfig::Statement(_) => return None,
            FeedConfig::Mbbank(config) => match (config.authentication, &config.token) {
                (MbbankAuthentication::Checksum, _) => {
                    (Vec::new(), self.mbbank_notice_body(secret)?)
                }
                (_, token) => {
                    path_tail = protocol::SYNC_PATH;
                    let token = token.as_ref().map_or_else(
                        || secret.expose().to_owned(),
                        |token| sign::token(token, secret, sent_at),
                    );
                    (vec![sign::bearer(&token)], self.bank_sync_body()?)
                }
            },
            FeedConfig::Phone(_) => (vec![sign::bearer(secret.expose())], self.phone_body()?),
        };
        headers.push(content_type());
        Some(SignedRequest { path_tail, headers, body })
    }
}

/// The request for a token, which a provider sends before it reports; `None` where it needs none.
#[must_use]
pub fn token_request(config: &FeedConfig, secret: &Secret) -> Option<SignedRequest> {
    let token = match config {
        FeedConfig::VietqrVn(config) => config.token.as_ref()?,
        FeedConfig::Mbbank(config) => config.token.as_ref()?,
        _ => return None,
    };
    Some(SignedRequest {
        path_tail: protocol::TOKEN_PATH,
        headers: vec![sign::basic(token, secret), content_type()],
        body: b"{}".to_vec(),
    })
}

fn content_type() -> Header {
    ("content-type", "application/json".to_owned())
}

/// Vietnam's wall clock without an offset: `2026-09-10 19:27:00`.
fn wall_clock(at: UnixMs) -> String {
    at.to_string().chars().take(19).collect::<String>().replace('T', " ")
}

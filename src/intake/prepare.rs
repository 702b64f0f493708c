//! From a decoded delivery to the ledger's item: everything that needs no database.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::book::LiveFeed;
use crate::access::SecretKey;
use crate::feeds::{Decoded, Headers, Provider, Reported};
use crate::ledger::item::{Content, Evidence, Item, Sighted, references};
use crate::primitives::UnixMs;

/// Makes the item of a verified delivery; `decoded` is `None` where the body cannot be read.
pub fn item(
    feed: &LiveFeed,
    key: &SecretKey,
    new_id: &dyn Fn() -> i64,
    received_at: UnixMs,
    headers: &Headers,
    body: Vec<u8>,
    decoded: Option<Decoded>,
) -> Item {
    let mut body_without_balances = None;
    let content = match decoded {
        Some(Decoded::Transfers(reported)) => {
            if reported.iter().any(|reported| reported.balance.is_some()) {
                body_without_balances = Some(without_balances(feed.config.provider(), &body));
            }
            Content::Transfers(reported.into_iter().map(|one| sighted(key, new_id, one)).collect())
        }
        Some(Decoded::Test(_)) => Content::Test,
        Some(Decoded::NotATransfer(_)) => Content::NotATransfer,
        None => Content::Undecodable,
    };
    Item {
        board_id: feed.board_id,
        feed_id: feed.id,
        delivery_id: new_id(),
        received_at,
        headers: headers.to_stored_json(feed.connector.kept_headers()),
        body,
        body_without_balances,
        evidence: Evidence::Aggregator,
        stands_alone: false,
        content,
    }
}

fn sighted(key: &SecretKey, new_id: &dyn Fn() -> i64, reported: Reported) -> Sighted {
    let payer = reported.payer.as_ref();
    let payer_text = payer.and_then(|payer| match (&payer.account, &payer.name) {
        (Some(account), _) => {
            Some(format!("{}:{account}", payer.bin.as_deref().unwrap_or_default()))
        }
        (None, Some(name)) => Some(crate::primitives::fold::name(name)),
        (None, None) => None,
    });
    let remembered = format!("{}\0{}", reported.memo, payer_text.as_deref().unwrap_or_default());
    Sighted {
        transfer_id: new_id(),
        namespace: reported.namespace(),
        digest: reported.fingerprint(),
        fingerprint: key.fingerprint("transfer", &remembered),
        payer_key: payer_text.map(|payer| key.fingerprint("payer", &payer)),
        references: references(&reported),
        reported,
    }
}

/// The body with `null` for the account's balance. What cannot be taken apart is not kept at all.
fn without_balances(provider: Provider, body: &[u8]) -> Vec<u8> {
    match provider {
        Provider::Sepay | Provider::StandardWebhooks => {
            let around = around_balance(body);
            around.map(|(before, after)| [before, b"null", after].concat()).unwrap_or_default()
        }
        Provider::Payos => body.to_vec(),
    }
}

#[derive(Deserialize)]
struct Balance<'b> {
    /// SePay's name and ours.
    #[serde(borrow, rename = "accumulated", alias = "balance_vnd")]
    value: &'b RawValue,
}

/// What stands before and after the balance.
fn around_balance(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let Balance { value } = serde_json::from_slice(body).ok()?;
    // The value is a part of the body: its address tells where.
    let start = (value.get().as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
    Some((body.get(..start)?, body.get(start + value.get().len()..)?))
}

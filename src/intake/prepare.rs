//! From a decoded delivery to the ledger's item: everything that needs no database.

use super::book::LiveFeed;
use super::payer;
use crate::access::SecretKey;
use crate::feeds::{Decoded, Direction, Headers, Reported};
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
    let mut private_body = None;
    let content = match decoded {
        Some(Decoded::Transfers(reported)) => {
            // Where money out comes alone, the ledger keeps nothing of it for a private account.
            let is_private = |one: &Reported| {
                one.balance.is_some() || reported.len() > 1 && one.direction == Direction::Out
            };
            if reported.iter().any(is_private) {
                private_body = Some(feed.connector.private_body(&body));
            }
            let sighted = |one| sighted(key, new_id, one, received_at);
            Content::Transfers(reported.into_iter().map(sighted).collect())
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
        private_body,
        evidence: Evidence::of(feed.config.provider()),
        stands_alone: false,
        content,
    }
}

fn sighted(
    key: &SecretKey,
    new_id: &dyn Fn() -> i64,
    reported: Reported,
    received_at: UnixMs,
) -> Sighted {
    let payer_text = reported.payer.as_ref().and_then(payer::text);
    let remembered = format!("{}\0{}", reported.memo, payer_text.as_deref().unwrap_or_default());
    Sighted {
        transfer_id: new_id(),
        namespace: reported.namespace(),
        sender: reported.sender(),
        // Of the time as it is told: a retry tells the same, whenever it comes.
        digest: reported.fingerprint(),
        fingerprint: key.fingerprint("transfer", &remembered),
        payer: payer_text.map(|payer| key.payer_mark(&payer, received_at)),
        references: references(&reported),
        planned: None,
        reported: reported.booked(received_at),
    }
}

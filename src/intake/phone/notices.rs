//! A phone's notice on its way in: read by the board's templates, and what becomes of it. What is
//! no transfer is forgotten here; nothing of a one-time password comes any further.

use super::{Reader, digest};
use crate::access::SecretKey;
use crate::feeds::phone::{self, Notice, Read, Reading, Sent, read, read_notice, without_balances};
use crate::feeds::{Decoded, Headers, Outcome as Answer, Undecodable};
use crate::intake::book::LiveFeed;
use crate::intake::hook::{Answered, Arrived, Intake};
use crate::intake::store::phone::texts::{self as rows, TextRow};
use crate::primitives::UnixMs;
use crate::primitives::ids::{DeviceId, TextId};

/// What a notice is.
enum Taken {
    Ping,
    Nothing,
    Unknown(Notice),
    /// The body to be kept in place of what was sent.
    Transfer(Vec<u8>),
}

impl Intake {
    /// Takes a believed notice in.
    pub(in crate::intake) async fn take_notice(
        &self,
        feed: &LiveFeed,
        reader: &Reader,
        arrived: Arrived,
        now: UnixMs,
    ) -> Answered {
        let device = self.hear_phone(feed, &arrived.headers, now);
        let taken = look(reader, &self.secret_key, &arrived.body, device, now);
        let answer = match taken {
            Ok(Taken::Ping) => {
                let provider = feed.config.provider().as_str();
                return Answered { reply: phone::pong(), provider, outcome: "question" };
            }
            Ok(Taken::Nothing) => Answer::NotATransfer,
            Ok(Taken::Unknown(notice)) => self.keep_text(feed, device, &notice, now).await,
            Ok(Taken::Transfer(body)) => {
                let decoded = feed.connector.decode(&feed.config, &body, now);
                return self.keep(feed, Arrived { body, ..arrived }, decoded, now).await;
            }
            Err(undecodable) => {
                // What cannot be taken apart may hold anything: it is not kept.
                let arrived = Arrived { body: Vec::new(), ..arrived };
                return self
                    .keep(feed, arrived, Err::<Decoded, Undecodable>(undecodable), now)
                    .await;
            }
        };
        Answered::new(feed, &answer, "")
    }

    /// Notes which phone was heard, for a feed of phones.
    pub(in crate::intake) fn hear_phone(
        &self,
        feed: &LiveFeed,
        headers: &Headers,
        now: UnixMs,
    ) -> Option<DeviceId> {
        feed.reader.as_ref()?;
        let place = phone::device_of(&feed.secrets, headers)?;
        let device = DeviceId(feed.secret_ids.get(place)?.0);
        self.phones.note(feed.board_id, device, now);
        Some(device)
    }

    async fn keep_text(
        &self,
        feed: &LiveFeed,
        device: Option<DeviceId>,
        notice: &Notice,
        now: UnixMs,
    ) -> Answer {
        let board_id = feed.board_id;
        let row = TextRow {
            id: TextId(self.ids.next()),
            feed_id: feed.id,
            device_id: device.unwrap_or(DeviceId(0)),
            app: notice.app.clone(),
            title: without_balances(&notice.title),
            text: without_balances(&notice.text),
            digest: digest(&self.secret_key, notice),
            posted_at: notice.posted_at,
            received_at: now,
        };
        let kept =
            self.db.write(board_id.0, move |connection| rows::keep(connection, board_id, &row));
        match kept.await {
            Ok(()) => Answer::UnknownText,
            Err(fault) => {
                tracing::warn!(%fault, feed_id = %feed.id, "a notice must be sent again");
                Answer::Busy
            }
        }
    }
}

fn look(
    reader: &Reader,
    key: &SecretKey,
    body: &[u8],
    device: Option<DeviceId>,
    now: UnixMs,
) -> Result<Taken, Undecodable> {
    let notice = match read_notice(body, now)? {
        Sent::Ping => return Ok(Taken::Ping),
        Sent::Notice(notice) => notice,
    };
    Ok(match read(&reader.templates, &notice) {
        Read::Transfer(reading) => {
            let digest = digest(key, &notice);
            Taken::Transfer(kept_body(reader, &notice, &reading, device, digest))
        }
        read if phone::is_worth_marking(&read, &notice) => Taken::Unknown(notice),
        _ => Taken::Nothing,
    })
}

/// The body that is kept of a notice that was read.
pub(super) fn kept_body(
    reader: &Reader,
    notice: &Notice,
    reading: &Reading,
    device: Option<DeviceId>,
    digest: i64,
) -> Vec<u8> {
    let device = device.map(|id| id.to_string()).unwrap_or_default();
    reading.body(notice, &device, &reading.id(digest), reading.number(&reader.numbers))
}

/// What may be kept of a notice that was refused: money in without a balance, else nothing.
pub(in crate::intake) fn refused_body(
    feed: &LiveFeed,
    reader: &Reader,
    key: &SecretKey,
    body: &[u8],
    now: UnixMs,
) -> Vec<u8> {
    let Ok(Taken::Transfer(kept)) = look(reader, key, body, None, now) else { return Vec::new() };
    match feed.connector.decode(&feed.config, &kept, now) {
        Ok(Decoded::Transfers(all))
            if all.iter().all(|one| one.direction == crate::feeds::Direction::In) =>
        {
            feed.connector.private_body(&kept)
        }
        _ => Vec::new(),
    }
}

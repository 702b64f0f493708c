//! A phone's notice on its way in: read by the board's templates, and what becomes of it. What is
//! no transfer is forgotten here; nothing of a one-time password comes any further.

use super::{Reader, digest};
use crate::access::SecretKey;
use crate::db::{DbConnection, Fault, Outcome};
use crate::feeds::phone::{
    self, Notice, Read, Reading, Sent, Sort, app_key, read, read_notice, sort, without_balances,
};
use crate::feeds::{Decoded, Headers, Outcome as Answer, Undecodable};
use crate::intake::book::LiveFeed;
use crate::intake::hook::{Answered, Arrived, Intake};
use crate::intake::store::phone::tellings::{self, Telling};
use crate::intake::store::phone::texts::{self as rows, TextRow};
use crate::primitives::ids::{DeviceId, TextId};
use crate::primitives::{UnixMs, id};
use crate::vietqr;

/// What a notice is.
enum Taken {
    Ping,
    Nothing,
    Unknown(Notice),
    Transfer(Notice, Box<Reading>),
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
        let paired_at = device.map(|device| id::at_of(device.0));
        let mut taken = look(reader, &arrived.body, paired_at, now);
        let fresh;
        let mut reader = reader;
        if let Ok(Taken::Unknown(notice)) = &taken {
            match self.keep_text(feed, device, notice, now).await {
                Ok(None) => return Answered::new(feed, &Answer::UnknownText, ""),
                Ok(Some(newer)) => {
                    fresh = newer;
                    reader = &fresh;
                    taken = look(reader, &arrived.body, paired_at, now);
                }
                Err(fault) => return busy(feed, &fault),
            }
        }
        let answer = match taken {
            Ok(Taken::Ping) => {
                let provider = feed.config.provider().as_str();
                return Answered { reply: phone::pong(), provider, outcome: "question" };
            }
            Ok(Taken::Nothing | Taken::Unknown(_)) => Answer::NotATransfer,
            Ok(Taken::Transfer(notice, reading)) => {
                let digest = digest(&self.secret_key, &notice);
                let kept = KeptNotice::new(feed, reader, &notice, &reading, device, digest);
                let first_told_at = match self.first_told(feed, &kept).await {
                    Ok(at) => at,
                    Err(fault) => return busy(feed, &fault),
                };
                let body = kept.body(first_told_at);
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

    /// Keeps a notice that waits for its template. If one that reads it was made meanwhile, here
    /// or in another server, keeps nothing and gives the reader that has it.
    async fn keep_text(
        &self,
        feed: &LiveFeed,
        device: Option<DeviceId>,
        notice: &Notice,
        now: UnixMs,
    ) -> Outcome<Option<Reader>> {
        let (board_id, config, notice) = (feed.board_id, feed.config.clone(), notice.clone());
        let row = TextRow {
            id: TextId(self.ids.next()),
            feed_id: feed.id,
            device_id: device.unwrap_or(DeviceId(0)),
            app: notice.app.clone(),
            title: without_balances(&notice.title),
            text: without_balances(&notice.text),
            digest: digest(&self.secret_key, &notice),
            posted_at: notice.told_at,
            received_at: now,
            dismissed: None,
        };
        let keep = move |connection: &mut DbConnection| {
            let reader = Reader::load(connection, board_id, row.feed_id, &config)?;
            let newer =
                reader.filter(|newer| matches!(read(&newer.templates, &notice), Read::Transfer(_)));
            if newer.is_none() {
                rows::keep(connection, board_id, &row)?;
            }
            Ok(newer)
        };
        self.db.write(board_id.0, keep).await
    }

    /// When the payment was first told, by this or another forwarder.
    async fn first_told(&self, feed: &LiveFeed, kept: &KeptNotice<'_>) -> Outcome<UnixMs> {
        let (board_id, telling) = (feed.board_id, kept.telling());
        match telling {
            Some(telling) => {
                let tell = move |connection: &mut DbConnection| {
                    tellings::first_told(connection, board_id, &telling)
                };
                self.db.write(board_id.0, tell).await
            }
            None => Ok(kept.notice.told_at),
        }
    }
}

fn busy(feed: &LiveFeed, fault: &Fault) -> Answered {
    tracing::warn!(%fault, feed_id = %feed.id, "a notice must be sent again");
    Answered::new(feed, &Answer::Busy, "")
}

/// `paired_at`: when the phone was, if it is known.
fn look(
    reader: &Reader,
    body: &[u8],
    paired_at: Option<UnixMs>,
    now: UnixMs,
) -> Result<Taken, Undecodable> {
    let (notice, timeless) = match read_notice(body, now)? {
        Sent::Ping => return Ok(Taken::Ping),
        Sent::Notice(notice) => (notice.of_phone(paired_at, now), None),
        Sent::Timeless(notice, because) => (notice, Some(because)),
    };
    let mut read = read(&reader.templates, &notice);
    let is_kept = phone::is_worth_marking(&read, &notice) || bears_reference(&read, &notice);
    if let Some(because) = timeless {
        if is_kept || phone::needs_time(&read, &notice) {
            return Err(because);
        }
        if let Read::Transfer(reading) = &mut read {
            reading.on_arrival(now);
        }
    }
    Ok(match read {
        Read::Transfer(reading) => Taken::Transfer(notice, reading),
        _ if is_kept => Taken::Unknown(notice),
        _ => Taken::Nothing,
    })
}

/// Whether a text that nothing reads, and whose words say nothing of money in, bears a reference of ours:
/// who writes it pays.
fn bears_reference(read: &Read, notice: &Notice) -> bool {
    matches!(read, Read::Unknown)
        && sort(&notice.whole()) == Sort::NoTransfer
        && !vietqr::scan(&notice.whole()).is_empty()
}

/// A notice that was read, on its way to the body that is kept of it.
pub(super) struct KeptNotice<'n> {
    notice: &'n Notice,
    reading: &'n Reading,
    device: Option<DeviceId>,
    number: Option<&'n str>,
    sender: String,
    words: String,
}

impl<'n> KeptNotice<'n> {
    pub(super) fn new(
        feed: &LiveFeed,
        reader: &'n Reader,
        notice: &'n Notice,
        reading: &'n Reading,
        device: Option<DeviceId>,
        digest: i64,
    ) -> Self {
        let number = reading.number(&reader.numbers);
        let (sender, words) = (feed.config.sender(), reading.words(digest, number));
        Self { notice, reading, device, number, sender, words }
    }

    /// Who tells it, if only the time of telling knows it from an equal payment's.
    pub(super) fn telling(&self) -> Option<Telling> {
        let device_id = self.device.filter(|_| self.reading.needs_instant())?;
        Some(Telling {
            words: format!("{}/{}", self.sender, self.words),
            device_id,
            app_key: app_key(&self.notice.app),
            posted_at: self.notice.told_at,
        })
    }

    pub(super) fn body(&self, first_told_at: UnixMs) -> Vec<u8> {
        let device = self.device.map(|id| id.to_string()).unwrap_or_default();
        let id = self.reading.id(&self.words, first_told_at);
        self.reading.body(self.notice, &device, &id, self.number)
    }
}

/// What may be kept of a notice that was refused: money in without a balance, else nothing.
pub(in crate::intake) fn refused_body(
    feed: &LiveFeed,
    reader: &Reader,
    key: &SecretKey,
    body: &[u8],
    now: UnixMs,
) -> Vec<u8> {
    let Ok(Taken::Transfer(notice, reading)) = look(reader, body, None, now) else {
        return Vec::new();
    };
    let digest = digest(key, &notice);
    let kept = KeptNotice::new(feed, reader, &notice, &reading, None, digest);
    let kept = kept.body(notice.told_at);
    match feed.connector.decode(&feed.config, &kept, now) {
        Ok(Decoded::Transfers(all))
            if all.iter().all(|one| one.direction == crate::feeds::Direction::In) =>
        {
            feed.connector.private_body(&kept)
        }
        _ => Vec::new(),
    }
}

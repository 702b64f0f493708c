//! What a forwarder sends, as JSON or as a form, under our names or its own.
//!
//! | ours | Incoming SMS Gateway | SmsForwarder |
//! |---|---|---|
//! | `app` or `sender` | `from` | `from` |
//! | `title` | | `title` |
//! | `text` | `text` | `content`, `org_content`, `msg` |
//! | `posted_at` | `sentStamp` (ms) | `receive_time` (wall clock), `timestamp` (ms) |
//! | `device` | | `device_mark` |

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::fields::{MAX_BODY_BYTES, MAX_ID_CHARS, Object, lossy};
use super::super::{Undecodable, UndecodableBecause as Because, times};
use super::text::{MAX_TEXT_CHARS, normalised};
use crate::primitives::UnixMs;
use crate::primitives::time::{MS_PER_DAY, MS_PER_MINUTE};

const APP: [&str; 5] = ["app", "sender", "package", "package_name", "from"];
const TITLE: [&str; 1] = ["title"];
// The text as it came stands before the one that a forwarder has decorated.
const TEXT: [&str; 6] = ["text", "org_content", "content", "msg", "message", "body"];
// Instants that a repetition keeps stand before the one of sending.
const POSTED_AT: [&str; 5] =
    ["posted_at", "sentStamp", "receive_time", "receivedStamp", "timestamp"];
const MAX_APP_CHARS: usize = 100;
const MAX_FORM_FIELDS: usize = 64;
/// A phone's clock may be ahead by as much.
const AHEAD_MS: i64 = 5 * MS_PER_MINUTE;
/// What lay on the screen when the phone was paired may be forwarded.
const BEFORE_MS: i64 = MS_PER_DAY;

/// One notification or SMS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Package name of the app, or the sender as the phone shows it; as sent.
    pub app: String,
    /// Title and text, normalised; the title may be empty.
    pub title: String,
    pub text: String,
    /// When it was shown, at most its arrival: nothing is posted before it is.
    pub posted_at: UnixMs,
    /// The same as the phone's clock tells it, which may run ahead; every repetition tells it again.
    pub told_at: UnixMs,
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    Notice(Notice),
    /// Without a time of the phone's that can be read, for the reason given: its own is that of its
    /// arrival, which a repetition does not keep.
    Timeless(Notice, Undecodable),
    /// The text is `ping`: the phone only says that it lives.
    Ping,
}

/// Apps are the same whatever their case.
#[must_use]
pub fn app_key(app: &str) -> String {
    normalised(app).to_lowercase()
}

/// Reads a body. Its time is at most `received_at`.
///
/// # Errors
/// The body or field at fault; never with anything of the text.
pub fn read(body: &[u8], received_at: UnixMs) -> Result<Sent, Undecodable> {
    if body.len() > MAX_BODY_BYTES {
        return Err(Undecodable::new("body", Because::TooLong));
    }
    let begins = body.iter().find(|byte| !byte.is_ascii_whitespace());
    // What is no form either is told as what most bodies are: no JSON.
    let is_json = begins == Some(&b'{') || !body.contains(&b'=');
    let fields = if is_json { of_json(body)? } else { of_form(body)? };
    let text = fields.first(&TEXT, "text")?;
    let title = fields.first(&TITLE, "title").unwrap_or_default();
    if text.chars().count() + title.chars().count() > MAX_TEXT_CHARS {
        return Err(Undecodable::new("text", Because::TooLong));
    }
    if text.trim().eq_ignore_ascii_case("ping") {
        return Ok(Sent::Ping);
    }
    let app = normalised(&fields.first(&APP, "app")?);
    if app.is_empty() || app.chars().count() > MAX_APP_CHARS {
        return Err(Undecodable::new("app", Because::TooLong));
    }
    let (title, text) = (normalised(&title), normalised(&text));
    Ok(match fields.first_instant() {
        Ok(told_at) => Sent::Notice(Notice::told(app, (title, text), told_at, received_at)),
        Err(because) => {
            let arrival = Notice::told(app, (title, text), received_at, received_at);
            Sent::Timeless(arrival, because)
        }
    })
}

impl Notice {
    /// Of the time that the phone tells. `texts` are title and text, normalised.
    #[must_use]
    pub fn told(
        app: String,
        (title, text): (String, String),
        told_at: UnixMs,
        received_at: UnixMs,
    ) -> Self {
        let is_ahead = told_at.get() > received_at.get().saturating_add(AHEAD_MS);
        let posted_at = if is_ahead { received_at } else { told_at };
        Self { app, title, text, posted_at, told_at }
    }

    /// As of its arrival, if it tells an instant long before its phone was paired: a phone whose battery
    /// was empty may come up years behind, and what it forwards it has seen since.
    #[must_use]
    pub fn of_phone(mut self, paired_at: Option<UnixMs>, received_at: UnixMs) -> Self {
        let is_before = |paired_at: UnixMs| self.told_at.plus_ms(BEFORE_MS) < paired_at;
        if paired_at.is_some_and(is_before) {
            self.posted_at = received_at;
        }
        self
    }

    /// Whether the phone's clock runs so far ahead, or behind, that its time is none.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.posted_at != self.told_at
    }

    /// Title and text as one: some banks tell the sum in the title.
    #[must_use]
    pub fn whole(&self) -> String {
        normalised(&format!("{} {}", self.title, self.text))
    }

    /// The words that tell it from others. A title without a number only says what kind of notice
    /// it is, and one forwarder sends it while another does not.
    #[must_use]
    pub fn telling_words(&self) -> String {
        if self.title.contains(|c: char| c.is_ascii_digit()) {
            self.whole()
        } else {
            self.text.clone()
        }
    }
}

/// Fields by name, decoded.
struct Fields<'b>(BTreeMap<Cow<'b, str>, Cow<'b, str>>);

impl Fields<'_> {
    /// The first of several names that has a value; `ours` names them in errors.
    fn first(&self, names: &[&str], ours: &'static str) -> Result<String, Undecodable> {
        let values = names.iter().filter_map(|name| self.0.get(*name));
        let value = values.map(|value| value.trim()).find(|value| !value.is_empty());
        let value = value.ok_or_else(|| Undecodable::new(ours, Because::Missing))?;
        if value.contains('\0') {
            return Err(Undecodable::new(ours, Because::ForbiddenCharacter));
        }
        Ok(value.to_owned())
    }

    /// The first time that can be read: a forwarder fills in 0 for one that the phone does not
    /// know, and the next one is good. Where none is, the first is at fault.
    fn first_instant(&self) -> Result<UnixMs, Undecodable> {
        let at_fault = |because| Undecodable::new("posted_at", because);
        let first = instant(&self.first(&POSTED_AT, "posted_at")?);
        let values = POSTED_AT.iter().filter_map(|name| self.0.get(*name));
        let mut read = values.filter_map(|value| instant(value.trim()).ok());
        read.next().map_or_else(|| first.map_err(at_fault), Ok)
    }
}

/// Texts and numbers; a field of another type counts as absent, because templates of forwarders
/// may hold anything beside what we know.
fn of_json(body: &[u8]) -> Result<Fields<'_>, Undecodable> {
    let object = Object::from_body(body)?;
    let mut fields = BTreeMap::new();
    for (name, json) in object.entries() {
        let value = match json.as_bytes().first() {
            // A forwarder that cuts a text may cut through an emoji.
            Some(b'"') => lossy(json).map(Cow::Owned),
            Some(b'0'..=b'9') => Some(Cow::Borrowed(json)),
            _ => continue,
        };
        let value = value.ok_or_else(|| Undecodable::new("body", Because::ForbiddenCharacter))?;
        fields.insert(Cow::Owned(name.to_owned()), value);
    }
    Ok(Fields(fields))
}

/// `application/x-www-form-urlencoded`, as of the URL standard.
fn of_form(body: &[u8]) -> Result<Fields<'_>, Undecodable> {
    let mut fields = BTreeMap::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let middle = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let (name, value) = pair.split_at(middle);
        let name = percent_decoded(name)?;
        let value = percent_decoded(value.get(1..).unwrap_or_default())?;
        if fields.insert(Cow::Owned(name), Cow::Owned(value)).is_some() {
            return Err(Undecodable::new("body", Because::DuplicateField));
        }
        if fields.len() > MAX_FORM_FIELDS {
            return Err(Undecodable::new("body", Because::TooManyFields));
        }
    }
    Ok(Fields(fields))
}

/// A field of a form, for pages that send one.
#[must_use]
pub fn form_field(body: &[u8], name: &str) -> Option<String> {
    of_form(body).ok()?.0.get(name).map(|value| value.trim().to_owned())
}

fn percent_decoded(bytes: &[u8]) -> Result<String, Undecodable> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let escaped = after.first_chunk::<2>().and_then(|pair| {
            let mut byte = [0];
            hex::decode_to_slice(pair, &mut byte).ok()?;
            Some(byte[0])
        });
        match (byte, escaped) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
    }
    String::from_utf8(out).map_err(|_| Undecodable::new("body", Because::ForbiddenCharacter))
}

/// Milliseconds or seconds since 1970, RFC 3339, or Vietnam's wall clock.
fn instant(text: &str) -> Result<UnixMs, Because> {
    let is_digits = text.len() <= MAX_ID_CHARS && text.bytes().all(|byte| byte.is_ascii_digit());
    Ok(if is_digits {
        let unit_ms = match text.len() {
            10 => 1_000,
            13 => 1,
            _ => return Err(Because::NotATime),
        };
        let count: i64 = text.parse().map_err(|_| Because::NotATime)?;
        UnixMs(count * unit_ms)
    } else {
        times::wall_clock_or_rfc3339(text)?.0
    })
}

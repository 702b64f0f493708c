//! Reading fields of a JSON object so that each failure names its field, numbers stay text until
//! they are đồng (never a float), and every length has a bound.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Direction, Undecodable, UndecodableBecause as Because};
use crate::primitives::Vnd;

/// Larger bodies are not read; the largest real one is a few kilobytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;
/// Banks cut memos at 35–210 characters. A longer one is cut here, and ends with [`CUT`]: the money is
/// counted whatever its payer wrote, and a reference code that the cut falls through is none.
pub const MAX_MEMO_CHARS: usize = 1_000;
pub const MAX_ID_CHARS: usize = 128;
/// 10^15 đ: beyond any transfer, and far enough below `i64::MAX` for sums.
pub const MAX_AMOUNT: Vnd = Vnd::new(1_000_000_000_000_000);
pub(super) const MAX_REFERENCE_CHARS: usize = 128;
pub(super) const MAX_NAME_CHARS: usize = 200;
/// The end of a memo that was cut.
const CUT: char = '…';
const MAX_ACCOUNT_CHARS: usize = 34;
const MAX_FIELDS: usize = 256;

/// Messages of this module's own JSON errors; serde carries them only as text.
const DUPLICATE: &str = "cho40: duplicate field";
const TOO_MANY: &str = "cho40: too many fields";

/// A JSON object whose values are still text, sorted by key.
#[derive(Debug)]
pub(super) struct Object<'a> {
    fields: BTreeMap<Cow<'a, str>, &'a RawValue>,
    /// Path in front of the field names, e.g. `data.`.
    path: Cow<'static, str>,
}

impl<'a> Object<'a> {
    pub(super) fn from_body(body: &'a [u8]) -> Result<Self, Undecodable> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Undecodable::new("body", Because::TooLong));
        }
        let json =
            std::str::from_utf8(body).map_err(|_| Undecodable::new("body", Because::NotJson))?;
        Self::from_json(json, "", "body")
    }

    /// `path` goes in front of its field names; `whole` names the object itself in errors.
    pub(super) fn from_json(
        json: &'a str,
        path: impl Into<Cow<'static, str>>,
        whole: impl Into<Cow<'static, str>>,
    ) -> Result<Self, Undecodable> {
        let fields: Fields<'a> = serde_json::from_str(json).map_err(|error| {
            let message = error.to_string();
            let because = if message.starts_with(DUPLICATE) {
                Because::DuplicateField
            } else if message.starts_with(TOO_MANY) {
                Because::TooManyFields
            } else if error.is_data() {
                Because::NotAnObject
            } else {
                Because::NotJson
            };
            Undecodable::new(whole, because)
        })?;
        Ok(Self { fields: fields.0, path: path.into() })
    }

    /// The same under lower-case names, for senders that write `bankAccount` as well as
    /// `bankaccount`. Two spellings of one name in one body are a doubled field.
    pub(super) fn ignoring_case(self) -> Result<Self, Undecodable> {
        let mut fields = BTreeMap::new();
        for (name, value) in self.fields {
            if fields.insert(Cow::Owned(name.to_ascii_lowercase()), value).is_some() {
                return Err(Undecodable::new("body", Because::DuplicateField));
            }
        }
        Ok(Self { fields, path: self.path })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(Cow::as_ref)
    }

    /// The JSON text of every field, sorted by key.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.fields.iter().map(|(key, value)| (key.as_ref(), value.get()))
    }

    /// The JSON text of a field; `None` if absent or null.
    pub(super) fn raw(&self, field: &str) -> Option<&'a str> {
        self.fields.get(field).map(|value| value.get()).filter(|json| *json != "null")
    }

    pub(super) fn error(&self, field: &'static str, because: Because) -> Undecodable {
        if self.path.is_empty() {
            return Undecodable::new(field, because);
        }
        Undecodable::new(Cow::Owned(format!("{}{field}", self.path)), because)
    }

    /// An object inside this one. `path` goes in front of its field names, e.g. `payer.`.
    pub(super) fn object(
        &self,
        field: &'static str,
        path: &'static str,
    ) -> Result<Option<Self>, Undecodable> {
        self.raw(field)
            .map(|json| {
                Self::from_json(json, path, field).map_err(|error| match error.because {
                    Because::NotAnObject => self.error(field, Because::WrongType),
                    because => self.error(field, because),
                })
            })
            .transpose()
    }

    /// The JSON texts of an array's elements; `None` if absent or null.
    pub(super) fn elements(
        &self,
        field: &'static str,
    ) -> Result<Option<Vec<&'a str>>, Undecodable> {
        let Some(json) = self.raw(field) else {
            return Ok(None);
        };
        let elements: Vec<&RawValue> =
            serde_json::from_str(json).map_err(|_| self.error(field, Because::WrongType))?;
        Ok(Some(elements.into_iter().map(RawValue::get).collect()))
    }

    /// A string as sent; `None` if absent or null. NUL is refused, since no database text holds it.
    pub(super) fn string(
        &self,
        field: &'static str,
        max_chars: usize,
    ) -> Result<Option<String>, Undecodable> {
        let Some(json) = self.raw(field) else {
            return Ok(None);
        };
        if !json.starts_with('"') {
            return Err(self.error(field, Because::WrongType));
        }
        // Half of a surrogate pair is JSON, but not text.
        let text: String = serde_json::from_str(json)
            .map_err(|_| self.error(field, Because::ForbiddenCharacter))?;
        if text.chars().nth(max_chars).is_some() {
            return Err(self.error(field, Because::TooLong));
        }
        if text.contains('\0') {
            return Err(self.error(field, Because::ForbiddenCharacter));
        }
        Ok(Some(text))
    }

    /// A memo; `None` if absent or null. What no database text holds (NUL, half of a surrogate pair) is
    /// replaced, and one that is too long is [`cut`].
    pub(super) fn memo(&self, field: &'static str) -> Result<Option<String>, Undecodable> {
        let Some(json) = self.raw(field) else {
            return Ok(None);
        };
        let text = lossy(json).ok_or_else(|| self.error(field, Because::WrongType))?;
        Ok(Some(cut(&text.replace('\0', "\u{FFFD}"))))
    }

    /// A one-line text without blanks around it; `None` if absent, null or empty.
    pub(super) fn text(
        &self,
        field: &'static str,
        max_chars: usize,
    ) -> Result<Option<String>, Undecodable> {
        let Some(text) = self.string(field, max_chars)? else {
            return Ok(None);
        };
        let text = text.trim();
        if text.chars().any(char::is_control) {
            return Err(self.error(field, Because::ForbiddenCharacter));
        }
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    /// A one-line text, or an integer as its digits; `None` if absent, null or empty.
    pub(super) fn text_or_digits(
        &self,
        field: &'static str,
        max_chars: usize,
    ) -> Result<Option<String>, Undecodable> {
        match self.raw(field) {
            Some(json) if json.len() <= max_chars && json.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(Some(json.to_owned()))
            }
            _ => self.text(field, max_chars),
        }
    }

    pub(super) fn boolean(&self, field: &'static str) -> Result<Option<bool>, Undecodable> {
        match self.raw(field) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(self.error(field, Because::WrongType)),
        }
    }

    /// An id, integer or string, always as text: `60000001` and `"60000001"` are one id.
    pub(super) fn id(&self, field: &'static str) -> Result<String, Undecodable> {
        let json = self.raw(field).ok_or_else(|| self.error(field, Because::Missing))?;
        if json.starts_with('"') {
            let text = self.text(field, MAX_ID_CHARS)?;
            let text = text.ok_or_else(|| self.error(field, Because::Missing))?;
            return if text.bytes().all(|b| b.is_ascii_graphic()) {
                Ok(text)
            } else {
                Err(self.error(field, Because::NotAnIdentifier))
            };
        }
        if json.starts_with(['{', '[', 't', 'f']) {
            return Err(self.error(field, Because::WrongType));
        }
        if json.len() > MAX_ID_CHARS {
            return Err(self.error(field, Because::TooLong));
        }
        // 6e7, 1.0 and -1 are numbers, but no way to write an id.
        if !json.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.error(field, Because::NotAnIdentifier));
        }
        Ok(json.to_owned())
    }

    /// A positive amount: `45000`, `"45000"`, `"18067000.00"`, `45000.0`.
    pub(super) fn amount(&self, field: &'static str) -> Result<Vnd, Undecodable> {
        let amount = self.dong(field)?.ok_or_else(|| self.error(field, Because::Missing))?;
        if amount.is_positive() { Ok(amount) } else { Err(self.error(field, Because::NotPositive)) }
    }

    /// An amount whose sign is the direction: money out is negative.
    pub(super) fn signed_amount(
        &self,
        field: &'static str,
    ) -> Result<(Direction, Vnd), Undecodable> {
        let amount = self.dong(field)?.ok_or_else(|| self.error(field, Because::Missing))?;
        match amount.get() {
            0 => Err(self.error(field, Because::NotPositive)),
            dong if dong < 0 => Ok((Direction::Out, Vnd::new(-dong))),
            _ => Ok((Direction::In, amount)),
        }
    }

    /// A balance, in the same forms; an overdraft is negative. `None` if absent, null or empty.
    pub(super) fn balance(&self, field: &'static str) -> Result<Option<Vnd>, Undecodable> {
        if self.raw(field) == Some("\"\"") {
            return Ok(None);
        }
        self.dong(field)
    }

    /// Đồng from the digits as they stand in the JSON text; an exponent or a fraction is refused.
    fn dong(&self, field: &'static str) -> Result<Option<Vnd>, Undecodable> {
        let Some(json) = self.raw(field) else {
            return Ok(None);
        };
        let text: Cow<'_, str> = if json.starts_with('"') {
            Cow::Owned(
                serde_json::from_str(json).map_err(|_| self.error(field, Because::WrongType))?,
            )
        } else if json.starts_with(['{', '[', 't', 'f']) {
            return Err(self.error(field, Because::WrongType));
        } else {
            Cow::Borrowed(json)
        };
        let (sign, digits) = text.strip_prefix('-').map_or((1, &*text), |digits| (-1, digits));
        let amount = Vnd::from_decimal_text(digits).ok_or_else(|| {
            // Digits alone are an amount that no i64 holds.
            let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let because = if all_digits { Because::TooLarge } else { Because::NotAnAmount };
            self.error(field, because)
        })?;
        if amount > MAX_AMOUNT {
            return Err(self.error(field, Because::TooLarge));
        }
        Ok(Some(Vnd::new(sign * amount.get())))
    }

    /// A bank account, card or virtual account: 1–34 ASCII letters and digits, as sent.
    pub(super) fn account(&self, field: &'static str) -> Result<Option<String>, Undecodable> {
        let Some(account) = self.text(field, MAX_ACCOUNT_CHARS)? else {
            return Ok(None);
        };
        if account.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Some(account))
        } else {
            Err(self.error(field, Because::NotAnAccount))
        }
    }

    /// A bank identification number of six digits.
    pub(super) fn bin(&self, field: &'static str) -> Result<Option<String>, Undecodable> {
        let Some(bin) = self.text(field, MAX_ID_CHARS)? else {
            return Ok(None);
        };
        if is_bin(&bin) { Ok(Some(bin)) } else { Err(self.error(field, Because::NotABin)) }
    }

    /// Turns an absent value into `missing`.
    pub(super) fn required<T>(
        &self,
        field: &'static str,
        value: Option<T>,
    ) -> Result<T, Undecodable> {
        value.ok_or_else(|| self.error(field, Because::Missing))
    }
}

/// A memo of at most [`MAX_MEMO_CHARS`], or as much of it and [`CUT`].
pub(super) fn cut(memo: &str) -> String {
    match memo.char_indices().nth(MAX_MEMO_CHARS).and_then(|(end, _)| memo.get(..end)) {
        Some(beginning) => format!("{beginning}{CUT}"),
        None => memo.to_owned(),
    }
}

/// The text of a JSON string; half of a surrogate pair, which is JSON but no text, is replaced.
pub(super) fn lossy(json: &str) -> Option<String> {
    if !json.starts_with('"') {
        return None;
    }
    let bytes: Bytes = serde_json::from_str(json).ok()?;
    Some(String::from_utf8_lossy(&bytes.0).into_owned())
}

/// What a JSON string says, which need not be UTF-8.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(BytesVisitor)
    }
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
        Ok(Bytes(bytes.to_vec()))
    }
}

pub(super) fn is_bin(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The fields of an object; serde's own maps would let a later double win unseen.
pub(super) struct Fields<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

/// A name as it stands in the JSON text, unless it holds an escape.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            if fields.insert(name, value).is_some() {
                return Err(A::Error::custom(DUPLICATE));
            }
            if fields.len() > MAX_FIELDS {
                return Err(A::Error::custom(TOO_MANY));
            }
        }
        Ok(Fields(fields))
    }
}

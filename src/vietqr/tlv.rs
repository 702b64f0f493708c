//! The EMVCo TLV codec (EMVCo MPM v1.1, chapter 3): two digits of id, two digits of length counted
//! in characters, the value. Zero-copy: values are slices of the payload. Whoever reads a template
//! reads it to its last character; what is left over is an error, never ignored, because a wrong
//! inner length cuts the last digit off an account (NAPAS's own first example did).

/// Characters of id and length.
const HEADER: usize = 4;
/// The longest value that two digits can declare.
pub const MAX_LENGTH: usize = 99;

/// One data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object<'a> {
    /// 0..=99.
    pub id: u8,
    /// May be empty: real codes hold zero-length objects, and the round trip keeps them.
    pub value: &'a str,
    /// Where its id stands in the whole payload, in characters from 0.
    pub at: usize,
}

impl<'a> Object<'a> {
    /// The objects inside its value; positions stay those of the whole payload.
    ///
    /// # Errors
    /// When the value is not a sequence of whole objects.
    pub fn inner(&self) -> Result<Vec<Object<'a>>, TlvError> {
        read_at(self.value, self.at + HEADER)
    }
}

/// Why a text is not a sequence of whole objects; `at` is the position in characters from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    #[error("{left} character(s) left over at {at}")]
    LeftOver { at: usize, left: usize },
    #[error("id and length at {at} are not four digits")]
    NotDigits { at: usize },
    #[error("object {id:02} at {at} declares {declared} characters, {left} are left")]
    Overrun { id: u8, at: usize, declared: usize, left: usize },
}

impl TlvError {
    /// Where it went wrong, in characters from 0.
    #[must_use]
    pub const fn at(&self) -> usize {
        match self {
            Self::LeftOver { at, .. } | Self::NotDigits { at } | Self::Overrun { at, .. } => *at,
        }
    }
}

/// A value longer than an object can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("object {id:02} would hold {length} characters, more than {MAX_LENGTH}")]
pub struct TooLong {
    pub id: u8,
    pub length: usize,
}

/// All objects of a payload.
///
/// # Errors
/// At the first place that is not an object; nothing read before it is to be trusted.
pub fn read(text: &str) -> Result<Vec<Object<'_>>, TlvError> {
    read_at(text, 0)
}

fn read_at(mut rest: &str, mut at: usize) -> Result<Vec<Object<'_>>, TlvError> {
    let mut objects = Vec::new();
    while !rest.is_empty() {
        let (header, body) = split_chars(rest, HEADER)
            .ok_or_else(|| TlvError::LeftOver { at, left: rest.chars().count() })?;
        let (id, declared) = header_numbers(header).ok_or(TlvError::NotDigits { at })?;
        let (value, after) = split_chars(body, declared).ok_or_else(|| TlvError::Overrun {
            id,
            at,
            declared,
            left: body.chars().count(),
        })?;
        objects.push(Object { id, value, at });
        at += HEADER + declared;
        rest = after;
    }
    Ok(objects)
}

/// Writes objects in their order: for what [`read`] returned, the same text again.
///
/// # Errors
/// When a value has more than 99 characters.
pub fn write(objects: &[Object<'_>]) -> Result<String, TooLong> {
    let mut text = String::new();
    for object in objects {
        push(&mut text, object.id, object.value)?;
    }
    Ok(text)
}

/// Appends one object.
///
/// # Errors
/// When the value has more than 99 characters; nothing is appended then.
pub fn push(text: &mut String, id: u8, value: &str) -> Result<(), TooLong> {
    let length = value.chars().count();
    if length > MAX_LENGTH {
        return Err(TooLong { id, length });
    }
    text.extend([id / 10 % 10, id % 10].map(digit));
    text.extend([(length / 10) as u8, (length % 10) as u8].map(digit));
    text.push_str(value);
    Ok(())
}

fn digit(value: u8) -> char {
    char::from(b'0' + value)
}

fn header_numbers(header: &str) -> Option<(u8, usize)> {
    let (id, length) = header.split_at_checked(2)?;
    let digits = header.len() == HEADER && header.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Some((id.parse().ok()?, length.parse().ok()?)) } else { None }
}

fn split_chars(text: &str, count: usize) -> Option<(&str, &str)> {
    let mut chars = text.chars();
    for _ in 0..count {
        chars.next()?;
    }
    text.split_at_checked(text.len() - chars.as_str().len())
}

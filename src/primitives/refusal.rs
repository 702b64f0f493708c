//! Why something that was asked for is not done. Every room speaks of refusals in the same words;
//! `web/problem.rs` turns them into RFC 9457 answers, `locales/*/problems.ftl` holds their texts.

use std::borrow::Cow;
use std::fmt;

/// What kind of refusal it is; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// A field's value cannot be accepted (422).
    Invalid,
    /// The caller's role does not allow it (403).
    Forbidden,
    /// It does not exist, or belongs to another board (404).
    NotFound,
    /// It contradicts what is already recorded (409).
    Conflict,
}

/// A refusal with its reason: `code` names a text in both languages, `args` fill it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// Kebab-case key of the text, e.g. `amount-too-large`.
    pub code: &'static str,
    /// The input field at fault, as the caller wrote it.
    pub field: Option<Cow<'static, str>>,
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    #[must_use]
    pub const fn new(kind: RefusalKind, code: &'static str) -> Self {
        Self { kind, code, field: None, args: Vec::new() }
    }

    #[must_use]
    pub fn invalid(field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self { field: Some(field.into()), ..Self::new(RefusalKind::Invalid, code) }
    }

    /// `what` is the kind of thing looked for, e.g. `stall`.
    #[must_use]
    pub fn not_found(what: &'static str) -> Self {
        Self::new(RefusalKind::NotFound, "not-found").with("what", what)
    }

    #[must_use]
    pub const fn conflict(code: &'static str) -> Self {
        Self::new(RefusalKind::Conflict, code)
    }

    #[must_use]
    pub const fn forbidden() -> Self {
        Self::new(RefusalKind::Forbidden, "forbidden")
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub fn on(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        if let Some(field) = &self.field {
            write!(f, " ({field})")?;
        }
        for (name, value) in &self.args {
            write!(f, " {name}={value}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

//! Phones, their pairing codes, templates and unread texts.

pub mod devices;
pub mod pairing;
pub mod templates;
pub mod texts;

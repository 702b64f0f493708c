//! Phones, their pairing codes, templates, unread texts, and who told a notice.

pub mod devices;
pub mod lost;
pub mod pairing;
pub mod tellings;
pub mod templates;
pub mod texts;

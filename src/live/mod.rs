//! The stall's own phone: the links that open its pages, the browsers that opened one, and what
//! they are told as it happens. A page holds a cursor into the board's events, so that after sleep,
//! a tunnel or a restart it is told what it has not heard, once.

pub mod announcement;
pub mod heard;
pub mod hub;
pub mod links;
pub mod listeners;
pub mod opening;
pub mod owner;
pub mod paying;
mod store;
pub mod told;
pub mod voices;

pub use announcement::Announcement;
pub use hub::Hub;
pub use opening::{Hearer, Presented};
pub use told::Message;

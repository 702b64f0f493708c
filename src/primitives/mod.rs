//! Words that every other room uses: money, days, the clock, ids, Vietnamese folding,
//! amounts in words. No input or output happens here, and nothing here knows a database or HTTP.

pub mod actor;
pub mod clock;
pub mod fold;
pub mod hours;
pub mod id;
pub mod ids;
pub mod input;
pub mod lunar;
pub mod memory;
pub mod money;
pub mod refusal;
pub mod said;
pub mod spoken;
pub mod time;
pub mod typed;
pub mod visible;

pub use clock::Clock;
pub use hours::Hours;
pub use money::Vnd;
pub use refusal::Refusal;
pub use said::Said;
pub use time::{Day, Month, UnixMs};

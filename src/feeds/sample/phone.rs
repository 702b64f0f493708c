//! What a phone would forward, in the shape that an open-source forwarder is set up to send.

use serde::Serialize;

use super::{SampleTransfer, wall_clock};
use crate::feeds::Direction;
use crate::feeds::phone::{Field, Part, examples};
use crate::primitives::UnixMs;
use crate::primitives::money::thousands;

#[derive(Serialize)]
struct NoticeBody<'a> {
    device: &'static str,
    app: &'a str,
    text: String,
    posted_at: UnixMs,
}

impl SampleTransfer<'_> {
    /// A notice of the transfer's bank as JSON; the balance stands for the number by which a
    /// repetition is known.
    #[must_use]
    pub fn phone_body(&self) -> Option<Vec<u8>> {
        let example = examples::of_bank(self.bin)?;
        let template = example.written.template()?;
        let mut text = String::new();
        for part in template.pattern.parts() {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Field(field) => text.push_str(&self.shown(*field)?),
            }
        }
        let app = &example.written.app;
        let body = NoticeBody { device: "cho40", app, text, posted_at: self.occurred_at };
        serde_json::to_vec(&body).ok()
    }

    fn shown(&self, field: Field) -> Option<String> {
        Some(match field {
            Field::Amount => thousands(self.amount.get()),
            Field::Sign if self.direction == Direction::In => "+".to_owned(),
            Field::Sign => "-".to_owned(),
            Field::Account => self.account.to_owned(),
            Field::Balance => thousands(i64::try_from(self.id % 1_000_000_000_000).ok()?),
            Field::Time => time(self.occurred_at)?,
            Field::Memo => self.memo.to_owned(),
            Field::Reference => format!("{}{}", self.reference, self.id),
            Field::Ignored => self.payer_name.unwrap_or("NGUYEN VAN MAU").to_owned(),
        })
    }
}

/// `10/09/2026 19:27:00`
fn time(at: UnixMs) -> Option<String> {
    let text = wall_clock(at);
    let (date, clock) = text.split_once(' ')?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{day}/{month}/{year} {clock}"))
}

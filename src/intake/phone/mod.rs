//! Phones that forward their banks' notices: pairing, their signs of life, templates, and notices
//! that nobody can read yet.

pub mod devices;
pub mod lost;
mod notices;
pub mod pairing;
mod seen;
pub mod templates;
pub mod texts;

use super::store::phone::templates as rows;
use crate::access::SecretKey;
use crate::db::{DbConnection, Outcome};
use crate::feeds::phone::{Notice, Number, Pattern, Template};
use crate::feeds::{Direction, FeedConfig, Provider};
use crate::primitives::Refusal;
use crate::primitives::ids::{BoardId, FeedId};

pub(super) use notices::refused_body;
pub use seen::Seen;

/// What the notices of a feed are read with.
pub struct Reader {
    pub templates: Vec<Template>,
    pub numbers: Vec<Number>,
}

impl Reader {
    /// The reader of a phones' feed; `None` for other providers.
    pub fn load(
        connection: &mut DbConnection,
        board_id: BoardId,
        feed_id: FeedId,
        config: &FeedConfig,
    ) -> Outcome<Option<Self>> {
        if config.provider() != Provider::Phone {
            return Ok(None);
        }
        let templates = rows::live(connection, board_id)?.into_iter().map(|row| {
            let direction = row.direction.as_deref().and_then(Direction::parse);
            let pattern = Pattern::parse("pattern", &row.pattern)?;
            let id = row.id.to_string();
            Ok(Template { id, app: row.app_key, bin: row.bin, direction, pattern })
        });
        let templates = templates.collect::<Result<_, Refusal>>()?;
        Ok(Some(Self { templates, numbers: rows::numbers_of(connection, board_id, feed_id)? }))
    }
}

/// What tells a notice's words apart from all others, without telling the words.
fn digest(key: &SecretKey, notice: &Notice) -> i64 {
    key.fingerprint("notice", &notice.telling_words())
}

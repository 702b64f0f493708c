//! The only place that reads the time. Tests and the demo move it; nothing else may.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::UnixMs;

/// A source of the present instant; clones share the same source.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// `None` reads the machine's clock.
    moved: Option<Arc<Moved>>,
}

#[derive(Debug)]
struct Moved {
    /// Unix ms; `i64::MIN` means "released: read the machine's clock from now on".
    now_ms: AtomicI64,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn standing_at(now: UnixMs) -> Self {
        let now_ms = AtomicI64::new(now.0);
        Self { moved: Some(Arc::new(Moved { now_ms })) }
    }

    /// Moves a standing clock; the machine's clock is left alone.
    pub fn move_to(&self, now: UnixMs) {
        if let Some(moved) = &self.moved {
            moved.now_ms.store(now.0, Ordering::Release);
        }
    }

    /// Turns a standing clock, in all its clones, into the machine's clock.
    pub fn release(&self) {
        self.move_to(UnixMs(i64::MIN));
    }

    #[must_use]
    pub fn now(&self) -> UnixMs {
        match &self.moved {
            Some(moved) => match moved.now_ms.load(Ordering::Acquire) {
                i64::MIN => system_now(),
                now_ms => UnixMs(now_ms),
            },
            None => system_now(),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn system_now() -> UnixMs {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

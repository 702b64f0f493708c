//! Sentences that stand in both languages beside each other, for lists that people pass on.

use serde::Serialize;
use utoipa::ToSchema;

/// A sentence in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Said {
    pub vi: &'static str,
    pub en: &'static str,
}

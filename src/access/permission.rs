//! Named permissions of a key. A new key has only those that it was given.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

// A `literal` fragment would hide the name from utoipa.
macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:tt),+ $(,)?) => {
        /// What a caller may do on its board.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name),+
        }

        impl Permission {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

permissions! {
    RegistryRead = "registry.read",
    RegistryWrite = "registry.write",
    /// Issue, revoke and check codes.
    CodesWrite = "codes.write",
    RequestsRead = "requests.read",
    RequestsWrite = "requests.write",
    FeedsRead = "feeds.read",
    /// Create feeds and set their secrets.
    FeedsWrite = "feeds.write",
    TransfersRead = "transfers.read",
    /// See amounts of stalls without their vendor's consent: for machines of the vendor's own
    /// side and for the operator, not for organisers.
    AmountsRead = "amounts.read",
    /// Assign transfers to stalls and set classes; decide what others propose.
    TransfersAssign = "transfers.assign",
    /// See the unassigned queue and propose where its transfers belong. Whoever may assign may too.
    TransfersPropose = "transfers.propose",
    ReportsRead = "reports.read",
    /// Publish a report for the board, and enter what it wants to reach. Whoever may publish may read.
    ReportsPublish = "reports.publish",
    /// Give out, mute and revoke the links of stalls' phones. Whoever makes a link could open it and
    /// hear the stall's money: for those whom vendors let set their phones up.
    StallLinksWrite = "stall-links.write",
    /// See whom teams visit and why: classes of use and days, never amounts.
    VisitsRead = "visits.read",
    /// Draw up rounds, keep teams, write down what came of a visit. Whoever may write may see.
    VisitsWrite = "visits.write",
    KeysWrite = "keys.write",
    /// Invite users, see them, change and disable them.
    UsersWrite = "users.write",
    /// See who saw or changed what about whom.
    AuditRead = "audit.read",
}

impl Permission {
    /// Whether who has this one may do what the other allows.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        let more = [
            (Self::TransfersAssign, Self::TransfersPropose),
            (Self::VisitsWrite, Self::VisitsRead),
            (Self::ReportsPublish, Self::ReportsRead),
        ];
        self == other || more.contains(&(self, other))
    }
}

/// A set of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions(Vec<Permission>);

impl Permissions {
    #[must_use]
    pub fn all() -> Self {
        Self(Permission::ALL.to_vec())
    }

    #[must_use]
    pub fn of(mut permissions: Vec<Permission>) -> Self {
        permissions.sort_unstable();
        permissions.dedup();
        Self(permissions)
    }

    #[must_use]
    pub fn contains(&self, permission: Permission) -> bool {
        self.0.iter().any(|held| held.covers(permission))
    }

    #[must_use]
    pub fn as_slice(&self) -> &[Permission] {
        &self.0
    }

    /// Reads the stored form; a name that this version does not know grants nothing.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        let known = |name: &str| Permission::ALL.iter().copied().find(|p| p.as_str() == name);
        Self::of(text.split(' ').filter_map(known).collect())
    }
}

impl fmt::Display for Permissions {
    /// The stored form: names joined by spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|permission| permission.as_str()).collect();
        f.write_str(&names.join(" "))
    }
}

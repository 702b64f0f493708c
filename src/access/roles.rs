//! Roles of users: each is a fixed set of permissions (docs/desk.md has the table).

use super::permission::{Permission, Permissions};
use crate::text_enum;

text_enum!(
    /// What somebody is to the board.
    Role {
        /// Everything, amounts and users too.
        Owner = "owner",
        /// The market's management: the register, codes, feeds, reports, visits.
        Organiser = "organiser",
        /// A member of a digital team: visits, and what is needed at a stall.
        TeamMember = "team_member",
        /// The commune: reports.
        Official = "official",
    }
);

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Organiser, Self::TeamMember, Self::Official];

    /// Reads the word of JSON and of the database.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// Whether the role's work may be limited to sections.
    #[must_use]
    pub const fn may_be_limited(self) -> bool {
        matches!(self, Self::Organiser | Self::TeamMember)
    }

    /// Amounts are the vendors': of the roles, only who runs the server for them has
    /// `amounts.read`, and only who has it may make links, because a link says amounts aloud.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        match self {
            Self::Owner => Permissions::all(),
            Self::Organiser => Permissions::of(vec![
                P::RegistryRead,
                P::RegistryWrite,
                P::CodesWrite,
                P::FeedsRead,
                P::TransfersAssign,
                P::ReportsRead,
                P::ReportsPublish,
                P::VisitsWrite,
            ]),
            Self::TeamMember => Permissions::of(vec![
                P::RegistryRead,
                P::CodesWrite,
                P::TransfersPropose,
                P::VisitsWrite,
            ]),
            Self::Official => Permissions::of(vec![P::ReportsRead]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_for_owners_alone() {
        for role in Role::ALL {
            let permissions = role.permissions();
            let sees = permissions.contains(Permission::AmountsRead);
            assert_eq!(sees, role == Role::Owner, "{role:?}");
            assert_eq!(permissions.contains(Permission::StallLinksWrite), sees, "{role:?}");
            assert_eq!(permissions.contains(Permission::UsersWrite), sees, "{role:?}");
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
    }
}

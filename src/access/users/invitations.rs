//! Invitations: a link that makes somebody a user, once.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sessions;
use super::{Kept, LOGIN_CHARS, NAME_CHARS, User, check_sections, line, login_key, require_all_of};
use crate::access::audit;
use crate::access::passwords::Password;
use crate::access::store::{invitations as rows, users as user_rows};
use crate::access::{Act, Permission, Permissions, Role, Scope, tokens};
use crate::db::{Db, DbConnection, Outcome};
use crate::primitives::ids::{ActorId, BoardId, InvitationId, SectionId, UserId};
use crate::primitives::time::MS_PER_HOUR;
use crate::primitives::{Refusal, UnixMs};

const TOKEN_BYTES: usize = 24;
const GOOD_FOR_MS: i64 = 72 * MS_PER_HOUR;

/// An invitation as it is shown: never its token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Invitation {
    pub id: InvitationId,
    /// For whom, as the inviter wrote it.
    pub name: String,
    pub role: Role,
    /// What the work is limited to; empty: the whole board.
    pub sections: Vec<SectionId>,
    pub created_by: ActorId,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: UnixMs,
    /// Who became a user by it.
    pub used_by: Option<UserId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<UnixMs>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<UnixMs>,
}

impl Invitation {
    /// Whether it still makes somebody a user.
    #[must_use]
    pub fn is_open(&self, at: UnixMs) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && at < self.expires_at
    }
}

/// A new invitation with its link, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedInvitation {
    #[serde(flatten)]
    pub invitation: Invitation,
    /// The path of the link, on this server: `/ql/moi/…`.
    pub path: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// For whom: 1–80 characters.
    pub name: String,
    pub role: Role,
    /// What the work is limited to; empty: the whole board.
    #[serde(default)]
    pub sections: Vec<SectionId>,
}

/// Whoever opens the link within 72 hours becomes a user.
///
/// # Errors
/// `sections-not-for-role`, `not-found` (sections); `forbidden` where the role may more than the
/// caller.
pub fn create(
    connection: &mut DbConnection,
    act: &Act,
    new: NewInvitation,
) -> Outcome<IssuedInvitation> {
    act.require(Permission::UsersWrite)?;
    require_all_of(act, new.role)?;
    let invitation = Invitation {
        id: InvitationId(act.new_id()),
        name: line("name", &new.name, NAME_CHARS)?,
        role: new.role,
        sections: check_sections(connection, act.board_id(), new.role, new.sections)?,
        created_by: act.scope.actor,
        created_at: act.at,
        expires_at: act.at.plus_ms(GOOD_FOR_MS),
        used_by: None,
        used_at: None,
        revoked_at: None,
    };
    let token = tokens::random("", TOKEN_BYTES)?;
    rows::insert(connection, act.board_id(), &invitation, &tokens::hash(&token))?;
    Ok(IssuedInvitation { invitation, path: format!("/ql/moi/{token}") })
}

/// All invitations of the board, newest first.
pub fn list(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<Invitation>> {
    act.require(Permission::UsersWrite)?;
    rows::all(connection, act.board_id())
}

pub fn get(connection: &mut DbConnection, act: &Act, id: InvitationId) -> Outcome<Invitation> {
    act.require(Permission::UsersWrite)?;
    let found = rows::find(connection, act.board_id(), id)?;
    Ok(found.ok_or_else(|| Refusal::not_found("invitation"))?)
}

/// Doing it again changes nothing; who has become a user stays one.
pub fn revoke(connection: &mut DbConnection, act: &Act, id: InvitationId) -> Outcome<Invitation> {
    get(connection, act, id)?;
    rows::revoke(connection, act.board_id(), id, act.at)?;
    get(connection, act, id)
}

/// The operator's own hand, at the command line: for a new board, and for one that is locked out.
pub fn for_operator(
    connection: &mut DbConnection,
    board_id: BoardId,
    make_act: impl FnOnce(Scope) -> Act,
    (name, role): (&str, Role),
) -> Outcome<IssuedInvitation> {
    let act = make_act(Scope::whole(board_id, ActorId::OPERATOR, Permissions::all()));
    create(connection, &act, NewInvitation { name: name.to_owned(), role, sections: Vec::new() })
}

/// What the invited person sees before anything is typed.
///
/// # Errors
/// `invitation-ended`.
pub fn look(connection: &mut DbConnection, token: &str, at: UnixMs) -> Outcome<Invitation> {
    open(connection, token, at).map(|(_, invitation)| invitation)
}

fn open(connection: &mut DbConnection, token: &str, at: UnixMs) -> Outcome<(BoardId, Invitation)> {
    let found = rows::by_token(connection, &tokens::hash(token))?;
    let open = found.filter(|(_, invitation)| invitation.is_open(at));
    Ok(open.ok_or_else(|| Refusal::conflict("invitation-ended"))?)
}

/// What the invited person typed.
#[derive(Clone, Debug)]
pub struct Acceptance {
    pub token: String,
    pub name: String,
    pub login: String,
    pub password: String,
}

/// Makes the invited person a user.
///
/// # Errors
/// `invitation-ended`, `login-taken` (login), `text-length`, `text-hidden-character` (name, login),
/// `password-length`, `password-common`, `password-like-login` (password).
pub async fn accept(db: &Db, told: Acceptance, id: UserId, at: UnixMs) -> Outcome<User> {
    let Acceptance { token, name, login, password } = told;
    let (name, login) = (line("name", &name, NAME_CHARS)?, line("login", &login, LOGIN_CHARS)?);
    let password = Password::chosen(&password, &login)?;
    let looked = token.clone();
    // Hashing is dear: whoever has no open invitation does not cause it.
    let check = move |connection: &mut DbConnection| open(connection, &looked, at);
    let (board_id, _) = db.read(check).await?;
    let password_hash = password.hash().await?;
    let write = move |connection: &mut DbConnection| {
        let (board_id, invitation) = open(connection, &token, at)?;
        let user = User {
            id,
            login,
            name,
            role: invitation.role,
            sections: invitation.sections,
            has_totp: false,
            created_at: at,
            disabled_at: None,
        };
        if !rows::take(connection, board_id, invitation.id, id, at)? {
            return Err(Refusal::conflict("invitation-ended").into());
        }
        let key = login_key(&user.login);
        if user_rows::by_login(connection, &key)?.is_some() {
            return Err(Refusal::conflict("login-taken").on("login").into());
        }
        let kept = Kept { board_id, user, password_hash, totp_sealed: None, totp_step: 0 };
        let taken = || Refusal::conflict("login-taken").on("login");
        user_rows::insert(connection, &kept, &key).map_err(|fault| fault.on_duplicate(taken))?;
        let mut told = sessions::own_doing(id, "invitation accepted");
        told.whom.push(invitation.id.to_string());
        audit::tell(connection, board_id, at, told)?;
        Ok(kept.user)
    };
    db.write(board_id.0, write).await
}

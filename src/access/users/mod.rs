//! Users of the desk: invited by a link that works once, known by a login and a password, each with
//! one role on one board, perhaps for some sections of its markets alone.

pub mod invitations;
pub mod password;
pub mod second_step;
pub mod sessions;
pub mod sign_in;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::{sessions as session_rows, users as rows};
use super::{Act, Permission, Role, Scope, SectionLimit};
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{BoardId, SectionId, UserId};
use crate::primitives::visible::{is_hidden, is_visible};
use crate::primitives::{Refusal, UnixMs, fold, input};

const NAME_CHARS: usize = 80;
const LOGIN_CHARS: usize = 80;

/// Somebody who works at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    pub id: UserId,
    /// A name, phone number or e-mail address to sign in with.
    pub login: String,
    pub name: String,
    pub role: Role,
    /// What the work is limited to; empty: the whole board.
    pub sections: Vec<SectionId>,
    /// Whether codes of an app are asked for at sign-in.
    pub has_totp: bool,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: UnixMs,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub disabled_at: Option<UnixMs>,
}

/// A user with what proves to be the user.
#[derive(Clone, Debug)]
pub struct Kept {
    pub board_id: BoardId,
    pub user: User,
    pub password_hash: String,
    pub totp_sealed: Option<Vec<u8>>,
    pub totp_step: i64,
}

impl Kept {
    /// What the user may do.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope {
            board_id: self.board_id,
            actor: self.user.id.into(),
            permissions: self.user.role.permissions(),
            sections: SectionLimit::to(self.user.sections.clone()),
        }
    }
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserChange {
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub name: Option<String>,
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub role: Option<Role>,
    /// Empty: the whole board.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "input::present")]
    pub sections: Option<Vec<SectionId>>,
}

/// All users of the board, newest first.
pub fn list(connection: &mut DbConnection, act: &Act) -> Outcome<Vec<User>> {
    act.require(Permission::UsersWrite)?;
    rows::all(connection, act.board_id())
}

pub fn get(connection: &mut DbConnection, act: &Act, id: UserId) -> Outcome<User> {
    act.require(Permission::UsersWrite)?;
    let kept = rows::find(connection, act.board_id(), id)?;
    Ok(kept.ok_or_else(|| Refusal::not_found("user"))?.user)
}

/// Counts from the next request of the user on.
///
/// # Errors
/// `user-last-owner`, `sections-not-for-role`, `not-found` (sections); `forbidden` where the role,
/// old or new, may more than the caller.
pub fn change(
    connection: &mut DbConnection,
    act: &Act,
    id: UserId,
    change: UserChange,
) -> Outcome<User> {
    let mut user = get(connection, act, id)?;
    require_all_of(act, user.role)?;
    if let Some(name) = change.name {
        user.name = line("name", &name, NAME_CHARS)?;
    }
    user.role = change.role.unwrap_or(user.role);
    user.sections = change.sections.unwrap_or(user.sections);
    require_all_of(act, user.role)?;
    user.sections = check_sections(connection, act.board_id(), user.role, user.sections)?;
    if user.role != Role::Owner {
        keep_an_owner(connection, act, id)?;
    }
    rows::update(connection, act.board_id(), &user)?;
    Ok(user)
}

/// Ends the user's sessions at once and lets in no more; doing it again changes nothing.
///
/// # Errors
/// `user-last-owner`.
pub fn disable(connection: &mut DbConnection, act: &Act, id: UserId) -> Outcome<User> {
    let mut user = get(connection, act, id)?;
    require_all_of(act, user.role)?;
    keep_an_owner(connection, act, id)?;
    user.disabled_at = user.disabled_at.or(Some(act.at));
    rows::update(connection, act.board_id(), &user)?;
    end_sessions(connection, act.board_id(), id)?;
    Ok(user)
}

/// Lets a disabled user in again, with the password of before.
pub fn enable(connection: &mut DbConnection, act: &Act, id: UserId) -> Outcome<User> {
    let mut user = get(connection, act, id)?;
    require_all_of(act, user.role)?;
    user.disabled_at = None;
    rows::update(connection, act.board_id(), &user)?;
    Ok(user)
}

/// Ends the second step of a user who lost app and recovery codes; the password stays.
pub fn reset_totp(connection: &mut DbConnection, act: &Act, id: UserId) -> Outcome<User> {
    let mut user = get(connection, act, id)?;
    require_all_of(act, user.role)?;
    second_step::forget(connection, act.board_id(), id)?;
    end_sessions(connection, act.board_id(), id)?;
    user.has_totp = false;
    Ok(user)
}

/// What only a lost secret key could read.
pub fn forget_totp(connection: &mut DbConnection, board_id: BoardId) -> Outcome<()> {
    rows::forget_totp(connection, board_id)
}

fn end_sessions(connection: &mut DbConnection, board_id: BoardId, id: UserId) -> Outcome<()> {
    let sessions = session_rows::of_user(connection, board_id, id)?;
    let ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
    session_rows::end(connection, board_id, &ids)
}

/// Nobody can give, or take from, who may more.
fn require_all_of(act: &Act, role: Role) -> Outcome<()> {
    for permission in role.permissions().as_slice() {
        act.require(*permission)?;
    }
    Ok(())
}

/// Who is the last owner stays one: a board must not lock itself out.
fn keep_an_owner(connection: &mut DbConnection, act: &Act, id: UserId) -> Outcome<()> {
    let kept = rows::find(connection, act.board_id(), id)?;
    let is_owner =
        kept.is_some_and(|kept| kept.user.role == Role::Owner && kept.user.disabled_at.is_none());
    if is_owner && rows::other_owners(connection, act.board_id(), id)? == 0 {
        return Err(Refusal::conflict("user-last-owner").into());
    }
    Ok(())
}

fn check_sections(
    connection: &mut DbConnection,
    board_id: BoardId,
    role: Role,
    sections: Vec<SectionId>,
) -> Outcome<Vec<SectionId>> {
    let sections = SectionLimit::to(sections).as_slice().to_vec();
    if !sections.is_empty() && !role.may_be_limited() {
        return Err(Refusal::invalid("sections", "sections-not-for-role").into());
    }
    let known = rows::sections_known(connection, board_id, &sections)?;
    if usize::try_from(known).ok() != Some(sections.len()) {
        return Err(Refusal::not_found("section").on("sections").into());
    }
    Ok(sections)
}

/// How logins are compared: without case, diacritics and spaces.
fn login_key(login: &str) -> String {
    let folded = fold::without_diacritics(login).to_lowercase();
    folded.chars().filter(|c| !c.is_whitespace()).collect()
}

/// One visible line of 1–`max` characters.
///
/// # Errors
/// `text-length`, `text-hidden-character` on the field.
fn line(field: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max {
        return Err(Refusal::invalid(field, "text-length").with("max", max));
    }
    if text.chars().any(|c| c.is_control() || is_hidden(c)) || !is_visible(text) {
        return Err(Refusal::invalid(field, "text-hidden-character"));
    }
    Ok(text.to_owned())
}

//! `cho40 user`: who works at the desk, and the way back in for whoever is locked out.

use super::key::choose;
use super::{Settings, say};
use crate::access::audit;
use crate::access::users::invitations::{self, IssuedInvitation, NewInvitation};
use crate::access::users::{self, User};
use crate::access::{Act, Permissions, Role, Scope};
use crate::app::App;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{ActorId, UserId};
use crate::primitives::{Clock, Refusal};
use crate::registry::boards;

/// Users of the desk / Người dùng của bàn làm việc
#[derive(Debug, clap::Subcommand)]
pub enum UserCommand {
    /// Print a link that makes somebody a user / In liên kết mời một người
    Invite(InviteArgs),
    /// Everybody with role and login / Danh sách người dùng
    List(Board),
    /// Let a user in no more / Khóa một người dùng
    Disable(OneArgs),
    /// Let a disabled user in again / Mở lại một người dùng
    Enable(OneArgs),
    /// Drop the second step of a user who lost the phone / Bỏ bước thứ hai của người mất điện thoại
    ResetSecondStep(OneArgs),
}

#[derive(Debug, clap::Args)]
pub struct Board {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct InviteArgs {
    #[command(flatten)]
    board: Board,
    /// owner, organiser, team_member or official / Vai trò
    #[arg(long, default_value = "owner", value_parser = role)]
    role: Role,
    /// For whom / Mời ai
    #[arg(long, default_value = "Người quản trị")]
    name: String,
}

#[derive(Debug, clap::Args)]
pub struct OneArgs {
    #[command(flatten)]
    board: Board,
    /// Login or id, as `list` shows them / Tên đăng nhập hoặc mã
    user: String,
}

fn role(word: &str) -> Result<Role, String> {
    Role::parse(word).ok_or_else(|| "owner, organiser, team_member or official".to_owned())
}

impl Board {
    fn open(&self) -> Outcome<(App, Act)> {
        let app = App::build(self.settings.resolve()?.app, Clock::system())?;
        let known = app.db.read_here(boards::all_names)?;
        let board_id = choose(&known, self.board.as_deref())?;
        let scope = Scope::whole(board_id, ActorId::OPERATOR, Permissions::all());
        let act = Act::new(scope, app.clock.now(), app.ids.clone());
        Ok((app, act))
    }
}

/// # Errors
/// Refusals of the arguments; a database that fails.
pub fn run(command: &UserCommand) -> Outcome<()> {
    match command {
        UserCommand::Invite(args) => {
            let (app, act) = args.board.open()?;
            let new =
                NewInvitation { name: args.name.clone(), role: args.role, sections: Vec::new() };
            let make = move |connection: &mut DbConnection| {
                let made = invitations::create(connection, &act, new)?;
                let id = vec![made.invitation.id.to_string()];
                audit::command(connection, act.board_id(), act.at, "cho40 user invite", id)?;
                Ok(made)
            };
            tell_invitation(&app.db.write_here(0, make)?)
        }
        UserCommand::List(board) => {
            let (app, act) = board.open()?;
            for user in app.db.read_here(|connection| users::list(connection, &act))? {
                say(&told(&user))?;
            }
            Ok(())
        }
        UserCommand::Disable(args) => change(args, users::disable),
        UserCommand::Enable(args) => change(args, users::enable),
        UserCommand::ResetSecondStep(args) => change(args, users::reset_totp),
    }
}

type Changing = fn(&mut DbConnection, &Act, UserId) -> Outcome<User>;

fn change(args: &OneArgs, change: Changing) -> Outcome<()> {
    let (app, act) = args.board.open()?;
    let wanted = args.user.trim().to_owned();
    let board_id = act.board_id().0;
    let write = move |connection: &mut DbConnection| {
        let all = users::list(connection, &act)?;
        let is_it = |user: &&User| user.id.to_string() == wanted || user.login == wanted;
        let found = all.iter().find(is_it);
        let found = found.ok_or_else(|| Refusal::not_found("user").on("user"))?;
        let changed = change(connection, &act, found.id)?;
        let id = vec![changed.id.to_string()];
        audit::command(connection, act.board_id(), act.at, "cho40 user", id)?;
        Ok(changed)
    };
    say(&told(&app.db.write_here(board_id, write)?))
}

/// The link's path on stdout, and on stderr what it is for.
pub(super) fn tell_invitation(issued: &IssuedInvitation) -> Outcome<()> {
    say(&format!("invitation {}", issued.path))?;
    eprintln!(
        "Mở địa chỉ này trên máy chủ trong 72 giờ để nhận làm người dùng; liên kết dùng một lần. / \
         Open this path on the server within 72 hours to become a user; it works once."
    );
    Ok(())
}

/// `usr_… owner chi.lua “Chị Lụa”`
fn told(user: &User) -> String {
    let User { id, login, name, role, .. } = user;
    let second = if user.has_totp { " +mã/code" } else { "" };
    let off = if user.disabled_at.is_some() { " khóa/disabled" } else { "" };
    format!("{id} {} {login} “{name}”{second}{off}", role.as_str())
}

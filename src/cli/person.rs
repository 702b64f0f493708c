//! `cho40 person`: a copy of one person's data, and erasing it.

use clap::Subcommand;

use super::key::choose;
use super::{Settings, say};
use crate::access::{Act, Permissions, Scope, audit};
use crate::app::App;
use crate::db::{DbConnection, Fault, Outcome};
use crate::persons::{self, Person};
use crate::primitives::ids::ActorId;
use crate::primitives::{Clock, Refusal};
use crate::registry::boards;

#[derive(Debug, Subcommand)]
pub enum PersonCommand {
    /// Print everything that is kept of a vendor or an account's holder, as JSON / In dữ liệu của
    /// một người
    Copy(Whose),
    /// Erase a vendor or an account's holder for good, with --yes / Xóa hẳn dữ liệu của một người
    Erase(EraseArgs),
}

#[derive(Debug, clap::Args)]
pub struct Whose {
    #[command(flatten)]
    settings: Settings,
    /// Name or id of the board; not needed where there is one only / Tên hoặc mã ban quản lý
    #[arg(long)]
    board: Option<String>,
    /// Id of the vendor (vnd_…) or the account (acc_…) / Mã người bán hoặc tài khoản
    person: String,
}

#[derive(Debug, clap::Args)]
pub struct EraseArgs {
    #[command(flatten)]
    whose: Whose,
    /// Do it / Làm thật
    #[arg(long)]
    yes: bool,
}

impl Whose {
    fn open(&self) -> Outcome<(App, Act, Person)> {
        let unreadable = || Refusal::invalid("person", "person-unreadable");
        let person =
            Person::parse(&self.person).ok_or_else(|| unreadable().with("person", &self.person))?;
        let app = App::build(self.settings.resolve()?.app, Clock::system())?;
        let board_id = choose(&app.db.read_here(boards::all_names)?, self.board.as_deref())?;
        let scope = Scope::whole(board_id, ActorId::OPERATOR, Permissions::all());
        let act = Act::new(scope, app.clock.now(), app.ids.clone());
        Ok((app, act, person))
    }
}

/// # Errors
/// `person-unreadable` (person), `person-erase-unconfirmed`; those of [`persons::erase`].
pub fn run(command: &PersonCommand) -> Outcome<()> {
    match command {
        PersonCommand::Copy(whose) => {
            let (app, act, person) = whose.open()?;
            let told = vec![whose.person.clone()];
            let copy = app.db.write_here(act.board_id().0, move |connection| {
                let copy = persons::copy_whole(connection, &act, person)?;
                audit::command(connection, act.board_id(), act.at, "cho40 person copy", told)?;
                Ok(copy)
            })?;
            say(&serde_json::to_string_pretty(&copy).map_err(Fault::broken)?)
        }
        PersonCommand::Erase(args) => {
            if !args.yes {
                return Err(Refusal::conflict("person-erase-unconfirmed").into());
            }
            let (app, act, person) = args.whose.open()?;
            let told = vec![args.whose.person.clone()];
            let erased =
                app.db.write_here(act.board_id().0, move |connection: &mut DbConnection| {
                    let erased = persons::erase(connection, &act, person)?;
                    audit::command(connection, act.board_id(), act.at, "cho40 person erase", told)?;
                    Ok(erased)
                })?;
            say(&format!("Đã xóa {} dòng. / rows were erased.", erased.row_count))?;
            for account in erased.kept_accounts {
                say(&format!(
                    "{account}: còn dùng cho người khác, chưa xóa / serves others too, is left"
                ))?;
            }
            Ok(())
        }
    }
}

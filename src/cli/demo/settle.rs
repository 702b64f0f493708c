//! The eve of the first day: the board with its key, the market, the feeds, and everybody who is
//! there from the start.

use std::sync::Arc;

use super::arrivals::Morning;
use super::feeds::{self, Feed};
use super::plan::Plan;
use super::register::{BOARD, Register};
use super::words::Words;
use crate::access::{Act, Permissions, Scope, keys};
use crate::app::App;
use crate::db::Outcome;
use crate::primitives::Day;
use crate::registry::boards;

/// The made-up market as it stands in the database.
#[derive(Clone)]
pub struct Settled {
    /// The board's owner key.
    pub scope: Scope,
    pub api_key: String,
    pub register: Register,
    pub feeds: Vec<Feed>,
}

impl Settled {
    /// Something that the board does now.
    pub fn act(&self, app: &App) -> Act {
        Act::new(self.scope.clone(), app.clock.now(), Arc::clone(&app.ids))
    }
}

/// Writes it all in one transaction.
pub fn settle(app: &App, plan: &Arc<Plan>, words: &Arc<Words>, first_day: Day) -> Outcome<Settled> {
    let (plan, words) = (Arc::clone(plan), Arc::clone(words));
    let (at, ids, key) = (app.clock.now(), Arc::clone(&app.ids), app.secret_key.clone());
    app.db.write_here(0, move |connection| {
        let board = boards::create(connection, BOARD, at, &ids)?;
        let issued = keys::create_owner(connection, board.id, &ids, at, None)?;
        let permissions = Permissions::of(issued.key.permissions);
        let scope = Scope::whole(board.id, issued.key.id.into(), permissions);
        let act = Act::new(scope.clone(), at, ids);
        let mut register = Register::open(connection, &act, &plan, &words)?;
        let mut feeds = feeds::create_all(connection, &act, &key)?;
        let morning = Morning { act: &act, plan: &plan, number: 0, day: first_day };
        morning.write(connection, &mut register)?;
        feeds::attach_new(connection, &act, &plan, &register, &mut feeds)?;
        Ok(Settled { scope, api_key: issued.token, register, feeds })
    })
}

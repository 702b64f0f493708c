//! A fresh, migrated database for each test, on both databases.
//!
//! ```ignore
//! on_both!(a_key_is_found_by_its_token, |db| {
//!     let act = db.act();
//!     let issued = keys::create(db.connection(), &act, new_key()).unwrap();
//!     …
//! });
//! ```
//! expands to the tests `a_key_is_found_by_its_token::sqlite` and `…::postgres`. The PostgreSQL
//! half needs the throwaway cluster that `scripts/test` starts; without it, it fails and says so.

mod postgres;

use std::sync::Arc;

use cho40::access::{Act, Permission, Permissions, Scope};
use cho40::db::schema::{board_heads, boards};
use cho40::db::{DatabaseUrl, DbConnection, migrate};
use cho40::primitives::id::IdGenerator;
use cho40::primitives::ids::{ActorId, BoardId};
use cho40::primitives::{Clock, UnixMs};
use diesel::prelude::*;

/// 2026-11-24T05:00:00Z, noon in Vietnam: where every test's clock stands at first.
pub const NOW: UnixMs = UnixMs(1_795_496_400_000);

/// One test's own database with two boards; it is gone when this is dropped.
pub struct TestDb {
    connection: DbConnection,
    url: DatabaseUrl,
    pub clock: Clock,
    pub ids: Arc<IdGenerator>,
    actor: ActorId,
    board_id: BoardId,
    other_board_id: BoardId,
    // Dropped last: a connection must not outlive its database.
    _place: Place,
}

/// What holds the database, and removes it.
enum Place {
    Folder {
        _folder: tempfile::TempDir,
    },
    Postgres {
        _database: postgres::Database,
    },
    /// It goes with its server.
    OwnServer,
}

impl TestDb {
    /// For `on_both!` alone: a test of one database only must say why.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("cho40.db"));
        url.create_if_missing().unwrap();
        let mut connection = DbConnection::open(&url).unwrap();
        migrate::run(&mut connection).unwrap();
        Self::with_boards(connection, url, Place::Folder { _folder: folder })
    }

    /// For `on_both!` alone: a test of one database only must say why.
    pub fn postgres() -> Self {
        let database = postgres::Database::migrated();
        let url = database.url();
        let connection = DbConnection::open(&url).unwrap();
        Self::with_boards(connection, url, Place::Postgres { _database: database })
    }

    /// An empty database of a server that a test started itself, to stop it.
    pub fn on_own_server(url: DatabaseUrl) -> Self {
        let mut connection = DbConnection::open(&url).unwrap();
        migrate::run(&mut connection).unwrap();
        Self::with_boards(connection, url, Place::OwnServer)
    }

    fn with_boards(mut connection: DbConnection, url: DatabaseUrl, place: Place) -> Self {
        let clock = Clock::standing_at(NOW);
        let ids = Arc::new(IdGenerator::new(clock.clone(), 1, UnixMs(0)));
        let board_id = insert_board(&mut connection, &ids, "Ban quản lý chợ Thới Bình");
        let other_board_id = insert_board(&mut connection, &ids, "Ban quản lý chợ Cái Tàu");
        let actor = ActorId(ids.next());
        Self { connection, url, clock, ids, actor, board_id, other_board_id, _place: place }
    }

    pub fn connection(&mut self) -> &mut DbConnection {
        &mut self.connection
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Somebody with every permission on the test's board, now.
    pub fn act(&self) -> Act {
        self.act_on(self.board_id, Permissions::all())
    }

    /// Somebody with every permission on another board, now.
    pub fn other_act(&self) -> Act {
        self.act_on(self.other_board_id, Permissions::all())
    }

    /// Somebody with only these permissions on the test's board, now.
    pub fn act_with(&self, permissions: &[Permission]) -> Act {
        self.act_on(self.board_id, Permissions::of(permissions.to_vec()))
    }

    fn act_on(&self, board_id: BoardId, permissions: Permissions) -> Act {
        let scope = Scope::whole(board_id, self.actor, permissions);
        Act::new(scope, self.clock.now(), Arc::clone(&self.ids))
    }
}

/// A database without tables, gone when this is dropped.
pub struct EmptyDb {
    pub url: DatabaseUrl,
    _place: Place,
}

/// One of each kind, for tests of what comes before the tables.
pub fn empty_databases() -> [EmptyDb; 2] {
    let folder = tempfile::tempdir().unwrap();
    let file = DatabaseUrl::Sqlite(folder.path().join("cho40.db"));
    file.create_if_missing().unwrap();
    let database = postgres::Database::empty();
    [
        EmptyDb { url: file, _place: Place::Folder { _folder: folder } },
        EmptyDb { url: database.url(), _place: Place::Postgres { _database: database } },
    ]
}

/// A board whose day begins at midnight and for which 1.000 đ is a receipt.
fn insert_board(connection: &mut DbConnection, ids: &IdGenerator, name: &str) -> BoardId {
    let id = ids.next();
    diesel::insert_into(boards::table)
        .values((
            boards::board_id.eq(id),
            boards::name.eq(name),
            boards::day_start_minute.eq(0),
            boards::minimum_receipt_vnd.eq(1_000_i64),
            boards::created_at_ms.eq(NOW.0),
        ))
        .execute(connection)
        .unwrap();
    diesel::insert_into(board_heads::table)
        .values((
            board_heads::board_id.eq(id),
            board_heads::event_seq.eq(0_i64),
            board_heads::registry_version.eq(1_i64),
        ))
        .execute(connection)
        .unwrap();
    BoardId(id)
}

/// Makes two tests of one body, each with a database of its own: `on_both!(name, |db| { … });`,
/// `db: &mut TestDb`.
macro_rules! on_both {
    ($(#[$meta:meta])* $name:ident, |$db:ident| $body:block) => {
        $(#[$meta])*
        fn $name($db: &mut $crate::support::TestDb) $body

        mod $name {
            #[test]
            fn sqlite() {
                super::$name(&mut $crate::support::TestDb::sqlite());
            }

            #[test]
            fn postgres() {
                super::$name(&mut $crate::support::TestDb::postgres());
            }
        }
    };
}
pub(crate) use on_both;

//! The room's SQL. Every query names the board.

mod copy;
mod erase;
mod free_texts;
mod hindrances;
mod namespaces;
mod payers;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Person;
use crate::db::{DbConnection, Outcome};
use crate::primitives::ids::{AccountId, BoardId};

pub use copy::copy;
pub use erase::{erase_rows, move_to_nameless_stalls, secure};
pub use free_texts::{bodies_of, erase_bodies, erase_word};
pub use hindrances::hindrances;
pub use namespaces::rename;
pub use payers::{PaidTransfer, anonymise, forget_payer, paid};

/// Occupancies of the person: `$1` is the board, `$2` the person.
const OCCUPANCIES: &str = "(SELECT id FROM occupancies WHERE board_id = $1 AND vendor_id = $2)";
/// Accounts that served the vendor's stalls alone.
const OWN_ACCOUNTS: &str = "(SELECT l.account_id FROM account_links l
    JOIN occupancies o ON o.board_id = l.board_id AND o.id = l.occupancy_id
    WHERE l.board_id = $1 GROUP BY l.account_id
    HAVING MIN(o.vendor_id) = $2 AND MAX(o.vendor_id) = $2)";
const THE_ACCOUNT: &str = "(SELECT id FROM accounts WHERE board_id = $1 AND id = $2)";
const NO_OCCUPANCY: &str = "(SELECT id FROM occupancies WHERE board_id = $1 AND id = $2 AND 1 = 0)";

/// A query about a person, with `{occupancies}` and `{accounts}` filled in.
fn about(person: Person, query: &str) -> String {
    let (occupancies, accounts) = match person {
        Person::Vendor(_) => (OCCUPANCIES, OWN_ACCOUNTS),
        Person::Holder(_) => (NO_OCCUPANCY, THE_ACCOUNT),
    };
    query.replace("{occupancies}", occupancies).replace("{accounts}", accounts)
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// Names, phone and numbers of the person, as the register has them.
pub fn words(
    connection: &mut DbConnection,
    board_id: BoardId,
    person: Person,
) -> Outcome<Vec<String>> {
    let of_vendor = "UNION SELECT name FROM vendors WHERE board_id = $1 AND id = $2
        UNION SELECT phone FROM vendors WHERE board_id = $1 AND id = $2 AND phone IS NOT NULL
        UNION SELECT holder_name FROM other_codes WHERE board_id = $1
            AND occupancy_id IN {occupancies}";
    let of_accounts = "SELECT holder_name AS word FROM accounts
            WHERE board_id = $1 AND id IN {accounts}
        UNION SELECT number FROM receiving_numbers WHERE board_id = $1 AND account_id IN {accounts}
        UNION SELECT shown_name FROM account_verifications
            WHERE board_id = $1 AND account_id IN {accounts} AND shown_name IS NOT NULL";
    let of_vendor = if matches!(person, Person::Vendor(_)) { of_vendor } else { "" };
    let rows: Vec<Word> = diesel::sql_query(about(person, &format!("{of_accounts} {of_vendor}")))
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(person.id())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| row.word).collect())
}

/// Accounts that served the vendor's stalls and another vendor's too.
pub fn shared_accounts(
    connection: &mut DbConnection,
    board_id: BoardId,
    person: Person,
) -> Outcome<Vec<AccountId>> {
    let query = "SELECT DISTINCT account_id AS id FROM account_links
        WHERE board_id = $1 AND occupancy_id IN {occupancies} AND account_id NOT IN {accounts}
        ORDER BY account_id";
    let rows: Vec<Id> = diesel::sql_query(about(person, query))
        .bind::<BigInt, _>(board_id.0)
        .bind::<BigInt, _>(person.id())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| AccountId(row.id)).collect())
}

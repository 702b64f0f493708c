//! API keys and what they may do.

use cho40::access::keys::{self, NewKey, Presented};
use cho40::access::{Act, Permission, Permissions, Scope};
use cho40::db::{DbConnection, Fault, Outcome};
use cho40::primitives::Refusal;
use cho40::primitives::ids::{BoardId, KeyId};
use cho40::primitives::refusal::RefusalKind;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::support::{NOW, TestDb, on_both};

const READER: &[Permission] = &[Permission::RegistryRead, Permission::ReportsRead];

fn new_key(name: &str, permissions: &[Permission]) -> NewKey {
    NewKey { name: name.to_owned(), permissions: permissions.to_vec(), expires_at: None }
}

fn refusal<T>(outcome: Outcome<T>) -> Refusal {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal,
        Err(fault) => panic!("not a refusal: {fault}"),
        Ok(_) => panic!("it was done"),
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn count(connection: &mut DbConnection, table: &str) -> i64 {
    let query = diesel::sql_query(format!("SELECT count(*) AS count FROM {table}"));
    query.get_result::<Count>(connection).unwrap().count
}

on_both!(a_token_opens_its_board_with_its_permissions, |db| {
    let (act, other) = (db.act(), db.other_act());
    let mut asked = READER.to_vec();
    asked.reverse();
    asked.extend(READER);
    let issued = keys::create(db.connection(), &act, new_key("  máy in  ", &asked)).unwrap();
    assert_eq!(issued.key.name, "máy in");
    assert_eq!(issued.key.permissions, READER);
    assert_eq!((issued.key.created_at, issued.key.revoked_at), (NOW, None));
    let digits = issued.token.strip_prefix("cho40_").unwrap();
    assert!(digits.len() == 48 && digits.bytes().all(|b| b"0123456789abcdef".contains(&b)));

    let scope = keys::authenticate(db.connection(), &issued.token, NOW).unwrap().scope().unwrap();
    assert_eq!((scope.board_id, scope.actor), (act.board_id(), issued.key.id.into()));
    assert_eq!(scope.permissions, Permissions::of(READER.to_vec()));

    let theirs = keys::create(db.connection(), &other, new_key("khác", READER)).unwrap();
    let scope = keys::authenticate(db.connection(), &theirs.token, NOW).unwrap().scope().unwrap();
    assert_eq!(scope.board_id, other.board_id());
});

on_both!(other_tokens_open_nothing, |db| {
    let act = db.act();
    let issued = keys::create(db.connection(), &act, new_key("a", READER)).unwrap();
    let shorter = &issued.token[..issued.token.len() - 1];
    let upper = issued.token.to_uppercase();
    for token in ["", "cho40_", shorter, &upper, "' OR ''='", "\0"] {
        assert!(
            keys::authenticate(db.connection(), token, NOW).unwrap().scope().is_none(),
            "{token:?}"
        );
    }
});

on_both!(the_token_itself_is_not_stored, |db| {
    let act = db.act();
    let issued = keys::create(db.connection(), &act, new_key("a", READER)).unwrap();
    let needle = format!("'%{}%'", &issued.token[6..]);
    for table in [
        format!("api_keys WHERE name || permissions LIKE {needle}"),
        format!("api_key_routes WHERE key_hash LIKE {needle}"),
    ] {
        assert_eq!(count(db.connection(), &table), 0);
    }
});

on_both!(keys_are_listed_newest_first_and_only_ones_own, |db| {
    let (act, other) = (db.act(), db.other_act());
    for name in ["một", "hai", "ba"] {
        keys::create(db.connection(), &act, new_key(name, READER)).unwrap();
    }
    keys::create(db.connection(), &other, new_key("khác", READER)).unwrap();
    let listed = keys::list(db.connection(), &act).unwrap();
    assert_eq!(
        listed.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(),
        ["ba", "hai", "một"]
    );
    assert!(listed.iter().all(|key| key.permissions == READER && key.revoked_at.is_none()));
});

on_both!(a_revoked_key_is_dead_at_once_and_for_good, |db| {
    let act = db.act();
    let issued = keys::create(db.connection(), &act, new_key("a", READER)).unwrap();
    let kept = keys::create(db.connection(), &act, new_key("b", READER)).unwrap();
    keys::revoke(db.connection(), &act, issued.key.id).unwrap();
    assert!(keys::authenticate(db.connection(), &issued.token, NOW).unwrap().scope().is_none());
    assert!(keys::authenticate(db.connection(), &kept.token, NOW).unwrap().scope().is_some());

    // Revoking it again changes nothing, not even the instant.
    db.clock.move_to(NOW.plus_ms(60_000));
    let later = db.act();
    keys::revoke(db.connection(), &later, issued.key.id).unwrap();
    let listed = keys::list(db.connection(), &act).unwrap();
    let revoked: Vec<_> = listed.iter().map(|key| key.revoked_at).collect();
    assert_eq!(revoked, [None, Some(NOW)]);
});

on_both!(a_key_of_another_board_is_not_found, |db| {
    let (act, other) = (db.act(), db.other_act());
    let theirs = keys::create(db.connection(), &other, new_key("khác", READER)).unwrap();
    for unknown in [theirs.key.id, KeyId(0), KeyId(-1)] {
        let refused = refusal(keys::revoke(db.connection(), &act, unknown));
        assert_eq!((refused.kind, refused.code), (RefusalKind::NotFound, "not-found"));
    }
    assert!(keys::authenticate(db.connection(), &theirs.token, NOW).unwrap().scope().is_some());
});

on_both!(a_key_cannot_revoke_itself, |db| {
    let act = db.act();
    let refused = refusal(keys::revoke(db.connection(), &act, KeyId(act.scope.actor.0)));
    assert_eq!((refused.kind, refused.code), (RefusalKind::Conflict, "key-cannot-revoke-itself"));
});

on_both!(nobody_gives_more_than_they_have, |db| {
    let act = db.act_with(&[Permission::KeysWrite, Permission::RegistryRead]);
    let new = new_key("a", &[Permission::RegistryRead, Permission::AmountsRead]);
    let refused = refusal(keys::create(db.connection(), &act, new));
    assert_eq!((refused.kind, refused.code), (RefusalKind::Forbidden, "forbidden"));
    assert_eq!(refused.args[0], ("permission", "amounts.read".to_owned()));
    assert_eq!(count(db.connection(), "api_keys"), 0);
    let new = new_key("a", &[Permission::RegistryRead]);
    keys::create(db.connection(), &act, new).unwrap();
});

on_both!(without_the_permission_keys_cannot_be_touched, |db| {
    let all_but_keys: Vec<_> =
        Permission::ALL.iter().copied().filter(|one| *one != Permission::KeysWrite).collect();
    let act = db.act_with(&all_but_keys);
    let created = keys::create(db.connection(), &act, new_key("a", READER)).map(|_| ());
    let listed = keys::list(db.connection(), &act).map(|_| ());
    let revoked = keys::revoke(db.connection(), &act, KeyId(1));
    for outcome in [created, listed, revoked] {
        assert_eq!(refusal(outcome).kind, RefusalKind::Forbidden);
    }
});

on_both!(bad_input_is_refused_by_field, |db| {
    let act = db.act();
    let long = "ă".repeat(81);
    for (name, permissions, field, code) in [
        ("", READER, "name", "text-length"),
        ("   ", READER, "name", "text-length"),
        (&long, READER, "name", "text-length"),
        ("a\0b", READER, "name", "text-length"),
        ("a", &[], "permissions", "empty-list"),
    ] {
        let refused = refusal(keys::create(db.connection(), &act, new_key(name, permissions)));
        assert_eq!((refused.field.as_deref(), refused.code), (Some(field), code), "{name:?}");
    }
    assert_eq!(count(db.connection(), "api_keys"), 0);
    keys::create(db.connection(), &act, new_key(&"ă".repeat(80), READER)).unwrap();
});

on_both!(the_first_key_of_a_board_may_do_everything, |db| {
    let (board_id, ids) = (db.act().board_id(), std::sync::Arc::clone(&db.ids));
    let issued = keys::create_owner(db.connection(), board_id, &ids, NOW, None).unwrap();
    let scope = keys::authenticate(db.connection(), &issued.token, NOW).unwrap().scope().unwrap();
    assert_eq!(scope.permissions, Permissions::all());
    // A board that does not exist gets no key.
    let nobody = BoardId(404);
    let failed = db
        .connection()
        .in_transaction(|inner| keys::create_owner(inner, nobody, &ids, NOW, None).map(|_| ()));
    assert!(matches!(failed, Err(Fault::Database(_))));
    assert_eq!(count(db.connection(), "api_keys"), 1);
});

#[test]
fn permissions_are_read_back_and_unknown_ones_grant_nothing() {
    let all = Permissions::all();
    assert_eq!(Permissions::from_stored(&all.to_string()), all);
    let some = Permissions::from_stored("reports.read registry.read everything  reports.read");
    assert_eq!(some.to_string(), "registry.read reports.read");
    assert!(!some.contains(Permission::KeysWrite));
    assert_eq!(Permissions::from_stored("").as_slice(), []);
    for permission in Permission::ALL {
        let json = serde_json::to_value(permission).unwrap();
        assert_eq!(json, permission.as_str());
        assert_eq!(serde_json::from_value::<Permission>(json).unwrap(), *permission);
    }
}

on_both!(a_key_ends_with_its_time_and_says_so, |db| {
    let act = db.act();
    let end = NOW.plus_ms(60_000);
    let ending = |expires_at| NewKey { expires_at: Some(expires_at), ..new_key("a", READER) };
    let past = refusal(keys::create(db.connection(), &act, ending(NOW)));
    assert_eq!((past.code, past.field.as_deref()), ("key-expiry-past", Some("expires_at")));
    let issued = keys::create(db.connection(), &act, ending(end)).unwrap();
    assert_eq!(issued.key.expires_at, Some(end));
    let at = |connection: &mut DbConnection, at| {
        keys::authenticate(connection, &issued.token, at).unwrap()
    };
    assert!(matches!(at(db.connection(), end.plus_ms(-1)), Presented::Known(_)));
    assert!(matches!(at(db.connection(), end), Presented::Expired));
    keys::revoke(db.connection(), &act, issued.key.id).unwrap();
    assert!(matches!(at(db.connection(), end), Presented::Unknown));
});

on_both!(no_key_makes_one_that_outlives_it, |db| {
    let act = db.act();
    let end = NOW.plus_ms(60_000);
    let writer = &[Permission::KeysWrite][..];
    let new = |expires_at| NewKey { expires_at, ..new_key("a", writer) };
    let maker = keys::create(db.connection(), &act, new(Some(end))).unwrap();
    let scope = Scope { actor: maker.key.id.into(), ..act.scope.clone() };
    let by = Act::new(scope, act.at, db.ids.clone());
    for longer in [None, Some(end.plus_ms(1))] {
        let refused = refusal(keys::create(db.connection(), &by, new(longer)));
        assert_eq!(refused.code, "key-outlives-its-maker", "{longer:?}");
    }
    keys::create(db.connection(), &by, new(Some(end))).unwrap();
});

on_both!(a_key_is_recognised_by_its_beginning_and_last_use, |db| {
    let act = db.act();
    let issued = keys::create(db.connection(), &act, new_key("a", READER)).unwrap();
    assert_eq!(issued.key.prefix.as_deref(), Some(&issued.token[..12]));
    let actor = issued.key.id.into();
    for (at, kept) in [(NOW, NOW), (NOW.plus_ms(5), NOW.plus_ms(5)), (NOW, NOW.plus_ms(5))] {
        keys::used(db.connection(), act.board_id(), actor, at).unwrap();
        let shown = keys::get(db.connection(), &act, issued.key.id).unwrap();
        assert_eq!(shown.last_used_at, Some(kept));
    }
    assert_eq!(shown_elsewhere(db, issued.key.id), "not-found");
});

fn shown_elsewhere(db: &mut TestDb, id: KeyId) -> &'static str {
    let other = db.other_act();
    refusal(keys::get(db.connection(), &other, id)).code
}

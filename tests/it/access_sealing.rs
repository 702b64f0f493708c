//! Secrets at rest: opened by the same key in the same place only.

use std::fs;

use cho40::access::SecretKey;
use proptest::prelude::*;

use crate::support::on_both;

const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_HEX: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn key() -> SecretKey {
    SecretKey::from_hex(HEX).unwrap()
}

fn other_key() -> SecretKey {
    SecretKey::from_hex(OTHER_HEX).unwrap()
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(context in ".{0,20}", plain: Vec<u8>) {
        let sealed = key().seal(&context, &plain).unwrap();
        prop_assert_eq!(key().open(&context, &sealed), Some(plain));
    }
}

#[test]
fn another_key_context_or_byte_opens_nothing() {
    let sealed = key().seal("feed fed_1", b"whsec_1").unwrap();
    assert_eq!(key().open("feed fed_1", &sealed).as_deref(), Some(b"whsec_1".as_slice()));
    assert_eq!(other_key().open("feed fed_1", &sealed), None);
    assert_eq!(key().open("feed fed_2", &sealed), None);
    for place in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[place] ^= 1;
        assert_eq!(key().open("feed fed_1", &altered), None, "byte {place}");
        assert_eq!(key().open("feed fed_1", &sealed[..place]), None, "{place} bytes");
    }
}

#[test]
fn the_same_secret_is_sealed_differently_each_time() {
    let [first, second] = [(), ()].map(|()| key().seal("a", b"same").unwrap());
    assert_ne!(first, second);
}

#[test]
fn keys_are_64_hexadecimal_digits() {
    assert!(SecretKey::from_hex(&format!(" {HEX}\n")).is_some());
    for text in ["", &HEX[1..], &HEX[2..], &format!("{HEX}00"), &HEX.replace('0', "g")] {
        assert!(SecretKey::from_hex(text).is_none(), "{text}");
    }
    assert_eq!(format!("{:?}", key()), "SecretKey(…)");
}

#[test]
fn fingerprints_tell_equal_values_of_one_purpose_under_one_key() {
    let payer = key().fingerprint("payer", "NGUYEN VAN A");
    assert_eq!(payer, key().fingerprint("payer", "NGUYEN VAN A"));
    assert_ne!(payer, key().fingerprint("payer", "NGUYEN VAN B"));
    assert_ne!(payer, key().fingerprint("memo", "NGUYEN VAN A"));
    assert_ne!(payer, other_key().fingerprint("payer", "NGUYEN VAN A"));
}

#[test]
fn the_key_file_is_made_once_and_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cho40.key");
    assert!(SecretKey::load(&path, false).is_err());
    assert!(!path.exists());

    let made = SecretKey::load(&path, true).unwrap();
    let sealed = made.seal("a", b"secret").unwrap();
    for may_create in [false, true] {
        let again = SecretKey::load(&path, may_create).unwrap();
        assert_eq!(again.open("a", &sealed).as_deref(), Some(b"secret".as_slice()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    fs::write(&path, "not a key").unwrap();
    assert!(SecretKey::load(&path, true).is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), "not a key");
}

on_both!(a_database_remembers_its_secret_key, |db| {
    key().check(db.connection()).unwrap();
    key().check(db.connection()).unwrap();
    assert!(other_key().check(db.connection()).is_err());
    key().check(db.connection()).unwrap();
});

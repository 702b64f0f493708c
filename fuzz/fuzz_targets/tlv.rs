//! Codes: reading arbitrary text never panics, what was read is written back letter by letter, and
//! what is payable names a payee.
#![no_main]

use cho40::vietqr::{Mode, crc16, read, tlv};
use libfuzzer_sys::fuzz_target;

fn judge(text: &str) {
    if let Ok(objects) = tlv::read(text) {
        assert_eq!(tlv::write(&objects).as_deref(), Ok(text));
    }
    let reading = read(text);
    assert!(reading.faults.iter().all(|fault| fault.at() <= text.chars().count()));
    let payable = reading.is_payable_vietqr(Mode::Lenient);
    let transfer = reading.into_transfer(Mode::Lenient);
    assert_eq!(transfer.is_ok(), payable);
    if let Ok(payload) = transfer {
        assert!(payload.bin.is_some_and(|bin| bin.len() == 6));
        assert!(payload.account.is_some_and(|account| (1..=19).contains(&account.len())));
    }
}

fuzz_target!(|text: &str| {
    judge(text);
    // The fuzzer cannot guess a checksum: sealed, the same text comes further.
    let content = format!("{text}6304");
    judge(&format!("{content}{:04X}", crc16(content.as_bytes())));
});

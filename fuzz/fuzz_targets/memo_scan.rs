//! Memos: scanning arbitrary text never panics and finds only references that hold their check.
#![no_main]

use cho40::vietqr::{Reference, scan};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|memo: &str| {
    let found = scan(memo);
    for (place, reference) in found.iter().enumerate() {
        assert_eq!(Reference::parse(&reference.to_string()), Some(*reference));
        assert!(!found.iter().skip(place + 1).any(|other| other == reference));
    }
    // Banks change case and drop separators; neither hides nor adds a reference.
    assert_eq!(scan(&memo.to_ascii_lowercase()), found);
    assert_eq!(scan(&memo.replace(' ', "")), found);
});

//! Statement files: whatever the bytes are, opening and reading them may not panic, and what is
//! read are positive amounts.
#![no_main]

use cho40::feeds::statements;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(opened) = statements::open(input) {
        assert_eq!(opened.layout().len(), 16);
        assert_eq!(opened.shapes().len(), opened.headings().len());
        if let Ok(rows) = opened.read(None) {
            assert!(rows.rows.iter().all(|row| row.amount.is_positive()));
        }
    }
});

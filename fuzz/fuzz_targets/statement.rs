//! Statement files: whatever the bytes are, opening and reading them may not panic, and what is
//! read are positive amounts.
#![no_main]

use cho40::feeds::statements;
use libfuzzer_sys::fuzz_target;

fuzz_target!(
    // What reads Excel's files may panic and is caught (feeds/statements/excel.rs): only what nobody
    // catches is a finding, so a panic must unwind instead of ending the process at once.
    init: std::panic::set_hook(Box::new(|_| {})),
    |input: &[u8]| judge(input)
);

fn judge(input: &[u8]) {
    if let Ok(opened) = statements::open(input) {
        assert_eq!(opened.layout().len(), 16);
        assert_eq!(opened.shapes().len(), opened.headings().len());
        if let Ok(rows) = opened.read(None) {
            assert!(rows.rows.iter().all(|row| row.amount.is_positive()));
        }
    }
}

//! The bank directory, keyed on BIN. Short codes are for the eye only: "BVB" is BaoViet in one
//! published list and BVBank in another, and a wrong BIN sends money to a stranger.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

const DIRECTORY: &str = include_str!("../../assets/banks/banks.json");

/// What a bank does with VietQR codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// Its app scans VietQR, and its accounts receive.
    ScanAndReceive,
    /// Its accounts receive; its app does not scan, according to the directory.
    ReceiveOnly,
    /// Known to be outside VietQR.
    NoneKnown,
    /// Nobody has published it.
    Unknown,
}

/// One BIN of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bank {
    /// Six digits.
    pub bin: String,
    /// The directory's short code; never a key.
    pub code: String,
    pub short_name: String,
    /// The full Vietnamese name.
    pub name: String,
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(rename = "supports_vietqr")]
    pub support: Support,
    /// Whether the holder's name can be looked up by account; `None` where unpublished.
    pub lookup_supported: Option<bool>,
    pub note: Option<String>,
}

impl Bank {
    /// Whether a VietQR code to this BIN is known to be payable.
    #[must_use]
    pub const fn receives(&self) -> bool {
        matches!(self.support, Support::ScanAndReceive | Support::ReceiveOnly)
    }
}

#[derive(Deserialize)]
struct Directory {
    banks: Vec<Bank>,
}

static BANKS: LazyLock<Vec<Bank>> = LazyLock::new(|| {
    // The file is part of the program; a test reads it. Empty, it would refuse every BIN.
    let mut banks =
        serde_json::from_str(DIRECTORY).map_or_else(|_| Vec::new(), |d: Directory| d.banks);
    banks.sort_by(|a, b| a.bin.cmp(&b.bin));
    banks
});

/// Every bank, by rising BIN.
#[must_use]
pub fn all() -> &'static [Bank] {
    &BANKS
}

/// The bank of a BIN of six digits.
#[must_use]
pub fn by_bin(bin: &str) -> Option<&'static Bank> {
    let place = BANKS.binary_search_by(|bank| bank.bin.as_str().cmp(bin)).ok()?;
    BANKS.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_is_read_and_its_bins_are_keys() {
        assert_eq!(all().len(), 72);
        assert!(all().windows(2).all(|pair| pair[0].bin < pair[1].bin));
        assert!(
            all().iter().all(|b| b.bin.len() == 6 && b.bin.bytes().all(|c| c.is_ascii_digit()))
        );
        assert_eq!(by_bin("970436").unwrap().short_name, "Vietcombank");
        assert_eq!(by_bin("971025").unwrap().short_name, "MoMo");
        assert!(by_bin("422589").unwrap().receives() && !by_bin("970459").unwrap().receives());
        assert_eq!(by_bin("999999"), None);
        assert_eq!(by_bin("97043"), None);
    }
}

//! Whether a JPEG picture has come whole. One that was cut is decoded as far as it goes, and what it
//! lacks may be the very code that somebody should see.

/// Begins every marker (ITU-T T.81, B.1.1.2).
const MARKER: u8 = 0xFF;
const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// Whether the end of the image is reached, as its own segments count: a small picture within its
/// header, which has an end too, is no end of it. What follows the end is not looked at: phones put
/// things there.
#[must_use]
pub fn is_whole(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        let Some((marker, after)) = next_marker(rest) else { return false };
        rest = match marker {
            END_OF_IMAGE => return true,
            // The one other without a length.
            0x01 => after,
            _ => {
                let [high, low, ..] = after else { return false };
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let Some(after) = after.get(length..) else { return false };
                if marker == START_OF_SCAN { scanned(after) } else { after }
            }
        };
    }
}

/// The next marker's second byte, and what follows it; any number of fill bytes may precede it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let at = bytes.iter().position(|byte| *byte == MARKER)?;
    let filled = bytes.get(at..)?.iter().position(|byte| *byte != MARKER)?;
    let after = bytes.get(at + filled..)?;
    after.split_first().map(|(marker, after)| (*marker, after))
}

/// What follows the data of a scan, in which a marker's first byte is told apart by a zero after it, and
/// restarts stand between two parts.
fn scanned(bytes: &[u8]) -> &[u8] {
    let is_end = |pair: &[u8]| {
        !matches!(pair, [MARKER, 0 | MARKER | 0xD0..=0xD7]) && pair.first() == Some(&MARKER)
    };
    let end = bytes.windows(2).position(is_end);
    end.and_then(|end| bytes.get(end..)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: [u8; 8] = [0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x04, 0xFF, 0xD9];
    const SCAN: [u8; 9] = [0xFF, 0xDA, 0x00, 0x03, 0x01, 0x12, 0xFF, 0x00, 0x34];

    #[test]
    fn an_end_counts_where_it_ends_the_picture() {
        let whole =
            [&HEAD[..], &SCAN, &[0xFF, 0xD3, 0x56, 0xFF, 0x00, 0xFF, 0xFF, 0xD9, b'x']].concat();
        assert!(is_whole(&whole), "with fill bytes, a restart and a trailer");
        let two = [&HEAD[..], &SCAN, &SCAN, &[0xFF, 0xD9]].concat();
        assert!(is_whole(&two), "a second scan");
        for length in 0..whole.len() - 1 {
            assert!(!is_whole(&whole[..length]), "{length}");
        }
        assert!(!is_whole(&[0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 1]), "longer than the file");
    }
}

//! Photos: arbitrary bytes, alone and as the grey pixels of a small picture, are read or refused in
//! bounded memory; no text is told twice, and each is read as a code without a panic.
#![no_main]

use cho40::vietqr::{read, scan_picture};
use libfuzzer_sys::fuzz_target;

/// A grey PNG of 8 bits.
fn png(side: usize, pixels: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    let mut encoder = png::Encoder::new(&mut encoded, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    drop(writer);
    encoded
}

fn judge(picture: &[u8]) {
    let Ok(photo) = scan_picture(picture) else { return };
    let texts = photo.texts;
    for (at, text) in texts.iter().enumerate() {
        assert!(!texts[..at].contains(text));
        let _ = read(text);
    }
}

fuzz_target!(
    // What reads symbols may panic and is caught (vietqr/photo.rs): only what nobody catches is a
    // finding, so a panic must unwind instead of ending the process at once.
    init: std::panic::set_hook(Box::new(|_| {})),
    |bytes: &[u8]| {
        judge(bytes);
        let side = bytes.len().isqrt();
        if (16..=256).contains(&side) {
            judge(&png(side, &bytes[..side * side]));
        }
    }
);

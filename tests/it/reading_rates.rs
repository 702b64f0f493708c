//! How many symbols are read out of photos, by simulation: our own and long ones of other schemes,
//! turned, tilted, blurred, pale, and squeezed by JPEG, each from a seed. Our reader has to keep
//! what docs/PRINTING.md says; rqrr is a second opinion on photos, zbar on clean prints.

use std::path::Path;
use std::process::Command;

use cho40::vietqr::{Builder, Level, Matrix, Payee, QUIET_ZONE, Reference, crc16, scan_picture};
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, Luma};

const SHOTS: u32 = 20;
/// Millimetres of a symbol with its quiet zone: on a sticker, on a counter sign.
const PRINTED_MM: [f64; 2] = [30.0, 60.0];

/// Of one seed always the same.
pub struct Dice(pub u64);

#[expect(clippy::float_arithmetic, reason = "the geometry of a picture; no money is near")]
impl Dice {
    pub const fn bits(&mut self) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    pub fn between(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * f64::from(self.bits()) / f64::from(1_u32 << 31)
    }
}

/// What is between a print and its picture. Widths are in modules, shades 0–255.
#[derive(Clone, Copy)]
struct Shot {
    degrees: f64,
    /// How much smaller the far edge is than the near one, of a hundred.
    tilt: f64,
    blur: f64,
    dark: f64,
    light: f64,
    grain: f64,
    module_px: f64,
    jpeg: Option<u8>,
}

const CLEAN: Shot = Shot {
    degrees: 0.0,
    tilt: 0.0,
    blur: 0.0,
    dark: 0.0,
    light: 255.0,
    grain: 0.0,
    module_px: 5.0,
    jpeg: None,
};

fn ours(dice: &mut Dice) -> String {
    let number: String =
        (0..10 + dice.bits() % 10).map(|_| char::from(b'0' + (dice.bits() % 10) as u8)).collect();
    let reference = Reference::random_static(dice.bits());
    let bins = ["970436", "970422", "970418", "970405"];
    let builder = Builder::new(bins[dice.bits() as usize % 4], Payee::Account(number));
    builder.reference(reference).build().unwrap().payload
}

/// Some 230 characters in lower and upper case: version 10 and more.
fn long(dice: &mut Dice) -> String {
    let word = |dice: &mut Dice, length: u32| -> String {
        (0..length)
            .map(|_| {
                char::from(b"abcdefghijkmnpqrstuvwxyzABCDEFGH0123456789"[dice.bits() as usize % 42])
            })
            .collect()
    };
    let merchant = format!("0007vn.momo0150{}", word(dice, 50));
    let extra = format!("0125{}0725{}0825{}", word(dice, 25), word(dice, 25), word(dice, 25));
    let body = format!(
        "00020101021126{:02}{merchant}5204541153037045802VN5920{}6006CA MAU62{:02}{extra}6304",
        merchant.len(),
        word(dice, 20),
        extra.len()
    );
    format!("{body}{:04X}", crc16(body.as_bytes()))
}

/// The print as it is seen: the mean shade of what a pixel of the camera covers.
#[expect(clippy::float_arithmetic, reason = "the geometry of a picture; no money is near")]
fn take(payload: &str, level: Level, shot: Shot, dice: &mut Dice) -> GrayImage {
    let matrix = Matrix::new(payload, level).unwrap();
    let rows: Vec<Vec<bool>> = matrix.rows().map(<[bool]>::to_vec).collect();
    let modules = f64::from((matrix.width() + 2 * QUIET_ZONE) as u32);
    let side = (modules * shot.module_px * 1.35) as u32;
    let (sin, cos) = shot.degrees.to_radians().sin_cos();
    let shade = |x: f64, y: f64| {
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        let depth = 1.0 + shot.tilt / 100.0 * v / (modules * shot.module_px);
        let place = |along: f64| {
            along / depth / shot.module_px + modules / 2.0 - f64::from(QUIET_ZONE as u32)
        };
        let (u, v) = (place(u), place(v));
        let is_dark = u >= 0.0
            && v >= 0.0
            && rows.get(v as usize).and_then(|row| row.get(u as usize)).copied().unwrap_or(false);
        if is_dark { shot.dark } else { shot.light }
    };
    // What blurs is a disc: its mean is taken at the places of a grid that lie in it.
    let radius = (shot.blur * shot.module_px).max(0.34);
    let steps = [-1.0, -0.5, 0.0, 0.5, 1.0];
    let disc: Vec<(f64, f64)> = steps
        .into_iter()
        .flat_map(|dx| steps.map(|dy| (dx, dy)))
        .filter(|(dx, dy)| dx * dx + dy * dy <= 1.0)
        .map(|(dx, dy)| (dx * radius, dy * radius))
        .collect();
    let middle = f64::from(side) / 2.0 - 0.5;
    GrayImage::from_fn(side, side, |x, y| {
        let (x, y) = (f64::from(x) - middle, f64::from(y) - middle);
        let sum: f64 = disc.iter().map(|(dx, dy)| shade(x + dx, y + dy)).sum();
        let noise = dice.between(-shot.grain, shot.grain);
        Luma([(sum / f64::from(disc.len() as u32) + noise).clamp(0.0, 255.0) as u8])
    })
}

pub fn bytes(picture: &GrayImage, jpeg: Option<u8>) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    match jpeg {
        Some(quality) => {
            JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
        }
        None => picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap(),
    }
    bytes.into_inner()
}

pub fn rqrr_reads(bytes: &[u8], payload: &str) -> bool {
    let picture = image::load_from_memory(bytes).unwrap().into_luma8();
    let (width, height) = picture.dimensions();
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, |x, y| {
            picture.get_pixel(x as u32, y as u32).0[0]
        });
    prepared.detect_grids().iter().any(|grid| grid.decode().is_ok_and(|(_, text)| text == payload))
}

/// (ours, rqrr's) of [`SHOTS`] photos each of our own and of long symbols.
fn rates(name: &str, seed: u64, shot: impl Fn(&mut Dice) -> Shot) -> (u32, u32) {
    let mut dice = Dice(seed);
    let (mut ours_read, mut rqrr_read) = (0, 0);
    for number in 0..2 * SHOTS {
        let payload = if number % 2 == 0 { ours(&mut dice) } else { long(&mut dice) };
        let shot = shot(&mut dice);
        let picture = take(&payload, Level::M, shot, &mut dice);
        let photo = bytes(&picture, shot.jpeg);
        let found = scan_picture(&photo).unwrap();
        ours_read += u32::from(found.texts.contains(&payload) && !found.is_crowded);
        rqrr_read += u32::from(rqrr_reads(&photo, &payload));
    }
    let of = 2 * SHOTS;
    println!("{name}: cho40 {ours_read}/{of}, rqrr {rqrr_read}/{of}");
    (ours_read, rqrr_read)
}

/// At least 95 of a hundred.
fn assert_rate(name: &str, seed: u64, shot: impl Fn(&mut Dice) -> Shot) {
    let (read, _) = rates(name, seed, shot);
    assert!(read * 100 >= 2 * SHOTS * 95, "{name}: {read} of {}", 2 * SHOTS);
}

#[test]
fn turned_up_to_fifteen_degrees() {
    assert_rate("turned", 1, |dice| Shot { degrees: dice.between(-15.0, 15.0), ..CLEAN });
}

#[test]
fn out_of_focus() {
    assert_rate("blurred", 2, |dice| Shot { blur: dice.between(0.2, 0.6), ..CLEAN });
}

#[test]
fn pale_print_in_little_light() {
    assert_rate("pale", 3, |dice| Shot {
        dark: dice.between(90.0, 120.0),
        light: dice.between(160.0, 190.0),
        grain: 6.0,
        ..CLEAN
    });
}

#[test]
fn squeezed_by_jpeg() {
    assert_rate("JPEG 60", 4, |_| Shot { jpeg: Some(60), grain: 6.0, ..CLEAN });
}

#[test]
fn seen_from_the_side() {
    assert_rate("tilted", 5, |dice| Shot { tilt: dice.between(5.0, 25.0), ..CLEAN });
}

/// As a chat app sends it on: few pixels a module.
#[test]
fn small_in_the_picture() {
    assert_rate("small", 8, |dice| Shot {
        degrees: dice.between(-15.0, 15.0),
        blur: dice.between(0.0, 0.3),
        dark: 60.0,
        light: 200.0,
        grain: 5.0,
        module_px: dice.between(2.5, 4.0),
        jpeg: Some(60),
        ..CLEAN
    });
}

/// All of it at once, as a phone held by a person in a market hall takes it.
#[test]
fn everything_at_once_in_moderation() {
    assert_rate("moderate", 6, |dice| Shot {
        degrees: dice.between(-15.0, 15.0),
        tilt: dice.between(0.0, 15.0),
        blur: dice.between(0.0, 0.4),
        dark: dice.between(40.0, 90.0),
        light: dice.between(170.0, 220.0),
        grain: 5.0,
        module_px: dice.between(4.5, 7.0),
        jpeg: Some(60),
    });
}

/// A print as a scanner would see it, read by three programs that have nothing in common.
#[test]
fn clean_prints_are_all_read_by_three_readers() {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let (mut files, mut payloads) = (Vec::new(), Vec::new());
    for number in 0..6 {
        let payload = if number % 2 == 0 { ours(&mut dice) } else { long(&mut dice) };
        for (dpi, mm) in [300.0, 150.0].into_iter().flat_map(|dpi| PRINTED_MM.map(|mm| (dpi, mm))) {
            let level = if number == 2 { Level::Q } else { Level::M };
            let width = Matrix::new(&payload, level).unwrap().width();
            let modules = f64::from((width + 2 * QUIET_ZONE) as u32);
            let module_px = mm / 25.4 * dpi / modules;
            // Long symbols on small stickers are printed at 300 dpi: docs/PRINTING.md.
            if module_px < 3.0 {
                continue;
            }
            let picture = take(&payload, level, Shot { module_px, ..CLEAN }, &mut dice);
            let png = bytes(&picture, None);
            assert_eq!(
                scan_picture(&png).unwrap().texts,
                std::slice::from_ref(&payload),
                "{dpi} dpi, {mm} mm"
            );
            assert!(
                rqrr_reads(&png, &payload),
                "rqrr: {dpi} dpi, {mm} mm, {module_px} px a module"
            );
            let file = folder.path().join(format!("{:03}.png", files.len()));
            std::fs::write(&file, &png).unwrap();
            files.push(file);
            payloads.push(payload.clone());
        }
    }
    let files: Vec<&Path> = files.iter().map(AsRef::as_ref).collect();
    let read = Command::new("zbarimg")
        .args(["--quiet", "--raw", "-S*.enable=0", "-Sqrcode.enable=1"])
        .args(&files)
        .output()
        .unwrap_or_else(|error| panic!("zbarimg, which scripts/test installs: {error}"));
    let texts = String::from_utf8(read.stdout).unwrap();
    assert_eq!(texts.lines().collect::<Vec<_>>(), payloads, "zbar");
}

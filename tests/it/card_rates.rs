//! How many codes are read out of photographs of whole cards, by simulation: each layout in each style
//! as the press sets it, turned, tilted, out of focus, pale, with grain, squeezed by JPEG, each from a
//! seed. Our reader has to keep what docs/PRINTING.md says; rqrr and, where it is installed, zbar are
//! other people's readers, whose rates are printed beside ours.

use std::path::Path;
use std::process::Command;

use cho40::print::{Layout, Style};
use cho40::vietqr::scan_picture;
use image::{GrayImage, Luma};

use crate::print_support::{PRESS, card, sample};
use crate::reading_rates::{Dice, bytes, rqrr_reads};

/// Photos of a layout in a style; `CHO40_CARD_PHOTOS` asks for more.
const POSES: u32 = 1;
/// Dots an inch of the print: those of a cheap printer, and some.
const DPI: u16 = 200;
/// Pixels of the photo's width: what a chat app leaves of it.
const PHOTO: u32 = 640;
const JPEG: u8 = 60;

/// What is between a print and its picture. Widths are in pixels of the photo.
struct Pose {
    degrees: f64,
    /// How much smaller the far edge is than the near one, of a hundred.
    tilt: f64,
    blur: f64,
    dark: f64,
    light: f64,
    grain: f64,
    /// The card's width, of the photo's.
    share: f64,
}

fn pose(dice: &mut Dice) -> Pose {
    Pose {
        degrees: dice.between(-15.0, 15.0),
        tilt: dice.between(0.0, 15.0),
        blur: dice.between(0.3, 1.6),
        dark: dice.between(60.0, 110.0),
        light: dice.between(165.0, 220.0),
        grain: 8.0,
        share: dice.between(0.6, 0.75),
    }
}

/// The print on a table, as a camera sees it: the mean of some places that a pixel covers.
#[expect(clippy::float_arithmetic, reason = "the geometry of a picture; no money is near")]
fn take(print: &GrayImage, pose: &Pose, dice: &mut Dice) -> GrayImage {
    let (wide, high) = (f64::from(print.width()), f64::from(print.height()));
    let scale = f64::from(PHOTO) * pose.share / wide;
    let height = (high * scale * 1.35) as u32;
    let (sin, cos) = pose.degrees.to_radians().sin_cos();
    let middle = (f64::from(PHOTO) / 2.0, f64::from(height) / 2.0);
    let shade = |x: f64, y: f64| {
        let (u, v) = (x * cos + y * sin, y * cos - x * sin);
        let depth = 1.0 + pose.tilt / 100.0 * v / (high * scale);
        let (u, v) = (u / depth / scale + wide / 2.0, v / depth / scale + high / 2.0);
        if u < 0.0 || v < 0.0 || u >= wide || v >= high {
            return f64::midpoint(pose.dark, pose.light);
        }
        let paper = f64::from(print.get_pixel(u as u32, v as u32).0[0]) / 255.0;
        pose.dark + (pose.light - pose.dark) * paper
    };
    let steps = [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
    let around =
        steps.into_iter().chain(steps.iter().skip(1).map(|(x, y)| (0.5 * (x + y), 0.5 * (y - x))));
    let around: Vec<(f64, f64)> =
        around.map(|(x, y): (f64, f64)| (x * pose.blur, y * pose.blur)).collect();
    let count = f64::from(u32::try_from(around.len()).unwrap());
    GrayImage::from_fn(PHOTO, height, |x, y| {
        let (x, y) = (f64::from(x) - middle.0, f64::from(y) - middle.1);
        let sum: f64 = around.iter().map(|(dx, dy)| shade(x + dx, y + dy)).sum();
        let noise = dice.between(-pose.grain, pose.grain);
        Luma([(sum / count + noise).clamp(0.0, 255.0) as u8])
    })
}

/// Whether zbar reads it; `None` where it is not installed.
fn zbar_reads(photo: &[u8], folder: &Path, payload: &str) -> Option<bool> {
    let path = folder.join("photo.jpg");
    std::fs::write(&path, photo).unwrap();
    let found = Command::new("zbarimg").args(["--quiet", "--raw"]).arg(&path).output().ok()?;
    Some(String::from_utf8_lossy(&found.stdout).lines().any(|line| line == payload))
}

/// At least 95 of a hundred.
fn assert_rate(layout: Layout, seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(seed);
    let (mut ours, mut rqrr, mut zbar) = (0, 0, Some(0));
    let asked = std::env::var("CHO40_CARD_PHOTOS").ok().and_then(|count| count.parse().ok());
    let poses: u32 = asked.unwrap_or(POSES);
    let all = poses * u32::try_from(Style::ALL.len()).unwrap();
    for style in Style::ALL {
        let number = format!("10{:08}", dice.bits() % 100_000_000);
        let names = ["A-12", "Nguyễn Thị Ngọc Lụa", "NGUYEN THI NGOC LUA", &number];
        let card = card(names, "970436");
        let payload = card.payload.clone();
        let mut sheet = sample(layout, *style);
        (sheet.cards, sheet.is_sample) = (vec![card], false);
        let print = PRESS.set(&sheet).unwrap().png(DPI).unwrap();
        let print = image::load_from_memory(&print).unwrap().into_luma8();
        for _ in 0..poses {
            let pose = pose(&mut dice);
            let photo = bytes(&take(&print, &pose, &mut dice), Some(JPEG));
            if let Ok(folder) = std::env::var("CHO40_PRINT_PICTURES") {
                let name = format!("{folder}/photo-{}-{}.jpg", layout.as_str(), style.as_str());
                std::fs::write(name, &photo).unwrap();
            }
            let found = scan_picture(&photo).unwrap();
            ours += u32::from(found.texts == [payload.as_str()] && !found.is_crowded);
            rqrr += u32::from(rqrr_reads(&photo, &payload));
            let by_zbar = zbar_reads(&photo, folder.path(), &payload);
            zbar = zbar.zip(by_zbar).map(|(read, is_read)| read + u32::from(is_read));
        }
    }
    let zbar = zbar.map_or("not installed".to_owned(), |read| format!("{read}/{all}"));
    println!("{}: cho40 {ours}/{all}, rqrr {rqrr}/{all}, zbar {zbar}", layout.as_str());
    assert!(ours * 100 >= all * 95, "{}: {ours} of {all}", layout.as_str());
}

#[test]
fn photos_of_counter_signs() {
    assert_rate(Layout::A5, 31);
}

#[test]
fn photos_of_cards() {
    assert_rate(Layout::A6, 32);
}

#[test]
fn photos_of_stickers() {
    assert_rate(Layout::Sticker, 33);
}

#[test]
fn photos_of_pictures() {
    assert_rate(Layout::Picture, 34);
}

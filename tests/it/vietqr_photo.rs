//! Codes in photos: drawn into a scene with shadow, noise, an angle, and the losses of JPEG.

use cho40::vietqr::{Builder, Format, Level, MAX_PIXELS, Payee, draw, scan_picture};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, LumaA};

use crate::reading_rates::Dice;

fn payload(account: &str) -> String {
    Builder::new("970436", Payee::Account(account.to_owned())).build().unwrap().payload
}

/// A card with its symbol: 8 px a module, with the quiet zone.
fn card(payload: &str) -> GrayImage {
    let drawn = draw(payload, Level::M, Format::Png { module_px: 8 }).unwrap();
    image::load_from_memory(&drawn.bytes).unwrap().into_luma8()
}

/// A photo: paper-grey, twice as dark on one side as on the other, with grain.
struct Scene {
    picture: GrayImage,
}

#[expect(clippy::float_arithmetic, reason = "the geometry of a picture; no money is near")]
impl Scene {
    fn new(width: u32, height: u32) -> Self {
        Self { picture: GrayImage::from_pixel(width, height, Luma([200])) }
    }

    /// Puts a card down at a place, `side` px wide, turned by `degrees`; `tilt` percent between the
    /// nearest and the farthest edge.
    fn card(
        mut self,
        card: &GrayImage,
        at: (u32, u32),
        side: u32,
        degrees: f64,
        tilt: f64,
    ) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let half = f64::from(side) / 2.0;
        for y in 0..self.picture.height() {
            for x in 0..self.picture.width() {
                let (dx, dy) = (f64::from(x) - f64::from(at.0), f64::from(y) - f64::from(at.1));
                let (u, v) = (dx * cos + dy * sin, dy * cos - dx * sin);
                // A plane seen at an angle: what is farther away is smaller in both directions.
                let depth = 1.0 + tilt / 100.0 * v / (2.0 * half);
                let (u, v) = (u / depth / (2.0 * half) + 0.5, v / depth / (2.0 * half) + 0.5);
                if (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v) {
                    let pixel = card.get_pixel(
                        (u * f64::from(card.width())) as u32,
                        (v * f64::from(card.height())) as u32,
                    );
                    self.picture.put_pixel(x, y, *pixel);
                }
            }
        }
        self
    }

    fn jpeg(mut self) -> Vec<u8> {
        let width = self.picture.width();
        let mut grain = 7_u32;
        for (x, _, pixel) in self.picture.enumerate_pixels_mut() {
            grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let lit = 230 - 140 * x / width;
            let shade = (40 + u32::from(pixel.0[0]) * 4 / 5) * lit / 255;
            pixel.0[0] = (shade + (grain >> 27)).min(255) as u8;
        }
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 60).encode_image(&self.picture).unwrap();
        bytes
    }
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn code(bytes: &[u8]) -> &'static str {
    let refusal = scan_picture(bytes).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("picture"));
    refusal.code
}

#[test]
fn a_card_at_an_angle_in_uneven_light() {
    let text = payload("0011012345678");
    for (degrees, tilt) in [(0.0, 0.0), (33.0, 10.0), (90.0, 5.0), (200.0, 25.0)] {
        let scene = Scene::new(1_600, 1_200).card(&card(&text), (800, 600), 500, degrees, tilt);
        assert_eq!(scan_picture(&scene.jpeg()).unwrap().texts.concat(), text, "{degrees} {tilt}");
    }
}

#[test]
fn small_in_the_largest_picture_and_filling_a_small_one() {
    let text = payload("0011012345678");
    let far = Scene::new(4_032, 3_024).card(&card(&text), (2_900, 800), 320, 8.0, 4.0);
    assert_eq!(scan_picture(&far.jpeg()).unwrap().texts.concat(), text);
    let near = Scene::new(620, 620).card(&card(&text), (310, 310), 600, 2.0, 0.0);
    assert_eq!(scan_picture(&near.jpeg()).unwrap().texts, [text]);
}

#[test]
fn every_card_of_a_table() {
    let texts = [payload("111111111"), payload("222222222"), payload("333333333")];
    let mut scene = Scene::new(2_000, 1_000);
    for ((x, degrees), text) in [(400, 0.0), (1_000, 12.0), (1_600, 24.0)].into_iter().zip(&texts) {
        scene = scene.card(&card(text), (x, 500), 420, degrees, 3.0);
    }
    let mut found = scan_picture(&scene.jpeg()).unwrap().texts;
    found.sort();
    assert_eq!(found, texts);
}

/// Cards lie as they lie. Beside one that is right none may go unseen.
#[test]
fn symbols_turned_each_another_way_are_read() {
    let texts = [payload("111111111"), payload("222222222"), payload("333333333")];
    let mut dice = Dice(3);
    let mut whole = 0;
    for shot in 0..6 {
        let count = 2 + shot % 2;
        let mut scene = Scene::new(1_600, 1_000);
        for (place, text) in texts.iter().enumerate().take(count) {
            let degrees = f64::from(dice.bits() % 4 * 90) + dice.between(-12.0, 12.0);
            let at = (300 + 480 * place as u32, 400 + dice.bits() % 200);
            scene = scene.card(&card(text), at, 380, degrees, 3.0);
        }
        let mut found = scan_picture(&scene.jpeg()).unwrap();
        found.texts.sort();
        let is_whole = found.texts == texts[..count];
        assert!(is_whole || found.is_crowded, "{shot}: {found:?}");
        whole += u32::from(is_whole && !found.is_crowded);
    }
    assert!(whole >= 5, "{whole} of 6");
}

#[test]
fn a_symbol_beside_it_that_cannot_be_read_is_told() {
    let (ours, foreign) = (payload("111111111"), payload("999999999"));
    let mut blotted = card(&foreign);
    let (from, to) = (blotted.width() * 3 / 8, blotted.width() * 5 / 8);
    for (x, y, pixel) in blotted.enumerate_pixels_mut() {
        if (from..to).contains(&x) && (from..to).contains(&y) {
            pixel.0[0] = 255;
        }
    }
    let scene = Scene::new(1_600, 1_000).card(&card(&ours), (450, 500), 420, 4.0, 2.0);
    let alone = scan_picture(&Scene { picture: scene.picture.clone() }.jpeg()).unwrap();
    assert_eq!((alone.texts, alone.is_crowded), (vec![ours.clone()], false));
    let found = scan_picture(&scene.card(&blotted, (1_150, 500), 420, 185.0, 2.0).jpeg()).unwrap();
    assert_eq!((found.texts, found.is_crowded), (vec![ours], true));
}

/// A row of harmless stickers must not hide a stranger's below.
#[test]
fn more_symbols_than_are_looked_at_at_once_are_looked_at_in_turns() {
    let (ours, foreign) = (payload("111111111"), payload("999999999"));
    for count in [7, 8, 9, 11, 17, 24] {
        let mut scene = Scene::new(2_400, 1_900);
        for n in 0..count {
            scene = scene.card(&card(&ours), (230 + n % 6 * 385, 230 + n / 6 * 390), 340, 0.0, 0.0);
        }
        let scene = scene.card(&card(&foreign), (1_200, 1_600), 340, 3.0, 0.0);
        let mut found = scan_picture(&scene.jpeg()).unwrap();
        found.texts.sort();
        let is_all = found.texts == [ours.clone(), foreign.clone()];
        // Of a wall of them some may be left, and then it is said.
        assert!(is_all || (found.is_crowded && count > 11), "{count}: {found:?}");
        assert!(!found.is_crowded || count > 11, "{count}");
    }
}

#[test]
fn a_picture_of_too_many_symbols_says_so() {
    let text = payload("111111111");
    let mut scene = Scene::new(3_000, 2_400);
    for n in 0..80 {
        scene = scene.card(&card(&text), (150 + n % 10 * 295, 150 + n / 10 * 295), 280, 0.0, 0.0);
    }
    let found = scan_picture(&scene.jpeg()).unwrap();
    assert_eq!((found.texts, found.is_crowded), (vec![text], true));
}

/// White on red, as phones read it too.
#[test]
fn a_symbol_in_light_on_dark_is_read() {
    let (ours, foreign) = (payload("111111111"), payload("999999999"));
    let mut dark = card(&foreign);
    image::imageops::invert(&mut dark);
    for pixel in dark.pixels_mut() {
        // The grey of pure red.
        pixel.0[0] = pixel.0[0].max(54);
    }
    let scene = Scene::new(1_600, 1_200).card(&card(&ours), (500, 600), 420, 4.0, 2.0);
    let scene = scene.card(&dark, (1_100, 600), 420, 8.0, 2.0);
    let mut found = scan_picture(&scene.jpeg()).unwrap();
    found.texts.sort();
    assert_eq!((found.texts, found.is_crowded), (vec![ours, foreign], false));
}

/// Black on red, blue or pink is black on a dark grey to who sees no colours; phones read it, also beside
/// a bright wall.
#[test]
fn a_symbol_on_a_dark_ground_is_read() {
    let (ours, foreign) = (payload("111111111"), payload("999999999"));
    for ground in [100, 130] {
        let mut dark = card(&foreign);
        for pixel in dark.pixels_mut() {
            pixel.0[0] = pixel.0[0].min(ground);
        }
        let scene = Scene::new(1_200, 900).card(&card(&ours), (820, 450), 380, 4.0, 2.0);
        let scene = scene.card(&dark, (300, 450), 300, 8.0, 2.0);
        let mut found = scan_picture(&scene.jpeg()).unwrap();
        found.texts.sort();
        assert_eq!((found.texts, found.is_crowded), (vec![ours.clone(), foreign.clone()], false));
    }
}

/// Black on deep blue is black on black, but for its colour.
#[test]
fn a_symbol_on_a_deep_colour_is_read() {
    let (ours, foreign) = (payload("111111111"), payload("999999999"));
    let scene = Scene::new(1_200, 900).card(&card(&ours), (820, 450), 380, 4.0, 2.0);
    let mut picture = DynamicImage::from(scene.picture).into_rgb8();
    let sticker = Scene::new(400, 400).card(&card(&foreign), (200, 200), 360, 0.0, 0.0).picture;
    for (x, y, pixel) in sticker.enumerate_pixels() {
        let ink = if pixel.0[0] < 128 { [0, 0, 0] } else { [0, 20, 160] };
        picture.put_pixel(100 + x, 250 + y, image::Rgb(ink));
    }
    let mut found = scan_picture(&png(&picture.into())).unwrap();
    found.texts.sort();
    assert_eq!((found.texts, found.is_crowded), (vec![ours, foreign], false));
}

/// What is not there may be the very code that should be seen.
#[test]
fn a_picture_that_was_cut_is_no_picture() {
    let text = payload("0011012345678");
    let whole = Scene::new(800, 1_200).card(&card(&text), (400, 300), 420, 4.0, 2.0).jpeg();
    assert_eq!(scan_picture(&whole).unwrap().texts, [text]);
    for percent in [45, 80, 99] {
        assert_eq!(code(&whole[..whole.len() * percent / 100]), "picture-broken", "{percent} %");
    }
    // Phones put things behind the end.
    let trailed = [&whole[..], b"SEFT trailer"].concat();
    assert_eq!(scan_picture(&trailed).unwrap().texts.len(), 1);
}

#[test]
fn a_screenshot_with_nothing_behind_the_modules() {
    let text = payload("0011012345678");
    let card = card(&text);
    let see_through = image::GrayAlphaImage::from_fn(card.width(), card.height(), |x, y| {
        LumaA([0, if card.get_pixel(x, y).0[0] == 0 { 255 } else { 0 }])
    });
    assert_eq!(scan_picture(&png(&see_through.into())).unwrap().texts, [text]);
}

#[test]
fn pictures_without_a_code_are_read_too() {
    let none: [String; 0] = [];
    assert_eq!(scan_picture(&Scene::new(900, 700).jpeg()).unwrap().texts, none);
    for side in [1, 2, 5] {
        let dot = GrayImage::new(side, 1);
        assert_eq!(scan_picture(&png(&dot.into())).unwrap().texts, none);
    }
}

/// Thousands of finder patterns, which a finder without bounds compares with one another.
#[test]
fn a_carpet_of_finder_patterns_is_one_more_picture() {
    let ring = |x: u32, y: u32| x.abs_diff(3).max(y.abs_diff(3));
    let carpet = GrayImage::from_fn(3_000, 3_000, |x, y| {
        Luma([if matches!(ring(x % 8, y % 8), 0 | 1 | 3) { 0 } else { 255 }])
    });
    let found = scan_picture(&png(&carpet.into())).unwrap();
    assert!(found.texts.is_empty() && found.is_crowded);
}

#[test]
fn what_is_no_picture_is_refused_with_the_reason() {
    assert_eq!(code(b""), "picture-format");
    assert_eq!(code(b"GIF89a\x01\x00\x01\x00"), "picture-format");
    assert_eq!(code(b"%PDF-1.7"), "picture-format");
    let jpeg = Scene::new(900, 700).jpeg();
    assert_eq!(code(&jpeg[..100]), "picture-broken");
    let whole = png(&card(&payload("1")).into());
    assert_eq!(code(&whole[..whole.len() / 2]), "picture-broken");
    let side = u32::try_from(MAX_PIXELS.isqrt() + 1).unwrap();
    assert_eq!(code(&png(&GrayImage::new(side, side).into())), "picture-too-large");
}

/// A header that promises four thousand million pixels is not believed.
#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let mut bomb = png(&GrayImage::new(1, 1).into());
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let mut sum = flate2::Crc::new();
    sum.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    assert_eq!(code(&bomb), "picture-too-large");
}

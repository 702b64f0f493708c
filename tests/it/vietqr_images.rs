//! Symbols: every picture is read back by an independent decoder.

use std::sync::Arc;
use std::thread;

use cho40::primitives::Vnd;
use cho40::vietqr::{Builder, Format, ImageCache, Level, Matrix, Payee, Reference, draw};
use proptest::prelude::*;

fn payload(account: &str, reference: bool) -> String {
    let mut builder = Builder::new("970436", Payee::Account(account.to_owned()));
    if reference {
        builder = builder.reference(Reference::from_data(34_916).unwrap());
    }
    builder.build().unwrap().payload
}

/// Decodes a picture; `pixel` gives brightness.
fn decode(width: usize, height: usize, pixel: impl FnMut(usize, usize) -> u8) -> String {
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let grids = prepared.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

fn decode_png(bytes: &[u8]) -> (String, u32) {
    let picture = image::load_from_memory(bytes).unwrap().into_luma8();
    let (width, height) = picture.dimensions();
    assert_eq!(width, height);
    let text =
        decode(width as usize, height as usize, |x, y| picture.get_pixel(x as u32, y as u32).0[0]);
    (text, width)
}

/// Black squares of our one path, in units of the viewBox.
fn svg_modules(svg: &str) -> (usize, Vec<(usize, usize)>) {
    let between = |from: &str, to: &str| {
        let start = svg.find(from).unwrap() + from.len();
        &svg[start..start + svg[start..].find(to).unwrap()]
    };
    let side: usize = between("viewBox=\"0 0 ", " ").parse().unwrap();
    let path = between("<path d=\"", "\"");
    let runs = path.split_terminator('z').map(|run| {
        let numbers: Vec<usize> = run
            .split(|c: char| !c.is_ascii_digit())
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().unwrap())
            .collect();
        let [x, y, length, 1, back] = numbers[..] else { panic!("{run}") };
        assert_eq!(length, back);
        (x, y, length)
    });
    (side, runs.flat_map(|(x, y, length)| (x..x + length).map(move |x| (x, y))).collect())
}

#[test]
fn png_is_read_back_at_every_size_and_level() {
    let amount = Builder::new("970403", Payee::Account("0011012345678".to_owned()))
        .amount(Vnd::new(180_000))
        .note("thanh toán đơn hàng 2510")
        .build()
        .unwrap();
    for text in [payload("0011012345678", true), amount.payload] {
        for level in [Level::L, Level::M, Level::Q, Level::H] {
            for module_px in [2, 3, 4, 8, 13] {
                let image = draw(&text, level, Format::Png { module_px }).unwrap();
                let (read_back, width) = decode_png(&image.bytes);
                assert_eq!(read_back, text, "{level} {module_px}");
                let modules = Matrix::new(&text, level).unwrap().width() as u32 + 8;
                assert_eq!(width, modules * u32::from(module_px));
            }
        }
    }
}

#[test]
fn png_is_one_bit_gray_with_four_white_modules_around() {
    let text = payload("0011012345678", false);
    let image = draw(&text, Level::M, Format::Png { module_px: 5 }).unwrap();
    // IHDR: depth and colour type follow width and height.
    assert_eq!((image.bytes[24], image.bytes[25]), (1, 0));
    let picture = image::load_from_memory(&image.bytes).unwrap().into_luma8();
    let side = picture.width();
    let margin = 4 * 5;
    for (x, y, pixel) in picture.enumerate_pixels() {
        let inside = |place| (margin..side - margin).contains(&place);
        assert!((inside(x) && inside(y)) || pixel.0[0] == 255, "({x}, {y})");
    }
    // The finder pattern fills the corner just inside.
    assert_eq!(picture.get_pixel(margin, margin).0[0], 0);
    assert_eq!(picture.get_pixel(side - margin - 1, margin).0[0], 0);
    assert_eq!(picture.get_pixel(margin, side - margin - 1).0[0], 0);
}

/// The symbol of `qrcode` by its own way, row by row.
fn by_the_crate(text: &str, level: qrcode::EcLevel) -> Vec<bool> {
    let code = qrcode::QrCode::with_error_correction_level(text, level).unwrap();
    code.into_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect()
}

proptest! {
    // Drawn twice at four levels each: slow without optimisation.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_mask_is_the_one_that_the_crate_chooses(text in "[ -~]{0,120}|[0-9]{300,700}") {
        let levels = [
            (Level::L, qrcode::EcLevel::L),
            (Level::M, qrcode::EcLevel::M),
            (Level::Q, qrcode::EcLevel::Q),
            (Level::H, qrcode::EcLevel::H),
        ];
        for (level, same) in levels {
            let rows: Vec<bool> =
                Matrix::new(&text, level).unwrap().rows().flatten().copied().collect();
            prop_assert_eq!(rows, by_the_crate(&text, same));
        }
    }
}

#[test]
fn svg_is_read_back_and_scales_without_blur() {
    for level in [Level::L, Level::M, Level::Q, Level::H] {
        let text = payload("0011012345678", true);
        let svg = String::from_utf8(draw(&text, level, Format::Svg).unwrap().bytes).unwrap();
        assert!(svg.contains("shape-rendering=\"crispEdges\""));
        let (side, dark) = svg_modules(&svg);
        assert!(svg.contains(&format!("<rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>")));
        assert_eq!(svg.matches("<path").count(), 1);
        assert!(dark.iter().all(|(x, y)| (4..side - 4).contains(x) && (4..side - 4).contains(y)));
        let mut black = vec![false; side * side];
        for (x, y) in dark {
            black[y * side + x] = true;
        }
        let scale = 4;
        let read_back = decode(side * scale, side * scale, |x, y| {
            if black[(y / scale) * side + x / scale] { 0 } else { 255 }
        });
        assert_eq!(read_back, text, "{level}");
    }
}

#[test]
fn upper_case_payloads_take_the_smaller_symbols() {
    for account in ["0011012345", "00110123456", "001101234567", "0011012345678"] {
        let version =
            |reference| Matrix::new(&payload(account, reference), Level::M).unwrap().version();
        assert_eq!((version(false), version(true)), (4, 5), "{account}");
    }
    assert_eq!(Matrix::new(&payload("0011012345", false), Level::M).unwrap().width(), 33);
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let draw = |payload: &str, format| draw(payload, Level::M, format).map_err(|r| r.code).err();
    for module_px in [0, 33, 255] {
        let refused = draw("1", Format::Png { module_px });
        assert_eq!(refused, Some("module-px-out-of-range"), "{module_px}");
    }
    assert_eq!(draw(&"x".repeat(3_000), Format::Svg), Some("image-too-much-text"));
    assert_eq!(draw("1", Format::Png { module_px: 32 }), None);
}

#[test]
fn the_tag_follows_the_picture() {
    let text = payload("0011012345678", true);
    let tag = |level, format| draw(&text, level, format).unwrap().etag;
    let png = tag(Level::M, Format::Png { module_px: 8 });
    assert_eq!(png, tag(Level::M, Format::Png { module_px: 8 }));
    assert_eq!((png.len(), png.starts_with('"'), png.ends_with('"')), (34, true, true));
    for other in [tag(Level::Q, Format::Png { module_px: 8 }), tag(Level::M, Format::Svg)] {
        assert_ne!(png, other);
    }
}

#[test]
fn the_cache_keeps_what_is_used_within_its_bounds() {
    let texts: Vec<_> = (0..4).map(|n| payload(&format!("000{n}"), true)).collect();
    let cache = ImageCache::new(3, 1 << 20);
    let get = |n: usize| cache.get(&texts[n], Level::M, Format::Svg).unwrap();
    let (first, second) = (get(0), get(1));
    get(2);
    assert_eq!(*first, draw(&texts[0], Level::M, Format::Svg).unwrap());
    assert!(Arc::ptr_eq(&first, &get(0)), "held");
    get(3);
    assert_eq!(cache.len(), 3);
    assert!(Arc::ptr_eq(&first, &get(0)), "used lately, so kept");
    assert!(!Arc::ptr_eq(&second, &get(1)), "least recently used, so dropped");
    assert!(cache.get(&"x".repeat(3_000), Level::M, Format::Svg).is_err());
}

#[test]
fn the_cache_tells_level_size_and_format_apart() {
    let text = payload("0011012345678", true);
    let cache = ImageCache::new(10, 1 << 20);
    let png = |module_px| Format::Png { module_px };
    for (level, format) in
        [(Level::M, png(4)), (Level::M, png(5)), (Level::Q, png(4)), (Level::M, Format::Svg)]
    {
        let held = cache.get(&text, level, format).unwrap();
        assert_eq!(*held, draw(&text, level, format).unwrap());
    }
    assert_eq!(cache.len(), 4);
}

#[test]
fn the_cache_is_bounded_in_bytes() {
    let cache = ImageCache::new(1_000, 40_000);
    for n in 0..40 {
        cache.get(&payload(&format!("00{n}"), true), Level::M, Format::Svg).unwrap();
        assert!(cache.bytes() <= 40_000);
    }
    assert!((2..20).contains(&cache.len()), "{} pictures of some kilobytes", cache.len());
    let tiny = ImageCache::new(10, 100);
    tiny.get("1", Level::M, Format::Svg).unwrap();
    assert!(tiny.is_empty() && tiny.bytes() == 0);
}

#[test]
fn the_cache_is_shared_by_threads() {
    let cache = ImageCache::new(8, 1 << 20);
    thread::scope(|scope| {
        for worker in 0..4_usize {
            let cache = &cache;
            scope.spawn(move || {
                for step in 0..30_usize {
                    let text = payload(&format!("{}", (worker + step) % 12 + 1), false);
                    let held = cache.get(&text, Level::M, Format::Svg).unwrap();
                    assert_eq!(*held, draw(&text, Level::M, Format::Svg).unwrap());
                }
            });
        }
    });
    assert!(cache.len() <= 8);
}

//! Sheets to print, and ways to look at what was printed.

use std::sync::LazyLock;

use cho40::primitives::{Day, fold};
use cho40::print::look::Logo;
use cho40::print::sheet::{Missing, Stop};
use cho40::print::{Card, Kind, Layout, Paper, Press, Printed, Sheet, Style};
use cho40::vietqr::{Builder, Payee, Reference, check_code};
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};

/// The program's own templates.
pub static PRESS: LazyLock<Press> = LazyLock::new(|| Press::new(None).unwrap());

/// Names as they are found, from the shortest to the longest that the register takes.
const SHORTEST: [&str; 4] = ["1", "Ý", "Y", "1"];
const LONGEST: [&str; 4] = [
    "NHÀ LỒNG KHU B-1234A",
    "Nguyễn Phước Thiên Phượng Quỳnh Như (Bảy Nghĩa), vợ ông Trương Đỗ Khắc Thịnh Ấu",
    "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI DỊCH VỤ XUẤT NHẬP KHẨU NÔNG SẢN \
     TRẦN NGUYỄN QUỲNH HƯƠNG CÀ MAU",
    "A1B2C3D4E5F6G7H8I9J",
];

pub fn card([stall, vendor, holder, account]: [&str; 4], bin: &str) -> Card {
    let issued = Builder::new(bin, Payee::Account(account.to_owned()));
    let issued = issued.reference(Reference::random_static(34_916)).build().unwrap();
    Card {
        stall: stall.into(),
        section: "Rau củ".into(),
        vendor: vendor.into(),
        holder: fold::without_diacritics(holder).to_uppercase(),
        bank: issued.bank.short_name.clone(),
        account: account.into(),
        check_code: check_code(&issued.payload),
        issued: "24/11/2026".into(),
        payload: issued.payload,
        issued_day: Day::parse("2026-11-24").unwrap(),
    }
}

pub fn sample(layout: Layout, style: Style) -> Sheet {
    Sheet::sample(layout, style).unwrap()
}

pub fn shortest(layout: Layout, style: Style) -> Sheet {
    Sheet { cards: vec![card(SHORTEST, "970415")], is_sample: false, ..sample(layout, style) }
}

/// Everything as long as it can be, with a logo.
pub fn longest(layout: Layout, style: Style) -> Sheet {
    let cards = vec![card(LONGEST, "970444")];
    let mut sheet = Sheet { cards, is_sample: false, ..sample(layout, style) };
    sheet.place.market =
        "Chợ trung tâm thương mại và dịch vụ nông thủy sản tổng hợp xã Thới Bình – \
        Biển Bạch Đông, khu vực bến tàu cũ và bến xe mới"
            .into();
    sheet.place.place = "Đặc khu Thổ Châu – Nguyễn Việt Khái, Thành phố Cà Mau".into();
    sheet.look.logo = Some(logo(600, 200));
    sheet
}

/// A market of so many stalls, four of them without a code.
pub fn market(stalls: usize, layout: Layout, style: Style) -> Sheet {
    let section = |n: usize| ["Cá đồng", "Rau củ", "Trái cây"][n * 3 / stalls.max(1)];
    let card_of = |n: usize| {
        let (stall, account) = (format!("A-{}", n + 1), format!("10{n:08}"));
        let mut card = card([&stall, "Nguyễn Thị Mẫu", "Nguyễn Thị Mẫu", &account], "970436");
        card.section = section(n).into();
        card
    };
    let cards: Vec<Card> = (0..stalls).map(card_of).collect();
    let mut cover: Vec<Stop> = cards
        .iter()
        .map(|card| Stop {
            stall: card.stall.clone(),
            section: card.section.clone(),
            vendor: Some(card.vendor.clone()),
            check_code: Some(card.check_code.clone()),
            missing: None,
        })
        .collect();
    cover.extend((0..4).map(|n| Stop {
        stall: format!("B-{n}"),
        section: "Khu mới".into(),
        vendor: (n > 1).then(|| "Trần Văn Mẫu".into()),
        check_code: None,
        missing: Some([Missing::Vendor, Missing::Vendor, Missing::Code, Missing::Account][n]),
    }));
    Sheet { cards, cover, fill: false, is_sample: false, ..sample(layout, style) }
}

pub fn logo(width: u32, height: u32) -> Logo {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_fn(width, height, |x, y| {
        let inside = (x as i64 - width as i64 / 2).pow(2) * (height as i64).pow(2)
            + (y as i64 - height as i64 / 2).pow(2) * (width as i64).pow(2);
        let is_inside = 4 * inside < (width as i64 * height as i64).pow(2);
        image::Rgba([200, 60, 30, if is_inside { 255 } else { 0 }])
    });
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    Logo::read(file.into_inner()).unwrap()
}

/// Sets a paper. With the variable `CHO40_PRINT_PICTURES` its pages are left in that folder, for
/// the eye.
pub fn set(name: &str, paper: &(impl Paper + Sync)) -> Printed {
    let printed = PRESS.set(paper).unwrap();
    if let Ok(folder) = std::env::var("CHO40_PRINT_PICTURES") {
        let file = |kind| format!("{folder}/{name}-{}", paper.file_name(kind));
        std::fs::write(file(Kind::Png), printed.png(110).unwrap()).unwrap();
        std::fs::write(file(Kind::Pdf), printed.pdf().unwrap()).unwrap();
    }
    printed
}

/// What an independent reader finds in a PNG.
pub fn read_all(png: &[u8]) -> Vec<String> {
    let picture = image::load_from_memory(png).unwrap().into_luma8();
    read_pixels(picture.width() as usize, picture.height() as usize, |x, y| {
        picture.get_pixel(x as u32, y as u32).0[0]
    })
}

pub fn read_pixels(
    width: usize,
    height: usize,
    shade: impl FnMut(usize, usize) -> u8,
) -> Vec<String> {
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
    let grids = picture.detect_grids();
    grids.iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// A rectangle on a page, from its upper left corner.
#[derive(Clone, Debug)]
pub struct Spot {
    pub text: Option<String>,
    pub left: Abs,
    pub top: Abs,
    pub right: Abs,
    pub bottom: Abs,
}

impl Spot {
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Where texts and pictures stand on a page: a text from `above` its base line to `below` it, in
/// parts of its size, of which capitals take 0.7.
pub fn spots(frame: &Frame, above: f64, below: f64) -> Vec<Spot> {
    let mut found = Vec::new();
    collect(frame, Transform::identity(), (above, below), &mut found);
    found
}

/// What a rectangle covers where it was turned and moved to.
fn spot(text: Option<String>, from: Point, to: Point, how: Transform) -> Spot {
    let corners = [from, Point::new(to.x, from.y), to, Point::new(from.x, to.y)];
    let corners = corners.map(|corner| corner.transform(how));
    let least = |of: fn(&Point) -> Abs| corners.iter().map(of).min().unwrap();
    let most = |of: fn(&Point) -> Abs| corners.iter().map(of).max().unwrap();
    let (left, right) = (least(|at| at.x), most(|at| at.x));
    Spot { text, left, top: least(|at| at.y), right, bottom: most(|at| at.y) }
}

fn collect(frame: &Frame, how: Transform, (above, below): (f64, f64), found: &mut Vec<Spot>) {
    for (at, item) in frame.items() {
        match item {
            FrameItem::Group(group) => {
                let inner = how.pre_concat(Transform::translate(at.x, at.y));
                let inner = inner.pre_concat(group.transform);
                collect(&group.frame, inner, (above, below), found);
            }
            FrameItem::Text(text) => {
                assert!(text.glyphs.iter().all(|glyph| glyph.id != 0), "{:?}", text.text);
                let from = Point::new(at.x, at.y - text.size * above);
                let to = Point::new(at.x + text.width(), at.y + text.size * below);
                found.push(spot(Some(text.text.to_string()), from, to, how));
            }
            FrameItem::Image(_, size, _) => {
                found.push(spot(None, *at, Point::new(at.x + size.x, at.y + size.y), how));
            }
            _ => {}
        }
    }
}

/// All that a page says, in the order of its texts, without spaces.
pub fn said(frame: &Frame) -> String {
    let texts = spots(frame, 0.7, 0.0).into_iter().filter_map(|spot| spot.text);
    texts.collect::<String>().split_whitespace().collect()
}

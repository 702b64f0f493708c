//! What stands on a page: all of it inside, nothing on anything else, every letter there, and the
//! same bytes each time.

use cho40::print::look::Logo;
use cho40::print::press;
use cho40::print::{Card, Kind, Layout, Paper as _, Press, Sheet, Style};
use cho40::vietqr::{Format, Level, draw};
use image::ImageFormat::{Jpeg, Png};
use typst::layout::{Abs, Frame, FrameItem};
use typst_layout::Page;

use crate::print_support::{PRESS, Spot, longest, market, said, sample, set, shortest, spots};

/// Every Vietnamese letter with a mark.
const LETTERS: &str = "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ";

type Make = fn(Layout, Style) -> Sheet;

fn every(make: Make) -> impl Iterator<Item = Sheet> {
    let layouts = [Layout::A5, Layout::A6, Layout::Sticker, Layout::Picture];
    let both = layouts.into_iter().flat_map(|layout| Style::ALL.iter().map(move |s| (layout, *s)));
    both.map(move |(layout, style)| make(layout, style))
}

#[test]
fn nothing_leaves_the_page_or_stands_on_something_else() {
    let made: [(&str, Make); 3] =
        [("shortest", shortest), ("sample", sample), ("longest", longest)];
    for (name, sheet) in
        made.into_iter().flat_map(|(name, make)| every(make).map(move |s| (name, s)))
    {
        let printed = set(name, &sheet);
        let [page] = printed.pages() else { panic!("one page") };
        let size = page.frame.size();
        let where_ = format!("{name} {:?} {:?}", sheet.layout, sheet.style);
        // With marks above capitals and tails below, everything keeps off the edge.
        let is_mark =
            |spot: &Spot| spot.text.as_ref().is_some_and(|text| text.starts_with("MẪU ·"));
        let (marks, others): (Vec<Spot>, Vec<Spot>) =
            spots(&page.frame, 1.05, 0.25).into_iter().partition(is_mark);
        // A made-up card says so on both margins, which a printer may cut into.
        assert_eq!(marks.len(), if name == "sample" { 2 } else { 0 }, "{where_}");
        for spot in others {
            let edge = Abs::mm(2.5);
            let is_inside = spot.left >= edge
                && spot.top >= edge
                && spot.right <= size.x - edge
                && spot.bottom <= size.y - edge;
            assert!(is_inside, "{where_}: {spot:?} leaves {size:?}");
        }
        let all = spots(&page.frame, 0.8, 0.1);
        for (number, spot) in all.iter().enumerate() {
            let under = all[number + 1..].iter().find(|other| spot.meets(other));
            assert!(under.is_none(), "{where_}: {spot:?} on {under:?}");
        }
        let symbol = all.iter().filter(|spot| spot.text.is_none()).map(side).max();
        assert!(symbol >= Some(Abs::mm(35.0)), "{where_}: a symbol of {symbol:?}");
    }
}

fn side(spot: &Spot) -> Abs {
    (spot.right - spot.left).min(spot.bottom - spot.top)
}

#[test]
fn every_card_says_what_a_payer_needs() {
    for sheet in every(longest).chain(every(shortest)) {
        let printed = set("said", &sheet);
        let said = said(&printed.pages()[0].frame);
        let Card { stall, vendor, holder, bank, account, check_code, issued, .. } = &sheet.cards[0];
        let line = "Quét mã · Xem đúng tên · Nhập số tiền";
        for text in
            [stall, vendor, holder, bank, account, check_code, issued, &sheet.place.market, line]
        {
            let dense: String = text.split_whitespace().collect();
            assert!(said.contains(&dense), "{:?} does not say {text}: {said}", sheet.layout);
        }
    }
}

#[test]
fn every_vietnamese_letter_is_there_in_each_weight() {
    let mut sheet = sample(Layout::A5, Style::Colour);
    // `spots` refuses letters that the font does not have.
    for text in [LETTERS.to_owned(), LETTERS.to_lowercase(), "0123456789–·()&.,/-".to_owned()] {
        sheet.cards[0].stall.clone_from(&text);
        sheet.cards[0].vendor.clone_from(&text);
        sheet.place.market.clone_from(&text);
        sheet.place.place.clone_from(&text);
        let printed = set("letters", &sheet);
        assert!(said(&printed.pages()[0].frame).contains(&text));
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes() {
    let other = Press::new(None).unwrap();
    for sheet in [longest(Layout::A6, Style::Colour), market(40, Layout::StickerOnA4, Style::Mono)]
    {
        for kind in [Kind::Pdf, Kind::Png, Kind::Svg] {
            let [first, second] =
                [&*PRESS, &other].map(|press| press.set(&sheet).unwrap().write(kind, 96).unwrap());
            assert!(first == second, "{kind:?} of {:?}", sheet.layout);
        }
    }
}

#[test]
fn the_tag_follows_all_that_is_printed() {
    let tag = |sheet: &Sheet, kind, dpi| sheet.tag(PRESS.digest(), kind, dpi).unwrap();
    let sheet = longest(Layout::A6, Style::Colour);
    let first = tag(&sheet, Kind::Pdf, 300);
    assert_eq!(first, tag(&longest(Layout::A6, Style::Colour), Kind::Pdf, 300));
    let mut others = vec![tag(&sheet, Kind::Png, 300), tag(&sheet, Kind::Pdf, 150)];
    others.push(tag(&Sheet { style: Style::Mono, ..sheet.clone() }, Kind::Pdf, 300));
    others.push(tag(&Sheet { layout: Layout::A6OnA4, ..sheet.clone() }, Kind::Pdf, 300));
    let mut changed = sheet.clone();
    changed.look.logo.as_mut().unwrap().bytes[40] ^= 1;
    others.push(tag(&changed, Kind::Pdf, 300));
    others.push(sheet.tag(&[0; 32], Kind::Pdf, 300).unwrap());
    assert!(others.iter().all(|other| *other != first), "{others:?}");
}

#[test]
fn a_list_leads_through_the_market() {
    let sheet = market(100, Layout::A6OnA4, Style::Colour);
    let printed = set("market", &sheet);
    // 104 stalls and four headings on two pages, then 25 pages of four cards.
    assert_eq!(printed.pages().len(), 2 + 25);
    let first = said(&printed.pages()[0].frame);
    for text in ["DanhsáchphátthẻChợThớiBình", "Trang1/2", "Cáđồng–34sạp", "A-1", "100thẻ"]
    {
        assert!(first.contains(text), "{text}: {first}");
    }
    let second = said(&printed.pages()[1].frame);
    assert!(second.contains("Khumới–4sạp"), "{second}");
    for text in ["B-1sạptrống", "B-2TrầnVănMẫu–chưacómã", "B-3TrầnVănMẫu–tàikhoảnđãthôi"]
    {
        assert!(second.contains(text), "{text}: {second}");
    }
    let all = spots(&printed.pages()[0].frame, 0.8, 0.1);
    for (number, spot) in all.iter().enumerate() {
        assert!(!all[number + 1..].iter().any(|other| spot.meets(other)), "{spot:?}");
    }
}

/// The smallest text of a page, in points.
fn smallest(frame: &Frame) -> (f64, String) {
    let of = |(_, item): &(_, FrameItem)| match item {
        FrameItem::Group(group) => smallest(&group.frame),
        FrameItem::Text(text) => (text.size.to_pt(), text.text.to_string()),
        _ => (f64::MAX, String::new()),
    };
    frame.items().map(of).min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((f64::MAX, String::new()))
}

/// What people can still read, in points.
const LEGIBLE: f64 = 4.8;

#[test]
fn long_names_wrap_before_they_are_too_small_to_be_read() {
    for sheet in every(longest) {
        let printed = set("legible", &sheet);
        let (size, text) = smallest(&printed.pages()[0].frame);
        // A sticker has no room for all three: what is given up is the market's, and it is told.
        let is_told = sheet.layout == Layout::Sticker && sheet.place.market.contains(text.trim());
        assert!(
            size >= LEGIBLE || is_told,
            "{:?} {:?}: {text} in {size} pt",
            sheet.layout,
            sheet.style
        );
        assert_eq!(printed.small().is_some(), size < LEGIBLE);
    }
    let mut sheet = market(90, Layout::A6OnA4, Style::Mono);
    let names = [
        "Hộ kinh doanh Nguyễn Thị Thanh Tuyền – tạp hóa",
        "Nguyễn Phước Thiên Phượng Quỳnh Như (Bảy Nghĩa), vợ ông Trương Đỗ Khắc Thịnh Ấu",
    ];
    for (number, stop) in sheet.cover.iter_mut().enumerate().filter(|(number, _)| number % 3 > 0) {
        stop.vendor = Some(names[number % 3 - 1].into());
        stop.stall = ["A-12", "KIOSK-ĐÔNG-0012/B", "NHÀ LỒNG KHU B-1234A"][number / 3 % 3].into();
    }
    let printed = set("long-list", &sheet);
    let is_list = |page: &&Page| said(&page.frame).starts_with("Danhsáchphátthẻ");
    let lists: Vec<&Page> = printed.pages().iter().take_while(is_list).collect();
    assert!((2..=3).contains(&lists.len()), "{}", lists.len());
    for page in lists {
        let (size, text) = smallest(&page.frame);
        assert!(size >= 6.5, "{text} in {size} pt");
        let all = spots(&page.frame, 0.8, 0.1);
        for (number, spot) in all.iter().enumerate() {
            let under = all[number + 1..].iter().find(|other| spot.meets(other));
            assert!(under.is_none(), "{spot:?} on {under:?}");
            assert!(spot.bottom < page.frame.size().y - Abs::mm(8.0), "{spot:?}");
        }
    }
    // A name that no line can take is told.
    let mut sheet = longest(Layout::Sticker, Style::Colour);
    sheet.cards[0].vendor = "W".repeat(80);
    assert!(set("endless", &sheet).small().is_some_and(|text| text.starts_with("WW")));
}

/// What is told by its letters' widths that it fits is not measured; measured, it would be set alike.
#[test]
fn what_surely_fits_is_set_as_if_it_were_measured() {
    let folder = tempfile::tempdir().unwrap();
    let (name, kit) = press::TEMPLATES[1];
    let measured = kit.replace("known.sum(default: 0)", "99000");
    assert!(name == "kit.typ" && measured != kit);
    std::fs::write(folder.path().join(name), measured).unwrap();
    let press = Press::new(Some(folder.path())).unwrap();
    for (layout, style) in [
        (Layout::A6OnA4, Style::Colour),
        (Layout::StickerOnA4, Style::Contrast),
        (Layout::StickerOnA4, Style::Mono),
    ] {
        let mut sheet = market(45, layout, style);
        let whole = longest(layout, style).cards.remove(0);
        // Each two letters longer than the one before, past every line's end.
        let first = |text: &str, count: usize| text.chars().take(count).collect::<String>();
        for (number, (card, stop)) in sheet.cards.iter_mut().zip(&mut sheet.cover).enumerate() {
            card.stall = first(&whole.stall, 1 + number % 20);
            card.vendor = first(&whole.vendor, 2 * number + 1);
            card.holder = first(&whole.holder, 2 * number + 1);
            (stop.stall, stop.vendor) = (card.stall.clone(), Some(card.vendor.clone()));
        }
        let pdf = |press: &Press| press.set(&sheet).unwrap().pdf().unwrap();
        assert!(pdf(&PRESS) == pdf(&press), "{layout:?} {style:?}");
    }
}

#[test]
fn templates_of_ones_own_replace_the_programs() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = sample(Layout::A6, Style::Colour);
    std::fs::write(
        folder.path().join("main.typ"),
        "#set page(width: 90mm, height: 90mm)\n#json(\"data.json\").cards.at(0).stall",
    )
    .unwrap();
    let press = Press::new(Some(folder.path())).unwrap();
    assert_ne!(press.digest(), PRESS.digest());
    assert_eq!(said(&press.set(&sheet).unwrap().pages()[0].frame), "A-12");
    for (text, place) in [
        ("\n#nobody", "main.typ:2: unknown variable: nobody"),
        ("#read(\"/etc/passwd\")", "main.typ:1: file not found"),
        ("#import \"@preview/cetz:0.3.0\": *", "main.typ:1: "),
        ("#datetime.today()", "main.typ:1: "),
    ] {
        std::fs::write(folder.path().join("main.typ"), text).unwrap();
        let Err(fault) = Press::new(Some(folder.path())).unwrap().set(&sheet) else {
            panic!("{text} was set")
        };
        let fault = fault.to_string();
        assert!(fault.starts_with("print-template-wrong") && fault.contains(place), "{fault}");
    }
}

#[test]
fn logos_are_judged() {
    let picture = |width, height, format| {
        let mut file = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(width, height).write_to(&mut file, format).unwrap();
        file.into_inner()
    };
    for (bytes, code) in [
        (picture(31, 40, Png), "logo-sides"),
        (picture(40, 2_001, Png), "logo-sides"),
        (b"GIF89a".to_vec(), "logo-format"),
        (b"<svg/>".to_vec(), "logo-format"),
        (picture(40, 40, Png)[..60].to_vec(), "picture-broken"),
        (vec![0; (256 << 10) + 1], "logo-too-large"),
        (draw("A1", Level::M, Format::Png { module_px: 8 }).unwrap().bytes, "logo-has-code"),
    ] {
        assert_eq!(Logo::read(bytes).map_err(|refusal| refusal.code).err(), Some(code));
    }
    for format in [Jpeg, Png] {
        let mut sheet = sample(Layout::A6, Style::Colour);
        sheet.look.logo = Some(Logo::read(picture(2_000, 32, format)).unwrap());
        set("logo", &sheet).pdf().unwrap();
    }
}

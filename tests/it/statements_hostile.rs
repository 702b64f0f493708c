//! Files that mean harm, or are broken: a refusal, never a panic, never much memory.

#![cfg(test)]

use std::io::Write as _;

use cho40::feeds::statements::{self, MAX_FILE_BYTES};
use proptest::prelude::*;

use crate::statements_layouts as layouts;
use crate::statements_support::{compound, csv, row, xls, xlsx};

#[track_caller]
fn refused(bytes: &[u8]) -> &'static str {
    let refusal = statements::open(bytes).err().unwrap();
    assert_eq!(refusal.field.as_deref(), Some("file"));
    refusal.code
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_statement_is_refused_by_its_kind() {
    assert_eq!(refused(b""), "statement-empty");
    assert_eq!(refused(b"%PDF-1.7 ..."), "statement-format-unknown");
    assert_eq!(refused(b"{\"rows\":[]}"), "statement-format-unknown");
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "statement-format-unknown");
    assert_eq!(refused(b"<html><table><tr><td>Ng\xC3\xA0y"), "statement-is-a-page");
    assert_eq!(refused(b"PK\x03\x04garbage"), "statement-unreadable");
    assert_eq!(refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "statement-unreadable");
    assert_eq!(
        refused("Ngày,Ghi có,Nội dung\n24/11/2026,1,\"x".as_bytes()),
        "statement-unreadable"
    );
    assert_eq!(refused("chỉ có chữ".as_bytes()), "statement-no-table");
    assert_eq!(refused(&vec![b'a'; MAX_FILE_BYTES + 1]), "statement-too-large");
    assert_eq!(refused(&archive(&[("a.txt", b"x")])), "statement-unreadable");
    let wide = vec![row(&["Ngày"; 65])];
    assert_eq!(refused(&csv(&wide, ',')), "statement-too-many-columns");
    let long = "24/11/2026,1\n".repeat(200_001);
    assert_eq!(refused(long.as_bytes()), "statement-too-many-rows");
}

#[test]
fn letters_that_are_not_unicode_are_named() {
    let headed = |heading: &str| format!("{heading}\n02/11/2026,45.000,tra tien,1.000\n");
    let latin = |text: &str| -> Vec<u8> { text.chars().map(|c| c as u8).collect() };
    let tcvn3 = headed("Ng\u{b5}y giao d\u{de}ch,S\u{e8} ti\u{d2}n,N\u{e9}i dung,S\u{e8} d\u{ad}");
    let vni =
        headed("Nga\u{f8}y giao d\u{f2}ch,So\u{e1} tie\u{e0}n,No\u{e4}i dung,So\u{e1} d\u{f6}");
    for (text, font) in [(&tcvn3, "TCVN3 (ABC)"), (&vni, "VNI")] {
        for bytes in [latin(text), text.as_bytes().to_vec()] {
            let refusal = statements::open(&bytes).unwrap_err();
            assert_eq!(refusal.code, "statement-old-font", "{text}");
            assert_eq!(refusal.args, [("font", font.to_owned())]);
        }
    }
    let whole = headed("Ngày giao dịch,Số tiền ghi có,Nội dung,Số dư");
    // Read as windows-1252 and saved again; and with one byte that is not UTF-8.
    let twice: String = encoding_rs::WINDOWS_1252.decode(whole.as_bytes()).0.into_owned();
    assert_eq!(refused(twice.as_bytes()), "statement-garbled");
    let mut mixed = whole.clone().into_bytes();
    mixed.extend(b"03/11/2026,45.000,\xff,2.000\n");
    assert_eq!(refused(&mixed), "statement-garbled");
    let lost = headed("Ng?y giao d?ch,S? ti?n ghi c?,N?i dung,S? d?");
    assert_eq!(refused(lost.as_bytes()), "statement-garbled");
    // What a payer wrote says nothing of the file.
    let memo = whole.replace("tra tien", "Ng\u{c3}\u{a0}y má»\u{9b}i ng?y");
    assert_eq!(statements::open(memo.as_bytes()).unwrap().read(None).unwrap().rows.len(), 1);
}

#[test]
fn an_archive_that_unpacks_to_too_much_is_not_opened() {
    let zeros = vec![b' '; 60 << 20];
    let bomb = archive(&[("xl/sharedStrings.xml", &zeros)]);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(refused(&bomb), "statement-unpacks-too-large");
    let sheets: Vec<_> = (0..4).map(|n| format!("xl/worksheets/sheet{n}.xml")).collect();
    let entries: Vec<_> = sheets.iter().map(|name| (name.as_str(), zeros.as_slice())).collect();
    assert_eq!(refused(&archive(&entries)), "statement-unpacks-too-large");
}

/// A workbook of one sheet, with another part in place of one of its own or beside them.
fn book_with(part: &str, bytes: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let table = vec![row(&["Ngày", "Ghi có", "Nội dung"]), row(&["24/11/2026", "45.000", "x"])];
    let book = xlsx(&table);
    let mut whole = zip::ZipArchive::new(std::io::Cursor::new(book.as_slice())).unwrap();
    let mut entries = vec![(part.to_owned(), bytes.to_vec())];
    for place in 0..whole.len() {
        let mut entry = whole.by_index(place).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = String::from_utf8(entry.name_raw().to_vec()).unwrap();
        if name != part {
            entries.push((name, bytes));
        }
    }
    let entries: Vec<_> = entries.iter().map(|(name, bytes)| (name.as_str(), &**bytes)).collect();
    archive(&entries)
}

#[test]
fn room_for_texts_is_made_only_as_far_as_there_may_be_some() {
    // Its reader would make room for them all, and end the process where there is none.
    let texts =
        |claim: &str| format!("<sst xmlns=\"x\" count=\"1\" {claim}><si><t>a</t></si></sst>");
    for claim in
        ["uniqueCount=\"99999999999999\"", "uniqueCount = '5000001'", "uniqueCount=\"+99999999\""]
    {
        let bytes = book_with("xl/sharedStrings.xml", texts(claim).as_bytes());
        assert_eq!(refused(&bytes), "statement-unpacks-too-large", "{claim}");
    }
    let wide: Vec<u8> = texts("").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bytes = book_with("xl/sharedStrings.xml", &wide);
    assert_eq!(refused(&bytes), "statement-unpacks-too-large");
    let many = format!("<sst>{}</sst>", "<si/>".repeat(5_000_001));
    let bytes = book_with("xl/sharedStrings.xml", many.as_bytes());
    assert_eq!(refused(&bytes), "statement-unpacks-too-large");
}

#[test]
fn parts_that_are_no_sheets_are_small() {
    let blanks = vec![b' '; 9 << 20];
    for part in ["xl/styles.xml", "xl/workbook.xml", "docProps/app.xml"] {
        assert_eq!(refused(&book_with(part, &blanks)), "statement-unpacks-too-large", "{part}");
    }
    let long = ["<c r=\"A1\" t=\"inlineStr\"><is><t>", &"x".repeat(300 << 10)].concat();
    let bytes = book_with("xl/worksheets/sheet1.xml", long.as_bytes());
    assert_eq!(refused(&bytes), "statement-unpacks-too-large");
}

#[test]
fn cells_are_counted() {
    let line = format!("{}\n", "1,".repeat(60));
    assert_eq!(refused(line.repeat(50_001).as_bytes()), "statement-unpacks-too-large");
    assert_eq!(refused(line.repeat(49_000).as_bytes()), "statement-no-table");
}

#[test]
fn quotes_take_no_time_together() {
    let began = std::time::Instant::now();
    for text in ["\"a,", "\"a,b\n,", "\"\"a,\n", "\"\n"] {
        let _ = statements::open(text.repeat((12 << 20) / text.len()).as_bytes());
    }
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

#[test]
fn a_sheet_that_claims_too_many_cells_is_not_opened() {
    let record = |kind: u16, data: &[u8]| {
        [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat()
    };
    let begin = |kind: u16| record(0x0809, &[&[0, 6], &kind.to_le_bytes()[..], &[0; 12]].concat());
    // A book whose sheet has several names.
    let named = |names: usize, sheet: &[u8]| {
        let place = (begin(5).len() + names * (4 + 13) + 4) as u32;
        let name = [&place.to_le_bytes()[..], &[0, 0, 5, 0], b"SaoKe"].concat();
        let names = record(0x0085, &name).repeat(names);
        let parts = [begin(5), names, record(0x000A, &[]), begin(0x10)];
        compound(&[parts.concat(), sheet.to_vec(), record(0x000A, &[])].concat())
    };
    let book = |sheet: &[u8]| named(1, sheet);
    let claimed = [&0_u32.to_le_bytes()[..], &[0xFF; 4], &[0, 0, 0xFF, 0xFF, 0, 0]].concat();
    assert_eq!(refused(&book(&record(0x0200, &claimed))), "statement-unpacks-too-large");
    let far = [&0xFFFE_u16.to_le_bytes()[..], &[0xFF, 0], &[0, 0], &[2, 0, 0, 0]].concat();
    let near = [&[0, 0, 0, 0][..], &[0, 0], &[2, 0, 0, 0]].concat();
    let corners = [record(0x027E, &near), record(0x027E, &far)].concat();
    assert_eq!(refused(&book(&corners)), "statement-unpacks-too-large");
    // Behind the end of a chart within the sheet, and all sheets together.
    let chart = [begin(0x20), record(0x000A, &[])].concat();
    let behind = [chart, record(0x0200, &claimed)].concat();
    assert_eq!(refused(&book(&behind)), "statement-unpacks-too-large");
    assert_eq!(refused(&named(2, &record(0x027E, &near))), "statement-unpacks-too-large");
}

#[test]
fn memos_that_are_too_long_are_told_not_cut() {
    let memo = "á".repeat(1_001);
    let table = vec![row(&["Ngày", "Ghi có", "Nội dung"]), row(&["24/11/2026", "45.000", &memo])];
    let rows = statements::open(&csv(&table, ',')).unwrap().read(None).unwrap();
    assert_eq!((rows.rows.len(), rows.unreadable[0].field), (0, "memo"));
}

/// Opens and reads whatever it is given.
fn exercise(bytes: &[u8]) {
    if let Ok(opened) = statements::open(bytes) {
        assert_eq!(opened.layout().len(), 16);
        assert_eq!(opened.shapes().len(), opened.headings().len());
        if let Ok(rows) = opened.read(None) {
            assert!(rows.rows.iter().all(|row| row.amount.is_positive()));
        }
    }
}

fn files() -> Vec<Vec<u8>> {
    let of = |layout: layouts::Layout| {
        [csv(&layout.table, ','), xlsx(&layout.table), xls(&layout.table)]
    };
    layouts::all().into_iter().flat_map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics_on_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        exercise(&bytes);
    }

    #[test]
    fn nothing_panics_on_text(text in "(\\PC|[;,\t\n\"0-9./-]){0,400}") {
        exercise(format!("Ngày,Ghi có,Số tiền\n{text}").as_bytes());
    }

    #[test]
    fn nothing_panics_on_damaged_files(
        which in 0..30_usize,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut bytes = files()[which].clone();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()).max(1));
        }
        exercise(&bytes);
    }

    #[test]
    fn amounts_are_read_as_they_were_written(amount in 1_i64..1_000_000_000_000, how in 0..6) {
        let dots = cho40::primitives::money::thousands(amount);
        let commas = dots.replace('.', ",");
        let text = match how {
            0 => amount.to_string(),
            1 => dots,
            2 => commas,
            3 => format!("{commas}.00"),
            4 => format!("{dots},00"),
            _ => format!("+{commas} VND"),
        };
        let table = vec![row(&["Ngày", "Ghi có", "Nội dung"]), row(&["24/11/2026", &text, "x"])];
        let rows = statements::open(&csv(&table, ';')).unwrap().read(None).unwrap();
        prop_assert_eq!(rows.rows[0].amount.get(), amount);
    }
}

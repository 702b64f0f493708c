//! Files that are not quite a list of transfers: rows that sum up and have a date, more than one
//! sheet, files that a spreadsheet program has saved again, quotes that nobody doubled.

#![cfg(test)]

use cho40::feeds::UndecodableBecause as Because;
use cho40::feeds::statements::{self, Ask, Mapping, Opened, Rows};
use cho40::primitives::Day;

use crate::statements_support::{Cell, Table, csv, row, serial_day, t, xls, xlsx, xlsx_of};

fn open(bytes: &[u8]) -> Opened {
    statements::open(bytes).unwrap()
}

fn read(bytes: &[u8]) -> Result<Rows, Vec<Ask>> {
    open(bytes).read(None)
}

fn amounts(rows: &Rows) -> Vec<i64> {
    rows.rows.iter().map(|row| row.amount.get()).collect()
}

/// Why rows cannot be read, by their numbers.
fn told(rows: &Rows) -> Vec<(u32, Because)> {
    rows.unreadable.iter().map(|one| (one.number, one.because)).collect()
}

#[test]
fn a_sum_with_a_date_is_no_transfer() {
    // As VietinBank's and Agribank's lists begin and end a period, here with the balance in the
    // column of money in.
    let table = vec![
        row(&["Ngày GD", "Diễn giải", "Phát sinh nợ", "Phát sinh có", "Số dư"]),
        row(&["01/11/2026", "Số dư đầu kỳ / Opening balance", "", "1.500.000", ""]),
        row(&["02/11/2026", "TONG THI CONG chuyen tien ca", "", "45.000", "1.545.000"]),
        row(&["02/11/2026", "so du an cho moi", "", "30.000", "1.575.000"]),
        row(&["03/11/2026", "tong cong", "", "20.000", "1.595.000"]),
        row(&["30/11/2026", "Cộng phát sinh tháng 11", "", "95.000", ""]),
        row(&["30/11/2026", "Số dư cuối ngày 30/11/2026", "", "1.595.000", ""]),
        row(&["30/11/2026", "Lũy kế nợ thuế của khách", "", "10.000", ""]),
    ];
    for bytes in [csv(&table, ';'), xlsx(&table), xls(&table)] {
        let rows = read(&bytes).unwrap();
        assert_eq!(amounts(&rows), [45_000, 30_000]);
        // What a person may have written is neither counted nor lost.
        let sum = Because::LooksLikeASum;
        assert_eq!(told(&rows), [(5, sum), (8, sum)]);
        assert_eq!(rows.unreadable[0].day, Day::parse("2026-11-03"));
    }
    // A reference or a payer makes a transfer of it.
    let table = vec![
        row(&["Ngày GD", "Số bút toán", "Nội dung", "Ghi có", "Người chuyển"]),
        row(&["02/11/2026", "FT26306000001", "tong cong", "45.000", ""]),
        row(&["02/11/2026", "", "so du", "46.000", "LE THI BE"]),
        row(&["02/11/2026", "-", "so du cuoi ky", "47.000", ""]),
    ];
    assert_eq!(amounts(&read(&csv(&table, ';')).unwrap()), [45_000, 46_000]);
}

#[test]
fn a_date_that_is_none_in_any_order_is_its_row_s_mistake() {
    let table = vec![
        row(&["Date", "Reference", "Credit", "Description"]),
        row(&["25/11/2026", "FT1", "45.000", "tien ca"]),
        row(&["45/13/2026", "FT2", "46.000", "tien tom"]),
        row(&["05/11/2026", "FT3", "47.000", "tien cua"]),
    ];
    for bytes in [csv(&table, ';'), xlsx(&table)] {
        let rows = read(&bytes).unwrap();
        assert_eq!(amounts(&rows), [47_000, 45_000]);
        assert_eq!(told(&rows), [(3, Because::NotATime)]);
    }
}

fn headed(account: &str, period: &str, body: &[&[&str]]) -> Table {
    let mut table = vec![
        row(&["NGÂN HÀNG TMCP NGOẠI THƯƠNG VIỆT NAM"]),
        row(&["Số tài khoản:", account]),
        row(&[period]),
        row(&["Ngày giao dịch", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Mô tả"]),
    ];
    table.extend(body.iter().map(|cells| row(cells)));
    table.push(row(&["Tổng số", "", "0", "99"]));
    table
}

const OCTOBER: &str = "Từ ngày 01/10/2026 đến ngày 31/10/2026";
const NOVEMBER: &str = "Từ ngày 01/11/2026 đến ngày 30/11/2026";
const DECEMBER: &str = "Từ ngày 01/12/2026 đến ngày 31/12/2026";

#[test]
fn all_sheets_of_a_statement_are_read() {
    let cover = vec![row(&["SAO KÊ", "từ 01/10/2026", "đến 30/11/2026"])];
    let first = headed("0123456789", OCTOBER, &[&["05/10/2026", "FT1", "", "45,000", "ca"]]);
    let second = headed("0123456789", NOVEMBER, &[&["05/11/2026", "FT2", "", "46,000", "rau"]]);
    let opened = open(&xlsx_of(&[("Bìa", &cover), ("T10", &first), ("T11", &second)]));
    assert_eq!(opened.unread_sheets, [""; 0]);
    assert_eq!(opened.said.accounts, ["0123456789"]);
    assert_eq!(opened.said.period, Day::parse("2026-10-01").zip(Day::parse("2026-11-30")));
    let rows = opened.read(None).unwrap();
    assert_eq!(amounts(&rows), [45_000, 46_000]);
    // Rows are counted through all sheets.
    assert_eq!(rows.rows[1].number, 6 + 5);
    // A month is missing: which days are told, a person says.
    let third = headed("0123456789", DECEMBER, &[]);
    assert_eq!(open(&xlsx_of(&[("T10", &first), ("T12", &third)])).said.period, None);
}

#[test]
fn a_sheet_that_is_not_read_is_named() {
    let body: &[&[&str]] = &[&["05/11/2026", "FT1", "", "45,000", "ca"]];
    let own = headed("0123456789", NOVEMBER, body);
    let others = headed("9999999999", NOVEMBER, body);
    let summary = vec![row(&["Ngày", "Thu", "Chi"]), row(&["05/11/2026", "45,000", "0"])];
    let bare = vec![row(&["05/11/2026", "FT2", "", "46,000", "rau"])];
    let notes = vec![row(&["Ghi chú", "in ngày", "01/12/2026"])];
    let opened = open(&xlsx_of(&[
        ("Tổng hợp", &summary),
        ("Của tôi", &own),
        ("Của chị", &others),
        ("Trang 2", &bare),
        ("Ghi chú", &notes),
    ]));
    assert_eq!(opened.unread_sheets, ["Tổng hợp", "Của chị", "Trang 2"]);
    assert_eq!(opened.said.accounts, ["0123456789"]);
    assert_eq!(amounts(&opened.read(None).unwrap()), [45_000]);
    assert_eq!(open(&xls(&own)).unread_sheets, [""; 0]);
}

/// A BIDV-like list with amounts as a spreadsheet would keep them.
fn list(body: Vec<[Cell; 3]>) -> Table {
    let mut table = vec![row(&["Ngày giao dịch", "Số tiền ghi có", "Số dư", "Nội dung"])];
    for [date, amount, balance] in body {
        table.push(vec![date, amount, balance, t("tien ca")]);
    }
    table
}

fn asks_for_another(table: &Table) {
    for bytes in [xlsx(table), xls(table)] {
        assert_eq!(read(&bytes).unwrap_err(), [Ask::NewExport], "{table:?}");
        // A mapping cannot help.
        let mapping = Mapping { credit: Some(1), ..Mapping::default() };
        assert_eq!(open(&bytes).read(Some(&mapping)).unwrap_err(), [Ask::NewExport]);
    }
}

#[test]
fn amounts_that_a_spreadsheet_changed_are_not_read() {
    let day = || t("25/11/2026");
    // `50.000` became 50, `1.545.000` stayed a text.
    asks_for_another(&list(vec![[day(), Cell::Number(50), t("1.545.000")]]));
    // `1.500` became 1.5.
    asks_for_another(&list(vec![[day(), Cell::Thousandths(1_500), Cell::Empty]]));
    // All of them: nothing is sold for 50 đ.
    let small = |amount| [day(), Cell::Number(amount), Cell::Empty];
    asks_for_another(&list(vec![small(50), small(20), small(500)]));
    let saved_as_text = list(vec![[day(), t("1.5"), t("1.545.000")]]);
    assert_eq!(read(&csv(&saved_as_text, ';')).unwrap_err(), [Ask::NewExport]);
    // What no point could have changed is as the bank wrote it.
    let clear = list(vec![
        [day(), Cell::Number(50_000), t("1,545,000")],
        [day(), Cell::Number(0), t("1,545,000")],
        [day(), Cell::Number(1_000), t("1,546,000")],
    ]);
    for bytes in [xlsx(&clear), xls(&clear)] {
        assert_eq!(amounts(&read(&bytes).unwrap()), [50_000, 1_000]);
    }
    let decimals = list(vec![[day(), t("500.00"), t("1,545,000.00")], [day(), t("0.35"), t("")]]);
    let rows = read(&csv(&decimals, ';')).unwrap();
    assert_eq!((amounts(&rows), told(&rows)), (vec![500], vec![(3, Because::NotAnAmount)]));
}

#[test]
fn dates_that_a_spreadsheet_changed_are_not_read() {
    let amount = || Cell::Number(50_000);
    let serial = |day| Cell::Date(serial_day(day), 0);
    // The 5th of November became the 11th of May, the 25th stayed a text.
    asks_for_another(&list(vec![
        [serial("2026-05-11"), amount(), Cell::Empty],
        [t("25/11/2026"), amount(), Cell::Empty],
    ]));
    // The 1st to the 3rd of November.
    let days = ["2026-01-11", "2026-02-11", "2026-03-11"];
    asks_for_another(&list(
        days.into_iter().map(|day| [serial(day), amount(), Cell::Empty]).collect(),
    ));
    let clear = ["2026-09-11", "2026-10-11", "2026-11-11", "2026-11-12"];
    let clear = clear.into_iter().map(|day| [serial(day), amount(), Cell::Empty]).collect();
    assert_eq!(read(&xlsx(&list(clear))).unwrap().rows.len(), 4);
    // Texts that put the year first agree with any.
    let mixed = list(vec![
        [t("2026-11-05"), amount(), Cell::Empty],
        [Cell::Number(20_261_106), amount(), Cell::Empty],
        [serial("2026-11-07"), amount(), Cell::Empty],
    ]);
    let rows = read(&xlsx(&mixed)).unwrap();
    let days: Vec<_> = rows.rows.iter().map(|row| row.occurred_at.day(0).to_string()).collect();
    assert_eq!(days, ["2026-11-05", "2026-11-06", "2026-11-07"]);
}

#[test]
fn a_rounded_number_is_no_reference() {
    let table = vec![
        row(&["Ngày giao dịch", "Số tham chiếu", "Ghi có", "Tài khoản đối ứng"]),
        vec![t("25/11/2026"), Cell::Number(1_234_567_890_123_456_789), t("45.000"), t("1.9E+13")],
        vec![t("25/11/2026"), t("1.23457E+15"), t("46.000"), t("19001234567890")],
        vec![t("25/11/2026"), Cell::Number(26_306_000_001), t("47.000"), Cell::Empty],
    ];
    for bytes in [xlsx(&table), xls(&table)] {
        let rows = read(&bytes).unwrap().rows;
        let shown = |row: &statements::Row| {
            let account = row.payer.as_ref().and_then(|payer| payer.account.clone());
            (row.reference.clone(), account)
        };
        let shown: Vec<_> = rows.iter().map(shown).collect();
        let (account, number) = ("19001234567890".to_owned(), "26306000001".to_owned());
        assert_eq!(shown, [(None, None), (None, Some(account)), (Some(number), None)]);
    }
}

#[test]
fn quotes_that_nobody_doubled_swallow_no_row() {
    let head = "Ngày,Nội dung,Ghi nợ,Ghi có\n";
    let read = |body: &str| {
        let rows = read(format!("{head}{body}").as_bytes()).unwrap();
        assert_eq!(told(&rows), [], "{body}");
        rows.rows.iter().map(|row| (row.memo.clone(), row.amount.get())).collect::<Vec<_>>()
    };
    let (one, two) = (|memo: &str| (memo.to_owned(), 45_000), ("rau".to_owned(), 46_000));
    // A single quote at the beginning, and one that closes two rows further down.
    let lone = "25/11/2026,\"tien ca,,45000\n25/11/2026,rau,,46000\n";
    assert_eq!(read(lone), [one("\"tien ca"), two.clone()]);
    let far = "25/11/2026,\"tien ca,,45000\n25/11/2026,\"rau\",,46000\n";
    assert_eq!(read(far), [one("\"tien ca"), two.clone()]);
    let between = "25/11/2026,\"tien ca,,45000\n25/11/2026,rau\",,46000\n";
    assert_eq!(read(between), [one("\"tien ca"), ("rau\"".to_owned(), 46_000)]);
    // Quotes within quotes, with the delimiter among them or not.
    let within = "25/11/2026,\"tien \"ca, rau\" chieu\",,45000\n25/11/2026,rau,,46000\n";
    assert_eq!(read(within), [one("tien \"ca, rau\" chieu"), two.clone()]);
    let named = "25/11/2026,\"Quan An\" 5,,\"45,000\"\n25/11/2026,rau,,46000\n";
    assert_eq!(read(named), [one("\"Quan An\" 5"), two.clone()]);
    // As it should be.
    let doubled = "25/11/2026,\"tien \"\"ca\"\", \nrau\" ,,45000\n25/11/2026,rau,,46000";
    assert_eq!(read(doubled), [one("tien \"ca\", rau"), two]);
    // A file that is broken off is not read in part.
    let cut = format!("{head}25/11/2026,rau,,46000\n25/11/2026,\"tien c");
    assert_eq!(statements::open(cut.as_bytes()).unwrap_err().code, "statement-unreadable");
}

#[test]
fn a_memo_does_not_say_when_the_file_was_made() {
    let table = vec![
        row(&["Từ ngày 01/11/2026 đến ngày 23/11/2026"]),
        row(&["Ngày", "Ghi có", "Nội dung"]),
        row(&["05/11/2026", "45.000", "hoa don ngay lap 03/11/2026"]),
    ];
    let mut signed = table.clone();
    signed.push(row(&["", "", "Ngày lập: 24/11/2026"]));
    assert_eq!(open(&csv(&table, ';')).said.printed, None);
    assert_eq!(open(&csv(&signed, ';')).said.printed, Day::parse("2026-11-24"));
}

#[test]
fn shapes_tell_no_sums() {
    let cells = ["25/11/2026 08:15:30", "12.345.678,00", "+1,234,567", "45000000", "FT26306000001"];
    let table = vec![row(&["A", "B", "C", "D", "E"]), row(&cells)];
    let shapes = open(&csv(&table, ';')).shapes();
    assert_eq!(shapes, ["99/99/9999 99:99:99", "9.999,99", "+9,999", "9", "aa9"]);
}

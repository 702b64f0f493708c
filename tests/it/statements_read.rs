//! Statement files of the usual banks, in every format, are read to the same transfers; what a
//! file does not say is asked.

#![cfg(test)]

use cho40::feeds::statements::{
    self, AmountFormat, Ask, DateOrder, Mapping, Rows, is_same_account,
};
use cho40::feeds::{Direction, Precision};
use cho40::primitives::Day;

use crate::statements_layouts::{self as layouts, ACCOUNT, Layout, TOLD};
use crate::statements_support::{Cell, Table, csv, row, serial_day, t, xls, xlsx};

/// The file in each of its shapes.
fn shapes(table: &Table) -> Vec<(&'static str, Vec<u8>)> {
    let text = String::from_utf8(csv(table, ';')).unwrap();
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("comma", csv(table, ',')),
        ("semicolon", csv(table, ';')),
        ("tab", csv(table, '\t')),
        ("mark", ["\u{feff}".as_bytes(), &csv(table, ',')].concat()),
        ("utf-16", [&[0xFF, 0xFE], utf_16.as_slice()].concat()),
        ("utf-16 without mark", utf_16),
        ("xlsx", xlsx(table)),
        ("xls", xls(table)),
    ]
}

fn read(bytes: &[u8]) -> Result<Rows, Vec<Ask>> {
    statements::open(bytes).unwrap().read(None)
}

fn check(layout: &Layout, shape: &str, bytes: &[u8]) {
    let name = format!("{} {shape}", layout.name);
    let opened = statements::open(bytes).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
    let rows = opened.read(None).unwrap_or_else(|asks| panic!("{name} asks {asks:?}"));
    assert_eq!(rows.unreadable, [], "{name}");
    assert_eq!(rows.rows.len(), TOLD.len(), "{name}: {rows:#?}");
    assert_eq!(rows.failed, usize::from(layout.name == "momo"), "{name}");
    for (row, told) in rows.rows.iter().zip(&TOLD) {
        let name = format!("{name} row {}", row.number);
        assert_eq!((row.direction, row.amount.get()), (told.direction, told.amount), "{name}");
        assert_eq!(row.occurred_at.day(0), Day::parse(told.day).unwrap(), "{name}");
        assert_eq!(row.precision != Precision::Day, layout.has_time, "{name}");
        if layout.has_time {
            let seconds = match row.precision {
                Precision::Minute => told.time / 60 * 60,
                _ => told.time,
            };
            let midnight = row.occurred_at.day(0).start(0).0;
            assert_eq!(row.occurred_at.0, midnight + seconds * 1_000, "{name}");
        }
        assert_eq!(row.memo, told.memo, "{name}");
        let reference = row.reference.as_deref().map(|text| text.trim_end_matches("\\BNK"));
        assert_eq!(reference, layout.has_reference.then_some(told.reference), "{name}");
        let balance = row.balance.map(cho40::primitives::Vnd::get);
        assert_eq!(balance, layout.has_balance.then_some(told.balance), "{name}");
        let payer = row.payer.as_ref().and_then(|payer| payer.name.as_deref());
        assert_eq!(payer, layout.has_payer.then_some(told.payer), "{name}");
    }
    let is_own = |said: &String| is_same_account(said, ACCOUNT);
    assert_eq!(opened.said.accounts.iter().any(is_own), layout.says_account, "{name}");
    let november = (Day::parse("2026-11-01").unwrap(), Day::parse("2026-11-30").unwrap());
    assert_eq!(opened.said.period, layout.period.then_some(november), "{name}");
    let printed = ["vietinbank", "mb"].contains(&layout.name);
    assert_eq!(opened.said.printed, printed.then(|| Day::parse("2026-12-01").unwrap()), "{name}");
}

#[test]
fn the_usual_banks_are_read_in_every_format() {
    for layout in layouts::all() {
        for (shape, bytes) in shapes(&layout.table) {
            check(&layout, shape, &bytes);
        }
    }
}

#[test]
fn a_layout_has_one_name_in_every_format_and_each_its_own() {
    let mut names = Vec::new();
    for layout in layouts::all() {
        let of_layout: Vec<_> = shapes(&layout.table)
            .iter()
            .map(|(_, bytes)| statements::open(bytes).unwrap().layout())
            .collect();
        assert!(
            of_layout.iter().all(|name| *name == of_layout[0]),
            "{}: {of_layout:?}",
            layout.name
        );
        assert!(!names.contains(&of_layout[0]), "{}", layout.name);
        names.push(of_layout[0].clone());
    }
}

#[test]
fn windows_1258_is_read() {
    // `Ngày`, `Số tiền`, `Nội dung` as that code page writes them, tone marks behind the letters.
    let mut bytes = b"Ng\xE0y;S\xF4\xEC ti\xEA\xCCn;N\xF4\xF2i dung\n".to_vec();
    bytes.extend(b"24/11/2026;+45.000;ti\xEA\xCCn c\xE1\n");
    let rows = read(&bytes).unwrap();
    assert_eq!(rows.rows[0].amount.get(), 45_000);
    assert_eq!(rows.rows[0].memo, "tiền cá");
}

/// One row of a date and an amount under these headings.
fn file(headings: &[&str], body: &[&[&str]]) -> Vec<u8> {
    let mut table = vec![row(headings)];
    table.extend(body.iter().map(|cells| row(cells)));
    csv(&table, '\t')
}

fn credits(amounts: &[&str]) -> Result<Vec<i64>, Vec<Ask>> {
    let body: Vec<[&str; 3]> = amounts.iter().map(|amount| ["24/11/2026", *amount, "x"]).collect();
    let body: Vec<&[&str]> = body.iter().map(<[&str; 3]>::as_slice).collect();
    let rows = read(&file(&["Ngày", "Ghi có", "Nội dung"], &body))?;
    assert_eq!(rows.rows.len() + rows.unreadable.len(), amounts.len());
    Ok(rows.rows.iter().map(|row| row.amount.get()).collect())
}

#[test]
fn points_are_thousands_or_decimals_by_the_whole_column() {
    assert_eq!(credits(&["1.234", "50.000"]).unwrap(), [1_234, 50_000]);
    assert_eq!(credits(&["1,234", "50,000"]).unwrap(), [1_234, 50_000]);
    assert_eq!(credits(&["1.234.567", "1.234"]).unwrap(), [1_234_567, 1_234]);
    assert_eq!(credits(&["1,234,567.00", "500.00"]).unwrap(), [1_234_567, 500]);
    assert_eq!(credits(&["1.234.567,00", "500,00"]).unwrap(), [1_234_567, 500]);
    assert_eq!(credits(&["50000.000", "500.000"]).unwrap(), [50_000, 500]);
    assert_eq!(credits(&["50000", "1000"]).unwrap(), [50_000, 1_000]);
    assert_eq!(credits(&["45.000đ", "45.000 VND", "+ 45.000"]).unwrap(), [45_000; 3]);
    assert_eq!(credits(&["1 234 567", "\u{a0}50 000"]).unwrap(), [1_234_567, 50_000]);
    // Both ways in one column: nobody knows what 1.234 is.
    assert_eq!(credits(&["1.234", "1,234"]), Err(vec![Ask::AmountFormat]));
    assert_eq!(credits(&["1.234.567", "1,234,567"]), Err(vec![Ask::AmountFormat]));
}

#[test]
fn what_is_no_amount_is_told_and_never_rounded() {
    for amount in
        ["45000.5", "45.00.0", "4 5 0 x", "1e6", "(45.000)", "-45.000", "1234567890123456789"]
    {
        let rows = read(&file(&["Ngày", "Ghi có", "Nội dung"], &[&["24/11/2026", amount, "x"]]));
        let rows = rows.unwrap();
        assert!(rows.rows.is_empty(), "{amount}: {:?}", rows.rows);
        assert_eq!(
            (rows.unreadable[0].number, rows.unreadable[0].field),
            (2, "amount"),
            "{amount}"
        );
    }
    let signed = read(&file(
        &["Ngày", "Số tiền", "Nội dung"],
        &[
            &["24/11/2026", "(45.000)", "x"],
            &["24/11/2026", "45.000-", "x"],
            &["24/11/2026", "45.000", "x"],
        ],
    ));
    let signed: Vec<_> = signed.unwrap().rows.iter().map(|row| row.direction).collect();
    assert_eq!(signed, [Direction::Out, Direction::Out, Direction::In]);
}

#[test]
fn numbers_of_a_spreadsheet_are_exact_or_refused() {
    let amounts = [45_000.0, 45_000.5, 999_999_999_999_999.0, 1e15, 9_007_199_254_740_993.0, 1e300];
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in (0..).zip(["Ngày", "Ghi có", "Nội dung"]) {
        sheet.write_string(0, column, heading).unwrap();
    }
    for (row, amount) in (1..).zip(amounts) {
        sheet.write_string(row, 0, "24/11/2026").unwrap();
        sheet.write_number(row, 1, amount).unwrap();
        sheet.write_string(row, 2, "x").unwrap();
    }
    let rows = read(&book.save_to_buffer().unwrap()).unwrap();
    let amounts: Vec<_> = rows.rows.iter().map(|row| row.amount.get()).collect();
    assert_eq!(amounts, [45_000, 999_999_999_999_999]);
    let told: Vec<_> = rows.unreadable.iter().map(|one| (one.number, one.field)).collect();
    assert_eq!(told, [(3, "amount"), (5, "amount"), (6, "amount"), (7, "amount")]);
}

fn days(heading: &str, dates: &[&str]) -> Result<Vec<String>, Vec<Ask>> {
    let body: Vec<[&str; 3]> = dates.iter().map(|date| [*date, "45.000", "x"]).collect();
    let body: Vec<&[&str]> = body.iter().map(<[&str; 3]>::as_slice).collect();
    let mut rows = read(&file(&[heading, "Credit", "Description"], &body))?.rows;
    rows.sort_by_key(|row| row.number);
    Ok(rows.iter().map(|row| row.occurred_at.to_string()).collect())
}

#[test]
fn the_month_is_found_by_the_whole_column_or_asked() {
    let november = "2026-11-05T00:00:00+07:00";
    assert_eq!(days("Ngày", &["05/11/2026"]).unwrap(), [november]);
    assert_eq!(days("Date", &["05/11/2026", "25/11/2026"]).unwrap()[0], november);
    assert_eq!(days("Date", &["11/05/2026", "11/25/2026"]).unwrap()[0], november);
    assert_eq!(
        days("Date", &["2026-11-05", "20261105", "5-Nov-2026", "05 Nov 2026"]).unwrap(),
        [november; 4]
    );
    assert_eq!(days("Date", &["05/11/2026"]), Err(vec![Ask::DateOrder]));
    assert_eq!(days("Ngày", &["05.11.26"]).unwrap(), [november]);
}

#[test]
fn times_are_read_as_exactly_as_they_stand() {
    let times = [
        "25/11/2026 10:20:30",
        "25/11/2026 10:20",
        "10:20:30 25/11/2026",
        "2026-11-25T10:20:30+07:00",
    ];
    let read = days("Ngày", &times).unwrap();
    assert!(read.iter().all(|at| at.starts_with("2026-11-25T10:20")), "{read:?}");
    assert_eq!(days("Ngày", &["25/11/2026 01:20:30 PM"]).unwrap(), ["2026-11-25T13:20:30+07:00"]);
    assert_eq!(days("Ngày", &["25/11/2026 12:20:30 SA"]).unwrap(), ["2026-11-25T00:20:30+07:00"]);
    // Midnight in every row is no time.
    let rows = read_rows(&["25/11/2026 00:00:00", "24/11/2026 00:00:00"]);
    assert!(rows.rows.iter().all(|row| row.precision == Precision::Day));
}

fn read_rows(dates: &[&str]) -> Rows {
    let body: Vec<[&str; 3]> = dates.iter().map(|date| [*date, "45.000", "x"]).collect();
    let body: Vec<&[&str]> = body.iter().map(<[&str; 3]>::as_slice).collect();
    read(&file(&["Ngày", "Ghi có", "Nội dung"], &body)).unwrap()
}

#[test]
fn dates_that_are_none_are_told_with_their_rows() {
    let rows = read_rows(&["24/11/2026", "31/02/2026", "hôm qua", "24/11/1970", "", "24/11/2026"]);
    let told: Vec<_> = rows.unreadable.iter().map(|one| (one.number, one.field)).collect();
    assert_eq!(told, [(3, "date"), (4, "date"), (5, "date"), (6, "date")]);
    assert_eq!(rows.rows.len(), 2);
}

#[test]
fn serial_numbers_are_dates() {
    let table = vec![
        row(&["Ngày", "Ghi có", "Nội dung"]),
        vec![Cell::Date(serial_day("2026-11-25"), 37_230), Cell::Number(45_000), t("x")],
        vec![Cell::Number(serial_day("2026-11-24")), Cell::Number(45_000), t("x")],
    ];
    for bytes in [xlsx(&table), xls(&table)] {
        let rows = read(&bytes).unwrap().rows;
        let read: Vec<_> = rows.iter().map(|row| row.occurred_at.to_string()).collect();
        assert_eq!(read, ["2026-11-24T00:00:00+07:00", "2026-11-25T10:20:30+07:00"]);
    }
}

#[test]
fn one_column_of_amounts_without_a_sign_is_asked_for() {
    let bytes = file(&["Ngày", "Số tiền", "Nội dung"], &[&["24/11/2026", "45.000", "x"]]);
    assert_eq!(read(&bytes), Err(vec![Ask::Direction]));
    let mapping = Mapping { all_money_in: true, ..Mapping::default() };
    let rows = statements::open(&bytes).unwrap().read(Some(&mapping)).unwrap();
    assert_eq!(rows.rows[0].direction, Direction::In);
}

#[test]
fn a_mapping_reads_what_is_not_recognised() {
    let bytes = file(
        &["Cột A", "Cột B", "Cột C", "Cột D"],
        &[&["11/05/2026", "1.234", "tiền rau", "9"], &["11/06/2026", "2.000", "tiền cá", "9"]],
    );
    let opened = statements::open(&bytes).unwrap();
    assert_eq!(opened.read(None), Err(vec![Ask::Columns]));
    assert_eq!(opened.headings(), ["Cột A", "Cột B", "Cột C", "Cột D"]);
    assert_eq!(opened.shapes(), ["99/99/9999", "9.999", "aaaa aaa", "9"]);
    let mut mapping =
        Mapping { date: Some(0), credit: Some(1), memo: Some(2), ..Mapping::default() };
    assert_eq!(opened.read(Some(&mapping)), Err(vec![Ask::DateOrder]));
    mapping.date_order = Some(DateOrder::MonthDayYear);
    mapping.amount_format = Some(AmountFormat::Dots);
    let rows = opened.read(Some(&mapping)).unwrap().rows;
    assert_eq!(rows[0].occurred_at.day(0), Day::parse("2026-11-05").unwrap());
    assert_eq!((rows[0].amount.get(), rows[0].memo.as_str()), (1_234, "tiền rau"));
    assert!(mapping.check(4).is_ok());
    let refusal = Mapping { balance: Some(4), ..mapping }.check(4).unwrap_err();
    assert_eq!(
        (refusal.code, refusal.field.as_deref()),
        ("statement-column-unknown", Some("balance"))
    );
}

#[test]
fn hidden_digits_of_an_account_are_compared() {
    assert!(is_same_account("012***789", "0123456789"));
    assert!(!is_same_account("012***788", "0123456789"));
    assert!(is_same_account("0123456789", "0123456789"));
    assert!(!is_same_account("0123456788", "0123456789"));
}

#[test]
fn a_foreign_currency_is_seen() {
    let table = vec![
        row(&["Loại tiền:", "USD"]),
        row(&["Ngày", "Ghi có", "Nội dung"]),
        row(&["24/11/2026", "45.000", "x"]),
    ];
    let opened = statements::open(&csv(&table, ',')).unwrap();
    assert_eq!(opened.said.foreign_currency.as_deref(), Some("USD"));
}

/// Direction and amount of each row of a file.
fn moved(bytes: &[u8]) -> Result<Vec<(Direction, i64)>, Vec<Ask>> {
    let rows = read(bytes)?;
    assert_eq!(rows.unreadable, []);
    Ok(rows.rows.iter().map(|row| (row.direction, row.amount.get())).collect())
}

#[test]
fn a_side_is_a_side_however_its_column_is_called() {
    let told = [(Direction::Out, 200_000), (Direction::In, 45_000)];
    let body: &[&[&str]] = &[&["25/11/2026", "200.000", ""], &["25/11/2026", "", "45.000"]];
    for (debit, credit) in [
        ("Amount (Debit)", "Amount (Credit)"),
        ("Số tiền giao dịch Nợ", "Số tiền giao dịch Có"),
        ("So tien giao dich no", "So tien giao dich co"),
        ("Phát sinh giảm", "Phát sinh tăng"),
        ("Transaction amount - withdrawal", "Transaction amount - deposit"),
    ] {
        let file = file(&["Ngày giao dịch", debit, credit], body);
        assert_eq!(moved(&file), Ok(told.to_vec()), "{debit}");
    }
    // One heading over both, as banks merge it.
    let rows: [&[&str]; 4] = [
        &["Ngày", "Phát sinh trong kỳ", "", "Số dư"],
        &["", "Nợ", "Có", ""],
        &["25/11/2026", "200.000", "", "1.000.000"],
        &["25/11/2026", "", "45.000", "1.045.000"],
    ];
    let text: Vec<String> = rows.iter().map(|cells| cells.join(";")).collect();
    assert_eq!(moved(text.join("\n").as_bytes()), Ok(told.to_vec()));
}

#[test]
fn columns_that_may_mean_either_are_asked_for() {
    let body: &[&[&str]] = &[&["25/11/2026", "200.000", "45.000"]];
    for headings in [["Số tiền", "Ghi có"], ["Số tiền", "Số tiền"], ["Ghi nợ", "Amount"]]
    {
        let bytes = file(&["Ngày giao dịch", headings[0], headings[1]], body);
        assert_eq!(moved(&bytes), Err(vec![Ask::Columns]), "{headings:?}");
    }
    let bytes = file(&["Ngày giao dịch", "Số tiền", "Ghi có"], body);
    let mapping = Mapping { credit: Some(2), ..Mapping::default() };
    let rows = statements::open(&bytes).unwrap().read(Some(&mapping)).unwrap();
    assert_eq!((rows.rows[0].direction, rows.rows[0].amount.get()), (Direction::In, 45_000));
}

#[test]
fn an_account_is_no_amount() {
    let headings = ["Ngày giao dịch", "Tài khoản ghi có", "Số tiền"];
    let body: &[&[&str]] = &[&["25/11/2026", "0123456789", "+45.000"]];
    assert_eq!(moved(&file(&headings, body)), Ok(vec![(Direction::In, 45_000)]));
    let rows = read(&file(&["Ngày", "Ghi có", "Nội dung"], &[&["25/11/2026", "0123456789", "x"]]))
        .unwrap();
    assert_eq!((rows.rows.len(), rows.unreadable[0].field), (0, "amount"));
}

#[test]
fn a_comma_too_many_is_seen() {
    let rows =
        read(b"Ng\xc3\xa0y,Ghi c\xc3\xb3,S\xe1\xbb\x91 d\xc6\xb0\n25/11/2026,45,000,1\n").unwrap();
    let unreadable = (rows.rows.len(), rows.unreadable[0].because);
    assert_eq!(unreadable, (0, cho40::feeds::UndecodableBecause::TooManyFields));
}

#[test]
fn what_was_said_of_an_earlier_file_is_asked_again_where_this_one_shows_otherwise() {
    let dots = Mapping { amount_format: Some(AmountFormat::Dots), ..Mapping::default() };
    let american = Mapping { date_order: Some(DateOrder::MonthDayYear), ..Mapping::default() };
    let read = |mapping: &Mapping, date: &str, amount: &str| {
        let bytes = file(&["Date", "Credit", "Remark"], &[&[date, amount, "x"]]);
        let rows = statements::open(&bytes).unwrap().read(Some(mapping))?;
        Ok(rows.rows.iter().map(|row| row.amount.get()).collect())
    };
    assert_eq!(read(&dots, "25/11/2026", "50,000"), Err(vec![Ask::AmountFormat]));
    assert_eq!(read(&dots, "25/11/2026", "50.000"), Ok(vec![50_000]));
    assert_eq!(read(&dots, "25/11/2026", "50.000,00"), Ok(vec![50_000]));
    // Of a file that writes both ways, only what is meant so is read so.
    let rows: [&[&str]; 2] = [&["25/11/2026", "45.000", "x"], &["25/11/2026", "45,000", "x"]];
    let bytes = file(&["Date", "Credit", "Remark"], &rows);
    let both = statements::open(&bytes).unwrap().read(Some(&dots)).unwrap();
    assert_eq!((both.rows[0].amount.get(), both.rows.len()), (45_000, 1));
    assert_eq!(both.unreadable[0].because, cho40::feeds::UndecodableBecause::NotAnAmount);
    assert_eq!(read(&american, "25/11/2026", "50.000"), Err(vec![Ask::DateOrder]));
    assert_eq!(read(&american, "11/05/2026", "50.000"), Ok(vec![50_000]));
}

#[test]
fn the_longest_words_tell_the_direction() {
    for (kind, direction) in [
        ("Nạp tiền", Direction::In),
        ("Nạp tiền điện thoại", Direction::Out),
        ("Thu phí", Direction::Out),
        ("Chuyển tiền", Direction::Out),
        ("Chuyển tiền đến", Direction::In),
    ] {
        let headings = ["Ngày giao dịch", "Loại giao dịch", "Số tiền"];
        let bytes = file(&headings, &[&["25/11/2026", kind, "45.000"]]);
        assert_eq!(moved(&bytes), Ok(vec![(direction, 45_000)]), "{kind}");
    }
}

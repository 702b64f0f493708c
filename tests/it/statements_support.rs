#![cfg(test)]
//! Statement files, made by the tests themselves in each format. The old Excel format is written by
//! a small writer below (MS-CFB, MS-XLS), since no library here writes it.

use rust_xlsxwriter::{Format, Workbook};

/// A cell of a statement.
#[derive(Clone, Debug)]
pub enum Cell {
    Empty,
    Text(String),
    Number(i64),
    /// A number of a spreadsheet that is no integer, in thousandths.
    Thousandths(i64),
    /// Days since 1900 and seconds of the day; a date of a spreadsheet.
    Date(i64, i64),
}

/// The binary number nearest to decimal digits.
fn binary(digits: impl std::fmt::Display) -> f64 {
    digits.to_string().parse().unwrap()
}

pub fn t(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

pub fn row(cells: &[&str]) -> Vec<Cell> {
    cells.iter().map(|text| t(text)).collect()
}

pub type Table = Vec<Vec<Cell>>;

impl Cell {
    fn serial(days: i64, seconds: i64) -> f64 {
        // By its digits: a spreadsheet keeps the nearest number in binary too.
        binary(format!("{days}.{:010}", seconds * 10_000_000_000 / 86_400))
    }

    /// As a spreadsheet would show it.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Thousandths(number) => format!("{}.{:03}", number / 1_000, number % 1_000),
            Self::Date(days, seconds) => {
                let day = cho40::primitives::Day((days - 25_569) as i32).to_string();
                let (hour, minute) = (seconds / 3_600, seconds / 60 % 60);
                format!("{day} {hour:02}:{minute:02}:{:02}", seconds % 60)
            }
        }
    }
}

pub fn csv(table: &Table, delimiter: char) -> Vec<u8> {
    let cell = |cell: &Cell| {
        let text = cell.shown();
        let needs = text.contains([delimiter, '"', '\n']);
        if needs { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let line =
        |row: &Vec<Cell>| row.iter().map(cell).collect::<Vec<_>>().join(&delimiter.to_string());
    table.iter().map(line).collect::<Vec<_>>().join("\r\n").into_bytes()
}

pub fn xlsx(table: &Table) -> Vec<u8> {
    xlsx_of(&[("SaoKe", table)])
}

/// A workbook of several sheets.
pub fn xlsx_of(sheets: &[(&str, &Table)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let dates = Format::new().set_num_format("dd/mm/yyyy hh:mm:ss");
    for (name, table) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (r, row) in (0..).zip(*table) {
            for (c, cell) in (0..).zip(row) {
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => {
                        sheet.write_string(r, c, text).unwrap();
                    }
                    Cell::Number(number) => {
                        sheet.write_number(r, c, binary(number)).unwrap();
                    }
                    Cell::Thousandths(number) => {
                        let digits = format!("{}.{:03}", number / 1_000, number % 1_000);
                        sheet.write_number(r, c, binary(digits)).unwrap();
                    }
                    Cell::Date(days, seconds) => {
                        let serial = Cell::serial(*days, *seconds);
                        sheet.write_number_with_format(r, c, serial, &dates).unwrap();
                    }
                }
            }
        }
    }
    book.save_to_buffer().unwrap()
}

pub fn xls(table: &Table) -> Vec<u8> {
    compound(&workbook(table))
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend((data.len() as u16).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn begin(kind: u16) -> Vec<u8> {
    let mut data = 0x0600_u16.to_le_bytes().to_vec();
    data.extend(kind.to_le_bytes());
    data.extend([0; 12]);
    record(0x0809, &data)
}

/// The workbook stream: a font-less book with one sheet (MS-XLS 2.1.7.20).
fn workbook(table: &Table) -> Vec<u8> {
    let mut cells = begin(0x0010);
    let columns = table.iter().map(Vec::len).max().unwrap_or(0) as u16;
    let mut dimensions = 0_u32.to_le_bytes().to_vec();
    dimensions.extend((table.len() as u32).to_le_bytes());
    dimensions.extend([0, 0]);
    dimensions.extend(columns.to_le_bytes());
    dimensions.extend([0, 0]);
    cells.extend(record(0x0200, &dimensions));
    for (r, row) in (0_u16..).zip(table) {
        for (c, cell) in (0_u16..).zip(row) {
            let mut data = [r.to_le_bytes(), c.to_le_bytes()].concat();
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => {
                    let units: Vec<u16> = text.encode_utf16().collect();
                    data.extend(0_u16.to_le_bytes());
                    data.extend((units.len() as u16).to_le_bytes());
                    data.push(1);
                    data.extend(units.into_iter().flat_map(u16::to_le_bytes));
                    cells.extend(record(0x0204, &data));
                }
                // Small integers are RK numbers, as Excel writes them.
                Cell::Number(number) if number.abs() < 1 << 29 => {
                    data.extend(0_u16.to_le_bytes());
                    data.extend(((*number as i32) << 2 | 2).to_le_bytes());
                    cells.extend(record(0x027E, &data));
                }
                Cell::Number(number) => {
                    data.extend(0_u16.to_le_bytes());
                    data.extend(binary(number).to_le_bytes());
                    cells.extend(record(0x0203, &data));
                }
                Cell::Thousandths(number) => {
                    let digits = format!("{}.{:03}", number / 1_000, number % 1_000);
                    data.extend(0_u16.to_le_bytes());
                    data.extend(binary(digits).to_le_bytes());
                    cells.extend(record(0x0203, &data));
                }
                Cell::Date(days, seconds) => {
                    data.extend(1_u16.to_le_bytes());
                    data.extend(Cell::serial(*days, *seconds).to_le_bytes());
                    cells.extend(record(0x0203, &data));
                }
            }
        }
    }
    cells.extend(record(0x000A, &[]));
    let mut book = begin(0x0005);
    book.extend(record(0x0042, &1_200_u16.to_le_bytes()));
    // Formats of cells: general, and a date with a time (22).
    for format in [0_u16, 22] {
        let mut xf = [0; 20];
        xf[2..4].copy_from_slice(&format.to_le_bytes());
        book.extend(record(0x00E0, &xf));
    }
    let name = b"SaoKe";
    let place = book.len() + 4 + 8 + name.len() + 4;
    let mut sheet = (place as u32).to_le_bytes().to_vec();
    sheet.extend([0, 0, name.len() as u8, 0]);
    sheet.extend(name);
    book.extend(record(0x0085, &sheet));
    book.extend(record(0x000A, &[]));
    book.extend(cells);
    book
}

const SECTOR: usize = 512;
const END: u32 = 0xFFFF_FFFE;

/// A compound file with one stream, `Workbook` (MS-CFB).
pub fn compound(stream: &[u8]) -> Vec<u8> {
    // Shorter ones would lie in small sectors.
    let length = stream.len().max(4_096);
    let data = length.div_ceil(SECTOR);
    let directory = data as u32;
    let mut tables = 1;
    while tables * 128 < data + 1 + tables {
        tables += 1;
    }
    let mut header = vec![0; SECTOR];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    put(44, &(tables as u32).to_le_bytes());
    put(48, &directory.to_le_bytes());
    put(56, &4_096_u32.to_le_bytes());
    put(60, &END.to_le_bytes());
    put(68, &END.to_le_bytes());
    for place in 0..109 {
        let id = if place < tables { directory + 1 + place as u32 } else { u32::MAX };
        put(76 + place * 4, &id.to_le_bytes());
    }
    let mut file = header;
    file.extend(stream);
    file.resize(SECTOR + data * SECTOR, 0);
    let mut entries = vec![0; SECTOR];
    let mut entry = |at: usize, name: &str, kind: u8, start: u32, length: u32| {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entries[at..at + units.len()].copy_from_slice(&units);
        entries[at + 64..at + 66].copy_from_slice(&(units.len() as u16 + 2).to_le_bytes());
        entries[at + 66] = kind;
        entries[at + 116..at + 120].copy_from_slice(&start.to_le_bytes());
        entries[at + 120..at + 124].copy_from_slice(&length.to_le_bytes());
    };
    entry(0, "Root Entry", 5, END, 0);
    entry(128, "Workbook", 2, 0, length as u32);
    file.extend(entries);
    let mut next: Vec<u32> = (1..=data as u32).collect();
    *next.last_mut().unwrap() = END;
    next.push(END);
    next.resize(data + 1 + tables, 0xFFFF_FFFD);
    next.resize(tables * 128, u32::MAX);
    file.extend(next.into_iter().flat_map(u32::to_le_bytes));
    file
}

/// Days since 1900 of a date written `2026-11-24`.
pub fn serial_day(text: &str) -> i64 {
    i64::from(cho40::primitives::Day::parse(text).unwrap().0) + 25_569
}

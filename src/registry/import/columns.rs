//! Which column holds what, by its heading: in any order, in Vietnamese or English, without regard
//! to case, diacritics and what is no letter.

use super::sheet::RISKY;
use crate::feeds::statements::{PlainCell, PlainRow};
use crate::primitives::{Refusal, fold};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Section,
    Stall,
    Goods,
    Size,
    Wholesale,
    Position,
    Vendor,
    Phone,
    Khom,
    From,
    Bank,
    Number,
    Holder,
    Kind,
    Use,
    Relation,
}

/// Each field with its heading in Vietnamese and in English, and other words for it.
pub const HEADINGS: [(Field, &str, &str, &[&str]); 16] = [
    (Field::Section, "Khu", "Section", &["khuvuc", "tenkhu"]),
    (Field::Stall, "Số sạp", "Stall", &["sap", "masap", "stallnumber", "stallcode", "sosapcho"]),
    (Field::Goods, "Hàng bán", "Goods", &["hang", "mathang", "nganhhang", "hanghoa"]),
    (Field::Size, "Cỡ sạp", "Size", &["co"]),
    (Field::Wholesale, "Bán sỉ", "Wholesale", &["si", "buonsi"]),
    (Field::Position, "Thứ tự trong khu", "Position", &["thutu", "vitri"]),
    (
        Field::Vendor,
        "Tiểu thương",
        "Vendor",
        &["hoten", "nguoiban", "ten", "tentieuthuong", "name"],
    ),
    (Field::Phone, "Điện thoại", "Phone", &["sodienthoai", "sdt", "dt", "mobile"]),
    (Field::Khom, "Khóm", "Neighbourhood", &["ap", "khomap", "noio", "diachi"]),
    (Field::From, "Từ ngày", "From", &["ngaybatdau", "batdau", "fromday"]),
    (Field::Bank, "Ngân hàng", "Bank", &["bin", "nh"]),
    (Field::Number, "Số tài khoản", "Account number", &["stk", "taikhoan", "account"]),
    (Field::Holder, "Chủ tài khoản", "Account holder", &["holder", "tentaikhoan", "chutk"]),
    (Field::Kind, "Loại tài khoản", "Account kind", &["loaitk", "kind"]),
    (Field::Use, "Tiền vào tài khoản", "Account use", &["use", "tienvao"]),
    (Field::Relation, "Chủ tài khoản là", "Relation", &["quanhe"]),
];

impl Field {
    /// Its heading in Vietnamese.
    #[must_use]
    pub fn heading(self) -> &'static str {
        HEADINGS.iter().find(|(field, ..)| *field == self).map_or("", |(_, heading, ..)| heading)
    }

    fn of(heading: &str) -> Option<Self> {
        let wanted = letters(heading);
        let is_it = |(_, vi, en, others): &&(Self, &str, &str, &[&str])| {
            letters(vi) == wanted || letters(en) == wanted || others.contains(&wanted.as_str())
        };
        HEADINGS.iter().find(is_it).map(|(field, ..)| *field)
    }
}

/// Small letters and digits without diacritics, and nothing else.
pub fn letters(text: &str) -> String {
    let plain = fold::without_diacritics(text).to_lowercase();
    plain.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The rows below the headings.
pub struct Table<'f> {
    pub rows: Vec<Line<'f>>,
    pub ignored: Vec<String>,
}

/// A row with its columns' meaning.
pub struct Line<'f> {
    pub number: u32,
    cells: Vec<(Field, &'f PlainCell)>,
}

impl<'f> Table<'f> {
    /// The headings are the first row in which the stall's column is named with another one.
    ///
    /// # Errors
    /// On `file`: `import-no-headings`, `import-heading-twice`.
    pub fn of(file: &'f [PlainRow]) -> Result<Self, Refusal> {
        let named = |row: &PlainRow| {
            let fields: Vec<_> =
                row.cells.iter().filter_map(|cell| Field::of(&cell.text)).collect();
            fields.len() > 1 && fields.contains(&Field::Stall)
        };
        let place = file.iter().take(30).position(named);
        let no_headings = || Refusal::invalid("file", "import-no-headings");
        let place = place.ok_or_else(no_headings)?;
        let headings = file.get(place).ok_or_else(no_headings)?;
        let (mut columns, mut ignored) = (Vec::new(), Vec::new());
        for cell in &headings.cells {
            match Field::of(&cell.text) {
                Some(field) if columns.iter().any(|(known, _)| *known == field) => {
                    let refusal = Refusal::invalid("file", "import-heading-twice");
                    return Err(refusal.with("heading", field.heading()));
                }
                Some(field) => columns.push((field, cell.column)),
                None => ignored.push(cell.text.clone()),
            }
        }
        let rows = file.iter().skip(place + 1).map(|row| Line {
            number: row.number,
            cells: columns
                .iter()
                .filter_map(|(field, column)| {
                    let cell = row.cells.iter().find(|cell| cell.column == *column)?;
                    Some((*field, cell))
                })
                .collect(),
        });
        // A row with nothing under our headings is none: a remark, a sum.
        Ok(Self { rows: rows.filter(|row| !row.cells.is_empty()).collect(), ignored })
    }
}

impl Line<'_> {
    pub fn cell(&self, field: Field) -> Option<&PlainCell> {
        self.cells.iter().find(|(known, _)| *known == field).map(|(_, cell)| *cell)
    }

    /// Without the apostrophe that an export puts before what looks like a formula.
    pub fn text(&self, field: Field) -> Option<&str> {
        let text = self.cell(field)?.text.as_str();
        let bare = text.strip_prefix('\'').filter(|bare| bare.starts_with(RISKY));
        Some(bare.unwrap_or(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_is_found_again_and_means_one_thing() {
        for (field, vi, en, others) in HEADINGS {
            for heading in [vi, en].iter().chain(others) {
                assert_eq!(Field::of(heading), Some(field), "{heading}");
                assert_eq!(Field::of(&heading.to_uppercase()), Some(field), "{heading}");
            }
        }
        assert_eq!(Field::of("so sap:"), Some(Field::Stall));
        assert_eq!(Field::of("Ghi chú"), None);
    }
}

//! A report as an Excel file: one sheet a table, numbers as numbers.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::Laid;
use super::sheets::{Sheet, SheetCell};
use crate::adoption::interval;
use crate::db::{Fault, Outcome};
use crate::primitives::time::MS_PER_SECOND;

/// Excel's number of A4.
const A4: u8 = 9;
/// Of the first column, and of the others.
const WIDTHS: [u32; 2] = [260, 130];
/// Whole thousandths as per cent: the cell holds 0.667, and shows 66,7 %.
const PERCENT: &str = "0.0%";

/// The file's bytes; the same report gives the same.
pub fn xlsx(laid: &Laid) -> Outcome<Vec<u8>> {
    written(laid).map_err(Fault::broken)
}

struct Looks {
    head: Format,
    text: Format,
    whole: Format,
    share: Format,
}

fn written(laid: &Laid) -> Result<Vec<u8>, XlsxError> {
    let plain = || Format::new().set_font_name("Times New Roman").set_font_size(12);
    let boxed = || plain().set_border(FormatBorder::Thin).set_text_wrap();
    let looks = Looks {
        head: boxed().set_bold(),
        text: boxed(),
        whole: boxed().set_num_format("#,##0"),
        share: boxed().set_num_format(PERCENT),
    };
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_timestamp(laid.generated_at.get().div_euclid(MS_PER_SECOND))?;
    let title = format!("{} {}", laid.market, laid.to.on_paper());
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    for table in &laid.sheets {
        write(workbook.add_worksheet(), table, &looks)?;
    }
    workbook.save_to_buffer()
}

fn write(sheet: &mut Worksheet, table: &Sheet, looks: &Looks) -> Result<(), XlsxError> {
    sheet.set_name(&table.name)?.set_paper_size(A4).set_landscape();
    sheet.set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    sheet.set_freeze_panes(1, 1)?;
    let [first, others] = WIDTHS;
    for (column, name) in (0_u16..).zip(&table.head) {
        sheet.set_column_width_pixels(column, if column == 0 { first } else { others })?;
        sheet.write_with_format(0, column, name, &looks.head)?;
    }
    for (row, cells) in (1_u32..).zip(&table.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                SheetCell::Empty => sheet.write_blank(row, column, &looks.text)?,
                // Written as a string, whatever it begins with: never run as a formula.
                SheetCell::Text(text) => {
                    sheet.write_string_with_format(row, column, text, &looks.text)?
                }
                SheetCell::Whole(number) => {
                    sheet.write_with_format(row, column, *number, &looks.whole)?
                }
                SheetCell::PerMille(share) => {
                    let number = interval::quotient(*share);
                    sheet.write_number_with_format(row, column, number, &looks.share)?
                }
            };
        }
    }
    Ok(())
}

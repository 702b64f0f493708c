//! The book as an Excel file, laid out as the form is.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::month::Book;
use super::words;
use crate::db::{Fault, Outcome};
use crate::primitives::UnixMs;
use crate::primitives::time::MS_PER_SECOND;

/// Excel's number of A4.
const A4: u8 = 9;
const WIDTHS: [u32; 3] = [110, 430, 130];
/// The rows of the table's head, which each page repeats.
const HEAD: (u32, u32) = (8, 9);

/// The file's bytes; the same book gives the same.
pub fn xlsx(book: &Book) -> Outcome<Vec<u8>> {
    written(book).map_err(Fault::broken)
}

/// Formats of cells.
struct Looks {
    plain: Format,
    bold: Format,
    right: Format,
    title: Format,
    centred: Format,
    head: Format,
    cell: Format,
    money: Format,
    total: Format,
    sum: Format,
    note: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = || Format::new().set_font_name("Times New Roman").set_font_size(12);
        let boxed = || plain().set_border(FormatBorder::Thin).set_text_wrap();
        let bold = || plain().set_bold();
        let money = "#,##0;-#,##0";
        Self {
            plain: plain(),
            bold: bold(),
            right: bold().set_align(FormatAlign::Right),
            title: bold().set_font_size(14).set_align(FormatAlign::Center),
            centred: plain().set_align(FormatAlign::Center).set_text_wrap(),
            head: boxed().set_bold().set_align(FormatAlign::Center),
            cell: boxed(),
            money: boxed().set_num_format(money),
            total: boxed().set_bold(),
            sum: boxed().set_bold().set_num_format(money),
            note: plain().set_italic().set_text_wrap(),
        }
    }
}

fn written(book: &Book) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The writer would look at the clock.
    let at = book.locked_at.unwrap_or(book.as_of.start(0));
    workbook.set_properties(&properties(book, at)?);
    let sheet = workbook.add_worksheet();
    sheet.set_name(format!("{} {}", book.form.code, book.month))?;
    sheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(HEAD.0, HEAD.1)?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width_pixels(column, width)?;
    }
    let looks = Looks::new();
    heading(sheet, book, &looks)?;
    let row = table(sheet, book, &looks)?;
    let row = signature(sheet, &looks, row + 1)?;
    apart(sheet, book, &looks, row + 1)?;
    workbook.save_to_buffer()
}

fn properties(book: &Book, at: UnixMs) -> Result<DocProperties, XlsxError> {
    let created = ExcelDateTime::from_timestamp(at.get().div_euclid(MS_PER_SECOND))?;
    let title = format!("{} {}", book.form.title, book.month.on_paper());
    Ok(DocProperties::new().set_title(title).set_creation_datetime(&created))
}

fn heading(sheet: &mut Worksheet, book: &Book, looks: &Looks) -> Result<(), XlsxError> {
    let Looks { plain, bold, right, title, centred, .. } = looks;
    let whose = format!("HỘ, CÁ NHÂN KINH DOANH: {}", book.vendor);
    sheet.write_with_format(0, 0, whose, bold)?;
    sheet.write_with_format(0, 2, format!("Mẫu số {}", book.form.code), right)?;
    sheet.write_with_format(1, 0, "Địa chỉ: ………………………………………………", plain)?;
    sheet.write_with_format(1, 2, format!("({})", book.form.source), right)?;
    sheet.write_with_format(2, 0, "Mã số thuế: …………………………………………", plain)?;
    sheet.merge_range(3, 0, 3, 2, &book.form.title, title)?;
    let place = format!("Sạp {}, {}, {}", book.stall, book.market, book.place);
    sheet.merge_range(4, 0, 4, 2, &format!("Địa điểm kinh doanh: {place}"), centred)?;
    let period = format!("Kỳ kê khai: tháng {}", book.month.on_paper());
    sheet.merge_range(5, 0, 5, 2, &period, centred)?;
    sheet.merge_range(6, 0, 6, 2, &words::status(book), centred)?;
    sheet.write_with_format(7, 2, "Đơn vị tính: đồng", right)?;
    Ok(())
}

/// Returns the row after it.
fn table(sheet: &mut Worksheet, book: &Book, looks: &Looks) -> Result<u32, XlsxError> {
    for (row, names) in
        [(HEAD.0, ["Ngày tháng", "Diễn giải", "Số tiền"]), (HEAD.1, ["A", "B", "1"])]
    {
        for (column, name) in (0..).zip(names) {
            sheet.write_with_format(row, column, name, &looks.head)?;
        }
    }
    let mut row = HEAD.1 + 1;
    for line in &book.lines {
        sheet.write_with_format(row, 0, line.day.on_paper(), &looks.cell)?;
        sheet.write_with_format(row, 1, words::line(line), &looks.cell)?;
        sheet.write_with_format(row, 2, line.amount_vnd.get(), &looks.money)?;
        row += 1;
    }
    sheet.write_with_format(row, 0, "", &looks.total)?;
    sheet.write_with_format(row, 1, "Tổng cộng", &looks.total)?;
    sheet.write_with_format(row, 2, book.total_vnd.get(), &looks.sum)?;
    Ok(row + 1)
}

/// Returns the row after it.
fn signature(sheet: &mut Worksheet, looks: &Looks, row: u32) -> Result<u32, XlsxError> {
    for (below, text) in
        [(0, "Ngày …… tháng …… năm ………"), (1, "NGƯỜI ĐẠI DIỆN"), (2, "(Ký, ghi rõ họ tên)")]
    {
        sheet.merge_range(row + below, 1, row + below, 2, text, &looks.centred)?;
    }
    Ok(row + 7)
}

fn apart(sheet: &mut Worksheet, book: &Book, looks: &Looks, row: u32) -> Result<(), XlsxError> {
    let mut row = row;
    let apart = words::apart(book);
    if !apart.is_empty() {
        sheet.write_with_format(row, 0, "GHI RIÊNG, KHÔNG TÍNH VÀO TỔNG CỘNG", &looks.bold)?;
        row += 1;
    }
    for apart in apart {
        let total = apart.total.map(|total| format!(": {total}")).unwrap_or_default();
        sheet.write_with_format(row, 0, format!("{}{total}", apart.title), &looks.bold)?;
        row += 1;
        for entry in apart.entries {
            sheet.write_with_format(row, 0, entry, &looks.plain)?;
            row += 1;
        }
    }
    sheet.merge_range(row + 1, 0, row + 1, 2, words::NOTE, &looks.note)?;
    sheet.set_row_height_pixels(row + 1, 60)?;
    Ok(())
}

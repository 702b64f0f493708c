//! The register as a file that can be imported again: XLSX, or CSV for whatever reads it. The empty
//! one is the template.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::columns::{Field, HEADINGS};
use crate::db::{Fault, Outcome};
use crate::primitives::ids::MarketId;
use crate::registry::accounts::{AccountKind, Relation, UseKind};
use crate::registry::roll::{Roll, RollFilter, RollLine};
use crate::registry::stalls::SizeClass;

/// Widths of columns in pixels.
const WIDTHS: [u32; 16] =
    [120, 80, 140, 60, 60, 80, 190, 110, 100, 90, 120, 150, 190, 120, 140, 140];
/// What makes a spreadsheet take a cell for a formula.
pub(super) const RISKY: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The cells of the table, in the order of [`HEADINGS`].
#[derive(Clone, Debug, Default)]
pub struct Written(Vec<[String; 16]>);

impl Written {
    /// The stalls of a market, a row for each account of each.
    #[must_use]
    pub fn of(roll: &Roll, market_id: MarketId) -> Self {
        let filter = RollFilter { market_id: Some(market_id), ..RollFilter::default() };
        let lines = roll.choose(&filter, None, usize::MAX).lines;
        Self(lines.iter().flat_map(|line| rows(roll, line)).collect())
    }
}

fn rows(roll: &Roll, line: &RollLine<'_>) -> Vec<[String; 16]> {
    let links = line.occupancy.into_iter().flat_map(|one| roll.linked(one.id));
    let open = links.filter(|link| link.to_day.is_none_or(|to| to >= roll.today));
    let mut accounts: Vec<_> =
        open.filter_map(|link| roll.accounts.get(&link.account_id)).collect();
    accounts.sort_by_key(|account| account.id);
    accounts.dedup_by_key(|account| account.id);
    let row = |account: Option<&crate::registry::accounts::Account>| {
        HEADINGS.map(|(field, ..)| match field {
            Field::Section => line.section.name.clone(),
            Field::Stall => line.stall.code.clone(),
            Field::Goods => line.stall.goods.clone(),
            Field::Size => size(line.stall.size_class).to_owned(),
            Field::Wholesale => if line.stall.wholesale { "có" } else { "" }.to_owned(),
            Field::Position => line.stall.position.to_string(),
            Field::Vendor => line.vendor.map(|vendor| vendor.name.clone()).unwrap_or_default(),
            Field::Phone => {
                let phone = line.vendor.and_then(|vendor| vendor.phone.as_deref());
                phone.map(|phone| phone.replacen("+84", "0", 1)).unwrap_or_default()
            }
            Field::Khom => line.neighbourhood.map(|home| home.name.clone()).unwrap_or_default(),
            Field::From => line.occupancy.map(|one| one.from_day.on_paper()).unwrap_or_default(),
            Field::Bank => account.map(|account| account.bank.clone()).unwrap_or_default(),
            Field::Number => account.map(|account| account.number.clone()).unwrap_or_default(),
            Field::Holder => account.map(|account| account.holder_name.clone()).unwrap_or_default(),
            Field::Kind => account.map(|account| kind(account.kind)).unwrap_or_default().to_owned(),
            Field::Use => account.map(|one| use_kind(one.use_kind)).unwrap_or_default().to_owned(),
            Field::Relation => {
                account.map(|one| relation(one.relation)).unwrap_or_default().to_owned()
            }
        })
    };
    if accounts.is_empty() {
        return vec![row(None)];
    }
    accounts.into_iter().map(|account| row(Some(account))).collect()
}

const fn size(size: SizeClass) -> &'static str {
    match size {
        SizeClass::Small => "nhỏ",
        SizeClass::Medium => "vừa",
        SizeClass::Large => "lớn",
    }
}

const fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Personal => "cá nhân",
        AccountKind::HouseholdBusiness => "hộ kinh doanh",
        AccountKind::Organisation => "tổ chức",
        AccountKind::Wallet => "ví điện tử",
        AccountKind::Merchant => "điểm chấp nhận thanh toán",
    }
}

const fn use_kind(use_kind: UseKind) -> &'static str {
    match use_kind {
        UseKind::Mixed => "cả tiền riêng",
        UseKind::BusinessOnly => "chỉ tiền bán hàng",
    }
}

const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Own => "chính tiểu thương",
        Relation::Family => "người nhà",
        Relation::Employer => "người thuê bán",
        Relation::Market => "ban quản lý chợ",
        Relation::Other => "người khác",
    }
}

/// As an Excel file, whose cells are all texts: numbers keep their zeros, and nothing is a formula.
pub fn xlsx(written: &Written) -> Outcome<Vec<u8>> {
    workbook(written).map_err(Fault::broken)
}

fn workbook(written: &Written) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Sổ chợ")?;
    let (head, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    for (column, (_, heading, ..)) in (0_u16..).zip(HEADINGS) {
        sheet.write_string_with_format(0, column, heading, &head)?;
        sheet.set_column_format(column, &text)?;
    }
    for (column, width) in (0_u16..).zip(WIDTHS) {
        sheet.set_column_width_pixels(column, width)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    for (number, row) in (1_u32..).zip(&written.0) {
        for (column, cell) in (0_u16..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string_with_format(number, column, cell, &text)?;
        }
    }
    book.save_to_buffer()
}

/// As CSV with a byte order mark, by which Excel knows UTF-8. What a spreadsheet would run as a
/// formula has an apostrophe before it.
#[must_use]
pub fn csv(written: &Written) -> String {
    let mut text = String::from("\u{feff}");
    let heads = HEADINGS.map(|(_, heading, ..)| heading.to_owned());
    for row in std::iter::once(&heads).chain(&written.0) {
        let cells: Vec<String> = row.iter().map(|cell| guarded(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

fn guarded(cell: &str) -> String {
    let cell = if cell.starts_with(RISKY) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', ';', '"', '\n', '\r', '\t']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

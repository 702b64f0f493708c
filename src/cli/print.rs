//! `cho40 print`: cards and sheets into files, without the server.

use std::path::{Path, PathBuf};

use super::link::{live_of, told};
use super::place::{Opened, Where, section, stall, whole};
use super::print_samples::{self, SampleArgs, TemplatesArgs};
use super::{say, warn};
use crate::access::audit;
use crate::db::Outcome;
use crate::live::links::StallLink;
use crate::outreach::rounds::{self, RoundFilter};
use crate::primitives::Refusal;
use crate::primitives::ids::{CodeId, RoundId};
use crate::print::forms::{self, Form};
use crate::print::order::{self, CardOrder, SheetOrder};
use crate::print::slip::{self, NewSlip};
use crate::print::visit_list as visits;
use crate::print::{Kind, Layout, Paper, Press, Printed, Sheet, Style};
use crate::vietqr::scan_picture;

/// Dots an inch at which a card of one's own design is tried: those of a cheap printer.
const LOOKED_AT_DPI: u16 = 150;

/// Print cards, stickers and whole markets / In thẻ, tem và cả chợ
#[derive(Debug, clap::Subcommand)]
pub enum PrintCommand {
    /// The card of one stall / Thẻ của một sạp
    Card(CardArgs),
    /// The cards of a market or section, in one PDF / Thẻ của cả chợ hoặc một khu, trong một PDF
    Sheet(SheetArgs),
    /// New links of a stall on a slip, as codes; the slip before it ends / Giấy hai mã mới của một sạp
    Slip(SlipArgs),
    /// A team's list of visits / Danh sách ghé sạp của tổ
    VisitList(VisitsArgs),
    /// A blank consent form / Phiếu đồng ý, để trống
    ConsentForm(FormArgs),
    /// A blank form for the first visit / Phiếu ghé sạp lần đầu, để trống
    VisitForm(FormArgs),
    /// A made-up card or other paper, to look at templates / Thẻ, giấy mẫu, để xem thử mẫu in
    Sample(SampleArgs),
    /// Write the program's templates into a folder, to be changed / Xuất mẫu in ra để sửa
    Templates(TemplatesArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// a5, a6, sticker, picture, a5_on_a4, a6_on_a4, sticker_on_a4 / Khổ in
    #[arg(long, default_value = "a6")]
    pub layout: Layout,
    /// colour, mono or contrast / Màu, đen trắng, hoặc chữ lớn
    #[arg(long, default_value = "colour")]
    pub style: Style,
    /// The file to write: .pdf, .png or .svg / Tệp ghi ra
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Dots an inch of a PNG, 72 to 600; 300 if absent / Độ mịn của PNG
    #[arg(long, value_parser = clap::value_parser!(u16).range(72..=600))]
    pub dpi: Option<u16>,
    /// A folder with templates of one's own / Thư mục mẫu in của mình
    #[arg(long, value_name = "FOLDER")]
    pub templates: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct CardArgs {
    #[command(flatten)]
    place: Where,
    /// Number or id of the stall / Số hoặc mã sạp
    #[arg(long)]
    stall: String,
    /// Id of one of its codes; the newest, if absent / Mã của một thẻ
    #[arg(long, value_parser = code_id)]
    code: Option<CodeId>,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
pub struct SheetArgs {
    #[command(flatten)]
    place: Where,
    /// Name or id of a section; the whole market, if absent / Tên hoặc mã khu
    #[arg(long)]
    section: Option<String>,
    /// Without the list to tick off / Không in danh sách phát thẻ
    #[arg(long)]
    no_cover: bool,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct Out {
    /// The file to write: .pdf / Tệp ghi ra
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A folder with templates of one's own / Thư mục mẫu in của mình
    #[arg(long, value_name = "FOLDER")]
    templates: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct SlipArgs {
    #[command(flatten)]
    place: Where,
    /// Number or id of the stall / Số hoặc mã sạp
    #[arg(long)]
    stall: String,
    /// The server's address as phones reach it / Địa chỉ máy chủ mà điện thoại mở được
    #[arg(long)]
    url: String,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, clap::Args)]
pub struct FormArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    out: Out,
}

#[derive(Debug, clap::Args)]
pub struct VisitsArgs {
    #[command(flatten)]
    place: Where,
    /// The round's id; the market's newest, if absent / Mã đợt ghé sạp
    #[arg(long, value_parser = round_id)]
    round: Option<RoundId>,
    /// colour, mono or contrast / Màu, đen trắng, hoặc chữ lớn
    #[arg(long, default_value = "mono")]
    style: Style,
    #[command(flatten)]
    out: Out,
}

/// Runs one command.
///
/// # Errors
/// Refusals of the arguments, of [`order`] and of templates; a file that cannot be written.
pub fn run(command: &PrintCommand) -> Outcome<()> {
    match command {
        PrintCommand::Card(args) => {
            let opened = args.place.open()?;
            let sheet = opened.read(|connection, act| {
                let market = args.place.market(connection, act)?;
                let stall_id = stall(connection, act, market.id, &args.stall)?;
                let (layout, style) = (args.how.layout, args.how.style);
                let order = CardOrder { layout, style, code_id: args.code };
                order::card(connection, act, stall_id, &order)
            })?;
            write(&sheet, &args.how, opened.templates(args.how.templates.as_deref()).as_deref())
        }
        PrintCommand::Sheet(args) => {
            let opened = args.place.open()?;
            let sheet = opened.read(|connection, act| {
                let market = args.place.market(connection, act)?;
                let named = args.section.as_ref();
                let section_id =
                    named.map(|name| section(connection, act, market.id, name)).transpose()?;
                let (layout, style) = (args.how.layout, args.how.style);
                let order = SheetOrder { layout, style, section_id, with_cover: !args.no_cover };
                order::sheets(connection, act, market.id, &order)
            })?;
            write(&sheet, &args.how, opened.templates(args.how.templates.as_deref()).as_deref())
        }
        PrintCommand::Slip(args) => new_slip(args),
        PrintCommand::VisitList(args) => visit_list(args),
        PrintCommand::ConsentForm(args) => blank(args, Form::Consent),
        PrintCommand::VisitForm(args) => blank(args, Form::FirstVisit),
        PrintCommand::Sample(args) => print_samples::sample(args),
        PrintCommand::Templates(args) => print_samples::export(args),
    }
}

/// Makes two links and their slip, all or nothing: a file that cannot be written costs no link.
fn new_slip(args: &SlipArgs) -> Outcome<()> {
    let opened = args.place.open()?;
    let stall_id = opened.read(|connection, act| {
        let market = args.place.market(connection, act)?;
        stall(connection, act, market.id, &args.stall)
    })?;
    args.out.pdf()?;
    let press = Press::new(opened.templates(args.out.templates.as_deref()).as_deref())?;
    let (url, path, act) = (args.url.clone(), args.out.out.clone(), opened.act);
    let made = opened.app.db.write_here(act.board_id().0, move |connection| {
        let made = slip::of_new_links(connection, &act, stall_id, url.clone())?;
        let links = made.slip.made().iter().chain(made.ended.iter().map(|link| &link.id));
        let whom = links.map(ToString::to_string).collect();
        audit::command(connection, act.board_id(), act.at, "cho40 print slip", whom)?;
        save(&path, &press.set(&made.slip)?.pdf()?)?;
        let live = live_of(connection, &act, stall_id)?;
        Ok((made, live))
    })?;
    let (NewSlip { slip, ended }, live) = made;
    say(&format!("{}: sạp / stall {}", args.out.out.display(), args.stall))?;
    for link in &ended {
        say(&format!(
            "{}: hết hiệu lực, máy đã mở nó phải mở lại bằng giấy mới / ended",
            told(link)
        ))?;
    }
    let is_other = |link: &&StallLink| !slip.made().contains(&link.id);
    for link in live.iter().filter(is_other) {
        say(&format!("{}: vẫn còn dùng được / still open", told(link)))?;
    }
    say("Hủy một liên kết / To revoke a link: cho40 link revoke ID")
}

fn visit_list(args: &VisitsArgs) -> Outcome<()> {
    let opened = args.place.open()?;
    let list = opened.read(|connection, act| {
        let round = if let Some(id) = args.round {
            id
        } else {
            let market = args.place.market(connection, act)?;
            let filter = RoundFilter { market_id: Some(market.id), team_id: None };
            let all = whole(|page| rounds::list(connection, act, &filter, page))?;
            let newest = all.last().map(|round| round.id);
            newest.ok_or_else(|| {
                let refusal = Refusal::conflict("visit-rounds-none").on("round");
                refusal.with("market", market.name).with("market_id", market.id)
            })?
        };
        visits::of_round(connection, act, round, args.style)
    })?;
    args.out.save(&list, Some(&opened))?;
    for refusal in &list.strange {
        warn(refusal);
    }
    say(&format!("{}: {} sạp / stalls", args.out.out.display(), list.rows.len()))
}

fn blank(args: &FormArgs, form: Form) -> Outcome<()> {
    let opened = args.place.open()?;
    let blank = opened.read(|connection, act| {
        let market = args.place.market(connection, act)?;
        forms::of_market(connection, act, market.id, form)
    })?;
    args.out.save(&blank, Some(&opened))?;
    say(&args.out.out.display().to_string())
}

impl Out {
    /// # Errors
    /// `print-file-kind` (out).
    fn pdf(&self) -> Outcome<()> {
        let extension = self.out.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| extension.eq_ignore_ascii_case("pdf")) {
            return Ok(());
        }
        let refusal = Refusal::invalid("out", "print-file-kind").with("path", self.out.display());
        Err(refusal.with("kinds", "pdf").into())
    }

    fn save(&self, paper: &(impl Paper + Sync), opened: Option<&Opened>) -> Outcome<()> {
        self.pdf()?;
        let named = self.templates.as_deref();
        let folder = opened.map_or(named.map(Path::to_path_buf), |opened| opened.templates(named));
        let printed = Press::new(folder.as_deref())?.set(paper)?;
        save(&self.out, &printed.pdf()?)?;
        warn_small(&printed);
        Ok(())
    }
}

pub(super) fn write(sheet: &Sheet, how: &How, templates: Option<&Path>) -> Outcome<()> {
    let kind = kind_of(&how.out)?;
    if kind != Kind::Pdf && !sheet.has_one_page() {
        return Err(Refusal::invalid("out", "print-pages").into());
    }
    let printed = Press::new(templates)?.set(sheet)?;
    let bytes = printed.write(kind, how.dpi.unwrap_or(how.layout.dpi()))?;
    save(&how.out, &bytes)?;
    // What is on the cards is looked at before they are printed.
    for card in &sheet.cards {
        let payee = format!("{} – {} – {}", card.holder, card.bank, card.account);
        say(&format!("{}: {payee}  [{}]", card.stall, card.check_code))?;
    }
    for refusal in &sheet.left_out {
        warn(refusal);
    }
    warn_small(&printed);
    if templates.is_some() && sheet.has_one_page() {
        look_at(&printed, sheet)?;
    }
    say(&format!("{}: {} thẻ / cards", how.out.display(), sheet.cards.len()))
}

/// Names that are too long for their paper become too small to be read.
pub(super) fn warn_small(printed: &Printed) {
    if let Some(text) = printed.small() {
        warn(&Refusal::conflict("print-text-small").with("text", text));
    }
}

/// Whether a card of one's own design can still be scanned, and is one page.
fn look_at(printed: &Printed, sheet: &Sheet) -> Outcome<()> {
    let pages = printed.pages().len();
    if pages > 1 {
        warn(&Refusal::conflict("print-more-pages").with("pages", pages));
        return Ok(());
    }
    let seen = scan_picture(&printed.png(LOOKED_AT_DPI)?).map(|photo| photo.texts);
    let is_read = |payload: &String| seen.as_ref().is_ok_and(|seen| seen.contains(payload));
    if !sheet.cards.iter().all(|card| is_read(&card.payload)) {
        let dpi = LOOKED_AT_DPI;
        warn(&Refusal::conflict("print-symbol-unread").with("dpi", dpi));
    }
    Ok(())
}

/// The kind of file that a name asks for.
///
/// # Errors
/// `print-file-kind` (out).
pub(super) fn kind_of(out: &Path) -> Outcome<Kind> {
    let extension = out.extension().and_then(|extension| extension.to_str());
    let kind = extension.unwrap_or_default().to_ascii_lowercase().parse();
    Ok(kind.map_err(|kinds| {
        let refusal = Refusal::invalid("out", "print-file-kind").with("path", out.display());
        refusal.with("kinds", kinds)
    })?)
}

pub(super) fn save(path: &Path, bytes: &[u8]) -> Outcome<()> {
    std::fs::write(path, bytes).map_err(|error| {
        let refusal = Refusal::conflict("file-not-writable");
        refusal.with("path", path.display()).with("error", error).into()
    })
}

fn round_id(text: &str) -> Result<RoundId, String> {
    RoundId::parse(text).ok_or_else(|| "an id as vrd_…".to_owned())
}

fn code_id(text: &str) -> Result<CodeId, String> {
    CodeId::parse(text).ok_or_else(|| "an id as cod_…".to_owned())
}

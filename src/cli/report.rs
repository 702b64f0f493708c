//! `cho40 report`: the adoption report on the terminal or in a file, and publishing it.

use std::io::{self, Write};
use std::path::PathBuf;

use super::place::Where;
use crate::access::audit;
use crate::adoption::laid::{self, Laid, lay};
use crate::adoption::published::{self, NewPublished};
use crate::adoption::{self, Query};
use crate::db::{DbConnection, Fault, Outcome};
use crate::primitives::ids::PublishedId;
use crate::primitives::{Day, Refusal};
use crate::print::adoption_report::ReportPaper;
use crate::print::{Kind, Press};

/// Dots an inch, which a PDF does not ask for.
const DPI: u16 = 300;

#[derive(Debug, clap::Subcommand)]
pub enum Report {
    /// How far payment without cash has come; it opens with what cannot be measured / Báo cáo mức dùng
    Adoption(Wanted),
    /// Keeps a report as it is, to be shown again and never computed anew / Công bố báo cáo
    Publish(Publish),
}

#[derive(Debug, clap::Args)]
pub struct Wanted {
    #[command(flatten)]
    place: Where,
    /// First day, YYYY-MM-DD / Ngày đầu
    #[arg(long, value_parser = day)]
    from: Option<Day>,
    /// Last day; by default the last full one / Ngày cuối
    #[arg(long, value_parser = day)]
    to: Option<Day>,
    /// Lists every stall too / Kể từng sạp
    #[arg(long)]
    stalls: bool,
    /// A published report, by its id, in place of a new one / Báo cáo đã công bố
    #[arg(long, value_parser = published)]
    published: Option<PublishedId>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// A file in place of the output / Tệp để ghi
    #[arg(long, short)]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Publish {
    #[command(flatten)]
    place: Where,
    /// First day, YYYY-MM-DD / Ngày đầu
    #[arg(long, value_parser = day)]
    from: Option<Day>,
    /// Last day; by default the last full one / Ngày cuối
    #[arg(long, value_parser = day)]
    to: Option<Day>,
    /// Who stands for it / Người công bố
    #[arg(long)]
    by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
    Csv,
    Xlsx,
    Pdf,
    Zalo,
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "YYYY-MM-DD".to_owned())
}

fn published(text: &str) -> Result<PublishedId, String> {
    PublishedId::parse(text).ok_or_else(|| "pub_…".to_owned())
}

pub fn run(command: &Report) -> Outcome<()> {
    match command {
        Report::Adoption(wanted) => adoption(wanted),
        Report::Publish(new) => publish(new),
    }
}

fn adoption(wanted: &Wanted) -> Outcome<()> {
    let opened = wanted.place.open()?;
    let query = Query { from: wanted.from, to: wanted.to, include_occupancies: wanted.stalls };
    let (json, laid) = opened.read(|connection, act| {
        if let Some(id) = wanted.published {
            let kept = published::get(connection, act, id)?;
            let (_, laid) = published::laid(connection, act, id)?;
            return Ok((kept.report.get().to_owned(), laid));
        }
        let market = wanted.place.market(connection, act)?;
        let report = adoption::report(connection, act, market.id, &query)?;
        let json = serde_json::to_string_pretty(&report).map_err(Fault::broken)?;
        Ok((json, lay(&report)))
    })?;
    let bytes = match wanted.format {
        Format::Json => json.into_bytes(),
        Format::Pdf => {
            let press = Press::new(opened.templates(None).as_deref())?;
            press.set(&ReportPaper::new(laid)?)?.write(Kind::Pdf, DPI)?
        }
        format => bytes(laid, format)?,
    };
    match &wanted.out {
        Some(path) => std::fs::write(path, bytes).map_err(|error| {
            let refusal = Refusal::conflict("file-not-writable");
            refusal.with("path", path.display()).with("error", error).into()
        }),
        None => match io::stdout().lock().write_all(&bytes) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Fault::broken(error)),
            _ => Ok(()),
        },
    }
}

fn bytes(laid: Laid, format: Format) -> Outcome<Vec<u8>> {
    Ok(match format {
        Format::Xlsx => laid::xlsx(&laid)?,
        Format::Csv => laid.csv.into_bytes(),
        Format::Zalo => (laid.zalo + "\n").into_bytes(),
        Format::Text | Format::Json | Format::Pdf => laid.text.into_bytes(),
    })
}

fn publish(new: &Publish) -> Outcome<()> {
    let opened = new.place.open()?;
    let market = opened.read(|connection, act| new.place.market(connection, act))?;
    let wanted = NewPublished { from: new.from, to: new.to, published_by: new.by.clone() };
    let act = opened.act.clone();
    let board_id = act.board_id().0;
    let publish = move |connection: &mut DbConnection| {
        let id = published::publish(connection, &act, market.id, &wanted)?.head.id;
        let whom = vec![id.to_string()];
        audit::command(connection, act.board_id(), act.at, "cho40 report publish", whom)?;
        Ok(id)
    };
    let id = opened.app.db.write_here(board_id, publish)?;
    super::say(&id.to_string())
}

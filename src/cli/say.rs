//! `cho40 say`: amounts in words, as the vendor's phone speaks them.

use std::io::{self, Write};

use crate::primitives::spoken::{self, Region};
use crate::primitives::{Refusal, Vnd, typed};

/// The amounts and whose words.
#[derive(Debug, clap::Args)]
pub struct SayArgs {
    /// Amounts: 50000, 50.000, 50k, 1tr2, "50 nghìn" / Số tiền
    #[arg(required = true)]
    amounts: Vec<String>,
    /// north: nghìn, linh; south: ngàn, lẻ / Cách đọc miền Bắc hay miền Nam
    #[arg(long, value_enum, default_value_t)]
    region: Spoken,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Spoken {
    North,
    #[default]
    South,
}

/// Why there are no words.
#[derive(Debug)]
pub enum Failure {
    Refused(Refusal),
    Stream(io::Error),
}

/// Writes a line for each amount; all are read before any is written.
///
/// # Errors
/// `amount-not-readable` and `amount-has-no-words` on `amount`; a broken stream.
pub fn run(args: &SayArgs, output: &mut impl Write) -> Result<(), Failure> {
    let region = match args.region {
        Spoken::North => Region::North,
        Spoken::South => Region::South,
    };
    let lines: Vec<_> =
        args.amounts.iter().map(|text| line(text, region)).collect::<Result<_, _>>()?;
    for line in lines {
        match writeln!(output, "{line}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.map_err(Failure::Stream)?,
        }
    }
    Ok(())
}

fn line(text: &str, region: Region) -> Result<String, Failure> {
    let amount: Vnd = typed::amount("amount", text).map_err(Failure::Refused)?;
    spoken::amount(amount, region).ok_or_else(|| {
        let limit = spoken::LIMIT.to_string();
        Failure::Refused(Refusal::invalid("amount", "amount-has-no-words").with("limit", limit))
    })
}

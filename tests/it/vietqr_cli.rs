//! The commands, driven over their streams.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::rc::Rc;

use cho40::cli::memo::{self, MemoCommand};
use cho40::cli::vietqr::{self, Failure, MAX_LINE_BYTES, VietQrCommand};
use clap::Parser;
use serde_json::{Value, json};

#[derive(Parser)]
struct VietQr {
    #[command(subcommand)]
    command: VietQrCommand,
}

#[derive(Parser)]
struct Memo {
    #[command(subcommand)]
    command: MemoCommand,
}

const CODE: &str = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA\
                    53037045802VN63049E6F";

/// Runs `vietqr …`: stdout and stderr.
fn vietqr(args: &[&str], input: &[u8]) -> Result<(String, String), Failure> {
    let parsed = VietQr::try_parse_from(["vietqr"].iter().chain(args)).unwrap();
    let (mut output, mut remarks) = (Vec::new(), Vec::new());
    vietqr::run(&parsed.command, input, &mut output, &mut remarks)?;
    Ok((String::from_utf8(output).unwrap(), String::from_utf8(remarks).unwrap()))
}

fn decode(args: &[&str], input: &[u8]) -> Vec<Value> {
    let args: Vec<_> = ["decode"].iter().chain(args).copied().collect();
    let (output, remarks) = vietqr(&args, input).unwrap();
    assert_eq!(remarks, "");
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn encode_prints_the_payload_and_shows_the_bank() {
    let (output, remarks) =
        vietqr(&["encode", "--bin", "970403", "--account", "0011012345678"], b"").unwrap();
    assert_eq!(output, format!("{CODE}\n"));
    assert!(remarks.contains("Sacombank") && remarks.contains("Sài Gòn Thương Tín"), "{remarks}");
    let dynamic = ["encode", "--bin", "970403", "--account", "1", "--amount", "45000"];
    let dynamic: Vec<_> =
        dynamic.iter().chain(&["--purpose", "CJW012346A cà phê"]).copied().collect();
    let (output, _) = vietqr(&dynamic, b"").unwrap();
    assert!(output.contains("540545000") && output.contains("0817CJW012346A CA PHE"), "{output}");
    let card =
        ["encode", "--bin", "970403", "--account", "9704031101234567", "--service", "QRIBFTTC"];
    assert!(vietqr(&card, b"").unwrap().0.ends_with("63044F52\n"));
}

#[test]
fn encode_draws_what_it_prints() {
    let folder = std::env::temp_dir().join(format!("cho40-vietqr-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (png, svg) = (folder.join("code.png"), folder.join("code.svg"));
    let mut args = vec!["encode", "--bin", "970403", "--account", "0011012345678", "--level", "Q"];
    args.extend([
        "--module-px",
        "3",
        "--png",
        png.to_str().unwrap(),
        "--svg",
        svg.to_str().unwrap(),
    ]);
    vietqr(&args, b"").unwrap();
    let picture = image::open(&png).unwrap().into_luma8();
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(
        picture.width() as usize,
        picture.height() as usize,
        |x, y| picture.get_pixel(x as u32, y as u32).0[0],
    );
    assert_eq!(prepared.detect_grids()[0].decode().unwrap().1, CODE);
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg "));
    std::fs::remove_dir_all(&folder).unwrap();
    // The folder is gone: the failure names the file, and no payload was printed as if all were well.
    let Err(Failure::File { path, .. }) = vietqr(&args, b"") else { panic!("written to nowhere") };
    assert_eq!(path, png.to_str().unwrap());
}

#[test]
fn encode_refuses_with_the_code_of_the_problem() {
    for (args, code) in [
        (["--bin", "999999", "--account", "1", "--amount", "1"], "unknown-bin"),
        (["--bin", "970403", "--account", "", "--amount", "1"], "account-malformed"),
        (["--bin", "970403", "--account", "1", "--amount", "-5"], "amount-not-positive"),
        (["--bin", "970403", "--account", "1", "--amount", "500000000"], "amount-too-large"),
        (["--bin", "970403", "--account", "1", "--purpose", "a_b"], "text-character"),
    ] {
        let args: Vec<_> = ["encode"].iter().chain(&args).copied().collect();
        let Err(Failure::Refused(refusal)) = vietqr(&args, b"") else { panic!("{args:?}") };
        assert_eq!(refusal.code, code);
    }
    for usage in [
        &["encode", "--bin", "970403"][..],
        &["encode", "--bin", "970403", "--account", "1", "--service", "QRPUSH"],
        &["encode", "--bin", "970403", "--account", "1", "--amount", "1.5"],
        &["encode", "--bin", "970403", "--account", "1", "--level", "X"],
    ] {
        assert!(VietQr::try_parse_from(["vietqr"].iter().chain(usage)).is_err(), "{usage:?}");
    }
}

#[test]
fn decode_answers_every_vector_as_published() {
    let vectors = include_str!("../data/vietqr/vectors.jsonl").lines();
    let vectors: Vec<Value> = vectors.map(|line| serde_json::from_str(line).unwrap()).collect();
    let payloads = vectors.iter().map(|vector| vector["payload"].as_str().unwrap());
    let input: Vec<_> = payloads.flat_map(|payload| [payload, "\r\n"]).collect();
    let decoded = decode(&[], input.concat().as_bytes());
    assert_eq!(decoded.len(), vectors.len());
    for (found, vector) in decoded.iter().zip(&vectors) {
        for field in [
            "verdict",
            "payable_vietqr",
            "scheme",
            "bin",
            "account",
            "service",
            "poi",
            "amount",
            "purpose",
            "bill",
            "name",
        ] {
            let id = vector["id"].as_str().unwrap();
            // Made anonymous in the wrong place; see the reader's own test of the vectors.
            if !(field == "account" && ["v137", "v138"].contains(&id)) {
                assert_eq!(found[field], vector[field], "{id}: {field}");
            }
        }
        assert_eq!(found["errors"] != json!([]), vector["verdict"] == "reject");
        let remarks = found["warnings"] != json!([]);
        assert!(remarks || vector["verdict"] != "accept_with_warning");
    }
}

#[test]
fn amounts_are_whole_dong_however_they_are_grouped() {
    let encode = |amount: &str| {
        let args = ["vietqr", "encode", "--bin", "970403", "--account", "1", "--amount", amount];
        let parsed = VietQr::try_parse_from(args).map_err(|error| error.to_string())?;
        let (mut output, mut remarks) = (Vec::new(), Vec::new());
        vietqr::run(&parsed.command, &b""[..], &mut output, &mut remarks)
            .map_err(|failure| failure.to_string())?;
        Ok::<_, String>(String::from_utf8(output).unwrap())
    };
    for amount in ["45000", "45.000", "45,000"] {
        assert!(encode(amount).unwrap().contains("540545000"), "{amount}");
    }
    assert!(encode("1.234.567").unwrap().contains("54071234567"));
    for amount in ["45.00", "45.0000", "1.5", "1.234,567", ".000", "4500.000", "45k", "", "4 5"] {
        let refused = encode(amount).unwrap_err();
        assert!(refused.contains("ví dụ 45000 hoặc 45.000. / The amount"), "{amount}: {refused}");
    }
}

#[test]
fn what_is_no_code_is_of_no_scheme() {
    let decoded = decode(&[], b"abc\n\n0002\nhttps://example.vn\n");
    for line in &decoded {
        assert_eq!((&line["verdict"], &line["scheme"]), (&json!("reject"), &Value::Null), "{line}");
    }
    assert_eq!(decoded.len(), 4);
}

#[test]
fn decode_survives_any_line() {
    let mut input = Vec::new();
    for line in [
        CODE.as_bytes(),
        b"",
        b"\xff\xfe",
        b" ",
        &b"A".repeat(MAX_LINE_BYTES),
        &b"0".repeat(MAX_LINE_BYTES + 1),
        &b"0".repeat(3 * MAX_LINE_BYTES),
        format!("{CODE} ").as_bytes(),
        format!("\u{feff}{CODE}").as_bytes(),
        format!("{CODE}\r").as_bytes(),
    ] {
        input.extend_from_slice(line);
        input.push(b'\n');
    }
    input.extend_from_slice(CODE.as_bytes());
    let decoded = decode(&[], &input);
    let verdicts: Vec<_> = decoded.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    let expected = [
        "accept", "reject", "reject", "reject", "reject", "reject", "reject", "reject", "reject",
        "accept", "accept",
    ];
    assert_eq!(verdicts, expected);
    let error = |line: usize| decoded[line]["errors"][0].as_str().unwrap();
    assert!(error(2).starts_with("encoding"));
    assert!(error(4).starts_with("tlv"), "the longest line is read");
    assert!(error(5).starts_with("line-too-long") && error(6).starts_with("line-too-long"));
    assert_eq!(decoded[2]["scheme"], Value::Null);
}

#[test]
fn strict_decoding_refuses_warnings() {
    let irregular = "00020101021138540010A00000072701240006970407011069110651750208QRIBFTTA\
                     53037045802VN83008400630407C2";
    let lenient = &decode(&[], irregular.as_bytes())[0];
    assert_eq!(
        (&lenient["verdict"], &lenient["payable_vietqr"]),
        (&json!("accept_with_warning"), &json!(true))
    );
    let strict = &decode(&["--strict"], irregular.as_bytes())[0];
    assert_eq!((&strict["verdict"], &strict["payable_vietqr"]), (&json!("reject"), &json!(false)));
    assert_eq!(strict["warnings"].as_array().unwrap().len(), 2);
    assert_eq!(decode(&["--strict"], CODE.as_bytes())[0]["verdict"], "accept");
}

fn memo_scan(input: &[u8]) -> Vec<Value> {
    let parsed = Memo::try_parse_from(["memo", "scan"]).unwrap();
    let mut output = Vec::new();
    memo::run(&parsed.command, input, &mut output).unwrap();
    let output = String::from_utf8(output).unwrap();
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn memo_scan_answers_line_by_line() {
    let long = "x".repeat(MAX_LINE_BYTES + 1);
    let input = format!("IBFT cjw0123 46a Trace1\n\nkhong co ma\r\n{long}\nCJW012346A");
    let mut input = input.into_bytes();
    input.extend_from_slice(b" \xff");
    assert_eq!(
        memo_scan(&input),
        [
            json!({"references": ["CJW012346A"]}),
            json!({"references": []}),
            json!({"references": []}),
            json!({"references": [], "error": "line-too-long"}),
            json!({"references": ["CJW012346A"]}),
        ]
    );
    assert!(memo_scan(b"").is_empty());
}

struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn only_a_broken_pipe_is_forgiven() {
    let parsed = VietQr::try_parse_from(["vietqr", "decode"]).unwrap();
    let run = |kind| vietqr::run(&parsed.command, &b"x\n"[..], Broken(kind), io::sink());
    assert!(run(io::ErrorKind::BrokenPipe).is_ok());
    assert!(run(io::ErrorKind::StorageFull).is_err());
    let scan = |kind| memo::run(&MemoCommand::Scan, &b"x\n"[..], Broken(kind));
    assert!(scan(io::ErrorKind::BrokenPipe).is_ok());
    assert!(scan(io::ErrorKind::StorageFull).is_err());
}

/// Gives one line for each read, and notes how much had been flushed by then.
struct Partner {
    lines: Vec<&'static [u8]>,
    flushed: Rc<RefCell<Vec<u8>>>,
    seen: Rc<RefCell<Vec<usize>>>,
}

impl Read for Partner {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let lines = self.flushed.borrow().lines().count();
        self.seen.borrow_mut().push(lines);
        if self.lines.is_empty() {
            return Ok(0);
        }
        let line = self.lines.remove(0);
        buffer[..line.len()].copy_from_slice(line);
        Ok(line.len())
    }
}

struct Flushing {
    pending: Vec<u8>,
    flushed: Rc<RefCell<Vec<u8>>>,
}

impl Write for Flushing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed.borrow_mut().append(&mut self.pending);
        Ok(())
    }
}

#[test]
fn a_partner_that_waits_for_each_answer_gets_it() {
    let flushed = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let lines = vec![&b"CJW012346A\n"[..], b"none\n", b"no end"];
    let partner = Partner { lines, flushed: Rc::clone(&flushed), seen: Rc::clone(&seen) };
    let output = Flushing { pending: Vec::new(), flushed: Rc::clone(&flushed) };
    memo::run(&MemoCommand::Scan, BufReader::new(partner), output).unwrap();
    assert_eq!(seen.borrow()[..4], [0, 1, 2, 2]);
    assert_eq!(flushed.borrow().lines().count(), 3);
}

#[test]
fn scan_reads_what_encode_drew() {
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("code.png");
    let path = png.to_str().unwrap();
    let args = ["encode", "--bin", "970403", "--account", "0011012345678", "--png", path];
    vietqr(&args, b"").unwrap();
    let (output, _) = vietqr(&["scan", path], b"").unwrap();
    let line: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(line["payload"], CODE);
    assert_eq!((&line["bin"], &line["verdict"]), (&json!("970403"), &json!("accept")));
    image::GrayImage::new(80, 80).save(&png).unwrap();
    for (path, code) in [(path, "picture-without-code"), ("/nowhere.jpg", "file-not-readable")] {
        let Err(Failure::Refused(refusal)) = vietqr(&["scan", path], b"") else { panic!("{path}") };
        assert_eq!(refusal.code, code);
    }
}

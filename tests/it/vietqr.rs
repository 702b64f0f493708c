//! Reading codes: the published vectors, the erratum, and what real codes do against the rules.

use cho40::primitives::Vnd;
use cho40::vietqr::{Fault, Mode, Reading, Scheme, Service, Verdict, Wallet, Warning, crc16, read};
use serde_json::Value;

fn vectors() -> Vec<Value> {
    let lines = include_str!("../data/vietqr/vectors.jsonl").lines();
    let vectors: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(vectors.len(), 147);
    vectors
}

fn text<'a>(vector: &'a Value, field: &str) -> Option<&'a str> {
    vector[field].as_str()
}

/// What the vector's account ought to be. Where v137 and v138 were made anonymous, the first place
/// of the account's digits was replaced, and that stood in object 15: template 38 still holds the
/// number that every app pays to.
fn account(vector: &Value) -> Option<&str> {
    match text(vector, "id") {
        Some("v137" | "v138") => Some("12345678901"),
        _ => text(vector, "account"),
    }
}

/// A payload with its checksum.
fn sealed(content: &str) -> String {
    let content = format!("{content}6304");
    format!("{content}{:04X}", crc16(content.as_bytes()))
}

const TRANSFER: &str = "38570010A00000072701270006970403011300110123456780208QRIBFTTA";

#[test]
fn every_vector_has_its_verdict_and_its_fields() {
    for vector in vectors() {
        let id = text(&vector, "id").unwrap();
        let reading = read(text(&vector, "payload").unwrap());
        let payload = &reading.payload;
        let verdict = reading.verdict(Mode::Lenient).label();
        assert_eq!(Some(verdict), text(&vector, "verdict"), "{id}: {reading:?}");
        let payable = reading.is_payable_vietqr(Mode::Lenient);
        assert_eq!(Some(payable), vector["payable_vietqr"].as_bool(), "{id}");
        assert_eq!(Some(payload.scheme.label()), text(&vector, "scheme"), "{id}");
        assert_eq!(payload.account, account(&vector), "{id}");
        for (field, found) in [
            ("bin", payload.bin),
            ("service", payload.service.map(Service::code)),
            ("poi", payload.initiation),
            ("amount", payload.amount),
            ("purpose", payload.purpose),
            ("bill", payload.bill),
            ("name", payload.name),
            ("currency", payload.currency),
            ("country", payload.country),
        ] {
            assert_eq!(found, text(&vector, field), "{id}: {field}");
        }
        let has_crc_fault = reading.faults.iter().any(|fault| matches!(fault, Fault::Crc { .. }));
        assert_eq!(Some(!has_crc_fault), vector["crc_ok"].as_bool(), "{id}: {reading:?}");
    }
}

#[test]
fn decode_then_encode_gives_the_same_string() {
    let mut round_trips = 0;
    for vector in vectors() {
        let payload = text(&vector, "payload").unwrap();
        let reading = read(payload);
        if reading.payload.objects.is_empty() {
            assert_eq!(reading.verdict(Mode::Lenient), Verdict::Reject);
        } else {
            assert_eq!(reading.payload.encode().unwrap(), payload);
            round_trips += 1;
        }
    }
    assert!(round_trips >= 119, "accepted vectors alone are 119, got {round_trips}");
}

#[test]
fn strict_accepts_only_what_has_no_warning() {
    for vector in vectors() {
        let reading = read(text(&vector, "payload").unwrap());
        let accepted = reading.verdict(Mode::Strict) == Verdict::Accept;
        assert_eq!(accepted, text(&vector, "verdict") == Some("accept"), "{vector}: {reading:?}");
        assert!(accepted || !reading.is_payable_vietqr(Mode::Strict));
    }
}

#[test]
fn the_erratum_is_refused_at_the_lost_digit() {
    let erratum = "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA\
                   53037045802VN6304F4E5";
    let reading = read(erratum);
    let [Fault::Template { path, error }] = reading.faults.as_slice() else {
        panic!("expected one fault, got {:?}", reading.faults)
    };
    assert_eq!((path.to_string().as_str(), error.at()), ("38-01", 60));
    assert_eq!(&erratum[60..61], "8");
    assert_eq!((reading.payload.bin, reading.payload.account), (None, None));
    let refusal = reading.into_transfer(Mode::Lenient).unwrap_err();
    assert_eq!((refusal.code, refusal.args), ("code-unreadable", vec![("position", "61".into())]));

    let corrected = sealed(&format!("000201010211{TRANSFER}53037045802VN"));
    assert!(corrected.ends_with("9E6F"));
    assert_eq!(read(&corrected).payload.account, Some("0011012345678"));
}

#[test]
fn bytes_left_over_in_any_mandatory_template_are_refused() {
    for content in [
        // 38: a character behind the service.
        "00020101021138580010A00000072701270006970403011300110123456780208QRIBFTTAX53037045802VN",
        // 38-01: the account declares one digit less.
        "00020101021138570010A00000072701270006970403011200110123456780208QRIBFTTA53037045802VN",
        // 62: three characters behind the purpose.
        &format!("000201010211{TRANSFER}53037045802VN62110804TESTabc"),
        // 64 and a foreign template.
        &format!("000201010211{TRANSFER}53037045802VN64050002v"),
        &format!("00020101021126050002x{TRANSFER}53037045802VN"),
    ] {
        let payload = sealed(content);
        let reading = read(&payload);
        let template = reading.faults.iter().any(|f| matches!(f, Fault::Template { .. }));
        assert!(template, "{content}: {:?}", reading.faults);
        assert_eq!(reading.verdict(Mode::Lenient), Verdict::Reject);
    }
}

/// The faults of a code that is sealed with a right checksum.
fn faults_of(content: &str) -> Vec<String> {
    read(&sealed(content)).faults.iter().map(ToString::to_string).collect()
}

#[test]
fn ambiguous_and_incomplete_codes_are_refused() {
    let other = TRANSFER.replace("0011012345678", "9911012345678");
    for (content, word) in [
        (format!("000201010211{TRANSFER}{other}53037045802VN"), "duplicate"),
        (format!("000201010211{TRANSFER}540410005405100005303704"), "duplicate"),
        // 38-01 ends inside the account.
        (format!("000201010211{}53037045802VN", TRANSFER.replace("0113", "0114")), "tlv-in-38-01"),
        (format!("010211000201{TRANSFER}53037045802VN"), "format-indicator-not-first"),
        ("00020101021138260010A0000007270208QRIBFTTA53037045802VN".to_owned(), "missing"),
        (format!("000201010211{}53037045802VN", TRANSFER.replace("970403", "97040A")), "bin"),
        (format!("000201010211{}53037045802VN", TRANSFER.replace("0011012", "0011-12")), "account"),
    ] {
        let faults = faults_of(&content);
        assert!(faults.iter().any(|fault| fault.starts_with(word)), "{word}: {faults:?}");
    }
    let good = sealed(&format!("000201010211{TRANSFER}53037045802VN"));
    for broken in ["", "0", "00", "000201", &good[..good.len() - 8], &format!("{good} "), " "] {
        assert_eq!(read(broken).verdict(Mode::Lenient), Verdict::Reject, "{broken:?}");
    }
    for place in 0..good.len() {
        assert_ne!(read(&good[..place]).verdict(Mode::Lenient), Verdict::Accept);
    }
}

/// One object.
fn object(id: u8, value: &str) -> String {
    format!("{id:02}{:02}{value}", value.len())
}

#[test]
fn a_second_payee_or_purpose_inside_a_template_is_refused() {
    let code = |beneficiary: &str, services: &str, additional: &str| {
        let inner = object(0, "A000000727") + &object(1, beneficiary) + services;
        format!("000201010211{}53037045802VN{}", object(38, &inner), object(62, additional))
    };
    let (bin, account) = (object(0, "970436"), object(1, "001"));
    let (service, purpose) = (object(2, "QRIBFTTA"), object(8, "A"));
    let payee = bin.clone() + &account;
    assert_eq!(faults_of(&code(&payee, &service, &purpose)), [""; 0]);
    for (content, path) in [
        (code(&format!("{payee}{bin}"), &service, &purpose), "38-01-00"),
        (code(&format!("{payee}{}", object(1, "002")), &service, &purpose), "38-01-01"),
        (code(&payee, &format!("{service}{}", object(2, "QRPUSH")), &purpose), "38-02"),
        (code(&payee, &service, &format!("{purpose}{purpose}")), "62-08"),
    ] {
        let faults = faults_of(&content);
        assert!(faults[0].starts_with(&format!("duplicate: object {path} ")), "{faults:?}");
    }
}

#[test]
fn one_changed_character_never_passes() {
    let good = sealed(&format!(
        "000201010212{TRANSFER}5303704540545000\
                                5802VN62140810CJW012346A"
    ));
    assert_eq!(read(&good).verdict(Mode::Strict), Verdict::Accept);
    for place in 0..good.len() {
        for other in (b' '..=b'~').map(char::from) {
            let mut changed = good.clone();
            changed.replace_range(place..=place, &other.to_string());
            let only_case = changed.eq_ignore_ascii_case(&good) && place >= good.len() - 4;
            if changed != good && !only_case {
                assert_eq!(read(&changed).verdict(Mode::Lenient), Verdict::Reject, "{changed}");
            }
        }
    }
}

fn warnings_of(reading: &Reading<'_>) -> Vec<String> {
    let word = |warning: &Warning| warning.to_string().split(':').next().unwrap().to_owned();
    reading.warnings.iter().map(word).collect()
}

#[test]
fn irregularities_of_real_codes_are_warned_about_by_name() {
    let frame = |middle: &str| sealed(&format!("000201010211{TRANSFER}5303704{middle}5802VN"));
    for (payload, expected) in [
        (frame("").to_ascii_lowercase().replace("qribftta", "QRIBFTTA"), None),
        (frame("54041000"), Some("static-with-amount")),
        (frame("8300"), Some("zero-length")),
        (frame("6200"), Some("zero-length")),
        (frame("8707CLASSIC"), Some("not-a-template")),
        (frame("8003046"), Some("not-a-template")),
        (frame("15041234"), Some("card-scheme")),
        (frame("5926ABCDEFGHIJKLMNOPQRSTUVWXYZ"), Some("too-long")),
        (frame("5903Đào"), Some("not-ascii")),
        (sealed(&format!("000201010212{TRANSFER}53037045802VN")), Some("dynamic-without-amount")),
        (sealed(&format!("000201{TRANSFER}53037045802VN")), Some("initiation")),
        (sealed(&format!("000201010211{TRANSFER}5802VN")), Some("currency")),
        (sealed(&format!("000201010211{TRANSFER}5303704")), Some("country")),
    ] {
        let reading = read(&payload);
        match expected {
            Some(word) => {
                assert_eq!(warnings_of(&reading), [word], "{payload}");
                assert_eq!(reading.faults, []);
            }
            None => assert_eq!(reading.verdict(Mode::Lenient), Verdict::Reject),
        }
    }
    // MB and MoMo: the checksum, and nothing else, in lower case.
    let mut payload = frame("");
    let start = payload.len() - 4;
    payload[start..].make_ascii_lowercase();
    assert_eq!(read(&payload).warnings, [Warning::CrcLowerCase]);
    assert_eq!(read(&payload).payload.encode().unwrap(), payload);
}

#[test]
fn amounts_are_read_as_dong_or_not_at_all() {
    let amount = |text: &str| {
        let content = format!("000201010212{TRANSFER}530370454{:02}{text}5802VN", text.len());
        let payload = sealed(&content);
        let reading = read(&payload);
        (reading.payload.amount_vnd().map(Vnd::get), reading.verdict(Mode::Lenient))
    };
    assert_eq!(amount("45000"), (Some(45_000), Verdict::Accept));
    assert_eq!(amount("1000000000"), (Some(1_000_000_000), Verdict::Accept));
    for (odd, dong) in [("0", None), ("-5", None), ("1e3", None), (" 5", None), ("50.5", None)] {
        assert_eq!(amount(odd), (dong, Verdict::AcceptWithWarning), "{odd}");
    }
    assert_eq!(amount("50000.00"), (Some(50_000), Verdict::AcceptWithWarning));
    let in_dollars = sealed(&format!(
        "000201010212{TRANSFER}5303840540510000\
                                      5802VN"
    ));
    assert_eq!(read(&in_dollars).payload.amount_vnd(), None);
}

#[test]
fn foreign_and_wallet_codes_are_refused_by_name() {
    let template = |id: u8, guid: &str| {
        let inner = format!("00{:02}{guid}0104test", guid.len());
        let content = format!("000201010211{id:02}{:02}{inner}53037645802XX", inner.len());
        sealed(&content)
    };
    for (payload, scheme, vi, en) in [
        (template(26, "vn.momo"), Scheme::MoMo, "ví MoMo", "MoMo wallet"),
        (template(26, "vn.zalopay"), Scheme::ZaloPay, "ví ZaloPay", "ZaloPay wallet"),
        (template(26, "vn.airpay.www"), Scheme::ShopeePay, "ví ShopeePay", "ShopeePay wallet"),
        (template(26, "A000000775"), Scheme::VnPay, "VNPAY-QR", "VNPAY-QR"),
        (
            template(30, "A000000677010112"),
            Scheme::PromptPay,
            "PromptPay (Thái Lan)",
            "PromptPay (Thailand)",
        ),
        (template(26, "sg.paynow"), Scheme::PayNow, "PayNow (Singapore)", "PayNow (Singapore)"),
        (
            template(26, "A0000006150001"),
            Scheme::DuitNow,
            "DuitNow (Malaysia)",
            "DuitNow (Malaysia)",
        ),
        (template(51, "ID.CO.QRIS.WWW"), Scheme::Qris, "QRIS (Indonesia)", "QRIS (Indonesia)"),
        (template(26, "br.gov.bcb.pix"), Scheme::Pix, "Pix (Brazil)", "Pix (Brazil)"),
        (template(29, "khqr@aclb"), Scheme::Khqr, "KHQR (Campuchia)", "KHQR (Cambodia)"),
        (template(38, "A005266284662577"), Scheme::LaoQr, "LaoQR (Lào)", "LaoQR (Laos)"),
        (template(27, "com.p2pqrpay"), Scheme::QrPh, "QR Ph (Philippines)", "QR Ph (Philippines)"),
        (template(26, "jp.or.paymentsjapan"), Scheme::JpQr, "JPQR (Nhật Bản)", "JPQR (Japan)"),
        // VietQR's identifier where no app looks for it.
        (
            template(26, "A000000727"),
            Scheme::Generic,
            "EMVCo không rõ hệ thống",
            "EMVCo of an unknown scheme",
        ),
    ] {
        let reading = read(&payload);
        assert_eq!(reading.payload.scheme, scheme, "{payload}");
        let refusal = reading.into_transfer(Mode::Lenient).unwrap_err();
        assert_eq!(refusal.code, "code-other-scheme", "{payload}");
        let args = vec![("scheme_vi", vi.to_owned()), ("scheme_en", en.to_owned())];
        assert_eq!(refusal.args, args);
    }
}

#[test]
fn a_transfer_is_expected_and_anything_else_says_why_not() {
    let code = |payload: &str, mode| read(payload).into_transfer(mode).map_err(|r| r.code).err();
    let good = sealed(&format!("000201010211{TRANSFER}53037045802VN"));
    assert_eq!(code(&good, Mode::Strict), None);
    let wrong = format!("{}0000", &good[..good.len() - 4]);
    assert_eq!(code(&wrong, Mode::Lenient), Some("code-checksum-wrong"));
    assert_eq!(code("https://example.org", Mode::Lenient), Some("code-unreadable"));
    let cash = sealed(&format!(
        "000201010211{}53037045802VN",
        TRANSFER.replace("3857", "3855").replace("0208QRIBFTTA", "0206QRCASH")
    ));
    assert_eq!(code(&cash, Mode::Lenient), Some("code-not-transfer"));
    let irregular = sealed(&format!("000201010211{TRANSFER}53037045802VN8300"));
    assert_eq!(code(&irregular, Mode::Lenient), None);
    assert_eq!(code(&irregular, Mode::Strict), Some("code-irregular"));
}

#[test]
fn wallets_that_issue_vietqr_are_known() {
    let wallet = |id: &str| {
        let vectors = vectors();
        let vector = vectors.iter().find(|v| text(v, "id") == Some(id)).unwrap();
        read(text(vector, "payload").unwrap()).payload.wallet
    };
    assert_eq!(wallet("v082"), Some(Wallet::ZaloPay));
    assert_eq!(wallet("v091"), Some(Wallet::MoMo));
    // Without a template of its own: MoMo by account, at both of its BINs.
    assert_eq!(wallet("v104"), Some(Wallet::MoMo));
    assert_eq!(wallet("v027"), Some(Wallet::MoMo));
    assert_eq!(wallet("v006"), None);
}

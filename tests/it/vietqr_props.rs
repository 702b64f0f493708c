//! Properties of the codec, the reader and the builder over generated input.

use cho40::primitives::Vnd;
use cho40::vietqr::tlv::{self, Object};
use cho40::vietqr::{Builder, Mode, Payee, Reference, Verdict, banks, crc16, read, scan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn receiving_bins() -> Vec<&'static str> {
    banks::all().iter().filter(|bank| bank.receives()).map(|bank| bank.bin.as_str()).collect()
}

/// Text that looks enough like a payload to come far into the reader.
fn nearly_a_payload() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("00020101021".to_owned()),
        Just("0010A000000727".to_owned()),
        Just("0006970436".to_owned()),
        Just("0208QRIBFTTA".to_owned()),
        Just("26".to_owned()),
        Just("38".to_owned()),
        Just("62".to_owned()),
        Just("53037045802VN".to_owned()),
        "[0-9]{1,6}",
        "[A-Z0-9đàớ💳]{0,12}",
        ".{0,6}",
    ];
    let sealed = |content: String| {
        let content = format!("{content}6304");
        format!("{content}{:04X}", crc16(content.as_bytes()))
    };
    (vec(piece, 0..12), any::<bool>()).prop_map(move |(pieces, seal)| {
        if seal { sealed(pieces.concat()) } else { pieces.concat() }
    })
}

/// A well-formed template 38 around generated parts, some of them wrong.
fn transfer_like() -> impl Strategy<Value = String> {
    let object = |id: u8, value: &str| format!("{id:02}{:02}{value}", value.chars().count());
    ("[0-9A]{5,7}", "[0-9a-zđ-]{0,21}", select(vec!["QRIBFTTA", "QRPUSH", "X"]), "[0-9.-]{0,5}")
        .prop_map(move |(bin, account, service, amount)| {
            let inner = object(0, &bin) + &object(1, &account);
            let account = object(0, "A000000727") + &object(1, &inner) + &object(2, service);
            let content = format!("000201{}{}6304", object(38, &account), object(54, &amount));
            format!("{content}{:04X}", crc16(content.as_bytes()))
        })
}

proptest! {
    #[test]
    fn objects_round_trip(parts in vec((0_u8..100, "[ -~đĐàớ💳]{0,99}"), 0..12)) {
        let text = parts.iter().try_fold(String::new(), |mut text, (id, value)| {
            tlv::push(&mut text, *id, value).map(|()| text)
        }).unwrap();
        let objects = tlv::read(&text).unwrap();
        let same: Vec<_> = objects.iter().map(|o| (o.id, o.value.to_owned())).collect();
        prop_assert_eq!(same, parts);
        prop_assert_eq!(tlv::write(&objects).unwrap(), text.clone());
        for object in &objects {
            let header: String = text.chars().skip(object.at).take(2).collect();
            prop_assert_eq!(header, format!("{:02}", object.id));
        }
    }

    #[test]
    fn whatever_is_read_is_written_back(text in ".{0,80}|[0-9]{0,60}") {
        if let Ok(objects) = tlv::read(&text) {
            prop_assert_eq!(tlv::write(&objects).unwrap(), text);
        }
    }

    #[test]
    fn values_over_99_characters_are_refused(length in 100_usize..300) {
        let value = "đ".repeat(length);
        let mut text = "before".to_owned();
        prop_assert_eq!(tlv::push(&mut text, 62, &value).unwrap_err().length, length);
        prop_assert_eq!(text, "before");
        let object = Object { id: 62, value: &value, at: 0 };
        prop_assert!(tlv::write(&[object]).is_err());
    }

    #[test]
    fn reading_never_panics(
        text in prop_oneof![nearly_a_payload(), transfer_like(), any::<String>()],
        strict: bool,
    ) {
        let mode = if strict { Mode::Strict } else { Mode::Lenient };
        let reading = read(&text);
        for fault in &reading.faults {
            prop_assert!(fault.at() <= text.chars().count());
        }
        if !reading.payload.objects.is_empty() {
            prop_assert_eq!(reading.payload.encode().unwrap(), text.clone());
        }
        let payable = reading.is_payable_vietqr(mode);
        let accepted = reading.verdict(mode) != Verdict::Reject;
        match reading.into_transfer(mode) {
            Ok(payload) => {
                prop_assert!(payable);
                prop_assert!(payload.bin.is_some_and(|bin| bin.len() == 6));
                prop_assert!(payload.account.is_some_and(|a| (1..=19).contains(&a.len())));
            }
            Err(_) => prop_assert!(!(payable && accepted)),
        }
    }

    #[test]
    fn scanning_never_panics(memo in any::<String>(), head in "[CJWcjw0-9 ]{0,12}") {
        for reference in scan(&format!("{head}{memo}")) {
            prop_assert_eq!(Reference::parse(&reference.to_string()), Some(reference));
        }
    }

    #[test]
    fn issued_codes_are_read_back_strictly(
        bin in select(receiving_bins()),
        account in "[0-9A-Za-z]{1,19}",
        amount in proptest::option::of(1_i64..500_000_000),
        data in 0_u32..32_u32.pow(5),
        note in "[A-Za-zÀÁĂÂĐÊÔƠƯàáăâđêôơưếộửỹ0-9]{0,7}( {1,3}[a-z0-9]{1,2})?",
    ) {
        let reference = Reference::from_data(data).unwrap();
        let mut builder = Builder::new(bin, Payee::Account(account.clone()));
        builder = builder.reference(reference).note(&note);
        if let Some(amount) = amount {
            builder = builder.amount(Vnd::new(amount));
        }
        let issued = builder.build().unwrap();
        let read_back = read(&issued.payload).into_transfer(Mode::Strict).unwrap();
        prop_assert_eq!(read_back.bin, Some(bin));
        prop_assert_eq!(read_back.account, Some(account.as_str()));
        prop_assert_eq!(read_back.initiation, Some(if amount.is_some() { "12" } else { "11" }));
        prop_assert_eq!(read_back.amount_vnd(), amount.map(Vnd::new));
        prop_assert_eq!(read_back.purpose, issued.purpose.as_deref());
        let purpose = read_back.purpose.unwrap();
        prop_assert!(purpose.starts_with(&reference.to_string()) && purpose.len() <= 25);
        prop_assert!(purpose.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b' ')));
        prop_assert_eq!(scan(purpose), vec![reference]);
        prop_assert_eq!(issued.bank.bin.as_str(), bin);
    }

    #[test]
    fn the_builder_issues_a_readable_code_or_refuses(
        bin in "[0-9]{6}|970436|.{0,8}",
        number in "[0-9A-Z]{0,22}|.{0,22}",
        amount in any::<i64>(),
        note in ".{0,30}",
        card: bool,
    ) {
        let payee = if card { Payee::Card(number) } else { Payee::Account(number) };
        if let Ok(issued) = Builder::new(&bin, payee).amount(Vnd::new(amount)).note(&note).build() {
            prop_assert!(read(&issued.payload).into_transfer(Mode::Strict).is_ok());
        }
    }
}

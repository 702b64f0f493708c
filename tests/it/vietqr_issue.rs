//! Issuing codes: the published examples and every refusal.

use cho40::primitives::{Refusal, Vnd};
use cho40::vietqr::{
    Builder, Issued, Merchant, Mode, Payee, Reference, Service, Verdict, banks, check_code, read,
};

const SACOMBANK: &str = "970403";

fn to_account(account: &str) -> Builder {
    Builder::new(SACOMBANK, Payee::Account(account.to_owned()))
}

fn refusal(built: Result<Issued, Refusal>) -> (String, &'static str) {
    let refusal = built.unwrap_err();
    (refusal.field.unwrap_or_default().into_owned(), refusal.code)
}

#[test]
fn napas_examples_come_out_letter_by_letter() {
    let corrected = to_account("0011012345678").build().unwrap();
    assert_eq!(
        corrected.payload,
        "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA\
         53037045802VN63049E6F"
    );
    assert_eq!((corrected.bank.short_name.as_str(), corrected.purpose), ("Sacombank", None));
    let card = Builder::new(SACOMBANK, Payee::Card("9704031101234567".to_owned()));
    assert_eq!(
        card.build().unwrap().payload,
        "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC\
         53037045802VN63044F52"
    );
}

#[test]
fn an_amount_makes_the_code_dynamic() {
    let fixed = to_account("0011012345678").amount(Vnd::new(180_000)).build().unwrap();
    let payload = read(&fixed.payload).into_transfer(Mode::Strict).unwrap();
    assert_eq!((payload.initiation, payload.amount), (Some("12"), Some("180000")));
    for good in [1, 499_999_999] {
        assert!(to_account("1").amount(Vnd::new(good)).build().is_ok(), "{good}");
    }
    for (bad, code) in [
        (0, "amount-not-positive"),
        (-5, "amount-not-positive"),
        (i64::MIN, "amount-not-positive"),
        (500_000_000, "amount-too-large"),
        (i64::MAX, "amount-too-large"),
    ] {
        let built = to_account("1").amount(Vnd::new(bad)).build();
        assert_eq!(refusal(built), ("amount".to_owned(), code), "{bad}");
    }
}

#[test]
fn the_purpose_is_folded_and_never_cut() {
    let purpose = |note: &str| to_account("1").note(note).build().map(|issued| issued.purpose);
    let composed = purpose("  Đặng  Thị\tỞ  trả tiền ").unwrap();
    assert_eq!(composed.as_deref(), Some("DANG THI O TRA TIEN"));
    // The same text decomposed (NFD).
    let decomposed = "D\u{323}\u{103}";
    assert_eq!(purpose(decomposed).unwrap().as_deref(), Some("DA"));
    assert_eq!(purpose("đ").unwrap().as_deref(), Some("D"));
    assert_eq!(purpose(" \u{a0} ").unwrap(), None);
    assert_eq!(purpose(&"X".repeat(25)).unwrap(), Some("X".repeat(25)));

    let too_long = purpose(&"ế".repeat(26)).unwrap_err();
    assert_eq!((too_long.code, too_long.field.as_deref()), ("text-too-long", Some("purpose")));
    let args = [("length", "26"), ("room", "25"), ("beside", "nothing")];
    let args = args.map(|(name, value)| (name, value.to_owned())).to_vec();
    assert_eq!(too_long.args, args);
    for odd in ["a-b", "50%", "chợ 4.0", "最佳", "💳", "a\0b", "Straße"] {
        let refused = purpose(odd).unwrap_err();
        assert_eq!(refused.code, "text-character", "{odd}");
    }
}

#[test]
fn the_reference_stands_first() {
    let reference = Reference::from_data(34_916).unwrap();
    let built = |builder: Builder| builder.reference(reference).build();
    let purpose = |builder| built(builder).unwrap().purpose.unwrap();
    assert_eq!(purpose(to_account("1")), "CJW012346A");
    assert_eq!(purpose(to_account("1").note("sạp 12")), "CJW012346A SAP 12");
    assert_eq!(purpose(to_account("1").after_sevqr().note("b")), "SEVQR CJW012346A B");
    assert_eq!(purpose(to_account("1").note(&"b".repeat(14))).len(), 25);
    let over = built(to_account("1").note(&"b".repeat(15)));
    assert_eq!(refusal(over), ("purpose".to_owned(), "text-too-long"));
}

#[test]
fn only_bins_that_receive_are_issued() {
    let account = || Payee::Account("1".to_owned());
    for (bin, code) in [
        ("999999", "unknown-bin"),
        ("97040", "unknown-bin"),
        ("STB", "unknown-bin"),
        (" 970403", "unknown-bin"),
        ("", "unknown-bin"),
        // CIMB's number at the State Bank; in VietQR it is 422589.
        ("970459", "bank-not-receiving"),
        ("533948", "bank-not-receiving"),
    ] {
        assert_eq!(
            refusal(Builder::new(bin, account()).build()),
            ("bin".to_owned(), code),
            "{bin}"
        );
    }
    let issuable = banks::all().iter().filter(|b| Builder::new(&b.bin, account()).build().is_ok());
    assert_eq!(issuable.count(), banks::all().iter().filter(|bank| bank.receives()).count());
}

#[test]
fn numbers_are_refused_rather_than_repaired() {
    for bad in ["", " 1", "0011 0123", "00110123456780011011", "001-1", "số1", "1\n"] {
        let built = to_account(bad).build();
        assert_eq!(refusal(built), ("account".to_owned(), "account-malformed"), "{bad:?}");
    }
    // TPBank's nicknames and BIDV's virtual accounts hold letters; their case is theirs.
    for good in ["9", "mynamebvh", "V2CASLRPR39MT52", "8452220984957512164"] {
        let payload = to_account(good).build().unwrap().payload;
        assert_eq!(read(&payload).payload.account, Some(good));
    }
    for bad in ["", "970403110123456", "97040311012345678901", "970403110123456A"] {
        let built = Builder::new(SACOMBANK, Payee::Card(bad.to_owned())).build();
        assert_eq!(refusal(built), ("account".to_owned(), "card-malformed"), "{bad:?}");
    }
}

#[test]
fn merchant_payments_carry_what_the_acquirer_gave() {
    let merchant = Merchant {
        id: "0535000341832840".to_owned(),
        category: "5812".to_owned(),
        name: "Phương Các".to_owned(),
        city: "Hà Nội".to_owned(),
    };
    let build = |merchant: Merchant| Builder::new(SACOMBANK, Payee::Merchant(merchant)).build();
    let issued = build(merchant.clone()).unwrap();
    let reading = read(&issued.payload);
    assert_eq!(reading.verdict(Mode::Strict), Verdict::Accept);
    assert_eq!(reading.payload.service, Some(Service::Push));
    assert_eq!(reading.payload.name, Some("PHUONG CAC"));
    assert!(!reading.is_payable_vietqr(Mode::Lenient));
    for (wrong, expected) in [
        (Merchant { id: String::new(), ..merchant.clone() }, ("account", "account-malformed")),
        (
            Merchant { category: "58".to_owned(), ..merchant.clone() },
            ("merchant_category", "category-malformed"),
        ),
        (Merchant { name: " ".to_owned(), ..merchant.clone() }, ("merchant_name", "text-empty")),
        (Merchant { name: "x".repeat(26), ..merchant.clone() }, ("merchant_name", "text-too-long")),
        (Merchant { city: "x".repeat(16), ..merchant.clone() }, ("merchant_city", "text-too-long")),
    ] {
        assert_eq!(refusal(build(wrong)), (expected.0.to_owned(), expected.1));
    }
}

#[test]
fn check_codes_tell_cards_apart() {
    let codes: std::collections::HashSet<_> = (0..500)
        .map(|number| check_code(&to_account(&number.to_string()).build().unwrap().payload))
        .collect();
    assert!(codes.len() >= 499, "500 of a million: about one pair in eight alike at most");
    assert!(codes.iter().all(|code| code.len() == 4 && !code.contains(['I', 'L', 'O', 'U'])));
}

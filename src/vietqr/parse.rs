//! Reading a code: EMVCo MPM v1.1 for the structure, NAPAS v1.0 for VietQR, and what the codes that
//! banks really print do against both. Never panics, never stops at the first remark.

use super::crc::crc16;
use super::problems::{Fault, Path, Warning};
use super::reading::{Payload, Reading, Service};
use super::scheme::{self, Scheme, Wallet};
use super::tlv::{self, Object};

const CRC: u8 = 63;
const CRC_HEADER: &str = "6304";
const ADDITIONAL: u8 = 62;
const LANGUAGE: u8 = 64;
const ACCOUNT: u8 = 38;
/// 80–99 may hold anything that is a template.
const UNRESERVED: std::ops::RangeInclusive<u8> = 80..=99;
const MAX_ACCOUNT: usize = 19;
const NAME: u8 = 59;
const MAX_NAME: usize = 25;
/// Longest values of plain objects in domestic codes; foreign cities and amounts are not ours to judge.
const DOMESTIC_LIMITS: [(u8, usize); 3] = [(54, 13), (60, 15), (61, 10)];
/// Longest value of 62-01 to 62-08.
const MAX_ADDITIONAL: usize = 25;

/// Reads a code of any EMVCo scheme. Where the structure is broken, no field is given: after a
/// wrong length nothing that was read is to be trusted.
#[must_use]
pub fn read(text: &str) -> Reading<'_> {
    let mut reader = Reader::default();
    let objects = match tlv::read(text) {
        Ok(objects) => objects,
        Err(error) => {
            reader.check_crc_of_broken(text);
            reader.faults.push(Fault::Structure(error));
            return reader.finish(empty(Scheme::hint(text)));
        }
    };
    let mut payload = empty(Scheme::of(&objects));
    payload.objects = objects;
    reader.check_frame(text, &payload.objects);
    reader.check_duplicates(&[], &payload.objects);
    reader.check_templates(&payload.objects);
    reader.check_values(&payload.objects);
    take_plain_fields(&mut payload);
    reader.take_additional(&mut payload);
    match payload.scheme {
        Scheme::VietQr => reader.take_account(&mut payload),
        Scheme::VnPay => reader.take_vnpay(&mut payload),
        _ => {}
    }
    if payload.scheme.is_domestic() {
        reader.check_domestic(&payload);
    }
    reader.finish(payload)
}

fn empty<'a>(scheme: Scheme) -> Payload<'a> {
    Payload {
        objects: Vec::new(),
        scheme,
        wallet: None,
        initiation: None,
        bin: None,
        account: None,
        service: None,
        currency: None,
        amount: None,
        country: None,
        name: None,
        bill: None,
        purpose: None,
    }
}

fn find<'a>(objects: &[Object<'a>], id: u8) -> Option<Object<'a>> {
    objects.iter().find(|object| object.id == id).copied()
}

fn value<'a>(objects: &[Object<'a>], id: u8) -> Option<&'a str> {
    find(objects, id).map(|object| object.value).filter(|value| !value.is_empty())
}

fn take_plain_fields(payload: &mut Payload<'_>) {
    let objects = &payload.objects;
    payload.initiation = value(objects, 1);
    // VNPAY's wallet gives every other id a meaning of its own.
    if payload.scheme == Scheme::VnPayWallet {
        return;
    }
    payload.currency = value(objects, 53);
    payload.amount = value(objects, 54);
    payload.country = value(objects, 58);
    payload.name = value(objects, 59);
}

fn is_account(text: &str) -> bool {
    (1..=MAX_ACCOUNT).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_bin(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
    warnings: Vec<Warning>,
}

impl Reader {
    fn finish(self, payload: Payload<'_>) -> Reading<'_> {
        Reading { payload, faults: self.faults, warnings: self.warnings }
    }

    /// 00 first; 63 last, four hexadecimal digits, right.
    fn check_frame(&mut self, text: &str, objects: &[Object<'_>]) {
        if objects.first().is_none_or(|first| first.id != 0) {
            self.faults.push(Fault::FormatIndicatorNotFirst);
        }
        match objects.last() {
            Some(last) if last.id == CRC => self.check_crc(text, last.value, last.at),
            last => self.faults.push(Fault::CrcMissing { at: last.map_or(0, |object| object.at) }),
        }
    }

    fn check_crc(&mut self, text: &str, found: &str, at: usize) {
        if found.len() != 4 || !found.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.faults.push(Fault::CrcMissing { at });
            return;
        }
        let covered = text.strip_suffix(found).unwrap_or(text);
        let expected = format!("{:04X}", crc16(covered.as_bytes()));
        if !found.eq_ignore_ascii_case(&expected) {
            self.faults.push(Fault::Crc { at, expected, found: found.to_owned() });
        } else if found != expected {
            self.warnings.push(Warning::CrcLowerCase);
        }
    }

    /// A wrong length with a right checksum is a generator's mistake, with a wrong one a reader's:
    /// worth telling apart even when nothing else can be read.
    fn check_crc_of_broken(&mut self, text: &str) {
        let tail = text.len().checked_sub(8).and_then(|start| text.split_at_checked(start));
        if let Some((before, tail)) = tail
            && let Some(found) = tail.strip_prefix(CRC_HEADER)
        {
            self.check_crc(text, found, before.chars().count());
        }
    }

    /// Two objects of one id: apps differ in which they obey, and one of them names another payee.
    fn check_duplicates(&mut self, outer: &'static [u8], objects: &[Object<'_>]) {
        let mut seen = 0_u128;
        for object in objects {
            let bit = 1_u128 << (object.id % 128);
            if seen & bit != 0 {
                let path = Path::within(outer, object.id);
                self.faults.push(Fault::Duplicate { path, at: object.at });
            }
            seen |= bit;
        }
    }

    /// Templates must be consumed to their last character; unreserved ones only ought to.
    fn check_templates(&mut self, objects: &[Object<'_>]) {
        for object in objects {
            let path = Path::top(object.id);
            let must = scheme::TEMPLATES.contains(&object.id)
                || matches!(object.id, ADDITIONAL | LANGUAGE);
            match object.inner() {
                Err(error) if must => self.faults.push(Fault::Template { path, error }),
                Err(_) if UNRESERVED.contains(&object.id) => {
                    self.warnings.push(Warning::NotATemplate(path));
                }
                _ => {}
            }
        }
    }

    fn check_values(&mut self, objects: &[Object<'_>]) {
        for object in objects {
            let path = Path::top(object.id);
            if object.value.is_empty() {
                self.warnings.push(Warning::ZeroLength(path));
            }
            // EMVCo allows Unicode in the language template alone.
            if matches!(object.id, NAME | 60 | ADDITIONAL) && !object.value.is_ascii() {
                self.warnings.push(Warning::NotAscii(path));
            }
            if object.id == NAME {
                self.check_length(path, object.value, MAX_NAME);
            }
        }
    }

    fn check_length(&mut self, path: Path, value: &str, limit: usize) {
        let length = value.chars().count();
        if length > limit {
            self.warnings.push(Warning::TooLong { path, length, limit });
        }
    }

    fn take_additional(&mut self, payload: &mut Payload<'_>) {
        let Some(Ok(inner)) = find(&payload.objects, ADDITIONAL).map(|object| object.inner())
        else {
            return;
        };
        self.check_duplicates(&[ADDITIONAL], &inner);
        for object in &inner {
            let path = Path::within(&[ADDITIONAL], object.id);
            if object.value.is_empty() {
                self.warnings.push(Warning::ZeroLength(path));
            }
            if (1..=8).contains(&object.id) {
                self.check_length(path, object.value, MAX_ADDITIONAL);
            }
        }
        payload.bill = value(&inner, 1);
        payload.purpose = value(&inner, 8);
    }

    /// Template 38 of a VietQR: {00 GUID, 01 {00 BIN, 01 account}, 02 service}.
    fn take_account(&mut self, payload: &mut Payload<'_>) {
        let Some((template, Ok(inner))) =
            find(&payload.objects, ACCOUNT).map(|object| (object, object.inner()))
        else {
            return;
        };
        self.check_duplicates(&[ACCOUNT], &inner);
        payload.service = value(&inner, 2).map(Service::parse);
        let Some(beneficiary) = find(&inner, 1) else {
            let path = Path::within(&[ACCOUNT], 1);
            self.faults.push(Fault::Missing { path, at: template.at });
            return;
        };
        match beneficiary.inner() {
            Ok(parts) => self.take_beneficiary(payload, beneficiary.at, &parts),
            Err(error) => {
                self.faults.push(Fault::Template { path: Path::within(&[ACCOUNT], 1), error });
            }
        }
        payload.wallet = Wallet::of(&payload.objects, payload.bin, payload.account);
    }

    fn take_beneficiary<'a>(&mut self, payload: &mut Payload<'a>, at: usize, parts: &[Object<'a>]) {
        self.check_duplicates(&[ACCOUNT, 1], parts);
        for (id, is_valid, field) in [
            (0, is_bin as fn(&str) -> bool, &mut payload.bin),
            (1, is_account, &mut payload.account),
        ] {
            match find(parts, id) {
                None => {
                    let path = Path::within(&[ACCOUNT, 1], id);
                    self.faults.push(Fault::Missing { path, at });
                }
                Some(part) if !is_valid(part.value) => self.faults.push(if id == 0 {
                    Fault::Bin { at: part.at }
                } else {
                    Fault::Account { at: part.at }
                }),
                Some(part) => *field = Some(part.value),
            }
        }
        if let Some(service) = find(parts, 2) {
            self.faults.push(Fault::ServiceInsideAccount { at: service.at });
            payload.service = payload.service.or(Some(Service::parse(service.value)));
        }
    }

    /// VNPAY's merchant number: object 01 beside its GUID, by rule in template 26.
    fn take_vnpay(&mut self, payload: &mut Payload<'_>) {
        let is_vnpay = |object: &&Object<'_>| {
            scheme::TEMPLATES.contains(&object.id)
                && scheme::guid(object).is_some_and(|guid| guid == scheme::VNPAY_GUID)
        };
        let Some(template) = payload.objects.iter().find(is_vnpay) else { return };
        payload.account = template.inner().ok().and_then(|inner| value(&inner, 1));
        if template.id == ACCOUNT {
            self.warnings.push(Warning::VnPayIn38);
        }
    }

    /// What NAPAS and the State Bank ask of a code that is paid in Vietnam.
    fn check_domestic(&mut self, payload: &Payload<'_>) {
        let owned = |value: Option<&str>| value.map(str::to_owned);
        let format = value(&payload.objects, 0).unwrap_or_default();
        if format != "01" {
            self.warnings.push(Warning::FormatIndicator(format.to_owned()));
        }
        match (payload.initiation, payload.amount) {
            (Some("11"), Some(_)) => self.warnings.push(Warning::StaticWithAmount),
            (Some("12"), None) => self.warnings.push(Warning::DynamicWithoutAmount),
            (Some("11" | "12"), _) => {}
            (other, _) => self.warnings.push(Warning::Initiation(owned(other))),
        }
        if let Some(amount) = payload.amount
            && !is_whole_positive(amount)
        {
            self.warnings.push(Warning::AmountForm(amount.to_owned()));
        }
        if payload.currency != Some("704") {
            self.warnings.push(Warning::Currency(owned(payload.currency)));
        }
        if payload.country != Some("VN") {
            self.warnings.push(Warning::Country(owned(payload.country)));
        }
        for (id, limit) in DOMESTIC_LIMITS {
            let value = value(&payload.objects, id).unwrap_or_default();
            self.check_length(Path::top(id), value, limit);
        }
        if payload.scheme == Scheme::VietQr {
            self.check_service(payload);
        }
    }

    fn check_service(&mut self, payload: &Payload<'_>) {
        if find(&payload.objects, 15).is_some() {
            self.warnings.push(Warning::CardScheme(Path::top(15)));
        }
        match payload.service {
            None => self.warnings.push(Warning::Service(None)),
            Some(Service::Other(code)) => {
                self.warnings.push(Warning::Service(Some(code.to_owned())));
            }
            Some(Service::Push) => {
                let missing = [52, 59, 60].into_iter();
                let missing = missing.filter(|id| value(&payload.objects, *id).is_none());
                self.warnings
                    .extend(missing.map(|id| Warning::MerchantFieldMissing(Path::top(id))));
            }
            Some(_) => {}
        }
    }
}

fn is_whole_positive(amount: &str) -> bool {
    !amount.starts_with('0') && amount.bytes().all(|byte| byte.is_ascii_digit())
}

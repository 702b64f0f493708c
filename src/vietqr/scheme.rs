//! Which payment scheme a code belongs to, told by its globally unique identifiers (GUID), so that
//! a foreign code is refused by its name where a VietQR is expected.

use super::tlv::Object;

/// NAPAS's application identifier, in template 38.
pub const VIETQR_GUID: &str = "A000000727";
pub(super) const VNPAY_GUID: &str = "A000000775";
/// Merchant account templates of EMVCo MPM; 02–25 are plain values of card schemes.
pub(super) const TEMPLATES: std::ops::RangeInclusive<u8> = 26..=51;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    VietQr,
    VnPay,
    /// VNPAY's wallet: TLV, but with ids of its own.
    VnPayWallet,
    MoMo,
    ZaloPay,
    ShopeePay,
    PromptPay,
    PayNow,
    DuitNow,
    Qris,
    Pix,
    Khqr,
    LaoQr,
    QrPh,
    JpQr,
    /// EMVCo's structure, and no identifier that we know.
    Generic,
}

/// The beginning of a GUID, compared without regard to case, and its scheme.
const GUIDS: [(&str, Scheme); 18] = [
    (VIETQR_GUID, Scheme::VietQr),
    (VNPAY_GUID, Scheme::VnPay),
    ("vn.momo", Scheme::MoMo),
    ("vn.zalopay", Scheme::ZaloPay),
    ("vn.airpay", Scheme::ShopeePay),
    ("A000000677", Scheme::PromptPay),
    ("SG.PAYNOW", Scheme::PayNow),
    ("SG.SGQR", Scheme::PayNow),
    ("SG.COM.NETS", Scheme::PayNow),
    ("A000000615", Scheme::DuitNow),
    ("ID.CO.QRIS", Scheme::Qris),
    ("BR.GOV.BCB", Scheme::Pix),
    ("khqr@", Scheme::Khqr),
    ("A005266284662577", Scheme::LaoQr),
    ("com.p2pqrpay", Scheme::QrPh),
    ("ph.ppmi", Scheme::QrPh),
    ("jp.or.paymentsjapan", Scheme::JpQr),
    ("jp.or.jpqr", Scheme::JpQr),
];

/// Countries (58) whose national scheme names its banks instead of itself.
const COUNTRIES: [(&str, Scheme); 3] =
    [("KH", Scheme::Khqr), ("LA", Scheme::LaoQr), ("JP", Scheme::JpQr)];

impl Scheme {
    /// The name in machine-readable output and in the test vectors.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::VietQr => "VietQR",
            Self::VnPay => "VNPAY-QR",
            Self::VnPayWallet => "VNPAY wallet (non-EMVCo)",
            Self::MoMo => "MoMo",
            Self::ZaloPay => "ZaloPay",
            Self::ShopeePay => "ShopeePay",
            Self::PromptPay => "PromptPay (TH)",
            Self::PayNow => "PayNow/SGQR (SG)",
            Self::DuitNow => "DuitNow (MY)",
            Self::Qris => "QRIS (ID)",
            Self::Pix => "Pix BR Code (BR)",
            Self::Khqr => "KHQR (KH)",
            Self::LaoQr => "LaoQR (LA)",
            Self::QrPh => "QR Ph (PH)",
            Self::JpQr => "JPQR (JP)",
            Self::Generic => "EMVCo generic",
        }
    }

    /// What a Vietnamese reader is told the code is.
    #[must_use]
    pub const fn name_vi(self) -> &'static str {
        match self {
            Self::VietQr => "VietQR",
            Self::VnPay => "VNPAY-QR",
            Self::VnPayWallet => "ví VNPAY",
            Self::MoMo => "ví MoMo",
            Self::ZaloPay => "ví ZaloPay",
            Self::ShopeePay => "ví ShopeePay",
            Self::PromptPay => "PromptPay (Thái Lan)",
            Self::PayNow => "PayNow (Singapore)",
            Self::DuitNow => "DuitNow (Malaysia)",
            Self::Qris => "QRIS (Indonesia)",
            Self::Pix => "Pix (Brazil)",
            Self::Khqr => "KHQR (Campuchia)",
            Self::LaoQr => "LaoQR (Lào)",
            Self::QrPh => "QR Ph (Philippines)",
            Self::JpQr => "JPQR (Nhật Bản)",
            Self::Generic => "EMVCo không rõ hệ thống",
        }
    }

    /// What an English reader is told the code is.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::VietQr => "VietQR",
            Self::VnPay => "VNPAY-QR",
            Self::VnPayWallet => "VNPAY wallet",
            Self::MoMo => "MoMo wallet",
            Self::ZaloPay => "ZaloPay wallet",
            Self::ShopeePay => "ShopeePay wallet",
            Self::PromptPay => "PromptPay (Thailand)",
            Self::PayNow => "PayNow (Singapore)",
            Self::DuitNow => "DuitNow (Malaysia)",
            Self::Qris => "QRIS (Indonesia)",
            Self::Pix => "Pix (Brazil)",
            Self::Khqr => "KHQR (Cambodia)",
            Self::LaoQr => "LaoQR (Laos)",
            Self::QrPh => "QR Ph (Philippines)",
            Self::JpQr => "JPQR (Japan)",
            Self::Generic => "EMVCo of an unknown scheme",
        }
    }

    /// Whether NAPAS's and the State Bank's rules about initiation, amount and currency apply.
    pub(super) const fn is_domestic(self) -> bool {
        matches!(self, Self::VietQr | Self::VnPay)
    }

    /// The scheme of a well-formed payload's objects. VietQR in 38 wins: wallets add their own
    /// template 26 to codes that every bank's app can pay.
    pub(super) fn of(objects: &[Object<'_>]) -> Self {
        let value = |id| objects.iter().find(|object| object.id == id).map(|object| object.value);
        if value(4) == Some("VNPayWallet") {
            return Self::VnPayWallet;
        }
        let of_template = |object: &Object<'_>| guid(object).and_then(Self::of_guid);
        let templates = || objects.iter().filter(|object| TEMPLATES.contains(&object.id));
        if templates().any(|t| t.id == 38 && guid(t) == Some(VIETQR_GUID)) {
            return Self::VietQr;
        }
        let of_country = || {
            let country = value(58)?;
            COUNTRIES.iter().find(|(code, _)| *code == country).map(|(_, scheme)| *scheme)
        };
        // VietQR's GUID outside template 38 makes no VietQR code: no app looks there.
        templates()
            .filter_map(of_template)
            .find(|scheme| *scheme != Self::VietQr)
            .or_else(of_country)
            .unwrap_or(Self::Generic)
    }

    /// A guess for a payload whose structure is broken, so that its refusal can still name it.
    pub(super) fn hint(text: &str) -> Self {
        GUIDS
            .iter()
            .find(|(guid, _)| text.contains(&format!("00{:02}{guid}", guid.len())))
            .map_or(Self::Generic, |(_, scheme)| *scheme)
    }

    fn of_guid(guid: &str) -> Option<Self> {
        let begins = |known: &str| {
            guid.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
        };
        GUIDS.iter().find(|(known, _)| begins(known)).map(|(_, scheme)| *scheme)
    }
}

/// Object 00 of a template, wherever it stands in it.
pub(super) fn guid<'a>(template: &Object<'a>) -> Option<&'a str> {
    if let Ok(inner) = template.inner() {
        return inner.iter().find(|object| object.id == 0).map(|object| object.value);
    }
    // A broken template is still refused by its scheme's name; all published codes put the GUID first.
    let (length, rest) = template.value.strip_prefix("00")?.split_at_checked(2)?;
    rest.get(..length.parse().ok()?)
}

/// The wallet app that issued a VietQR code, told by its own template or its account numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wallet {
    MoMo,
    ZaloPay,
    ShopeePay,
}

impl Wallet {
    /// As it calls itself.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::MoMo => "MoMo",
            Self::ZaloPay => "ZaloPay",
            Self::ShopeePay => "ShopeePay",
        }
    }

    pub(super) fn of(
        objects: &[Object<'_>],
        bin: Option<&str>,
        account: Option<&str>,
    ) -> Option<Self> {
        let own_template = objects
            .iter()
            .filter(|object| TEMPLATES.contains(&object.id))
            .filter_map(guid)
            .find_map(|guid| match Scheme::of_guid(guid) {
                Some(Scheme::MoMo) => Some(Self::MoMo),
                Some(Scheme::ZaloPay) => Some(Self::ZaloPay),
                Some(Scheme::ShopeePay) => Some(Self::ShopeePay),
                _ => None,
            });
        own_template.or_else(|| Self::of_account(bin?, account?))
    }

    fn of_account(bin: &str, account: &str) -> Option<Self> {
        match (bin, account.get(2..4), account.get(..3)) {
            ("970454", Some("MM"), _) | ("971025", _, Some("PSP" | "PMC")) => Some(Self::MoMo),
            ("970454", Some("ZP"), _) => Some(Self::ZaloPay),
            _ => None,
        }
    }
}

//! Codes of wallets that are no EMVCo payload: an address that opens the wallet's app, or its own list
//! of fields. Only the wallet's app pays them; they name their wallet, which is all that is read here.

use super::scheme::Scheme;

/// A wallet's own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletLink {
    pub scheme: Scheme,
    /// It has an amount in it, or is of one payment: no stall's code.
    pub is_paid_once: bool,
}

/// Hosts whose addresses ask for money, and whether each such address is of one payment.
const HOSTS: [(&str, Scheme, bool); 9] = [
    ("me.momo.vn", Scheme::MoMo, false),
    ("nhantien.momo.vn", Scheme::MoMo, false),
    ("payment.momo.vn", Scheme::MoMo, true),
    ("qr.zalopay.vn", Scheme::ZaloPay, false),
    ("social.zalopay.vn", Scheme::ZaloPay, false),
    ("openqr.zalopay.vn", Scheme::ZaloPay, true),
    ("qcgateway.zalopay.vn", Scheme::ZaloPay, true),
    ("pay.airpay.vn", Scheme::ShopeePay, true),
    ("wallet.airpay.vn", Scheme::ShopeePay, false),
];
/// Addresses that an app answers to.
const APPS: [(&str, Scheme); 2] = [("momo", Scheme::MoMo), ("zalopay", Scheme::ZaloPay)];
/// MoMo's code between persons: `2|99|phone|name|mail|0|0|amount|…`.
const MOMO_FIELDS: &str = "2|99|";
const MOMO_AMOUNT: usize = 7;

impl WalletLink {
    /// Number and name, where the text has them as they are: MoMo's code between persons.
    #[must_use]
    pub fn payee(text: &str) -> Option<(&str, Option<&str>)> {
        let mut fields = text.trim().strip_prefix(MOMO_FIELDS)?.split('|');
        let number = fields.next().filter(|number| !number.is_empty())?;
        Some((number, fields.next().filter(|name| !name.is_empty())))
    }

    /// The wallet's code that a symbol's text is, if it is one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.starts_with(MOMO_FIELDS) {
            let is_paid_once = text.split('|').nth(MOMO_AMOUNT).is_some_and(is_amount);
            return Some(Self { scheme: Scheme::MoMo, is_paid_once });
        }
        let (protocol, rest) = text.split_once("://")?;
        let is = |name: &str| protocol.eq_ignore_ascii_case(name);
        if let Some((_, scheme)) = APPS.iter().find(|(name, _)| is(name)) {
            return Some(Self { scheme: *scheme, is_paid_once: has_amount(rest) });
        }
        if !is("https") && !is("http") {
            return None;
        }
        let authority = rest.split(['/', '?', '#']).next()?;
        // What stands before an @ is a name at another's address.
        if authority.contains(['@', '\\']) {
            return None;
        }
        let host = authority.split(':').next()?;
        let (_, scheme, is_order) =
            HOSTS.iter().find(|(name, ..)| host.eq_ignore_ascii_case(name))?;
        Some(Self { scheme: *scheme, is_paid_once: *is_order || has_amount(rest) })
    }
}

/// `host/receiver/50000`, or an amount among the parameters.
fn has_amount(rest: &str) -> bool {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let in_query =
        query.split(['&', '#']).filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
            ["a", "amount"].contains(&name.to_ascii_lowercase().as_str()) && is_amount(value)
        });
    in_query || path.split('/').nth(2).is_some_and(is_amount)
}

/// Digits, also as people group them, and with their unit.
fn is_amount(text: &str) -> bool {
    let text = text.trim_end_matches(|letter: char| letter.is_alphabetic());
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn momos_code_between_persons_names_its_payee() {
        let of = WalletLink::payee;
        assert_eq!(of("2|99|0900000000|CO BA||0|0|0"), Some(("0900000000", Some("CO BA"))));
        assert_eq!(of("2|99|0900000000"), Some(("0900000000", None)));
        assert_eq!((of("2|99||CO BA"), of("https://me.momo.vn/sapbe")), (None, None));
    }

    #[test]
    fn wallets_are_told_by_their_addresses() {
        let of = |text| WalletLink::of(text).map(|link| (link.scheme, link.is_paid_once));
        for (text, expected) in [
            ("https://me.momo.vn/sapbe", Some((Scheme::MoMo, false))),
            ("HTTPS://ME.MOMO.VN/SAPBE", Some((Scheme::MoMo, false))),
            ("https://nhantien.momo.vn/0900000000", Some((Scheme::MoMo, false))),
            ("https://nhantien.momo.vn/0900000000/", Some((Scheme::MoMo, false))),
            ("https://nhantien.momo.vn/0900000000/50000", Some((Scheme::MoMo, true))),
            ("https://payment.momo.vn/v2/gateway/pay?t=abc", Some((Scheme::MoMo, true))),
            (
                "2|99|0900000000|CO BA|ba@example.vn|0|0|0||transfer_myqr",
                Some((Scheme::MoMo, false)),
            ),
            ("2|99|0900000000|CO BA||0|0|45000|ca|transfer_myqr", Some((Scheme::MoMo, true))),
            ("2|99|0900000000", Some((Scheme::MoMo, false))),
            ("momo://?action=pay&amount=1000", Some((Scheme::MoMo, true))),
            ("https://qr.zalopay.vn/abc123", Some((Scheme::ZaloPay, false))),
            ("https://openqr.zalopay.vn/pay/abc", Some((Scheme::ZaloPay, true))),
            // Others' addresses, and the wallet's own that are no code to pay with.
            ("https://me.momo.vn/sapbe?amount=50.000", Some((Scheme::MoMo, true))),
            ("https://nhantien.momo.vn/0900000000/50000đ", Some((Scheme::MoMo, true))),
            ("https://me.momo.vn:443@example.com/x", None),
            ("https://me.momo.vn@example.com/x", None),
            ("https://me.momo.vn\\@example.com/x", None),
            ("https://me.momo.vn:443/sapbe", Some((Scheme::MoMo, false))),
            ("https://momo.vn/tin-tuc", None),
            ("https://me.momo.vn.example.com/sapbe", None),
            ("https://example.com/me.momo.vn", None),
            ("ftp://me.momo.vn/x", None),
            ("2|98|0900000000", None),
            ("me.momo.vn", None),
            ("", None),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }
}

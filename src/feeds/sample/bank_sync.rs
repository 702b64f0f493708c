//! What VietQR.vn would send, to a merchant and to an agency, and MB, from its open API and as an
//! MMS notice.

use serde::Serialize;

use super::{SampleTransfer, wall_clock};
use crate::feeds::{Direction, Secret, sign};
use crate::primitives::Vnd;

#[derive(Serialize)]
struct SyncBody<'a> {
    transactionid: String,
    transactiontime: i64,
    referencenumber: String,
    amount: Vnd,
    content: &'a str,
    bankaccount: &'a str,
    #[serde(rename = "transType")]
    trans_type: &'static str,
    #[serde(rename = "orderId")]
    order_id: &'static str,
    /// MB's name of a virtual account.
    #[serde(skip_serializing_if = "Option::is_none")]
    va: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AgencyBody<'a> {
    transaction_id: String,
    transaction_time: String,
    #[serde(rename = "referencenumber")]
    reference_number: &'a str,
    amount: String,
    content: &'a str,
    bank_account: &'a str,
    trans_type: &'static str,
    order_id: String,
    signature: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NoticeBody<'a> {
    trace_transfer: String,
    ft_code: &'a str,
    store_label: &'static str,
    terminal_label: &'a str,
    debit_amount: String,
    real_amount: String,
    pay_date: String,
    resp_code: &'static str,
    resp_desc: &'static str,
    check_sum: String,
    rate: &'static str,
    bill_number: String,
    reference_label_code: &'a str,
}

impl SampleTransfer<'_> {
    /// The JSON body that VietQR.vn would send to a merchant, or MB's open API.
    #[must_use]
    pub fn bank_sync_body(&self) -> Option<Vec<u8>> {
        let reference = format!("{}{}", self.reference, self.id);
        let body = SyncBody {
            // The same again, whatever the time: MB tells its transfers apart by it.
            transactionid: format!("{}-{reference}", self.id),
            transactiontime: self.occurred_at.get(),
            referencenumber: reference,
            amount: self.amount,
            content: self.memo,
            bankaccount: self.account,
            trans_type: self.letter(),
            order_id: "",
            va: self.virtual_account,
        };
        serde_json::to_vec(&body).ok()
    }

    /// The JSON body that VietQR.vn would send to an agency, with its signature inside.
    #[must_use]
    pub fn vietqr_vn_agency_body(&self, secret: &Secret) -> Option<Vec<u8>> {
        let mut body = AgencyBody {
            transaction_id: format!("{:032x}", self.id),
            transaction_time: wall_clock(self.occurred_at),
            reference_number: self.reference,
            amount: self.amount.get().to_string(),
            content: self.memo,
            bank_account: self.account,
            trans_type: self.letter(),
            order_id: format!("{:032x}", self.order_code),
            signature: String::new(),
        };
        let unsigned = serde_json::to_string(&body).ok()?;
        body.signature = sign::vietqr_vn_agency(secret, &unsigned).ok()?;
        serde_json::to_vec(&body).ok()
    }

    /// One of MB's MMS notices, with its checksum inside. It names no account: the shop's terminal
    /// is the virtual account, and the memo the shop's own label.
    #[must_use]
    pub fn mbbank_notice_body(&self, secret: &Secret) -> Option<Vec<u8>> {
        let digits = |text: String| text.chars().filter(char::is_ascii_digit).collect();
        let mut body = NoticeBody {
            trace_transfer: format!("T{}", self.id),
            ft_code: self.reference,
            store_label: "CHO",
            terminal_label: self.virtual_account.unwrap_or_default(),
            debit_amount: self.amount.get().to_string(),
            real_amount: self.amount.get().to_string(),
            pay_date: digits(wall_clock(self.occurred_at)),
            resp_code: "00",
            resp_desc: "SUCCESS",
            check_sum: String::new(),
            rate: "1",
            bill_number: self.order_code.to_string(),
            reference_label_code: self.memo,
        };
        let unsummed = serde_json::to_string(&body).ok()?;
        body.check_sum = sign::mbbank_checksum(secret, &unsummed).ok()?;
        serde_json::to_vec(&body).ok()
    }

    const fn letter(&self) -> &'static str {
        match self.direction {
            Direction::In => "C",
            Direction::Out => "D",
        }
    }
}

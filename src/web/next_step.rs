//! The next step of a request, in the caller's language.

use super::texts::Language;
use crate::requests::Request;

/// The request with the words of its next step.
#[must_use]
pub fn told(mut request: Request, language: Language) -> Request {
    let amount = request.next_step.amount_vnd.map_or("none".to_owned(), |vnd| vnd.to_string());
    let args = [
        ("amount", amount),
        ("reference", request.reference.to_string()),
        ("kind", request.kind.as_str().to_owned()),
        ("count", request.payment_count.to_string()),
    ];
    let text = language.text(&format!("next-{}", request.next_step.code.as_str()), &args);
    request.next_step.detail = text.unwrap_or_default();
    request
}

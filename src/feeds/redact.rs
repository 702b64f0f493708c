//! Taking parts out of a body before it is kept.

use super::fields::Object;

/// A JSON object with `null` in place of one field; empty if it is none.
pub(super) fn without_field(body: &[u8], field: &str) -> Vec<u8> {
    Object::from_body(body)
        .ok()
        .and_then(|object| nulled(body, object.raw(field).as_slice()))
        .unwrap_or_default()
}

/// The body with `null` in place of parts of it. The parts are slices of the body, in its order;
/// `None` if they are not.
pub(super) fn nulled(body: &[u8], parts: &[&str]) -> Option<Vec<u8>> {
    let mut kept = Vec::with_capacity(body.len());
    let mut from = 0;
    for part in parts {
        // A part's address tells where it stands.
        let start = (part.as_ptr() as usize).checked_sub(body.as_ptr() as usize)?;
        kept.extend_from_slice(body.get(from..start)?);
        kept.extend_from_slice(b"null");
        from = start + part.len();
    }
    kept.extend_from_slice(body.get(from..)?);
    Some(kept)
}

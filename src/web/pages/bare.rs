//! Scripts without what only people read: comments, indentation, spaces. An old phone on a weak line
//! loads every byte.
//!
//! It knows the language as far as our own scripts use it: each line stands for itself, no text goes
//! over a line's end, and every statement ends with its semicolon.

use std::borrow::Cow;

/// After these a `/` begins an expression, and no value stands before it to be divided.
const BEFORE_EXPRESSION: &[u8] = b"(,=:[!&|?{};+";
/// Lines are joined after these, and before those.
const OPEN: &[u8] = b"{;,([=&|?:+";
const CLOSING: &[u8] = b"})].";

/// The script, shorter.
pub(super) fn script(text: &[u8]) -> Cow<'static, [u8]> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
        let mut squeezed = Vec::with_capacity(line.len());
        squeeze(line, &mut squeezed);
        let Some(first) = squeezed.first() else { continue };
        if !CLOSING.contains(first) && out.last().is_some_and(|last| !OPEN.contains(last)) {
            out.push(b'\n');
        }
        out.extend(squeezed);
    }
    out.into()
}

/// One line.
fn squeeze(mut rest: &[u8], out: &mut Vec<u8>) {
    while let Some((&byte, after)) = rest.split_first() {
        let begins = is_before_expression(out);
        match byte {
            b'\'' | b'"' => rest = copy(rest, byte, out),
            b'/' if after.first() == Some(&b'/') => return,
            b'/' if after.first() == Some(&b'*') => rest = behind_comment(after),
            b'/' if begins => rest = copy(rest, byte, out),
            b' ' => {
                rest = after.trim_ascii_start();
                if out.last().zip(rest.first()).is_some_and(|(left, right)| joins(*left, *right)) {
                    out.push(b' ');
                }
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
}

/// Whether two characters would become one word or sign.
fn joins(left: u8, right: u8) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    is_word(left) && is_word(right) || left == right && matches!(left, b'+' | b'-')
}

fn is_before_expression(out: &[u8]) -> bool {
    out.last().is_none_or(|last| BEFORE_EXPRESSION.contains(last)) || out.ends_with(b"return")
}

/// Copies a text or a regular expression up to its end; what follows it.
fn copy<'t>(text: &'t [u8], end: u8, out: &mut Vec<u8>) -> &'t [u8] {
    let (mut is_escaped, mut is_set) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        out.push(*byte);
        if at == 0 {
            continue;
        }
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'[' if end == b'/' => is_set = true,
            b']' => is_set = false,
            byte if *byte == end && !is_set => return text.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    &[]
}

fn behind_comment(text: &[u8]) -> &[u8] {
    let end = text.windows(2).position(|two| two == b"*/").map_or(text.len(), |at| at + 2);
    text.get(end..).unwrap_or_default().trim_ascii_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_people_read_goes() {
        for (written, sent) in [
            ("  // A comment.\n  var a = 1;   // One.\n", "var a=1;"),
            ("try { a(); } catch (e) { /* so */ }", "try{a();}catch(e){}"),
            ("return typeof x + \' // a  b \' + +y;", "return typeof x+\' // a  b \'+ +y;"),
            ("x = 'it\\\'s  //' + \"' '\";", "x='it\\\'s  //'+\"' '\";"),
            ("if (/[ /\"]  b/.test(a / 2 / b)) {\n  c();\n}", "if(/[ /\"]  b/.test(a/2/b)){c();}"),
            ("a = b ? c :\n  d\n  .e();\nvar f;", "a=b?c:d.e();var f;"),
            ("var a\nvar b", "var a\nvar b"),
        ] {
            assert_eq!(String::from_utf8_lossy(&script(written.as_bytes())), sent, "{written}");
        }
    }
}

//! The file of a form, `multipart/form-data` (RFC 7578), as a browser or `curl -F` sends it. The
//! body is in memory already, so it is cut out of it in place.

/// Longer boundaries are none (RFC 2046, 5.1.1).
const MAX_BOUNDARY: usize = 70;

/// The first part that has the name of a file, else the first part; `None` where the body is no such
/// form or has no part.
pub(super) fn file(content_type: &str, mut body: Vec<u8>) -> Option<Vec<u8>> {
    let delimiter = [b"--".as_slice(), boundary(content_type)?.as_bytes()].concat();
    let mut found = None;
    let mut at = start(&body, &delimiter, 0)?;
    loop {
        let after = at + delimiter.len();
        if body.get(after..)?.starts_with(b"--") {
            break;
        }
        let line = after + position(body.get(after..)?, b"\r\n")? + 2;
        // A part without a header begins with the empty line.
        let blank = position(body.get(line - 2..)?, b"\r\n\r\n")? + line - 2;
        let next = start(&body, &delimiter, blank + 2)?;
        // The line end before a delimiter belongs to it.
        let part = blank + 4..next - 2;
        let head = String::from_utf8_lossy(body.get(line..blank.max(line))?).to_ascii_lowercase();
        if head.contains("filename") {
            found = Some(part);
            break;
        }
        found.get_or_insert(part);
        at = next;
    }
    let part = found?;
    body.truncate(part.end);
    body.drain(..part.start.min(part.end));
    Some(body)
}

fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.split(';').skip(1);
    let named = parameters.filter_map(|parameter| parameter.trim().split_once('='));
    let mut boundaries = named.filter(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    let boundary = boundaries.next()?.1.trim_matches('"');
    (1..=MAX_BOUNDARY).contains(&boundary.len()).then_some(boundary)
}

/// Where a line begins with the delimiter.
fn start(body: &[u8], delimiter: &[u8], from: usize) -> Option<usize> {
    if from == 0 && body.starts_with(delimiter) {
        return Some(0);
    }
    let line = [b"\r\n", delimiter].concat();
    position(body.get(from..)?, &line).map(|at| from + at + 2)
}

fn position(body: &[u8], wanted: &[u8]) -> Option<usize> {
    body.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----x";

    fn of(body: &str) -> Option<String> {
        file(TYPE, body.as_bytes().to_vec()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_file_is_cut_out_of_its_form() {
        let part = |head: &str, text: &str| format!("------x\r\n{head}\r\n\r\n{text}\r\n");
        let note = part("Content-Disposition: form-data; name=\"note\"", "abc");
        let head = "Content-Disposition: form-data; name=\"f\"; filename=\"a.csv\"\r\n\
                    Content-Type: text/csv";
        let sheet = part(head, "Ngày,Có\r\n------\r\n1,2\n");
        let whole = format!("{note}{sheet}------x--\r\n");
        assert_eq!(of(&whole).as_deref(), Some("Ngày,Có\r\n------\r\n1,2\n"));
        assert_eq!(of(&format!("before\r\n{note}------x--")).as_deref(), Some("abc"));
        assert_eq!(of("------x\r\n\r\nabc\r\n------x--").as_deref(), Some("abc"));
        assert_eq!(of(&part(head, "")[..]), None, "broken off");
        assert_eq!(of(&format!("{}------x--", part(head, ""))).as_deref(), Some(""));
    }

    #[test]
    fn what_is_no_form_has_no_file() {
        for body in ["", "--", "------x", "------x\r\n", "------x--", "------x\r\n\r\n", "a\r\nb"] {
            assert_eq!(of(body), None, "{body:?}");
        }
        for said in ["multipart/form-data", "multipart/form-data; boundary=", "a; boundary=\"\""] {
            assert_eq!(file(said, b"--\r\n\r\n\r\n----".to_vec()), None, "{said}");
        }
        let said = "multipart/form-data; charset=utf-8; Boundary=\"a b\"";
        assert_eq!(file(said, b"--a b\r\n\r\nx\r\n--a b--".to_vec()), Some(b"x".to_vec()));
    }
}

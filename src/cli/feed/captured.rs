//! Headers of a captured request, as a person has them: lines as a proxy or `curl -v` prints them,
//! also with the request line above, or the JSON that cho40's own delivery log shows.

use crate::feeds::Headers;
use crate::primitives::Refusal;

/// What was caught of a request beside its body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Captured {
    pub(super) method: String,
    /// Below the hook's address.
    pub(super) path_tail: String,
    pub(super) headers: Headers,
}

/// # Errors
/// `feed-headers-malformed` (`line`) on `headers`.
pub(super) fn read(text: &str) -> Result<Captured, Refusal> {
    // Windows' editors begin a file with a mark that is no part of the first header's name.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let malformed =
        |line: usize| Refusal::invalid("headers", "feed-headers-malformed").with("line", line);
    let mut captured = Captured {
        method: "POST".to_owned(),
        path_tail: String::new(),
        headers: Headers::default(),
    };
    if text.trim_start().starts_with('[') {
        captured.headers = Headers::from_stored_json(text).ok_or_else(|| malformed(1))?;
        return Ok(captured);
    }
    for (place, line) in text.lines().enumerate() {
        // curl marks what it sends.
        let line = line.strip_prefix("> ").unwrap_or(line).trim_end();
        if line.is_empty() || line == ">" {
            continue;
        }
        if let Some((method, path)) = request_line(line) {
            method.clone_into(&mut captured.method);
            tail(path).clone_into(&mut captured.path_tail);
            continue;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed(place + 1))?;
        if name.is_empty() || name.contains(' ') {
            return Err(malformed(place + 1));
        }
        captured.headers = captured.headers.with(name, value.trim().as_bytes());
    }
    Ok(captured)
}

/// `POST /hooks/feed_… HTTP/1.1`
fn request_line(line: &str) -> Option<(&str, &str)> {
    let (request, version) = line.rsplit_once(' ')?;
    let (method, path) = request.split_once(' ')?;
    (version.starts_with("HTTP/") && path.starts_with('/')).then_some((method, path))
}

/// What follows `/hooks/{feed_id}`; nothing for other addresses.
fn tail(path: &str) -> &str {
    let path = path.split('?').next().unwrap_or_default();
    let below = path.split_once("/hooks/").map_or("", |(_, rest)| rest);
    below.split_once('/').map_or("", |(_, tail)| tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_json_and_what_curl_prints_are_read() {
        let headers = Headers::default().with("A-b", b"c: d").with("x", b"");
        let expect = |text: &str, path_tail: &str| {
            let captured = read(text).unwrap();
            assert_eq!(captured.headers, headers, "{text}");
            assert_eq!(
                (captured.method.as_str(), captured.path_tail.as_str()),
                ("POST", path_tail)
            );
        };
        expect("A-b: c: d\r\n\r\nX:\r\n", "");
        expect("\u{feff}A-b: c: d\r\nX:\r\n", "");
        expect("\u{feff}[[\"a-b\",\"c: d\"],[\"x\",\"\"]]", "");
        expect("> POST /hooks/feed_1/bank/api/x?q HTTP/1.1\n> a-b: c: d\n> x:\n>\n", "bank/api/x");
        expect(" [[\"a-b\",\"c: d\"],[\"x\",\"\"]]", "");
        assert_eq!(read("GET /hooks/feed_1 HTTP/2\n").unwrap().method, "GET");
        for (text, line) in [("a: b\nnonsense", "2"), ("a b: c", "1"), (": c", "1"), ("[1]", "1")] {
            let refusal = read(text).unwrap_err();
            assert_eq!(refusal.args, [("line", line.to_owned())], "{text}");
        }
    }
}

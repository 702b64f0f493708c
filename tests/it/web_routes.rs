//! The addresses that are laid out outside the API, as the source says: so a table of them that
//! misses one is found out. The API's stand in its OpenAPI document; what is not there does not exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What lays an address out, and the methods that it answers.
const LAYS_OUT: [(&str, &[&str]); 8] = [
    ("get_only(", &["GET"]),
    ("read_only(", &["GET"]),
    ("web::redirect(", &["GET"]),
    ("post_only(", &["POST"]),
    ("posted(", &["POST"]),
    ("both(", &["GET", "POST"]),
    (".route(", &["POST"]),
    ("web::resource(", &["GET", "POST"]),
];

/// `GET /ql/so`, `POST /sap/pin`; of every page, hook and document.
pub fn laid_out() -> BTreeSet<String> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut found = BTreeSet::new();
    walk(&web, &web, &mut found);
    // A scope without addresses of its own.
    found.insert("POST /hooks/{feed_id}".to_owned());
    found
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path != root.join("api") {
                walk(root, &path, found);
            }
            continue;
        }
        let prefix = if path.starts_with(root.join("pages/desk")) { "/ql" } else { "" };
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        // Tidier ways than these have no methods that could be read here.
        assert!(!text.contains("#[get(") && !text.contains("#[post("), "{}", path.display());
        for (marker, methods) in LAYS_OUT {
            for rest in text.split(marker).skip(1) {
                let Some(quoted) = rest.trim_start().strip_prefix('"') else { continue };
                let address = quoted.split('"').next().unwrap();
                for method in methods {
                    found.insert(format!("{method} {prefix}{address}"));
                }
            }
        }
    }
}

#[test]
fn what_is_laid_out_is_found() {
    let all = laid_out();
    assert!(all.len() > 100, "{} addresses", all.len());
    for known in
        ["GET /ql", "POST /ql/vao", "GET /healthz", "POST /sap/pin", "GET /{kind:nghe|sap}/{token}"]
    {
        assert!(all.contains(known), "{known}");
    }
}

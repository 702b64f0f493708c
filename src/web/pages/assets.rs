//! What pages load: in the binary, under names that change with their content, so that a browser
//! may keep them for good.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};
use sha2::{Digest, Sha256};

use crate::web::problem::Problem;

/// Name, media type, content.
const FILES: [(&str, &str, &str); 6] = [
    ("page.css", "text/css; charset=utf-8", include_str!("../../../assets/pages/page.css")),
    ("open.js", "text/javascript; charset=utf-8", include_str!("../../../assets/pages/open.js")),
    (
        "listen.js",
        "text/javascript; charset=utf-8",
        include_str!("../../../assets/pages/listen.js"),
    ),
    ("owner.js", "text/javascript; charset=utf-8", include_str!("../../../assets/pages/owner.js")),
    ("payer.js", "text/javascript; charset=utf-8", include_str!("../../../assets/pages/payer.js")),
    ("pin.js", "text/javascript; charset=utf-8", include_str!("../../../assets/pages/pin.js")),
];
/// The digest's part of a name, in bytes.
const DIGEST: usize = 6;
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

struct Asset {
    name: &'static str,
    /// `/assets/page-0123456789ab.css`.
    path: String,
    media_type: &'static str,
    content: &'static str,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |(name, media_type, content): (&'static str, _, &'static str)| {
        let digest = Sha256::digest(content.as_bytes());
        let digest = hex::encode(digest.get(..DIGEST).unwrap_or_default());
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        let path = format!("/assets/{stem}-{digest}.{extension}");
        Asset { name, path, media_type, content }
    };
    FILES.into_iter().map(asset).collect()
});

/// The address of a file; empty for one that is not there.
pub(super) fn path(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.path.as_str())
}

pub(super) async fn asset(file: web::Path<String>) -> Result<HttpResponse, Problem> {
    let wanted = format!("/assets/{file}");
    let found = ASSETS.iter().find(|asset| asset.path == wanted);
    let found = found.ok_or_else(Problem::no_such_route)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, found.media_type))
        .insert_header((CACHE_CONTROL, FOR_GOOD))
        .body(found.content))
}

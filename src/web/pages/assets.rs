//! What pages load: in the binary, under names that change with their content, so that a browser
//! may keep them for good.

use std::borrow::Cow;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use minifier::{css, js};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::words;
use crate::web::problem::Problem;

/// Name, media type, content.
type File = (&'static str, &'static str, &'static [u8]);

macro_rules! files {
    ($($name:literal is $media:expr),+ $(,)?) => {
        &[$(($name, $media, include_bytes!(concat!("../../../assets/pages/", $name)))),+]
    };
}

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
/// A script that is small already.
const SMALL: &str = "text/javascript";
const FILES: &[File] = files![
    "page.css" is STYLE,
    "desk.css" is STYLE,
    "more.css" is STYLE,
    "open.js" is SCRIPT,
    "listen.js" is SCRIPT,
    "owner.js" is SCRIPT,
    "payer.js" is SCRIPT,
    "phones.js" is SCRIPT,
    "pin.js" is SCRIPT,
    "book.js" is SCRIPT,
    "tally.js" is SCRIPT,
    "htmx.js" is SMALL,
    "icon.svg" is "image/svg+xml",
    "icon-192.png" is "image/png",
    "icon-512.png" is "image/png",
];
/// The digest's part of a name, in bytes.
const DIGEST: usize = 6;
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

struct Asset {
    name: &'static str,
    /// `/assets/page-0123456789ab.css`.
    path: String,
    media_type: &'static str,
    content: Cow<'static, [u8]>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |&(name, media_type, content): &File| {
        let content = small(media_type, content);
        let digest = Sha256::digest(&content);
        let digest = hex::encode(digest.get(..DIGEST).unwrap_or_default());
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        let path = format!("/assets/{stem}-{digest}.{extension}");
        Asset { name, path, media_type, content }
    };
    FILES.iter().map(asset).collect()
});

/// A script or style without what only people read: an old phone on a weak line loads every byte.
fn small(media_type: &str, content: &'static [u8]) -> Cow<'static, [u8]> {
    let text = std::str::from_utf8(content).ok();
    let small = match media_type {
        SCRIPT => text.and_then(|text| Some(js::minify(text).ok()?.to_string())),
        STYLE => text.and_then(|text| Some(css::minify(text).ok()?.to_string())),
        _ => None,
    };
    small.map_or(content.into(), |small| small.into_bytes().into())
}

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
        .body(web::Bytes::from_static(found.content.as_ref())))
}

/// `GET /manifest.webmanifest`: how a browser puts the pages on the home screen. The vendor's phone
/// is led on from `/nghe`.
pub(super) async fn manifest(request: HttpRequest) -> HttpResponse {
    let words = words(&request);
    let icon = |name, sizes| json!({ "src": path(name), "sizes": sizes, "type": "image/png" });
    let manifest = json!({
        "name": words.say("app-name"),
        "short_name": words.say("app-short"),
        "lang": words.lang(),
        "start_url": "/nghe",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f1ea",
        "theme_color": "#0a6b2d",
        "icons": [icon("icon-192.png", "192x192"), icon("icon-512.png", "512x512")],
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .body(manifest.to_string())
}

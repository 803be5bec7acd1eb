//! Stylesheet, scripts, WebAssembly and pictures of the site itself: inside the program, compressed at build time,
//! and never changing under one address, so that a browser asks for each only once.

use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// One asset as `build.rs` found it.
struct File {
    /// What the code calls it: `linli.css`.
    logical: &'static str,
    /// What it is called on the outside: `linli.0123456789ab.css`.
    name: &'static str,
    /// Whether the name changes with the content.
    hashed: bool,
    kind: &'static str,
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of an asset, by the name it has in the source.
#[must_use]
pub fn url(logical: &str) -> String {
    match FILES.iter().find(|file| file.logical == logical) {
        Some(file) => address(file),
        // Built without assets: the page still says what it wanted.
        None => format!("/assets/{logical}"),
    }
}

/// The asset at this path, in the smallest encoding the client takes; nothing when the path is no asset's.
#[must_use]
pub fn serve(path: &str, accept_encoding: Option<&HeaderValue>) -> Option<Response> {
    find(FILES, path).map(|file| respond(file, accept_encoding))
}

/// As [`serve`], and says "not modified" to a client that has the very same file.
#[must_use]
pub fn answer(path: &str, headers: &HeaderMap) -> Option<Response> {
    let file = find(FILES, path)?;
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == file.tag)) {
        let headers = [(ETAG, file.tag), (CACHE_CONTROL, lifetime(file)), (VARY, "accept-encoding")];
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Some(respond(file, headers.get(ACCEPT_ENCODING)))
}

/// Hashed names live under `/assets/`; the others are asked for by a fixed name at the root.
fn address(file: &File) -> String {
    if file.hashed { format!("/assets/{}", file.name) } else { format!("/{}", file.name) }
}

fn find<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.iter().find(|file| {
        let name = if file.hashed { path.strip_prefix("/assets/") } else { path.strip_prefix('/') };
        name == Some(file.name)
    })
}

fn lifetime(file: &File) -> &'static str {
    if file.hashed { "public, max-age=31536000, immutable" } else { "public, max-age=3600" }
}

fn respond(file: &File, accept_encoding: Option<&HeaderValue>) -> Response {
    let accepted = Accepted::read(accept_encoding.and_then(|value| value.to_str().ok()).unwrap_or_default());
    let (encoding, bytes) = accepted.best(file);
    let headers = [(CONTENT_TYPE, file.kind), (CACHE_CONTROL, lifetime(file)), (ETAG, file.tag), (VARY, "accept-encoding")];
    let mut response = (headers, Body::from(bytes)).into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// How much the client wants each encoding, in thousandths.
#[derive(Debug, PartialEq, Eq)]
struct Accepted {
    brotli: u16,
    gzip: u16,
    identity: u16,
}

impl Accepted {
    fn read(header: &str) -> Self {
        let (mut brotli, mut gzip, mut identity, mut others) = (None, None, None, None);
        for part in header.split(',') {
            let mut words = part.split(';').map(str::trim);
            let slot = match words.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "br" => &mut brotli,
                "gzip" | "x-gzip" => &mut gzip,
                "identity" => &mut identity,
                "*" => &mut others,
                _ => continue,
            };
            *slot = Some(words.find_map(weight).unwrap_or(1000));
        }
        // What is not named may not be used, except the plain form, which only an explicit 0 forbids.
        Self { brotli: brotli.or(others).unwrap_or(0), gzip: gzip.or(others).unwrap_or(0), identity: identity.or(others).unwrap_or(1) }
    }

    /// The most wanted form; the smallest of equals; plain when nothing else is left, which beats an error page.
    fn best(&self, file: &File) -> (Option<&'static str>, &'static [u8]) {
        let packed = [(self.gzip, "gzip", file.gzip), (self.brotli, "br", file.brotli)];
        let forms = packed.into_iter().filter_map(|(weight, name, bytes)| Some((weight, Some(name), bytes?)));
        std::iter::once((self.identity, None, file.plain))
            .chain(forms)
            .filter(|(weight, ..)| *weight > 0)
            .max_by_key(|(weight, ..)| *weight) // the last of equals: brotli, then gzip
            .map_or((None, file.plain), |(_, name, bytes)| (name, bytes))
    }
}

/// `q=0.5` as 500; anything unreadable counts as unwanted.
fn weight(word: &str) -> Option<u16> {
    let (key, value) = word.split_once('=')?;
    if !key.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    let thousandths = format!("{fraction:0<3}");
    match (whole, thousandths.len() == 3 && thousandths.bytes().all(|byte| byte.is_ascii_digit())) {
        ("0", true) => thousandths.parse().ok(),
        ("1", true) if thousandths == "000" => Some(1000),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: File = File {
        logical: "linli.css",
        name: "linli.0123456789ab.css",
        hashed: true,
        kind: "text/css; charset=utf-8",
        tag: "W/\"1\"",
        plain: b"plain",
        brotli: Some(b"brotli"),
        gzip: Some(b"gzip"),
    };
    const ROBOTS: File =
        File { logical: "robots.txt", name: "robots.txt", hashed: false, kind: "text/plain; charset=utf-8", tag: "W/\"2\"", brotli: None, ..STYLE };

    fn chosen(file: &File, header: &str) -> Option<&'static str> {
        Accepted::read(header).best(file).0
    }

    #[test]
    fn takes_the_smallest_form_the_client_wants() {
        assert_eq!(chosen(&STYLE, "gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(chosen(&STYLE, "gzip"), Some("gzip"));
        assert_eq!(chosen(&STYLE, ""), None);
        assert_eq!(chosen(&STYLE, "*"), Some("br"));
        assert_eq!(chosen(&ROBOTS, "br, gzip;q=0.1"), Some("gzip"));
        assert_eq!(chosen(&ROBOTS, "br"), None);
    }

    #[test]
    fn honours_weights() {
        assert_eq!(chosen(&STYLE, "br;q=0.5, gzip;q=0.8"), Some("gzip"));
        assert_eq!(chosen(&STYLE, "br;q=0, gzip;q=0"), None);
        assert_eq!(chosen(&STYLE, "br;q=0, *;q=0.3"), Some("gzip"));
        assert_eq!(chosen(&STYLE, "gzip;q=0.5, identity"), None);
        assert_eq!(chosen(&STYLE, "BR ; Q=0.001"), Some("br"));
        assert_eq!(chosen(&STYLE, "br;q=abc, gzip;q=7"), None);
        assert_eq!(chosen(&STYLE, "identity;q=0"), None, "plain is the last resort");
    }

    #[test]
    fn hashed_names_live_for_a_year_and_fixed_ones_for_an_hour() {
        let accept = HeaderValue::from_static("br");
        let response = respond(&STYLE, Some(&accept));
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()[CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[VARY], "accept-encoding");
        let response = respond(&ROBOTS, None);
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=3600");
        assert!(response.headers().get(CONTENT_ENCODING).is_none());
    }

    #[test]
    fn finds_each_file_under_its_own_address_only() {
        let files = [STYLE, ROBOTS];
        let found = |path| find(&files, path).map(|file| file.logical);
        assert_eq!(found("/assets/linli.0123456789ab.css"), Some("linli.css"));
        assert_eq!(found("/robots.txt"), Some("robots.txt"));
        for path in ["/assets/robots.txt", "/linli.0123456789ab.css", "/assets/linli.css", "/assets/../Cargo.toml", "/", ""] {
            assert_eq!(found(path), None, "{path}");
        }
        assert_eq!(address(&STYLE), "/assets/linli.0123456789ab.css");
        assert_eq!(address(&ROBOTS), "/robots.txt");
    }

    #[test]
    fn what_is_built_in_can_be_fetched() {
        for file in FILES {
            assert!(serve(&url(file.logical), None).is_some(), "{}", file.logical);
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(file.tag))]);
            let status = answer(&url(file.logical), &headers).map(|response| response.status());
            assert_eq!(status, Some(StatusCode::NOT_MODIFIED), "{}", file.logical);
        }
        assert!(serve("/assets/none.css", None).is_none());
        assert_eq!(url("none.css"), "/assets/none.css");
    }
}

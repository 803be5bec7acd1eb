//! Public pages, kept ready-made for visitors who are not signed in.
//!
//! A page stays until anything is written by this process, and a second at most, since other processes may write to
//! the same database too. It is kept as it goes over the wire: rendered once, compressed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use store::Database;

/// How long a page is shown without asking whether another process has written.
const FRESH: Duration = Duration::from_secs(1);
/// Most pages kept: a few megabytes.
const MOST: usize = 256;
/// Largest page kept, in bytes; longer ones are passed on.
const LARGEST: usize = 128 * 1024;
/// No page of ours is as long as this: lists and histories are bounded.
const IMPOSSIBLE: usize = 16 * 1024 * 1024;

/// The pages kept.
#[derive(Clone)]
pub struct Pages {
    db: Database,
    kept: Arc<Mutex<HashMap<String, Kept>>>,
}

struct Kept {
    writes: u64,
    at: Instant,
    headers: HeaderMap,
    body: Bytes,
}

impl Pages {
    /// No pages yet.
    #[must_use]
    pub fn new(db: Database) -> Self {
        Self { db, kept: Arc::default() }
    }

    fn find(&self, key: &str) -> Option<Response> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let page = kept.get(key).filter(|page| page.writes == self.db.writes() && page.at.elapsed() < FRESH)?;
        let mut response = Response::new(Body::from(page.body.clone()));
        *response.headers_mut() = page.headers.clone();
        Some(response)
    }

    fn keep(&self, key: String, writes: u64, headers: HeaderMap, body: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, Kept { writes, at: Instant::now(), headers, body });
    }
}

/// What a page depends on, if it is one that everybody sees alike.
fn key(request: &Request) -> Option<String> {
    let path = request.uri().path();
    // One request's own page; pages with a form of their own (new, track, report, filed) are nobody else's.
    let one = path.strip_prefix("/requests/").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'));
    let public = path == "/" || path == "/requests" || one;
    if request.method() != Method::GET || !public {
        return None;
    }
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A cookie of the display alone is part of the key; any other may belong to somebody.
    if request.headers().get_all(COOKIE).iter().count() > 1 || request.headers().get_all(ACCEPT_ENCODING).iter().count() > 1 {
        return None;
    }
    let cookie = text(COOKIE);
    if !(cookie.is_empty() || (cookie.starts_with("show=") && !cookie.contains(';'))) || text(ACCEPT).starts_with("application/") {
        return None;
    }
    let encoding = text(ACCEPT_ENCODING);
    let lang = if cookie.is_empty() { text(ACCEPT_LANGUAGE) } else { "" };
    let uri = request.uri().path_and_query().map_or(path, |uri| uri.as_str());
    (uri.len() + cookie.len() + encoding.len() + lang.len() < 1024).then(|| format!("{uri}\n{cookie}\n{encoding}\n{lang}"))
}

/// Answers with a kept page, or keeps the answer.
pub async fn public_pages(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let Some(key) = key(&request) else { return next.run(request).await };
    if let Some(response) = pages.find(&key) {
        return response;
    }
    // Read before rendering: what is written meanwhile makes the page old.
    let writes = pages.db.writes();
    let response = next.run(request).await;
    if response.extensions().get::<app::ForAnybody>().is_none() || response.status() != StatusCode::OK || response.headers().contains_key(SET_COOKIE)
    {
        return response;
    }
    let (parts, body) = response.into_parts();
    match axum::body::to_bytes(body, IMPOSSIBLE).await {
        Ok(body) => {
            if body.len() <= LARGEST {
                pages.keep(key, writes, parts.headers.clone(), body.clone());
            }
            Response::from_parts(parts, Body::from(body))
        }
        Err(error) => {
            tracing::warn!(%error, "a page could not be rendered");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

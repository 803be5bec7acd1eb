//! Cookies: how each is set, the session's, and the one that carries a typed name from one page to the next.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::Config;
use crate::render::with_cookie;
use crate::visit::{SESSION, cookie};

/// The typed name, for ten minutes: in an address it would stand in logs and histories.
const CALLED: &str = "called";

/// A browser drops a secure cookie that comes over plain HTTP, and nobody could sign in.
fn secure(config: &Config) -> &'static str {
    if config.origin.starts_with("https://") { "; Secure" } else { "" }
}

/// A cookie that scripts can't read and other sites can't send, for the pages under `path`; no age takes it back.
#[must_use]
pub fn set(config: &Config, name: &str, value: &str, path: &str, seconds: i64) -> String {
    format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{}", secure(config))
}

/// The cookie that holds a session for thirty days from now.
#[must_use]
pub fn session_cookie(config: &Config, token: &str) -> String {
    set(config, SESSION, token, "/", store::account::SESSION_DAYS * 24 * 3600)
}

/// Puts the session's cookie into an answer.
pub fn with_session(config: &Config, response: Response, token: &str) -> Response {
    with_called(config, with_cookie(response, &session_cookie(config, token)), "")
}

/// Takes the session's cookie back.
pub fn without_session(config: &Config, response: Response) -> Response {
    with_cookie(response, &set(config, SESSION, "", "/", 0))
}

/// Carries a typed name to the next page; an empty one takes it back.
pub fn with_called(config: &Config, response: Response, name: &str) -> Response {
    let value: String = form_urlencoded::byte_serialize(name.chars().take(80).collect::<String>().as_bytes()).collect();
    with_cookie(response, &set(config, CALLED, &value, "/", if name.is_empty() { 0 } else { 600 }))
}

/// The name carried from the page before.
pub fn called(headers: &HeaderMap) -> Option<String> {
    let pair = format!("v={}", cookie(headers, CALLED)?);
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, name)| name.into_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_secure_exactly_where_the_portal_is() {
        let cookie = |origin: &str| session_cookie(&Config { origin: origin.into(), ..Config::default() }, "t");
        for origin in ["http://127.0.0.1:3000", "http://0.0.0.0:3000", "http://linli.example"] {
            assert!(!cookie(origin).contains("Secure"), "{origin}");
        }
        for origin in ["https://linli.example", "https://127.0.0.1"] {
            assert!(cookie(origin).ends_with("; Secure"), "{origin}");
        }
    }
}

//! Cookies: how each is set, the session's, and the one that carries a typed name from one page to the next.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::Config;
use crate::render::with_cookie;
use crate::visit::{SESSION, cookie};

/// The typed name, for ten minutes: in an address it would stand in logs and histories.
const CALLED: &str = "called";

/// Whether cookies may travel in the clear: only on the machine itself, where there is nobody in between.
fn secure(config: &Config) -> &'static str {
    let host = config
        .origin
        .strip_prefix("http://")
        .map(|rest| rest.rsplit_once(':').map_or(rest, |(host, port)| if port.bytes().all(|b| b.is_ascii_digit()) { host } else { rest }));
    let loopback =
        |host: &str| host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    if host.is_some_and(loopback) { "" } else { "; Secure" }
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
    fn only_a_portal_on_the_machine_itself_does_without_secure() {
        let cookie = |origin: &str| session_cookie(&Config { origin: origin.into(), ..Config::default() }, "t");
        for origin in ["http://127.0.0.1:3000", "http://localhost", "http://localhost:3000", "http://[::1]:3000", "http://[::1]"] {
            assert!(!cookie(origin).contains("Secure"), "{origin}");
        }
        for origin in ["https://linli.example", "http://192.168.1.4:3000", "http://linli.example", "https://127.0.0.1", "http://localhost.example"] {
            assert!(cookie(origin).ends_with("; Secure"), "{origin}");
        }
    }
}

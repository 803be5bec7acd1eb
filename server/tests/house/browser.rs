//! The real router in process, and a small browser that walks it: cookies kept, forms posted, redirects followed.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use store::{Clock, Settings, Store};
use tower::ServiceExt as _;

use super::{House, houses};

/// Where the portal says it is.
pub const ORIGIN_HERE: &str = "http://127.0.0.1:3000";

/// A house with its doors open: a fresh SQLite file, a clock that stands still until it is moved, the real router.
pub struct Portal {
    /// The house behind it.
    pub house: House,
    /// The real router.
    pub router: Router,
    /// The store behind it.
    pub store: Store,
    /// Its clock.
    pub clock: Clock,
}

impl Portal {
    /// A portal with the settings that hold without a configuration.
    pub async fn open() -> Self {
        Self::open_with(Settings::default(), app::Config::default()).await
    }

    /// A portal with settings of the story's own.
    pub async fn open_with(settings: Settings, config: app::Config) -> Self {
        let house = houses(&settings).await.swap_remove(0);
        Self { router: server::router::router(house.store.clone(), config), store: house.store.clone(), clock: house.clock.clone(), house }
    }

    /// A browser without any cookie.
    pub fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            agent: "Mozilla/5.0 (Linux; Android 12) Chrome/88.0 MicroMessenger/8.0".into(),
            language: "zh-CN".into(),
        }
    }

    /// A browser of a new account that has joined and signed in.
    pub async fn resident(&self, name: &str) -> Browser {
        self.store.join(name, PASSWORD, "zh", name).await.unwrap();
        let mut browser = self.browser();
        let page = browser.post("/sign-in", &[("name", name), ("password", PASSWORD)]).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/account"), "{}", page.text);
        browser
    }
}

/// The password of [`Portal::resident`].
pub const PASSWORD: &str = "rain on the 5th floor";

/// Keeps cookies, as one person's browser does.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// Cookies by name.
    pub cookies: BTreeMap<String, String>,
    /// What it says it is.
    pub agent: String,
    /// What it would like to read.
    pub language: String,
}

/// What came back, after all redirects.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers of the last answer.
    pub headers: HeaderMap,
    /// The cookies that were set on the way, as they were sent.
    pub set: Vec<String>,
    /// Path and query of the last page.
    pub path: String,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The value of the first control or hidden field with this name in the page's own part.
    pub fn field(&self, name: &str) -> Option<String> {
        let main = self.text.split_once("<main").map_or(self.text.as_str(), |(_, main)| main);
        let tag = main.split('<').find(|tag| tag.contains(&format!("name=\"{name}\"")))?;
        let value = tag.split("value=\"").nth(1)?.split('"').next()?;
        Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    }

    /// Whether the page says this.
    pub fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }
}

impl Browser {
    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.go(Method::GET, path, None, &[]).await
    }

    /// Sends a form, as from a page of the portal.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.go(Method::POST, path, Some(encode(fields)), &[("origin", ORIGIN_HERE), ("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form with headers of one's own in place of a page's.
    pub async fn post_as(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        self.go(Method::POST, path, Some(encode(fields)), headers).await
    }

    /// Sends a body of a kind, as from a page of the portal.
    pub async fn post_body(&mut self, path: &str, kind: &str, body: String) -> Answer {
        self.go(Method::POST, path, Some(body), &[("origin", ORIGIN_HERE), ("sec-fetch-site", "same-origin"), ("content-type", kind)]).await
    }

    /// One request, and the pages its redirects lead to.
    async fn go(&mut self, method: Method, path: &str, form: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut set = Vec::new();
        let (mut method, mut path, mut form) = (method, path.to_owned(), form);
        for _ in 0..6 {
            let mut request = Request::builder()
                .method(method.clone())
                .uri(&path)
                .header(HOST, "127.0.0.1:3000")
                .header("user-agent", &self.agent)
                .header("accept-language", &self.language)
                .header("accept", "text/html");
            if !self.cookies.is_empty() {
                request = request.header(COOKIE, self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; "));
            }
            let body = match form.take() {
                Some(form) => {
                    if headers.iter().all(|(name, _)| *name != CONTENT_TYPE.as_str()) {
                        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                    }
                    Body::from(form)
                }
                None => Body::empty(),
            };
            // A redirect is followed with GET, which carries no origin.
            if method == Method::POST {
                for (name, value) in headers {
                    request = request.header(if *name == "origin" { ORIGIN.as_str() } else { name }, *value);
                }
            }
            let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
            let (parts, body) = response.into_parts();
            for cookie in parts.headers.get_all(SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                set.push(cookie.to_owned());
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                if cookie.contains("Max-Age=0;") {
                    self.cookies.remove(name);
                } else {
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
            }
            if parts.status == StatusCode::SEE_OTHER {
                path = parts.headers[LOCATION].to_str().unwrap().to_owned();
                method = Method::GET;
                continue;
            }
            let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
            return Answer { status: parts.status, headers: parts.headers, set, path, text };
        }
        panic!("redirected in a circle at {path}");
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

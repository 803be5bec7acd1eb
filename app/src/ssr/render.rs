//! From a view to an answer.

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;

use super::App;
use super::part::Document;
use super::visit::Visit;

/// A page about to be rendered.
pub struct Page<'a> {
    app: &'a App,
    visit: &'a Visit,
    title: String,
    door: Door,
    islands: bool,
    status: StatusCode,
}

/// Which of the five doors the page stands behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// 首页
    Home,
    /// 诉求
    Requests,
    /// 议事
    Decisions,
    /// 服务
    Services,
    /// 我的
    Account,
    /// None of them.
    Elsewhere,
}

impl<'a> Page<'a> {
    /// A page with its title, behind a door.
    #[must_use]
    pub fn new(app: &'a App, visit: &'a Visit, door: Door, title: String) -> Self {
        Self { app, visit, title, door, islands: false, status: StatusCode::OK }
    }

    /// The page has islands: it loads the WebAssembly. All others load no script at all.
    #[must_use]
    pub fn with_islands(mut self) -> Self {
        self.islands = true;
        self
    }

    /// Another status than 200.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Renders the view inside the document.
    pub fn show<V: IntoView + 'static>(self, view: impl FnOnce() -> V) -> Response {
        let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
        let html = owner.with(|| {
            provide_context(self.visit.clone());
            provide_context(self.app.clone());
            let body = view().into_any();
            view! { <Document title=self.title door=self.door islands=self.islands>{body}</Document> }.to_html()
        });
        drop(owner);
        let mut response = (self.status, format!("<!doctype html>{html}")).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if self.visit.done.is_some() {
            response = with_cookie(response, &super::done::said(self.app, self.visit.uri.path()));
        }
        response
    }
}

/// The visit, inside a view.
#[must_use]
pub fn visit() -> Visit {
    expect_context()
}

/// The app, inside a view.
#[must_use]
pub fn app() -> App {
    expect_context()
}

/// After a good POST: 303 to where the answer is read.
#[must_use]
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // Paths are made by us or checked by `local`; anything else leads home.
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")));
    response
}

/// The way to the sign-in page, and back to `path` afterwards.
#[must_use]
pub fn sign_in(path: &str) -> String {
    format!("/sign-in?to={}", form_urlencoded::byte_serialize(path.as_bytes()).collect::<String>())
}

/// Adds a cookie to an answer.
#[must_use]
pub fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

/// A path of this portal, or home: nobody is sent elsewhere by a crafted link.
#[must_use]
pub fn local(path: &str) -> &str {
    let second = path.as_bytes().get(1);
    if path.starts_with('/') && !matches!(second, Some(b'/' | b'\\')) && !path.contains(|c: char| c.is_control()) { path } else { "/" }
}

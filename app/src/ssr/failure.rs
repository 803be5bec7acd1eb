//! Errors are answers: a page for a person, a problem document (RFC 9457) for a machine.

use axum::extract::{Path, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use leptos::prelude::*;
use store::StoreError;

use super::App;
use super::part::{Empty, Icon};
use super::render::{Door, Page, see_other, sign_in, visit};
use super::visit::Visit;
use crate::text::t;

/// Why a page can't be shown as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It is not there, or not for this viewer: the two look the same.
    NotFound,
    /// Somebody must sign in first; back to this path afterwards.
    SignIn(String),
    /// Signed in, and still not allowed.
    Forbidden,
    /// A form was sent from another site, or the browser hides where from.
    Foreign,
    /// What was sent is too large, in bytes allowed.
    TooLarge(usize),
    /// What was sent broke off or can't be read.
    Unreadable,
    /// The event number has a wrong digit.
    CheckNumber,
    /// Too many tries; again after so many seconds.
    TooMany(i64),
    /// The case has moved on in the meantime.
    MovedOn,
    /// The database does not answer: again in a moment.
    Unavailable,
    /// Our fault.
    Internal,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Refused(domain::request::Refusal::NotAllowed) => Self::NotFound,
            StoreError::Refused(_) => Self::MovedOn,
            StoreError::TooMany { seconds } => Self::TooMany(seconds),
            error if error.is_unavailable() => {
                tracing::warn!(%error, "the database does not answer");
                Self::Unavailable
            }
            error => {
                tracing::error!(%error, "a use case failed");
                Self::Internal
            }
        }
    }
}

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignIn(_) => StatusCode::SEE_OTHER,
            Self::Forbidden | Self::Foreign => StatusCode::FORBIDDEN,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable | Self::CheckNumber => StatusCode::BAD_REQUEST,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::MovedOn => StatusCode::CONFLICT,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable word in a problem document's type and in message keys.
    fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::SignIn(_) => "sign-in",
            Self::Forbidden => "forbidden",
            Self::Foreign => "foreign",
            Self::TooLarge(_) => "too-large",
            Self::Unreadable => "unreadable",
            Self::CheckNumber => "check-number",
            Self::TooMany(_) => "too-many",
            Self::MovedOn => "moved-on",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    fn retry_after(&self) -> Option<i64> {
        match self {
            Self::TooMany(seconds) => Some((*seconds).max(1)),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }
}

impl IntoResponse for Failure {
    /// The bare answer; [`in_words`] makes the page or the document of it, since only it knows the reader.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// No route takes this path.
pub async fn no_such_page() -> Failure {
    Failure::NotFound
}

/// What the type of a problem document leads to: its title, and what to do.
pub async fn explain(State(app): State<App>, visit: Visit, Path(word): Path<String>) -> Result<Response, Failure> {
    let known = visit.lang().has(&format!("problem-{word}-next"));
    known.then(|| words(&app, &visit, &word, StatusCode::OK)).ok_or(Failure::NotFound)
}

/// Gives every failure its words.
pub async fn in_words(State(app): State<App>, visit: Visit, request: Request, next: Next) -> Response {
    let machine = request.uri().path().starts_with("/api/")
        || request.headers().get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/"));
    let form = request.method() == Method::POST;
    let response = next.run(request).await;
    let failure = response.extensions().get::<Failure>().cloned().or_else(|| bare(response.status(), response.headers().contains_key(CONTENT_TYPE)));
    match failure {
        None => response,
        Some(Failure::SignIn(path)) if form && !machine => signed_out(&app, &visit, &path),
        Some(Failure::SignIn(path)) if !machine => see_other(&sign_in(&path)),
        Some(failure) if machine => problem(&visit, &failure),
        Some(failure) => page(&app, &visit, &failure),
    }
}

/// axum's own refusals have no body of ours; give them the nearest words.
fn bare(status: StatusCode, typed: bool) -> Option<Failure> {
    match status {
        StatusCode::NOT_FOUND => Some(Failure::NotFound),
        StatusCode::FORBIDDEN if !typed => Some(Failure::Foreign),
        StatusCode::METHOD_NOT_ALLOWED if !typed => Some(Failure::NotFound),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Failure::TooLarge(super::form::MAX_FORM)),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE if !typed => Some(Failure::Unreadable),
        _ => None,
    }
}

fn with_retry(response: Response, failure: &Failure) -> Response {
    match failure.retry_after() {
        Some(seconds) => with_retry_after(response, seconds),
        None => response,
    }
}

/// Says when to try again.
#[must_use]
pub fn with_retry_after(mut response: Response, seconds: i64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    response
}

fn problem(visit: &Visit, failure: &Failure) -> Response {
    let status = if matches!(failure, Failure::SignIn(_)) { StatusCode::UNAUTHORIZED } else { failure.status() };
    let body = serde_json::json!({
        "type": format!("/problems/{}", failure.word()),
        "title": visit.lang().say(&format!("problem-{}", failure.word())),
        "detail": visit.lang().say(&format!("problem-{}-next", failure.word())),
        "status": status.as_u16(),
    });
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    with_retry(response, failure)
}

/// The page that says what happened, that nothing was lost, and what to do next.
#[must_use]
pub fn page(app: &App, visit: &Visit, failure: &Failure) -> Response {
    with_retry(words(app, visit, failure.word(), failure.status()), failure)
}

fn words(app: &App, visit: &Visit, word: &str, status: StatusCode) -> Response {
    let lang = visit.lang();
    let title = lang.say(&format!("problem-{word}"));
    let next = lang.say(&format!("problem-{word}-next"));
    let heading = title.clone();
    Page::new(app, visit, Door::Elsewhere, title).status(status).show(move || {
        let lang = visit_lang();
        view! {
            <Empty icon="signpost">
                <h1>{heading}</h1>
                <p>{next}</p>
                <div class="inline">
                    <a class="btn" href="/">{t!(lang, "problem-home")}</a>
                    <a class="btn second" href="/requests"><Icon name="search"/>{t!(lang, "problem-search")}</a>
                </div>
            </Empty>
        }
    })
}

/// A form was sent and the session is over: a redirect would lose the words, while the page they stand on still has
/// them. So the sign-in opens beside it.
fn signed_out(app: &App, visit: &Visit, path: &str) -> Response {
    let title = t!(visit.lang(), "signed-out");
    let sign_in = sign_in(path);
    Page::new(app, visit, Door::Elsewhere, title).status(StatusCode::UNAUTHORIZED).show(move || {
        let lang = visit_lang();
        view! {
            <Empty icon="user-round">
                <h1>{t!(lang, "signed-out")}</h1>
                <p>{t!(lang, "signed-out-next")}</p>
                <a class="btn" href=sign_in target="_blank" rel="noopener">{t!(lang, "signed-out-open")}</a>
                <p>{t!(lang, "signed-out-then")}</p>
            </Empty>
        }
    })
}

fn visit_lang() -> super::text::Lang {
    visit().lang()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_explained() {
        let all = [
            Failure::NotFound,
            Failure::SignIn(String::new()),
            Failure::Forbidden,
            Failure::Foreign,
            Failure::TooLarge(0),
            Failure::Unreadable,
            Failure::CheckNumber,
            Failure::TooMany(1),
            Failure::MovedOn,
            Failure::Unavailable,
            Failure::Internal,
        ];
        for word in all.iter().map(Failure::word) {
            assert!(super::super::text::Lang::Zh.has(&format!("problem-{word}-next")), "{word}");
        }
    }
}

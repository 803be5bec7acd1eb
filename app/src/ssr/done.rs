//! What has just been done, said once on the page one lands on. A cookie of that page carries it there and is taken
//! back as the page is shown: opened again, the page claims nothing.

use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::App;
use super::part::{Note, Tone};
use super::render::{app, see_other, visit, with_cookie};
use super::request::words::when;
use super::visit::cookie;

const COOKIE: &str = "done";

/// All that can be said; each has its words, and most say what comes next.
const WORDS: [&str; 21] = [
    "replied",
    "added",
    "rated",
    "rated-poorly",
    "reopened",
    "withdrawn",
    "joined",
    "adopted",
    "appealed",
    "desk-accepted",
    "desk-asked",
    "desk-answered",
    "desk-settled",
    "desk-declined",
    "desk-classified",
    "decided",
    "photo-decided",
    "message-again",
    "message-dropped",
    "granted",
    "saved",
];

/// Something that was done a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which.
    pub word: &'static str,
    /// Until when what comes next is promised.
    pub until: Option<DateTime<Utc>>,
}

impl Done {
    /// Something that promises nothing.
    #[must_use]
    pub fn plain(word: &'static str) -> Self {
        Self { word, until: None }
    }

    /// Reads what the answer before left for this page.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let (word, until) = cookie(headers, COOKIE)?.split_once('.')?;
        let word = WORDS.into_iter().find(|known| *known == word)?;
        Some(Self { word, until: until.parse().ok().and_then(DateTime::from_timestamp_millis) })
    }

    /// After a good POST: to the page at `path`, which says it.
    #[must_use]
    pub fn see(self, app: &App, path: &str) -> Response {
        let until = self.until.map(|until| until.timestamp_millis().to_string()).unwrap_or_default();
        with_cookie(see_other(path), &set(app, path, &format!("{}.{until}", self.word), 60))
    }
}

fn set(app: &App, path: &str, value: &str, age: i64) -> String {
    super::cookie::set(&app.config, COOKIE, value, path.split(['?', '#']).next().unwrap_or("/"), age)
}

/// Takes it back: it has been said.
#[must_use]
pub fn said(app: &App, path: &str) -> String {
    set(app, path, "", 0)
}

/// The line on the page.
#[component]
pub fn JustDone() -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = app().store;
    let now = store.clock().now();
    visit.done.map(|Done { word, until }| {
        let until = until.filter(|until| *until > now).map(|until| when(lang, until, now, store.settings().zone));
        let (promise, next) = (format!("done-{word}-until"), format!("done-{word}-next"));
        let next = match until {
            Some(until) if lang.has(&promise) => Some(lang.say_with(&promise, &[("until", until.into())])),
            _ => lang.has(&next).then(|| lang.say(&next)),
        };
        // No green tick for what was no success to the resident.
        let tone = if word == "rated-poorly" { Tone::Plain } else { Tone::Good };
        view! { <Note tone=tone title=lang.say(&format!("done-{word}"))>{next.map(|next| view! { <span>{next}</span> })}</Note> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;
    use axum::http::header::COOKIE as HEADER;

    #[test]
    fn all_that_can_be_said_has_its_words() {
        for word in WORDS {
            assert!(Lang::Zh.has(&format!("done-{word}")), "{word}");
        }
    }

    #[test]
    fn nothing_else_is_ever_said() {
        let read = |value: &'static str| Done::read(&HeaderMap::from_iter([(HEADER, value.parse().expect("a header"))]));
        assert_eq!(read("show=zh; done=joined."), Some(Done::plain("joined")));
        assert_eq!(read("done=replied.1795500000000").and_then(|done| done.until), DateTime::from_timestamp_millis(1_795_500_000_000));
        for wrong in ["done=", "done=joined", "done=<b>.", "done=nonsense.1", "other=joined."] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

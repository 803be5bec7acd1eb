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

/// All that can be said: each has the words `done-…`, and most say what comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    Replied,
    Added,
    Rated,
    RatedPoorly,
    Reopened,
    Withdrawn,
    Joined,
    Adopted,
    Forgotten,
    Appealed,
    DeskAccepted,
    DeskAsked,
    DeskAnswered,
    DeskSettled,
    DeskDeclined,
    DeskClassified,
    Decided,
    PhotoDecided,
    MessageAgain,
    MessageDropped,
    Granted,
    Saved,
}

impl Did {
    const ALL: [Self; 22] = [
        Self::Replied,
        Self::Added,
        Self::Rated,
        Self::RatedPoorly,
        Self::Reopened,
        Self::Withdrawn,
        Self::Joined,
        Self::Adopted,
        Self::Forgotten,
        Self::Appealed,
        Self::DeskAccepted,
        Self::DeskAsked,
        Self::DeskAnswered,
        Self::DeskSettled,
        Self::DeskDeclined,
        Self::DeskClassified,
        Self::Decided,
        Self::PhotoDecided,
        Self::MessageAgain,
        Self::MessageDropped,
        Self::Granted,
        Self::Saved,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Replied => "replied",
            Self::Added => "added",
            Self::Rated => "rated",
            Self::RatedPoorly => "rated-poorly",
            Self::Reopened => "reopened",
            Self::Withdrawn => "withdrawn",
            Self::Joined => "joined",
            Self::Adopted => "adopted",
            Self::Forgotten => "forgotten",
            Self::Appealed => "appealed",
            Self::DeskAccepted => "desk-accepted",
            Self::DeskAsked => "desk-asked",
            Self::DeskAnswered => "desk-answered",
            Self::DeskSettled => "desk-settled",
            Self::DeskDeclined => "desk-declined",
            Self::DeskClassified => "desk-classified",
            Self::Decided => "decided",
            Self::PhotoDecided => "photo-decided",
            Self::MessageAgain => "message-again",
            Self::MessageDropped => "message-dropped",
            Self::Granted => "granted",
            Self::Saved => "saved",
        }
    }
}

/// Something that was done a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// What.
    pub did: Did,
    /// Until when what comes next is promised.
    pub until: Option<DateTime<Utc>>,
}

impl Done {
    /// Something that promises nothing.
    #[must_use]
    pub fn plain(did: Did) -> Self {
        Self { did, until: None }
    }

    /// Reads what the answer before left for this page.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let (word, until) = cookie(headers, COOKIE)?.split_once('.')?;
        let did = Did::ALL.into_iter().find(|did| did.as_str() == word)?;
        Some(Self { did, until: until.parse().ok().and_then(DateTime::from_timestamp_millis) })
    }

    /// After a good POST: to the page at `path`, which says it.
    #[must_use]
    pub fn see(self, app: &App, path: &str) -> Response {
        let until = self.until.map(|until| until.timestamp_millis().to_string()).unwrap_or_default();
        with_cookie(see_other(path), &set(app, path, &format!("{}.{until}", self.did.as_str()), 60))
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
    let store = &app().store;
    let now = store.clock().now();
    visit.done.map(|Done { did, until }| {
        let word = did.as_str();
        let until = until.filter(|until| *until > now).map(|until| when(lang, until, now, store.settings().zone));
        let (promise, next) = (format!("done-{word}-until"), format!("done-{word}-next"));
        let next = match until {
            Some(until) if lang.has(&promise) => Some(lang.say_with(&promise, &[("until", until.into())])),
            _ => lang.has(&next).then(|| lang.say(&next)),
        };
        // No green tick for what was no success to the resident.
        let tone = if did == Did::RatedPoorly { Tone::Plain } else { Tone::Good };
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
        for did in Did::ALL {
            assert!(Lang::Zh.has(&format!("done-{}", did.as_str())), "{did:?}");
        }
    }

    #[test]
    fn nothing_else_is_ever_said() {
        let read = |value: &'static str| Done::read(&HeaderMap::from_iter([(HEADER, value.parse().expect("a header"))]));
        assert_eq!(read("show=zh; done=joined."), Some(Done::plain(Did::Joined)));
        assert_eq!(read("done=replied.1795500000000").and_then(|done| done.until), DateTime::from_timestamp_millis(1_795_500_000_000));
        for wrong in ["done=", "done=joined", "done=<b>.", "done=nonsense.1", "other=joined."] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

//! The office 督办与管理: what waits for a supervisor's look, and what is decided about texts and photos.

mod list;
mod message;
mod photo;
mod report;
mod review;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use domain::request::{MAX_ANSWER, Refusal};
use domain::role::Role;
use domain::text::{TextError, clean};
use leptos::prelude::*;

use super::App;
use super::failure::Failure;
use super::form::Fields;
use super::part::{Field, Icon, Note, Tone, described};
use super::render::visit;
use super::request::detail::refusal_word;
use super::text::Lang;
use super::visit::Visit;
use crate::text::t;

/// Routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/office", get(list::show))
        .route("/office/reports/{id}", get(report::show).post(report::decide))
        .route("/office/requests/{number}", get(review::show).post(review::decide))
        .route("/office/messages", get(message::show).post(message::decide))
        .route("/office/photos/{id}", get(photo::show).post(photo::decide))
}

/// Whoever sits in the office: signed in and a supervisor somewhere.
fn in_office(visit: &Visit) -> Result<(), Failure> {
    visit.signed_in()?;
    if visit.viewer.holds_somewhere(Role::Supervisor) { Ok(()) } else { Err(Failure::Forbidden) }
}

/// What was typed into a form that could not be taken.
#[derive(Clone, Debug, Default)]
struct Kept {
    decision: String,
    words: String,
    cells: Vec<String>,
    key: String,
    /// What is wrong with the words.
    wrong: Option<String>,
    /// What is wrong with the rest.
    trouble: Option<String>,
}

impl Kept {
    fn read(fields: &Fields) -> Self {
        Self {
            decision: fields.get("decision").to_owned(),
            words: fields.get("words").chars().take(MAX_ANSWER * 2).collect(),
            cells: fields.all("cell").map(str::to_owned).take(photo::CELLS * photo::CELLS).collect(),
            key: fields.key(),
            ..Self::default()
        }
    }

    /// The words as they are kept, or what is wrong with them.
    fn clean(&self, lang: Lang) -> Result<String, Self> {
        clean(&self.words, MAX_ANSWER).map_err(|TextError::TooLong { max, got }| Self {
            wrong: Some(t!(lang, "wrong-too-long", max = max as i64, over = (got - max) as i64)),
            ..self.clone()
        })
    }

    /// The form again with a refusal, and the answer's status.
    fn refused(mut self, lang: Lang, refusal: Refusal) -> (Self, StatusCode) {
        let words = refusal_word(lang, refusal);
        if refusal == Refusal::NoWords {
            self.wrong = Some(words);
            (self, StatusCode::UNPROCESSABLE_ENTITY)
        } else {
            self.trouble = Some(words);
            (self, StatusCode::CONFLICT)
        }
    }

    /// The sentence at the top.
    fn note(&self, lang: Lang) -> Option<impl IntoView + use<>> {
        let words = self.trouble.clone().or_else(|| self.wrong.clone())?;
        Some(view! { <Note tone=Tone::Wrong title=t!(lang, "not-done")><span>{words}</span></Note> })
    }
}

/// What waits longest comes first: the link to the page behind.
#[component]
fn Next(href: String) -> impl IntoView {
    let lang = visit().lang();
    view! { <p><a class="btn second" href=href rel="next">{t!(lang, "desk-next")}<Icon name="chevron-right"/></a></p> }
}

/// The public words of a decision.
#[component]
fn Reason(label: String, hint: String, kept: Kept, #[prop(optional)] optional: bool) -> impl IntoView {
    let described = described("words", true, kept.wrong.is_some());
    let invalid = kept.wrong.is_some().then_some("true");
    view! {
        <Field id="words" label=label hint=Some(hint) wrong=kept.wrong optional=optional>
            <textarea id="words" name="words" rows="3" maxlength=MAX_ANSWER aria-describedby=described aria-invalid=invalid>{crate::part::inside(&kept.words)}</textarea>
        </Field>
    }
}

//! A forgotten password: a code to the phone where texts can be sent, else from somebody who looks at the person.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use leptos::prelude::*;
use store::StoreError;
use store::account::{CODE_DIGITS, CODE_MINUTES, Reset};

use super::words::{device, minutes, password_wrong};
use crate::App;
use crate::cookie::{called, with_called, with_session};
use crate::failure::{Failure, with_retry_after};
use crate::form::Fields;
use crate::part::{Note, TextField, Tone};
use crate::render::{Door, Page, see_other, visit};
use crate::text::t;
use crate::visit::Visit;

/// What stands in the form and above it.
#[derive(Default)]
struct Typed {
    name: String,
    code: String,
    /// Whether a code was asked for by text just now.
    sent: bool,
    wrong_code: Option<String>,
    wrong_password: Option<String>,
    wait: Option<i64>,
}

pub(super) async fn ask(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Response {
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let typed = Typed { name: called(&headers).unwrap_or_default(), sent: query.get("step") == "code", ..Typed::default() };
    // With a text gateway the code comes first; without one there is nothing to ask for here.
    if app.store.settings().texts && !query.has("step") { name_page(&app, &visit, typed) } else { code_page(&app, &visit, typed) }
}

pub(super) async fn send(State(app): State<App>, visit: Visit, headers: HeaderMap, fields: Fields) -> Result<Response, Failure> {
    let (lang, address) = (visit.lang(), visit.address.to_string());
    let name: String = fields.get("name").chars().take(80).collect();
    let mut typed = Typed { name: name.clone(), code: fields.get("code").chars().take(20).collect(), ..Typed::default() };
    if fields.get("step") == "ask" {
        return match app.store.ask_code(&name, &address).await {
            // Known or not, with a phone or without: the same answer.
            Ok(()) => Ok(with_called(&app.config, see_other("/forgot?step=code"), name.trim())),
            Err(StoreError::TooMany { seconds }) => {
                typed.wait = Some(seconds);
                Ok(with_retry_after(name_page(&app, &visit, typed), seconds))
            }
            Err(error) => Err(error.into()),
        };
    }
    // People read codes in groups and type them with full-width digits.
    let code: String = domain::text::fold(&typed.code).chars().filter(char::is_ascii_digit).collect();
    match app.store.reset_password(&name, &code, fields.get("password"), &address, &device(&headers)).await {
        Ok(Reset::Done(token)) => return Ok(with_session(&app.config, see_other("/account/security?done=reset"), &token)),
        Ok(Reset::WrongCode) => typed.wrong_code = Some(t!(lang, "forgot-wrong-code")),
        Ok(Reset::Weak(error)) => typed.wrong_password = Some(password_wrong(lang, &error)),
        Err(StoreError::TooMany { seconds }) => {
            typed.wait = Some(seconds);
            return Ok(with_retry_after(code_page(&app, &visit, typed), seconds));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(code_page(&app, &visit, typed))
}

fn status(typed: &Typed) -> StatusCode {
    match typed {
        Typed { wait: Some(_), .. } => StatusCode::TOO_MANY_REQUESTS,
        Typed { wrong_code: None, wrong_password: None, .. } => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn name_page(app: &App, visit: &Visit, typed: Typed) -> Response {
    Page::new(app, visit, Door::Account, t!(visit.lang(), "forgot")).status(status(&typed)).show(move || view! { <AskCode typed=typed/> })
}

fn code_page(app: &App, visit: &Visit, typed: Typed) -> Response {
    let texts = app.store.settings().texts;
    Page::new(app, visit, Door::Account, t!(visit.lang(), "forgot")).status(status(&typed)).show(move || view! { <UseCode typed=typed texts=texts/> })
}

#[component]
fn AskCode(typed: Typed) -> impl IntoView {
    let lang = visit().lang();
    let wait = typed.wait.map(|seconds| view! { <Note tone=Tone::Wrong title=t!(lang, "account-too-many")><span>{t!(lang, "account-too-many-next", minutes = minutes(seconds))}</span></Note> });
    view! {
        <form class="narrow stack" method="post" action="/forgot">
            <h1>{t!(lang, "forgot")}</h1>
            {wait}
            <input type="hidden" name="step" value="ask"/>
            <TextField id="name" label=t!(lang, "account-called") value=typed.name hint=t!(lang, "forgot-name-hint") autocomplete="username" maxlength=80/>
            <button class="btn big wide">{t!(lang, "forgot-send")}</button>
            <p class="soft">{t!(lang, "forgot-in-person")}</p>
            <a href="/forgot?step=have">{t!(lang, "forgot-have")}</a>
        </form>
    }
}

#[component]
fn UseCode(typed: Typed, texts: bool) -> impl IntoView {
    let lang = visit().lang();
    let note = match (typed.wait, typed.wrong_code.is_some() || typed.wrong_password.is_some()) {
        (Some(seconds), _) => Some((Tone::Wrong, t!(lang, "account-too-many"), t!(lang, "account-too-many-next", minutes = minutes(seconds)))),
        (None, true) => Some((Tone::Wrong, t!(lang, "account-look-again"), t!(lang, "account-look-again-next"))),
        (None, false) if typed.sent && texts => Some((Tone::Good, t!(lang, "forgot-sent"), t!(lang, "forgot-sent-next", minutes = CODE_MINUTES))),
        (None, false) if texts => Some((Tone::Plain, t!(lang, "forgot-get"), t!(lang, "forgot-in-person"))),
        (None, false) => Some((Tone::Plain, t!(lang, "forgot-get"), t!(lang, "forgot-only-in-person"))),
    };
    view! {
        <form class="narrow stack" method="post" action="/forgot">
            <h1>{t!(lang, "forgot")}</h1>
            {note.map(|(tone, title, words)| view! { <Note tone=tone title=title><span>{words}</span></Note> })}
            <TextField id="name" label=t!(lang, "account-called") value=typed.name autocomplete="username" maxlength=80/>
            <TextField id="code" label=t!(lang, "forgot-code", digits = CODE_DIGITS) value=typed.code wrong=typed.wrong_code autocomplete="one-time-code" inputmode="numeric" maxlength=20/>
            <TextField id="password" label=t!(lang, "account-password-new") hint=t!(lang, "account-password-hint") wrong=typed.wrong_password
                kind="password" autocomplete="new-password" maxlength=128/>
            <button class="btn big wide">{t!(lang, "forgot-set")}</button>
            <p class="soft small">{t!(lang, "forgot-ends")}</p>
            {texts.then(|| view! { <a href="/forgot">{t!(lang, "forgot-again")}</a> })}
        </form>
    }
}

//! Joining.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use store::account::JoinWrong;

use super::sign_in::waits;
use super::words::{called_wrong, minutes, password_wrong};
use crate::App;
use crate::cookie::{with_called, without_session};
use crate::failure::{Failure, with_retry_after};
use crate::form::Fields;
use crate::part::{Note, TextField, Tone};
use crate::render::{Door, Page, app, local, see_other, visit};
use crate::text::t;
use crate::visit::Visit;

/// What the form shows again.
#[derive(Default)]
struct Typed {
    name: String,
    to: String,
    wrong_name: Option<String>,
    wrong_password: Option<String>,
    wait: Option<i64>,
}

pub(super) async fn ask(State(app): State<App>, visit: Visit) -> Response {
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    page(&app, &visit, Typed { to: query.get("to").to_owned(), ..Typed::default() })
}

/// Taken or free, the answer is the same: the way to the sign-in page, where only the own password opens.
pub(super) async fn join(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let lang = visit.lang();
    let mut typed = Typed { name: fields.get("name").chars().take(80).collect(), to: fields.get("to").to_owned(), ..Typed::default() };
    match app.store.join(&typed.name, fields.get("password"), lang.as_str(), &visit.address.to_string()).await {
        Err(store::StoreError::TooMany { seconds }) => {
            typed.wait = Some(seconds);
            Ok(with_retry_after(page(&app, &visit, typed), seconds))
        }
        Err(error) => Err(error.into()),
        Ok(wrong) if wrong.is_empty() => {
            let to: String = form_urlencoded::byte_serialize(local(&typed.to).as_bytes()).collect();
            let response = with_called(&app.config, see_other(&format!("/sign-in?joined=1&to={to}")), typed.name.trim());
            // Whoever joins on a device where somebody is signed in is somebody else.
            match &visit.person {
                Some(person) => {
                    app.store.end_session(&visit.viewer, &person.session).await?;
                    Ok(without_session(&app.config, response))
                }
                None => Ok(response),
            }
        }
        Ok(wrong) => {
            for wrong in wrong {
                match wrong {
                    JoinWrong::Called(error) => typed.wrong_name = Some(called_wrong(lang, &error)),
                    JoinWrong::Password(error) => typed.wrong_password = Some(password_wrong(lang, &error)),
                }
            }
            Ok(page(&app, &visit, typed))
        }
    }
}

fn page(app: &App, visit: &Visit, typed: Typed) -> Response {
    let status = match &typed {
        Typed { wait: Some(_), .. } => StatusCode::TOO_MANY_REQUESTS,
        Typed { wrong_name: None, wrong_password: None, .. } => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let waits = waits(app, visit, &typed.to).map(|[title, _]| title);
    Page::new(app, visit, Door::Account, t!(visit.lang(), "account-join")).status(status).show(move || view! { <Join typed=typed waits=waits/> })
}

#[component]
fn Join(typed: Typed, waits: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let sign_in = format!("/sign-in?to={}", form_urlencoded::byte_serialize(local(&typed.to).as_bytes()).collect::<String>());
    let hint = if app().store.settings().texts { t!(lang, "join-name-hint") } else { t!(lang, "join-name-hint-plain") };
    let note = match (typed.wait, typed.wrong_name.is_some() || typed.wrong_password.is_some()) {
        (Some(seconds), _) => Some((Tone::Wrong, t!(lang, "account-too-many"), t!(lang, "account-too-many-next", minutes = minutes(seconds)))),
        (None, true) => Some((Tone::Wrong, t!(lang, "account-look-again"), t!(lang, "account-look-again-next"))),
        (None, false) => waits.map(|title| (Tone::Plain, title, t!(lang, "join-waits"))),
    };
    view! {
        <form class="narrow stack" method="post" action="/join">
            <h1>{t!(lang, "account-join")}</h1>
            {note.map(|(tone, title, words)| view! { <Note tone=tone title=title><span>{words}</span></Note> })}
            <input type="hidden" name="to" value=typed.to/>
            <TextField id="name" label=t!(lang, "account-called") value=typed.name hint=hint wrong=typed.wrong_name autocomplete="username" maxlength=80/>
            <TextField id="password" label=t!(lang, "account-password") hint=t!(lang, "account-password-hint") wrong=typed.wrong_password
                kind="password" autocomplete="new-password" maxlength=128/>
            <button class="btn big wide">{t!(lang, "account-join")}</button>
            <p class="soft small">{t!(lang, "join-data")}</p>
            <a href=sign_in>{t!(lang, "join-known")}</a>
        </form>
    }
}

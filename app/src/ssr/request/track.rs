//! `/requests/track`: number and code open the full case without an account.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use domain::event::number::{EventNumber, EventNumberError};
use leptos::prelude::*;
use store::StoreError;
use store::request::TRACKED_DAYS;

use crate::App;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Note, TextField, Tone};
use crate::render::{Door, Page, see_other, with_cookie};
use crate::text::t;
use crate::visit::Visit;

pub async fn show(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    page(&app, &visit, Typed { number: fields.get("number").to_owned(), ..Typed::default() })
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    number: String,
    code: String,
    wrong_number: Option<String>,
    wrong_code: Option<String>,
}

fn page(app: &App, visit: &Visit, typed: Typed) -> Response {
    let lang = visit.lang();
    let wrong = typed.wrong_number.clone().or(typed.wrong_code.clone());
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Page::new(app, visit, Door::Requests, t!(lang, "track")).status(status).show(move || {
        view! {
            <form class="narrow stack" method="post" action="/requests/track">
                <h1>{t!(lang, "track")}</h1>
                <p class="soft">{t!(lang, "track-about")}</p>
                {wrong.map(|wrong| view! { <Note tone=Tone::Wrong title=t!(lang, "track-wrong")><span>{wrong}</span></Note> })}
                <TextField id="number" label=t!(lang, "number") value=typed.number hint=t!(lang, "number-hint") wrong=typed.wrong_number inputmode="numeric" maxlength=60/>
                <TextField id="code" label=t!(lang, "track-code") value=typed.code hint=t!(lang, "track-code-hint") wrong=typed.wrong_code maxlength=20/>
                <button class="btn big wide">{t!(lang, "open-case")}</button>
            </form>
        }
    })
}

pub async fn open(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let lang = visit.lang();
    let typed = |name: &str, most: usize| fields.get(name).chars().take(most).collect::<String>();
    let typed = Typed { number: typed("number", 60), code: typed("code", 20), ..Typed::default() };
    let number = match EventNumber::parse(&typed.number) {
        Ok(number) => number,
        Err(error) => {
            let wrong = if error == EventNumberError::CheckDigit { t!(lang, "problem-check-number-next") } else { t!(lang, "track-wrong-number") };
            return Ok(page(&app, &visit, Typed { wrong_number: Some(wrong), ..typed }));
        }
    };
    app.store.attempt(domain::limit::TRACK_ADDRESS, &visit.address.to_string()).await?;
    app.store.attempt(domain::limit::TRACK_NUMBER, &number.compact()).await?;
    match app.store.track(&number, fields.get("code")).await {
        Ok(proof) => {
            app.store.forget_attempts(domain::limit::TRACK_NUMBER, &number.compact()).await?;
            Ok(with_cookie(see_other(&format!("/requests/{number}")), &remember(&app, &visit, &proof)))
        }
        Err(StoreError::NotFound) => Ok(page(&app, &visit, Typed { wrong_code: Some(t!(lang, "track-wrong-next")), ..typed })),
        Err(error) => Err(error.into()),
    }
}

/// The cookie that keeps the proofs of this device, the newest eight.
#[must_use]
pub fn remember(app: &App, visit: &Visit, proof: &str) -> String {
    let mut proofs = vec![proof.to_owned()];
    proofs.extend(visit.tracked.iter().filter(|kept| *kept != proof).take(7).cloned());
    keep(app, &proofs)
}

fn keep(app: &App, proofs: &[String]) -> String {
    let seconds = if proofs.is_empty() { 0 } else { TRACKED_DAYS * 24 * 3600 };
    crate::cookie::set(&app.config, "case", &proofs.join("_"), "/", seconds)
}

/// Takes the proofs of one request off this device, and the pages that the browser keeps for going back.
pub fn forget(app: &App, visit: &Visit, number: &EventNumber) -> Response {
    let others: Vec<_> = visit.tracked.iter().filter(|proof| !app.store.is_tracked(std::slice::from_ref(proof), number)).cloned().collect();
    let code = crate::cookie::set(&app.config, "code", "", "/requests", 0);
    let cookies = [keep(app, &others), code];
    let mut answer = cookies.iter().fold(Done::plain(Did::Forgotten).see(app, "/requests/track"), |answer, cookie| with_cookie(answer, cookie));
    answer.headers_mut().insert("clear-site-data", HeaderValue::from_static(r#""cache""#));
    answer
}

/// That this device opens the request by itself, and the way out of that.
#[component]
pub fn Remembered(number: EventNumber) -> impl IntoView {
    let lang = crate::render::visit().lang();
    view! {
        <form class="stack tight" method="post" action=format!("/requests/{number}")>
            <p class="small soft">{t!(lang, "remembered", days = TRACKED_DAYS)}</p>
            <button class="btn quiet" name="change" value="forget">{t!(lang, "forget-here")}</button>
        </form>
    }
}

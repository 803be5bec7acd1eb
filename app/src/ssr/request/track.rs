//! `/requests/track`: number and code open the full case without an account.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::number::{EventNumber, EventNumberError};
use leptos::prelude::*;
use store::StoreError;

use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Note, TextField, Tone};
use crate::render::{Door, Page, see_other, with_cookie};
use crate::text::t;
use crate::visit::Visit;

pub async fn show(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> Response {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    page(&app, &visit, StatusCode::OK, fields.get("number").to_owned(), None)
}

fn page(app: &App, visit: &Visit, status: StatusCode, number: String, wrong: Option<String>) -> Response {
    let lang = visit.lang();
    Page::new(app, visit, Door::Requests, t!(lang, "track")).status(status).show(move || {
        view! {
            <form class="narrow stack" method="post" action="/requests/track">
                <h1>{t!(lang, "track")}</h1>
                <p class="soft">{t!(lang, "track-about")}</p>
                {wrong.map(|wrong| view! { <Note tone=Tone::Wrong title=t!(lang, "track-wrong")><span>{wrong}</span></Note> })}
                <TextField id="number" label=t!(lang, "number") value=number hint=t!(lang, "number-hint") inputmode="numeric"/>
                <TextField id="code" label=t!(lang, "track-code") hint=t!(lang, "track-code-hint")/>
                <button class="btn big wide">{t!(lang, "open-case")}</button>
            </form>
        }
    })
}

pub async fn open(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let lang = visit.lang();
    let text = fields.get("number").chars().take(60).collect::<String>();
    let refuse = |status, wrong| Ok(page(&app, &visit, status, text.clone(), Some(wrong)));
    let number = match EventNumber::parse(&text) {
        Ok(number) => number,
        Err(EventNumberError::CheckDigit) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, t!(lang, "problem-check-number-next")),
        Err(_) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, t!(lang, "number-hint")),
    };
    app.store.attempt(domain::limit::TRACK_ADDRESS, &visit.address.to_string()).await?;
    app.store.attempt(domain::limit::TRACK_NUMBER, &number.compact()).await?;
    match app.store.track(&number, fields.get("code")).await {
        Ok(proof) => {
            app.store.forget_attempts(domain::limit::TRACK_NUMBER, &number.compact()).await?;
            Ok(with_cookie(see_other(&format!("/requests/{number}")), &remember(&app, &visit, &proof)))
        }
        Err(StoreError::NotFound) => refuse(StatusCode::UNPROCESSABLE_ENTITY, t!(lang, "track-wrong-next")),
        Err(error) => Err(error.into()),
    }
}

/// The cookie that keeps the proofs of this device, the newest eight.
#[must_use]
pub fn remember(app: &App, visit: &Visit, proof: &str) -> String {
    let mut proofs = vec![proof.to_owned()];
    proofs.extend(visit.tracked.iter().filter(|kept| *kept != proof).take(7).cloned());
    let secure = if app.config.origin.starts_with("https://") { "; Secure" } else { "" };
    let age = store::request::TRACKED_DAYS * 24 * 3600;
    format!("case={}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", proofs.join("_"))
}

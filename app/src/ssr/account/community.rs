//! The home community: set once, by its person.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::area::AreaCode;
use leptos::prelude::*;
use store::StoreError;

use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Field, Note, Tone, described};
use crate::render::{Door, Page, app, see_other, visit};
use crate::request::choose::{Choice, options};
use crate::text::t;
use crate::visit::Visit;

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let home = visit.signed_in()?.home;
    Ok(page(&app, &visit, home, false))
}

pub(super) async fn set(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    visit.signed_in()?;
    let Ok(area) = AreaCode::parse(fields.get("area")) else { return Ok(page(&app, &visit, None, true)) };
    match app.store.set_home(&visit.viewer, &area).await {
        Ok(()) => Ok(see_other("/account/home")),
        Err(StoreError::NotFound) => Ok(page(&app, &visit, None, true)),
        // Set meanwhile, by the same form sent twice or on another device: the page shows what holds.
        Err(StoreError::Refused(_)) => Ok(see_other("/account/home")),
        Err(error) => Err(error.into()),
    }
}

fn page(app: &App, visit: &Visit, home: Option<AreaCode>, wrong: bool) -> Response {
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = t!(visit.lang(), "account-home");
    Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <Home home=home wrong=wrong/> })
}

#[component]
fn Home(home: Option<AreaCode>, wrong: bool) -> impl IntoView {
    let lang = visit().lang();
    let app = app();
    let body = match home {
        Some(home) => view! { <Note tone=Tone::Good title=super::own::place(&app, &home)><span>{t!(lang, "community-set")}</span></Note> }.into_any(),
        None => {
            let mistake = wrong.then(|| t!(lang, "community-choose"));
            view! {
                {wrong.then(|| view! { <Note tone=Tone::Wrong title=t!(lang, "account-look-again")><span>{t!(lang, "community-choose")}</span></Note> })}
                <form class="stack" method="post" action="/account/home">
                    <Field id="area" label=t!(lang, "community-which") hint=Some(t!(lang, "community-once")) wrong=mistake>
                        <select id="area" name="area" required aria-describedby=described("area", true, wrong) aria-invalid=wrong.then_some("true")
                            inner_html=options(Choice::Communities, None, t!(lang, "community-none"))></select>
                    </Field>
                    <button class="btn big wide">{t!(lang, "community-save")}</button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <div class="narrow stack">
            <header class="stack tight"><a href="/account">{t!(lang, "account-back")}</a><h1>{t!(lang, "account-home")}</h1></header>
            {body}
        </div>
    }
}

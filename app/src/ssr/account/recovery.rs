//! Codes given in person: a committee member or agent looks at the resident and reads the code aloud.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::role::Role;
use leptos::prelude::*;
use store::account::{CODE_MINUTES, CODE_TRIES, Given};

use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Note, TextField, Tone, Wrong};
use crate::render::{Door, Page, visit};
use crate::text::t;
use crate::visit::Visit;

/// What the page shows.
#[derive(Default)]
struct Typed {
    name: String,
    code: Option<String>,
    unknown: bool,
    unseen: bool,
}

fn allowed(visit: &Visit) -> Result<(), Failure> {
    visit.signed_in()?;
    [Role::Committee, Role::Agent, Role::Supervisor].into_iter().any(|role| visit.has_role(role)).then_some(()).ok_or(Failure::Forbidden)
}

pub(super) async fn ask(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    allowed(&visit)?;
    Ok(page(&app, &visit, Typed::default()))
}

/// The code stands in the answer itself: an address or a stored page must not hold it.
pub(super) async fn give(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    allowed(&visit)?;
    let mut typed = Typed { name: fields.get("name").chars().take(80).collect(), unseen: fields.get("seen") != "yes", ..Typed::default() };
    if typed.name.trim().is_empty() {
        typed.unknown = true;
    } else if !typed.unseen {
        match app.store.give_code(&visit.viewer, &typed.name).await? {
            Given::Code(code, _) => typed.code = Some(code),
            Given::NotYours => typed.unknown = true,
        }
    }
    let mut response = page(&app, &visit, typed);
    response.headers_mut().insert(axum::http::header::CACHE_CONTROL, axum::http::HeaderValue::from_static("no-store"));
    Ok(response)
}

fn page(app: &App, visit: &Visit, typed: Typed) -> Response {
    let status = if typed.unknown || typed.unseen { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Page::new(app, visit, Door::Account, t!(visit.lang(), "give-code")).status(status).show(move || view! { <GiveCode typed=typed/> })
}

#[component]
fn GiveCode(typed: Typed) -> impl IntoView {
    let lang = visit().lang();
    if let Some(code) = typed.code {
        let spaced = code.get(..3).zip(code.get(3..)).map_or(code.clone(), |(a, b)| format!("{a} {b}"));
        return view! {
            <div class="narrow stack">
                <h1>{t!(lang, "give-code")}</h1>
                <section class="card call stack">
                    <p>{t!(lang, "give-for", name = typed.name)}</p>
                    <p class="big-num">{spaced}</p>
                    <p>{t!(lang, "give-how", minutes = CODE_MINUTES, tries = CODE_TRIES)}</p>
                </section>
                <p class="soft">{t!(lang, "give-recorded")}</p>
                <a class="btn second" href="/office/recovery">{t!(lang, "give-next")}</a>
            </div>
        }
        .into_any();
    }
    let unknown = typed.unknown.then(|| t!(lang, "give-unknown"));
    let unseen = typed.unseen.then(|| t!(lang, "give-unseen"));
    let wrong = unknown.clone().or(unseen.clone());
    let (class, described, invalid) = if unseen.is_some() { ("field bad", Some("seen-wrong"), Some("true")) } else { ("field", None, None) };
    view! {
        <form class="narrow stack" method="post" action="/office/recovery">
            <header class="stack tight"><a href="/account">{t!(lang, "account-back")}</a><h1>{t!(lang, "give-code")}</h1><p class="soft">{t!(lang, "give-what")}</p></header>
            {wrong.map(|words| view! { <Note tone=Tone::Wrong title=t!(lang, "account-look-again")><span>{words}</span></Note> })}
            <TextField id="name" label=t!(lang, "account-called") value=typed.name hint=t!(lang, "give-name-hint") wrong=unknown maxlength=80/>
            <div class=class>
                <label class="check"><input type="checkbox" name="seen" value="yes" required aria-describedby=described aria-invalid=invalid/><span>{t!(lang, "give-seen")}</span></label>
                {unseen.map(|words| view! { <Wrong id="seen-wrong".to_owned() words=words/> })}
            </div>
            <button class="btn big wide">{t!(lang, "give-code")}</button>
        </form>
    }
    .into_any()
}

//! The front door, the display settings, and the doors that open later.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use domain::request::MAX_WORDS;
use leptos::prelude::*;
use store::request::{Filter, Item, Need, Place};

use super::App;
use super::failure::Failure;
use super::form::Fields;
use super::part::{Empty, Icon};
use super::render::{Door, Page, app, local, see_other, visit, with_cookie};
use super::request::row::{Needs, Requests};
use super::request::words::area_word;
use super::text::Lang;
use super::visit::{Theme, Visit};
use crate::text::t;

/// Routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home))
        .route("/settings", post(settings))
        .route("/decisions", get(|app: State<App>, visit: Visit| async move { later(&app, &visit, Door::Decisions, "decisions", "vote") }))
        .route("/services", get(|app: State<App>, visit: Visit| async move { later(&app, &visit, Door::Services, "services", "hand-helping") }))
        .route("/help", get(help))
        .route("/accessibility", get(accessibility))
}

/// What of the home page concerns the person.
struct Front {
    todo: Vec<Need>,
    near: Vec<Item>,
}

async fn home(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let todo = match &visit.person {
        Some(_) => app.store.needs_me(&visit.viewer).await?,
        None => Vec::new(),
    };
    let area = visit.person.as_ref().and_then(|person| person.home);
    let mut near = app.store.requests(&visit.viewer, Place::Public, &Filter { area, ..Filter::default() }, None).await?.items;
    near.truncate(5);
    let title = t!(visit.lang(), "door-home");
    Ok(Page::new(&app, &visit, Door::Home, title).show(move || view! { <Home front=Front { todo, near }/> }))
}

#[component]
fn Home(front: Front) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let home = visit.person.as_ref().and_then(|person| person.home);
    let areas = app().store.district().areas.clone();
    let title = home.map_or_else(|| t!(lang, "home-title"), |home| area_word(&areas, &home));
    let change = visit
        .person
        .is_some()
        .then(|| view! { <a class="small" href="/account/home">{if home.is_some() { t!(lang, "home-change") } else { t!(lang, "home-set") }}</a> });
    let todo = (!front.todo.is_empty()).then(|| {
        view! { <section class="stack" aria-labelledby="todo"><h2 id="todo">{t!(lang, "home-todo")}</h2><Needs needs=front.todo/></section> }
    });
    let tile = |href: &'static str, icon: &'static str, word: String, small: String| view! { <a class="tile" href=href><Icon name=icon/><b>{word}</b><small>{small}</small></a> };
    view! {
        <div class="stack loose">
            <div class="stack">
                <div class="between"><h1>{title}</h1>{change}</div>
                <form class="card call stack" action="/requests/new" method="post">
                    <div class="field"><label for="what">{t!(lang, "home-ask")}</label>
                        <textarea id="what" name="what" rows="2" maxlength=MAX_WORDS placeholder=t!(lang, "home-example")></textarea></div>
                    <button class="btn big wide" name="begin" value="1"><Icon name="arrow-right"/>{t!(lang, "home-next")}</button>
                    <p class="small soft">{t!(lang, "home-promise")}</p>
                </form>
            </div>
            {todo}
            <nav class="tiles" aria-label=t!(lang, "home-common")>
                {tile("/requests", "search", t!(lang, "tile-requests"), t!(lang, "tile-requests-small"))}
                {tile("/requests/track", "file-text", t!(lang, "tile-track"), t!(lang, "tile-track-small"))}
                {tile("/services", "hand-helping", t!(lang, "tile-services"), t!(lang, "tile-services-small"))}
                {tile("/help", "circle-dot", t!(lang, "tile-help"), t!(lang, "tile-help-small"))}
            </nav>
            <section class="stack" aria-labelledby="near">
                <div class="between"><h2 id="near">{if home.is_some() { t!(lang, "home-near") } else { t!(lang, "home-recent") }}</h2><a class="small" href="/requests">{t!(lang, "home-all")}</a></div>
                <Requests items=front.near/>
            </section>
        </div>
    }
}

/// A door whose room is still being built: what it is for, and the one thing to do meanwhile.
fn later(app: &App, visit: &Visit, door: Door, noun: &'static str, icon: &'static str) -> Response {
    let lang = visit.lang();
    let title = lang.say(&format!("door-{noun}"));
    Page::new(app, visit, door, title.clone()).show(move || {
        view! {
            <Empty icon=icon>
                <h1>{title}</h1><p>{lang.say(&format!("later-{noun}"))}</p>
                <a class="btn" href="/requests/new">{t!(lang, "report-something")}</a>
            </Empty>
        }
    })
}

async fn help(State(app): State<App>, visit: Visit) -> Response {
    let lang = visit.lang();
    let phone = app.config.help_phone.clone();
    Page::new(&app, &visit, Door::Elsewhere, t!(lang, "help")).show(move || {
        view! {
            <div class="narrow stack loose">
                <h1>{t!(lang, "help")}</h1>
                <section class="stack"><h2>{t!(lang, "help-report")}</h2><p>{t!(lang, "help-report-how")}</p></section>
                <section class="stack"><h2>{t!(lang, "help-follow")}</h2><p>{t!(lang, "help-follow-how")}</p></section>
                <section class="stack"><h2>{t!(lang, "help-private")}</h2><p>{t!(lang, "help-private-how")}</p></section>
                <section class="stack"><h2>{t!(lang, "help-password")}</h2><p>{t!(lang, "help-password-how")}</p></section>
                <section class="card stack"><h2>{t!(lang, "help-talk")}</h2><a class="btn second wide" href=format!("tel:{phone}")><Icon name="phone"/>{phone.clone()}</a></section>
            </div>
        }
    })
}

async fn accessibility(State(app): State<App>, visit: Visit) -> Response {
    let lang = visit.lang();
    Page::new(&app, &visit, Door::Elsewhere, t!(lang, "accessibility")).show(move || {
        view! {
            <div class="narrow stack loose">
                <h1>{t!(lang, "accessibility")}</h1>
                <p>{t!(lang, "accessibility-about")}</p>
                <section class="stack"><h2>{t!(lang, "accessibility-how")}</h2><p>{t!(lang, "accessibility-how-text")}</p></section>
                <section class="stack"><h2>{t!(lang, "accessibility-gaps")}</h2><p>{t!(lang, "accessibility-gaps-text")}</p></section>
            </div>
        }
    })
}

/// Keeps how the reader likes the pages, on this device.
async fn settings(visit: Visit, fields: Fields) -> Response {
    let mut display = visit.display;
    match fields.get("size") {
        "large" => display.large = true,
        "normal" => display.large = false,
        _ => {}
    }
    match fields.get("theme") {
        "light" => display.theme = Some(Theme::Light),
        "dark" => display.theme = Some(Theme::Dark),
        "auto" => display.theme = None,
        _ => {}
    }
    display.lang = Lang::parse(fields.get("lang")).unwrap_or(display.lang);
    with_cookie(see_other(local(fields.get("to"))), &display.cookie())
}

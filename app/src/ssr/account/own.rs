//! The own page: what needs the person, the ways on, what is new, how the pages look.

use axum::extract::State;
use axum::response::Response;
use domain::area::AreaCode;
use domain::role::Role;
use leptos::prelude::*;
use store::account::Profile;
use store::notice::Notice;
use store::request::Need;

use super::inbox::Notices;
use crate::App;
use crate::failure::Failure;
use crate::part::{Choice, Desks, RowLink};
use crate::render::{Door, Page, app, visit};
use crate::request::row::Needs;
use crate::text::Lang;
use crate::text::t;
use crate::visit::{Theme, Visit};

/// How many messages stand here; the others have a page of their own.
const NEWEST: usize = 3;

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    let profile = app.store.profile(&visit.viewer).await?;
    let needs = app.store.needs_me(&visit.viewer).await?;
    let (mut notices, _) = app.store.notices(&visit.viewer, None).await?;
    notices.truncate(NEWEST);
    Ok(Page::new(&app, &visit, Door::Account, t!(visit.lang(), "door-account"))
        .show(move || view! { <Account profile=profile needs=needs notices=notices/> }))
}

/// How an account is called where it is shown to its person.
pub(super) fn called(lang: Lang, profile: &Profile) -> String {
    match (&profile.name, &profile.phone) {
        (Some(name), _) => name.clone(),
        (None, Some(phone)) => t!(lang, "account-tail", tail = phone.tail()),
        (None, None) => String::new(),
    }
}

/// A community's name from the subdistrict down.
pub(super) fn place(app: &App, area: &AreaCode) -> String {
    let areas = app.store.district().areas.clone();
    areas.path_name(area).unwrap_or_else(|| area.as_str().to_owned())
}

#[component]
fn Account(profile: Profile, needs: Vec<Need>, notices: Vec<Notice>) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let home = profile.home.as_ref().map(|home| place(&app(), home));
    let under = [home.clone(), Some(called(lang, &profile))].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let unread = visit.person.as_ref().map_or(0, |person| person.unread);
    // What an agent came for stands before everything that waits.
    let door = visit.has_role(Role::Agent).then(|| {
        view! { <ul class="list"><RowLink href="/requests/new?behalf=1" icon="square-pen" word=t!(lang, "whom-other")/></ul> }
    });
    let todo = (!needs.is_empty()).then(|| {
        view! { <section class="stack" aria-labelledby="todo"><h2 id="todo">{t!(lang, "home-todo")}</h2><Needs needs=needs/></section> }
    });
    let all = (!notices.is_empty()).then(|| {
        let word = if unread > 0 { t!(lang, "inbox-all-unread", count = unread) } else { t!(lang, "inbox-all") };
        view! { <p><a class="btn second" href="/account/inbox">{word}</a></p> }
    });
    view! {
        <div class="narrow stack loose">
            <header class="stack tight"><h1>{t!(lang, "door-account")}</h1><p class="soft">{under}</p></header>
            {door}
            {todo}
            <ul class="list"><RowLink href="/requests?mine=1" icon="message-square-warning" word=t!(lang, "account-requests")/></ul>
            <Desks/>
            <section class="stack" aria-labelledby="inbox">
                <h2 id="inbox">{t!(lang, "inbox")}</h2>
                <Notices notices=notices/>
                {all}
            </section>
            <section class="stack" aria-labelledby="settings">
                <h2 id="settings">{t!(lang, "account-settings")}</h2>
                <ul class="list">
                    {match home {
                        Some(home) => view! { <RowLink href="/account/home" icon="house" word=t!(lang, "account-home") figure=home/> }.into_any(),
                        None => view! { <RowLink href="/account/home" icon="house" word=t!(lang, "account-home")/> }.into_any(),
                    }}
                    <RowLink href="/account/messages" icon="bell" word=t!(lang, "account-messages")/>
                    <RowLink href="/account/security" icon="shield-check" word=t!(lang, "account-security")/>
                </ul>
            </section>
            <DisplayForm/>
            <form method="post" action="/sign-out"><button class="btn quiet">{t!(lang, "sign-out")}</button></form>
        </div>
    }
}

/// How the pages look on this device.
#[component]
fn DisplayForm() -> impl IntoView {
    let visit = visit();
    let (lang, display) = (visit.lang(), visit.display);
    view! {
        <form class="card stack" method="post" action="/settings">
            <h2>{t!(lang, "display")}</h2>
            <input type="hidden" name="to" value="/account"/>
            <fieldset class="field"><legend>{t!(lang, "display-size")}</legend><div class="pair">
                <Choice name="size" value="normal" word=t!(lang, "display-size-normal") checked={!display.large}/>
                <Choice name="size" value="large" word=t!(lang, "display-size-large") checked=display.large/>
            </div></fieldset>
            <fieldset class="field"><legend>{t!(lang, "display-theme")}</legend><div class="pair">
                <Choice name="theme" value="auto" word=t!(lang, "display-theme-auto") checked={display.theme.is_none()}/>
                <Choice name="theme" value="light" word=t!(lang, "display-theme-light") checked={display.theme == Some(Theme::Light)}/>
                <Choice name="theme" value="dark" word=t!(lang, "display-theme-dark") checked={display.theme == Some(Theme::Dark)}/>
            </div></fieldset>
            <button class="btn second">{t!(lang, "account-save")}</button>
        </form>
    }
}

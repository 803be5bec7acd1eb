//! The own page: what is new, the ways on, how the pages look.

use axum::extract::State;
use axum::response::Response;
use domain::area::AreaCode;
use leptos::prelude::*;
use store::account::Profile;
use store::notice::Notice;

use super::words::notice_words;
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Choice, Desks, Empty, Look, RowLink, State as Shape};
use crate::render::{Door, Page, app, see_other, visit};
use crate::request::words::when;
use crate::text::Lang;
use crate::text::t;
use crate::visit::{Theme, Visit};

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let before = Some(query.get("before")).filter(|before| !before.is_empty()).map(str::to_owned);
    let profile = app.store.profile(&visit.viewer).await?;
    let (notices, next) = app.store.notices(&visit.viewer, before.as_deref()).await?;
    let older = before.is_some();
    Ok(Page::new(&app, &visit, Door::Account, t!(visit.lang(), "door-account"))
        .show(move || view! { <Account profile=profile notices=notices next=next older=older/> }))
}

/// Marks everything as read: by a button, since a page that is only fetched (ahead of time, say) was not read.
pub(super) async fn read(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    app.store.read_notices(&visit.viewer, None).await?;
    Ok(see_other("/account"))
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
    let areas = app.store.district().areas;
    areas.path_name(area).unwrap_or_else(|| area.as_str().to_owned())
}

#[component]
fn Account(profile: Profile, notices: Vec<Notice>, next: Option<String>, older: bool) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let home = profile.home.as_ref().map(|home| place(&app(), home));
    let under = [home.clone(), Some(called(lang, &profile))].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let unread = notices.iter().any(|notice| !notice.read);
    let list = if notices.is_empty() {
        view! { <Empty icon="bell"><p>{t!(lang, "inbox-empty")}</p></Empty> }.into_any()
    } else {
        view! { <ul class="list">{notices.into_iter().map(|notice| view! { <Line notice=notice/> }).collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="narrow stack loose">
            <header class="stack tight"><h1>{t!(lang, "door-account")}</h1><p class="soft">{under}</p></header>
            <section class="stack" aria-labelledby="inbox">
                <h2 id="inbox">{t!(lang, "inbox")}</h2>
                {list}
                <div class="between">
                    {unread.then(|| view! { <form method="post" action="/account"><button class="btn quiet">{t!(lang, "inbox-read")}</button></form> })}
                    {next.map(|next| view! { <a class="btn quiet" href=format!("/account?before={next}")>{t!(lang, "inbox-older")}</a> })}
                    {older.then(|| view! { <a class="btn quiet" href="/account">{t!(lang, "inbox-newest")}</a> })}
                </div>
            </section>
            <ul class="list">
                <RowLink href="/requests?mine=1" icon="message-square-warning" word=t!(lang, "account-requests")/>
                {match home {
                    Some(home) => view! { <RowLink href="/account/home" icon="house" word=t!(lang, "account-home") figure=home/> }.into_any(),
                    None => view! { <RowLink href="/account/home" icon="house" word=t!(lang, "account-home")/> }.into_any(),
                }}
                <RowLink href="/account/messages" icon="bell" word=t!(lang, "account-messages")/>
                <RowLink href="/account/security" icon="shield-check" word=t!(lang, "account-security")/>
            </ul>
            <Desks/>
            <DisplayForm/>
            <form method="post" action="/sign-out"><button class="btn quiet">{t!(lang, "sign-out")}</button></form>
        </div>
    }
}

#[component]
fn Line(notice: Notice) -> impl IntoView {
    let lang = visit().lang();
    let store = app().store;
    let zone = store.settings().zone;
    let when = when(lang, notice.at, store.clock().now(), zone);
    let about: String = notice.what.chars().take(40).collect();
    let under = if about.is_empty() { when } else { format!("{about} · {when}") };
    let href = notice.number.as_ref().map_or_else(|| "/account/security".to_owned(), |number| format!("/requests/{number}"));
    let title = notice_words(lang, &notice.kind);
    let words: String = notice.words.chars().take(120).collect();
    view! {
        <li><a class="row" href=href>
            {if notice.read { view! { <span>{title}</span> }.into_any() } else { view! { <span class="inline"><b>{title}</b><Shape look=Look::Wait word=t!(lang, "inbox-new")/></span> }.into_any() }}
            {(!words.is_empty()).then(|| view! { <span class="clamp">{words}</span> })}
            <span class="soft small">{under}</span>
        </a></li>
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

//! `/account/inbox`: all messages, newest first.

use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;
use store::notice::Notice;

use super::words::notice_words;
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Empty, Look, State as Shape};
use crate::render::{Door, Page, app, see_other, visit};
use crate::request::words::when;
use crate::text::t;
use crate::visit::Visit;

pub(super) async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let before = Some(query.get("before")).filter(|before| !before.is_empty()).map(str::to_owned);
    let (notices, next) = app.store.notices(&visit.viewer, before.as_deref()).await?;
    let older = before.is_some();
    Ok(Page::new(&app, &visit, Door::Account, t!(visit.lang(), "inbox")).show(move || view! { <Inbox notices=notices next=next older=older/> }))
}

/// Marks everything as read: by a button, since a page that is only fetched (ahead of time, say) was not read.
pub(super) async fn read(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    visit.signed_in()?;
    app.store.read_notices(&visit.viewer, None).await?;
    Ok(see_other("/account/inbox"))
}

#[component]
fn Inbox(notices: Vec<Notice>, next: Option<String>, older: bool) -> impl IntoView {
    let lang = visit().lang();
    let unread = notices.iter().any(|notice| !notice.read);
    view! {
        <div class="narrow stack">
            <header class="stack tight"><a href="/account">{t!(lang, "account-back")}</a><h1>{t!(lang, "inbox")}</h1></header>
            <Notices notices=notices/>
            <div class="between">
                {unread.then(|| view! { <form method="post" action="/account/inbox"><button class="btn second">{t!(lang, "inbox-read")}</button></form> })}
                {next.map(|next| view! { <a class="btn quiet" href=format!("/account/inbox?before={next}")>{t!(lang, "inbox-older")}</a> })}
                {older.then(|| view! { <a class="btn quiet" href="/account/inbox">{t!(lang, "inbox-newest")}</a> })}
            </div>
        </div>
    }
}

/// `.list` of messages, or what stands in its place.
#[component]
pub(super) fn Notices(notices: Vec<Notice>) -> impl IntoView {
    if notices.is_empty() {
        let lang = visit().lang();
        return view! { <Empty icon="bell"><p>{t!(lang, "inbox-empty")}</p></Empty> }.into_any();
    }
    view! { <ul class="list">{notices.into_iter().map(|notice| view! { <Line notice=notice/> }).collect_view()}</ul> }.into_any()
}

#[component]
fn Line(notice: Notice) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
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

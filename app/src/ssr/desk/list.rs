//! `/desk`: the handler's list.

use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use domain::request::Progress;
use domain::role::Role;
use leptos::prelude::*;
use store::request::{DeskPlace, Filter, Item, Place, Queue, Waiting};

use super::at_desk;
use super::case::address;
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Empty, Icon, Look, State as StateMark};
use crate::render::{Door, Page, app, visit};
use crate::request::detail::groups;
use crate::request::row::head;
use crate::request::words::{area_word, class_word, span, state_word, when};
use crate::text::Lang;
use crate::text::t;
use crate::visit::Visit;

/// Which list the address asks for: a queue of what is open, or what is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Open(Queue),
    Done,
}

/// What the page shows.
struct Listed {
    shown: Shown,
    items: Vec<Item>,
    next: Option<String>,
    waiting: Waiting,
    title: String,
}

pub async fn show(State(app): State<App>, visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    at_desk(&visit)?;
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let after = fields.get("after");
    let (shown, items, next) = if fields.get("queue") == "done" {
        let filter = Filter { progress: Some(Progress::Done), ..Filter::default() };
        let page = app.store.requests(&visit.viewer, Place::Desk, &filter, after.parse().ok()).await?;
        (Shown::Done, page.items, page.before.map(|before| format!("/desk?queue=done&after={before}")))
    } else {
        let queue = Queue::parse(fields.get("queue")).unwrap_or_default();
        let page = app.store.desk(&visit.viewer, queue, DeskPlace::parse(after)).await?;
        (Shown::Open(queue), page.items, page.after.map(|after| format!("/desk?queue={}&after={after}", queue.as_str())))
    };
    let waiting = app.store.desk_counts(&visit.viewer).await?;
    let lang = visit.lang();
    let title = t!(lang, "desk-title", area = places(&app, &visit));
    let listed = Listed { shown, items, next, waiting, title: title.clone() };
    Ok(Page::new(&app, &visit, Door::Account, title).show(move || view! { <Desk listed=listed/> }))
}

/// The areas a handler was granted: the first two by name.
fn places(app: &App, visit: &Visit) -> String {
    let areas = app.store.district().areas.clone();
    let lang = visit.lang();
    let names: Vec<_> =
        visit.viewer.areas(Role::Handler).map(|area| areas.get(area).map_or_else(|| area.to_string(), |area| area.name.clone())).collect();
    let first = names.iter().take(2).cloned().collect::<Vec<_>>().join(&t!(lang, "desk-and"));
    if names.len() > 2 { t!(lang, "desk-places-more", first = first, count = names.len() as i64) } else { first }
}

/// What is promised next as the desk reads it: how late, how long is left today, or the day.
pub fn deadline(lang: Lang, item: &Item, now: DateTime<Utc>, zone: chrono_tz::Tz) -> (Look, String) {
    let (look, word) = match item.next_due() {
        _ if item.state.progress() != Progress::Open => (Look::Done, state_word(lang, item.state)),
        None => (Look::Plain, t!(lang, "desk-no-deadline")),
        Some(due) if due < now => (Look::Late, t!(lang, "desk-late-by", span = span(lang, now - due))),
        Some(due) if due - now < TimeDelta::hours(12) => (Look::Wait, t!(lang, "desk-left", span = span(lang, due - now))),
        Some(due) => (Look::Plain, when(lang, due, now, zone)),
    };
    let answer = item.reply_due_at.is_some() && item.state.progress() == Progress::Open;
    (look, if answer { t!(lang, "desk-answer", due = word) } else { word })
}

#[component]
fn Desk(listed: Listed) -> impl IntoView {
    let lang = visit().lang();
    let Listed { shown, items, next, waiting, title } = listed;
    let count = if waiting.open < Waiting::MOST { waiting.open.to_string() } else { format!("{}+", Waiting::MOST) };
    let chip = move |here: Shown, word: String, count: Option<i64>, address: String| {
        let figure = count.filter(|count| *count > 0).map(|count| view! { <span class="num">{count}</span> });
        view! { <a href=address aria-current=(here == shown).then_some("page")>{word}{figure}</a> }
    };
    let chips = Queue::ALL
        .into_iter()
        .map(|queue| {
            chip(Shown::Open(queue), lang.say(&format!("queue-{}", queue.as_str())), waiting.of(queue), format!("/desk?queue={}", queue.as_str()))
        })
        .collect_view();
    let queue = if let Shown::Open(queue) = shown { Some(queue) } else { None };
    let empty = if shown == Shown::Open(Queue::Open) { t!(lang, "desk-empty") } else { t!(lang, "desk-empty-queue") };
    let body = if items.is_empty() {
        view! { <Empty icon="sprout"><p>{empty}</p></Empty> }.into_any()
    } else {
        view! { <ul class="list">{items.iter().map(|item| row(item, queue)).collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="stack">
            <div class="between"><h1>{title}</h1><span class="soft">{t!(lang, "desk-open-count", count = count)}</span></div>
            <nav class="chips" aria-label=t!(lang, "desk-queues")>{chips}{chip(Shown::Done, t!(lang, "queue-done"), None, "/desk?queue=done".into())}</nav>
            {body}
            {next.map(|next| view! { <p><a class="btn second" href=next>{t!(lang, "desk-next")}<Icon name="chevron-right"/></a></p> })}
        </div>
    }
}

fn row(item: &Item, queue: Option<Queue>) -> impl IntoView + use<> {
    let visit = visit();
    let lang = visit.lang();
    let store = &app().store;
    let (now, zone, district) = (store.clock().now(), store.settings().zone, store.district());
    let (look, word) = deadline(lang, item, now, zone);
    let state = if item.asked { t!(lang, "standing-asked") } else { state_word(lang, item.state) };
    let danger = item.urgency.is_danger().then(|| view! { <StateMark look=Look::Late word=t!(lang, "desk-danger")/> });
    let joined = (item.me_too > 0).then(|| t!(lang, "me-too-count", count = item.me_too));
    view! {
        <li><a class="row case" href=address(item.number, queue)>
            <span class="due inline">{danger}<StateMark look=look word=word/></span>
            <b class="clamp">{head(&item.what)}</b>
            <span class="id soft small num">{groups(item.number)}</span>
            <span class="about small">{class_word(lang, &district.catalogue, item.class)}" · "{area_word(&district.areas, &item.area)}</span>
            <span class="stands soft small">{state}{joined.map(|joined| format!(" · {joined}"))}</span>
        </a></li>
    }
}

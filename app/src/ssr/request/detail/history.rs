//! How far along a request is, what happened to it, and who looked.

use domain::request::{Change, Relation, State as Standing};
use leptos::prelude::*;
use store::request::{ContactLook, Entry};

use crate::render::{app, visit};
use crate::request::words::{change_word, rating_word, relation_word, when};
use crate::text::t;

/// `.path`: how far along, like a parcel.
#[component]
pub fn Steps(state: Standing, history: Vec<Entry>) -> impl IntoView {
    let lang = visit().lang();
    let answered = history.iter().any(|entry| entry.change == Change::Answered);
    let now = match state {
        Standing::Reported | Standing::Reopened => 0,
        Standing::Accepted | Standing::Dispatched => 1,
        Standing::InProgress => 2,
        Standing::Answered => 3,
        Standing::Settled | Standing::Rated => 4,
        Standing::Declined | Standing::Merged | Standing::Withdrawn => return None,
    };
    let steps = [t!(lang, "step-reported"), t!(lang, "step-accepted"), t!(lang, "step-working"), t!(lang, "step-answered"), t!(lang, "step-settled")];
    Some(view! {
        <ol class="path" aria-label=t!(lang, "progress")>
            {steps
                .into_iter()
                .enumerate()
                .map(|(index, step)| {
                    let past = index < now || (index == 3 && answered && now > 3);
                    let class = if index == now { "now" } else if past { "past" } else { "" };
                    view! { <li class=class aria-current=(index == now).then_some("step")>{step}</li> }
                })
                .collect_view()}
        </ol>
    })
}

/// Who looked at the resident's phone, and why.
#[component]
pub fn Looks(looks: Vec<ContactLook>) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    (!looks.is_empty()).then(|| {
        let lines = looks
            .into_iter()
            .map(|look| view! { <li class="small"><span class="soft">{relation_word(lang, Relation::Handler)}" · "{when(lang, look.at, now, zone)}</span>" "{look.reason}</li> })
            .collect_view();
        view! { <section class="card stack tight" aria-labelledby="looks"><h2 id="looks">{t!(lang, "phone-looks")}</h2><ul class="stack tight">{lines}</ul></section> }
    })
}

/// `.history`: newest first.
#[component]
pub fn History(entries: Vec<Entry>) -> impl IntoView {
    let lang = visit().lang();
    view! { <section class="stack" aria-labelledby="hist"><h2 id="hist">{t!(lang, "history")}</h2><Entries entries=entries/></section> }
}

/// Entries of the history, each saying who, when, why.
#[component]
pub fn Entries(entries: Vec<Entry>) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    view! {
        <ol class="history">
            {entries
                .into_iter()
                .map(|entry| {
                    let who = format!("{} · {}", relation_word(lang, entry.role), when(lang, entry.at, now, zone));
                    view! {
                        <li><b>{change_word(lang, entry.change)}</b><span class="soft small">{who}</span>
                            {entry.rating.map(|points| view! { <p>{rating_word(lang, points)}</p> })}
                            {(!entry.words.is_empty()).then(|| view! { <p class="said words">{entry.words.clone()}</p> })}</li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

//! One line of a list of requests.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use store::District;
use store::request::{Item, Need};

use super::words::{area_word, class_word, state_view, when};
use crate::part::{Empty, Look, State};
use crate::render::{app, visit};
use crate::text::t;

/// `.list` of requests, or what stands in its place. Those `beside` a form open next to it.
#[component]
pub fn Requests(items: Vec<Item>, #[prop(optional)] empty: Option<AnyView>, #[prop(optional)] beside: bool) -> impl IntoView {
    let now = app().store.clock().now();
    let district = app().store.district();
    if items.is_empty() {
        return empty.unwrap_or_else(|| {
            let lang = visit().lang();
            view! { <Empty icon="message-square-warning"><p>{t!(lang, "requests-none")}</p></Empty> }.into_any()
        });
    }
    view! { <ul class="list">{items.into_iter().map(|item| row(&item, &district, now, beside)).collect_view()}</ul> }.into_any()
}

fn row(item: &Item, district: &District, now: DateTime<Utc>, beside: bool) -> impl IntoView + use<> {
    let lang = visit().lang();
    let zone = app().store.settings().zone;
    let place = item.metres.map_or_else(
        || area_word(&district.areas, &item.area),
        // To the nearest ten metres: phones know it no better.
        |metres| t!(lang, "metres-away", metres = ((metres / 10.0).round() * 10.0) as i64),
    );
    let about = format!("{} · {place} · {}", class_word(lang, &district.catalogue, item.class), when(lang, item.reported_at, now, zone));
    let picture =
        item.cover.as_ref().map(|id| view! { <img class="pic" src=format!("/photos/{id}/thumb") alt="" width="68" height="68" loading="lazy"/> });
    let joined = (item.me_too > 0).then(|| view! { <span class="soft">{t!(lang, "me-too-count", count = item.me_too)}</span> });
    view! {
        <li><a class="row" href=format!("/requests/{}", item.number) target=beside.then_some("_blank")>
            {picture}
            <b class="clamp">{head(&item.what)}</b>
            <span class="soft small">{about}</span>
            <span class="inline small">{state_view(lang, item, now)}{joined}</span>
        </a></li>
    }
}

/// `.list` of what waits for the person: what to do, and what the desk said. Each line leads to the form.
#[component]
pub fn Needs(needs: Vec<Need>) -> impl IntoView {
    let lang = visit().lang();
    let lines = needs.into_iter().map(|need| {
        let number = need.item.number;
        let (form, word) = if need.item.asked { ("reply", t!(lang, "need-answer")) } else { ("rate", t!(lang, "need-rating")) };
        view! {
            <li><a class="row" href=format!("/requests/{number}#{form}")>
                <span class="inline"><State look=Look::Wait word=word/></span>
                {(!need.said.is_empty()).then(|| view! { <b class="clamp">{need.said.clone()}</b> })}
                <span class="soft small clamp">{head(&need.item.what)}</span>
            </a></li>
        }
    });
    view! { <ul class="list">{lines.collect_view()}</ul> }
}

/// The first words of a text, for a line or a title.
#[must_use]
pub fn head(what: &str) -> String {
    let line: String = what.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}

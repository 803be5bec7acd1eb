//! What needs the viewer, above all else on the page: a question to answer, a result to rate, a poor one to reopen,
//! "me too" after signing in for it.

use domain::request::{Change, MAX_ANSWER, POOR_RATING};
use leptos::prelude::*;
use store::request::Detail;

use super::Kept;
use super::more::{AdoptForm, Join, JoinForm, ReopenForm};
use crate::part::{AreaField, Choice, Key, Wrong};
use crate::render::visit;
use crate::text::t;

/// Whether the resident rated it poorly and can still have it done again: then that stands first.
pub fn offers_reopening(detail: &Detail) -> bool {
    detail.look.possible.contains(&Change::Reopened) && detail.item.rating.is_some_and(|points| points <= POOR_RATING)
}

#[component]
pub fn Needs(detail: Detail, kept: Kept, joins: bool) -> impl IntoView {
    let possible = &detail.look.possible;
    if possible.contains(&Change::Replied) {
        view! { <Reply detail=detail kept=kept/> }.into_any()
    } else if possible.contains(&Change::Rated) {
        view! { <Rate detail=detail kept=kept/> }.into_any()
    } else if offers_reopening(&detail) {
        let lang = visit().lang();
        view! {
            <section class="card call stack" aria-labelledby="poor">
                <h2 id="poor">{t!(lang, "rated-poorly")}</h2>
                <ReopenForm detail=detail kept=kept class="btn wide"/>
            </section>
        }
        .into_any()
    } else if joins && Join::of(&detail) == Join::Adopt {
        view! { <section class="card call stack tight" id="join"><AdoptForm number=detail.item.number class="btn big wide"/></section> }.into_any()
    } else if joins && Join::of(&detail) == Join::Can {
        let lang = visit().lang();
        view! { <section class="card call stack tight" id="join"><p>{t!(lang, "join-now")}</p><JoinForm number=detail.item.number class="btn big wide"/></section> }.into_any()
    } else {
        ().into_any()
    }
}

#[component]
fn Reply(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let question = detail.history.iter().find(|entry| entry.change == Change::Asked).map(|entry| entry.words.clone()).unwrap_or_default();
    let kept = kept.of(Change::Replied);
    view! {
        <form class="card call stack" method="post" action=format!("/requests/{}", detail.item.number) id="reply">
            <h2>{t!(lang, "asked-you")}</h2>
            <p class="words">{question}</p>
            <Key/><input type="hidden" name="change" value="replied"/>
            <AreaField id="words" label=t!(lang, "your-answer") value=kept.words wrong=kept.wrong rows=2 maxlength=MAX_ANSWER/>
            <button class="btn wide">{t!(lang, "send-answer")}</button>
        </form>
    }
}

#[component]
fn Rate(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let kept = kept.of(Change::Rated);
    let chosen = kept.rating;
    // What is wrong is the missing stars, or else the words.
    let (stars, words) = if chosen.is_none() { (kept.wrong, None) } else { (None, kept.wrong) };
    let class = if stars.is_some() { "field bad" } else { "field" };
    let described = stars.is_some().then_some("rating-wrong");
    view! {
        <form class="card call stack" method="post" action=format!("/requests/{}", detail.item.number) id="rate">
            <Key/><input type="hidden" name="change" value="rated"/>
            <fieldset class=class aria-describedby=described><legend>{t!(lang, "rate-question")}</legend>
                <div class="slots">
                    {(1..=5i64).rev().map(|points| view! { <Choice name="rating" value=points.to_string() word=lang.say(&format!("rate-{points}")) checked=chosen == Some(points)/> }).collect_view()}
                </div>
                {stars.map(|stars| view! { <Wrong id="rating-wrong".to_owned() words=stars/> })}
            </fieldset>
            <AreaField id="words" label=t!(lang, "rate-words") value=kept.words wrong=words rows=2 maxlength=MAX_ANSWER optional=true/>
            <button class="btn wide">{t!(lang, "send-rating")}</button>
        </form>
    }
}

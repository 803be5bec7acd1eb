//! What a viewer can do besides: join, add, reopen, withdraw.

use domain::event::Fact;
use domain::event::number::EventNumber;
use domain::request::{Change, MAX_ANSWER, Progress, REOPEN_DAYS, Relation, Visibility};
use leptos::prelude::*;
use store::request::Detail;

use super::Kept;
use super::need::offers_reopening;
use super::told::Missing;
use crate::part::{AreaField, Field, Fold, Icon, Key, PhotosInput, described};
use crate::render::{app, sign_in, visit};
use crate::request::words::span;
use crate::text::t;

/// How the viewer stands to "me too".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Holds the tracking code and an account: it can become one's own.
    Adopt,
    /// Holds the tracking code, and no account yet.
    Keep,
    /// Is part of it already.
    Follows,
    /// Would have to sign in first.
    SignIn,
    /// One tap.
    Can,
    /// It is not open, or not public.
    Not,
}

impl Join {
    /// What a page offers its viewer.
    pub fn of(detail: &Detail) -> Self {
        let signed_in = visit().person.is_some();
        let open = detail.visibility == Visibility::Public && detail.item.state.progress() == Progress::Open;
        let resident = detail.look.relations.contains(&Relation::Resident);
        if detail.look.follows {
            Self::Follows
        } else if resident {
            if signed_in { Self::Adopt } else { Self::Keep }
        } else if !open {
            Self::Not
        } else if signed_in {
            Self::Can
        } else {
            Self::SignIn
        }
    }
}

/// "Me too", or how one stands to it.
#[component]
pub fn JoinOrFollow(detail: Detail) -> impl IntoView {
    let lang = visit().lang();
    let number = detail.item.number;
    match Join::of(&detail) {
        Join::Adopt => view! { <AdoptForm number=number class="btn second wide"/> }.into_any(),
        Join::Keep => {
            view! { <a class="btn second wide" href=sign_in(&joining(number))><Icon name="user-round"/>{t!(lang, "filed-join")}</a> }.into_any()
        }
        Join::Follows => view! { <p class="small soft">{t!(lang, "following")}</p> }.into_any(),
        Join::SignIn => view! {
            <div class="stack tight">
                <a class="btn second wide" href=sign_in(&joining(number))><Icon name="users-round"/>{t!(lang, "join")}</a>
                <p class="small soft">{t!(lang, "join-why")}</p>
            </div>
        }
        .into_any(),
        Join::Can => view! { <JoinForm number=number class="btn second wide"/> }.into_any(),
        Join::Not => ().into_any(),
    }
}

/// The page of a request with "me too" at its top: where whoever had to sign in for it comes back to.
#[must_use]
pub fn joining(number: EventNumber) -> String {
    format!("/requests/{number}?join=1")
}

/// Makes a tracked request one's own.
#[component]
pub fn AdoptForm(number: EventNumber, class: &'static str) -> impl IntoView {
    let lang = visit().lang();
    view! {
        <form method="post" action=format!("/requests/{number}")><input type="hidden" name="change" value="adopt"/>
            <button class=class>{t!(lang, "adopt")}</button></form>
    }
}

/// The one tap.
#[component]
pub fn JoinForm(number: EventNumber, class: &'static str) -> impl IntoView {
    let lang = visit().lang();
    view! {
        <form method="post" action=format!("/requests/{number}")><input type="hidden" name="change" value="join"/>
            <button class=class><Icon name="users-round"/>{t!(lang, "join")}</button></form>
    }
}

/// Has it done again: why, and how long that is possible.
#[component]
pub fn ReopenForm(detail: Detail, kept: Kept, class: &'static str) -> impl IntoView {
    let lang = visit().lang();
    let kept = kept.of(Change::Reopened);
    let now = app().store.clock().now();
    let left = detail.item.settled_at.map(|at| span(lang, at + chrono::TimeDelta::days(REOPEN_DAYS) - now)).unwrap_or_default();
    view! {
        <form class="stack" method="post" action=format!("/requests/{}", detail.item.number)>
            <Key/><input type="hidden" name="change" value="reopened"/>
            <AreaField id="reopen" name=Some("words") label=t!(lang, "reopen-why") hint=t!(lang, "reopen-hint", left = left) value=kept.words wrong=kept.wrong maxlength=MAX_ANSWER/>
            <button class=class>{t!(lang, "reopen-send")}</button>
        </form>
    }
}

/// Adds what is missing, words and photos.
#[component]
pub fn AddForm(number: EventNumber, missing: Vec<Fact>, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let kept = kept.of(Change::Added);
    let (photos, facts) = (kept.photo_wrong.clone(), kept.clone());
    let about = described("add-photos", true, photos.is_some());
    let invalid = photos.is_some();
    view! {
        <form class="stack" method="post" action=format!("/requests/{number}") enctype="multipart/form-data">
            <Key/><input type="hidden" name="change" value="added"/>
            <Missing facts=missing kept=facts/>
            <AreaField id="add" name=Some("words") label=t!(lang, "add-words") hint=t!(lang, "add-hint") value=kept.words wrong=kept.wrong optional=true/>
            <Field id="add-photos" label=t!(lang, "photos") hint=Some(t!(lang, "photos-hint")) wrong=photos optional=true>
                <PhotosInput id="add-photos" described=about wrong=invalid/>
            </Field>
            <button class="btn second">{t!(lang, "add-send")}</button>
        </form>
    }
}

/// What the resident can do besides: folded away, since most only read.
#[component]
pub fn More(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let own = detail.look.relations.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
    if !own {
        return ().into_any();
    }
    let action = format!("/requests/{}", detail.item.number);
    let possible = detail.look.possible.clone();
    let can = |change: Change| possible.contains(&change);
    let (typed, takes_back, adds, missing) = (kept.change, kept.of(Change::Withdrawn), kept.clone(), detail.missing.clone());
    let open = |change: Change| typed == Some(change);
    let add = can(Change::Added).then(|| {
        view! {
            <Fold icon="plus" title=t!(lang, "add") open=open(Change::Added)>
                <AddForm number=detail.item.number missing=missing kept=adds/>
            </Fold>
        }
    });
    let reopens = can(Change::Reopened) && !offers_reopening(&detail);
    let reopen = reopens.then(|| {
        view! {
            <Fold icon="rotate-ccw" title=t!(lang, "reopen") open=open(Change::Reopened)>
                <ReopenForm detail=detail kept=kept class="btn second"/>
            </Fold>
        }
    });
    let withdraw = can(Change::Withdrawn).then(|| {
        view! {
            <Fold icon="x" title=t!(lang, "withdraw") open=open(Change::Withdrawn)>
                <form class="stack" method="post" action=action>
                    <Key/><input type="hidden" name="change" value="withdrawn"/>
                    <AreaField id="withdraw" name=Some("words") label=t!(lang, "withdraw-why") value=takes_back.words wrong=takes_back.wrong maxlength=MAX_ANSWER optional=true/>
                    <button class="btn danger">{t!(lang, "withdraw-send")}</button>
                </form>
            </Fold>
        }
    });
    view! { <div class="stack tight">{add}{reopen}{withdraw}</div> }.into_any()
}

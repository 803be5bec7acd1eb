//! `/desk/{number}`: one case for its handler, with everything the resident said and everything that can be done.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::class::ClassCode;
use domain::request::{Change, MAX_ANSWER, Progress, Refusal, Relation, Visibility};
use domain::text::{TextError, clean};
use leptos::prelude::*;
use store::StoreError;
use store::request::{Changing, Contact, Detail, Item, Queue};

use super::list::deadline;
use super::step::{Beside, Kept, Phone, Steps};
use crate::App;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::{Fields, WithPhotos};
use crate::part::{Fold, Icon, Look, Note, State as StateMark, Tone};
use crate::render::{Door, Page, app, see_other, visit};
use crate::request::ask::fact_words;
use crate::request::detail::{Entries, History, Number, number, refusal_word};
use crate::request::map::Map;
use crate::request::photo::{Photos, take};
use crate::request::row::head;
use crate::request::words::{area_word, class_word, day_word, state_word, when};
use crate::text::t;
use crate::visit::Visit;

pub async fn show(State(app): State<App>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    page(&app, &visit, &text, Kept::default(), StatusCode::OK).await
}

/// The request if the viewer handles its area; else there is nothing here.
async fn handled(app: &App, visit: &Visit, text: &str) -> Result<Detail, Failure> {
    visit.signed_in()?;
    let detail = app.store.request(&visit.viewer, &number(text)?, false).await?;
    if detail.look.relations.contains(&Relation::Handler) { Ok(detail) } else { Err(Failure::NotFound) }
}

async fn page(app: &App, visit: &Visit, text: &str, kept: Kept, status: StatusCode) -> Result<Response, Failure> {
    let detail = handled(app, visit, text).await?;
    if visit.person.as_ref().is_some_and(|person| person.unread > 0) {
        app.store.read_notices(&visit.viewer, Some(detail.item.id)).await?;
    }
    let contact = app.store.contact(&visit.viewer, &detail.item.number, false).await?;
    // A step is done: on to the next of the list one came from.
    let next = match visit.done {
        Some(_) => app.store.desk_next(&visit.viewer, queue(visit).unwrap_or_default(), &detail.item).await?,
        None => None,
    };
    let title = head(&detail.item.what);
    Ok(Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <Case detail=detail contact=contact next=next kept=kept/> }))
}

/// The queue that the case was opened from.
fn queue(visit: &Visit) -> Option<Queue> {
    Queue::parse(Fields::parse(visit.uri.query().unwrap_or_default().as_bytes()).get("queue"))
}

/// A case's address; its queue goes with it.
pub fn address(number: impl std::fmt::Display, queue: Option<Queue>) -> String {
    queue.map_or_else(|| format!("/desk/{number}"), |queue| format!("/desk/{number}?queue={}", queue.as_str()))
}

/// What the page says after a step.
fn did(change: Change) -> Did {
    match change {
        Change::Accepted => Did::DeskAccepted,
        Change::Asked => Did::DeskAsked,
        Change::Answered => Did::DeskAnswered,
        Change::Settled => Did::DeskSettled,
        Change::Declined => Did::DeskDeclined,
        _ => Did::DeskClassified,
    }
}

pub async fn change(State(app): State<App>, visit: Visit, Path(text): Path<String>, WithPhotos(mut fields): WithPhotos) -> Result<Response, Failure> {
    let lang = visit.lang();
    let detail = handled(&app, &visit, &text).await?;
    let number = detail.item.number;
    let key = fields.key();
    let mut kept = Kept {
        form: fields.get("change").to_owned(),
        words: fields.get("words").chars().take(MAX_ANSWER * 2).collect(),
        class: fields.get("class").to_owned(),
        other: fields.get("other").to_owned(),
        key: key.clone(),
        ..Kept::default()
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let contact = kept.form == "contact";
    let change = Change::parse(&kept.form);
    if change.is_none() && !contact {
        return Err(Failure::NotFound);
    }
    // Nobody's photos are decoded before it is known that the step may be taken.
    if change == Some(Change::Settled) && detail.look.possible.contains(&Change::Settled) {
        let taken = take(&app, &visit, &mut fields, &key).await?;
        kept.photos = app.store.draft_photos(&key).await?.len();
        if !taken.wrong.is_empty() {
            kept.wrong = Some((Beside::Photos, taken.wrong.join(" ")));
            return page(&app, &visit, &text, kept, unprocessable).await;
        }
    }
    let max = if contact { 200 } else { MAX_ANSWER };
    let words = match clean(&kept.words, max) {
        Ok(words) => words,
        Err(TextError::TooLong { max, got }) => {
            kept.wrong = Some((Beside::Words, t!(lang, "wrong-too-long", max = max as i64, over = (got - max) as i64)));
            return page(&app, &visit, &text, kept, unprocessable).await;
        }
    };
    let done = match change {
        None => app.store.look_at_contact(&visit.viewer, &number, &words, &key).await.map(drop),
        Some(change) => {
            let chosen = if kept.other.is_empty() { &kept.class } else { &kept.other };
            // A case that has a class keeps it unless the step is about the class.
            let takes_class = change == Change::Classified || change == Change::Accepted && detail.item.class.is_none();
            let class = if takes_class { chosen.parse::<ClassCode>().ok() } else { None };
            let changing = Changing { viewer: &visit.viewer, tracked: false, change, words: &words, class, rating: None, addition: None, key: &key };
            app.store.change_request(&number, &changing).await
        }
    };
    match done {
        Ok(()) => {
            let here = address(number, queue(&visit));
            let Some(change) = change else { return Ok(see_other(&format!("{here}#contact"))) };
            let until = app.store.request(&visit.viewer, &number, false).await?.item.due_at;
            Ok(Done { did: did(change), until }.see(&app, &here))
        }
        Err(StoreError::Refused(Refusal::NotAllowed)) => Err(Failure::NotFound),
        Err(StoreError::Refused(refusal)) => {
            let (beside, status) = match refusal {
                Refusal::NoWords => (Beside::Words, unprocessable),
                Refusal::NoClass => (Beside::Class, unprocessable),
                Refusal::NoEvidence => (Beside::Photos, unprocessable),
                _ => (Beside::Step, StatusCode::CONFLICT),
            };
            kept.wrong = Some((beside, refusal_word(lang, refusal)));
            page(&app, &visit, &text, kept, status).await
        }
        Err(error) => Err(error.into()),
    }
}

#[component]
fn Case(detail: Detail, contact: Contact, next: Option<Item>, kept: Kept) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = &app().store;
    let (now, zone, district) = (store.clock().now(), store.settings().zone, store.district());
    let item = detail.item.clone();
    let number = item.number;
    let (look, word) = deadline(lang, &item, now, zone);
    let (mine, evidence): (Vec<_>, Vec<_>) = detail.photos.clone().into_iter().partition(|photo| !photo.evidence);
    let about = format!("{} · {}", class_word(lang, &district.catalogue, item.class), area_word(&district.areas, &item.area));
    let state = if item.asked { t!(lang, "standing-asked") } else { state_word(lang, item.state) };
    let queue = queue(&visit);
    let danger = item.urgency.is_danger().then(|| view! { <StateMark look=Look::Late word=t!(lang, "desk-danger")/> });
    let next = next.map(|next| {
        view! { <p><a class="btn second" href=address(next.number, queue)>{t!(lang, "case-next")}<Icon name="arrow-right"/></a>" "<span class="soft">{head(&next.what)}</span></p> }
    });
    let list = queue.map_or_else(|| "/desk".to_owned(), |queue| format!("/desk?queue={}", queue.as_str()));
    // What was asked and answered before, at once and together: nobody is asked twice.
    let talk: Vec<_> = detail
        .history
        .iter()
        .filter(|entry| {
            matches!(entry.change, Change::Asked | Change::Replied | Change::Added | Change::Reopened | Change::Rated) && !entry.words.is_empty()
        })
        .cloned()
        .collect();
    let wrong = kept.wrong.clone().map(|(beside, words)| {
        // Where the step itself is gone, what was typed stands here, so that no word is lost.
        let typed = (beside == Beside::Step && !kept.words.is_empty())
            .then(|| view! { <span class="words">{t!(lang, "case-you-wrote")}{kept.words.clone()}</span> });
        view! { <Note tone=Tone::Wrong title=t!(lang, "not-done")><span>{words}</span>{typed}</Note> }
    });
    let seen = match detail.visibility {
        Visibility::Public => t!(lang, "case-public"),
        Visibility::Private => t!(lang, "case-private"),
        Visibility::Review => t!(lang, "case-review"),
        Visibility::Hidden => t!(lang, "case-hidden"),
    };
    let map = item.lat.zip(item.lon).map(|(lat, lon)| {
        let label = t!(lang, "map-label", place = item.place.clone(), count = 0);
        view! { <Map lat=lat lon=lon label=label others=Vec::new() shift=(0, 0)/> }
    });
    let missing = (!detail.missing.is_empty()).then(|| {
        view! { <dt>{t!(lang, "case-missing")}</dt><dd><b>{fact_words(lang, &detail.missing)}</b>" "<span class="soft">{t!(lang, "case-missing-ask")}</span></dd> }
    });
    let position = item.lat.zip(item.lon).map(|(lat, lon)| {
        let accuracy = detail.accuracy.map(|metres| t!(lang, "case-accuracy", metres = metres));
        view! { <dt>{t!(lang, "case-position")}</dt><dd class="num">{format!("{lat:.5}, {lon:.5}")}" "<span class="soft">{accuracy}</span></dd> }
    });
    view! {
        <div class="stack loose">
            <header class="stack tight">
                <p class="small soft"><a href=list>{t!(lang, "desk")}</a>" · "{about}</p>
                <h1>{head(&item.what)}</h1>
                <p class="inline">{danger}<StateMark look=look word=word/>{(item.state.progress() == Progress::Open).then(|| view! { <span class="soft">{state}</span> })}</p>
            </header>
            {next}
            {wrong}
            <div class="side">
                <div class="stack loose">
                    {(item.what != head(&item.what) || !mine.is_empty()).then(|| view! {
                        <section class="stack" aria-labelledby="said"><h2 id="said">{t!(lang, "residents-words")}</h2><p class="words">{item.what.clone()}</p>
                            {(!mine.is_empty()).then(|| view! { <Photos photos=mine/> })}</section>
                    })}
                    {(!talk.is_empty()).then(|| view! { <section class="stack" aria-labelledby="talk"><h2 id="talk">{t!(lang, "case-talk")}</h2><Entries entries=talk/></section> })}
                    <section class="stack" aria-label=t!(lang, "case-steps")><Steps detail=detail.clone() kept=kept.clone()/></section>
                    {(!evidence.is_empty()).then(|| view! { <section class="stack" aria-labelledby="evidence"><h2 id="evidence">{t!(lang, "evidence")}</h2><Photos photos=evidence/></section> })}
                    <History entries=detail.history.clone()/>
                </div>
                <aside class="stack">
                    <div class="card stack">
                        <dl class="facts">
                            <dt>{t!(lang, "number")}</dt><dd><Number number=number/></dd>
                            {(!item.place.is_empty()).then(|| view! { <dt>{t!(lang, "place")}</dt><dd>{item.place.clone()}</dd> })}
                            {position}
                            {detail.happened_at.map(|at| view! { <dt>{t!(lang, "happened")}</dt><dd>{when(lang, at, now, zone)}</dd> })}
                            {detail.since.map(|day| view! { <dt>{t!(lang, "since")}</dt><dd>{day_word(lang, day)}</dd> })}
                            {missing}
                            <dt>{t!(lang, "case-reported")}</dt><dd>{when(lang, item.reported_at, now, zone)}</dd>
                            {item.reply_due_at.map(|due| view! { <dt>{t!(lang, "reply-due")}</dt><dd>{when(lang, due, now, zone)}</dd> })}
                            {item.due_at.map(|due| view! { <dt>{t!(lang, "settle-due")}</dt><dd>{when(lang, due, now, zone)}</dd> })}
                            {(detail.source == "agent").then(|| view! { <dt>{t!(lang, "came-by")}</dt><dd>{t!(lang, "source-agent")}</dd> })}
                            <dt>{t!(lang, "me-too")}</dt><dd>{t!(lang, "people", count = item.me_too)}</dd>
                            <dt>{t!(lang, "case-seen")}</dt><dd>{seen}</dd>
                        </dl>
                        <a class="btn quiet" href=format!("/requests/{number}")><Icon name="eye"/>{t!(lang, "case-as-public")}</a>
                    </div>
                    <Phone contact=contact kept=kept/>
                    {map}
                    <Fold icon="file-text" title=t!(lang, "grid-receives")><p class="small">{detail.description.clone()}</p></Fold>
                </aside>
            </div>
        </div>
    }
}

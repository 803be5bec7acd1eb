//! `/requests/{number}`: one request, what happened to it, and what the viewer can do.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::number::{EventNumber, EventNumberError};
use domain::request::{Change, MAX_ANSWER, MAX_WORDS, Progress, Refusal, Relation, Sight, State as Standing, Visibility};
use leptos::prelude::*;
use store::StoreError;
use store::request::{Changing, ContactLook, Detail, Entry, Item, Near};

use super::ask::HelpLines;
use super::map::Map;
use super::photo::{Photos, take};
use super::row::head;
use super::track::remember;
use super::words::{area_word, change_word, class_word, day_word, left, relation_word, span, standing, when};
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{AreaField, Choice, Fold, Icon, Key, Note, State as StateMark, Tone, inside};
use crate::render::{Door, Page, app, see_other, visit, with_cookie};
use crate::text::t;
use crate::visit::{Visit, cookie};

/// The number in a path, or the answer for a wrong one.
///
/// # Errors
/// [`Failure::CheckNumber`] for a number that was mistyped, [`Failure::NotFound`] for anything else.
pub fn number(text: &str) -> Result<EventNumber, Failure> {
    EventNumber::parse(text).map_err(|error| match error {
        EventNumberError::CheckDigit => Failure::CheckNumber,
        _ => Failure::NotFound,
    })
}

/// What was typed into a form that could not be taken.
#[derive(Clone, Debug, Default)]
struct Kept {
    change: Option<Change>,
    words: String,
    rating: Option<i64>,
    wrong: Option<String>,
}

pub async fn show(State(app): State<App>, visit: Visit, Path(text): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let shift = |name: &str| fields.get(name).parse::<i32>().unwrap_or(0).clamp(-20, 20);
    page(&app, &visit, &text, (shift("east"), shift("north")), Kept::default()).await
}

async fn page(app: &App, visit: &Visit, text: &str, shift: (i32, i32), kept: Kept) -> Result<Response, Failure> {
    let number = number(text)?;
    let tracked = app.store.is_tracked(&visit.tracked, &number);
    let detail = app.store.request(&visit.viewer, &number, tracked).await?;
    if visit.person.as_ref().is_some_and(|person| person.unread > 0) {
        app.store.read_notices(&visit.viewer, Some(detail.item.id)).await?;
    }
    let position = detail.item.lat.zip(detail.item.lon).and_then(|(lat, lon)| domain::area::Position::new(lat, lon, None).ok());
    let mut others = match &position {
        Some(position) => app.store.near(None, Near::Position(position), Some(20)).await?,
        None => Vec::new(),
    };
    others.retain(|other| other.id != detail.item.id);
    // Whoever left a phone sees who looked at it, and why.
    let own = detail.look.relations.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
    let looks = if own { app.store.contact(&visit.viewer, &number, tracked).await?.looks } else { Vec::new() };
    let title = if detail.item.what.is_empty() { number.to_string() } else { head(&detail.item.what) };
    let status = if kept.wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page::new(app, visit, Door::Requests, title)
        .status(status)
        .show(move || view! { <Request detail=detail others=others looks=looks shift=shift kept=kept/> }))
}

/// A change that the page's forms can send. The desk has a page of its own.
pub async fn change(State(app): State<App>, visit: Visit, Path(text): Path<String>, mut fields: Fields) -> Result<Response, Failure> {
    let lang = visit.lang();
    let number = number(&text)?;
    let here = format!("/requests/{number}");
    match fields.get("change") {
        "join" => {
            visit.signed_in()?;
            app.store.join_request(&visit.viewer, &number).await?;
            return Ok(see_other(&here));
        }
        "adopt" => {
            visit.signed_in()?;
            app.store.adopt_request(&visit.viewer, &number, &visit.tracked).await?;
            return Ok(see_other(&here));
        }
        _ => {}
    }
    let change = Change::parse(fields.get("change")).ok_or(Failure::NotFound)?;
    let tracked = app.store.is_tracked(&visit.tracked, &number);
    let rating = fields.get("rating").parse().ok().filter(|rating| (1..=5).contains(rating));
    let key = fields.key();
    let typed = fields.get("words").chars().take(MAX_WORDS + 1).collect::<String>();
    let refuse = |wrong: String| Kept { change: Some(change), words: typed.clone(), rating, wrong: Some(wrong) };
    // Nobody's photos are decoded before it is known that they may be added.
    let look = app.store.request(&visit.viewer, &number, tracked).await?.look;
    let taken = if look.possible.contains(&change) { take(&app, &visit, &mut fields, &key).await? } else { super::photo::Taken::default() };
    let max = if change == Change::Added { MAX_WORDS } else { MAX_ANSWER };
    let words = match domain::text::clean(&typed, max) {
        Ok(words) => words,
        Err(domain::text::TextError::TooLong { max, got }) => {
            return page(&app, &visit, &text, (0, 0), refuse(t!(lang, "wrong-too-long", max = max as i64, over = (got - max) as i64))).await;
        }
    };
    let photos = app.store.draft_photos(&key).await?;
    let wrong = if let Some(wrong) = taken.wrong.first() {
        Some(wrong.clone())
    } else if words.is_empty() && (change.needs_words() || change == Change::Added && photos.is_empty()) {
        Some(t!(lang, "wrong-empty"))
    } else if change == Change::Rated && rating.is_none() {
        Some(t!(lang, "wrong-rating"))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return page(&app, &visit, &text, (0, 0), refuse(wrong)).await;
    }
    let changing = Changing { viewer: &visit.viewer, tracked, change, words: &words, class: None, rating, key: &key };
    match app.store.change_request(&number, &changing).await {
        Ok(()) => Ok(see_other(&here)),
        Err(StoreError::Refused(Refusal::NotAllowed)) => Err(Failure::NotFound),
        Err(StoreError::Refused(refusal)) => page(&app, &visit, &text, (0, 0), refuse(refusal_word(lang, refusal))).await,
        Err(error) => Err(error.into()),
    }
}

/// Why a change is not possible, as a sentence.
#[must_use]
pub fn refusal_word(lang: crate::text::Lang, refusal: Refusal) -> String {
    match refusal {
        Refusal::NotAllowed => t!(lang, "problem-forbidden"),
        Refusal::NotNow => t!(lang, "problem-moved-on-next"),
        Refusal::NotAsked => t!(lang, "refused-not-asked"),
        Refusal::ReopenedBefore => t!(lang, "refused-reopened-before"),
        Refusal::TooLate => t!(lang, "refused-too-late"),
        Refusal::NoClass => t!(lang, "refused-no-class"),
        Refusal::NoEvidence => t!(lang, "refused-no-evidence"),
        Refusal::NoWords => t!(lang, "wrong-empty"),
        Refusal::NeverPublic => t!(lang, "refused-never-public"),
    }
}

/// The answer to a filed request: the number, what happens next, and when at the latest.
pub async fn filed(State(app): State<App>, visit: Visit, Path(text): Path<String>, headers: axum::http::HeaderMap) -> Result<Response, Failure> {
    let number = number(&text)?;
    let code = cookie(&headers, "code").and_then(|pair| pair.strip_prefix(&format!("{}.", number.compact()))).map(str::to_owned);
    let proof = match &code {
        Some(code) => {
            app.store.attempt(domain::limit::TRACK_ADDRESS, &visit.address.to_string()).await?;
            app.store.track(&number, code).await.ok()
        }
        None => None,
    };
    let tracked = proof.is_some() || app.store.is_tracked(&visit.tracked, &number);
    let detail = app.store.request(&visit.viewer, &number, tracked).await?;
    let own = detail.look.relations.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
    if !own {
        return Ok(see_other(&format!("/requests/{number}")));
    }
    let lang = visit.lang();
    let response = Page::new(&app, &visit, Door::Requests, t!(lang, "filed")).show(move || view! { <Filed detail=detail code=code/> });
    Ok(match proof {
        Some(proof) => with_cookie(response, &remember(&app, &visit, &proof)),
        None => response,
    })
}

#[component]
pub fn Number(number: EventNumber) -> impl IntoView {
    let text = number.to_string();
    let mut parts = text.splitn(3, '-').map(str::to_owned);
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    view! { <span class="number"><span>{first}"-"</span><wbr/><span>{second}"-"</span><wbr/><span>{third}</span></span> }
}

#[component]
fn Filed(detail: Detail, code: Option<String>) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let number = detail.item.number;
    let until = detail.reply_due_at.map(|due| when(lang, due, now, zone));
    let settled = detail.item.due_at.map(|due| when(lang, due, now, zone));
    let next = if detail.item.class.is_none() { t!(lang, "filed-next-unclassified") } else { t!(lang, "filed-next") };
    view! {
        <div class="narrow stack loose">
            <div class="note good" role="status"><Icon name="circle-check"/><b>{t!(lang, "filed-title")}</b><span>{t!(lang, "filed-saved")}</span></div>
            <section class="card stack">
                <div class="stack tight"><span class="soft">{t!(lang, "number")}</span><Number number=number/></div>
                {code.map(|code| view! {
                    <div class="stack tight"><span class="soft">{t!(lang, "track-code")}</span><span class="number">{code}</span><span class="small soft">{t!(lang, "track-code-keep")}</span></div>
                })}
            </section>
            <section class="stack">
                <h1>{t!(lang, "filed-what-next")}</h1>
                <p>{next}</p>
                <dl class="facts">
                    <dt>{t!(lang, "reply-due")}</dt><dd>{until.unwrap_or_else(|| t!(lang, "due-unknown"))}</dd>
                    <dt>{t!(lang, "settle-due")}</dt><dd>{settled.unwrap_or_else(|| t!(lang, "due-unknown"))}</dd>
                </dl>
                {(detail.visibility != Visibility::Public).then(|| view! { <p class="small soft">{if detail.visibility == Visibility::Private { t!(lang, "private-kept") } else { t!(lang, "review-kept") }}</p> })}
            </section>
            <HelpLines class=detail.item.class/>
            <div class="stack tight">
                <a class="btn big wide" href=format!("/requests/{number}")>{t!(lang, "see-case")}</a>
                <a class="btn quiet wide" href="/">{t!(lang, "problem-home")}</a>
            </div>
        </div>
    }
}

#[component]
fn Request(detail: Detail, others: Vec<Item>, looks: Vec<ContactLook>, shift: (i32, i32), kept: Kept) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = app().store;
    let (now, zone, district) = (store.clock().now(), store.settings().zone, store.district());
    let item = detail.item.clone();
    let number = item.number;
    let full = detail.look.sight == Sight::Full;
    let (look, word) = standing(lang, &item, now);
    let due = item.due_at.filter(|_| item.state.progress() == Progress::Open);
    let about = format!(
        "{} · {} · {}",
        class_word(lang, &district.catalogue, item.class),
        area_word(&district.areas, &item.area),
        when(lang, item.reported_at, now, zone)
    );
    let (mine, evidence): (Vec<_>, Vec<_>) = detail.photos.clone().into_iter().partition(|photo| !photo.evidence);
    let can_report = detail.visibility == Visibility::Public;
    let report = format!("/requests/{number}/report");
    let map = item.lat.zip(item.lon).map(|(lat, lon)| {
        let label = t!(lang, "map-label", place = item.place.clone(), count = others.len() as i64);
        view! { <Map lat=lat lon=lon label=label others=others.clone() shift=shift/> }
    });
    let title = if detail.visibility == Visibility::Hidden && !full { t!(lang, "hidden-title") } else { head(&item.what) };
    view! {
        <div class="stack loose">
            <header class="stack tight">
                <p class="small soft">{about}</p>
                <h1>{title}</h1>
                <p class="inline"><StateMark look=look word=word/>{due.map(|due| view! { <span class="num">{left(lang, due, now)}</span> })}</p>
            </header>
            {visibility_note(&detail)}
            {kept.wrong.clone().map(|wrong| view! { <Note tone=Tone::Wrong title=t!(lang, "not-done")><span>{wrong}</span></Note> })}
            <div class="side">
                <div class="stack loose">
                    <Steps state=item.state history=detail.history.clone()/>
                    <Needs detail=detail.clone() kept=kept.clone()/>
                    {(item.what != head(&item.what) || !mine.is_empty()).then(|| view! {
                        <section class="stack" aria-labelledby="said"><h2 id="said">{t!(lang, "residents-words")}</h2><p class="words">{item.what.clone()}</p>
                            {(!mine.is_empty()).then(|| view! { <Photos photos=mine report=report.clone()/> })}</section>
                    })}
                    {(!evidence.is_empty()).then(|| view! { <section class="stack" aria-labelledby="evidence"><h2 id="evidence">{t!(lang, "evidence")}</h2><Photos photos=evidence/></section> })}
                    <History entries=detail.history.clone()/>
                    <More detail=detail.clone() kept=kept/>
                </div>
                <aside class="stack">
                    <div class="card stack">
                        <dl class="facts">
                            <dt>{t!(lang, "number")}</dt><dd><Number number=number/></dd>
                            {(!item.place.is_empty()).then(|| view! { <dt>{t!(lang, "place")}</dt><dd>{item.place.clone()}</dd> })}
                            {detail.happened_at.map(|at| view! { <dt>{t!(lang, "happened")}</dt><dd>{when(lang, at, now, zone)}</dd> })}
                            {detail.since.map(|day| view! { <dt>{t!(lang, "since")}</dt><dd>{day_word(lang, day)}</dd> })}
                            {due.map(|due| view! { <dt>{t!(lang, "due")}</dt><dd>{when(lang, due, now, zone)}</dd> })}
                            {(detail.source == "agent").then(|| view! { <dt>{t!(lang, "came-by")}</dt><dd>{t!(lang, "source-agent")}</dd> })}
                            {detail.phone.clone().map(|phone| view! { <dt>{t!(lang, "phone")}</dt><dd class="num">{phone}</dd> })}
                            {(item.me_too > 0).then(|| view! { <dt>{t!(lang, "me-too")}</dt><dd>{t!(lang, "people", count = item.me_too)}</dd> })}
                        </dl>
                        <Join detail=detail.clone()/>
                    </div>
                    <Looks looks=looks/>
                    {map}
                    {(!detail.description.is_empty()).then(|| view! { <Fold icon="file-text" title=t!(lang, "grid-receives")><p class="small">{detail.description.clone()}</p></Fold> })}
                    {can_report.then(|| view! { <p class="small"><a href=report.clone()>{t!(lang, "report-text")}</a></p> })}
                </aside>
            </div>
        </div>
    }
}

fn visibility_note(detail: &Detail) -> Option<impl IntoView + use<>> {
    let lang = visit().lang();
    let (title, words) = match detail.visibility {
        Visibility::Public => return None,
        Visibility::Private => (t!(lang, "private-title"), t!(lang, "private-kept")),
        Visibility::Review => (t!(lang, "review-title"), t!(lang, "review-kept")),
        Visibility::Hidden => (t!(lang, "hidden-title"), detail.hidden_reason.clone().unwrap_or_default()),
    };
    Some(view! { <Note tone=Tone::Plain title=title><span>{words}</span></Note> })
}

/// `.path`: how far along, like a parcel.
#[component]
fn Steps(state: Standing, history: Vec<Entry>) -> impl IntoView {
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

/// What needs the viewer: a question to answer, a result to rate.
#[component]
fn Needs(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let possible = &detail.look.possible;
    let action = format!("/requests/{}", detail.item.number);
    if possible.contains(&Change::Replied) {
        let question = detail.history.iter().find(|entry| entry.change == Change::Asked).map(|entry| entry.words.clone()).unwrap_or_default();
        let typed = if kept.change == Some(Change::Replied) { kept.words } else { String::new() };
        return view! {
            <form class="card call stack" method="post" action=action id="reply">
                <h2>{t!(lang, "asked-you")}</h2>
                <p class="words">{question}</p>
                <Key/><input type="hidden" name="change" value="replied"/>
                <AreaField id="words" label=t!(lang, "your-answer") value=typed rows=2 maxlength=MAX_ANSWER/>
                <button class="btn wide">{t!(lang, "send-answer")}</button>
            </form>
        }
        .into_any();
    }
    if possible.contains(&Change::Rated) {
        let chosen = kept.rating;
        return view! {
            <form class="card call stack" method="post" action=action id="rate">
                <Key/><input type="hidden" name="change" value="rated"/>
                <fieldset class="field"><legend>{t!(lang, "rate-question")}</legend>
                    <div class="slots">
                        {(1..=5i64).rev().map(|points| view! { <Choice name="rating" value=points.to_string() word=lang.say(&format!("rate-{points}")) checked=chosen == Some(points)/> }).collect_view()}
                    </div>
                </fieldset>
                <AreaField id="words" label=t!(lang, "rate-words") value=kept.words rows=2 maxlength=MAX_ANSWER optional=true/>
                <button class="btn wide">{t!(lang, "send-rating")}</button>
            </form>
        }
        .into_any();
    }
    ().into_any()
}

/// Who looked at the resident's phone, and why.
#[component]
fn Looks(looks: Vec<ContactLook>) -> impl IntoView {
    let lang = visit().lang();
    let store = app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    (!looks.is_empty()).then(|| {
        let lines = looks
            .into_iter()
            .map(|look| view! { <li class="small"><span class="soft">{relation_word(lang, Relation::Handler)}" · "{when(lang, look.at, now, zone)}</span>" "{look.reason}</li> })
            .collect_view();
        view! { <section class="card stack tight" aria-labelledby="looks"><h2 id="looks">{t!(lang, "phone-looks")}</h2><ul class="stack tight">{lines}</ul></section> }
    })
}

/// `.history`: newest first, each saying who, when, why.
#[component]
pub fn History(entries: Vec<Entry>) -> impl IntoView {
    let lang = visit().lang();
    let store = app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    view! {
        <section class="stack" aria-labelledby="hist"><h2 id="hist">{t!(lang, "history")}</h2>
            <ol class="history">
                {entries
                    .into_iter()
                    .map(|entry| {
                        let who = format!("{} · {}", relation_word(lang, entry.role), when(lang, entry.at, now, zone));
                        view! {
                            <li><b>{change_word(lang, entry.change)}</b><span class="soft small">{who}</span>
                                {(!entry.words.is_empty()).then(|| view! { <p class="said words">{entry.words.clone()}</p> })}</li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
}

/// "Me too" for whoever is signed in and not part of it yet; the way to one's own for a tracked case.
#[component]
fn Join(detail: Detail) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let action = format!("/requests/{}", detail.item.number);
    let open = detail.visibility == Visibility::Public && detail.item.state.progress() == Progress::Open;
    let tracked_only = detail.look.relations.contains(&Relation::Resident) && !detail.look.follows && visit.person.is_some();
    if tracked_only {
        return view! { <form method="post" action=action><input type="hidden" name="change" value="adopt"/><button class="btn second wide">{t!(lang, "adopt")}</button></form> }.into_any();
    }
    if detail.look.follows {
        return view! { <p class="small soft">{t!(lang, "following")}</p> }.into_any();
    }
    if open && visit.person.is_none() && detail.look.relations.is_empty() {
        let to = format!("/sign-in?to={action}");
        return view! { <a class="btn second wide" href=to><Icon name="users-round"/>{t!(lang, "join-signed-out")}</a> }.into_any();
    }
    if open && !detail.look.relations.contains(&Relation::Resident) {
        return view! {
            <form method="post" action=action><input type="hidden" name="change" value="join"/>
                <button class="btn second wide"><Icon name="users-round"/>{t!(lang, "join")}</button></form>
        }
        .into_any();
    }
    ().into_any()
}

/// What the resident can do besides: add, reopen, withdraw. Folded away, since most only read.
#[component]
fn More(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let action = format!("/requests/{}", detail.item.number);
    let possible = detail.look.possible.clone();
    let own = detail.look.relations.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
    if !own {
        return ().into_any();
    }
    let typed = move |change: Change| if kept.change == Some(change) { (true, kept.words.clone()) } else { (false, String::new()) };
    let form = move |change: Change,
                     icon: &'static str,
                     id: &'static str,
                     title: String,
                     label: String,
                     button: String,
                     danger: bool,
                     photos: bool| {
        let (open, words) = typed(change);
        let action = action.clone();
        possible.contains(&change).then(|| {
            view! {
                <Fold icon=icon title=title open=open>
                    <form class="stack" method="post" action=action enctype=photos.then_some("multipart/form-data")>
                        <Key/><input type="hidden" name="change" value=change.as_str()/>
                        <div class="field"><label for=id>{label}</label><textarea id=id name="words" rows="3" maxlength=MAX_ANSWER>{inside(&words)}</textarea></div>
                        {photos.then(|| view! {
                            <div class="field"><label for="add-photos">{t!(lang, "photos")}</label><input id="add-photos" type="file" name="photos" accept="image/jpeg,image/png,image/webp" multiple/><span class="hint">{t!(lang, "photos-hint")}</span></div>
                        })}
                        <button class=if danger { "btn danger" } else { "btn second" }>{button}</button>
                    </form>
                </Fold>
            }
        })
    };
    let settled = detail.item.settled_at;
    let reopen_hint =
        settled.map(|at| span(lang, at + chrono::TimeDelta::days(domain::request::REOPEN_DAYS) - app().store.clock().now())).unwrap_or_default();
    view! {
        <div class="stack tight">
            {form(Change::Added, "plus", "add", t!(lang, "add"), t!(lang, "add-words"), t!(lang, "add-send"), false, true)}
            {form(Change::Reopened, "rotate-ccw", "reopen", t!(lang, "reopen"), t!(lang, "reopen-why", left = reopen_hint), t!(lang, "reopen-send"), false, false)}
            {form(Change::Withdrawn, "x", "withdraw", t!(lang, "withdraw"), t!(lang, "withdraw-why"), t!(lang, "withdraw-send"), true, false)}
        </div>
    }
    .into_any()
}

//! `/requests/{number}`: one request, what happened to it, and what the viewer can do.

mod filed;
mod history;
mod more;
mod need;
mod slip;
mod told;

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::event::number::{EventNumber, EventNumberError};
use domain::request::{Addition, Change, Draft, Field, MAX_ANSWER, MAX_WORDS, POOR_RATING, Progress, Refusal, Relation, Sight, Visibility};
use leptos::prelude::*;
use store::StoreError;
use store::request::{Changing, ContactLook, Detail, Item, Near};

use super::map::Map;
use super::photo::{Photos, take};
use super::row::head;
use super::track::{Remembered, forget};
use super::words::{area_word, class_word, day_word, left, standing, when};
use crate::App;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::{Fields, WithPhotos};
use crate::part::{Fold, Look, Note, State as StateMark, Tone};
use crate::render::{Door, Page, app, see_other, sign_in, visit};
use crate::text::t;
use crate::visit::Visit;

pub use filed::filed;
pub use history::{Entries, History};
use history::{Looks, Steps};
pub use more::joining;
use more::{Join, JoinOrFollow, More};
use need::Needs;

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
    photo_wrong: Option<String>,
    draft: Draft,
    draft_wrong: Vec<(Field, String)>,
}

impl Kept {
    /// What was typed into the form of this change; nothing for another.
    fn of(&self, change: Change) -> Self {
        if self.change == Some(change) { self.clone() } else { Self::default() }
    }

    /// What is wrong with it, to say above all.
    fn mistake(&self) -> Option<String> {
        let facts = || self.draft_wrong.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" ");
        self.wrong.clone().or_else(|| self.photo_wrong.clone()).or_else(|| (!self.draft_wrong.is_empty()).then(facts))
    }
}

/// How the address wants the page.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    /// How far the map is moved.
    shift: (i32, i32),
    /// "Me too" at the top: the viewer signed in for it.
    joins: bool,
}

pub async fn show(State(app): State<App>, visit: Visit, Path(text): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let shift = |name: &str| fields.get(name).parse::<i32>().unwrap_or(0).clamp(-20, 20);
    let shown = Shown { shift: (shift("east"), shift("north")), joins: fields.has("join") };
    page(&app, &visit, &text, shown, Kept::default()).await
}

async fn page(app: &App, visit: &Visit, text: &str, shown: Shown, kept: Kept) -> Result<Response, Failure> {
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
    let status = if kept.mistake().is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page::new(app, visit, Door::Requests, title)
        .status(status)
        .show(move || view! { <Request detail=detail others=others looks=looks tracked=tracked shown=shown kept=kept/> }))
}

/// A change that the page's forms can send. The desk has a page of its own.
pub async fn change(State(app): State<App>, visit: Visit, Path(text): Path<String>, WithPhotos(mut fields): WithPhotos) -> Result<Response, Failure> {
    let lang = visit.lang();
    let number = number(&text)?;
    let here = format!("/requests/{number}");
    match fields.get("change") {
        "join" => return join(&app, &visit, number).await,
        "forget" => return Ok(forget(&app, &visit, &number)),
        "adopt" => {
            visit.signed_in()?;
            app.store.adopt_request(&visit.viewer, &number, &visit.tracked).await?;
            return Ok(Done::plain(Did::Adopted).see(&app, &here));
        }
        _ => {}
    }
    let change = Change::parse(fields.get("change")).ok_or(Failure::NotFound)?;
    let tracked = app.store.is_tracked(&visit.tracked, &number);
    let rating = fields.get("rating").parse().ok().filter(|rating| (1..=5).contains(rating));
    let key = fields.key();
    let typed = fields.get("words").chars().take(MAX_WORDS + 1).collect::<String>();
    let typed_so = Kept { change: Some(change), words: typed.clone(), rating, draft: told::draft(&fields), ..Kept::default() };
    let refuse = |wrong: String| Kept { wrong: Some(wrong), ..typed_so.clone() };
    // Nobody's photos are decoded before it is known that they may be added.
    let look = app.store.request(&visit.viewer, &number, tracked).await?.look;
    let taken = if look.possible.contains(&change) { take(&app, &visit, &mut fields, &key).await? } else { super::photo::Taken::default() };
    let max = if change == Change::Added { MAX_WORDS } else { MAX_ANSWER };
    let words = match domain::text::clean(&typed, max) {
        Ok(words) => words,
        Err(domain::text::TextError::TooLong { max, got }) => {
            return page(&app, &visit, &text, Shown::default(), refuse(t!(lang, "wrong-too-long", max = max as i64, over = (got - max) as i64)))
                .await;
        }
    };
    let photos = app.store.draft_photos(&key).await?;
    let (addition, draft_wrong) = match told::check(&app, lang, &typed_so.draft) {
        Ok(addition) => (addition, Vec::new()),
        Err(wrong) => (Addition::default(), wrong),
    };
    if !taken.wrong.is_empty() || !draft_wrong.is_empty() {
        let photo_wrong = (!taken.wrong.is_empty()).then(|| taken.wrong.join(" "));
        return page(&app, &visit, &text, Shown::default(), Kept { photo_wrong, draft_wrong, ..typed_so }).await;
    }
    let adds_nothing = change == Change::Added && photos.is_empty() && addition.is_empty();
    let wrong = if words.is_empty() && (change.needs_words() || adds_nothing) {
        Some(t!(lang, "wrong-empty"))
    } else if change == Change::Rated && rating.is_none() {
        Some(t!(lang, "wrong-rating"))
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return page(&app, &visit, &text, Shown::default(), refuse(wrong)).await;
    }
    if change == Change::Added {
        let who = visit.viewer.account.as_ref().map_or_else(|| visit.address.to_string(), |id| id.as_str().to_owned());
        app.store.attempt(domain::limit::ADD, &who).await?;
    }
    let words = if change == Change::Added { told::said(lang, &addition, &words) } else { words };
    let changing = Changing { viewer: &visit.viewer, tracked, change, words: &words, class: None, rating, addition: Some(&addition), key: &key };
    match app.store.change_request(&number, &changing).await {
        Ok(()) => {
            let until = match change {
                Change::Replied | Change::Reopened => app.store.request(&visit.viewer, &number, tracked).await?.item.due_at,
                _ => None,
            };
            Ok(Done { did: did(change, rating), until }.see(&app, &here))
        }
        Err(StoreError::Refused(Refusal::NotAllowed)) => Err(Failure::NotFound),
        Err(StoreError::Refused(refusal)) => page(&app, &visit, &text, Shown::default(), refuse(refusal_word(lang, refusal))).await,
        Err(error) => Err(error.into()),
    }
}

/// What the page one comes back to says.
fn did(change: Change, rating: Option<i64>) -> Did {
    match change {
        Change::Replied => Did::Replied,
        Change::Rated if rating.is_some_and(|points| points <= POOR_RATING) => Did::RatedPoorly,
        Change::Rated => Did::Rated,
        Change::Reopened => Did::Reopened,
        Change::Withdrawn => Did::Withdrawn,
        _ => Did::Added,
    }
}

/// "Me too": one tap, or by way of the sign-in page, where nobody is asked for more than that.
pub async fn join(app: &App, visit: &Visit, number: EventNumber) -> Result<Response, Failure> {
    if visit.person.is_none() {
        return Ok(see_other(&sign_in(&joining(number))));
    }
    app.store.join_request(&visit.viewer, &number).await?;
    Ok(Done::plain(Did::Joined).see(app, &format!("/requests/{number}")))
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

#[component]
pub fn Number(number: EventNumber) -> impl IntoView {
    view! { <span class="number">{groups(number)}</span> }
}

/// The three groups of a number: a line breaks between them only.
pub fn groups(number: EventNumber) -> impl IntoView {
    let text = number.to_string();
    let mut parts = text.splitn(3, '-').map(str::to_owned);
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    view! { <span>{first}"-"</span><wbr/><span>{second}"-"</span><wbr/><span>{third}</span> }
}

#[component]
fn Request(detail: Detail, others: Vec<Item>, looks: Vec<ContactLook>, tracked: bool, shown: Shown, kept: Kept) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = &app().store;
    let (now, zone, district) = (store.clock().now(), store.settings().zone, store.district());
    let item = detail.item.clone();
    let number = item.number;
    let full = detail.look.sight == Sight::Full;
    let (look, word) = standing(lang, &item, now);
    let open = item.state.progress() == Progress::Open;
    let next = item.next_due().filter(|_| open && look != Look::Late);
    let (answer, due) = (item.reply_due_at.filter(|_| open), item.due_at.filter(|_| open));
    let about = format!(
        "{} · {} · {}",
        class_word(lang, &district.catalogue, item.class),
        area_word(&district.areas, &item.area),
        when(lang, item.reported_at, now, zone)
    );
    let (mine, evidence): (Vec<_>, Vec<_>) = detail.photos.clone().into_iter().partition(|photo| !photo.evidence);
    let own = detail.look.relations.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
    let report = (detail.visibility == Visibility::Public && !own).then(|| format!("/requests/{number}/report"));
    let map = item.lat.zip(item.lon).map(|(lat, lon)| {
        let label = t!(lang, "map-label", place = item.place.clone(), count = others.len() as i64);
        view! { <Map lat=lat lon=lon label=label others=others.clone() shift=shown.shift/> }
    });
    // Said once: whoever has just signed in for it finds it at the top.
    let at_top = shown.joins && matches!(Join::of(&detail), Join::Can | Join::Adopt);
    let title = if detail.visibility == Visibility::Hidden && !full { t!(lang, "hidden-title") } else { head(&item.what) };
    view! {
        <div class="stack loose">
            <header class="stack tight">
                <p class="small soft">{about}</p>
                <h1>{title}</h1>
                <p class="inline"><StateMark look=look word=word/>{next.map(|due| view! { <span class="num">{left(lang, answer.is_some(), due, now)}</span> })}</p>
            </header>
            {visibility_note(&detail)}
            {kept.mistake().map(|wrong| view! { <Note tone=Tone::Wrong title=t!(lang, "not-done")><span>{wrong}</span></Note> })}
            <div class="side">
                <div class="stack loose">
                    <Steps state=item.state history=detail.history.clone()/>
                    <Needs detail=detail.clone() kept=kept.clone() joins=shown.joins/>
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
                            {answer.map(|due| view! { <dt>{t!(lang, "reply-due")}</dt><dd>{when(lang, due, now, zone)}</dd> })}
                            {due.map(|due| view! { <dt>{if answer.is_some() { t!(lang, "settle-due") } else { t!(lang, "due") }}</dt><dd>{when(lang, due, now, zone)}</dd> })}
                            {(detail.source == "agent").then(|| view! { <dt>{t!(lang, "came-by")}</dt><dd>{t!(lang, "source-agent")}</dd> })}
                            {detail.phone.clone().map(|phone| view! { <dt>{t!(lang, "phone")}</dt><dd class="num">{phone}</dd> })}
                            {(item.me_too > 0).then(|| view! { <dt>{t!(lang, "me-too")}</dt><dd>{t!(lang, "people", count = item.me_too)}</dd> })}
                        </dl>
                        {(!at_top).then(|| view! { <JoinOrFollow detail=detail.clone()/> })}
                    </div>
                    <Looks looks=looks/>
                    {map}
                    {(!detail.description.is_empty()).then(|| view! { <Fold icon="file-text" title=t!(lang, "grid-receives")><p class="small">{detail.description.clone()}</p></Fold> })}
                    {report.map(|report| view! { <p class="small"><a href=report>{t!(lang, "report-text")}</a></p> })}
                    {tracked.then(|| view! { <Remembered number=number/> })}
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

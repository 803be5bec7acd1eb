//! Reporting what is public, and what became of one's reports.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::report::{Reason, State as Standing};
use domain::request::{MAX_ANSWER, Refusal, Visibility};
use domain::text::{TextError, clean};
use leptos::prelude::*;
use store::StoreError;
use store::report::{Objection, Report};
use store::request::Detail;

use super::App;
use super::desk::step::SameKey;
use super::done::{Did, Done};
use super::failure::Failure;
use super::form::Fields;
use super::part::{AreaField, Choice, Empty, Field, Fold, Look, Note, State as StateMark, Tone, Wrong, described};
use super::render::{Door, Page, app, see_other, visit};
use super::request::detail::{number, refusal_word};
use super::request::row::head;
use super::request::words::when;
use super::visit::Visit;
use crate::text::t;

/// Routes.
pub fn routes() -> Router<App> {
    Router::new().route("/requests/{number}/report", get(show).post(send)).route("/account/reports", get(mine).post(appeal))
}

/// What the form came with.
#[derive(Clone, Debug, Default)]
struct Kept {
    photo: Option<String>,
    reason: String,
    words: String,
    key: String,
    wrong: Option<String>,
    wrong_words: Option<String>,
    thanks: bool,
}

impl Kept {
    fn read(fields: &Fields) -> Self {
        let photo = fields.get("photo");
        Self {
            photo: (!photo.is_empty()).then(|| photo.to_owned()),
            reason: fields.get("reason").to_owned(),
            words: fields.get("words").chars().take(MAX_ANSWER * 2).collect(),
            key: fields.key(),
            wrong: None,
            wrong_words: None,
            thanks: fields.has("done"),
        }
    }
}

async fn show(State(app): State<App>, visit: Visit, Path(text): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let kept = Kept { key: String::new(), ..Kept::read(&Fields::parse(query.unwrap_or_default().as_bytes())) };
    page(&app, &visit, &text, kept, StatusCode::OK).await
}

async fn page(app: &App, visit: &Visit, text: &str, kept: Kept, status: StatusCode) -> Result<Response, Failure> {
    let detail = app.store.request(&visit.viewer, &number(text)?, false).await?;
    // Only what is public can be reported; whoever reported what was hidden since still reads the thanks.
    if detail.visibility != Visibility::Public && !kept.thanks {
        return Err(Failure::NotFound);
    }
    let known = |id: &String| detail.photos.iter().any(|photo| &photo.id == id && photo.hidden_reason.is_none());
    if !kept.thanks && kept.photo.as_ref().is_some_and(|id| !known(id)) {
        return Err(Failure::NotFound);
    }
    let title = t!(visit.lang(), "report-title");
    Ok(Page::new(app, visit, Door::Requests, title)
        .status(status)
        .show(move || if kept.thanks { view! { <Thanks detail=detail/> }.into_any() } else { view! { <Form detail=detail kept=kept/> }.into_any() }))
}

async fn send(State(app): State<App>, visit: Visit, Path(text): Path<String>, fields: Fields) -> Result<Response, Failure> {
    let number = number(&text)?;
    let mut kept = Kept { thanks: false, ..Kept::read(&fields) };
    if kept.key.is_empty() {
        kept.key = store::random_key();
    }
    let Some(reason) = Reason::parse(&kept.reason) else {
        let wrong = Some(t!(visit.lang(), "report-wrong-reason"));
        return page(&app, &visit, &text, Kept { wrong, ..kept }, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let told = match clean(&kept.words, MAX_ANSWER) {
        Ok(told) if told.is_empty() && reason.needs_words() => Err(t!(visit.lang(), "report-wrong-words")),
        Ok(told) => Ok(told),
        Err(TextError::TooLong { max, got }) => Err(t!(visit.lang(), "wrong-too-long", max = max as i64, over = (got - max) as i64)),
    };
    let told = match told {
        Ok(told) => told,
        Err(wrong) => return page(&app, &visit, &text, Kept { wrong_words: Some(wrong), ..kept }, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let who = visit.person.as_ref().map_or_else(|| visit.address.to_string(), |person| person.id.clone());
    app.store.attempt(domain::limit::REPORT, &who).await?;
    let objection = Objection { photo: kept.photo.as_deref(), reason, told: &told };
    app.store.report(&visit.viewer, &number, &objection, &kept.key).await?;
    Ok(see_other(&format!("/requests/{number}/report?done=1")))
}

#[component]
fn Form(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let number = detail.item.number;
    let what = match &kept.photo {
        Some(id) => {
            view! { <div class="photos"><img src=format!("/photos/{id}/thumb") alt=t!(lang, "report-the-photo") width="160" height="160"/></div> }
                .into_any()
        }
        None => view! { <p class="words">{detail.item.what.clone()}</p> }.into_any(),
    };
    let reasons = Reason::ALL
        .into_iter()
        .map(|reason| {
            let word = lang.say(&format!("report-reason-{}", reason.as_str()));
            let small = lang.say(&format!("report-reason-{}-small", reason.as_str()));
            let checked = kept.reason == reason.as_str();
            view! { <Choice name="reason" value=reason.as_str() word=word small=small checked=checked/> }
        })
        .collect_view();
    let class = if kept.wrong.is_some() { "field bad" } else { "field" };
    let wrong = kept.wrong.clone();
    let note = wrong
        .clone()
        .or(kept.wrong_words.clone())
        .map(|wrong| view! { <Note tone=Tone::Wrong title=t!(lang, "not-done")><span>{wrong}</span></Note> });
    let described = wrong.is_some().then_some("reason-wrong");
    let title = if kept.photo.is_some() { t!(lang, "report-photo-title") } else { t!(lang, "report-text-title") };
    view! {
        <div class="narrow stack loose">
            <header class="stack tight"><p class="small soft"><a class="num" href=format!("/requests/{number}")>{number.to_string()}</a></p><h1>{title}</h1><p class="soft">{t!(lang, "report-what-happens")}</p></header>
            {note}
            <section class="card">{what}</section>
            <form class="stack" method="post" action=format!("/requests/{number}/report")>
                <SameKey key=kept.key/>
                {kept.photo.map(|photo| view! { <input type="hidden" name="photo" value=photo/> })}
                <fieldset class=class aria-describedby=described>
                    <legend>{t!(lang, "report-reason")}</legend>
                    <div class="stack tight">{reasons}</div>
                    {wrong.map(|wrong| view! { <Wrong id="reason-wrong".to_owned() words=wrong/> })}
                </fieldset>
                <AreaField id="words" label=t!(lang, "report-words") hint=t!(lang, "report-words-hint") value=kept.words wrong=kept.wrong_words maxlength=MAX_ANSWER optional=true/>
                <button class="btn big wide">{t!(lang, "report-send")}</button>
            </form>
        </div>
    }
}

#[component]
fn Thanks(detail: Detail) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let number = detail.item.number;
    let follow = match visit.person {
        Some(_) => view! { <a class="btn second wide" href="/account/reports">{t!(lang, "report-see-mine")}</a> }.into_any(),
        None => view! { <p class="small soft">{t!(lang, "report-without-account")}</p> }.into_any(),
    };
    view! {
        <div class="narrow stack loose">
            <h1>{t!(lang, "report-title")}</h1>
            <Note tone=Tone::Good title=t!(lang, "report-thanks")><span>{t!(lang, "report-thanks-next")}</span></Note>
            <div class="stack tight">{follow}<a class="btn quiet wide" href=format!("/requests/{number}")>{t!(lang, "report-back")}</a></div>
        </div>
    }
}

/// What was typed into an appeal that could not be taken.
#[derive(Clone, Debug, Default)]
struct Appeal {
    report: String,
    words: String,
    key: String,
    wrong: Option<String>,
}

async fn mine(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    mine_page(&app, &visit, Appeal::default(), StatusCode::OK).await
}

async fn mine_page(app: &App, visit: &Visit, kept: Appeal, status: StatusCode) -> Result<Response, Failure> {
    visit.signed_in()?;
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let before = Some(query.get("before")).filter(|before| !before.is_empty());
    let (reports, older) = app.store.my_reports(&visit.viewer, before).await?;
    let title = t!(visit.lang(), "report-mine");
    Ok(Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <Mine reports=reports older=older kept=kept/> }))
}

async fn appeal(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    visit.signed_in()?;
    let lang = visit.lang();
    let kept = Appeal {
        report: fields.get("report").to_owned(),
        words: fields.get("words").chars().take(MAX_ANSWER * 2).collect(),
        key: fields.key(),
        wrong: None,
    };
    let wrong = match clean(&kept.words, MAX_ANSWER) {
        Ok(words) => match app.store.appeal_report(&visit.viewer, &kept.report, &words).await {
            Ok(()) => return Ok(Done::plain(Did::Appealed).see(&app, "/account/reports")),
            Err(StoreError::Refused(Refusal::NoWords)) => t!(lang, "wrong-empty"),
            Err(StoreError::Refused(refusal)) => {
                let wrong = Some(refusal_word(lang, refusal));
                return mine_page(&app, &visit, Appeal { wrong, ..kept }, StatusCode::CONFLICT).await;
            }
            Err(error) => return Err(error.into()),
        },
        Err(TextError::TooLong { max, got }) => t!(lang, "wrong-too-long", max = max as i64, over = (got - max) as i64),
    };
    mine_page(&app, &visit, Appeal { wrong: Some(wrong), ..kept }, StatusCode::UNPROCESSABLE_ENTITY).await
}

#[component]
fn Mine(reports: Vec<Report>, older: Option<String>, kept: Appeal) -> impl IntoView {
    let lang = visit().lang();
    let wrong = kept.wrong.clone();
    let body = if reports.is_empty() {
        view! { <Empty icon="shield-check"><p>{t!(lang, "report-none")}</p></Empty> }.into_any()
    } else {
        view! { <ul class="stack">{reports.into_iter().map(|report| view! { <li><One report=report kept=kept.clone()/></li> }).collect_view()}</ul> }
            .into_any()
    };
    view! {
        <div class="narrow stack loose">
            <header class="stack tight"><p class="small soft"><a href="/account">{t!(lang, "door-account")}</a></p><h1>{t!(lang, "report-mine")}</h1></header>
            {wrong.map(|wrong| view! { <Note tone=Tone::Wrong title=t!(lang, "not-done")><span>{wrong}</span></Note> })}
            {body}
            {older.map(|before| view! { <p><a class="btn second" href=format!("/account/reports?before={before}") rel="next">{t!(lang, "older")}</a></p> })}
        </div>
    }
}

#[component]
fn One(report: Report, kept: Appeal) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let look = match report.state {
        Standing::Open | Standing::Appealed => Look::Wait,
        Standing::Upheld | Standing::Final => Look::Done,
        Standing::Kept => Look::Plain,
    };
    let word = lang.say(&format!("report-state-{}", report.state.as_str()));
    let reason = lang.say(&format!("report-reason-{}", report.reason.as_str()));
    let about = if report.photo.is_some() { t!(lang, "office-about-photo") } else { t!(lang, "office-about-text") };
    let kept = if kept.report == report.id { kept } else { Appeal::default() };
    let open = kept.wrong.is_some();
    let form = report.state.can_appeal().then(|| {
        let id = "words";
        let described = described(id, true, open);
        view! {
            <Fold icon="message-square-warning" title=t!(lang, "report-appeal") open=open>
                <form class="stack" method="post" action="/account/reports">
                    <SameKey key=kept.key/>
                    <input type="hidden" name="report" value=report.id.clone()/>
                    <Field id=id label=t!(lang, "report-appeal-why") hint=Some(t!(lang, "report-appeal-once")) wrong=kept.wrong>
                        <textarea id=id name="words" rows="3" maxlength=MAX_ANSWER required aria-describedby=described aria-invalid=open.then_some("true")>{crate::part::inside(&kept.words)}</textarea>
                    </Field>
                    <button class="btn second">{t!(lang, "report-appeal-send")}</button>
                </form>
            </Fold>
        }
    });
    view! {
        <article class="card stack">
            <div class="stack tight">
                <p class="inline"><StateMark look=look word=word/><span class="soft small">{when(lang, report.at, now, zone)}</span></p>
                <h2><a href=format!("/requests/{}", report.number)>{head(&report.what)}</a></h2>
                <p class="soft small">{about}" · "{reason}</p>
            </div>
            {report.words.clone().map(|words| view! { <p class="words">{t!(lang, "report-answer")}{words}</p> })}
            {report.appeal.clone().map(|words| view! { <p class="words soft">{t!(lang, "report-appealed-with")}{words}</p> })}
            {form}
        </article>
    }
}

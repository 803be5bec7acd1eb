//! `/office/reports/{id}`: one report, and what is decided about it, in one form.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use store::report::{ModeratedPhoto, Moderation, Report};

use super::photo::{CoverGrid, again, moderation, rectangles};
use super::{Kept, Reason, in_office};
use crate::App;
use crate::desk::step::SameKey;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Choice, Note, Tone};
use crate::render::{Door, Page, app, visit};
use crate::request::words::when;
use crate::text::t;
use crate::visit::Visit;

pub async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&app, &visit, &id, Kept::default(), StatusCode::OK).await
}

async fn page(app: &App, visit: &Visit, id: &str, kept: Kept, status: StatusCode) -> Result<Response, Failure> {
    in_office(visit)?;
    let report = app.store.report_to_decide(&visit.viewer, id).await?;
    let photo = match &report.photo {
        Some(photo) => Some(app.store.photo_to_moderate(&visit.viewer, photo).await?),
        None => None,
    };
    let title = t!(visit.lang(), "office-report");
    Ok(Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <OneReport report=report photo=photo kept=kept/> }))
}

pub async fn decide(State(app): State<App>, visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response, Failure> {
    in_office(&visit)?;
    let lang = visit.lang();
    let kept = Kept::read(&fields);
    let report = app.store.report_to_decide(&visit.viewer, &id).await?;
    let rectangles = rectangles(&kept.cells);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let words = match kept.clean(lang) {
        Ok(words) => words,
        Err(kept) => return page(&app, &visit, &id, kept, unprocessable).await,
    };
    let decision = match kept.decision.as_str() {
        "hide-request" => Some(Moderation::HideRequest),
        word => moderation(word, &rectangles),
    };
    let trouble = match decision {
        None => Some(t!(lang, "office-choose")),
        Some(Moderation::CoverPhoto([])) => Some(t!(lang, "office-no-cells")),
        Some(_) => None,
    };
    let (Some(decision), None) = (decision, &trouble) else {
        return page(&app, &visit, &id, Kept { trouble, ..kept }, unprocessable).await;
    };
    match app.store.decide_report(&visit.viewer, &id, decision, &words, &kept.key).await {
        Ok(()) => Ok(match (decision, report.photo) {
            // What was covered is looked at once more.
            (Moderation::CoverPhoto(_), Some(photo)) => Done::plain(Did::PhotoDecided).see(&app, &format!("/office/photos/{photo}")),
            _ => Done::plain(Did::Decided).see(&app, "/office"),
        }),
        Err(error) => {
            let (kept, status) = again(lang, kept, error)?;
            page(&app, &visit, &id, kept, status).await
        }
    }
}

#[component]
fn OneReport(report: Report, photo: Option<ModeratedPhoto>, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let number = report.number;
    let reason = lang.say(&format!("report-reason-{}", report.reason.as_str()));
    let about = if photo.is_some() { t!(lang, "office-about-photo") } else { t!(lang, "office-about-text") };
    let decision = kept.decision.clone();
    let choice = move |value: &'static str, word: String, small: String| {
        let checked = decision == value;
        view! { <Choice name="decision" value=value word=word small=small checked=checked/> }
    };
    let of_photo = photo.is_some().then(|| {
        view! {
            {choice("cover", t!(lang, "office-cover"), t!(lang, "office-cover-small"))}
            {choice("hide", t!(lang, "office-hide-photo"), t!(lang, "office-hide-photo-small"))}
        }
    });
    let hide = choice("hide-request", t!(lang, "office-hide-request"), t!(lang, "office-hide-request-small"));
    let keep = choice("keep", t!(lang, "office-keep"), t!(lang, "office-keep-small"));
    let first_words = report.words.clone();
    let appeal = report.appeal.clone().map(|appeal| {
        view! {
            <Note tone=Tone::Care title=t!(lang, "office-appeal")><span class="words">{appeal}</span>
                {first_words.map(|words| view! { <span class="soft">{t!(lang, "office-first-words")}{words}</span> })}</Note>
        }
    });
    let waits = report.state.waits();
    let form = if waits {
        view! {
            <form class="stack" method="post" action=format!("/office/reports/{}", report.id)>
                <SameKey key=kept.key.clone()/>
                {photo.map(|photo| view! { <CoverGrid photo=photo cells=kept.cells.clone()/> })}
                <fieldset class="field"><legend>{t!(lang, "office-decision")}</legend><div class="stack tight">{keep}{of_photo}{hide}</div></fieldset>
                <Reason label=t!(lang, "office-reason") hint=t!(lang, "office-report-reason-hint") kept=kept.clone()/>
                <button class="btn">{t!(lang, "office-decide")}</button>
            </form>
        }
        .into_any()
    } else {
        view! { <Note tone=Tone::Good title=lang.say(&format!("report-state-{}", report.state.as_str()))><span>{report.words.clone()}</span></Note> }
            .into_any()
    };
    view! {
        <div class="narrow stack loose">
            <header class="stack tight">
                <p class="small soft"><a href="/office">{t!(lang, "office")}</a>" · "<a class="num" href=format!("/office/requests/{number}")>{number.to_string()}</a></p>
                <h1>{t!(lang, "office-report")}</h1>
                <p class="soft">{about}" · "{reason}" · "{when(lang, report.at, now, zone)}</p>
            </header>
            {kept.note(lang)}
            {appeal}
            <section class="card stack" aria-labelledby="shown"><h2 id="shown">{t!(lang, "office-shown")}</h2><p class="words">{report.what.clone()}</p></section>
            {report.told.clone().map(|told| view! { <section class="stack tight" aria-labelledby="told"><h2 id="told">{t!(lang, "office-told")}</h2><p class="words">{told}</p></section> })}
            {form}
        </div>
    }
}

//! `/office`: what waits.

use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;
use store::report::Report;
use store::request::Item;

use super::{Next, in_office};
use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Look, RowLink, State as StateMark};
use crate::render::{Door, Page, app, visit};
use crate::request::row::head;
use crate::request::words::{area_word, class_word, when};
use crate::text::t;
use crate::visit::Visit;

pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    in_office(&visit)?;
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let after = Some(query.get("reports")).filter(|after| !after.is_empty());
    let reports = app.store.open_reports(&visit.viewer, after).await?;
    let review = app.store.in_review(&visit.viewer, query.get("review").parse().ok()).await?;
    let (stuck, more) = app.store.parked_messages(&visit.viewer, None).await?;
    let stuck = figure(stuck.len(), more.is_some());
    let title = t!(visit.lang(), "office");
    Ok(Page::new(&app, &visit, Door::Account, title).show(move || view! { <Office reports=reports review=review stuck=stuck/> }))
}

/// A count that stops where the page stops.
fn figure(count: usize, more: bool) -> String {
    if more { format!("{count}+") } else { count.to_string() }
}

#[component]
fn Office(reports: (Vec<Report>, Option<String>), review: (Vec<Item>, Option<i64>), stuck: String) -> impl IntoView {
    let ((reports, next_report), (review, next_review)) = (reports, review);
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone, district) = (store.clock().now(), store.settings().zone, store.district());
    let (waiting, looking) = (figure(reports.len(), next_report.is_some()), figure(review.len(), next_review.is_some()));
    let nothing = reports.is_empty() && review.is_empty();
    let reports = reports
        .into_iter()
        .map(|report| {
            let about = if report.photo.is_some() { t!(lang, "office-about-photo") } else { t!(lang, "office-about-text") };
            let reason = lang.say(&format!("report-reason-{}", report.reason.as_str()));
            let (look, word) = if report.appeal.is_some() { (Look::Late, t!(lang, "report-state-appealed")) } else { (Look::Wait, reason) };
            view! {
                <li><a class="row" href=format!("/office/reports/{}", report.id)>
                    <b class="clamp">{head(&report.what)}</b>
                    <span class="soft small">{about}" · "{when(lang, report.at, now, zone)}</span>
                    <span class="inline small"><StateMark look=look word=word/></span>
                </a></li>
            }
        })
        .collect::<Vec<_>>();
    let review = review
        .into_iter()
        .map(|item| {
            view! {
                <li><a class="row" href=format!("/office/requests/{}", item.number)>
                    {item.cover.as_ref().map(|id| view! { <img class="pic" src=format!("/photos/{id}/thumb") alt="" width="68" height="68" loading="lazy"/> })}
                    <b class="clamp">{head(&item.what)}</b>
                    <span class="soft small">{class_word(lang, &district.catalogue, item.class)}" · "{area_word(&district.areas, &item.area)}" · "{when(lang, item.reported_at, now, zone)}</span>
                    <span class="inline small"><StateMark look=Look::Wait word=t!(lang, "office-look-first")/></span>
                </a></li>
            }
        })
        .collect::<Vec<_>>();
    let reports = if reports.is_empty() {
        view! { <p class="soft">{t!(lang, "office-no-reports")}</p> }.into_any()
    } else {
        view! { <ul class="list">{reports}</ul> }.into_any()
    };
    let review = if review.is_empty() {
        view! { <p class="soft">{t!(lang, "office-no-review")}</p> }.into_any()
    } else {
        view! { <ul class="list">{review}</ul> }.into_any()
    };
    view! {
        <div class="stack loose">
            <header class="stack tight"><h1>{t!(lang, "office")}</h1><p class="soft">{if nothing { t!(lang, "office-nothing") } else { t!(lang, "office-waits") }}</p></header>
            <section class="stack" aria-labelledby="reports"><div class="between"><h2 id="reports">{t!(lang, "office-reports")}</h2><span class="num soft">{waiting}</span></div>{reports}
                {next_report.map(|after| view! { <Next href=format!("/office?reports={after}#reports")/> })}</section>
            <section class="stack" aria-labelledby="review"><div class="between"><h2 id="review">{t!(lang, "office-review")}</h2><span class="num soft">{looking}</span></div>{review}
                {next_review.map(|after| view! { <Next href=format!("/office?review={after}#review")/> })}</section>
            <ul class="list"><RowLink href="/office/messages" icon="bell" word=t!(lang, "office-messages") figure=stuck/></ul>
        </div>
    }
}

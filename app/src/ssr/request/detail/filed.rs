//! `/requests/{number}/filed`: the number, what happens next, and when at the latest.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::event::class::Phone;
use domain::request::{Change, Relation, Visibility};
use leptos::prelude::*;
use store::request::{Detail, TRACKED_DAYS};

use super::more::{AddForm, joining};
use super::slip::Slip;
use super::{Kept, Number, number};
use crate::App;
use crate::failure::Failure;
use crate::part::{Icon, Note, Tone};
use crate::render::{Door, Page, app, see_other, sign_in, visit};
use crate::request::ask::HelpLines;
use crate::request::new::Calls;
use crate::request::words::when;
use crate::text::t;
use crate::visit::{Visit, cookie};

/// The answer to a filed request: the number, what happens next, and when at the latest.
pub async fn filed(State(app): State<App>, visit: Visit, Path(text): Path<String>, headers: axum::http::HeaderMap) -> Result<Response, Failure> {
    let number = number(&text)?;
    let code = cookie(&headers, "code").and_then(|pair| pair.strip_prefix(&format!("{}.", number.compact()))).map(str::to_owned);
    let tracked = app.store.is_tracked(&visit.tracked, &number);
    let detail = app.store.request(&visit.viewer, &number, tracked).await?;
    let own = detail.look.relations.iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
    if !own {
        return Ok(see_other(&format!("/requests/{number}")));
    }
    let lang = visit.lang();
    Ok(Page::new(&app, &visit, Door::Requests, t!(lang, "filed")).show(move || view! { <Filed detail=detail code=code tracked=tracked/> }))
}

#[component]
fn Filed(detail: Detail, code: Option<String>, tracked: bool) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let number = detail.item.number;
    let until = detail.item.reply_due_at.map(|due| when(lang, due, now, zone));
    let settled = detail.item.due_at.map(|due| when(lang, due, now, zone));
    let guest = visit.person.is_none();
    let next = match (detail.item.class, guest) {
        (None, true) => t!(lang, "filed-next-unclassified-guest"),
        (None, false) => t!(lang, "filed-next-unclassified"),
        (Some(_), true) => t!(lang, "filed-next-guest"),
        (Some(_), false) => t!(lang, "filed-next"),
    };
    // Words alone, sent without scripts, have seen no question about danger yet.
    let district = store.district();
    let likeliest = detail.item.class.is_none().then(|| district.suggester.suggest(&detail.item.what, 1).first().map(|first| first.code)).flatten();
    let question = detail.item.class.or(likeliest).and_then(|code| district.safety.for_class(code)).cloned();
    let said = detail.item.urgency.is_danger().then(|| {
        // The answer holds whatever the class is.
        let phones = question.as_ref().map_or_else(|| Phone::NATIONAL.to_vec(), |question| question.phones.clone());
        view! { <div class="screen stack"><Note tone=Tone::Care title=t!(lang, "filed-danger")><span>{t!(lang, "filed-danger-next")}</span></Note><Calls phones=phones/></div> }
    });
    let unasked = likeliest.is_some() && said.is_none();
    let danger = question.filter(|_| unasked).map(|question| {
        let asked = lang.pick(question.question_zh, question.question_en);
        view! { <section class="card stack" aria-labelledby="danger"><h2 id="danger">{asked}</h2><p>{t!(lang, "filed-danger-call")}</p><Calls phones=question.phones/></section> }
    });
    let join = guest.then(|| {
        view! { <a class="btn second wide" href=sign_in(&joining(number))><Icon name="user-round"/>{t!(lang, "filed-join")}</a> }
    });
    let asks = !detail.missing.is_empty() && detail.look.possible.contains(&Change::Added);
    let missing = asks.then(|| {
        view! {
            <section class="card stack" aria-labelledby="missing"><h2 id="missing">{t!(lang, "filed-missing")}</h2>
                <AddForm number=number missing=detail.missing.clone() kept=Kept::default()/></section>
        }
    });
    let reserve = match detail.visibility {
        Visibility::Public => None,
        Visibility::Private => Some(t!(lang, "private-kept")),
        _ => Some(t!(lang, "review-kept")),
    };
    let another = (detail.source == "agent").then(|| {
        view! { <a class="btn second wide" href="/requests/new?behalf=1"><Icon name="square-pen"/>{t!(lang, "slip-another")}</a> }
    });
    let told = match code.clone().filter(|_| detail.source == "agent") {
        Some(code) => view! { <Slip detail=detail.clone() code=code/> }.into_any(),
        None => view! {
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
                {reserve.map(|words| view! { <p class="small soft">{words}</p> })}
            </section>
        }
        .into_any(),
    };
    view! {
        <div class="narrow stack loose">
            <div class="note good screen" role="status"><Icon name="circle-check"/><b>{t!(lang, "filed-title")}</b><span>{t!(lang, "filed-saved")}</span></div>
            {said}
            {told}
            {danger}
            <HelpLines class=detail.item.class.or(likeliest)/>
            {missing}
            <div class="stack tight">
                <a class="btn big wide" href=format!("/requests/{number}")>{t!(lang, "see-case")}</a>
                {join}
                {another}
                {tracked.then(|| view! { <p class="small soft screen">{t!(lang, "filed-remembered", days = TRACKED_DAYS)}</p> })}
                <a class="btn quiet wide" href="/">{t!(lang, "problem-home")}</a>
            </div>
        </div>
    }
}

//! `/office/requests/{number}`: a look before a request is public, and taking one out of public sight.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::request::{Change, Relation, Visibility};
use domain::text::mask;
use leptos::prelude::*;
use store::StoreError;
use store::request::{Changing, Detail};

use super::{Kept, Reason, in_office};
use crate::App;
use crate::desk::step::SameKey;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Choice, Note, Tone};
use crate::render::{Door, Page, app, visit};
use crate::request::detail::{History, number};
use crate::request::row::head;
use crate::request::words::{area_word, class_word, when};
use crate::text::t;
use crate::visit::Visit;

async fn supervised(app: &App, visit: &Visit, text: &str) -> Result<Detail, Failure> {
    in_office(visit)?;
    let detail = app.store.request(&visit.viewer, &number(text)?, false).await?;
    if detail.look.relations.contains(&Relation::Supervisor) { Ok(detail) } else { Err(Failure::NotFound) }
}

pub async fn show(State(app): State<App>, visit: Visit, Path(text): Path<String>) -> Result<Response, Failure> {
    page(&app, &visit, &text, Kept::default(), StatusCode::OK).await
}

async fn page(app: &App, visit: &Visit, text: &str, kept: Kept, status: StatusCode) -> Result<Response, Failure> {
    let detail = supervised(app, visit, text).await?;
    let title = t!(visit.lang(), "office-request");
    Ok(Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <Review detail=detail kept=kept/> }))
}

pub async fn decide(State(app): State<App>, visit: Visit, Path(text): Path<String>, fields: Fields) -> Result<Response, Failure> {
    let lang = visit.lang();
    let detail = supervised(&app, &visit, &text).await?;
    let kept = Kept::read(&fields);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let words = match kept.clean(lang) {
        Ok(words) => words,
        Err(kept) => return page(&app, &visit, &text, kept, unprocessable).await,
    };
    let change = match kept.decision.as_str() {
        "show" => Change::Shown,
        "hide" => Change::Hidden,
        _ => return page(&app, &visit, &text, Kept { trouble: Some(t!(lang, "office-choose")), ..kept }, unprocessable).await,
    };
    let changing =
        Changing { viewer: &visit.viewer, tracked: false, change, words: &words, class: None, rating: None, addition: None, key: &kept.key };
    match app.store.change_request(&detail.item.number, &changing).await {
        Ok(()) => Ok(Done::plain(Did::Decided).see(&app, "/office")),
        Err(StoreError::Refused(refusal)) => {
            let (kept, status) = kept.refused(lang, refusal);
            page(&app, &visit, &text, kept, status).await
        }
        Err(error) => Err(error.into()),
    }
}

#[component]
fn Review(detail: Detail, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone, district) = (store.clock().now(), store.settings().zone, store.district());
    let item = detail.item.clone();
    let number = item.number;
    let masked = mask(&item.what);
    let original =
        (masked != item.what).then(|| view! { <p class="small soft">{t!(lang, "office-original")}</p><p class="words">{item.what.clone()}</p> });
    let photos = (!detail.photos.is_empty()).then(|| {
        let photos = detail
            .photos
            .iter()
            .map(|photo| {
                let word = if photo.hidden_reason.is_some() { t!(lang, "office-photo-hidden") } else { t!(lang, "office-photo-edit") };
                view! {
                    <figure><a href=format!("/office/photos/{}", photo.id)><img src=format!("/photos/{}/thumb", photo.id) alt=t!(lang, "office-photo-alt") width="160" height="160" loading="lazy"/><span class="small">{word}</span></a></figure>
                }
            })
            .collect_view();
        view! { <section class="stack" aria-labelledby="photos"><h2 id="photos">{t!(lang, "office-photos")}</h2><div class="photos">{photos}</div></section> }
    });
    let decision = kept.decision.clone();
    let choice = move |value: &'static str, word: String, small: String| {
        let checked = decision == value;
        view! { <Choice name="decision" value=value word=word small=small checked=checked/> }
    };
    let show = choice("show", t!(lang, "office-publish"), t!(lang, "office-publish-small"));
    let hide = choice("hide", t!(lang, "office-hide-request"), t!(lang, "office-hide-request-small"));
    let standing = match detail.visibility {
        Visibility::Public => view! { <Note tone=Tone::Plain title=t!(lang, "office-is-public")/> }.into_any(),
        Visibility::Private => view! { <Note tone=Tone::Plain title=t!(lang, "office-is-private")/> }.into_any(),
        Visibility::Hidden => {
            view! { <Note tone=Tone::Care title=t!(lang, "office-is-hidden")><span>{detail.hidden_reason.clone()}</span></Note> }.into_any()
        }
        Visibility::Review if item.class.is_none() => {
            view! { <Note tone=Tone::Care title=t!(lang, "office-is-unclassified")><span>{t!(lang, "office-is-unclassified-next")}</span></Note> }
                .into_any()
        }
        Visibility::Review => view! { <Note tone=Tone::Plain title=t!(lang, "office-is-review")/> }.into_any(),
    };
    let form = (detail.visibility != Visibility::Private).then(|| {
        view! {
            <form class="stack" method="post" action=format!("/office/requests/{number}")>
                <SameKey key=kept.key.clone()/>
                <fieldset class="field"><legend>{t!(lang, "office-decision")}</legend><div class="stack tight">
                    {(detail.visibility != Visibility::Public).then_some(show)}
                    {(detail.visibility != Visibility::Hidden).then_some(hide)}
                </div></fieldset>
                <Reason label=t!(lang, "office-reason") hint=t!(lang, "office-hide-reason-hint") kept=kept.clone() optional=true/>
                <button class="btn">{t!(lang, "office-decide")}</button>
            </form>
        }
    });
    view! {
        <div class="narrow stack loose">
            <header class="stack tight">
                <p class="small soft"><a href="/office">{t!(lang, "office")}</a>" · "<span class="num">{number.to_string()}</span></p>
                <h1>{head(&item.what)}</h1>
                <p class="soft">{class_word(lang, &district.catalogue, item.class)}" · "{area_word(&district.areas, &item.area)}" · "{when(lang, item.reported_at, now, zone)}</p>
            </header>
            {kept.note(lang)}
            {standing}
            <section class="card stack" aria-labelledby="shown"><h2 id="shown">{t!(lang, "office-as-public")}</h2><p class="words">{masked}</p>
                {(!item.place.is_empty()).then(|| view! { <p class="soft">{mask(&item.place)}</p> })}{original}</section>
            {photos}
            {form}
            <History entries=detail.history.clone()/>
        </div>
    }
}

//! "Is it one of these?", and what is known already.

use domain::area::Position;
use domain::event::class::{ClassCode, Visibility};
use leptos::prelude::*;
use store::request::{Item, Near};

use super::Form;
use crate::App;
use crate::failure::Failure;
use crate::part::{Icon, Note, Tone};
use crate::render::visit;
use crate::request::row::{Requests, head};
use crate::text::t;

/// What is open nearby of the same class, and what is known about it.
pub(super) async fn look_around(app: &App, form: &mut Form) -> Result<(), Failure> {
    let Ok(class) = form.draft.class.parse::<ClassCode>() else { return Ok(()) };
    let private = app.store.district().catalogue.get(class).is_none_or(|class| class.visibility == Visibility::Private);
    if private {
        return Ok(());
    }
    let position = form.draft.lat.parse().ok().zip(form.draft.lon.parse().ok()).and_then(|(lat, lon)| Position::new(lat, lon, None).ok());
    let area = form.draft.area.parse().ok();
    form.near = match (&position, &area) {
        (Some(position), _) => app.store.near(Some(class), Near::Position(position), Some(3)).await?,
        (None, Some(area)) => app.store.near(Some(class), Near::Area(area), Some(3)).await?,
        (None, None) => Vec::new(),
    };
    let district = app.store.district();
    let today = app.store.clock().now().with_timezone(&app.store.settings().zone).date_naive();
    form.notices = area
        .map(|area| district.known.of(class, &area, today).map(|known| [known.words_zh.clone(), known.words_en.clone()]).collect())
        .unwrap_or_default();
    Ok(())
}

/// "Is it one of these?", and what is known already.
#[component]
pub(super) fn Same(items: Vec<Item>, notices: Vec<[String; 2]>, looked: bool) -> impl IntoView {
    let visit = visit();
    let lang = visit.lang();
    let known = notices
        .into_iter()
        .map(|[zh, en]| view! { <Note tone=Tone::Plain title=t!(lang, "known")><span>{lang.pick(zh, en)}</span></Note> })
        .collect_view();
    let same = (!items.is_empty()).then(|| {
        let signed_in = visit.person.is_some();
        let joins = items
            .iter()
            .map(|item| {
                let word = if items.len() == 1 { t!(lang, "same-join") } else { t!(lang, "same-join-one", what = head(&item.what)) };
                view! { <button class="btn second" name="join" value=item.number.compact() formnovalidate><Icon name="users-round"/>{word}</button> }
            })
            .collect_view();
        view! {
            <section class="card stack" aria-labelledby="same"><h2 id="same">{t!(lang, "same-question")}</h2>
                <Requests items=items beside=true/>
                <div class="inline">{joins}<span class="soft small">{if signed_in { t!(lang, "same-about") } else { t!(lang, "join-why") }}</span></div>
            </section>
        }
    });
    let none = (looked && same.is_none()).then(|| view! { <Note tone=Tone::Good title=t!(lang, "same-none")/> });
    let some = !known.is_empty() || same.is_some() || none.is_some();
    some.then(|| view! { <div class="stack" id="found">{known}{same}{none}</div> })
}

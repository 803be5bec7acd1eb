//! `/office/photos/{id}`: covering part of a photo, hiding it, showing it again.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::photo::Rectangle;
use leptos::prelude::*;
use store::StoreError;
use store::photo::KeepError;
use store::report::{ModeratedPhoto, Moderation};

use super::{Kept, Reason, in_office};
use crate::App;
use crate::desk::step::SameKey;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Choice, Note, Tone};
use crate::render::{Door, Page, visit};
use crate::request::photo::trouble;
use crate::text::Lang;
use crate::text::t;
use crate::visit::Visit;

/// How many cells a side of the grid over the picture has.
pub const CELLS: usize = 8;

/// The checked cells (`row-column`) as rectangles in thousandths of the picture.
#[must_use]
pub fn rectangles(cells: &[String]) -> Vec<Rectangle> {
    cells
        .iter()
        .filter_map(|cell| {
            let (row, column) = cell.split_once('-')?;
            let side = u16::try_from(CELLS).ok()?;
            let span = |index: &str| {
                let index: u16 = index.parse().ok().filter(|index| *index < side)?;
                let from = index * Rectangle::WHOLE / side;
                Some((from, (index + 1) * Rectangle::WHOLE / side - from))
            };
            let ((y, h), (x, w)) = (span(row)?, span(column)?);
            Rectangle::new(x, y, w, h).ok()
        })
        .collect()
}

/// What the form decided, if it decided anything. The rectangles are held by the caller.
pub fn moderation<'a>(decision: &str, rectangles: &'a [Rectangle]) -> Option<Moderation<'a>> {
    match decision {
        "keep" => Some(Moderation::Keep),
        "hide" => Some(Moderation::HidePhoto),
        "show" => Some(Moderation::ShowPhoto),
        "cover" => Some(Moderation::CoverPhoto(rectangles)),
        _ => None,
    }
}

/// What went wrong, on the form again; or the page of a failure.
pub fn again(lang: Lang, kept: Kept, error: KeepError) -> Result<(Kept, StatusCode), Failure> {
    match error {
        KeepError::Photo(error) => Ok((Kept { trouble: Some(trouble(lang, &error)), ..kept }, StatusCode::UNPROCESSABLE_ENTITY)),
        KeepError::TooMany => Err(Failure::Internal),
        KeepError::Store(StoreError::Refused(refusal)) => Ok(kept.refused(lang, refusal)),
        KeepError::Store(error) => Err(error.into()),
    }
}

pub async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&app, &visit, &id, Kept::default(), StatusCode::OK).await
}

async fn page(app: &App, visit: &Visit, id: &str, kept: Kept, status: StatusCode) -> Result<Response, Failure> {
    in_office(visit)?;
    let photo = app.store.photo_to_moderate(&visit.viewer, id).await?;
    let title = t!(visit.lang(), "office-photo");
    Ok(Page::new(app, visit, Door::Account, title).status(status).show(move || view! { <Photo photo=photo kept=kept/> }))
}

pub async fn decide(State(app): State<App>, visit: Visit, Path(id): Path<String>, fields: Fields) -> Result<Response, Failure> {
    in_office(&visit)?;
    let lang = visit.lang();
    let kept = Kept::read(&fields);
    let rectangles = rectangles(&kept.cells);
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    let words = match kept.clean(lang) {
        Ok(words) => words,
        Err(kept) => return page(&app, &visit, &id, kept, unprocessable).await,
    };
    let Some(moderation) = moderation(&kept.decision, &rectangles).filter(|moderation| *moderation != Moderation::Keep) else {
        return page(&app, &visit, &id, Kept { trouble: Some(t!(lang, "office-choose")), ..kept }, unprocessable).await;
    };
    if moderation == Moderation::CoverPhoto(&[]) {
        return page(&app, &visit, &id, Kept { trouble: Some(t!(lang, "office-no-cells")), ..kept }, unprocessable).await;
    }
    match app.store.moderate_photo(&visit.viewer, &id, moderation, &words, &kept.key).await {
        Ok(()) => Ok(Done::plain(Did::PhotoDecided).see(&app, &format!("/office/photos/{id}"))),
        Err(error) => {
            let (kept, status) = again(lang, kept, error)?;
            page(&app, &visit, &id, kept, status).await
        }
    }
}

#[component]
fn Photo(photo: ModeratedPhoto, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let number = photo.number;
    let hidden = photo.photo.hidden_reason.clone();
    let action = format!("/office/photos/{}", photo.photo.id);
    let decision = kept.decision.clone();
    let chosen = move |word: &str| decision == word;
    let choices = if hidden.is_some() {
        view! { <Choice name="decision" value="show" word=t!(lang, "office-show-photo") small=t!(lang, "office-show-photo-small") checked=chosen("show")/> }.into_any()
    } else {
        view! { <Choice name="decision" value="hide" word=t!(lang, "office-hide-photo") small=t!(lang, "office-hide-photo-small") checked=chosen("hide")/> }.into_any()
    };
    let cover = chosen("cover") || !chosen("hide") && !chosen("show");
    view! {
        <div class="narrow stack loose">
            <header class="stack tight">
                <p class="small soft"><a href="/office">{t!(lang, "office")}</a>" · "<a class="num" href=format!("/office/requests/{number}")>{number.to_string()}</a></p>
                <h1>{t!(lang, "office-photo")}</h1>
            </header>
            {hidden.map(|reason| view! { <Note tone=Tone::Care title=t!(lang, "office-photo-hidden")><span>{reason}</span></Note> })}
            {kept.note(lang)}
            <form class="stack" method="post" action=action>
                <SameKey key=kept.key.clone()/>
                <CoverGrid photo=photo cells=kept.cells.clone()/>
                <fieldset class="field"><legend>{t!(lang, "office-decision")}</legend><div class="stack tight">
                    <Choice name="decision" value="cover" word=t!(lang, "office-cover") small=t!(lang, "office-cover-small") checked=cover/>
                    {choices}
                </div></fieldset>
                <Reason label=t!(lang, "office-reason") hint=t!(lang, "office-reason-hint") kept=kept/>
                <button class="btn">{t!(lang, "office-decide")}</button>
            </form>
        </div>
    }
}

/// `.cover-grid`: the picture with a grid of boxes laid over it; a checked one is covered. Works by finger, by
/// keyboard and without scripts.
#[component]
pub fn CoverGrid(photo: ModeratedPhoto, cells: Vec<String>) -> impl IntoView {
    let lang = visit().lang();
    let ModeratedPhoto { photo, version, .. } = photo;
    let boxes = (0..CELLS * CELLS)
        .map(|index| {
            let (row, column) = (index / CELLS, index % CELLS);
            let value = format!("{row}-{column}");
            let checked = cells.contains(&value);
            let label = t!(lang, "office-cell", row = row as i64 + 1, column = column as i64 + 1);
            view! { <input type="checkbox" name="cell" value=value checked=checked aria-label=label/> }
        })
        .collect_view();
    view! {
        <fieldset class="field">
            <legend>{t!(lang, "office-cells")}</legend>
            <span class="hint">{t!(lang, "office-cells-hint")}</span>
            <div class="cover-grid">
                <img src=format!("/photos/{}?v={version}", photo.id) alt=t!(lang, "office-photo-alt") width=photo.width height=photo.height/>
                <div class="cells">{boxes}</div>
            </div>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_rectangles_that_tile_the_picture() {
        let every: Vec<_> = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| format!("{row}-{column}"))).collect();
        let rectangles = rectangles(&every);
        assert_eq!(rectangles.len(), CELLS * CELLS);
        let covered: u32 = rectangles.iter().map(|one| u32::from(one.w()) * u32::from(one.h())).sum();
        assert_eq!(covered, 1_000_000);
    }

    #[test]
    fn nonsense_is_no_cell() {
        for cell in ["", "-", "8-0", "0-8", "-1-0", "a-b", "0"] {
            assert!(rectangles(&[cell.to_owned()]).is_empty(), "{cell}");
        }
    }
}

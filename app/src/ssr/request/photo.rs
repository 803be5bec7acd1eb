//! Photos as pictures, and taking photos in from a form.

use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::photo::Hint;
use leptos::prelude::*;
use store::StoreError;
use store::photo::{Foreign, KeepError, Photo, PhotoError, Size};

use crate::App;
use crate::failure::Failure;
use crate::form::Fields;
use crate::render::visit;
use crate::text::Lang;
use crate::text::t;
use crate::visit::Visit;

pub async fn large(state: State<App>, visit: Visit, path: Path<String>, query: RawQuery) -> Result<Response, Failure> {
    picture(state, visit, path, query, Size::Large).await
}

pub async fn thumb(state: State<App>, visit: Visit, path: Path<String>, query: RawQuery) -> Result<Response, Failure> {
    picture(state, visit, path, query, Size::Thumb).await
}

async fn picture(State(app): State<App>, visit: Visit, Path(id): Path<String>, RawQuery(query): RawQuery, size: Size) -> Result<Response, Failure> {
    let fields = Fields::parse(query.unwrap_or_default().as_bytes());
    let key = fields.has("key").then(|| fields.get("key"));
    let (bytes, public) = app.store.picture(&visit.viewer, &id, size, key, &visit.tracked).await?;
    // A public picture can be covered or hidden at any time: browsers keep it and ask each time whether it still is.
    let cache = if public { "public, no-cache" } else { "private, no-store" };
    Ok(([(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, cache)], bytes).into_response())
}

/// Why a photo was not taken, as a sentence.
#[must_use]
pub fn trouble(lang: Lang, error: &PhotoError) -> String {
    match error {
        PhotoError::Empty => t!(lang, "photo-empty"),
        PhotoError::TooLarge { .. } => t!(lang, "photo-too-large"),
        PhotoError::TooManyPixels { .. } => t!(lang, "photo-too-many-pixels"),
        PhotoError::Unsupported { what: Foreign::Heic } => t!(lang, "photo-heic"),
        PhotoError::Unsupported { .. } => t!(lang, "photo-unsupported"),
        PhotoError::Broken => t!(lang, "photo-broken"),
        PhotoError::Busy => t!(lang, "photo-busy"),
    }
}

/// What came of the photos of one form.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// What is wrong, a sentence a photo.
    pub wrong: Vec<String>,
    /// Place and time that the first photo with any claims.
    pub hint: Option<Hint>,
}

/// Takes in the photos of a form under its key.
///
/// # Errors
/// If too many came from this address, or the database does not answer; what is wrong with a photo is told beside
/// the field instead.
pub async fn take(app: &App, visit: &Visit, fields: &mut Fields, key: &str) -> Result<Taken, Failure> {
    let mut taken = Taken::default();
    while let Some(bytes) = fields.next_photo().await? {
        app.store.attempt(domain::limit::PHOTO_ADDRESS, &visit.address.to_string()).await?;
        match app.store.keep_photo(key, bytes).await {
            Ok((_, hint)) => taken.hint = taken.hint.or(hint),
            Err(KeepError::Photo(error)) => taken.wrong.push(trouble(visit.lang(), &error)),
            Err(KeepError::TooMany) => taken.wrong.push(t!(visit.lang(), "photo-too-many")),
            Err(KeepError::Store(error)) => return Err(StoreError::into(error)),
        }
    }
    Ok(taken)
}

/// `.photos`: pictures that open large.
#[component]
pub fn Photos(photos: Vec<Photo>, #[prop(optional_no_strip)] report: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let all = photos.len();
    view! {
        <div class="photos">
            {photos
                .into_iter()
                .enumerate()
                .map(|(index, photo)| {
                    let word = if photo.evidence { t!(lang, "photo-evidence", index = index as i64 + 1, all = all as i64) } else { t!(lang, "photo-of", index = index as i64 + 1, all = all as i64) };
                    let link = report.as_ref().filter(|_| !photo.evidence).map(|path| view! { <a class="small" href=format!("{path}?photo={}", photo.id)>{t!(lang, "report-photo")}</a> });
                    view! {
                        <figure><a href=format!("/photos/{}", photo.id)><img src=format!("/photos/{}/thumb", photo.id) alt=word width="160" height="160" loading="lazy"/></a>{link}</figure>
                    }
                })
                .collect_view()}
        </div>
    }
}

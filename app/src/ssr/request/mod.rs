//! Requests 诉求: filing, reading, following.

pub mod ask;
pub mod choose;
pub mod detail;
mod list;
pub mod map;
mod new;
pub mod photo;
pub mod row;
mod track;
pub mod words;

pub use choose::Options;

use axum::Router;
use axum::routing::get;
use domain::request::Draft;
use leptos::prelude::*;

use super::App;
use super::text::Lang;
use super::visit::Visit;
use crate::island::{Offered, Spot};

/// Routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/requests", get(list::list))
        .route("/requests/new", get(new::show).post(new::file))
        .route("/requests/track", get(track::show).post(track::open))
        .route("/requests/{number}", get(detail::show).post(detail::change))
        .route("/requests/{number}/filed", get(detail::filed))
        .route("/photos/{id}", get(photo::large))
        .route("/photos/{id}/thumb", get(photo::thumb))
}

/// What the islands' server functions are answered with: the very same rules as the form without scripts.
///
/// # Errors
/// None of its own; the limit is asked before.
pub async fn suggest(text: &str, lang: &str) -> Result<Vec<Offered>, ServerFnError> {
    let app = expect_context::<App>();
    Ok(new::offers(&app.store.district(), Lang::parse(lang).unwrap_or_default(), text))
}

/// The places that a text can mean.
///
/// # Errors
/// None of its own; the limit is asked before.
pub async fn places(text: &str, area: &str) -> Result<Vec<Spot>, ServerFnError> {
    let app = expect_context::<App>();
    Ok(new::spots(&app.store.district(), text, area))
}

/// What a class brings with it on the filing form.
///
/// # Errors
/// None of its own; the limit is asked before.
pub async fn notes(class: &str, danger: bool) -> Result<String, ServerFnError> {
    let (app, visit) = (expect_context::<App>(), expect_context::<Visit>());
    Ok(new::notes(&app, &visit, class, danger))
}

/// The filing form's map.
///
/// # Errors
/// If the database does not answer.
pub async fn sketch(area: String, lat: String, lon: String) -> Result<String, ServerFnError> {
    let (app, visit) = (expect_context::<App>(), expect_context::<Visit>());
    new::sketch(&app, &visit, Draft { area, lat, lon, ..Draft::default() }).await.map_err(ServerFnError::new)
}

/// Whether the visitor's form with this key is registered.
///
/// # Errors
/// If the database does not answer.
pub async fn is_filed(key: &str, what: &str) -> Result<bool, ServerFnError> {
    let (app, visit) = (expect_context::<App>(), expect_context::<Visit>());
    app.store.is_filed(&visit.viewer, key, what).await.map_err(ServerFnError::new)
}

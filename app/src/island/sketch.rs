use leptos::prelude::*;

/// The map of the filing form around a position or a community, as the page without scripts shows it.
///
/// # Errors
/// If the server does not answer, or was asked too often.
#[server(prefix = "/api/island", endpoint = "sketch")]
pub async fn sketch(area: String, lat: String, lon: String) -> Result<String, ServerFnError> {
    crate::request::sketch(area, lat, lon).await
}

/// Draws the map again for what the form says now.
#[cfg(feature = "hydrate")]
pub fn draw() {
    use super::page::{by_id, value};

    let now = || ["area", "lat", "lon"].map(value);
    let asked = now();
    leptos::task::spawn_local(async move {
        let [area, lat, lon] = asked.clone();
        // An answer to what is no longer asked is left; without an answer the old map would be of another place.
        let drawn = sketch(area, lat, lon).await.unwrap_or_default();
        if let (Some(element), true) = (by_id::<web_sys::Element>("sketch"), now() == asked) {
            element.set_inner_html(&drawn);
        }
    });
}

//! The photos, and what the first of them says of place and time.

use domain::area::Position;
use domain::photo::Hint;
use leptos::prelude::*;

use super::Form;
use crate::form::Fields;
use crate::island::Pick;
use crate::part::{Icon, PhotosInput, Wrong as WrongLine};
use crate::render::{app, visit};
use crate::request::words::area_word;
use crate::text::t;

pub(super) fn sent_hint(fields: &Fields) -> Option<Hint> {
    let taken_at = fields.get("hint_time").parse().ok();
    let place = fields.get("hint_lat").parse().ok().zip(fields.get("hint_lon").parse().ok()).and_then(|(lat, lon)| domain::photo::place(lat, lon));
    (taken_at.is_some() || place.is_some()).then(|| Hint { lat: place.map(|place| place.0), lon: place.map(|place| place.1), taken_at })
}

pub(super) fn use_hint(form: &mut Form) {
    let Some(hint) = form.hint.take() else { return };
    if let (Some(lat), Some(lon)) = (hint.lat, hint.lon) {
        (form.draft.lat, form.draft.lon) = (lat.to_string(), lon.to_string());
        // A photo doesn't say how accurate it is; the phone's accuracy was of another place.
        form.draft.accuracy.clear();
    }
    if let Some(at) = hint.taken_at {
        form.draft.happened = at.format("%Y-%m-%dT%H:%M").to_string();
    }
}

#[component]
pub(super) fn Photos(form: Form) -> impl IntoView {
    let lang = visit().lang();
    let key = form.key.clone();
    let kept = form
        .photos
        .iter()
        .enumerate()
        .map(|(index, photo)| {
            let word = t!(lang, "photo-of", index = index as i64 + 1, all = form.photos.len() as i64);
            view! {
                <figure><img src=format!("/photos/{}/thumb?key={key}", photo.id) alt=word width="160" height="160"/>
                    <button class="btn quiet small" name="drop" value=photo.id.clone() formnovalidate>{t!(lang, "photo-drop")}</button></figure>
            }
        })
        .collect_view();
    let hint = form.hint.map(|hint| {
        let areas = app().store.district().areas.clone();
        let near = hint.lat.zip(hint.lon).and_then(|(lat, lon)| Position::new(lat, lon, None).ok()).and_then(|position| areas.nearest(&position).map(|(area, _)| area_word(&areas, &area.code)));
        let time = hint.taken_at.map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default();
        view! {
            <div class="note"><Icon name="camera"/><b>{t!(lang, "photo-says")}</b><span>{[near.unwrap_or_default(), time].join(" ")}</span>
                <input type="hidden" name="hint_lat" value=hint.lat.map(|lat| lat.to_string())/><input type="hidden" name="hint_lon" value=hint.lon.map(|lon| lon.to_string())/>
                <input type="hidden" name="hint_time" value=hint.taken_at.map(|at| at.format("%Y-%m-%dT%H:%M:%S").to_string())/>
                <label class="check"><input type="checkbox" name="use_hint" value="1"/>{t!(lang, "photo-use-hint")}</label></div>
        }
    });
    let wrong = form.photo_wrong.first().cloned();
    let class = if wrong.is_some() { "field bad" } else { "field" };
    view! {
        <fieldset class=class id="photo-field"><legend>{t!(lang, "photos")}" "<span class="soft small">{t!(lang, "photos-most")}</span></legend>
            {(!form.photos.is_empty()).then(|| view! { <div class="photos">{kept}</div> })}
            <PhotosInput id="photos" described="photos-hint".to_owned() wrong=wrong.is_some()/>
            <Pick input="photos".to_owned() says=t!(lang, "photo-says") yes=t!(lang, "photo-use-hint") alt=t!(lang, "photo-chosen")/>
            <p class="hint" id="photos-hint">{t!(lang, "photos-hint")}</p>
            {form.photo_wrong.into_iter().map(|words| view! { <WrongLine id="photos-wrong".to_owned() words=words/> }).collect_view()}
            {hint}
        </fieldset>
    }
}

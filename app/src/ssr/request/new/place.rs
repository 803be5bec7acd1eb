//! Where it is: words that find a named place, the phone's position, the pin on a small map, the community by hand.

use domain::area::{AreaCode, Place as Named};
use domain::request::{Draft, Pin, Step};
use leptos::prelude::*;
use store::District;
use store::request::{Item, Near};

use super::Form;
use crate::App;
use crate::form::Fields;
use crate::island::{Locate, Places, Spot};
use crate::part::{Field, Fold, TextField, Wrong as WrongLine};
use crate::render::{app, visit};
use crate::request::choose::{Choice, options};
use crate::request::map::Sketch;
use crate::request::words::area_word;
use crate::text::t;
use crate::visit::Visit;

/// Most places offered at once: more is no choice.
const MOST_SPOTS: usize = 5;
/// Most open cases on the map.
const MOST_AROUND: usize = 20;

/// What the form knows of the place beyond what was typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Where {
    /// Whether places were asked for.
    searched: bool,
    /// The places found.
    spots: Vec<Spot>,
    /// The card that was chosen among them.
    chosen: String,
    /// The card that the form has taken over already.
    picked: String,
    /// Open public cases around the pin.
    pub around: Vec<Item>,
}

/// The places that a text can mean, those in and near a community first.
pub fn spots(district: &District, text: &str, area: &str) -> Vec<Spot> {
    let here = area.trim().parse().ok();
    let found = district.places.search(text, here.as_ref(), MOST_SPOTS);
    found
        .into_iter()
        .map(|place| Spot {
            area: place.community.to_string(),
            name: place.name.clone(),
            small: area_word(&district.areas, &place.community),
            words: place.words(text),
            at: place.position.map_or_else(Default::default, |at| [format!("{:.5}", at.lat()), format!("{:.5}", at.lon())]),
        })
        .collect()
}

/// The place that a card means.
fn named<'a>(district: &'a District, value: &str) -> Option<&'a Named> {
    let (area, name) = value.split_once(' ')?;
    district.places.get(&area.parse().ok()?, name)
}

/// Does what the cards and buttons of the place ask for; whether the form only comes back for it.
pub(super) fn change(district: &District, fields: &Fields, form: &mut Form) -> bool {
    let (chosen, picked) = (fields.get("spot"), fields.get("picked"));
    if fields.has("find") {
        let spots = spots(district, &form.draft.place, &form.draft.area);
        form.place = Where { searched: true, spots, chosen: chosen.to_owned(), picked: picked.to_owned(), ..Where::default() };
        return true;
    }
    if let Some(place) = named(district, chosen) {
        // What was changed by hand since then holds: the pin that was moved, another community.
        if chosen != picked {
            form.draft.pick(place, &district.places);
        }
        if form.draft.area == place.community.to_string() {
            let spots = spots(district, &form.draft.place, &form.draft.area);
            form.place = Where { spots, chosen: chosen.to_owned(), picked: chosen.to_owned(), ..Where::default() };
        }
    }
    match (fields.get("move"), Step::parse(fields.get("move"))) {
        (_, Some(step)) => form.draft.step(step, &district.areas),
        ("nowhere", None) => {
            form.draft.clear_position();
            form.place = Where::default();
        }
        _ => return false,
    }
    true
}

/// What is open and public around the form's pin.
pub(super) async fn around(app: &App, draft: &Draft) -> store::Result<Vec<Item>> {
    match draft.pin(&app.store.district().areas) {
        Some(pin) => app.store.near(None, Near::Position(pin.position()), Some(MOST_AROUND)).await,
        None => Ok(Vec::new()),
    }
}

/// The map alone, for the island that asks for it.
///
/// # Errors
/// If the database does not answer.
pub async fn sketch(app: &App, visit: &Visit, draft: Draft) -> store::Result<String> {
    let around = around(app, &draft).await?;
    let owner = Owner::new();
    Ok(owner.with(|| {
        provide_context(visit.clone());
        provide_context(app.clone());
        view! { <PinMap draft=draft around=around/> }.to_html()
    }))
}

#[component]
pub(super) fn Place(form: Form, place_wrong: Option<String>, area_wrong: Option<String>, position_wrong: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let draft = form.draft;
    let area = draft.area.parse().ok();
    let by_hand = !draft.area.is_empty() || area_wrong.is_some();
    let none = form.place.searched && form.place.spots.is_empty();
    view! {
        <div class="field" id="where" role="group" aria-label=t!(lang, "where")>
            <div class="stack">
                <TextField id="place" label=t!(lang, "where") value=draft.place.clone() hint=t!(lang, "place-hint") wrong=place_wrong maxlength=domain::request::MAX_PLACE optional=true/>
                {none.then(|| view! { <p class="hint" role="status">{t!(lang, "place-not-found")}</p> })}
                <input type="hidden" name="picked" value=form.place.picked/>
                <Places found=form.place.spots chosen=form.place.chosen find=t!(lang, "place-find") group=t!(lang, "place-found") none=t!(lang, "place-none")/>
                <input type="hidden" name="lat" id="lat" value=draft.lat.clone()/>
                <input type="hidden" name="lon" id="lon" value=draft.lon.clone()/>
                <input type="hidden" name="accuracy" id="accuracy" value=draft.accuracy.clone()/>
                <div class="stack tight">
                    <Locate word=t!(lang, "locate") found=t!(lang, "located") failed=t!(lang, "locate-failed") known=draft.accuracy.clone()/>
                    {position_wrong.map(|words| view! { <WrongLine id="position-wrong".to_owned() words=words/> })}
                    <div id="sketch"><PinMap draft=draft around=form.place.around/></div>
                </div>
                <Fold icon="map-pin" title=t!(lang, "area-by-hand") open=by_hand>
                    <Field id="area" label=t!(lang, "area") wrong=area_wrong>
                        <select id="area" name="area" inner_html=options(Choice::Communities, area.as_ref().map(AreaCode::as_str), t!(lang, "area-unsure"))></select>
                    </Field>
                </Fold>
            </div>
        </div>
    }
}

/// The map around the form's pin, and the buttons that move it.
#[component]
fn PinMap(draft: Draft, around: Vec<Item>) -> impl IntoView {
    let lang = visit().lang();
    let areas = app().store.district().areas.clone();
    let pin = draft.pin(&areas)?;
    let exact = matches!(pin, Pin::Exact(_));
    let at = (pin.position().lat(), pin.position().lon());
    let place = if draft.place.is_empty() { draft.area.parse().map(|area| area_word(&areas, &area)).unwrap_or_default() } else { draft.place };
    let label = t!(lang, "pin-label", place = place, count = around.len() as i64);
    let button = |value: &'static str, word: String| {
        view! { <button class="btn quiet" name="move" value=value formnovalidate formaction="/requests/new#map">{word}</button> }
    };
    let moves = [Step::North, Step::West, Step::East, Step::South].map(|step| button(step.as_str(), lang.say(&format!("map-{}", step.as_str()))));
    Some(view! {
        <figure class="stack tight" id="map">
            <Sketch centre=at pin=at exact=exact label=label others=around/>
            <figcaption class="hint">{if exact { t!(lang, "pin-exact") } else { t!(lang, "pin-centre") }}</figcaption>
            <div class="compass" role="group" aria-label=t!(lang, "map-move")>{moves}</div>
            {exact.then(|| button("nowhere", t!(lang, "pin-forget")))}
        </figure>
    })
}

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A named place as the form offers it. Names are proper names, the same in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The code of its community.
    pub area: String,
    /// Its name.
    pub name: String,
    /// Where that is.
    pub small: String,
    /// What the form's words become when it is picked.
    pub words: String,
    /// Its position, or two empty texts.
    pub at: [String; 2],
}

impl Spot {
    /// What the form sends when it is chosen.
    #[must_use]
    pub fn value(&self) -> String {
        format!("{} {}", self.area, self.name)
    }
}

/// The places that what was typed so far can mean, those near the community chosen first.
///
/// # Errors
/// If the server does not answer, or was asked too often.
#[server(prefix = "/api/island", endpoint = "places")]
pub async fn find_places(text: String, area: String) -> Result<Vec<Spot>, ServerFnError> {
    crate::request::places(&text, &area).await
}

/// Cards of the places that the words mean; picking one fills in the form. Without the script a button asks for them.
#[island]
pub fn Places(found: Vec<Spot>, chosen: String, find: String, group: String, none: String) -> impl IntoView {
    let spots = RwSignal::new(found);
    let chosen = RwSignal::new(chosen);
    let awake = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        awake.set(true);
        browser::follow_words(spots, chosen);
    });
    let pick = move |spot: Option<Spot>| {
        #[cfg(feature = "hydrate")]
        browser::pick(spot.as_ref(), chosen);
        #[cfg(not(feature = "hydrate"))]
        drop(spot);
    };
    view! {
        <button class="btn second" name="find" value="1" formnovalidate formaction="/requests/new#where" hidden=move || awake.get()>{find}</button>
        <div class="stack tight" role="radiogroup" aria-labelledby="spots" hidden=move || spots.get().is_empty()>
            <p class="hint" id="spots">{group}</p>
            {move || {
                spots
                    .get()
                    .into_iter()
                    .map(|spot| {
                        let value = spot.value();
                        let own = value.clone();
                        let checked = move || chosen.get() == own;
                        let (name, small) = (spot.name.clone(), spot.small.clone());
                        view! {
                            <label class="choice"><input type="radio" name="spot" value=value checked=checked.clone() prop:checked=checked on:input=move |_| pick(Some(spot.clone()))/>
                                <span>{name}</span><small>{small}</small></label>
                        }
                    })
                    .collect_view()
            }}
            <label class="choice"><input type="radio" name="spot" value="" checked=move || chosen.get().is_empty() prop:checked=move || chosen.get().is_empty() on:input=move |_| pick(None)/><span>{none}</span></label>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;
    use std::time::Duration;

    use leptos::prelude::*;

    use super::super::page::{by_id, listen, set_value, tell, typed_before, value};
    use super::super::sketch::draw;
    use super::{Spot, find_places};

    thread_local! {
        /// What the form had before a place was picked: community and position.
        static BEFORE: RefCell<Option<[String; 3]>> = const { RefCell::new(None) };
    }

    const FIELDS: [&str; 3] = ["area", "lat", "lon"];

    /// Fills in what the place brings, or gives back what was there before one was picked. The phone's own position stays.
    pub fn pick(spot: Option<&Spot>, chosen: RwSignal<String>) {
        let before = BEFORE.take().unwrap_or_else(|| FIELDS.map(value));
        let phone = !value("accuracy").is_empty();
        let now = match spot {
            Some(spot) => {
                set_value("place", &spot.words);
                let [lat, lon] = if spot.at[0].is_empty() { [before[1].clone(), before[2].clone()] } else { spot.at.clone() };
                [spot.area.clone(), lat, lon]
            }
            None => before.clone(),
        };
        for (field, new) in FIELDS.iter().zip(&now).take(if phone { 1 } else { 3 }) {
            set_value(field, new);
        }
        chosen.set(spot.map(Spot::value).unwrap_or_default());
        BEFORE.set(spot.map(|_| before));
        draw();
    }

    pub fn follow_words(spots: RwSignal<Vec<Spot>>, chosen: RwSignal<String>) {
        let Some(field) = by_id::<web_sys::EventTarget>("place") else { return };
        let typed = Rc::new(Cell::new(0u32));
        listen(&field, "input", move |_| {
            let turn = typed.get() + 1;
            typed.set(turn);
            let typed = typed.clone();
            // Half a second after the last letter, as for the classes.
            set_timeout(
                move || {
                    if typed.get() != turn {
                        return;
                    }
                    leptos::task::spawn_local(async move {
                        let Ok(found) = find_places(value("place"), value("area")).await else { return };
                        if typed.get() != turn {
                            return;
                        }
                        let picked = chosen.get_untracked();
                        if !picked.is_empty() && found.iter().all(|spot| spot.value() != picked) {
                            pick(None, chosen);
                        }
                        spots.set(found);
                    });
                },
                Duration::from_millis(500),
            );
        });
        if typed_before("place") {
            tell("place");
        }
        // A community chosen by hand holds, whatever was picked before.
        if let Some(area) = by_id::<web_sys::EventTarget>("area") {
            listen(&area, "change", move |_| {
                chosen.set(String::new());
                BEFORE.set(None);
                draw();
            });
        }
    }
}

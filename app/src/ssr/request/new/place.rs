//! Where it is.

use leptos::prelude::*;

use super::Form;
use crate::island::Locate;
use crate::part::{Field, TextField, Wrong as WrongLine};
use crate::render::visit;
use crate::request::choose::area_options;
use crate::text::t;

#[component]
pub(super) fn Place(form: Form, place_wrong: Option<String>, area_wrong: Option<String>, position_wrong: Option<String>) -> impl IntoView {
    let lang = visit().lang();
    let draft = form.draft;
    let area = draft.area.parse().ok();
    view! {
        <fieldset class="field"><legend>{t!(lang, "where")}</legend>
            <div class="stack">
                <Field id="area" label=t!(lang, "area") wrong=area_wrong>
                    <select id="area" name="area"><option value="">{t!(lang, "area-unsure")}</option>{area_options(area, false)}</select>
                </Field>
                <TextField id="place" label=t!(lang, "place") value=draft.place.clone() hint=t!(lang, "place-hint") wrong=place_wrong maxlength=domain::request::MAX_PLACE optional=true/>
                <input type="hidden" name="lat" id="lat" value=draft.lat.clone()/>
                <input type="hidden" name="lon" id="lon" value=draft.lon.clone()/>
                <input type="hidden" name="accuracy" id="accuracy" value=draft.accuracy.clone()/>
                <Locate word=t!(lang, "locate") found=t!(lang, "located") failed=t!(lang, "locate-failed") known={!draft.lat.is_empty()}/>
                {position_wrong.map(|words| view! { <WrongLine id="position-wrong".to_owned() words=words/> })}
            </div>
        </fieldset>
    }
}

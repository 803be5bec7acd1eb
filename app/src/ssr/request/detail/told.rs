//! What the class asks for and nobody told: the fields for it, and how the history says what is told later.

use domain::event::Fact;
use domain::request::{Addition, Draft, Field as DraftField, MAX_PLACE};
use leptos::prelude::*;

use super::Kept;
use crate::App;
use crate::form::Fields;
use crate::part::TextField;
use crate::render::visit;
use crate::request::new::wrong_word;
use crate::request::words::day_word;
use crate::text::{Lang, t};

/// The fields as they were typed.
pub fn draft(fields: &Fields) -> Draft {
    let text = |name: &str| fields.get(name).to_owned();
    Draft { place: text("place"), happened: text("happened"), since: text("since"), ..Draft::default() }
}

/// What the fields tell, or a sentence for each that is wrong.
pub fn check(app: &App, lang: Lang, draft: &Draft) -> Result<Addition, Vec<(DraftField, String)>> {
    let now = app.store.clock().now().with_timezone(&app.store.settings().zone).naive_local();
    let catalogue = &app.store.district().catalogue;
    let sentence = |(field, wrong)| (field, wrong_word(lang, catalogue, field, &wrong));
    draft.check_addition(now).map_err(|wrong| wrong.into_iter().map(sentence).collect())
}

/// What was told, a line each, and the words that came with it.
pub fn said(lang: Lang, addition: &Addition, words: &str) -> String {
    let told = |label: String, told: String| t!(lang, "told", label = label, told = told);
    let lines = [
        (!addition.place.is_empty()).then(|| told(t!(lang, "where"), addition.place.clone())),
        addition.happened_at.map(|at| told(t!(lang, "happened-at"), format!("{} {}", day_word(lang, at.date()), at.format("%H:%M")))),
        addition.since.map(|day| told(t!(lang, "since"), day_word(lang, day))),
        (!words.is_empty()).then(|| words.to_owned()),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

/// A field for each fact that is missing. Asked for, but no wall: whoever does not know it leaves it empty.
#[component]
pub fn Missing(facts: Vec<Fact>, kept: Kept) -> impl IntoView {
    let lang = visit().lang();
    let Kept { draft, draft_wrong, .. } = kept;
    let wrong = |field: DraftField| draft_wrong.iter().find(|(of, _)| *of == field).map(|(_, words)| words.clone());
    facts
        .into_iter()
        .filter_map(|fact| match fact {
            Fact::Place => Some(
                view! { <TextField id="place" label=t!(lang, "where") value=draft.place.clone() hint=t!(lang, "told-place-hint") wrong=wrong(DraftField::Place) maxlength=MAX_PLACE asked=true/> }
                    .into_any(),
            ),
            Fact::Time => Some(
                view! { <TextField id="happened" label=t!(lang, "happened-at") value=draft.happened.clone() hint=t!(lang, "happened-hint") wrong=wrong(DraftField::Happened) kind="datetime-local" asked=true/> }
                    .into_any(),
            ),
            Fact::Since => Some(
                view! { <TextField id="since" label=t!(lang, "since") value=draft.since.clone() hint=t!(lang, "since-hint") wrong=wrong(DraftField::Since) kind="date" asked=true/> }
                    .into_any(),
            ),
            // Nobody files without saying what happened.
            Fact::What => None,
        })
        .collect_view()
}

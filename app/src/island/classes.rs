use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A class as the form offers it, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Why it is offered, and whether it is private.
    pub small: String,
}

/// The three likeliest classes for what was typed so far.
///
/// # Errors
/// If the server does not answer, or was asked too often.
#[server(prefix = "/api/island", endpoint = "suggest")]
pub async fn suggest(text: String, lang: String) -> Result<Vec<Offered>, ServerFnError> {
    crate::request::suggest(&text, &lang).await
}

/// What a class brings with it, as the page without scripts shows it: danger, privacy, help-lines.
///
/// # Errors
/// If the server does not answer, or was asked too often.
#[server(prefix = "/api/island", endpoint = "notes")]
pub async fn notes(class: String, danger: bool) -> Result<String, ServerFnError> {
    crate::request::notes(&class, danger).await
}

/// Shows it in its place.
#[cfg(feature = "hydrate")]
fn draw_notes(class: String, chosen: RwSignal<Option<String>>) {
    use super::page::{by_id, tell};

    let danger = by_id::<web_sys::Element>("in_danger").is_some();
    leptos::task::spawn_local(async move {
        let Ok(drawn) = notes(class.clone(), danger).await else { return };
        if let (Some(element), true) = (by_id::<web_sys::Element>("notes"), chosen.get_untracked().unwrap_or_default() == class) {
            element.set_inner_html(&drawn);
            // Private or not is where the words are kept.
            tell("filing");
        }
    });
}

/// Choosing a class: proposals that follow the words, "not sure", or any other.
#[island]
pub fn Classes(
    /// The id of the field with the words.
    what: String,
    lang: String,
    offered: Vec<Offered>,
    chosen: Option<String>,
    unsure: String,
    unsure_small: String,
    other: String,
) -> impl IntoView {
    let offers = RwSignal::new(offered);
    let chosen = RwSignal::new(chosen);
    // Once a finger has chosen, typing on does not choose again.
    let touched = RwSignal::new(false);
    let choose = move |code: String| {
        touched.set(true);
        chosen.set(Some(code));
    };
    #[cfg(feature = "hydrate")]
    Effect::new(move |before: Option<String>| {
        let class = chosen.get().unwrap_or_default();
        if before.is_some_and(|before| before != class) {
            draw_notes(class.clone(), chosen);
        }
        class
    });
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| follow_words(&what, &lang, offers, chosen, touched));
    #[cfg(not(feature = "hydrate"))]
    let _ = (what, lang);
    view! {
        <div class="stack tight">
            {move || {
                offers
                    .get()
                    .into_iter()
                    .map(|offer| {
                        let (code, value) = (offer.code.clone(), offer.code.clone());
                        let checked = move || chosen.get().as_deref() == Some(code.as_str());
                        let pick = offer.code.clone();
                        view! {
                            <label class="choice"><input type="radio" name="class" value=value checked=checked.clone() prop:checked=checked on:change=move |_| choose(pick.clone())/>
                                <span>{offer.name}</span><small>{offer.small}</small></label>
                        }
                    })
                    .collect_view()
            }}
            <label class="choice"><input type="radio" name="class" value="" checked=move || chosen.get().is_none_or(|code| code.is_empty()) on:change=move |_| choose(String::new())/>
                <span>{unsure}</span><small>{unsure_small}</small></label>
            <label class="choice"><input type="radio" name="class" value="other" on:change=move |_| choose("other".into())/><span>{other}</span></label>
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn follow_words(what: &str, lang: &str, offers: RwSignal<Vec<Offered>>, chosen: RwSignal<Option<String>>, touched: RwSignal<bool>) {
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    use super::page::{by_id, listen, tell, typed_before, value};

    let Some(field) = by_id::<web_sys::EventTarget>(what) else { return };
    let (what, lang, words) = (what.to_owned(), lang.to_owned(), what.to_owned());
    let typed = Rc::new(Cell::new(0u32));
    listen(&field, "input", move |_| {
        let turn = typed.get() + 1;
        typed.set(turn);
        let (typed, what, lang) = (typed.clone(), what.clone(), lang.clone());
        // Half a second after the last letter: phones and servers both rest while somebody types.
        set_timeout(
            move || {
                if typed.get() != turn {
                    return;
                }
                leptos::task::spawn_local(async move {
                    let Ok(found) = suggest(value(&what), lang).await else { return };
                    if typed.get() != turn {
                        return;
                    }
                    if !touched.get_untracked() {
                        chosen.set(found.first().map(|offer| offer.code.clone()));
                    }
                    offers.set(found);
                });
            },
            Duration::from_millis(500),
        );
    });
    if typed_before(&words) {
        tell(&words);
    }
}

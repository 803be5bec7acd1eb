use leptos::prelude::*;

/// Whether the form with this key and these words has been registered: then the words kept on the device can go.
///
/// # Errors
/// If the server does not answer; then they stay.
#[server(prefix = "/api/island", endpoint = "is-filed")]
pub async fn is_filed(key: String, what: String) -> Result<bool, ServerFnError> {
    crate::request::is_filed(&key, &what).await
}

/// Keeps the words on the device until the server has confirmed them, and never lets a form go into a dead line.
#[island]
pub fn Keep(
    form: String,
    /// Whose words they are, nobody's before signing in: no other account is offered them on the same device.
    whose: String,
    /// That the words are kept: on the device, and of a private class in the tab alone.
    stored: [String; 2],
    /// That there is no connection, of both.
    failed: [String; 2],
    sending: String,
    clear: String,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    // Words of an earlier visit can be thrown away.
    let old = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    {
        let words = browser::Words { whose, stored, failed, sending };
        Effect::new(move |_| browser::keep(&form, words.clone(), said, old));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, whose, stored, failed, sending);
    let throw_away = move |_| {
        #[cfg(feature = "hydrate")]
        browser::clear();
        old.set(false);
        said.set(String::new());
    };
    view! {
        <p class="small soft keep" role="status">{move || said.get()}</p>
        <button class="btn quiet" type="button" hidden=move || !old.get() on:click=throw_away>{clear}</button>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::rc::Rc;

    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlFormElement, HtmlInputElement, Storage};

    use super::super::page::{by_id, listen, set_value, tell, typed_before, value};
    use super::super::sketch::draw;

    #[derive(Clone)]
    pub struct Words {
        pub whose: String,
        pub stored: [String; 2],
        pub failed: [String; 2],
        pub sending: String,
    }

    /// What is kept: words and place. A phone number is not: the device may not be the resident's own.
    const FIELDS: [&str; 5] = ["what", "place", "area", "happened", "since"];

    fn stores() -> [Option<Storage>; 2] {
        [window().session_storage().ok().flatten(), window().local_storage().ok().flatten()]
    }

    /// Whether the words are of a private class: those are kept for as long as the page's tab is open, no longer.
    fn private() -> bool {
        by_id::<web_sys::Element>("private").is_some()
    }

    fn storage() -> Option<Storage> {
        let [tab, device] = stores();
        if private() { tab } else { device }
    }

    /// What is true of where the words are kept now.
    fn of_place(said: &[String; 2]) -> String {
        said[usize::from(private())].clone()
    }

    fn kept(field: &str) -> String {
        let name = format!("filing.{field}");
        stores().into_iter().flatten().find_map(|storage| storage.get_item(&name).ok().flatten()).unwrap_or_default()
    }

    fn key_field() -> Option<HtmlInputElement> {
        document().query_selector("#filing input[name=key]").ok().flatten()?.dyn_into().ok()
    }

    fn save(words: &Words, said: RwSignal<String>) {
        forget();
        let Some(storage) = storage() else { return };
        let _ = storage.set_item("filing.whose", &words.whose);
        // A full storage keeps what it has; the words are still in the form.
        for field in FIELDS {
            let _ = storage.set_item(&format!("filing.{field}"), &value(field));
        }
        if let Some(key) = key_field() {
            let _ = storage.set_item("filing.key", &key.value());
        }
        said.set(of_place(&words.stored));
    }

    fn forget() {
        for storage in stores().into_iter().flatten() {
            for field in FIELDS.iter().chain(&["key", "whose"]) {
                let _ = storage.remove_item(&format!("filing.{field}"));
            }
        }
    }

    /// Empties the form too.
    pub fn clear() {
        forget();
        for field in FIELDS {
            set_value(field, "");
        }
        draw();
    }

    /// Whether what is kept of a field is what stands in it, and more.
    fn goes_on(field: &str) -> bool {
        kept(field).trim().starts_with(value(field).trim())
    }

    /// Brings back what was typed before, unless the server has it. Other words than those kept are newer.
    fn restore(words: Words, said: RwSignal<String>, old: RwSignal<bool>) {
        // Words written before signing in are the same person's; those of an account are nobody else's.
        let whose = kept("whose");
        if !whose.is_empty() && whose != words.whose {
            forget();
        }
        let (key, what) = (kept("key"), kept("what"));
        // The very form that was typed into came back: all it lacks is what was typed since.
        let same = key_field().is_some_and(|field| field.value() == key);
        let wins = move |field: &str| {
            let kept = kept(field);
            !kept.is_empty() && kept != value(field) && (!same || goes_on(field))
        };
        if what.is_empty() || key.is_empty() || !goes_on("what") {
            // The words of the home page: no address has them, so another language or size would lose them.
            if !value("what").trim().is_empty() {
                save(&words, said);
            }
            return;
        }
        if same && !FIELDS.into_iter().any(wins) {
            return;
        }
        leptos::task::spawn_local(async move {
            if super::is_filed(key.clone(), what).await.unwrap_or(false) {
                forget();
                return;
            }
            if goes_on("what") {
                for field in FIELDS.into_iter().filter(|field| wins(field)) {
                    set_value(field, &kept(field));
                }
                if let Some(field) = key_field() {
                    field.set_value(&key);
                }
                tell("what");
                draw();
                said.set(of_place(&words.stored));
                old.set(true);
            }
        });
    }

    pub fn keep(form: &str, words: Words, said: RwSignal<String>, old: RwSignal<bool>) {
        let Some(element) = by_id::<HtmlFormElement>(form) else { return };
        restore(words.clone(), said, old);
        if typed_before("what") {
            save(&words, said);
        }
        let on_input = words.clone();
        listen(&element, "input", move |_| save(&on_input, said));
        let sure = Rc::new(Cell::new(false));
        let sent = element.clone();
        listen(&element, "submit", move |event| {
            if sure.get() {
                return;
            }
            event.prevent_default();
            let button = js_sys::Reflect::get(&event, &"submitter".into()).ok().and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
            said.set(words.sending.clone());
            let (sure, sent, words) = (sure.clone(), sent.clone(), words.clone());
            leptos::task::spawn_local(async move {
                let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str("/healthz")).await;
                let alive = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok()).is_some_and(|answer| answer.ok());
                if !alive {
                    said.set(of_place(&words.failed));
                    return;
                }
                sure.set(true);
                // The browser's own way: validation, the pressed button's value, and a page that comes back.
                let submit = js_sys::Reflect::get(&sent, &"requestSubmit".into()).ok().and_then(|submit| submit.dyn_into::<js_sys::Function>().ok());
                match (submit, button) {
                    (Some(submit), Some(button)) => drop(submit.call1(&sent, &button)),
                    (Some(submit), None) => drop(submit.call0(&sent)),
                    (None, _) => drop(sent.submit()),
                }
                sure.set(false);
            });
        });
    }
}

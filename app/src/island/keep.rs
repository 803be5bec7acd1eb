use leptos::prelude::*;

/// Whether the form with this key has been registered: then the words kept on the device can go.
///
/// # Errors
/// If the server does not answer; then they stay.
#[server(prefix = "/api/island", endpoint = "is-filed")]
pub async fn is_filed(key: String) -> Result<bool, ServerFnError> {
    crate::request::is_filed(&key).await
}

/// Keeps the words on the device until the server has confirmed them, and never lets a form go into a dead line.
#[island]
pub fn Keep(form: String, stored: String, failed: String, sending: String) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(feature = "hydrate")]
    {
        let words = browser::Words { stored, failed, sending };
        Effect::new(move |_| browser::keep(&form, words.clone(), said));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, stored, failed, sending);
    view! { <p class="small soft keep" role="status">{move || said.get()}</p> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::cell::Cell;
    use std::rc::Rc;

    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlFormElement, HtmlInputElement, Storage};

    use super::super::page::{by_id, listen, set_value, value};

    #[derive(Clone)]
    pub struct Words {
        pub stored: String,
        pub failed: String,
        pub sending: String,
    }

    /// What is kept: words and place. A phone number is not: the device may not be the resident's own.
    const FIELDS: [&str; 5] = ["what", "place", "area", "happened", "since"];

    fn storage() -> Option<Storage> {
        window().local_storage().ok().flatten()
    }

    fn key_field() -> Option<HtmlInputElement> {
        document().query_selector("#filing input[name=key]").ok().flatten()?.dyn_into().ok()
    }

    fn save(words: &Words, said: RwSignal<String>) {
        let Some(storage) = storage() else { return };
        // A full storage keeps what it has; the words are still in the form.
        for field in FIELDS {
            let _ = storage.set_item(&format!("filing.{field}"), &value(field));
        }
        if let Some(key) = key_field() {
            let _ = storage.set_item("filing.key", &key.value());
        }
        said.set(words.stored.clone());
    }

    fn forget() {
        if let Some(storage) = storage() {
            for field in FIELDS.iter().chain(["key"].iter()) {
                let _ = storage.remove_item(&format!("filing.{field}"));
            }
        }
    }

    /// Brings back what an earlier visit left, unless the server has it.
    fn restore(words: Words, said: RwSignal<String>) {
        let kept = |field: &str| storage().and_then(|storage| storage.get_item(&format!("filing.{field}")).ok().flatten()).unwrap_or_default();
        let (key, what) = (kept("key"), kept("what"));
        if what.is_empty() || key.is_empty() || key_field().is_some_and(|field| field.value() == key) {
            return;
        }
        leptos::task::spawn_local(async move {
            if super::is_filed(key.clone()).await.unwrap_or(false) {
                forget();
                return;
            }
            // What was just typed on another page is newer than what was kept.
            if value("what").trim().is_empty() {
                for field in FIELDS {
                    let old = kept(field);
                    if !old.is_empty() {
                        set_value(field, &old);
                    }
                }
                if let Some(field) = key_field() {
                    field.set_value(&key);
                }
                if let Some(field) = by_id::<web_sys::EventTarget>("what")
                    && let Ok(event) = web_sys::Event::new("input")
                {
                    let _ = field.dispatch_event(&event);
                }
                said.set(words.stored);
            }
        });
    }

    pub fn keep(form: &str, words: Words, said: RwSignal<String>) {
        let Some(element) = by_id::<HtmlFormElement>(form) else { return };
        restore(words.clone(), said);
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
                    said.set(words.failed);
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

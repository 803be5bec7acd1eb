//! The page an island stands in: elements by id, values of fields, listeners that last as long as the page.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

/// The element with an id, as what it should be.
pub fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// The value of a text field, a choice or several lines.
pub fn value(id: &str) -> String {
    by_id::<HtmlTextAreaElement>(id)
        .map(|field| field.value())
        .or_else(|| by_id::<HtmlInputElement>(id).map(|field| field.value()))
        .or_else(|| by_id::<HtmlSelectElement>(id).map(|field| field.value()))
        .unwrap_or_default()
}

/// Sets the value of such a field.
pub fn set_value(id: &str, value: &str) {
    if let Some(field) = by_id::<HtmlTextAreaElement>(id) {
        field.set_value(value);
    } else if let Some(field) = by_id::<HtmlInputElement>(id) {
        field.set_value(value);
    } else if let Some(field) = by_id::<HtmlSelectElement>(id) {
        field.set_value(value);
    }
}

/// Whether something was typed before the script was there to listen: a slow line brings the page long before it.
pub fn typed_before(id: &str) -> bool {
    by_id::<HtmlTextAreaElement>(id)
        .map(|field| field.default_value().is_ok_and(|first| field.value() != first))
        .or_else(|| by_id::<HtmlInputElement>(id).map(|field| field.value() != field.default_value()))
        .unwrap_or_default()
}

/// Lets those who listen to a field hear of its value.
pub fn tell(id: &str) {
    if let (Some(field), Ok(event)) = (by_id::<EventTarget>(id), Event::new("input")) {
        let _ = field.dispatch_event(&event);
    }
}

/// Listens for the rest of the page's life.
pub fn listen(target: &EventTarget, event: &str, act: impl FnMut(Event) + 'static) {
    let act = Closure::<dyn FnMut(Event)>::new(act).into_js_value();
    // Adding a listener fails for no target that exists.
    let _ = target.add_event_listener_with_callback(event, act.unchecked_ref());
}

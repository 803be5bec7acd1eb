use leptos::prelude::*;

/// A button that asks the phone where it is; nothing is asked before it is pressed.
#[island]
pub fn Locate(word: String, found: String, failed: String, known: String) -> impl IntoView {
    let said = RwSignal::new(if known.is_empty() { known } else { found.replace("{m}", &known) });
    // Without the script the button could do nothing, so it is not there.
    let awake = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| awake.set(true));
    let ask = move |_| {
        #[cfg(feature = "hydrate")]
        locate(said, &found, &failed);
        #[cfg(not(feature = "hydrate"))]
        let _ = (&found, &failed);
    };
    view! {
        <div class="inline" hidden=move || !awake.get()>
            <button type="button" class="btn second" on:click=ask>{word}</button>
            <span class="hint" role="status">{move || said.get()}</span>
        </div>
    }
}

#[cfg(feature = "hydrate")]
fn locate(said: RwSignal<String>, found: &str, failed: &str) {
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;

    use super::page::set_value;
    use super::sketch::draw;

    let (found, denied) = (found.to_owned(), failed.to_owned());
    let Ok(geolocation) = window().navigator().geolocation() else {
        said.set(denied);
        return;
    };
    let good = Closure::once_into_js(move |position: web_sys::Position| {
        let at = position.coords();
        // Five decimals are a metre; a phone knows no more.
        set_value("lat", &format!("{:.5}", at.latitude()));
        set_value("lon", &format!("{:.5}", at.longitude()));
        set_value("accuracy", &format!("{:.0}", at.accuracy().ceil()));
        said.set(found.replace("{m}", &format!("{:.0}", at.accuracy().ceil())));
        draw();
    });
    let bad = Closure::once_into_js(move |_: web_sys::PositionError| said.set(denied));
    let options = web_sys::PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(10_000);
    // What goes wrong is told to the callback.
    let _ = geolocation.get_current_position_with_error_callback_and_options(good.unchecked_ref(), Some(bad.unchecked_ref()), &options);
}

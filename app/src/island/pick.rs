use leptos::prelude::*;

/// Photos are made small on the phone before they are sent, shown, and asked where and when they were taken.
#[island]
pub fn Pick(input: String, says: String, yes: String, alt: String) -> impl IntoView {
    let pictures = RwSignal::new(Vec::<String>::new());
    let hint = RwSignal::new(None::<(String, String, String)>);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| browser::watch(&input, pictures, hint));
    #[cfg(not(feature = "hydrate"))]
    let _ = input;
    let take = move |_| {
        #[cfg(feature = "hydrate")]
        browser::take(hint);
    };
    view! {
        <div class="photos" hidden=move || pictures.get().is_empty()>
            {move || pictures.get().into_iter().map(|href| view! { <img src=href alt=alt.clone() width="160" height="160"/> }).collect_view()}
        </div>
        <div class="note" hidden=move || hint.get().is_none()>
            <b>{says}</b><span>{move || hint.get().map(|(lat, lon, time)| [format!("{lat} {lon}"), time.replace('T', " ")].join(" ")).unwrap_or_default()}</span>
            <span><button type="button" class="btn second" on:click=take>{yes}</button></span>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::photo::{LARGE_EDGE, MAX_PHOTOS};
    use leptos::prelude::*;
    use wasm_bindgen::closure::Closure;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Blob, CanvasRenderingContext2d, DataTransfer, File, FilePropertyBag, HtmlCanvasElement, HtmlInputElement, ImageBitmap, Url};

    use super::super::page::{by_id, listen, set_value};

    type Hint = Option<(String, String, String)>;

    pub fn watch(id: &str, pictures: RwSignal<Vec<String>>, hint: RwSignal<Hint>) {
        let Some(input) = by_id::<HtmlInputElement>(id) else { return };
        let field = input.clone();
        listen(&input, "change", move |_| {
            let field = field.clone();
            leptos::task::spawn_local(async move {
                for old in pictures.get_untracked() {
                    let _ = Url::revoke_object_url(&old);
                }
                let Some(files) = field.files() else { return };
                let chosen: Vec<File> = (0..files.length()).filter_map(|index| files.get(index)).take(MAX_PHOTOS).collect();
                let Ok(small) = DataTransfer::new() else { return };
                let mut shown = Vec::new();
                let mut says = None;
                for file in chosen {
                    if says.is_none() {
                        says = read_hint(&file).await;
                    }
                    // A picture this browser can't open goes as it is: the server says what is wrong with it.
                    let file = shrink(&file).await.unwrap_or(file);
                    shown.extend(Url::create_object_url_with_blob(&file));
                    let _ = small.items().add_with_file(&file);
                }
                field.set_files(small.files().as_ref());
                hint.set(says);
                pictures.set(shown);
            });
        });
    }

    /// Puts the photo's place and time into the form, at the resident's word.
    pub fn take(hint: RwSignal<Hint>) {
        let Some((lat, lon, time)) = hint.get_untracked() else { return };
        if !lat.is_empty() {
            set_value("lat", &lat);
            set_value("lon", &lon);
        }
        if !time.is_empty() {
            set_value("happened", &time);
        }
        hint.set(None);
    }

    async fn read_hint(file: &File) -> Hint {
        // Metadata stands at the head of a photo.
        let head = file.slice_with_f64_and_f64(0.0, 256.0 * 1024.0).ok()?;
        let buffer = JsFuture::from(
            js_sys::Reflect::get(&head, &"arrayBuffer".into())
                .ok()?
                .dyn_into::<js_sys::Function>()
                .ok()?
                .call0(&head)
                .ok()?
                .dyn_into::<js_sys::Promise>()
                .ok()?,
        )
        .await
        .ok()?;
        let found = domain::photo::hint(&js_sys::Uint8Array::new(&buffer).to_vec())?;
        let number = |value: Option<f64>| value.map(|value| format!("{value:.5}")).unwrap_or_default();
        let time = found.taken_at.map(|at| at.format("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default();
        Some((number(found.lat), number(found.lon), time))
    }

    async fn shrink(file: &File) -> Option<File> {
        let bitmap: ImageBitmap = JsFuture::from(window().create_image_bitmap_with_blob(file).ok()?).await.ok()?.dyn_into().ok()?;
        let longest = bitmap.width().max(bitmap.height());
        if longest <= LARGE_EDGE && file.size() < 500_000.0 {
            return None;
        }
        let scale = f64::from(LARGE_EDGE) / f64::from(longest.max(LARGE_EDGE));
        let (width, height) = ((f64::from(bitmap.width()) * scale).round(), (f64::from(bitmap.height()) * scale).round());
        let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width(width as u32);
        canvas.set_height(height as u32);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height).ok()?;
        let made = js_sys::Promise::new(&mut |resolve, _| {
            let give = Closure::once_into_js(move |blob: JsValue| {
                let _ = resolve.call1(&JsValue::UNDEFINED, &blob);
            });
            let _ = canvas.to_blob_with_type_and_encoder_options(give.unchecked_ref(), "image/jpeg", &JsValue::from_f64(0.85));
        });
        let blob: Blob = JsFuture::from(made).await.ok()?.dyn_into().ok()?;
        let kind = FilePropertyBag::new();
        kind.set_type("image/jpeg");
        File::new_with_blob_sequence_and_options(&js_sys::Array::of1(&blob), &file.name(), &kind).ok()
    }
}

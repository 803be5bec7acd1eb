//! The pages, rendered on the server. One folder or file per noun, plus the parts every page is made of.

pub(crate) mod cookie;
pub(crate) mod done;
pub(crate) mod failure;
pub(crate) mod form;
pub(crate) mod part;
pub(crate) mod render;
pub(crate) mod text;
pub(crate) mod visit;

pub(crate) mod account;
pub(crate) mod desk;
pub(crate) mod home;
mod message;
pub(crate) mod office;
pub(crate) mod report;
pub(crate) mod request;

use std::sync::Arc;

pub use account::notice_words;
pub use message::{Worded, message_words};
pub use visit::ForAnybody;

use axum::Router;
use store::Store;
use tower_http::csrf::CsrfLayer;

/// What the pages need to know about the installation.
#[derive(Clone, Debug)]
pub struct Config {
    /// The portal's public address, without a slash at the end.
    pub origin: String,
    /// The district's name and the plan's motto in the foot, as `[zh, en]`.
    pub district: [String; 2],
    /// A tile server's URL with `{z}`, `{x}`, `{y}`; without it the map is drawn from our own data only.
    pub tiles: Option<String>,
    /// The number that residents call when they want to talk.
    pub help_phone: String,
    /// Whether addresses in `X-Forwarded-For` can be believed: only behind a proxy that sets it.
    pub behind_proxy: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            origin: "http://127.0.0.1:3000".into(),
            district: ["邻里".into(), "Linli".into()],
            tiles: None,
            help_phone: "12345".into(),
            behind_proxy: false,
        }
    }
}

/// Everything a page handler can ask; cheap to clone, for every part of a page asks for it.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What the app holds.
pub struct Inner {
    /// The use cases.
    pub store: Store,
    /// The installation.
    pub config: Config,
    /// The address of an asset by its plain name.
    pub asset: fn(&str) -> String,
    /// Long choices, rendered once.
    options: request::Options,
}

impl App {
    /// The pages' view of an installation.
    #[must_use]
    pub fn new(store: Store, config: Config, asset: fn(&str) -> String) -> Self {
        Self(Arc::new(Inner { store, config, asset, options: request::Options::default() }))
    }
}

impl std::ops::Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// All pages.
pub fn router(app: App) -> Router {
    // The public origin is trusted by name, since a proxy may have changed the Host header.
    let csrf = CsrfLayer::new();
    let csrf = csrf.clone().add_trusted_origin(&app.config.origin).unwrap_or(csrf);
    Router::new()
        .merge(home::routes())
        .merge(account::routes())
        .merge(request::routes())
        .merge(desk::routes())
        .merge(office::routes())
        .merge(report::routes())
        .route("/problems/{word}", axum::routing::get(failure::explain))
        .route("/api/island/{*function}", axum::routing::post(island))
        .fallback(failure::no_such_page)
        .layer(csrf)
        .layer(axum::middleware::from_fn_with_state(app.clone(), failure::in_words))
        .layer(axum::middleware::from_fn_with_state(app.clone(), visit::welcome))
        .with_state(app)
}

/// The islands' server functions, with the app and the visit in their context.
async fn island(
    axum::extract::State(app): axum::extract::State<App>,
    visit: visit::Visit,
    request: axum::extract::Request,
) -> axum::response::Response {
    let given = (app.clone(), visit.clone());
    let context = move || {
        leptos::prelude::provide_context(given.0.clone());
        leptos::prelude::provide_context(given.1.clone());
    };
    let asked = room_to_ask(&app, &visit).await;
    let (parts, body) = request.into_parts();
    let sent = axum::body::to_bytes(body, form::MAX_FORM).await.ok().filter(|sent| std::str::from_utf8(sent).is_ok());
    let Some(sent) = sent else { return axum::response::IntoResponse::into_response(failure::Failure::Unreadable) };
    let request = axum::extract::Request::from_parts(parts, sent.into());
    let answer = match asked {
        Ok(()) => axum::response::IntoResponse::into_response(leptos_axum::handle_server_fns_with_context(context, request).await),
        Err(failure) => axum::response::IntoResponse::into_response(failure),
    };
    if answer.status() != axum::http::StatusCode::INTERNAL_SERVER_ERROR {
        return answer;
    }
    // What a function says of its own failure is for the log; arguments that can't be read are the sender's.
    let (parts, body) = answer.into_parts();
    let said = axum::body::to_bytes(body, form::MAX_FORM).await.unwrap_or_default();
    let failure = if said.windows(4).any(|word| word == b"Args") { failure::Failure::Unreadable } else { failure::Failure::Internal };
    tracing::warn!(status = %parts.status, ?failure, "a server function failed");
    axum::response::IntoResponse::into_response(failure)
}

/// How often the islands of one address may ask.
async fn room_to_ask(app: &App, visit: &visit::Visit) -> Result<(), failure::Failure> {
    app.store.attempt(domain::limit::SUGGEST_ADDRESS, &visit.address.to_string()).await?;
    Ok(())
}

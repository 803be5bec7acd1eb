//! The router: pages, machines, assets, and what every answer carries.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use store::Store;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::{assets, cache, feed};

/// The whole portal over a store.
pub fn router(store: Store, config: app::Config) -> Router {
    let headers = security_headers(&config);
    let database = store.database().clone();
    let pages = app::router(app::App::new(store.clone(), config, assets::url));
    let machines = Router::new().merge(feed::routes()).route("/readyz", get(ready)).with_state(store);
    Router::new().route("/healthz", get(|| async { "ok\n" })).merge(machines).merge(pages).layer(
        ServiceBuilder::new()
            .layer(axum::middleware::from_fn(secured(headers)))
            .layer(axum::middleware::from_fn_with_state(cache::Pages::new(database), cache::public_pages))
            .layer(CompressionLayer::new().quality(tower_http::CompressionLevel::Precise(4)))
            .layer(axum::middleware::from_fn(shipped))
            .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(120)))
            .layer(CatchPanicLayer::new()),
    )
}

/// Serves what the binary ships before any page is asked.
async fn shipped(request: Request, next: Next) -> Response {
    match assets::answer(request.uri().path(), request.headers()) {
        Some(response) => response,
        None => next.run(request).await,
    }
}

async fn ready(State(store): State<Store>) -> Response {
    match store.database().ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "5")], "the database does not answer\n").into_response()
        }
    }
}

type Headers = Vec<(HeaderName, HeaderValue)>;

fn security_headers(config: &app::Config) -> Headers {
    let tiles = config
        .tiles
        .as_deref()
        .and_then(|url| url.split('/').nth(2))
        .map(|host| format!(" https://{}", host.replace("{s}.", "*.")))
        .unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:{tiles}; connect-src 'self'; manifest-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut headers: Headers = vec![
        (HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("referrer-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static("geolocation=(self), camera=(self), microphone=()")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    ];
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.push((HeaderName::from_static("content-security-policy"), value));
    }
    if config.origin.starts_with("https://") {
        headers.push((HeaderName::from_static("strict-transport-security"), HeaderValue::from_static("max-age=31536000")));
    }
    headers
}

fn secured(headers: Headers) -> impl Clone + Fn(Request, Next) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>> {
    move |request, next: Next| {
        let headers = headers.clone();
        Box::pin(async move {
            let mut response = next.run(request).await;
            for (name, value) in headers {
                response.headers_mut().entry(name).or_insert(value);
            }
            response
        })
    }
}

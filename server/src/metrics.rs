//! What Prometheus reads, on a listen address of its own: counts and depths, never numbers or names of anybody.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use store::Store;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    /// The route's pattern: addresses hold event numbers.
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stands {
    state: &'static str,
}

/// The counts of one process. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    answered: Family<Answered, Counter>,
    seconds: Histogram,
    filed: Counter,
    messages: Family<Stands, Gauge>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counts that start at nothing.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("linli");
        let answered = Family::<Answered, Counter>::default();
        let seconds = Histogram::new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]);
        let filed = Counter::default();
        let messages = Family::<Stands, Gauge>::default();
        registry.register("http_requests", "Answered requests, by route pattern and status", answered.clone());
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        registry.register("filed", "Requests registered by this process since it started", filed.clone());
        registry.register("messages", "Outgoing messages in the queue, by state", messages.clone());
        Self(Arc::new(Inner { registry, answered, seconds, filed, messages }))
    }

    /// Counts one answer; a middleware around the whole router.
    pub async fn count(self, request: Request, next: Next) -> Response {
        let method = match request.method().as_str() {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            _ => "other",
        };
        let route = request.extensions().get::<MatchedPath>().map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
        let start = Instant::now();
        let response = next.run(request).await;
        self.0.seconds.observe(start.elapsed().as_secs_f64());
        self.0.answered.get_or_create(&Answered { method, route, status: response.status().as_u16() }).inc();
        response
    }

    /// `/metrics`, to be served where only the operator reaches it.
    pub fn routes(self, store: Store) -> Router {
        Router::new().route("/metrics", get(metrics)).with_state((self, store))
    }
}

async fn metrics(State((metrics, store)): State<(Metrics, Store)>) -> Response {
    let inner = &metrics.0;
    inner.filed.inner().store(store.filed(), std::sync::atomic::Ordering::Relaxed);
    // Without the database the other counts still tell something.
    if let Ok(queue) = store.message_queue().await {
        for (state, count) in [("waiting", queue.waiting), ("taken", queue.taken), ("parked", queue.parked), ("unsure", queue.unsure)] {
            inner.messages.get_or_create(&Stands { state }).set(count);
        }
    }
    let mut text = String::new();
    match encode(&mut text, &inner.registry) {
        Ok(()) => ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

//! The event feed for machines: `GET /api/v1/events?after=&limit=` as a CloudEvents batch, with its schema and
//! description. docs/feed.md tells its readers how to use it.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use store::event::{MOST, Reach};
use store::{Store, StoreError};

/// The JSON Schema of a record's `data`.
pub const SCHEMA: &str = include_str!("event.schema.json");
/// What the machines' endpoints take and answer.
pub const OPENAPI: &str = include_str!("openapi.json");

/// Records of one pull, unless asked otherwise.
const USUAL: i64 = 100;

/// Routes.
pub fn routes() -> Router<Store> {
    Router::new()
        .route("/api/v1/events", get(events))
        .route("/api/v1/event.schema.json", get(|| async { document("application/schema+json", SCHEMA) }))
        .route("/api/openapi.json", get(|| async { document("application/json", OPENAPI) }))
}

fn document(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], text).into_response()
}

#[derive(Deserialize)]
struct Pull {
    after: Option<String>,
    limit: Option<i64>,
}

/// Why a pull is not answered.
enum Refused {
    Query,
    Key,
    Cursor,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::Cursor,
            error => Self::Store(error),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Query => {
                problem(StatusCode::BAD_REQUEST, "bad-query", "limit is a whole number from 1 to 1000; after is the id of the last record taken")
            }
            Self::Key => with(
                problem(StatusCode::UNAUTHORIZED, "bad-key", "this key is not in force; without a key the feed has the records of public requests"),
                WWW_AUTHENTICATE,
                "Bearer",
            ),
            Self::Cursor => problem(StatusCode::NOT_FOUND, "no-such-cursor", "no record has this id; start without `after` to read from the first"),
            Self::Store(error) if error.is_unavailable() => {
                tracing::warn!(%error, "the feed could not be read");
                with(
                    problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the database does not answer; try again in a few seconds"),
                    RETRY_AFTER,
                    "5",
                )
            }
            Self::Store(error) => {
                tracing::error!(%error, "the feed could not be read");
                problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "our fault; it has been noted")
            }
        }
    }
}

async fn events(
    State(store): State<Store>,
    headers: HeaderMap,
    pull: Result<Query<Pull>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Refused> {
    let Query(pull) = pull.map_err(|_| Refused::Query)?;
    let limit = pull.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(Refused::Query);
    }
    let reach = reach(&store, &headers).await?;
    let after = pull.after.as_deref().filter(|after| !after.is_empty());
    let records = store.events(reach, after, limit).await?;
    let headers = [(CONTENT_TYPE, "application/cloudevents-batch+json; charset=utf-8"), (CACHE_CONTROL, "no-store"), (VARY, "authorization")];
    Ok((headers, format!("[{}]", records.join(","))).into_response())
}

/// How much somebody may read: a wrong key is refused, rather than taken for none and left to miss records.
async fn reach(store: &Store, headers: &HeaderMap) -> Result<Reach, Refused> {
    let Some(value) = headers.get(AUTHORIZATION) else { return Ok(Reach::Public) };
    let (scheme, key) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Refused::Key)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::Key);
    }
    store.api_key(key.trim()).await.map_err(Refused::Store)?.map(|_| Reach::All).ok_or(Refused::Key)
}

/// A problem document (RFC 9457).
fn problem(status: StatusCode, word: &str, detail: &str) -> Response {
    let body =
        serde_json::json!({ "type": format!("/problems/{word}"), "title": word.replace('-', " "), "status": status.as_u16(), "detail": detail });
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn with(mut response: Response, name: HeaderName, value: &'static str) -> Response {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
    response
}

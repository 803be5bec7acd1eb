//! The feed as a machine meets it.

mod house;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use domain::request::Change;
use domain::role::{Role, Viewer};
use house::{House, Person, file, houses, settings};
use http_body_util::BodyExt;
use serde_json::Value;
use store::random_key;
use tower::ServiceExt;

struct Machine {
    router: Router,
    key: Option<String>,
}

impl Machine {
    fn new(house: &House, key: Option<String>) -> Self {
        Self { router: server::router::router(house.store.clone(), app::Config::default()), key }
    }

    async fn get(&self, path: &str) -> (u16, HeaderMap, Value) {
        let mut request = Request::get(path);
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        (parts.status.as_u16(), parts.headers, serde_json::from_slice(&bytes).expect("JSON"))
    }

    async fn pull(&self, after: Option<&str>, limit: usize) -> Vec<Value> {
        let after = after.map(|after| format!("&after={after}")).unwrap_or_default();
        let (status, headers, body) = self.get(&format!("/api/v1/events?limit={limit}{after}")).await;
        assert_eq!(status, 200, "{body}");
        assert!(headers["content-type"].to_str().expect("text").starts_with("application/cloudevents-batch+json"));
        let Value::Array(records) = body else { panic!("{body}") };
        assert!(records.len() <= limit);
        records
    }

    async fn all(&self) -> Vec<Value> {
        let mut records: Vec<Value> = Vec::new();
        loop {
            let after = records.last().map(|record| record["id"].as_str().expect("an id").to_owned());
            let more = self.pull(after.as_deref(), 3).await;
            if more.is_empty() {
                return records;
            }
            records.extend(more);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_a_cursor_misses_nothing_while_many_write() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let key = house.store.add_api_key("grid").await.expect("a key");
        let stores = [house.store.clone(), house.another_store().await];
        let done = Arc::new(AtomicBool::new(false));
        let reader = Machine::new(&house, Some(key));
        let ended = done.clone();
        let reading = tokio::spawn(async move {
            let mut ids: Vec<String> = Vec::new();
            loop {
                // Asked before the pull: what is written by then must be in it.
                let last_time = ended.load(Ordering::SeqCst);
                let records = reader.pull(ids.last().map(String::as_str), 7).await;
                ids.extend(records.iter().map(|record| record["id"].as_str().expect("an id").to_owned()));
                if records.is_empty() && last_time {
                    return ids;
                }
                tokio::task::yield_now().await;
            }
        });
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (store, handler) = (stores[writer % 2].clone(), handler.clone());
                tokio::spawn(async move {
                    for _ in 0..12 {
                        let number = file(&store, &Viewer::visitor(), "040401", "井盖没了", &random_key()).await.expect("filed").number;
                        let key = random_key();
                        let accept = store::request::Changing {
                            viewer: &handler,
                            tracked: false,
                            change: Change::Accepted,
                            words: "",
                            class: None,
                            rating: None,
                            addition: None,
                            key: &key,
                        };
                        store.change_request(&number, &accept).await.expect("accepted");
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("wrote");
        }
        done.store(true, Ordering::SeqCst);
        let read = reading.await.expect("read");
        let written: Vec<String> = sqlx::query_scalar("SELECT id FROM event ORDER BY position").fetch_all(&house.sql).await.expect("records");
        assert_eq!(written.len(), 8 * 12 * 2);
        assert_eq!(read, written);
        // Of each request, the change after the registration.
        let seen = Machine::new(&house, None).all().await;
        let mut last: std::collections::BTreeMap<&str, &str> = std::collections::BTreeMap::new();
        for record in &seen {
            let kind = record["data"]["change"]["kind"].as_str().expect("a kind");
            let before = last.insert(record["subject"].as_str().expect("a number"), kind);
            assert_eq!(before, if kind == "registered" { None } else { Some("registered") });
        }
        assert_eq!(seen.len(), written.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_only_what_is_public_is_there() {
    for house in houses(&settings()).await {
        let supervisor = house.person(Person { id: "supervisor", role: Some(Role::Supervisor), ..Person::default() }).await;
        let visitor = Viewer::visitor();
        let public = house.file(&visitor, "040401", "井盖没了").await;
        let private = house.file(&visitor, "0104", "烧烤店门口打架").await;
        let unsorted = house.file(&visitor, "", "楼下很吵").await;
        let other = house.file(&visitor, "040401", "又一个井盖，电话13612345678").await;
        let key = house.store.add_api_key("grid").await.expect("a key");
        let (open, keyed) = (Machine::new(&house, None), Machine::new(&house, Some(key)));
        let numbers = |records: &[Value]| records.iter().map(|record| record["subject"].as_str().expect("a number").to_owned()).collect::<Vec<_>>();
        assert_eq!(numbers(&keyed.all().await), [public.compact(), private.compact(), unsorted.compact(), other.compact()]);
        assert_eq!(numbers(&open.all().await), [public.compact(), other.compact()]);
        let everything = serde_json::to_string(&keyed.all().await).expect("JSON");
        assert!(!everything.contains("13612345678") && !everything.contains("13800138000"), "no phones, not even with a key");
        // A cursor from among the private ones works for everybody, and shows nothing of them.
        let cursor = keyed.all().await[1]["id"].as_str().expect("an id").to_owned();
        assert_eq!(numbers(&open.pull(Some(&cursor), 10).await), [other.compact()]);
        house.change(&supervisor, &public, Change::Hidden, "含有他人信息").await;
        assert_eq!(numbers(&open.all().await), [other.compact()]);
        house.change(&supervisor, &public, Change::Shown, "").await;
        house.change(&supervisor, &unsorted, Change::Shown, "").await;
        assert_eq!(open.all().await.len(), 6, "three each of the first, one of the last, two of what was looked at");
        assert_eq!(keyed.all().await.len(), 7);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_wrongly_is_answered_with_a_problem() {
    for house in houses(&settings()).await {
        house.file(&Viewer::visitor(), "040401", "井盖没了").await;
        let open = Machine::new(&house, None);
        for (query, status, word) in [
            ("limit=0", 400, "bad-query"),
            ("limit=-1", 400, "bad-query"),
            ("limit=1001", 400, "bad-query"),
            ("limit=many", 400, "bad-query"),
            ("limit=99999999999999999999", 400, "bad-query"),
            ("after=nonsense", 404, "no-such-cursor"),
            ("after=01a2b3c4-d5e6-7f80-9a1b-2c3d4e5f6071", 404, "no-such-cursor"),
            ("after=%27%20OR%201%3D1", 404, "no-such-cursor"),
        ] {
            let (got, headers, body) = open.get(&format!("/api/v1/events?{query}")).await;
            assert_eq!(got, status, "{query}");
            assert_eq!(headers["content-type"], "application/problem+json", "{query}");
            assert_eq!(
                (body["type"].as_str(), body["status"].as_u64()),
                (Some(format!("/problems/{word}").as_str()), Some(u64::from(status))),
                "{query}"
            );
            assert!(body["title"].is_string() && body["detail"].is_string());
            let page = Request::get(format!("/problems/{word}")).body(Body::empty()).expect("a request");
            assert_eq!(open.router.clone().oneshot(page).await.expect("an answer").status(), 200, "the type can be read");
        }
        let (status, headers, body) = Machine::new(&house, Some("linli_wrong".into())).get("/api/v1/events").await;
        assert_eq!((status, body["type"].as_str()), (401, Some("/problems/bad-key")));
        assert_eq!(headers["www-authenticate"], "Bearer");
        let key = house.store.add_api_key("grid").await.expect("a key");
        let keyed = Machine::new(&house, Some(key.clone()));
        assert_eq!(keyed.get("/api/v1/events").await.0, 200);
        assert!(house.store.add_api_key("grid").await.is_err_and(|error| error.is_duplicate()));
        house.store.revoke_api_key("grid").await.expect("revoked");
        assert_eq!(keyed.get("/api/v1/events").await.0, 401);
        assert!(house.store.revoke_api_key("grid").await.is_err());
        assert_eq!(house.count("SELECT COUNT(*) FROM api_key WHERE hash LIKE 'linli%'").await, 0, "only the hash is kept");
    }
}

/// As much of JSON Schema as the schema uses, but for patterns and formats.
fn check(schema: &Value, value: &Value, at: &str) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        other => panic!("{at}: {other}"),
    };
    assert!(types.contains(&kind) || (kind == "integer" && types.contains(&"number")), "{at}: {value} is none of {types:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    if let (Some(bound), Some(number)) = (schema["minimum"].as_f64(), value.as_f64()) {
        assert!(number >= bound, "{at}: {value}");
    }
    if let Value::Object(fields) = value {
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            assert!(fields.contains_key(name), "{at}: {name} is missing");
        }
        for (name, field) in fields {
            check(&schema["properties"][name], field, &format!("{at}.{name}"));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], item, &format!("{at}[{index}]"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_keep_to_the_published_schema() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let resident = house.person(Person::default()).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.file(&resident, "", "楼下很吵").await;
        for (viewer, change) in [
            (&handler, Change::Accepted),
            (&handler, Change::Asked),
            (&resident, Change::Replied),
            (&handler, Change::Answered),
            (&resident, Change::Added),
            (&handler, Change::Settled),
            (&resident, Change::Reopened),
            (&resident, Change::Withdrawn),
        ] {
            house.change(viewer, &number, change, "说明").await;
        }
        let key = house.store.add_api_key("grid").await.expect("a key");
        let machine = Machine::new(&house, Some(key));
        let (status, headers, schema) = machine.get("/api/v1/event.schema.json").await;
        assert_eq!((status, headers["content-type"].to_str().expect("text")), (200, "application/schema+json"));
        let (_, _, described) = machine.get("/api/openapi.json").await;
        let record_schema = &described["components"]["schemas"]["Record"];
        let records = machine.all().await;
        assert_eq!(records.len(), 10);
        for record in &records {
            check(&schema, &record["data"], "data");
            let fields = record.as_object().expect("an object");
            for name in record_schema["required"].as_array().expect("names") {
                assert!(fields.contains_key(name.as_str().expect("a name")), "{name}");
            }
            assert!(fields.keys().all(|name| record_schema["properties"].get(name).is_some()), "{fields:?}");
            assert_eq!(record["specversion"], "1.0");
            assert_eq!(record["source"], "https://linli.example");
            assert_eq!(record["dataschema"], "https://linli.example/api/v1/event.schema.json");
            let kind = record["data"]["change"]["kind"].as_str().expect("a kind");
            assert_eq!(record["type"], format!("cn.linli.event.{kind}.v1"));
            assert_eq!(record["subject"], record["data"]["number"]);
            assert!(chrono::DateTime::parse_from_rfc3339(record["time"].as_str().expect("text")).is_ok());
        }
        // Each described path is there.
        for path in described["paths"].as_object().expect("paths").keys() {
            assert_eq!(machine.get(path).await.0, 200, "{path}");
        }
    }
}

//! What is old is swept away, and nothing else; what is counted is shown to the operator.

mod house;

use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use domain::request::Change;
use domain::role::Viewer;
use house::{Person, houses, settings};
use http_body_util::BodyExt;
use server::job::sweep::sweep;
use server::metrics::Metrics;
use tower::ServiceExt;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_goes_and_the_rest_stays() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some("13900139000"), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.change(&handler, &number, Change::Accepted, "").await;
        house.change(&handler, &number, Change::Answered, "明天来修").await;
        let now = house.clock.millis();
        let day = 86_400_000;
        for (id, at) in [("old", now - 1), ("new", now + 400 * day)] {
            sqlx::query("INSERT INTO session (id, account, device, created_at, seen_at, expires_at) VALUES ($1, 'resident', '', 0, 0, $2)")
                .bind(id)
                .bind(at)
                .execute(&house.sql)
                .await
                .expect("a session");
            sqlx::query("INSERT INTO attempt (bucket, count, resets_at) VALUES ($1, 1, $2)")
                .bind(id)
                .bind(at)
                .execute(&house.sql)
                .await
                .expect("a try");
            sqlx::query("INSERT INTO recovery (id, account, code_hash, created_at, expires_at, tries) VALUES ($1, 'resident', '', 0, $2, 0)")
                .bind(id)
                .bind(at)
                .execute(&house.sql)
                .await
                .expect("a recovery");
        }
        // More than one batch.
        for row in 0..1100 {
            sqlx::query("INSERT INTO attempt (bucket, count, resets_at) VALUES ($1, 1, 0)")
                .bind(format!("{row}"))
                .execute(&house.sql)
                .await
                .expect("a try");
        }
        house.photo("never sent", "a form").await;
        let taken = house.store.take_messages(10).await.expect("taken");
        house.store.message_sent(&taken[0].id).await.expect("sent");
        sweep(&house.store).await;
        let counts = async || {
            let mut counts = Vec::new();
            for table in ["session", "attempt", "recovery", "notice", "message", "photo", "request", "event"] {
                counts.push(house.count(&format!("SELECT COUNT(*) FROM {table}")).await);
            }
            counts
        };
        assert_eq!(counts().await, [1, 1, 2, 2, 2, 0, 1, 3]);
        house.store.read_notices(&resident, None).await.expect("read");
        house.change(&handler, &number, Change::Asked, "哪一个井盖？").await;
        house.clock.advance(TimeDelta::days(91));
        sweep(&house.store).await;
        assert_eq!(counts().await, [1, 1, 2, 3, 2, 0, 1, 4], "the message that was sent is gone; what waits or was taken is not");
        house.clock.advance(TimeDelta::days(275));
        sweep(&house.store).await;
        assert_eq!(counts().await, [1, 1, 1, 1, 2, 0, 1, 4], "read a year ago, and never read");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_name_routes_and_nobody() {
    for house in houses(&settings()).await {
        let metrics = Metrics::new();
        let counting = metrics.clone();
        let router = server::router::router(house.store.clone(), app::Config::default())
            .layer(axum::middleware::from_fn(move |request, next| counting.clone().count(request, next)));
        let resident = house.person(Person { phone: Some("13900139000"), ..Person::default() }).await;
        let handler = house.handler().await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.change(&handler, &number, Change::Accepted, "").await;
        assert!(house.store.request(&Viewer::visitor(), &number, false).await.is_ok());
        for path in [format!("/requests/{number}"), "/nowhere".into(), "/api/v1/events?limit=0".into(), "/healthz".into()] {
            router.clone().oneshot(Request::get(path).body(Body::empty()).expect("a request")).await.expect("an answer");
        }
        let answer =
            metrics.routes(house.store.clone()).oneshot(Request::get("/metrics").body(Body::empty()).expect("a request")).await.expect("an answer");
        let text = String::from_utf8(answer.into_body().collect().await.expect("a body").to_bytes().to_vec()).expect("UTF-8");
        for line in [
            "linli_http_requests_total{method=\"GET\",route=\"/requests/{number}\",status=\"200\"} 1",
            "linli_http_requests_total{method=\"GET\",route=\"/api/v1/events\",status=\"400\"} 1",
            "linli_http_requests_total{method=\"GET\",route=\"other\",status=\"404\"} 1",
            "linli_filed_total 1",
            "linli_messages{state=\"waiting\"} 1",
            "linli_http_request_seconds_count 4",
        ] {
            assert!(text.contains(line), "{line} is missing from\n{text}");
        }
        assert!(!text.contains(&number.to_string()) && !text.contains("139001"));
    }
}

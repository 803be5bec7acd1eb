//! Filing through the form's own address.

mod house;

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use house::{houses, settings};
use store::random_key;
use tower::ServiceExt;

async fn send(router: &Router, key: &str) -> Response {
    let what: String = "井盖没了".bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = format!("what={what}&class=040401&area=440309002001&phone=13800138000&key={key}");
    let request =
        Request::post("/requests/new").header("content-type", "application/x-www-form-urlencoded").body(Body::from(body)).expect("a request");
    router.clone().oneshot(request).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_times_the_same_form_is_one_request_and_one_answer() {
    for house in houses(&settings()).await {
        let router = server::router::router(house.store.clone(), app::Config::default());
        let key = random_key();
        let tasks: Vec<_> = (0..500)
            .map(|_| {
                let (router, key) = (router.clone(), key.clone());
                tokio::spawn(async move { send(&router, &key).await })
            })
            .collect();
        let mut answers = BTreeSet::new();
        for task in tasks {
            let answer = task.await.expect("ran");
            assert_eq!(answer.status(), 303);
            answers.insert((
                answer.headers()["location"].clone().to_str().expect("text").to_owned(),
                answer.headers()["set-cookie"].to_str().expect("text").to_owned(),
            ));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert_eq!(house.count("SELECT COUNT(*) FROM request").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_address_is_stopped_and_what_is_in_stays_answered() {
    for house in houses(&settings()).await {
        let router = server::router::router(house.store.clone(), app::Config::default());
        let limit = domain::limit::FILE_ADDRESS;
        let mut keys = Vec::new();
        for _ in 0..limit.tries {
            let key = random_key();
            assert_eq!(send(&router, &key).await.status(), 303);
            keys.push(key);
        }
        let refused = send(&router, &random_key()).await;
        assert_eq!(refused.status(), 429);
        assert!(refused.headers().contains_key("retry-after"));
        let page = axum::body::to_bytes(refused.into_body(), 1 << 20).await.expect("a page");
        let page = String::from_utf8(page.to_vec()).expect("text");
        assert!(page.contains(">\n井盖没了</textarea>") && page.contains("13800138000"), "nothing typed is lost: {page}");
        assert_eq!(send(&router, &keys[0]).await.status(), 303, "the same form again");
        house.clock.advance(chrono::TimeDelta::seconds(limit.seconds));
        assert_eq!(send(&router, &random_key()).await.status(), 303);
        assert_eq!(house.count("SELECT COUNT(*) FROM request").await, limit.tries + 1);
    }
}

//! The connection to PostgreSQL is cut in the middle of a request and of a job: the page says so with 503, nothing is
//! doubled, and all works again by itself.

mod house;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use domain::request::Change;
use house::receivers::{Gateway, Post, config};
use house::{House, Person, houses, settings, store_at};
use http_body_util::BodyExt;
use server::job::deliver::{Senders, drain};
use store::{Store, random_key};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;
use tower::ServiceExt;

/// A wire to PostgreSQL that can be cut.
#[derive(Clone)]
struct Wire {
    address: SocketAddr,
    up: Arc<AtomicBool>,
    /// Cut as soon as the server has been told to commit, before its answer comes back.
    at_commit: Arc<AtomicBool>,
    cut: broadcast::Sender<()>,
}

impl Wire {
    async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (cut, _) = broadcast::channel(1);
        let wire = Self { address: listener.local_addr().expect("an address"), up: Arc::new(AtomicBool::new(true)), at_commit: Arc::default(), cut };
        let laid = wire.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let wire = laid.clone();
                if wire.up.load(Ordering::SeqCst) {
                    tokio::spawn(async move { wire.join(near, server).await });
                }
            }
        });
        wire
    }

    async fn join(&self, near: TcpStream, server: SocketAddr) -> std::io::Result<()> {
        let mut cut = self.cut.subscribe();
        let far = TcpStream::connect(server).await?;
        let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
        let asking = async {
            let mut buffer = vec![0; 65536];
            loop {
                let length = from_near.read(&mut buffer).await?;
                if length == 0 {
                    return Ok(());
                }
                to_far.write_all(&buffer[..length]).await?;
                if self.at_commit.load(Ordering::SeqCst) && buffer[..length].windows(6).any(|word| word.eq_ignore_ascii_case(b"COMMIT")) {
                    // Time for the server to do it; the answer is never read.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    self.at_commit.store(false, Ordering::SeqCst);
                    return Ok::<_, std::io::Error>(());
                }
            }
        };
        // An answer that comes while a commit is to be lost waits behind it.
        let answering = async {
            let mut buffer = vec![0; 65536];
            loop {
                let length = from_far.read(&mut buffer).await?;
                if length == 0 {
                    return Ok(());
                }
                if self.at_commit.load(Ordering::SeqCst) && buffer[..length].windows(6).any(|word| word == b"COMMIT") {
                    std::future::pending::<()>().await;
                }
                to_near.write_all(&buffer[..length]).await?;
            }
        };
        tokio::select! {
            done = asking => done,
            done = answering => done,
            _ = cut.recv() => Ok(()),
        }
    }

    fn cut(&self) {
        self.up.store(false, Ordering::SeqCst);
        drop(self.cut.send(()));
    }

    fn mend(&self) {
        self.up.store(true, Ordering::SeqCst);
    }
}

/// A house on PostgreSQL, and a store that reaches it through a wire; nothing where there is no server.
async fn wired() -> Option<(House, Wire, Store)> {
    let house = houses(&settings()).await.into_iter().find(|house| house.url.starts_with("postgres"))?;
    let (before, rest) = house.url.split_once('@').expect("a user in the URL");
    let (server, name) = rest.split_once('/').expect("a database in the URL");
    let wire = Wire::to(server.parse().expect("an address")).await;
    let url = format!("{before}@{}/{name}", wire.address);
    let store = store_at(&url, &house.folder.path().join("photos"), house.clock.clone(), settings()).await;
    Some((house, wire, store))
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: String,
}

async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.expect("a body").to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body: String::from_utf8_lossy(&bytes).into_owned() }
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header("accept-language", "zh").body(Body::empty()).expect("a request")
}

fn form(key: &str) -> Request<Body> {
    let what: String = "井盖没了".bytes().map(|byte| format!("%{byte:02X}")).collect();
    let body = format!("what={what}&class=040401&area=440309002001&phone=13800138000&key={key}");
    Request::post("/requests/new")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept-language", "zh")
        .body(Body::from(body))
        .expect("a request")
}

fn assert_said(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 503, "{what}: {}", answer.body);
    assert!(answer.headers.contains_key("retry-after"), "{what}");
    assert!(answer.body.contains("系统正在恢复"), "{what}: {}", answer.body);
}

/// Asks again until it works, as a person would; half a minute at most.
async fn recovers(router: &Router, path: &str) {
    let start = Instant::now();
    while ask(router, get(path)).await.status != 200 {
        assert!(start.elapsed() < Duration::from_secs(30), "{path} does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_so_and_come_back() {
    let Some((house, wire, store)) = wired().await else { return };
    let router = server::router::router(store.clone(), app::Config::default());
    let number = house.file(&domain::role::Viewer::visitor(), "040401", "井盖没了").await;
    let other = house.file(&domain::role::Viewer::visitor(), "040401", "又一个").await;
    recovers(&router, &format!("/requests/{other}")).await;
    // A page that nobody has asked for yet: one that is kept ready is shown all the same.
    let page = format!("/requests/{number}");
    wire.cut();
    for path in [page.as_str(), "/requests?words=井盖"].map(|path| path.replace("井盖", "%E4%BA%95%E7%9B%96")) {
        assert_said(&ask(&router, get(&path)).await, &path);
    }
    let feed = ask(&router, get("/api/v1/events")).await;
    assert_eq!((feed.status, feed.headers["content-type"].to_str().expect("text")), (503, "application/problem+json"));
    assert!(feed.headers.contains_key("retry-after"));
    assert_eq!(ask(&router, get("/readyz")).await.status, 503);
    assert_eq!(ask(&router, get("/healthz")).await.status, 200, "the process itself is well");
    wire.mend();
    recovers(&router, &page).await;
    recovers(&router, "/readyz").await;
    recovers(&router, "/api/v1/events").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cut_in_the_middle_says_so() {
    let Some((house, wire, store)) = wired().await else { return };
    let router = server::router::router(store.clone(), app::Config::default());
    let number = house.file(&domain::role::Viewer::visitor(), "040401", "井盖没了").await;
    let page = format!("/requests/{number}");
    // A lock holds the query while the wire is cut.
    let mut lock = house.sql.begin().await.expect("a transaction");
    sqlx::query("LOCK TABLE request IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.expect("locked");
    let asking = tokio::spawn({
        let (router, page) = (router.clone(), page.clone());
        async move { ask(&router, get(&page)).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!asking.is_finished());
    wire.cut();
    assert_said(&asking.await.expect("asked"), "the page in the middle");
    lock.rollback().await.expect("unlocked");
    wire.mend();
    recovers(&router, &page).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_cut_in_the_middle_registers_once() {
    let Some((house, wire, store)) = wired().await else { return };
    let router = server::router::router(store.clone(), app::Config::default());
    let key = random_key();
    let mut lock = house.sql.begin().await.expect("a transaction");
    sqlx::query("LOCK TABLE request IN EXCLUSIVE MODE").execute(&mut *lock).await.expect("locked");
    let sending = tokio::spawn({
        let (router, key) = (router.clone(), key.clone());
        async move { ask(&router, form(&key)).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!sending.is_finished());
    wire.cut();
    assert_said(&sending.await.expect("sent"), "the form in the middle");
    lock.rollback().await.expect("unlocked");
    wire.mend();
    recovers(&router, "/readyz").await;
    assert_eq!(ask(&router, form(&key)).await.status, 303);
    assert_eq!(house.count("SELECT COUNT(*) FROM request").await, 1);
    assert_eq!(house.count("SELECT last FROM serial").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_to_a_commit_is_found_again() {
    let Some((house, wire, store)) = wired().await else { return };
    let router = server::router::router(store.clone(), app::Config::default());
    let key = random_key();
    // The limit's own commit is lost with the first, so the second try gets as far as registering.
    let mut answers = Vec::new();
    for _ in 0..6 {
        wire.at_commit.store(true, Ordering::SeqCst);
        answers.push(ask(&router, form(&key)).await.status);
        wire.at_commit.store(false, Ordering::SeqCst);
        answers.push(ask(&router, form(&key)).await.status);
    }
    assert!(answers.iter().all(|status| matches!(status, 303 | 503)), "{answers:?}");
    assert!(answers.contains(&503) && answers.contains(&303), "{answers:?}");
    assert_eq!(house.count("SELECT COUNT(*) FROM request").await, 1);
    // The store alone: the request is registered, the answer is lost, the same key finds it.
    for round in 0..5 {
        let key = random_key();
        wire.at_commit.store(true, Ordering::SeqCst);
        let lost = house::file(&store, &domain::role::Viewer::visitor(), "040401", "井盖没了", &key).await;
        assert!(lost.as_ref().is_err_and(store::StoreError::is_unavailable), "{lost:?}");
        // The server commits what it was told, but it may still be at it when nobody listens any more.
        for _ in 0..500 {
            if house.count("SELECT COUNT(*) FROM request").await == round + 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM request").await, round + 2, "it is registered");
        let found = house::file(&store, &domain::role::Viewer::visitor(), "040401", "井盖没了", &key).await.expect("answered");
        assert!(found.repeated);
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM request").await, 6);
    assert_eq!(house.count("SELECT last FROM serial").await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_cut_in_the_middle_goes_on_and_sends_nothing_twice() {
    let Some((house, wire, store)) = wired().await else { return };
    let (gateway, post) = (Gateway::start().await, Post::start().await);
    let senders = Senders::new(&config(&gateway, &post)).expect("senders");
    let handler = house.handler().await;
    let resident = house.person(Person { phone: Some("13900139000"), quiet: (0, 0), ..Person::default() }).await;
    let number = house.file(&resident, "040401", "井盖没了").await;
    house.change(&handler, &number, Change::Accepted, "").await;
    // Cut while the message is being taken: it is sent afterwards.
    let mut lock = house.sql.begin().await.expect("a transaction");
    sqlx::query("LOCK TABLE message IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.expect("locked");
    let job = tokio::spawn({
        let (store, senders) = (store.clone(), senders.clone());
        async move { drain(&store, &senders).await }
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    wire.cut();
    assert!(job.await.expect("ran").is_err_and(|error| error.is_unavailable()));
    lock.rollback().await.expect("unlocked");
    wire.mend();
    assert_eq!(drain(&store, &senders).await.expect("the same store works again"), 1);
    assert_eq!(gateway.accepted().len(), 1);
    // Cut between sending and noting it: nobody knows, and nobody sends it again.
    house.change(&handler, &number, Change::Answered, "明天来修").await;
    gateway.delay(Duration::from_millis(1000));
    let job = tokio::spawn({
        let (store, senders) = (store.clone(), senders.clone());
        async move { drain(&store, &senders).await }
    });
    while gateway.got().len() < 2 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    wire.cut();
    assert!(job.await.expect("ran").is_err());
    wire.mend();
    house.clock.advance(chrono::TimeDelta::minutes(11));
    assert_eq!(drain(&store, &senders).await.expect("drained"), 0);
    house.clock.advance(chrono::TimeDelta::days(3));
    assert_eq!(drain(&store, &senders).await.expect("drained"), 0);
    assert_eq!(gateway.got().len(), 2);
    assert_eq!(store.message_queue().await.expect("counted").unsure, 1);
}

//! The demo district: the same seed gives the same rows, numbers are dense, every state can be seen.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{TimeZone, Utc};
use domain::event::number::EventNumber;
use domain::request::State;
use sqlx::{AnyPool, AssertSqlSafe, Row};
use store::demo::{Demo, Loaded};
use store::photo::Objects;
use store::{Clock, Database, Settings, Store, StoreError};

struct Fixture {
    store: Store,
    pool: AnyPool,
    loaded: Loaded,
    url: String,
    _folder: tempfile::TempDir,
}

async fn load(url: Option<&str>, seed: u64) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let url = url.map_or_else(|| format!("sqlite://{}", folder.path().join("demo.db").display()), str::to_owned);
    let db = Database::connect(&url).await.unwrap();
    db.migrate().await.unwrap();
    let objects = Objects::open(&folder.path().join("photos").to_string_lossy()).unwrap();
    let clock = Clock::manual(Utc.with_ymd_and_hms(2026, 11, 24, 6, 30, 0).unwrap());
    let store = Store::open(db, objects, clock, Settings::default()).await.unwrap();
    let loaded = store.load_demo(Demo { scale: 1, seed, pictures: 2 }, |_| {}).await.unwrap();
    let pool = AnyPool::connect(&url).await.unwrap();
    Fixture { store, pool, loaded, url, _folder: folder }
}

impl Fixture {
    async fn texts(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&self.pool).await.unwrap()
    }

    async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.pool).await.unwrap()
    }

    /// A hash over what the loading wrote. The tracking code's hash depends on the installation's own secret.
    async fn fingerprint(&self) -> String {
        let tables = [
            ("account", "id, name, phone, password"),
            ("role_grant", "account, role, scope"),
            ("request", "number, key_hash, class, area, what, what_public, place, description, state, source, filer, handler, cover"),
            ("request_history", "id, change, role, account, words"),
            ("follow", "account, kind"),
            ("photo", "id, hash"),
            ("notice", "id, account, kind, words"),
            ("event", "id, number, body"),
            ("serial", "subdistrict, day"),
            ("class_wording", "id, wording"),
            ("report", "id, reason"),
        ];
        let mut all = String::new();
        for (table, columns) in tables {
            let columns: Vec<_> = columns.split(", ").map(|column| format!("COALESCE({column}, '-')")).collect();
            let mut rows = self.texts(&format!("SELECT {} FROM {table}", columns.join(" || '|' || "))).await;
            rows.sort();
            all.push_str(&store::hash(&rows.join("\n")));
        }
        store::hash(&all)
    }

    async fn check(&self) {
        assert_eq!(self.number("SELECT COUNT(*) FROM account").await, 60);
        assert_eq!(self.number("SELECT COUNT(*) FROM request").await, 2000);
        let roles: BTreeSet<_> = self.loaded.accounts.iter().map(|account| account.role.as_str()).collect();
        assert_eq!(roles.len(), domain::role::Role::ALL.len(), "an account is printed for every role");
        let states: BTreeSet<_> = self.texts("SELECT DISTINCT state FROM request").await.into_iter().collect();
        let every: BTreeSet<_> = State::ALL.map(|state| state.as_str().to_owned()).into();
        assert_eq!(states, every);
        self.numbers_are_dense().await;
        self.counts_agree().await;
        // What the public reads holds no phone number that was typed.
        assert!(self.number("SELECT COUNT(*) FROM request WHERE what LIKE '%1380014%'").await > 0);
        assert_eq!(self.number("SELECT COUNT(*) FROM request WHERE what_public LIKE '%1380014%' OR description LIKE '%1380014%'").await, 0);
        let on_time = self.number("SELECT COUNT(*) FROM request WHERE settled_at <= due_at").await * 1000
            / self.number("SELECT COUNT(*) FROM request WHERE state NOT IN ('declined', 'withdrawn', 'merged') AND due_at < 1795492800000").await;
        assert!((930..=985).contains(&on_time), "{on_time} of a thousand are settled on time");
        assert!(self.number("SELECT COUNT(*) FROM notice n JOIN account a ON a.id = n.account WHERE a.name = 'resident' AND n.read_at IS NULL AND n.kind = 'asked'").await > 0);
        assert!(self.number("SELECT COUNT(*) FROM request WHERE subdistrict IS NULL").await > 0);
    }

    async fn numbers_are_dense(&self) {
        let mut serials: BTreeMap<(String, String), BTreeSet<u32>> = BTreeMap::new();
        for number in self.texts("SELECT number FROM request").await {
            let number = EventNumber::parse(&number).unwrap();
            assert!(serials.entry((number.area().to_string(), number.day().to_string())).or_default().insert(number.serial()));
        }
        let kept: BTreeMap<_, _> = sqlx::query("SELECT subdistrict, day, last FROM serial")
            .fetch_all(&self.pool)
            .await
            .unwrap()
            .iter()
            .map(|row| ((row.get::<String, _>(0), row.get::<String, _>(1)), row.get::<i64, _>(2)))
            .collect();
        assert_eq!(kept.len(), serials.len());
        for (key, serials) in serials {
            let last = u32::try_from(kept[&key]).unwrap();
            assert_eq!(serials, (1..=last).collect(), "{key:?}");
        }
    }

    async fn counts_agree(&self) {
        for (what, sql) in [
            (
                "followers",
                "SELECT COUNT(*) FROM request r WHERE r.me_too <> (SELECT COUNT(*) FROM follow f WHERE f.request = r.id AND f.kind = 'me_too')",
            ),
            (
                "photos",
                "SELECT COUNT(*) FROM request r WHERE r.photos <> (SELECT COUNT(*) FROM photo p WHERE p.request = r.id AND p.kind = 'resident')",
            ),
            (
                "covers",
                "SELECT COUNT(*) FROM request r WHERE r.photos > 0 AND r.cover <> (SELECT MIN(id) FROM photo p WHERE p.request = r.id AND p.kind = 'resident')",
            ),
            (
                "histories",
                "SELECT COUNT(*) FROM request r WHERE r.changed_at <> (SELECT MAX(at) FROM request_history h WHERE h.request = r.id AND h.change <> 'joined')",
            ),
            (
                "ratings",
                "SELECT COUNT(*) FROM request r WHERE COALESCE(r.rating, 0) <> COALESCE((SELECT MAX(h.rating) FROM request_history h WHERE h.request = r.id AND h.change = 'rated'), 0)",
            ),
            ("the future", "SELECT COUNT(*) FROM request_history WHERE at > 1795492800000"),
        ] {
            assert_eq!(self.number(sql).await, 0, "{what}");
        }
        // The feed has every change once, in the order of time, and goes on where it ends.
        let events = self.number("SELECT COUNT(*) FROM event").await;
        assert_eq!(events, self.number("SELECT COUNT(*) FROM request_history").await);
        assert_eq!(events, self.number("SELECT last FROM feed WHERE name = 'event'").await);
        let ids = self.texts("SELECT id FROM event ORDER BY position").await;
        assert!(ids.windows(2).all(|pair| pair[0][..13] <= pair[1][..13]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_decides_everything() {
    let first = load(None, 1).await;
    first.check().await;
    let print = first.fingerprint().await;
    let again = first.store.load_demo(Demo::default(), |_| {}).await;
    assert!(matches!(again, Err(StoreError::Populated)));
    assert_eq!(first.fingerprint().await, print, "a refused loading changes nothing");
    assert_eq!(load(None, 1).await.fingerprint().await, print);
    let other = load(None, 2).await;
    other.check().await;
    assert_ne!(other.fingerprint().await, print);
}

#[tokio::test(flavor = "multi_thread")]
async fn filing_goes_on_after_it() {
    let demo = load(None, 3).await;
    let filing = domain::request::Filing {
        what: "井盖没了".into(),
        class: "040401".parse().ok(),
        place: String::new(),
        area: "440309002001".parse().unwrap(),
        position: None,
        phone: None,
        happened_at: None,
        since: None,
        danger: false,
    };
    let visitor = domain::role::Viewer::visitor();
    let filed = demo.store.file(store::request::FileBy { viewer: &visitor, behalf: false }, filing, "a key").await.unwrap();
    assert!(!filed.repeated);
    demo.numbers_are_dense().await;
    let (number, code) = demo.loaded.tracked.clone().unwrap();
    assert!(demo.store.track(&number, &code).await.is_ok(), "{}", demo.url);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_too() {
    let Ok(server) = std::env::var("LINLI_TEST_POSTGRES") else {
        eprintln!("LINLI_TEST_POSTGRES is not set: PostgreSQL was not tried");
        return;
    };
    let sqlite = load(None, 1).await.fingerprint().await;
    sqlx::any::install_default_drivers();
    let name = format!("demo_{}", &store::random_key()[..12]);
    let admin = AnyPool::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let demo = load(Some(&format!("{base}/{name}")), 1).await;
    demo.check().await;
    assert_eq!(demo.fingerprint().await, sqlite, "both databases hold the same");
    demo.store.database().close().await;
    demo.pool.close().await;
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name}"))).execute(&admin).await.unwrap();
}

//! Lists are read along an index and never sorted, so that a page costs the same at any size.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use std::sync::{Mutex, OnceLock};

use domain::account::AccountId;
use domain::area::{AreaCode, Position};
use domain::report::Reason;
use domain::request::Progress;
use domain::role::{Grant, Role, Scope, Viewer};
use sqlx::{AssertSqlSafe, Row as _};
use store::Store;
use store::database::Kind;
use store::event::Reach;
use store::report::{Moderation, Objection};
use store::request::{Filter, Near, Place, Queue};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use house::{House, houses, settings};

/// Each combination of what the public list can be filtered by.
fn filters() -> Vec<Filter> {
    let mut filters = Vec::new();
    for class in [None, Some("04"), Some("0401"), Some("040102"), Some("0311")] {
        for area in [None, Some("440309"), Some("440309002"), Some("440309002001")] {
            for (progress, late) in [(None, false), (Some(Progress::Open), false), (Some(Progress::Done), false), (None, true)] {
                filters.push(Filter {
                    class: class.map(|code| code.parse().unwrap()),
                    area: area.map(|code| code.parse().unwrap()),
                    progress,
                    late,
                    words: String::new(),
                });
            }
        }
    }
    filters
}

async fn plan(store: &Store, filter: &Filter) -> String {
    store.plan_requests(&Viewer::visitor(), Place::Public, filter).await.unwrap().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_read_along_an_index() {
    for house in houses(&settings()).await {
        for filter in filters() {
            let plan = plan(&house.store, &filter).await;
            match house.store.database().kind() {
                Kind::Sqlite => {
                    assert!(plan.starts_with("SEARCH r USING INDEX request_"), "{filter:?}: {plan}");
                    assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
                }
                Kind::Postgres => assert!(plan.contains("Index Scan") && !plan.contains("Seq Scan") && !plan.contains("Sort"), "{filter:?}: {plan}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_narrowest_filter_chooses_the_index() {
    for house in houses(&settings()).await {
        if house.store.database().kind() == Kind::Postgres {
            continue;
        }
        for (class, area, progress, index) in [
            ("", "", None, "request_public"),
            ("", "", Some(Progress::Open), "request_progress"),
            ("04", "", Some(Progress::Open), "request_class_1"),
            ("0401", "", None, "request_class_2"),
            ("04", "440309002", None, "request_subdistrict"),
            ("040102", "440309002", Some(Progress::Done), "request_class"),
            ("040102", "440309002001", Some(Progress::Done), "request_community"),
        ] {
            let filter = Filter { class: class.parse().ok(), area: area.parse().ok(), progress, ..Filter::default() };
            let plan = plan(&house.store, &filter).await;
            assert!(plan.contains(&format!("{index} (")), "{filter:?}: {plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_without_reading_all() {
    for house in houses(&settings()).await {
        if house.store.database().kind() == Kind::Postgres {
            house.file(&Viewer::visitor(), "040401", "井盖没了").await;
            let columns: String = sqlx::query_scalar(
                "SELECT string_agg(CASE WHEN column_name IN ('id', 'number', 'key_hash') THEN 'n' ELSE 'r.' || column_name END, ', ' ORDER BY ordinal_position) \
                 FROM information_schema.columns WHERE table_name = 'request'",
            )
            .fetch_one(&house.sql)
            .await
            .unwrap();
            for statement in [
                format!("INSERT INTO request SELECT {columns} FROM request r, generate_series(1, 5000) AS n"),
                "INSERT INTO request_search (rowid, pairs) SELECT n, 'other ' || n FROM generate_series(1, 5000) AS n".into(),
                "ANALYZE".into(),
            ] {
                sqlx::query(AssertSqlSafe(statement)).execute(&house.sql).await.unwrap();
            }
        }
        let plan = plan(&house.store, &Filter { words: "路灯".into(), ..Filter::default() }).await;
        match house.store.database().kind() {
            Kind::Sqlite => {
                assert!(plan.contains("VIRTUAL TABLE INDEX") && plan.contains("SEARCH r USING") && !plan.contains("TEMP B-TREE"), "{plan}")
            }
            Kind::Postgres => assert!(plan.contains("Bitmap Index Scan on request_search_terms"), "{plan}"),
        }
    }
}

/// Every statement that has been sent to a database, as the driver's log tells it.
static SENT: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Listener;

impl Subscriber for Listener {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        of.target() == "sqlx::query"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Statement);
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

struct Statement;

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" {
            SENT.lock().unwrap().push(value.trim().to_owned());
        }
    }
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// The plan of the statement with these words that a use case sent last, as if its tables were large.
async fn plan_of(house: &House, words: &str) -> String {
    let sent = || SENT.lock().unwrap().iter().rfind(|sql| sql.starts_with("SELECT") && sql.contains(words)).cloned();
    // The driver's own thread tells of a statement a moment after its answer is there.
    let mut tries = 0;
    let sql = loop {
        match sent() {
            Some(sql) => break sql,
            None if tries == 500 => panic!("no statement with {words}"),
            None => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
        tries += 1;
    };
    SENT.lock().unwrap().clear();
    let (explain, column) = match house.store.database().kind() {
        Kind::Sqlite => (format!("EXPLAIN QUERY PLAN {sql}"), "detail"),
        Kind::Postgres => {
            let places = (1..).take_while(|place| sql.contains(&format!("${place}"))).count();
            let values = if places > 0 { format!("({})", vec!["NULL"; places].join(", ")) } else { String::new() };
            (format!("EXPLAIN EXECUTE seen{values}"), "QUERY PLAN")
        }
    };
    let mut tx = house.sql.begin().await.unwrap();
    if house.store.database().kind() == Kind::Postgres {
        let settings = "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";
        sqlx::raw_sql(AssertSqlSafe(format!("{settings}; PREPARE seen AS {sql}"))).execute(&mut *tx).await.unwrap();
    }
    let rows = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_all(&mut *tx).await.unwrap();
    if house.store.database().kind() == Kind::Postgres {
        sqlx::raw_sql("DEALLOCATE seen").execute(&mut *tx).await.unwrap();
    }
    rows.iter().map(|row| row.get::<String, _>(column)).collect::<Vec<_>>().join("\n")
}

/// Forgets what was sent, and listens, one test at a time.
async fn listen() -> tokio::sync::MutexGuard<'static, ()> {
    static LISTENING: OnceLock<()> = OnceLock::new();
    static ONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let guard = ONE.lock().await;
    LISTENING.get_or_init(|| tracing::subscriber::set_global_default(Listener).unwrap());
    SENT.lock().unwrap().clear();
    guard
}

/// Whether a table is read as a whole; what the parts of a statement found always is.
fn whole(plan: &str) -> bool {
    let found = |name: &str| plan.contains(&format!("CO-ROUTINE {name}"));
    plan.lines().any(|line| line.contains("Seq Scan") || line.strip_prefix("SCAN ").is_some_and(|name| !found(name)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_read_along_an_index() {
    for house in houses(&settings()).await {
        let _listening = listen().await;
        let store = &house.store;
        let sqlite = store.database().kind() == Kind::Sqlite;
        let area = |code: &str| -> AreaCode { code.parse().unwrap() };
        for scope in ["440309", "440309002", "440309002001"] {
            let handler = Viewer::of(AccountId::new("handler"), vec![Grant { role: Role::Handler, scope: Scope::Area(area(scope)) }]);
            for queue in Queue::ALL {
                store.desk(&handler, queue, None).await.unwrap();
                let plan = plan_of(&house, "part_0").await;
                assert!(plan.contains("request_desk") && !whole(&plan), "{scope} {queue:?}: {plan}");
                let bounded = if sqlite { "<expr><?" } else { "due_at, '9007199254740991'::bigint) < $" };
                assert_eq!(plan.contains(bounded), matches!(queue, Queue::Today | Queue::Late), "{scope} {queue:?}: {plan}");
            }
            store.desk_counts(&handler).await.unwrap();
            let plan = plan_of(&house, "part_0").await;
            // Counting needs no order: any index of what is open will do.
            assert!((plan.contains("request_desk") || plan.contains("request_near")) && !whole(&plan), "{scope}: {plan}");
        }

        let resident = Viewer::of(AccountId::new("resident"), Vec::new());
        store.needs_me(&resident).await.unwrap();
        let plan = plan_of(&house, "AS said").await;
        assert!(plan.contains("follow_account") && plan.contains("request_history_shown") && !whole(&plan), "{plan}");
        for class in [None, "040401".parse().ok()] {
            store.near(class, Near::Position(&Position::new(22.6, 114.03, None).unwrap()), None).await.unwrap();
            let plan = plan_of(&house, "AS cell_5").await;
            let chosen = if sqlite { "COVERING INDEX request_near" } else { "request_near" };
            assert!(plan.contains(chosen) && !whole(&plan), "{plan}");
            store.near(class, Near::Area(&area("440309002001")), None).await.unwrap();
            let plan = plan_of(&house, "r.community = $2").await;
            assert!(plan.contains("request_community") && !whole(&plan) && !plan.contains("B-TREE"), "{plan}");
        }
        store.take_messages(10).await.unwrap();
        let plan = plan_of(&house, "FROM message").await;
        assert!(plan.contains("message_due") && !whole(&plan), "{plan}");
        for reach in [Reach::All, Reach::Public] {
            store.events(reach, None, 10).await.unwrap();
            let plan = plan_of(&house, "FROM event").await;
            assert!(!whole(&plan) && !plan.contains("B-TREE") && !plan.contains("Sort"), "{reach:?}: {plan}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_messages_are_taken_with_the_statements_of_one() {
    for house in houses(&settings()).await {
        let mut counts = Vec::new();
        for people in [1, 9] {
            for nth in 0..people {
                let id = format!("p{people}-{nth}");
                house.person(house::Person { id: &id, quiet: (0, 0), ..house::Person::default() }).await;
                let notice = "INSERT INTO notice (id, account, kind, words, created_at) VALUES ($1, $1, 'accepted', '', 0)";
                let message = "INSERT INTO message (id, account, notice, channel, recipient, digest, due_at, state, tries) VALUES ($1, $1, $1, 'text', '', 0, 0, 'waiting', 0)";
                for sql in [notice, message] {
                    sqlx::query(sql).bind(&id).execute(&house.sql).await.unwrap();
                }
            }
            let _listening = listen().await;
            assert_eq!(house.store.take_messages(10).await.unwrap().len(), people);
            // Other tests make their databases meanwhile.
            let of_messages = |sql: &&String| ["FROM message", "UPDATE message", "FROM account WHERE id IN"].iter().any(|words| sql.contains(words));
            counts.push(SENT.lock().unwrap().iter().filter(of_messages).filter(|sql| sql.starts_with("SELECT") || sql.starts_with("UPDATE")).count());
        }
        assert!(counts[0] > 3 && counts[0] == counts[1], "{counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn photos_of_a_batch_are_claimed_together() {
    for house in houses(&settings()).await {
        let resident = house.person(house::Person::default()).await;
        let keys: Vec<String> = (0..12).map(|nth| format!("form-{nth}")).collect();
        for (nth, key) in keys.iter().enumerate() {
            for photo in 0..nth % 3 {
                house.photo(&format!("{nth}-{photo}"), key).await;
            }
        }
        let _listening = listen().await;
        let filed = futures::future::join_all(keys.iter().map(|key| house::file(&house.store, &resident, "040401", "井盖没了", key))).await;
        let sent = SENT.lock().unwrap().clone();
        let count = |words: &str| sent.iter().filter(|sql| sql.contains(words)).count();
        let (batches, found, claimed) = (count("SELECT key_hash, number"), count("FROM photo WHERE draft IN"), count("UPDATE photo SET request"));
        assert!(batches < keys.len() && found == claimed && (1..=batches).contains(&found), "{batches} {found} {claimed}");
        for (nth, filed) in filed.into_iter().enumerate() {
            let photos = house.store.request(&resident, &filed.unwrap().number, false).await.unwrap().photos;
            let ids: Vec<_> = photos.iter().map(|photo| photo.id.clone()).collect();
            assert_eq!(ids, (0..nth % 3).map(|photo| format!("{nth}-{photo}")).collect::<Vec<_>>(), "{}", house.url);
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM request WHERE COALESCE(cover, '') <> COALESCE((SELECT MIN(p.id) FROM photo p WHERE p.request = request.id), '')").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_reports_are_decided_with_the_statements_of_one() {
    for house in houses(&settings()).await {
        let supervisor = house.person(house::Person { id: "supervisor", role: Some(Role::Supervisor), ..house::Person::default() }).await;
        let mut counts = Vec::new();
        // Powers of two, for so many rows are one statement.
        for people in [1, 8] {
            let number = house.file(&Viewer::visitor(), "040401", "井盖没了").await;
            for nth in 0..people {
                let id = format!("r{people}-{nth}");
                let mail = format!("{id}@example.com");
                let reporter = house.person(house::Person { id: &id, quiet: (0, 0), mail: Some(&mail), ..house::Person::default() }).await;
                // The second form of one person is the first in other words.
                for (told, key) in [("", format!("{id}-a")), ("不是真的", format!("{id}-b"))] {
                    let objection = Objection { photo: None, reason: Reason::Untrue, told };
                    house.store.report(&reporter, &number, &objection, &key).await.unwrap();
                }
            }
            let waiting = house.store.open_reports(&supervisor, None).await.unwrap().0;
            assert!(waiting.len() == people && waiting.iter().all(|report| report.told.as_deref() == Some("不是真的")), "{waiting:?}");
            let _listening = listen().await;
            house.store.decide_report(&supervisor, &waiting[0].id, Moderation::HideRequest, "不实", "k").await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            let of_reports =
                |sql: &&String| ["UPDATE report", "FROM account a", "INTO notice", "INTO message"].iter().any(|words| sql.contains(words));
            counts.push(SENT.lock().unwrap().iter().filter(of_reports).count());
            let told = format!("SELECT COUNT(*) FROM notice WHERE kind = 'report_upheld' AND account LIKE 'r{people}-%'");
            assert_eq!(house.count(&told).await, i64::try_from(people).unwrap());
        }
        assert!(counts[0] > 3 && counts[0] == counts[1], "{counts:?}");
    }
}

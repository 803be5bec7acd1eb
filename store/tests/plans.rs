//! Every public list is read along an index and never sorted, so that a page costs the same at any size.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use domain::request::Progress;
use domain::role::Viewer;
use sqlx::AssertSqlSafe;
use store::Store;
use store::database::Kind;
use store::request::{Filter, Place};

use house::{houses, settings};

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

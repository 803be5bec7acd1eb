//! What brings the schema up to date takes as long as it takes; only what pages wait for is cut off.

mod house;

use sqlx::AnyPool;
use store::Database;

#[tokio::test(flavor = "multi_thread")]
async fn migrations_are_not_cut_off() {
    for (url, _folder) in house::databases().await {
        if url.starts_with("sqlite") {
            continue;
        }
        let sql = AnyPool::connect(&url).await.expect("the database answers");
        // Each change of the schema leaves the limit that it ran under.
        sqlx::raw_sql(
            "CREATE TABLE seen (span TEXT NOT NULL);
             CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (current_setting(''statement_timeout'')); END';
             CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION note()",
        )
        .execute(&sql)
        .await
        .expect("made");
        let db = Database::connect(&url).await.expect("the database answers");
        db.migrate().await.expect("migrated");
        db.close().await;
        let spans: Vec<String> = sqlx::query_scalar("SELECT DISTINCT span FROM seen").fetch_all(&sql).await.expect("spans");
        assert_eq!(spans, ["0"]);
        sql.close().await;
    }
}

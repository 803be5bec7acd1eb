//! A whole house for a test: a store on a database of its own, and people in it.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::Path;

use chrono::{DateTime, TimeZone, Utc};
use domain::account::AccountId;
use domain::event::number::EventNumber;
use domain::request::{Change, Draft, Rules};
use domain::role::{Grant, Role, Scope, Viewer};
use sqlx::{AnyPool, AssertSqlSafe};
use store::request::{Changing, FileBy};
use store::{Clock, Database, Settings, Store, random_key};

/// A store on a fresh database.
pub struct House {
    pub store: Store,
    pub clock: Clock,
    pub url: String,
    /// Straight into the tables, for what no use case shows.
    pub sql: AnyPool,
    pub settings: Settings,
    pub folder: tempfile::TempDir,
}

/// Noon of a Tuesday in Shenzhen.
pub fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 4, 0, 0).single().expect("a time")
}

pub fn settings() -> Settings {
    Settings { texts: true, mails: true, origin: "https://linli.example".into(), ..Settings::default() }
}

/// Fresh databases, each with a folder: SQLite always, PostgreSQL where the tests were given a server.
pub async fn databases() -> Vec<(String, tempfile::TempDir)> {
    sqlx::any::install_default_drivers();
    let folder = || tempfile::tempdir().expect("a folder");
    let first = folder();
    let mut databases = vec![(format!("sqlite://{}", first.path().join("linli.db").display()), first)];
    match std::env::var("LINLI_TEST_POSTGRES") {
        Ok(server) => databases.push((fresh_postgres(&server).await, folder())),
        Err(_) => eprintln!("LINLI_TEST_POSTGRES is not set: not tested on PostgreSQL"),
    }
    databases
}

/// A database of its own on the tests' server.
pub async fn fresh_postgres(server: &str) -> String {
    let pool = AnyPool::connect(server).await.expect("the tests' PostgreSQL answers");
    let name = format!("linli_{}", random_key());
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.expect("a database");
    pool.close().await;
    let (base, _) = server.rsplit_once('/').expect("a database in the URL");
    format!("{base}/{name}")
}

/// One house on each database, its clock standing at noon.
pub async fn houses(settings: &Settings) -> Vec<House> {
    let mut houses = Vec::new();
    for (url, folder) in databases().await {
        houses.push(House::open(url, folder, Clock::manual(noon()), settings.clone()).await);
    }
    houses
}

impl House {
    pub async fn open(url: String, folder: tempfile::TempDir, clock: Clock, settings: Settings) -> Self {
        let store = store_at(&url, &folder.path().join("photos"), clock.clone(), settings.clone()).await;
        let sql = AnyPool::connect(&url).await.expect("the database answers");
        Self { store, clock, url, sql, settings, folder }
    }

    /// A second process's store on the same database.
    pub async fn another_store(&self) -> Store {
        store_at(&self.url, &self.folder.path().join("photos"), self.clock.clone(), self.settings.clone()).await
    }

    /// Somebody with an account.
    pub async fn person(&self, person: Person<'_>) -> Viewer {
        let id = person.id.to_owned();
        sqlx::query("INSERT INTO account (id, phone, mail, password, language, tell, quiet_from, quiet_to, created_at) VALUES ($1, $2, $3, 'none', $4, $5, $6, $7, 0)")
            .bind(&id)
            .bind(person.phone.map(str::to_owned))
            .bind(person.mail.map(str::to_owned))
            .bind(person.language)
            .bind(person.tell)
            .bind(person.quiet.0)
            .bind(person.quiet.1)
            .execute(&self.sql)
            .await
            .expect("an account");
        let area = "440309".parse().expect("an area");
        let grants = person.role.map(|role| Grant { role, scope: Scope::Area(area) }).into_iter().collect();
        Viewer::of(AccountId::new(id), grants)
    }

    pub async fn handler(&self) -> Viewer {
        self.person(Person { id: "handler", role: Some(Role::Handler), tell: "off", ..Person::default() }).await
    }

    /// Files a request of a class, in a community, for the viewer.
    pub async fn file(&self, viewer: &Viewer, class: &str, what: &str) -> EventNumber {
        file(&self.store, viewer, class, what, &random_key()).await.expect("filed").number
    }

    /// Makes a change; settling comes with its photo.
    pub async fn try_change(&self, viewer: &Viewer, number: &EventNumber, change: Change, words: &str, rating: Option<i64>) -> store::Result<()> {
        let key = random_key();
        if change == Change::Settled {
            self.photo(&key, &key).await;
        }
        let changing = Changing { viewer, tracked: false, change, words, class: None, rating, addition: None, key: &key };
        self.store.change_request(number, &changing).await
    }

    pub async fn change(&self, viewer: &Viewer, number: &EventNumber, change: Change, words: &str) {
        self.try_change(viewer, number, change, words, None).await.expect("changed");
    }

    /// The row of a photo sent with a form, without the picture.
    pub async fn photo(&self, id: &str, key: &str) {
        sqlx::query("INSERT INTO photo (id, hash, draft, kind, width, height, created_at) VALUES ($1, 'none', $2, 'resident', 1, 1, 0)")
            .bind(id.to_owned())
            .bind(store::hash(key))
            .execute(&self.sql)
            .await
            .expect("a photo");
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&self.sql).await.expect("a count")
    }
}

/// A process's store on a database.
pub async fn store_at(url: &str, photos: &Path, clock: Clock, settings: Settings) -> Store {
    let db = Database::connect(url).await.expect("the database answers");
    db.migrate().await.expect("migrated");
    let objects = store::photo::Objects::open(&photos.to_string_lossy()).expect("a folder for photos");
    Store::open(db, objects, clock, settings).await.expect("a store")
}

/// Files as the form does.
pub async fn file(store: &Store, viewer: &Viewer, class: &str, what: &str, key: &str) -> store::Result<store::request::Filed> {
    let district = store.district();
    let draft = Draft { what: what.into(), class: class.into(), area: "440309002001".into(), phone: "13800138000".into(), ..Draft::default() };
    let now = store.clock().now().with_timezone(&store.settings().zone).naive_local();
    let filing = draft.check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: true }).expect("a good form");
    store.file(FileBy { viewer, behalf: false }, filing, key).await
}

/// Who somebody is, and how they wish to be told.
pub struct Person<'a> {
    pub id: &'a str,
    pub phone: Option<&'a str>,
    pub mail: Option<&'a str>,
    pub language: &'a str,
    pub tell: &'a str,
    pub quiet: (i64, i64),
    pub role: Option<Role>,
}

impl Default for Person<'_> {
    fn default() -> Self {
        Self { id: "resident", phone: None, mail: None, language: "zh", tell: "at_once", quiet: (22, 7), role: None }
    }
}

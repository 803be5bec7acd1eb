//! What is kept: use cases over SQL.
//!
//! Every use case asks `domain` who may and what follows, changes rows, writes the history entry and the outgoing
//! event, all in one transaction; repeating it with the same idempotency key does it once. One module per noun.

pub mod account;
mod area;
pub mod backup;
mod clock;
pub mod database;
pub mod demo;
pub mod district;
mod error;
pub mod event;
mod ids;
mod key;
pub mod limit;
pub mod message;
pub mod notice;
mod owner;
pub mod photo;
pub mod report;
pub mod request;
mod secret;
mod sweep;

use std::sync::{Arc, RwLock};

pub use clock::Clock;
pub use database::Database;
pub use district::District;
pub use error::{Result, StoreError};
pub use secret::{hash, hash_bytes, random_key};

use chrono::{DateTime, NaiveDate, Utc};
use domain::calendar::{Promise, due};
use domain::event::class::ClassCode;
use domain::request::Urgency;

/// What a district decides about how the store works; everything else is data in the database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The time zone in which days and office hours are counted.
    pub zone: chrono_tz::Tz,
    /// The portal's public address, the `source` of every outgoing event.
    pub origin: String,
    /// Whether text messages can be sent.
    pub texts: bool,
    /// Whether mail can be sent.
    pub mails: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { zone: chrono_tz::Asia::Shanghai, origin: "http://127.0.0.1:3000".into(), texts: false, mails: false }
    }
}

/// The store: cheap to clone, shared by pages, machines and jobs.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Database,
    pub(crate) objects: photo::Objects,
    pub(crate) clock: Clock,
    pub(crate) settings: Arc<Settings>,
    pub(crate) secret: Arc<secret::Secret>,
    district: Arc<RwLock<Arc<District>>>,
    filing: request::Filing,
    passwords: account::Passwords,
}

impl Store {
    /// Opens the store over a migrated database.
    ///
    /// # Errors
    /// If the database does not answer or its reference data does not load.
    pub async fn open(db: Database, objects: photo::Objects, clock: Clock, settings: Settings) -> Result<Self> {
        let secret = Arc::new(secret::Secret::load(&db).await?);
        let today = clock.now().with_timezone(&settings.zone).date_naive();
        let district = Arc::new(RwLock::new(Arc::new(District::load(&db, today).await?)));
        let settings = Arc::new(settings);
        let filing = request::Filing::start(db.clone(), clock.clone());
        Ok(Self { db, objects, clock, settings, secret, district, filing, passwords: account::Passwords::default() })
    }

    /// The local day.
    #[must_use]
    pub fn local_day(&self) -> NaiveDate {
        self.clock.now().with_timezone(&self.settings.zone).date_naive()
    }

    /// Until when a request filed at an instant is answered and settled: the soonest of the promises that hold for it.
    pub(crate) fn promised(&self, class: Option<ClassCode>, urgency: Urgency, filed: DateTime<Utc>) -> (Option<i64>, Option<i64>) {
        let promises = self.district().promises.clone();
        let soonest =
            |of: fn((Promise, Promise)) -> Promise| promises.holding(class, urgency).filter_map(|both| self.promised_by(filed, of(both))).min();
        (soonest(|(answer, _)| answer), soonest(|(_, settle)| settle))
    }

    /// Until when a promise made at an instant holds. Where the year's holidays are not loaded yet, a provisional
    /// deadline is better than none: it is said in the log, and loading the table mends what is filed afterwards.
    fn promised_by(&self, start: DateTime<Utc>, promise: Promise) -> Option<i64> {
        let calendar = self.district().calendar.clone();
        let zone = &self.settings.zone;
        let due = due(start, promise, &calendar, zone).or_else(|error| {
            tracing::warn!(%error, "a deadline is provisional: import the year's holidays");
            due(start, promise, &(*calendar).clone().provisional(), zone)
        });
        due.ok().map(|due| due.timestamp_millis())
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock, for pages that say how long is left.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// How many requests this process has registered.
    #[must_use]
    pub fn filed(&self) -> u64 {
        self.filing.filed()
    }

    /// The database, for readiness checks and for what the command line does to it as a whole.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.db
    }
}

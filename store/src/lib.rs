//! What is kept: use cases over SQL.
//!
//! Every use case asks `domain` who may and what follows, changes rows, writes the history entry and the outgoing
//! event, all in one transaction; repeating it with the same idempotency key does it once. One module per noun.

pub mod account;
pub mod area;
pub mod backup;
mod clock;
pub mod database;
pub mod demo;
mod error;
pub mod event;
mod ids;
mod key;
pub mod limit;
pub mod message;
pub mod notice;
pub mod photo;
pub mod report;
pub mod request;
mod secret;
mod sweep;

use std::sync::{Arc, RwLock};

pub use clock::Clock;
pub use database::Database;
pub use error::{Result, StoreError};
pub use secret::{hash, hash_bytes, random_key};

use chrono::{DateTime, NaiveDate, Utc};
use domain::area::{Areas, Places};
use domain::calendar::{Calendar, Promise, due};
use domain::event::class::{Catalogue, ClassCode, HelpLines, KnownNotices, SafetyQuestions};
use domain::event::suggest::Suggester;
use domain::organisation::Organisations;
use domain::request::{Promises, Urgency};

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

/// The district's reference data as last loaded, replaced as a whole when an import changes it or a day begins.
pub struct District {
    /// Areas from district to community.
    pub areas: Arc<Areas>,
    /// Streets and estates, and the communities among them.
    pub places: Arc<Places>,
    /// The catalogue in force.
    pub catalogue: Arc<Catalogue>,
    /// Holidays and make-up workdays.
    pub calendar: Arc<Calendar>,
    /// Questions about danger, by class.
    pub safety: Arc<SafetyQuestions>,
    /// Whom to call besides filing, by class.
    pub help: Arc<HelpLines>,
    /// What is known already.
    pub known: Arc<KnownNotices>,
    /// Organisations that roles are granted for.
    pub organisations: Arc<Organisations>,
    /// Until when requests are answered and settled.
    pub promises: Arc<Promises>,
    /// Suggests classes from the catalogue, shipped wordings and what handlers corrected.
    pub suggester: Arc<Suggester>,
    /// The local day it was loaded for.
    day: NaiveDate,
    /// How many changes had been made to it.
    version: i64,
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
        let district = Arc::new(RwLock::new(Arc::new(area::load_district(&db, today).await?)));
        let settings = Arc::new(settings);
        let filing = request::Filing::start(db.clone(), clock.clone());
        Ok(Self { db, objects, clock, settings, secret, district, filing, passwords: account::Passwords::default() })
    }

    /// The reference data in force.
    #[must_use]
    pub fn district(&self) -> Arc<District> {
        self.district.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Loads the reference data again, after an import.
    ///
    /// # Errors
    /// If the database does not answer; the data in force stays.
    pub async fn reload_district(&self) -> Result<()> {
        let fresh = area::load_district(&self.db, self.local_day()).await?;
        *self.district.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(fresh);
        // Pages rendered from the data before are old, even where this process wrote nothing.
        self.db.changed();
        Ok(())
    }

    /// Takes up what changed in the reference data, whoever changed it, and the catalogue of a new local day. Says
    /// whether there was anything: mostly there is not, and one row was read.
    ///
    /// # Errors
    /// As [`Store::reload_district`].
    pub async fn refresh_district(&self) -> Result<bool> {
        let version = area::version(&self.db).await?;
        let district = self.district();
        let changed = version != district.version || self.local_day() != district.day;
        if changed {
            self.reload_district().await?;
        }
        Ok(changed)
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

//! The district's reference data: areas, named places, calendar, promises and the catalogue in force.

mod catalogue;
mod file;

use std::borrow::Cow;
use std::sync::{Arc, PoisonError};

use chrono::NaiveDate;
use domain::area::{Areas, Places};
use domain::calendar::Calendar;
use domain::event::class::{Catalogue, HelpLines, KnownNotices, SafetyQuestions};
use domain::event::suggest::Suggester;
use domain::organisation::Organisations;
use domain::request::Promises;
use sqlx::{AnyConnection, Row as _};

use self::catalogue::catalogue_on;
pub use self::file::{DistrictFile, UnknownTable};
use self::file::{faults, file, kept_areas};
use crate::{Database, Result, Store};

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

impl District {
    /// Loads what is in force on a day. Learnt wordings beyond the newest two thousand no longer teach.
    pub(crate) async fn load(db: &Database, day: NaiveDate) -> Result<Self> {
        // Read first: what is written meanwhile counts as not taken up yet.
        let version = version(db).await?;
        let db = &mut *db.read().acquire().await?;
        // A district that imports other areas is without a map until it imports its own centres.
        let table = file(db, DistrictFile::Centres).await?;
        let (areas, left_out) = kept_areas(db).await?.with_fitting_centres(&table);
        misfits(DistrictFile::Centres, &table, left_out);
        // A district that imports other areas has its communities to search by until it imports its own places.
        let table = file(db, DistrictFile::Places).await?;
        let places = Places::from_csv(&table, &areas).unwrap_or_else(|error| {
            misfits(DistrictFile::Places, &table, error.problems.len());
            Places::of(&areas)
        });
        let calendar = Calendar::from_csv(&file(db, DistrictFile::Holidays).await?).map_err(|error| faults(&error))?;
        let catalogue = catalogue_on(db, day).await?;
        let table = file(db, DistrictFile::Promises).await?;
        let (promises, left_out) = Promises::fitting(&table, &catalogue);
        misfits(DistrictFile::Promises, &table, left_out);
        let rows = sqlx::query("SELECT wording, class FROM class_wording ORDER BY learnt_at DESC LIMIT 2000").fetch_all(&mut *db).await?;
        let mut learnt = Vec::with_capacity(rows.len());
        for row in rows {
            let class: String = row.try_get("class")?;
            if let Ok(code) = class.parse() {
                learnt.push((row.try_get("wording")?, code));
            }
        }
        let suggester = tokio::task::block_in_place(|| Suggester::new(&catalogue, learnt));
        let safety = SafetyQuestions::from_csv(&file(db, DistrictFile::Safety).await?, &catalogue).map_err(|error| faults(&error))?;
        let help = HelpLines::from_csv(&file(db, DistrictFile::Helplines).await?, &catalogue).map_err(|error| faults(&error))?;
        // As with places: until it is imported again, nothing is known already, and nobody acts for an organisation.
        let table = file(db, DistrictFile::Known).await?;
        let known = KnownNotices::from_csv(&table, &areas, &catalogue).unwrap_or_else(|error| {
            misfits(DistrictFile::Known, &table, error.problems.len());
            KnownNotices::default()
        });
        let table = file(db, DistrictFile::Organisations).await?;
        let organisations = Organisations::from_csv(&table, &areas).unwrap_or_else(|error| {
            misfits(DistrictFile::Organisations, &table, error.problems.len());
            Organisations::default()
        });
        Ok(Self {
            organisations: Arc::new(organisations),
            safety: Arc::new(safety),
            help: Arc::new(help),
            known: Arc::new(known),
            areas: Arc::new(areas),
            places: Arc::new(places),
            calendar: Arc::new(calendar),
            promises: Arc::new(promises),
            catalogue: Arc::new(catalogue),
            suggester: Arc::new(suggester),
            day,
            version,
        })
    }
}

/// Tells of lines that do not fit the areas or the catalogue. The shipped tables are an example, which steps aside.
#[expect(clippy::ptr_arg, reason = "whether it is owned tells whose it is")]
fn misfits(name: DistrictFile, table: &Cow<'_, str>, lines: usize) {
    if lines > 0 && matches!(table, Cow::Owned(_)) {
        tracing::warn!(table = name.as_str(), lines, "the table does not fit the district's areas or catalogue: import it again");
    }
}

/// How many changes have been made to the district's reference data.
async fn version(db: &Database) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT version FROM district_version WHERE name = 'district'").fetch_one(db.read()).await?)
}

/// Counts a change to the reference data, in the transaction that makes it: all processes take it up soon after. The
/// row stays locked until then, so that of two imports the second sees the first.
pub(crate) async fn changed(connection: &mut AnyConnection) -> Result<()> {
    sqlx::query("UPDATE district_version SET version = version + 1 WHERE name = 'district'").execute(connection).await?;
    Ok(())
}

impl Store {
    /// The reference data in force.
    #[must_use]
    pub fn district(&self) -> Arc<District> {
        self.district.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Loads the reference data again, after an import.
    ///
    /// # Errors
    /// If the database does not answer; the data in force stays.
    pub async fn reload_district(&self) -> Result<()> {
        let fresh = District::load(&self.db, self.local_day()).await?;
        *self.district.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
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
        let version = version(&self.db).await?;
        let district = self.district();
        let changed = version != district.version || self.local_day() != district.day;
        if changed {
            self.reload_district().await?;
        }
        Ok(changed)
    }
}

//! The district's reference data: areas, named places, calendar, promises and the catalogue in force.

use std::sync::Arc;

use chrono::NaiveDate;
use domain::area::{Areas, Places};
use domain::calendar::Calendar;
use domain::event::class::{Catalogue, CatalogueError, HelpLines, KnownNotices, Problem, SafetyQuestions};
use domain::event::suggest::Suggester;
use domain::organisation::Organisations;
use domain::request::Promises;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row as _};

use crate::{Database, District, Result, Store, StoreError};

/// A table of the district that can be replaced by an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistrictFile {
    /// `code,name,level,parent`
    Areas,
    /// `code,lat,lon`
    Centres,
    /// `kind,name,community,lat,lon`
    Places,
    /// `date,kind,name`
    Holidays,
    /// `class,answer,settle`
    Promises,
    /// Questions about danger, by class.
    Safety,
    /// Help-lines, by class.
    Helplines,
    /// What is known already, by class, area and day.
    Known,
    /// `id,area,name_zh,name_en`
    Organisations,
}

impl DistrictFile {
    /// The name it is kept under.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Centres => "centres",
            Self::Places => "places",
            Self::Holidays => "holidays",
            Self::Promises => "promises",
            Self::Safety => "safety",
            Self::Helplines => "helplines",
            Self::Known => "known",
            Self::Organisations => "organisations",
        }
    }

    /// The table shipped with the program.
    #[must_use]
    pub fn shipped(self) -> &'static str {
        match self {
            Self::Areas => include_str!("../../data/areas.csv"),
            Self::Centres => include_str!("../../data/centres.csv"),
            Self::Places => include_str!("../../data/places.csv"),
            Self::Holidays => include_str!("../../data/holidays.csv"),
            Self::Promises => include_str!("../../data/promises.csv"),
            Self::Safety => include_str!("../../data/class-safety.csv"),
            Self::Helplines => include_str!("../../data/class-helplines.csv"),
            Self::Known => include_str!("../../data/known.csv"),
            Self::Organisations => include_str!("../../data/organisations.csv"),
        }
    }
}

/// Lines of a table's faults.
fn lines(error: &impl ToString) -> StoreError {
    StoreError::Import(error.to_string().lines().map(str::to_owned).collect())
}

async fn file(connection: &mut AnyConnection, name: DistrictFile) -> Result<String> {
    let kept: Option<String> =
        sqlx::query_scalar("SELECT body FROM district_file WHERE name = $1").bind(name.as_str()).fetch_optional(connection).await?;
    Ok(kept.unwrap_or_else(|| name.shipped().to_owned()))
}

/// How many changes have been made to the district's reference data.
pub(crate) async fn version(db: &Database) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT version FROM district_version WHERE name = 'district'").fetch_one(db.read()).await?)
}

/// Counts a change to the reference data, in the transaction that makes it: all processes take it up soon after. The
/// row stays locked until then, so that of two imports the second sees the first.
pub(crate) async fn changed(connection: &mut AnyConnection) -> Result<()> {
    sqlx::query("UPDATE district_version SET version = version + 1 WHERE name = 'district'").execute(connection).await?;
    Ok(())
}

/// Loads what is in force on a day. Learnt wordings beyond the newest two thousand no longer teach.
pub(crate) async fn load_district(db: &Database, day: NaiveDate) -> Result<District> {
    // Read first: what is written meanwhile counts as not taken up yet.
    let version = version(db).await?;
    let db = &mut *db.read().acquire().await?;
    // A district that imports other areas is without a map until it imports its own centres.
    let (areas, left_out) = kept_areas(db).await?.with_fitting_centres(&file(db, DistrictFile::Centres).await?);
    if left_out > 0 {
        tracing::warn!(left_out, "centres that do not fit the areas are left out: import them again");
    }
    // A district that imports other areas has its communities to search by until it imports its own places.
    let places = Places::from_csv(&file(db, DistrictFile::Places).await?, &areas).unwrap_or_else(|error| {
        tracing::warn!(%error, "the table of places does not fit the areas: import it again");
        Places::of(&areas)
    });
    let calendar = Calendar::from_csv(&file(db, DistrictFile::Holidays).await?).map_err(|error| lines(&error))?;
    let promises = Promises::parse(&file(db, DistrictFile::Promises).await?).map_err(|error| lines(&error))?;
    let catalogue = catalogue_on(db, day).await?;
    let rows = sqlx::query("SELECT wording, class FROM class_wording ORDER BY learnt_at DESC LIMIT 2000").fetch_all(&mut *db).await?;
    let mut learnt = Vec::with_capacity(rows.len());
    for row in rows {
        let class: String = row.try_get("class")?;
        if let Ok(code) = class.parse() {
            learnt.push((row.try_get("wording")?, code));
        }
    }
    let suggester = tokio::task::block_in_place(|| Suggester::new(&catalogue, learnt));
    let safety = SafetyQuestions::from_csv(&file(db, DistrictFile::Safety).await?, &catalogue)
        .map_err(|errors| StoreError::Import(errors.iter().map(ToString::to_string).collect()))?;
    let help = HelpLines::from_csv(&file(db, DistrictFile::Helplines).await?, &catalogue).map_err(|error| lines(&error))?;
    // As with places: until it is imported again, nothing is known already, and nobody acts for an organisation.
    let known = KnownNotices::from_csv(&file(db, DistrictFile::Known).await?, &areas, &catalogue).unwrap_or_else(|error| {
        tracing::warn!(%error, "the table of what is known does not fit the areas or the catalogue: import it again");
        KnownNotices::default()
    });
    let organisations = Organisations::from_csv(&file(db, DistrictFile::Organisations).await?, &areas).unwrap_or_else(|error| {
        tracing::warn!(%error, "the table of organisations does not fit the areas: import it again");
        Organisations::default()
    });
    Ok(District {
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

fn areas(body: &str) -> Result<Areas> {
    let areas = Areas::from_csv(body).map_err(|error| lines(&error))?;
    areas.district().map_err(|error| lines(&error))?;
    Ok(areas)
}

/// The areas in force, without their centres.
async fn kept_areas(connection: &mut AnyConnection) -> Result<Areas> {
    areas(&file(connection, DistrictFile::Areas).await?)
}

/// The catalogue in force on a day.
async fn catalogue_on(connection: &mut AnyConnection, day: NaiveDate) -> Result<Catalogue> {
    let row = sqlx::query("SELECT version, effective_from, body FROM catalogue WHERE effective_from <= $1 ORDER BY effective_from DESC LIMIT 1")
        .bind(day.to_string())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map_or_else(|| Ok(Catalogue::shipped()), read_catalogue)
}

fn read_catalogue(row: &AnyRow) -> Result<Catalogue> {
    parse_catalogue(row.try_get("version")?, row.try_get("effective_from")?, row.try_get("body")?)
}

fn parse_catalogue(version: String, effective_from: String, body: String) -> Result<Catalogue> {
    let day: NaiveDate = effective_from.parse().map_err(|_| StoreError::Stored {
        table: "catalogue",
        column: "effective_from",
        row: version.clone(),
        value: effective_from.clone(),
    })?;
    Catalogue::from_csv(&body, version, day).map_err(|errors| StoreError::Import(errors.iter().map(ToString::to_string).collect()))
}

impl Store {
    /// Replaces one of the district's tables; it is checked as a whole first, and nothing changes if a line is wrong.
    ///
    /// # Errors
    /// [`StoreError::Import`] with every wrong line.
    pub async fn import_district_file(&self, name: DistrictFile, body: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        changed(&mut tx).await?;
        match name {
            DistrictFile::Areas => drop(areas(body)?),
            DistrictFile::Centres => drop(kept_areas(&mut tx).await?.with_centres(body).map_err(|error| lines(&error))?),
            DistrictFile::Places => drop(Places::from_csv(body, &kept_areas(&mut tx).await?).map_err(|error| lines(&error))?),
            DistrictFile::Holidays => drop(Calendar::from_csv(body).map_err(|error| lines(&error))?),
            DistrictFile::Promises => drop(Promises::parse(body).map_err(|error| lines(&error))?),
            DistrictFile::Known => {
                let (areas, catalogue) = (kept_areas(&mut tx).await?, catalogue_on(&mut tx, self.local_day()).await?);
                drop(KnownNotices::from_csv(body, &areas, &catalogue).map_err(|error| lines(&error))?);
            }
            DistrictFile::Organisations => {
                drop(Organisations::from_csv(body, &kept_areas(&mut tx).await?).map_err(|error| lines(&error))?);
            }
            DistrictFile::Helplines => {
                drop(HelpLines::from_csv(body, &catalogue_on(&mut tx, self.local_day()).await?).map_err(|error| lines(&error))?);
            }
            DistrictFile::Safety => {
                SafetyQuestions::from_csv(body, &catalogue_on(&mut tx, self.local_day()).await?)
                    .map_err(|errors| StoreError::Import(errors.iter().map(ToString::to_string).collect()))?;
            }
        }
        sqlx::query(
            "INSERT INTO district_file (name, body, imported_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET body = $2, imported_at = $3",
        )
        .bind(name.as_str())
        .bind(body)
        .bind(self.clock.millis())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.reload_district().await
    }

    /// The table in force, as it was imported.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn export_district_file(&self, name: DistrictFile) -> Result<String> {
        file(&mut *self.db.read().acquire().await?, name).await
    }

    /// Takes in a new version of the catalogue, if it keeps every code of the one before: the newest, in force or still
    /// to come. It holds from its day on, in the district's zone; an event keeps the version it was coded in.
    ///
    /// # Errors
    /// [`StoreError::Import`] with every line that breaks the rules; then nothing changes.
    pub async fn import_catalogue(&self, version: &str, effective_from: NaiveDate, body: &str) -> Result<()> {
        let fresh = parse_catalogue(version.to_owned(), effective_from.to_string(), body.to_owned())?;
        let mut tx = self.db.write().await?;
        changed(&mut tx).await?;
        let row =
            sqlx::query("SELECT version, effective_from, body FROM catalogue ORDER BY effective_from DESC LIMIT 1").fetch_optional(&mut *tx).await?;
        let before = row.as_ref().map_or_else(|| Ok(Catalogue::shipped()), read_catalogue)?;
        let mut errors = fresh.succeeds(&before).err().unwrap_or_default();
        let earlier: Option<String> =
            sqlx::query_scalar("SELECT version FROM catalogue WHERE version = $1").bind(version).fetch_optional(&mut *tx).await?;
        if version != before.version && (earlier.is_some() || version == Catalogue::shipped().version) {
            errors.push(CatalogueError { line: None, problem: Problem::VersionTaken(version.to_owned()) });
        }
        if !errors.is_empty() {
            return Err(StoreError::Import(errors.iter().map(ToString::to_string).collect()));
        }
        sqlx::query("INSERT INTO catalogue (version, effective_from, imported_at, body) VALUES ($1, $2, $3, $4)")
            .bind(version)
            .bind(effective_from.to_string())
            .bind(self.clock.millis())
            .bind(body)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.reload_district().await
    }

    /// Takes back a version of the catalogue whose day has not come: no event was coded in it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none of that name still to come.
    pub async fn withdraw_catalogue(&self, version: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        changed(&mut tx).await?;
        let gone = sqlx::query("DELETE FROM catalogue WHERE version = $1 AND effective_from > $2")
            .bind(version)
            .bind(self.local_day().to_string())
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        tx.commit().await?;
        self.reload_district().await
    }
}

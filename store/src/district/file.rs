//! The district's tables as files: what is imported is what is exported.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::str::FromStr;

use domain::area::{AreaCode, Areas, Places};
use domain::calendar::Calendar;
use domain::event::class::{HelpLines, KnownNotices, SafetyQuestions};
use domain::organisation::Organisations;
use domain::request::Promises;
use domain::role::Scope;
use sqlx::AnyConnection;

use super::catalogue::catalogue_on;
use super::changed;
use crate::{Result, Store, StoreError};

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

/// A name that is none of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no table")]
pub struct UnknownTable(pub String);

impl FromStr for DistrictFile {
    type Err = UnknownTable;
    fn from_str(name: &str) -> std::result::Result<Self, UnknownTable> {
        Self::ALL.into_iter().find(|table| table.as_str() == name).ok_or_else(|| UnknownTable(name.to_owned()))
    }
}

impl DistrictFile {
    /// Every table.
    pub const ALL: [Self; 9] =
        [Self::Areas, Self::Centres, Self::Places, Self::Holidays, Self::Promises, Self::Safety, Self::Helplines, Self::Known, Self::Organisations];

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
            Self::Areas => include_str!("../../../data/areas.csv"),
            Self::Centres => include_str!("../../../data/centres.csv"),
            Self::Places => include_str!("../../../data/places.csv"),
            Self::Holidays => include_str!("../../../data/holidays.csv"),
            Self::Promises => include_str!("../../../data/promises.csv"),
            Self::Safety => include_str!("../../../data/class-safety.csv"),
            Self::Helplines => include_str!("../../../data/class-helplines.csv"),
            Self::Known => include_str!("../../../data/known.csv"),
            Self::Organisations => include_str!("../../../data/organisations.csv"),
        }
    }
}

/// All faults of a table, one a line.
pub(super) fn faults(error: &impl ToString) -> StoreError {
    StoreError::Import(error.to_string().lines().map(str::to_owned).collect())
}

/// A table as it was imported, which is owned, or as shipped.
pub(super) async fn file(connection: &mut AnyConnection, name: DistrictFile) -> Result<Cow<'static, str>> {
    let kept: Option<String> =
        sqlx::query_scalar("SELECT body FROM district_file WHERE name = $1").bind(name.as_str()).fetch_optional(connection).await?;
    Ok(kept.map_or(Cow::Borrowed(name.shipped()), Cow::Owned))
}

fn areas(body: &str) -> Result<Areas> {
    let areas = Areas::from_csv(body).map_err(|error| faults(&error))?;
    areas.district().map_err(|error| faults(&error))?;
    Ok(areas)
}

/// The areas in force, without their centres.
pub(super) async fn kept_areas(connection: &mut AnyConnection) -> Result<Areas> {
    areas(&file(connection, DistrictFile::Areas).await?)
}

/// Where requests are, roles hold and residents live. Only asked where a table would take something away: it reads all
/// requests.
async fn in_use(connection: &mut AnyConnection) -> Result<Vec<Scope>> {
    let words: Vec<String> = sqlx::query_scalar(
        "SELECT area FROM request UNION SELECT scope FROM role_grant UNION SELECT home_area FROM account WHERE home_area IS NOT NULL",
    )
    .fetch_all(connection)
    .await?;
    Ok(words.iter().filter_map(|word| word.parse().ok()).collect())
}

/// Refuses a table that leaves out what something relies on, naming the first few.
fn keep(missing: &BTreeSet<String>) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let some: Vec<_> = missing.iter().take(NAMED).map(String::as_str).collect();
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(StoreError::Import(vec![format!("missing: {}{more}; requests, roles or residents' homes rely on them", some.join(", "))]))
}

/// How many codes a refusal names.
const NAMED: usize = 5;

/// New areas, if they keep every area that something relies on, itself or through an organisation that works there.
async fn areas_that_keep(connection: &mut AnyConnection, body: &str) -> Result<()> {
    let (before, after) = (kept_areas(connection).await?, areas(body)?);
    let lost = |area: &AreaCode| before.in_district(area) && !after.in_district(area);
    if !before.iter().any(|area| lost(&area.code)) {
        return Ok(());
    }
    // Organisations that do not fit the areas in force act for nobody.
    let organisations = Organisations::from_csv(&file(connection, DistrictFile::Organisations).await?, &before).unwrap_or_default();
    let used = in_use(connection).await?;
    let areas = used.iter().filter_map(|scope| match scope {
        Scope::Area(area) => Some(area),
        Scope::Organisation(id) => organisations.get(id).map(|organisation| &organisation.area),
    });
    keep(&areas.filter(|area| lost(area)).map(|area| area.community().unwrap_or(*area).to_string()).collect())
}

/// New organisations, if they keep every one that a role is held for.
async fn organisations_that_keep(connection: &mut AnyConnection, body: &str) -> Result<()> {
    let areas = kept_areas(connection).await?;
    let after = Organisations::from_csv(body, &areas).map_err(|error| faults(&error))?;
    let before = Organisations::from_csv(&file(connection, DistrictFile::Organisations).await?, &areas).unwrap_or_default();
    if before.iter().all(|organisation| after.get(&organisation.id).is_some()) {
        return Ok(());
    }
    let used = in_use(connection).await?.into_iter().filter_map(|scope| match scope {
        Scope::Organisation(id) => Some(id),
        Scope::Area(_) => None,
    });
    keep(&used.filter(|id| before.get(id).is_some() && after.get(id).is_none()).collect())
}

impl Store {
    /// Replaces one of the district's tables; it is checked as a whole first, and nothing changes if a line is wrong, a
    /// class or area is unknown, or something relies on what the table leaves out.
    ///
    /// A table without lines says that there are no centres, places, help-lines, known notices or organisations: what
    /// a district may well lack. Without areas, holidays, promises or safety questions there would be no district, no
    /// deadline, and nobody told to call for help: these are refused, as is a catalogue without classes.
    ///
    /// # Errors
    /// [`StoreError::Import`] with every wrong line, or with the first few codes that are relied on.
    pub async fn import_district_file(&self, name: DistrictFile, body: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        changed(&mut tx).await?;
        self.check(&mut tx, name, body).await?;
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

    /// Whether a table may take the place of the one in force.
    async fn check(&self, connection: &mut AnyConnection, name: DistrictFile, body: &str) -> Result<()> {
        let day = self.local_day();
        match name {
            DistrictFile::Areas => areas_that_keep(connection, body).await,
            DistrictFile::Centres => kept_areas(connection).await?.with_centres(body).map(drop).map_err(|error| faults(&error)),
            DistrictFile::Places => Places::from_csv(body, &kept_areas(connection).await?).map(drop).map_err(|error| faults(&error)),
            DistrictFile::Holidays => Calendar::from_csv(body).map(drop).map_err(|error| faults(&error)),
            DistrictFile::Promises => Promises::from_csv(body, &catalogue_on(connection, day).await?).map(drop).map_err(|error| faults(&error)),
            DistrictFile::Known => {
                let (areas, catalogue) = (kept_areas(connection).await?, catalogue_on(connection, day).await?);
                KnownNotices::from_csv(body, &areas, &catalogue).map(drop).map_err(|error| faults(&error))
            }
            DistrictFile::Organisations => organisations_that_keep(connection, body).await,
            DistrictFile::Helplines => HelpLines::from_csv(body, &catalogue_on(connection, day).await?).map(drop).map_err(|error| faults(&error)),
            DistrictFile::Safety => SafetyQuestions::from_csv(body, &catalogue_on(connection, day).await?).map(drop).map_err(|error| faults(&error)),
        }
    }

    /// The table in force, as it was imported.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn export_district_file(&self, name: DistrictFile) -> Result<String> {
        Ok(file(&mut *self.db.read().acquire().await?, name).await?.into_owned())
    }
}

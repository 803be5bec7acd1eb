use domain::area::AreaCode;
use domain::request::{Addition, Visibility};
use domain::text::mask;
use sqlx::{AssertSqlSafe, Row as _};

use super::describe::{STATED, Stated};
use super::detail::Standing;
use super::file::millis;
use super::row::make_searchable;
use crate::database::Write;
use crate::{Result, Store};

impl Store {
    /// What is told later fills what was not told; nothing told is overwritten, and the number stays as it was given.
    /// The description is composed anew, and search finds the place.
    pub(super) async fn add_told(&self, tx: &mut Write, standing: &Standing, addition: &Addition) -> Result<()> {
        let sql = format!("SELECT r.class, r.place, {STATED} FROM request r WHERE r.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(standing.id).fetch_one(&mut **tx).await?;
        let (class, mut place): (Option<String>, String) = (row.try_get("class")?, row.try_get("place")?);
        let mut stated = Stated::read(&row)?;
        let district = self.district();
        let mut area: AreaCode = standing.subject.area;
        if place.is_empty() {
            place.clone_from(&addition.place);
            stated.place = mask(&addition.place);
            area = addition.area(&district.areas, area);
            area.as_str().clone_into(&mut stated.area);
        }
        stated.happened_at = stated.happened_at.or_else(|| addition.happened_at.and_then(|at| millis(self.settings.zone, at)));
        stated.since = stated.since.or_else(|| addition.since.map(|day| day.to_string()));
        let (place_public, happened_at, since) = (stated.place.clone(), stated.happened_at, stated.since.clone());
        sqlx::query(
            "UPDATE request SET place = $1, place_public = $2, happened_at = $3, since = $4, area = $5, subdistrict = $6, community = $7, description = $8 WHERE id = $9",
        )
        .bind(place)
        .bind(place_public)
        .bind(happened_at)
        .bind(since)
        .bind(area.as_str().to_owned())
        .bind(area.subdistrict().map(|code| code.as_str().to_owned()))
        .bind(area.community().map(|code| code.as_str().to_owned()))
        .bind(stated.compose(&district, self.settings.zone, class.and_then(|code| code.parse().ok())))
        .bind(standing.id)
        .execute(&mut **tx)
        .await?;
        if standing.subject.visibility != Visibility::Private {
            make_searchable(tx, self.db.search_insert(), standing.id).await?;
        }
        Ok(())
    }
}

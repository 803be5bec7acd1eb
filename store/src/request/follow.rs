use domain::area::{AreaCode, Position, distance_m};
use domain::event::class::ClassCode;
use domain::event::number::EventNumber;
use domain::request::NEAR_METRES;
use domain::role::Viewer;
use sqlx::AssertSqlSafe;

use super::list::{COLUMNS, Item, item};
use crate::{Result, Store, StoreError};

/// Where "nearby" is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Near<'a> {
    /// Around a position.
    Position(&'a Position),
    /// In a community.
    Area(&'a AreaCode),
}

/// Most requests looked at in one cell.
const PER_CELL: usize = 40;

/// Most requests offered as "is it one of these?".
const MOST: usize = 5;

impl Store {
    /// Open public requests near a place, of one class or of all: "is it one of these?" and the map's other dots.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn near(&self, class: Option<ClassCode>, near: Near<'_>, most: Option<usize>) -> Result<Vec<Item>> {
        let most = most.unwrap_or(MOST);
        let of_class = if class.is_some() { " AND r.class = $1" } else { " AND $1 = ''" };
        let class = class.as_ref().map(ClassCode::as_str).unwrap_or_default();
        match near {
            Near::Position(position) => {
                // A few cells, and of each the newest: however much is open around, this reads no more.
                let cells = position.surroundings(NEAR_METRES).cells();
                let one = |place: usize| {
                    format!(
                        "SELECT * FROM (SELECT {COLUMNS} FROM request r WHERE r.progress = 'open' AND r.cell = ${place} AND {}r.visibility = 'public'{of_class} \
                         ORDER BY r.id DESC LIMIT {PER_CELL}) AS cell_{place}",
                        self.db.aside()
                    )
                };
                let sql = (2..cells.len() + 2).map(one).collect::<Vec<_>>().join(" UNION ALL ");
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(class);
                for cell in cells {
                    query = query.bind(cell);
                }
                let rows = query.fetch_all(self.db.read()).await?;
                let mut items = Vec::new();
                for row in &rows {
                    let mut item = item(row, false)?;
                    let at = item.lat.zip(item.lon).and_then(|(lat, lon)| Position::new(lat, lon, None).ok());
                    item.metres = at.map(|at| distance_m(position, &at));
                    if item.metres.is_some_and(|metres| metres <= f64::from(NEAR_METRES)) {
                        items.push(item);
                    }
                }
                items.sort_by(|a, b| a.metres.unwrap_or(f64::MAX).total_cmp(&b.metres.unwrap_or(f64::MAX)));
                items.truncate(most);
                Ok(items)
            }
            Near::Area(area) => {
                let Some(community) = area.community() else { return Ok(Vec::new()) };
                let sql = format!(
                    "SELECT {COLUMNS} FROM request r WHERE r.community = $2 AND r.progress = 'open' AND r.visibility = 'public'{of_class} ORDER BY r.id DESC LIMIT {most}"
                );
                let rows = sqlx::query(AssertSqlSafe(sql)).bind(class).bind(community.as_str()).fetch_all(self.db.read()).await?;
                rows.iter().map(|row| item(row, false)).collect()
            }
        }
    }

    /// "Me too": counts, follows, files nothing new; a second time changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is public and open, and somebody is signed in.
    pub async fn join_request(&self, viewer: &Viewer, number: &EventNumber) -> Result<()> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        let mut tx = self.db.write().await?;
        let id: i64 = sqlx::query_scalar("SELECT id FROM request WHERE number = $1 AND visibility = 'public' AND progress = 'open'")
            .bind(number.compact())
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        let fresh =
            sqlx::query("INSERT INTO follow (request, account, kind, at) VALUES ($1, $2, 'me_too', $3) ON CONFLICT (request, account) DO NOTHING")
                .bind(id)
                .bind(account.as_str())
                .bind(self.clock.millis())
                .execute(&mut *tx)
                .await?
                .rows_affected();
        if fresh > 0 {
            sqlx::query("UPDATE request SET me_too = me_too + 1 WHERE id = $1").bind(id).execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}

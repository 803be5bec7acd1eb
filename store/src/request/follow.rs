use domain::area::{AreaCode, Position, distance_m};
use domain::event::class::ClassCode;
use domain::event::number::EventNumber;
use domain::request::{Change, NEAR_METRES, Sight, may_change, sight};
use domain::role::Viewer;
use sqlx::AssertSqlSafe;

use super::change::Said;
use super::list::{COLUMNS, Item, item};
use crate::clock::instant;
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
                // A few cells, and of each the newest: however much is open around, this looks at no more, within the
                // index, and reads the nearest of them. So near by, a plane is good enough to choose on.
                let cells = position.surroundings(NEAR_METRES).cells();
                let one = |place: usize| {
                    format!(
                        "SELECT * FROM (SELECT r.id, r.lat, r.lon FROM request r WHERE r.progress = 'open' AND r.cell = ${place} AND {}r.visibility = 'public'{of_class} \
                         ORDER BY r.id DESC LIMIT {PER_CELL}) AS cell_{place}",
                        self.db.aside()
                    )
                };
                let around = (5..cells.len() + 5).map(one).collect::<Vec<_>>().join(" UNION ALL ");
                let sql = format!(
                    "SELECT {COLUMNS} FROM (SELECT a.id FROM ({around}) a ORDER BY (a.lat - $2) * (a.lat - $2) + (a.lon - $3) * (a.lon - $3) * $4 LIMIT {most}) n \
                     JOIN request r ON r.id = n.id"
                );
                let squeezed = position.lat().to_radians().cos().powi(2);
                let mut query = sqlx::query(AssertSqlSafe(sql)).bind(class).bind(position.lat()).bind(position.lon()).bind(squeezed);
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
                Ok(items)
            }
            Near::Area(area) => {
                let Some(community) = area.community() else { return Ok(Vec::new()) };
                let aside = self.db.aside();
                let of_class = of_class.replace("r.class", &format!("{aside}r.class"));
                let sql = format!(
                    "SELECT {COLUMNS} FROM request r WHERE r.community = $2 AND {aside}r.progress = 'open' AND r.visibility = 'public'{of_class} ORDER BY r.id DESC LIMIT {most}"
                );
                let rows = sqlx::query(AssertSqlSafe(sql)).bind(class).bind(community.as_str()).fetch_all(self.db.read()).await?;
                rows.iter().map(|row| item(row, false)).collect()
            }
        }
    }

    /// "Me too": counts, follows, files nothing new; a second time changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless somebody is signed in and may know of it, [`StoreError::Refused`] if it is one's
    /// own, not public or no longer open.
    pub async fn join_request(&self, viewer: &Viewer, number: &EventNumber) -> Result<()> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        let mut tx = self.db.write().await?;
        let standing = self.standing_of(&mut tx, number).await?;
        if sight(viewer, &standing.subject, false) == Sight::Nothing {
            return Err(StoreError::NotFound);
        }
        let role = may_change(viewer, &standing.subject, false, Change::Joined)?;
        let at = self.clock.millis();
        standing.status.after(Change::Joined, instant(at))?;
        let fresh =
            sqlx::query("INSERT INTO follow (request, account, kind, at) VALUES ($1, $2, 'me_too', $3) ON CONFLICT (request, account) DO NOTHING")
                .bind(standing.id)
                .bind(account.as_str())
                .bind(at)
                .execute(&mut *tx)
                .await?
                .rows_affected();
        if fresh == 0 {
            return Ok(());
        }
        sqlx::query("UPDATE request SET me_too = me_too + 1 WHERE id = $1").bind(standing.id).execute(&mut *tx).await?;
        self.record(&mut tx, &standing, viewer, Said { change: Change::Joined, role, words: "", rating: None, key_hash: None }, at).await?;
        tx.commit().await
    }

    /// A request filed without an account becomes the viewer's own, by its tracking code's proof; a second time changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] without a proof, [`StoreError::Refused`] if it belongs to somebody already.
    pub async fn adopt_request(&self, viewer: &Viewer, number: &EventNumber, proofs: &[String]) -> Result<()> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        if !self.is_tracked(proofs, number) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.db.write().await?;
        let standing = self.standing_of(&mut tx, number).await?;
        if standing.subject.filer.account.as_deref() == Some(account.as_str()) {
            return Ok(());
        }
        let role = may_change(viewer, &standing.subject, true, Change::Adopted)?;
        let at = self.clock.millis();
        // Whoever said "me too" first was the one who filed it: not one more.
        sqlx::query(
            "UPDATE request SET filer = $2, me_too = me_too - (SELECT COUNT(*) FROM follow WHERE request = $1 AND account = $2 AND kind = 'me_too') WHERE id = $1",
        )
        .bind(standing.id)
        .bind(account.as_str())
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO follow (request, account, kind, at) VALUES ($1, $2, 'filer', $3) ON CONFLICT (request, account) DO UPDATE SET kind = 'filer'")
            .bind(standing.id)
            .bind(account.as_str())
            .bind(at)
            .execute(&mut *tx)
            .await?;
        self.record(&mut tx, &standing, viewer, Said { change: Change::Adopted, role, words: "", rating: None, key_hash: None }, at).await?;
        tx.commit().await
    }
}

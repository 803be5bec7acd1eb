//! The photos of a batch of requests: counted, locked and claimed together.

use std::collections::{BTreeSet, HashMap};

use sqlx::{AssertSqlSafe, Row as _};

use super::batch::Prepared;
use crate::Result;
use crate::database::{Database, Write, places};

/// How many photos were sent with each form, and which one stands for the request in lists. A form is registered once
/// for an account and once without: of two in one batch the first has the photos.
///
/// They are locked, in order: another submission of the same form must not count them too.
pub(super) async fn find_photos(db: &Database, tx: &mut Write, batch: &mut [Prepared], fresh: &[usize]) -> Result<()> {
    let drafts: BTreeSet<String> =
        fresh.iter().map(|&index| &batch[index]).filter(|one| one.request.photos > 0).map(|one| one.draft.clone()).collect();
    if drafts.is_empty() {
        return Ok(());
    }
    let sql =
        format!("SELECT draft, id FROM photo WHERE draft IN ({}) AND request IS NULL ORDER BY draft, id{}", places(1, drafts.len()), db.for_update());
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for draft in &drafts {
        query = query.bind(draft);
    }
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    for row in query.fetch_all(&mut **tx).await? {
        found.entry(row.try_get("draft")?).or_default().push(row.try_get("id")?);
    }
    for &index in fresh {
        let Prepared { request, draft, .. } = &mut batch[index];
        if request.photos > 0 {
            let ids = found.remove(draft).unwrap_or_default();
            request.photos = i64::try_from(ids.len()).unwrap_or(0);
            request.cover = ids.into_iter().next();
        }
    }
    Ok(())
}

/// The photos become the requests', in the same transaction.
pub(super) async fn claim_photos(tx: &mut Write, batch: &[Prepared], fresh: &[usize]) -> Result<()> {
    let with: Vec<&Prepared> = fresh.iter().map(|&index| &batch[index]).filter(|one| one.request.photos > 0).collect();
    if with.is_empty() {
        return Ok(());
    }
    let count = with.len();
    let whens = (1..=count).map(|place| format!("WHEN ${place} THEN CAST(${} AS BIGINT)", place + count)).collect::<Vec<_>>().join(" ");
    let sql = format!("UPDATE photo SET request = CASE draft {whens} END WHERE draft IN ({}) AND request IS NULL", places(1, count));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for one in &with {
        query = query.bind(&one.draft);
    }
    for one in &with {
        query = query.bind(one.request.id);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

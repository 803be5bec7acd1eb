//! What is counted: serials, and tries.

use std::collections::BTreeMap;

use domain::area::AreaCode;
use domain::event::number::EventNumber;

use super::batch::Prepared;
use crate::database::Write;
use crate::{Result, StoreError};

/// Gives dense serials per subdistrict and day. The counters' rows stay locked until the transaction ends: whoever
/// rolls back leaves no gap. They are taken in order, so that two processes never wait for each other in a circle.
pub(super) async fn number(tx: &mut Write, batch: &mut [Prepared], fresh: &[usize]) -> Result<()> {
    let mut groups: BTreeMap<(AreaCode, chrono::NaiveDate), Vec<usize>> = BTreeMap::new();
    for &index in fresh {
        let prepared = &batch[index];
        let subdistrict = EventNumber::counted_in(&prepared.area).map_err(|_| StoreError::Stored {
            table: "request",
            column: "area",
            row: prepared.request.key_hash.clone(),
            value: prepared.area.to_string(),
        })?;
        groups.entry((subdistrict, prepared.day)).or_default().push(index);
    }
    for ((subdistrict, day), members) in groups {
        let count = i64::try_from(members.len()).unwrap_or(i64::MAX);
        let last: i64 = sqlx::query_scalar(
            "INSERT INTO serial (subdistrict, day, last) VALUES ($1, $2, $3) ON CONFLICT (subdistrict, day) DO UPDATE SET last = serial.last + $3 RETURNING last",
        )
        .bind(subdistrict.as_str())
        .bind(day.to_string())
        .bind(count)
        .fetch_one(&mut **tx)
        .await?;
        for (index, serial) in members.into_iter().zip(last - count + 1..) {
            let prepared = &mut batch[index];
            let number = u32::try_from(serial).ok().and_then(|serial| EventNumber::new(&prepared.area, day, serial).ok()).ok_or_else(|| {
                StoreError::Stored { table: "serial", column: "last", row: format!("{subdistrict} {day}"), value: serial.to_string() }
            })?;
            prepared.request.number = number.compact();
            prepared.request.track_hash = prepared.track.as_ref().map(|(code, secret)| secret.track_hash(&prepared.request.number, code));
        }
    }
    Ok(())
}

/// Counts towards the rate limits, in the same commit; in order, so that two processes never wait in a circle.
pub(super) async fn count_tries(tx: &mut Write, batch: &[Prepared], fresh: &[usize], now: i64) -> Result<()> {
    let mut buckets: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for &index in fresh {
        if let Some((bucket, window)) = &batch[index].counts {
            buckets.entry(bucket).or_insert((0, *window)).0 += 1;
        }
    }
    for (bucket, (count, window)) in buckets {
        sqlx::query(
            "INSERT INTO attempt (bucket, count, resets_at) VALUES ($1, $2, $3) ON CONFLICT (bucket) DO UPDATE SET \
             count = CASE WHEN attempt.resets_at <= $4 THEN $2 ELSE attempt.count + $2 END, \
             resets_at = CASE WHEN attempt.resets_at <= $4 THEN $3 ELSE attempt.resets_at END",
        )
        .bind(bucket.to_owned())
        .bind(count)
        .bind(now + window)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

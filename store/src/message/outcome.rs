//! What became of a message that was taken.

use rand::Rng;
use sqlx::Row as _;

use crate::account::CODE_MINUTES;
use crate::{Result, Store};

/// After so many tries in vain a message is parked: that is two days later.
const MOST_TRIES: i64 = 9;

impl Store {
    /// The receiver has the message.
    ///
    /// # Errors
    /// If the database does not answer; then the message becomes unsure, and is not sent again.
    pub async fn message_sent(&self, id: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE message SET state = 'sent', sent_at = $1, code = NULL, trouble = NULL WHERE id = $2 AND state IN ('taken', 'unsure')")
            .bind(self.clock.millis())
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Nobody knows whether the receiver has the message: it is not sent again.
    ///
    /// # Errors
    /// If the database does not answer; then the message becomes unsure all the same.
    pub async fn message_unsure(&self, id: &str, trouble: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE message SET state = 'unsure', code = NULL, trouble = $1 WHERE id = $2 AND state = 'taken'")
            .bind(trouble)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// The receiver does not have the message: it waits longer each time, up to a day, and is parked after nine tries
    /// or at once where another try can't help. `trouble` is kept for the operator and names no recipient.
    ///
    /// # Errors
    /// If the database does not answer; then the message becomes unsure.
    pub async fn message_failed(&self, id: &str, trouble: &str, retry: bool) -> Result<()> {
        let now = self.clock.millis();
        let mut tx = self.db.write().await?;
        let row =
            sqlx::query("SELECT tries, notice FROM message WHERE id = $1 AND state IN ('taken', 'unsure')").bind(id).fetch_optional(&mut *tx).await?;
        let Some(row) = row else { return Ok(()) };
        let tries: i64 = row.try_get("tries")?;
        let is_code = row.try_get::<Option<String>, _>("notice")?.is_none();
        let due = now + wait(tries, rand::rng().next_u32());
        // A code that holds no longer is of no use to anybody.
        let useless = is_code && made_at(id).is_some_and(|made| due - made > CODE_MINUTES * 60_000);
        if retry && tries < MOST_TRIES && !useless {
            sqlx::query("UPDATE message SET state = 'waiting', due_at = $1, trouble = $2 WHERE id = $3")
                .bind(due)
                .bind(trouble)
                .bind(id)
                .execute(&mut *tx)
                .await?;
        } else {
            sqlx::query("UPDATE message SET state = 'parked', code = NULL, trouble = $1 WHERE id = $2")
                .bind(trouble)
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await
    }
}

/// Milliseconds until the next try: half a minute, four times longer each time, a day at most; a fifth more or less by
/// chance, so that what failed together does not come back together.
fn wait(tries: i64, chance: u32) -> i64 {
    let power = u32::try_from(tries.clamp(1, 8) - 1).unwrap_or_default();
    let base = (30_000 * 4i64.pow(power)).min(86_400_000);
    // From 80 % to 100 %: a day stays the most.
    base * 4 / 5 + base / 5 * i64::from(chance % 1024) / 1024
}

/// When the id was made: a UUIDv7 begins with its milliseconds.
fn made_at(id: &str) -> Option<i64> {
    let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(12).collect();
    i64::from_str_radix(&digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_to_a_day() {
        let mut before = 0;
        for tries in 1..=20 {
            for chance in [0, 500, u32::MAX] {
                assert!((24_000..=86_400_000).contains(&wait(tries, chance)), "{tries}");
            }
            assert!(wait(tries, 0) >= before);
            before = wait(tries, 0);
        }
        assert!(wait(20, 0) > 69_000_000);
    }

    #[test]
    fn an_id_tells_when_it_was_made() {
        assert_eq!(made_at(&crate::ids::uuid(1_795_500_000_123)), Some(1_795_500_000_123));
    }
}

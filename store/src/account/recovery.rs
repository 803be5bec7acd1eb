use chrono::{DateTime, Utc};
use domain::account::{AccountName, Called, PasswordError, PasswordRule, may_give_code};
use domain::limit::{RECOVERY_ADDRESS, RECOVERY_NAME};
use domain::role::Viewer;
use sqlx::Row as _;

use super::{counted, find, grants, home};
use crate::clock::instant;
use crate::database::Write;
use crate::notice::News;
use crate::secret::random_digits;
use crate::{Result, Store, ids};

/// How many digits a recovery code has.
pub const CODE_DIGITS: usize = 6;
/// How long a code holds, in minutes.
pub const CODE_MINUTES: i64 = 30;
/// How often a code may be typed wrongly.
pub const CODE_TRIES: i64 = 5;

/// What came of giving a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// The code, to be handed over on paper or read aloud, and until when it holds.
    Code(String, DateTime<Utc>),
    /// Nobody is called so, or not for this viewer to help.
    NotYours,
}

/// What came of setting a new password with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reset {
    /// Done: the token of the one session that holds now.
    Done(String),
    /// The code does not fit: mistyped, used, expired, tried too often, or the name is another.
    WrongCode,
    /// The new password is too weak.
    Weak(PasswordError),
}

impl Store {
    /// Sends a code to the account's phone where texts can be sent. The answer is the same for every name.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] after too many for the name or from the address.
    pub async fn ask_code(&self, name: &str, address: &str) -> Result<()> {
        let who = counted(name);
        self.attempt(RECOVERY_ADDRESS, address).await?;
        self.attempt(RECOVERY_NAME, &who).await?;
        let row = match Called::parse(name) {
            Ok(called) if self.settings.texts => find(self.db.read(), &called).await?,
            _ => None,
        };
        let phone: Option<String> = row.as_ref().map(|row| row.try_get("phone")).transpose()?.flatten();
        let (Some(row), Some(phone)) = (row, phone) else { return self.even_out(RECOVERY_NAME, &who).await };
        let account: String = row.try_get("id")?;
        let now = self.clock.millis();
        let mut tx = self.db.write().await?;
        let code = self.put_code(&mut tx, &account, None).await?;
        sqlx::query(
            "INSERT INTO message (id, account, channel, recipient, code, digest, due_at, state, tries) VALUES ($1, $2, 'text', $3, $4, 0, $5, 'waiting', 0)",
        )
        .bind(ids::uuid(now))
        .bind(account)
        .bind(phone)
        .bind(code)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// Gives a code to somebody the viewer has looked at; who gave it is recorded, and the account is told.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn give_code(&self, viewer: &Viewer, name: &str) -> Result<Given> {
        let Ok(called) = Called::parse(name) else { return Ok(Given::NotYours) };
        let mut tx = self.db.write().await?;
        let Some(row) = find(&mut *tx, &called).await? else { return Ok(Given::NotYours) };
        let account: String = row.try_get("id")?;
        let (home, held) = (home(&row)?, grants(&mut *tx, &account).await?);
        let Some(giver) = viewer
            .account
            .as_ref()
            .filter(|giver| giver.as_str() != account && may_give_code(viewer, home.as_ref(), &held, &self.district().organisations))
        else {
            return Ok(Given::NotYours);
        };
        // The slip of paper given before no longer opens anything.
        sqlx::query("UPDATE recovery SET expires_at = 0 WHERE account = $1 AND given_by IS NOT NULL AND used_at IS NULL")
            .bind(&account)
            .execute(&mut *tx)
            .await?;
        let code = self.put_code(&mut tx, &account, Some(giver.as_str())).await?;
        let now = self.clock.millis();
        let news = News { account, kind: "code_given", request: None, words: "" };
        crate::notice::put(&mut tx, self, &row, &news, now).await?;
        tx.commit().await?;
        Ok(Given::Code(code, instant(now + CODE_MINUTES * 60_000)))
    }

    async fn put_code(&self, tx: &mut Write, account: &str, given_by: Option<&str>) -> Result<String> {
        let now = self.clock.millis();
        let id = ids::uuid(now);
        let code = random_digits(CODE_DIGITS);
        sqlx::query("INSERT INTO recovery (id, account, code_hash, given_by, created_at, expires_at, tries) VALUES ($1, $2, $3, $4, $5, $6, 0)")
            .bind(&id)
            .bind(account)
            .bind(self.seal_code(&id, &code))
            .bind(given_by)
            .bind(now)
            .bind(now + CODE_MINUTES * 60_000)
            .execute(&mut **tx)
            .await?;
        Ok(code)
    }

    /// Ends the codes that could still open an account: with another password or role it is not the one that whoever
    /// gave them looked at.
    pub(super) async fn end_codes(&self, tx: &mut Write, account: &str) -> Result<()> {
        sqlx::query("UPDATE recovery SET expires_at = $1 WHERE account = $2 AND expires_at > $1")
            .bind(self.clock.millis())
            .bind(account)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Six digits are guessed from a plain hash at once: theirs is keyed with the installation's secret.
    fn seal_code(&self, id: &str, code: &str) -> String {
        self.secret.seal("recovery", &format!("{id} {code}"))
    }

    /// Sets a new password with a code: all sessions end, and a new one begins.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] after too many tries from the address.
    pub async fn reset_password(&self, name: &str, code: &str, new: &str, address: &str, device: &str) -> Result<Reset> {
        let called = Called::parse(name).ok();
        let rule = PasswordRule::default();
        if let Err(weak) = rule.check(new, called.as_ref().and_then(Called::name), called.as_ref().and_then(Called::phone)) {
            return Ok(Reset::Weak(weak));
        }
        self.attempt(RECOVERY_ADDRESS, address).await?;
        // Hashed before it is known whether the code fits, so that time does not tell.
        let hash = self.passwords.hash(new).await?;
        let mut tx = self.db.write().await?;
        let row = match &called {
            Some(called) => find(&mut *tx, called).await?,
            None => None,
        };
        let account: String = row.as_ref().map(|row| row.try_get("id")).transpose()?.unwrap_or_default();
        let now = self.clock.millis();
        let sql = format!(
            "SELECT id, code_hash FROM recovery WHERE account = $1 AND used_at IS NULL AND expires_at > $2 AND tries < $3 ORDER BY created_at DESC LIMIT 8{}",
            self.db.for_update()
        );
        let live = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&account).bind(now).bind(CODE_TRIES).fetch_all(&mut *tx).await?;
        let mut fitting = None;
        for row in &live {
            let (id, kept): (String, String) = (row.try_get("id")?, row.try_get("code_hash")?);
            if self.seal_code(&id, code) == kept {
                fitting = Some(id);
            }
        }
        let (Some(id), Some(row)) = (fitting, row) else {
            // One wrong try is counted on every code that could have been meant.
            sqlx::query("UPDATE recovery SET tries = tries + 1 WHERE account = $1 AND used_at IS NULL AND expires_at > $2")
                .bind(&account)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            if live.is_empty() {
                self.even_out(RECOVERY_ADDRESS, address).await?;
            }
            return Ok(Reset::WrongCode);
        };
        // Known by phone, called by name, or the other way round: only now may the rule know the other one.
        let (other, phone): (Option<String>, Option<String>) = (row.try_get("name")?, row.try_get("phone")?);
        let other = other.and_then(|name| AccountName::parse(&name).ok());
        if let Err(weak) = rule.check(new, other.as_ref(), phone.and_then(|phone| domain::text::Phone::parse(&phone).ok()).as_ref()) {
            return Ok(Reset::Weak(weak));
        }
        sqlx::query("UPDATE recovery SET used_at = $1 WHERE id = $2").bind(now).bind(id).execute(&mut *tx).await?;
        sqlx::query("UPDATE recovery SET expires_at = 0 WHERE account = $1 AND used_at IS NULL").bind(&account).execute(&mut *tx).await?;
        sqlx::query("UPDATE account SET password = $1 WHERE id = $2").bind(hash).bind(&account).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM session WHERE account = $1").bind(&account).execute(&mut *tx).await?;
        let token = self.open_session(&mut tx, &account, device, None).await?;
        tx.commit().await?;
        self.forget_attempts(domain::limit::SIGN_IN_ANYWHERE, &counted(name)).await?;
        self.forget_attempts(domain::limit::SIGN_IN_NAME, &format!("{} {address}", counted(name))).await?;
        Ok(Reset::Done(token))
    }
}

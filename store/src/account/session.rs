use chrono::{DateTime, Utc};
use domain::account::Called;
use domain::area::AreaCode;
use domain::limit::{SIGN_IN_ADDRESS, SIGN_IN_ANYWHERE, SIGN_IN_NAME};
use domain::role::{Grant, Viewer};
use sqlx::Row as _;

use super::{counted, find, grants, home, label, password};
use crate::clock::instant;
use crate::database::Write;
use crate::{Result, Store, hash, random_key};

/// A session ends after so many days without use.
pub const SESSION_DAYS: i64 = 30;
/// When a session was last seen is written at most this often, in milliseconds: pages stay reads.
const SEEN_EVERY: i64 = 10 * 60 * 1000;
const DAY: i64 = 24 * 3600 * 1000;

/// A session that holds.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its id, the hash of the token in the cookie.
    pub id: String,
    /// The account's id.
    pub account: String,
    /// What to call the account: its name, or the phone's last digits.
    pub label: String,
    /// The home community, once set.
    pub home: Option<AreaCode>,
    /// Notices not read yet, at most a hundred.
    pub unread: i64,
    /// The account's roles.
    pub grants: Vec<Grant>,
    /// Whether its thirty days begin anew with this visit: then the cookie's do, too.
    pub renewed: bool,
}

/// A device on which the account is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The session's id.
    pub id: String,
    /// System and browser, as the device said when it signed in.
    pub device: String,
    /// When it signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last seen, to ten minutes.
    pub seen_at: DateTime<Utc>,
}

/// Somebody who wants to sign in.
#[derive(Clone, Copy, Debug)]
pub struct Knock<'a> {
    /// The phone number or name as typed.
    pub name: &'a str,
    /// The password as typed.
    pub password: &'a str,
    /// Where from, for the limit.
    pub address: &'a str,
    /// System and browser, for the list of devices.
    pub device: &'a str,
    /// The session this device has now, which ends.
    pub token: Option<&'a str>,
}

/// What came of a try to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The token for the cookie.
    Done(String),
    /// Name and password do not belong together; so many tries are left for this name, known or not.
    Wrong(i64),
}

impl Store {
    /// The session of a token, with what every page needs to know of the person: one query, and one for the roles.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let now = self.clock.millis();
        let row = sqlx::query(
            "SELECT s.id, s.seen_at, s.account, a.name, a.phone, a.home_area, \
             (SELECT COUNT(*) FROM (SELECT 1 FROM notice n WHERE n.account = s.account AND n.read_at IS NULL LIMIT 100) AS waiting) AS unread \
             FROM session s JOIN account a ON a.id = s.account WHERE s.id = $1 AND s.expires_at > $2 AND a.deleted_at IS NULL",
        )
        .bind(hash(token))
        .bind(now)
        .fetch_optional(self.db.read())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, account, seen): (String, String, i64) = (row.try_get("id")?, row.try_get("account")?, row.try_get("seen_at")?);
        let grants = grants(self.db.read(), &account).await?;
        let mut renewed = false;
        if now - seen >= SEEN_EVERY {
            // A page is shown even where its visit can't be written down.
            match self.seen(&id, now).await {
                Ok(()) => renewed = true,
                Err(error) => tracing::warn!(%error, "a session's last visit was not written"),
            }
        }
        Ok(Some(Session { label: label(&row)?, home: home(&row)?, unread: row.try_get("unread")?, grants, renewed, id, account }))
    }

    async fn seen(&self, id: &str, now: i64) -> Result<()> {
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE session SET seen_at = $1, expires_at = $2 WHERE id = $3")
            .bind(now)
            .bind(now + SESSION_DAYS * DAY)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Signs in where name and password belong together. Tries are counted before anything is looked up, and an unknown name costs the same time as a known one.
    ///
    /// # Errors
    /// [`crate::StoreError::TooMany`] after too many tries for the name or from the address, or when too many wait.
    pub async fn sign_in(&self, knock: &Knock<'_>) -> Result<SignIn> {
        let anywhere = counted(knock.name);
        let here = format!("{anywhere} {}", knock.address);
        self.attempt(SIGN_IN_ADDRESS, knock.address).await?;
        let left = self.attempt(SIGN_IN_NAME, &here).await?;
        self.attempt(SIGN_IN_ANYWHERE, &anywhere).await?;
        let row = match Called::parse(knock.name) {
            Ok(called) => find(self.db.read(), &called).await?,
            Err(_) => None,
        };
        let stored: Option<String> = row.as_ref().map(|row| row.try_get("password")).transpose()?;
        let right = self.passwords.verify(knock.password, stored.clone()).await?;
        let (Some(row), Some(stored), true) = (row, stored, right) else { return Ok(SignIn::Wrong(left)) };
        let account: String = row.try_get("id")?;
        let upgraded = if password::is_old(&stored) { self.passwords.hash(knock.password).await? } else { stored.clone() };
        let mut tx = self.db.write().await?;
        // Whoever changed the password meanwhile has ended all sessions; this one must not slip in behind.
        let held = sqlx::query("UPDATE account SET password = $1 WHERE id = $2 AND password = $3")
            .bind(upgraded)
            .bind(&account)
            .bind(stored)
            .execute(&mut *tx)
            .await?;
        if held.rows_affected() == 0 {
            return Ok(SignIn::Wrong(left));
        }
        let token = self.open_session(&mut tx, &account, knock.device, knock.token).await?;
        tx.commit().await?;
        self.forget_attempts(SIGN_IN_NAME, &here).await?;
        self.forget_attempts(SIGN_IN_ANYWHERE, &anywhere).await?;
        Ok(SignIn::Done(token))
    }

    /// A new session; the one this device had ends.
    pub(super) async fn open_session(&self, tx: &mut Write, account: &str, device: &str, old: Option<&str>) -> Result<String> {
        let now = self.clock.millis();
        if let Some(old) = old {
            sqlx::query("DELETE FROM session WHERE id = $1").bind(hash(old)).execute(&mut **tx).await?;
        }
        let token = random_key();
        sqlx::query("INSERT INTO session (id, account, device, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)")
            .bind(hash(&token))
            .bind(account)
            .bind(device.chars().take(80).collect::<String>())
            .bind(now)
            .bind(now + SESSION_DAYS * DAY)
            .execute(&mut **tx)
            .await?;
        Ok(token)
    }

    /// Signs out: the token opens nothing any more.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        sqlx::query("DELETE FROM session WHERE id = $1").bind(hash(token)).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// Where the viewer is signed in, the last seen first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn devices(&self, viewer: &Viewer) -> Result<Vec<Device>> {
        let Some(account) = &viewer.account else { return Ok(Vec::new()) };
        let rows = sqlx::query(
            "SELECT id, device, created_at, seen_at FROM session WHERE account = $1 AND expires_at > $2 ORDER BY seen_at DESC, id LIMIT 50",
        )
        .bind(account.as_str())
        .bind(self.clock.millis())
        .fetch_all(self.db.read())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Device {
                    id: row.try_get("id")?,
                    device: row.try_get("device")?,
                    created_at: instant(row.try_get("created_at")?),
                    seen_at: instant(row.try_get("seen_at")?),
                })
            })
            .collect()
    }

    /// Ends one of the viewer's sessions.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_session(&self, viewer: &Viewer, id: &str) -> Result<()> {
        let Some(account) = &viewer.account else { return Ok(()) };
        let mut tx = self.db.write().await?;
        sqlx::query("DELETE FROM session WHERE id = $1 AND account = $2").bind(id).bind(account.as_str()).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// Ends all of the viewer's sessions but one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn end_other_sessions(&self, viewer: &Viewer, keep: &str) -> Result<()> {
        let Some(account) = &viewer.account else { return Ok(()) };
        let mut tx = self.db.write().await?;
        sqlx::query("DELETE FROM session WHERE account = $1 AND id <> $2").bind(account.as_str()).bind(keep).execute(&mut *tx).await?;
        tx.commit().await
    }
}

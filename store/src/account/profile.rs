use chrono::{DateTime, Utc};
use domain::account::{AccountName, PasswordError, PasswordRule, is_mail};
use domain::area::{AreaCode, Level};
use domain::limit::SIGN_IN_NAME;
use domain::notice::{Quiet, Tell};
use domain::request::Refusal;
use domain::role::Viewer;
use domain::text::Phone;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::{COLUMNS, home};
use crate::clock::instant;
use crate::{Result, Store, StoreError};

/// The own account as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The name, where there is one.
    pub name: Option<String>,
    /// The phone, where there is one.
    pub phone: Option<Phone>,
    /// The home community, once set.
    pub home: Option<AreaCode>,
    /// How the person wants to be told.
    pub preferences: Preferences,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

/// How a person wants to be told outside the portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// At once, daily or not.
    pub tell: Tell,
    /// When no message may come.
    pub quiet: Quiet,
    /// Where mail goes, if anywhere.
    pub mail: Option<String>,
    /// The language of messages, `zh` or `en`.
    pub language: String,
}

/// What came of something that asks for the password again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// The password is not the account's.
    WrongPassword,
    /// The new password is too weak.
    Weak(PasswordError),
}

fn profile(row: &AnyRow) -> Result<Profile> {
    let stored =
        |column: &'static str, value: &str| StoreError::Stored { table: "account", column, row: "an account".into(), value: value.to_owned() };
    let phone: Option<String> = row.try_get("phone")?;
    let tell: String = row.try_get("tell")?;
    let hour = |column: &str| row.try_get::<i64, _>(column).map(|hour| u32::try_from(hour).unwrap_or_default());
    Ok(Profile {
        name: row.try_get("name")?,
        phone: phone.map(|phone| Phone::parse(&phone).map_err(|_| stored("phone", "…"))).transpose()?,
        home: home(row)?,
        preferences: Preferences {
            tell: Tell::parse(&tell).ok_or_else(|| stored("tell", &tell))?,
            quiet: Quiet::new(hour("quiet_from")?, hour("quiet_to")?).unwrap_or_default(),
            mail: row.try_get("mail")?,
            language: row.try_get("language")?,
        },
        created_at: instant(row.try_get("created_at")?),
    })
}

impl Store {
    async fn own(&self, viewer: &Viewer) -> Result<(String, AnyRow)> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?.as_str().to_owned();
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM account WHERE id = $1 AND deleted_at IS NULL")))
            .bind(&account)
            .fetch_optional(self.db.read())
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok((account, row))
    }

    /// The viewer's own account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a visitor.
    pub async fn profile(&self, viewer: &Viewer) -> Result<Profile> {
        profile(&self.own(viewer).await?.1)
    }

    /// Whether the password is the viewer's; tries are counted like those of signing in.
    async fn own_password(&self, viewer: &Viewer, password: &str) -> Result<Option<(String, AnyRow)>> {
        let (account, row) = self.own(viewer).await?;
        self.attempt(SIGN_IN_NAME, &account).await?;
        if !self.passwords.verify(password, Some(row.try_get("password")?)).await? {
            return Ok(None);
        }
        self.forget_attempts(SIGN_IN_NAME, &account).await?;
        Ok(Some((account, row)))
    }

    /// Changes the password; every session but `keep` ends.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] after too many wrong ones.
    pub async fn change_password(&self, viewer: &Viewer, keep: &str, old: &str, new: &str) -> Result<Changed> {
        let Some((account, row)) = self.own_password(viewer, old).await? else { return Ok(Changed::WrongPassword) };
        let known = profile(&row)?;
        let name = known.name.as_deref().and_then(|name| AccountName::parse(name).ok());
        if let Err(weak) = PasswordRule::default().check(new, name.as_ref(), known.phone.as_ref()) {
            return Ok(Changed::Weak(weak));
        }
        let hash = self.passwords.hash(new).await?;
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE account SET password = $1 WHERE id = $2 AND deleted_at IS NULL").bind(hash).bind(&account).execute(&mut *tx).await?;
        sqlx::query("DELETE FROM session WHERE account = $1 AND id <> $2").bind(&account).bind(keep).execute(&mut *tx).await?;
        self.end_codes(&mut tx, &account).await?;
        tx.commit().await?;
        Ok(Changed::Done)
    }

    /// Sets the home community, once.
    ///
    /// # Errors
    /// Refused when it is set already; [`StoreError::NotFound`] when it is no community of this district.
    pub async fn set_home(&self, viewer: &Viewer, area: &AreaCode) -> Result<()> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        let areas = self.district().areas.clone();
        if area.level() != Level::Community || !areas.in_district(area) {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.db.write().await?;
        let set = sqlx::query("UPDATE account SET home_area = $1 WHERE id = $2 AND home_area IS NULL AND deleted_at IS NULL")
            .bind(area.as_str())
            .bind(account.as_str())
            .execute(&mut *tx)
            .await?;
        if set.rows_affected() == 0 {
            return Err(Refusal::NotNow.into());
        }
        tx.commit().await
    }

    /// Keeps how the viewer wants to be told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a visitor or a mail address that is none.
    pub async fn set_preferences(&self, viewer: &Viewer, wanted: &Preferences) -> Result<()> {
        let account = viewer.account.as_ref().ok_or(StoreError::NotFound)?;
        if wanted.mail.as_deref().is_some_and(|mail| !is_mail(mail)) || !matches!(wanted.language.as_str(), "zh" | "en") {
            return Err(StoreError::NotFound);
        }
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE account SET tell = $1, quiet_from = $2, quiet_to = $3, mail = $4, language = $5 WHERE id = $6 AND deleted_at IS NULL")
            .bind(wanted.tell.as_str())
            .bind(i64::from(wanted.quiet.from))
            .bind(i64::from(wanted.quiet.to))
            .bind(wanted.mail.clone())
            .bind(&wanted.language)
            .bind(account.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Deletes the account: what says who the person is goes, what the person asked of the district stays without it.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] after too many wrong passwords.
    pub async fn delete_account(&self, viewer: &Viewer, password: &str) -> Result<Changed> {
        let Some((account, _)) = self.own_password(viewer, password).await? else { return Ok(Changed::WrongPassword) };
        let mut tx = self.db.write().await?;
        // The own entries in the history of the own requests lose the link while the requests still have it.
        for statement in [
            "UPDATE request_history SET account = NULL WHERE account = $1 AND change <> 'joined' AND request IN (SELECT id FROM request WHERE filer = $1)",
            "UPDATE request SET filer = NULL, phone = NULL WHERE filer = $1",
            "UPDATE report SET reporter = NULL WHERE reporter = $1",
            "DELETE FROM message WHERE account = $1",
            "DELETE FROM notice WHERE account = $1",
            "DELETE FROM follow WHERE account = $1",
            "DELETE FROM session WHERE account = $1",
            "DELETE FROM role_grant WHERE account = $1",
        ] {
            sqlx::query(statement).bind(&account).execute(&mut *tx).await?;
        }
        sqlx::query("UPDATE account SET name = NULL, phone = NULL, mail = NULL, home_area = NULL, password = '', deleted_at = $1 WHERE id = $2")
            .bind(self.clock.millis())
            .bind(&account)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Changed::Done)
    }
}

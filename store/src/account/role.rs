use domain::account::{Called, may_grant};
use domain::area::AreaCode;
use domain::role::{Grant, Role, Viewer};
use sqlx::Row as _;

use super::{find, grants, home, label};
use crate::database::Write;
use crate::{Result, Store, StoreError};

/// An account as a supervisor finds it by its exact name or phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: String,
    /// Its name, or the last digits of its phone.
    pub label: String,
    /// Its home community.
    pub home: Option<AreaCode>,
    /// Its roles.
    pub grants: Vec<Granted>,
}

/// A role as granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Role and scope.
    pub grant: Grant,
    /// Who granted it: a name or the last digits of a phone; absent where the command line did, or who did is gone.
    pub by: Option<String>,
    /// When.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// What came of granting or taking a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granting {
    /// Done, or it was so already.
    Done,
    /// The area or organisation is none of the viewer's.
    Outside,
    /// It would leave the viewer without a supervisor's role.
    LastOwn,
    /// The role is none that is held there ([`Role::fits`]).
    Unfit,
    /// There was no such role to take.
    NotHeld,
}

impl Store {
    /// The account with this exact phone or name, with its roles: for supervisors only.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none, or the viewer supervises nothing.
    pub async fn find_account(&self, viewer: &Viewer, name: &str) -> Result<Found> {
        let called = Called::parse(name).ok().filter(|_| viewer.holds_somewhere(Role::Supervisor)).ok_or(StoreError::NotFound)?;
        let row = find(self.db.read(), &called).await?.ok_or(StoreError::NotFound)?;
        let id: String = row.try_get("id")?;
        let rows = sqlx::query(
            "SELECT g.role, g.scope, g.granted_at, b.name, b.phone FROM role_grant g LEFT JOIN account b ON b.id = g.granted_by WHERE g.account = $1 ORDER BY g.granted_at, g.role, g.scope",
        )
        .bind(&id)
        .fetch_all(self.db.read())
        .await?;
        let granted = rows
            .iter()
            .map(|row| {
                let (role, scope): (String, String) = (row.try_get("role")?, row.try_get("scope")?);
                let stored =
                    |column: &'static str, value: &str| StoreError::Stored { table: "role_grant", column, row: id.clone(), value: value.to_owned() };
                Ok(Granted {
                    grant: Grant {
                        role: role.parse().map_err(|_| stored("role", &role))?,
                        scope: scope.parse().map_err(|_| stored("scope", &scope))?,
                    },
                    by: Some(label(row)?).filter(|by| !by.is_empty()),
                    at: crate::clock::instant(row.try_get("granted_at")?),
                })
            })
            .collect::<Result<_>>()?;
        Ok(Found { label: label(&row)?, home: home(&row)?, grants: granted, id })
    }

    /// Grants a role in an area of the viewer's, or for an organisation that works there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such account.
    pub async fn grant_role(&self, viewer: &Viewer, account: &str, grant: &Grant) -> Result<Granting> {
        if !grant.role.fits(&grant.scope) {
            return Ok(Granting::Unfit);
        }
        if !may_grant(viewer, &grant.scope, &self.district().organisations) {
            return Ok(Granting::Outside);
        }
        let mut tx = self.db.write().await?;
        self.account_is_there(&mut tx, account).await?;
        self.put_grant(&mut tx, account, grant, viewer.account.as_ref().map(|by| by.as_str())).await?;
        tx.commit().await?;
        log(viewer, account, grant, "a role was granted");
        Ok(Granting::Done)
    }

    /// Takes a role in an area of the viewer's, or for an organisation that works there.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn revoke_role(&self, viewer: &Viewer, account: &str, grant: &Grant) -> Result<Granting> {
        if !may_grant(viewer, &grant.scope, &self.district().organisations) {
            return Ok(Granting::Outside);
        }
        let mut tx = self.db.write().await?;
        let own = viewer.account.as_ref().is_some_and(|own| own.as_str() == account);
        if own && grant.role == Role::Supervisor {
            // Taken away twice at once, the second must see what the first left.
            self.account_is_there(&mut tx, account).await?;
            let left = grants(&mut *tx, account).await?.iter().filter(|held| held.role == Role::Supervisor && *held != grant).count();
            if left == 0 {
                return Ok(Granting::LastOwn);
            }
        }
        if !self.drop_grant(&mut tx, account, grant).await? {
            return Ok(Granting::NotHeld);
        }
        tx.commit().await?;
        log(viewer, account, grant, "a role was taken");
        Ok(Granting::Done)
    }

    /// Grants or takes a role from the command line, where nobody has to hold anything.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such account.
    pub async fn set_role(&self, name: &str, grant: &Grant, revoke: bool) -> Result<Granting> {
        if !revoke && !grant.role.fits(&grant.scope) {
            return Ok(Granting::Unfit);
        }
        let called = Called::parse(name).map_err(|_| StoreError::NotFound)?;
        let mut tx = self.db.write().await?;
        let row = find(&mut *tx, &called).await?.ok_or(StoreError::NotFound)?;
        let account: String = row.try_get("id")?;
        if !revoke {
            self.put_grant(&mut tx, &account, grant, None).await?;
        } else if !self.drop_grant(&mut tx, &account, grant).await? {
            return Ok(Granting::NotHeld);
        }
        tx.commit().await?;
        Ok(Granting::Done)
    }

    /// That the account exists, and that nobody else changes its roles until this transaction ends.
    async fn account_is_there(&self, tx: &mut Write, account: &str) -> Result<()> {
        let sql = format!("SELECT id FROM account WHERE id = $1 AND deleted_at IS NULL{}", self.db.for_update());
        let found: Option<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(account).fetch_optional(&mut **tx).await?;
        found.map(drop).ok_or(StoreError::NotFound)
    }

    async fn put_grant(&self, tx: &mut Write, account: &str, grant: &Grant, by: Option<&str>) -> Result<()> {
        sqlx::query("INSERT INTO role_grant (account, role, scope, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account, role, scope) DO NOTHING")
            .bind(account)
            .bind(grant.role.as_str())
            .bind(grant.scope.to_string())
            .bind(by)
            .bind(self.clock.millis())
            .execute(&mut **tx)
            .await?;
        self.end_codes(tx, account).await
    }

    async fn drop_grant(&self, tx: &mut Write, account: &str, grant: &Grant) -> Result<bool> {
        let gone = sqlx::query("DELETE FROM role_grant WHERE account = $1 AND role = $2 AND scope = $3")
            .bind(account)
            .bind(grant.role.as_str())
            .bind(grant.scope.to_string())
            .execute(&mut **tx)
            .await?
            .rows_affected();
        Ok(gone > 0)
    }
}

fn log(viewer: &Viewer, account: &str, grant: &Grant, what: &str) {
    let by = viewer.account.as_ref().map(|by| by.as_str());
    tracing::info!(account, role = grant.role.as_str(), scope = %grant.scope, by, "{what}");
}

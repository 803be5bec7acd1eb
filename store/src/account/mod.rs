//! Accounts: joining, signing in, what a person decides about the own account, recovery, roles.

mod join;
mod password;
mod profile;
mod recovery;
mod role;
mod session;

pub use join::JoinWrong;
pub use password::Passwords;
pub use profile::{Changed, Preferences, Profile};
pub use recovery::{CODE_DIGITS, CODE_MINUTES, CODE_TRIES, Given, Reset};
pub use role::{Found, Granted, Granting};
pub use session::{Device, Knock, SESSION_DAYS, Session, SignIn};

use domain::account::Called;
use domain::area::AreaCode;
use domain::limit::Limit;
use domain::role::Grant;
use domain::text::fold;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Row as _};

use crate::{Result, Store, StoreError};

/// What is read of an account wherever one is looked up by its name.
const COLUMNS: &str = "id, name, phone, mail, password, language, home_area, tell, quiet_from, quiet_to, created_at";

/// The account that is called so, if there is one. Deleted accounts have neither name nor phone.
async fn find<'e, E: Executor<'e, Database = Any>>(executor: E, called: &Called) -> Result<Option<AnyRow>> {
    let (column, value) = match called {
        Called::Phone(phone) => ("phone", phone.as_str().to_owned()),
        Called::Name(name) => ("name", name.key()),
    };
    Ok(sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM account WHERE {column} = $1"))).bind(value).fetch_optional(executor).await?)
}

/// Whom a limit counts: the phone or name as it would be looked up, or else the folded text, known or not.
fn counted(text: &str) -> String {
    match Called::parse(text) {
        Ok(Called::Phone(phone)) => phone.as_str().to_owned(),
        Ok(Called::Name(name)) => name.key(),
        Err(_) => fold(text.trim()),
    }
}

/// The grants of an account.
pub(crate) async fn grants<'e, E: Executor<'e, Database = Any>>(executor: E, account: &str) -> Result<Vec<Grant>> {
    let rows = sqlx::query("SELECT role, scope FROM role_grant WHERE account = $1 ORDER BY role, scope").bind(account).fetch_all(executor).await?;
    rows.iter()
        .map(|row| {
            let (role, scope): (String, String) = (row.try_get("role")?, row.try_get("scope")?);
            let stored = |column: &'static str, value: &str| StoreError::Stored {
                table: "role_grant",
                column,
                row: account.to_owned(),
                value: value.to_owned(),
            };
            Ok(Grant { role: role.parse().map_err(|_| stored("role", &role))?, scope: scope.parse().map_err(|_| stored("scope", &scope))? })
        })
        .collect()
}

/// A stored area code of an account's row.
fn home(row: &AnyRow) -> Result<Option<AreaCode>> {
    let code: Option<String> = row.try_get("home_area")?;
    code.map(|code| {
        AreaCode::parse(&code).map_err(|_| StoreError::Stored {
            table: "account",
            column: "home_area",
            row: "an account".into(),
            value: code.clone(),
        })
    })
    .transpose()
}

/// What to call an account: its name, or the phone's last four digits.
fn label(row: &AnyRow) -> Result<String> {
    let (name, phone): (Option<String>, Option<String>) = (row.try_get("name")?, row.try_get("phone")?);
    Ok(name.or_else(|| phone.map(|phone| phone.get(7..).unwrap_or_default().to_owned())).unwrap_or_default())
}

impl Store {
    /// Writes as much as the branch that found an account would, so that time does not tell which it was. The try
    /// that is touched has just been counted.
    async fn even_out(&self, limit: Limit, who: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        sqlx::query("UPDATE attempt SET count = count WHERE bucket = $1")
            .bind(crate::hash(&format!("{} {who}", limit.name)))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

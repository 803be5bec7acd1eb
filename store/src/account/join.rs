use domain::account::{Called, CalledError, PasswordError, PasswordRule};
use domain::limit::JOIN_ADDRESS;
use domain::notice::{Quiet, Tell};

use crate::database::Write;
use crate::{Result, Store, StoreError, ids};

/// What keeps somebody from joining; each stands beside its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinWrong {
    /// Neither a phone number nor a name.
    Called(CalledError),
    /// A password that is too weak.
    Password(PasswordError),
}

impl Store {
    /// Joins. Nothing tells whether the number or name was somebody's before: then nothing changes, and whoever it
    /// belongs to signs in as ever.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] when the address has joined too often or too many passwords wait.
    pub async fn join(&self, name: &str, password: &str, language: &str, address: &str) -> Result<Vec<JoinWrong>> {
        let called = match check(name, password) {
            Ok(called) => called,
            Err(wrong) => return Ok(wrong),
        };
        self.attempt(JOIN_ADDRESS, address).await?;
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.db.write().await?;
        let fresh = self.put_account(&mut tx, &called, &hash, language).await?;
        tx.commit().await?;
        if fresh.is_none() {
            self.even_out(JOIN_ADDRESS, address).await?;
        }
        Ok(Vec::new())
    }

    /// Adds an account from the command line. `None` when the number or name is taken.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn add_account(&self, name: &str, password: &str) -> Result<Result<Option<String>, Vec<JoinWrong>>> {
        let called = match check(name, password) {
            Ok(called) => called,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let hash = self.passwords.hash(password).await?;
        let mut tx = self.db.write().await?;
        let fresh = self.put_account(&mut tx, &called, &hash, "zh").await?;
        tx.commit().await?;
        Ok(Ok(fresh))
    }

    async fn put_account(&self, tx: &mut Write, called: &Called, hash: &str, language: &str) -> Result<Option<String>, StoreError> {
        let now = self.clock.millis();
        let id = ids::uuid(now);
        let quiet = Quiet::default();
        let written = sqlx::query(
            "INSERT INTO account (id, name, phone, password, language, tell, quiet_from, quiet_to, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(called.name().map(domain::account::AccountName::key))
        .bind(called.phone().map(|phone| phone.as_str().to_owned()))
        .bind(hash)
        .bind(language)
        .bind(Tell::AtOnce.as_str())
        .bind(i64::from(quiet.from))
        .bind(i64::from(quiet.to))
        .bind(now)
        .execute(&mut **tx)
        .await?
        .rows_affected();
        Ok((written > 0).then_some(id))
    }
}

fn check(name: &str, password: &str) -> Result<Called, Vec<JoinWrong>> {
    let called = Called::parse(name);
    let known = called.as_ref().ok();
    let password = PasswordRule::default().check(password, known.and_then(Called::name), known.and_then(Called::phone));
    match (called, password) {
        (Ok(called), Ok(())) => Ok(called),
        (called, password) => Err(called.err().map(JoinWrong::Called).into_iter().chain(password.err().map(JoinWrong::Password)).collect()),
    }
}

//! Passwords: hashed on threads of their own, few at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::{Result, Store, StoreError};

/// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Each hash takes a processor and 19 MiB for some 20 ms: two at once leave pages their share.
const AT_ONCE: usize = 2;
/// Whoever comes when so many wait is asked to come again: the wait would be over a second.
const WAITING: usize = 64;
/// Longer texts are no password of ours; hashing them would only cost time.
const LONGEST: usize = 1024;

/// The one place where passwords are hashed.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    room: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), room: Arc::new(Semaphore::new(AT_ONCE + WAITING)) }
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default())
}

/// What an unknown name is verified against: well-formed, of today's cost, of no password.
fn nobody() -> String {
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$bm9ib2R5IGlzIGNhbGxlZA$bm9ib2R5IGlzIGNhbGxlZCBsaWtlIHRoaXMgaGVyZSE")
}

impl Passwords {
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let room = self.room.clone().try_acquire_owned().map_err(|_| StoreError::TooMany { seconds: 2 })?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| StoreError::Stopping)?;
        // The permits go along, so that a browser that hangs up does not let one more in beside what still runs.
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, room));
            done
        })
        .await
        .map_err(|_| StoreError::Stopping)?
    }

    /// The hash to store.
    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        let password = password.as_bytes().to_owned();
        self.work(move || Ok(argon2().hash_password(&password).map_err(|error| StoreError::Password(error.to_string()))?.to_string())).await
    }

    /// Whether the password is the one of the stored hash; without one, as much work and no.
    pub(super) async fn verify(&self, password: &str, stored: Option<String>) -> Result<bool> {
        let fits = password.len() <= LONGEST && stored.is_some();
        let password = password.as_bytes().get(..LONGEST).unwrap_or(password.as_bytes()).to_owned();
        self.work(move || {
            let text = stored.unwrap_or_else(nobody);
            let parsed = PasswordHash::new(&text).map_err(|error| StoreError::Password(error.to_string()))?;
            Ok(argon2().verify_password(&password, &parsed).is_ok() && fits)
        })
        .await
    }
}

/// Whether a stored hash was made with other parameters than today's.
pub(super) fn is_old(stored: &str) -> bool {
    let today = nobody();
    let kept = |text: &str| text.rsplitn(3, '$').last().map(str::to_owned);
    kept(stored) != kept(&today)
}

impl Store {
    /// A hash to store, for accounts that are written in bulk.
    ///
    /// # Errors
    /// [`StoreError::TooMany`] when too many wait.
    pub async fn hash_password(&self, password: &str) -> Result<String> {
        self.passwords.hash(password).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn verifies_what_it_hashed_and_nothing_else() {
        let passwords = Passwords::default();
        let stored = passwords.hash("rainy day in Minzhi").await.expect("hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(!is_old(&stored));
        assert!(is_old("$argon2id$v=19$m=4096,t=3,p=1$bm9ib2R5IGlzIGNhbGxlZA$bm9ib2R5IGlzIGNhbGxlZCBsaWtlIHRoaXMgaGVyZSE"));
        assert!(passwords.verify("rainy day in Minzhi", Some(stored.clone())).await.expect("verify"));
        assert!(!passwords.verify("rainy day in Minzhi ", Some(stored.clone())).await.expect("verify"));
        assert!(!passwords.verify("anything", None).await.expect("verify"));
        assert!(!passwords.verify(&"long ".repeat(1000), Some(stored)).await.expect("verify"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_flood_is_turned_away_and_takes_two_threads() {
        let passwords = Passwords::default();
        let held = passwords.turns.clone().acquire_many_owned(2).await.expect("turns");
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..200 {
            let passwords = passwords.clone();
            waiting.spawn(async move { passwords.verify("flood", None).await });
        }
        // Those turned away answer while the others still wait.
        let mut refused = 0;
        while refused < 200 - (AT_ONCE + WAITING) {
            let answer = waiting.join_next().await.expect("one").expect("no panic");
            assert!(matches!(answer, Err(StoreError::TooMany { .. })));
            refused += 1;
        }
        drop(held);
        while let Some(answer) = waiting.join_next().await {
            assert!(!answer.expect("no panic").expect("its turn came"));
        }
    }
}

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::{Digest, Sha256};

use crate::{Database, Result};

/// Alphabet of codes that people read aloud: no 0/O, 1/I/L, U.
const CODE_LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// SHA-256 of a text, lower-case hex.
#[must_use]
pub fn hash(text: &str) -> String {
    hash_bytes(text.as_bytes())
}

/// SHA-256 of bytes, lower-case hex.
#[must_use]
pub fn hash_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A key that nobody guesses: 160 bits in hex. Session tokens and idempotency keys are made of it.
#[must_use]
pub fn random_key() -> String {
    let mut bytes = [0u8; 20];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

/// A code of digits for reading aloud, such as a recovery code.
pub(crate) fn random_digits(count: usize) -> String {
    let mut rng = rand::rng();
    (0..count).map(|_| char::from(b'0' + u8::try_from(rng.next_u32() % 10).unwrap_or_default())).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The tracking code that a number stands for.
pub(crate) fn code_of(number: u64) -> String {
    number.to_le_bytes().iter().map(|byte| char::from(CODE_LETTERS[usize::from(*byte) % CODE_LETTERS.len()])).collect()
}

/// The installation's own key, made once and kept in the database so that all processes share it.
pub(crate) struct Secret([u8; 32]);

impl Secret {
    pub(crate) async fn load(db: &Database) -> Result<Self> {
        let fresh = random_key() + &random_key();
        let mut tx = db.write().await?;
        sqlx::query("INSERT INTO setting (name, value) VALUES ('secret', $1) ON CONFLICT (name) DO NOTHING").bind(fresh).execute(&mut *tx).await?;
        let kept: String = sqlx::query_scalar("SELECT value FROM setting WHERE name = 'secret'").fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(Self(Sha256::digest(kept.as_bytes()).into()))
    }

    fn mac(&self, purpose: &str, text: &str) -> [u8; 32] {
        // HMAC takes keys of any length; the fallback can't be reached.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// A proof that this installation has said `text` for `purpose`.
    pub(crate) fn seal(&self, purpose: &str, text: &str) -> String {
        hex(&self.mac(purpose, text)[..16])
    }

    /// The tracking code of the request filed with an idempotency key: the same key gives the same code, so that a
    /// repeated submission gets the same answer although only the code's hash is stored. 8 letters of 30: 39 bits.
    pub(crate) fn track_code(&self, key: &str) -> String {
        let mut head = [0u8; 8];
        head.copy_from_slice(&self.mac("track", key)[..8]);
        code_of(u64::from_le_bytes(head))
    }

    /// What is stored of a tracking code.
    pub(crate) fn track_hash(&self, number: &str, code: &str) -> String {
        hex(&self.mac("track-hash", &format!("{number} {code}")))
    }
}

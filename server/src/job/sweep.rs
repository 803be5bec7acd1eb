//! What is old is swept away, as docs/jobs.md lists it.

use store::{Result, Store};

/// One round over everything; what fails is tried again at the next round and does not keep the rest from its turn.
pub async fn sweep(store: &Store) {
    said("photos of forms never sent", all(|| store.sweep_photos()).await);
    said("sessions that ended", all(|| store.sweep_sessions()).await);
    said("counted tries", all(|| store.sweep_attempts()).await);
    said("recovery codes", all(|| store.sweep_recoveries()).await);
    said("notices read a year ago", all(|| store.sweep_notices()).await);
    said("learnt wordings", all(|| store.sweep_wordings()).await);
    said("messages", all(|| store.sweep_messages()).await);
}

/// Batch after batch until nothing is left, so that no single transaction keeps others waiting.
async fn all<F: Future<Output = Result<u64>>>(batch: impl Fn() -> F) -> Result<u64> {
    let mut gone = 0;
    loop {
        match batch().await? {
            0 => return Ok(gone),
            count => gone += count,
        }
    }
}

fn said(what: &str, outcome: Result<u64>) {
    match outcome {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "swept away: {what}"),
        Err(error) => tracing::warn!(%error, "sweeping {what} failed; it is tried again"),
    }
}

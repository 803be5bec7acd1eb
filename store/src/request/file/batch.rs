//! Registering many at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::area::AreaCode;
use domain::request::{Change, Relation, State};
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::{mpsc, oneshot};

use super::number::{count_tries, number};
use super::photo::{claim_photos, find_photos};
use crate::database::{Database, Write, places};
use crate::request::row::{Entered, FollowRow, HistoryRow, RequestRow, entries};
use crate::secret::Secret;
use crate::{Clock, Result, Settings, StoreError, ids};

/// A request ready to be numbered.
pub(super) struct Prepared {
    pub(super) request: RequestRow,
    pub(super) day: chrono::NaiveDate,
    pub(super) area: AreaCode,
    pub(super) draft: String,
    /// The tracking code of a request without an account, and the secret it is hashed with once the number is known.
    pub(super) track: Option<(String, Arc<Secret>)>,
    pub(super) settings: Arc<Settings>,
    /// The rate limit this registration counts towards: bucket and length of the window in milliseconds.
    pub(super) counts: Option<(String, i64)>,
    pub(super) answer: oneshot::Sender<Result<(String, bool)>>,
}

/// Registers requests in batches: whoever waits while a batch is written joins the next, so that many share one
/// durable commit. One per process; across processes the database's locks keep numbers dense.
#[derive(Clone)]
pub struct Filing {
    pub(super) queue: mpsc::Sender<Prepared>,
    pub(super) filed: Arc<AtomicU64>,
}

/// Most requests registered in one transaction.
const BATCH: usize = 64;

impl Filing {
    pub(crate) fn start(db: Database, clock: Clock) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Prepared>(1024);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while waiting.recv_many(&mut batch, BATCH).await > 0 {
                let taken = std::mem::take(&mut batch);
                register_all(&db, &clock, taken).await;
            }
        });
        Self { queue, filed: Arc::default() }
    }

    /// How many requests this process has registered.
    pub(crate) fn filed(&self) -> u64 {
        self.filed.load(Ordering::Relaxed)
    }
}

/// Registers a batch; if it fails as a whole for a duplicate from elsewhere, one by one.
async fn register_all(db: &Database, clock: &Clock, mut batch: Vec<Prepared>) {
    let mut outcome = register(db, clock, &mut batch).await;
    if batch.len() > 1 && outcome.as_ref().is_err_and(|error| !error.is_unavailable()) {
        for prepared in batch {
            let mut one = vec![prepared];
            let mut outcome = register(db, clock, &mut one).await;
            try_again(db, clock, &mut one, &mut outcome).await;
            answer(one, outcome);
        }
        return;
    }
    try_again(db, clock, &mut batch, &mut outcome).await;
    answer(batch, outcome);
}

/// After a duplicate: the same form that committed meanwhile is found now, and an id that chance gave twice in one
/// millisecond is drawn anew.
async fn try_again(db: &Database, clock: &Clock, batch: &mut [Prepared], outcome: &mut Result<Vec<(String, bool)>>) {
    if let ([prepared], true) = (&mut *batch, outcome.as_ref().is_err_and(StoreError::is_duplicate)) {
        prepared.request.id = ids::request_id(prepared.request.reported_at);
        *outcome = register(db, clock, batch).await;
    }
}

fn answer(batch: Vec<Prepared>, outcome: Result<Vec<(String, bool)>>) {
    match outcome {
        // Whoever has gone away in the meantime finds the request by the same key.
        Ok(numbers) => batch.into_iter().zip(numbers).for_each(|(prepared, number)| drop(prepared.answer.send(Ok(number)))),
        Err(error) => {
            tracing::warn!(%error, count = batch.len(), "requests could not be registered");
            let error = Arc::new(error);
            batch.into_iter().for_each(|prepared| drop(prepared.answer.send(Err(StoreError::Shared(error.clone())))));
        }
    }
}

async fn register(db: &Database, clock: &Clock, batch: &mut [Prepared]) -> Result<Vec<(String, bool)>> {
    let mut tx = db.write().await?;
    let mut known = numbers_by_key(&mut tx, batch).await?;
    // The same form twice in one batch: the first registers, the second is answered with it.
    let mut fresh: Vec<usize> = Vec::new();
    let mut first: HashMap<String, usize> = HashMap::new();
    for (index, prepared) in batch.iter().enumerate() {
        let key = &prepared.request.key_hash;
        if !known.contains_key(key) && !first.contains_key(key) {
            first.insert(key.clone(), index);
            fresh.push(index);
        }
    }
    if !fresh.is_empty() {
        number(&mut tx, batch, &fresh).await?;
        let now = clock.millis();
        count_tries(&mut tx, batch, &fresh, now).await?;
        find_photos(db, &mut tx, batch, &fresh).await?;
        let entered: Vec<_> = fresh.iter().map(|&index| enter(batch[index].request.clone(), now)).collect();
        let settings = batch[fresh[0]].settings.clone();
        entries(&mut tx, &settings, &entered).await?;
        claim_photos(&mut tx, batch, &fresh).await?;
        tx.commit().await?;
    }
    Ok(batch
        .iter()
        .enumerate()
        .map(|(index, prepared)| match known.remove(&prepared.request.key_hash) {
            Some(number) => {
                known.insert(prepared.request.key_hash.clone(), number.clone());
                (number, true)
            }
            None => {
                let first = first.get(&prepared.request.key_hash).copied().unwrap_or(index);
                (batch[first].request.number.clone(), first != index)
            }
        })
        .collect())
}

fn enter(request: RequestRow, now: i64) -> Entered {
    let role = if request.agent.is_some() { Relation::Agent } else { Relation::Resident };
    let account = request.agent.clone().or_else(|| request.filer.clone());
    let entry = HistoryRow {
        id: ids::uuid(now),
        request: request.id,
        at: request.reported_at,
        change: Change::Registered,
        role,
        account,
        words: String::new(),
        words_public: String::new(),
        rating: None,
        key_hash: None,
    };
    let follows = [(&request.filer, "filer"), (&request.agent, "agent")]
        .into_iter()
        .filter_map(|(account, kind)| Some(FollowRow { request: request.id, account: account.clone()?, kind, at: request.reported_at }))
        .collect();
    Entered { history: vec![(entry, State::Reported)], follows, request }
}

async fn numbers_by_key(tx: &mut Write, batch: &[Prepared]) -> Result<HashMap<String, String>> {
    let sql = format!("SELECT key_hash, number FROM request WHERE key_hash IN ({})", places(1, batch.len()));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for prepared in batch {
        query = query.bind(&prepared.request.key_hash);
    }
    let rows = query.fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

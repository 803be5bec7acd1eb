mod photo;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeZone;
use domain::area::AreaCode;
use domain::event::number::EventNumber;
use domain::limit::Limit;
use domain::request::{Change, Relation, State, Visibility};
use domain::role::{Role, Viewer};
use domain::text::mask;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::{mpsc, oneshot};

use self::photo::{claim_photos, find_photos};
use super::describe::Stated;
use super::row::{Entered, FollowRow, HistoryRow, RequestRow, entries, searched};
use crate::database::{Database, Write, places};
use crate::secret::Secret;
use crate::{Clock, Result, Settings, Store, StoreError, hash, ids};

/// Who files.
#[derive(Clone, Debug)]
pub struct FileBy<'a> {
    /// The viewer, signed in or not.
    pub viewer: &'a Viewer,
    /// Files for somebody at the door.
    pub behalf: bool,
}

/// The answer to a filed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The event number.
    pub number: EventNumber,
    /// The code that opens the full case without an account.
    pub track_code: Option<String>,
    /// What the device that filed it shows from then on instead of the code.
    pub proof: Option<String>,
    /// It had been registered before, by the same form.
    pub repeated: bool,
}

/// A request ready to be numbered.
struct Prepared {
    request: RequestRow,
    day: chrono::NaiveDate,
    area: AreaCode,
    draft: String,
    /// The tracking code of a request without an account, and the secret it is hashed with once the number is known.
    track: Option<(String, Arc<Secret>)>,
    settings: Arc<Settings>,
    /// The rate limit this registration counts towards: bucket and length of the window in milliseconds.
    counts: Option<(String, i64)>,
    answer: oneshot::Sender<Result<(String, bool)>>,
}

/// Registers requests in batches: whoever waits while a batch is written joins the next, so that many share one
/// durable commit. One per process; across processes the database's locks keep numbers dense.
#[derive(Clone)]
pub struct Filing {
    queue: mpsc::Sender<Prepared>,
    filed: Arc<AtomicU64>,
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

/// Gives dense serials per subdistrict and day. The counters' rows stay locked until the transaction ends: whoever
/// rolls back leaves no gap. They are taken in order, so that two processes never wait for each other in a circle.
async fn number(tx: &mut Write, batch: &mut [Prepared], fresh: &[usize]) -> Result<()> {
    let mut groups: BTreeMap<(AreaCode, chrono::NaiveDate), Vec<usize>> = BTreeMap::new();
    for &index in fresh {
        let prepared = &batch[index];
        let subdistrict = EventNumber::counted_in(&prepared.area).map_err(|_| StoreError::Stored {
            table: "request",
            column: "area",
            row: prepared.request.key_hash.clone(),
            value: prepared.area.to_string(),
        })?;
        groups.entry((subdistrict, prepared.day)).or_default().push(index);
    }
    for ((subdistrict, day), members) in groups {
        let count = i64::try_from(members.len()).unwrap_or(i64::MAX);
        let last: i64 = sqlx::query_scalar(
            "INSERT INTO serial (subdistrict, day, last) VALUES ($1, $2, $3) ON CONFLICT (subdistrict, day) DO UPDATE SET last = serial.last + $3 RETURNING last",
        )
        .bind(subdistrict.as_str())
        .bind(day.to_string())
        .bind(count)
        .fetch_one(&mut **tx)
        .await?;
        for (index, serial) in members.into_iter().zip(last - count + 1..) {
            let prepared = &mut batch[index];
            let number = u32::try_from(serial).ok().and_then(|serial| EventNumber::new(&prepared.area, day, serial).ok()).ok_or_else(|| {
                StoreError::Stored { table: "serial", column: "last", row: format!("{subdistrict} {day}"), value: serial.to_string() }
            })?;
            prepared.request.number = number.compact();
            prepared.request.track_hash = prepared.track.as_ref().map(|(code, secret)| secret.track_hash(&prepared.request.number, code));
        }
    }
    Ok(())
}

/// Counts towards the rate limits, in the same commit; in order, so that two processes never wait in a circle.
async fn count_tries(tx: &mut Write, batch: &[Prepared], fresh: &[usize], now: i64) -> Result<()> {
    let mut buckets: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for &index in fresh {
        if let Some((bucket, window)) = &batch[index].counts {
            buckets.entry(bucket).or_insert((0, *window)).0 += 1;
        }
    }
    for (bucket, (count, window)) in buckets {
        sqlx::query(
            "INSERT INTO attempt (bucket, count, resets_at) VALUES ($1, $2, $3) ON CONFLICT (bucket) DO UPDATE SET \
             count = CASE WHEN attempt.resets_at <= $4 THEN $2 ELSE attempt.count + $2 END, \
             resets_at = CASE WHEN attempt.resets_at <= $4 THEN $3 ELSE attempt.resets_at END",
        )
        .bind(bucket.to_owned())
        .bind(count)
        .bind(now + window)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// A local time as it is kept.
pub(super) fn millis(zone: chrono_tz::Tz, at: chrono::NaiveDateTime) -> Option<i64> {
    zone.from_local_datetime(&at).earliest().map(|at| at.timestamp_millis())
}

/// A key belongs to whoever used it: another's form can't be answered with it.
fn key_hash(viewer: &Viewer, key: &str) -> String {
    hash(&format!("request {} {key}", viewer.account.as_ref().map_or("-", |id| id.as_str())))
}

impl Store {
    /// Whether the form with this key has been registered, by the viewer or before signing in.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_filed(&self, viewer: &Viewer, key: &str) -> Result<bool> {
        let found: Option<String> = sqlx::query_scalar("SELECT number FROM request WHERE key_hash IN ($1, $2)")
            .bind(key_hash(viewer, key))
            .bind(key_hash(&Viewer::visitor(), key))
            .fetch_optional(self.db.read())
            .await?;
        Ok(found.is_some())
    }

    /// Registers a request: number, history, followers and outgoing event in one transaction. The same key again
    /// answers with the same number and registers nothing.
    ///
    /// # Errors
    /// Refused if the viewer files for somebody without being an agent there; or if the database does not answer.
    pub async fn file(&self, by: FileBy<'_>, filing: domain::request::Filing, key: &str) -> Result<Filed> {
        self.file_within(by, filing, key, None).await
    }

    /// The same within a rate limit on whoever files. Only what is registered counts, in the same commit: a form sent
    /// again and again is answered again and again.
    ///
    /// # Errors
    /// As [`Store::file`], and [`StoreError::TooMany`].
    pub async fn file_within(&self, by: FileBy<'_>, filing: domain::request::Filing, key: &str, limit: Option<(Limit, &str)>) -> Result<Filed> {
        let agent = by.behalf.then(|| by.viewer.account.clone()).flatten();
        if by.behalf && !by.viewer.holds(Role::Agent, &filing.area) {
            return Err(domain::request::Refusal::NotAllowed.into());
        }
        let account = by.viewer.account.as_ref().map(|id| id.as_str().to_owned());
        let key_hash = key_hash(by.viewer, key);
        let draft = hash(key);
        let counts = match limit {
            Some((limit, who)) => Some(self.room_to_file(limit, who, &key_hash).await?),
            None => None,
        };
        let (mut request, day) = self.prepare(filing, agent.map(|id| id.as_str().to_owned()), account, key_hash, &draft).await?;
        request.description = Stated::of(&request).compose(&self.district(), self.settings.zone, request.class);
        let code = request.filer.is_none().then(|| self.secret.track_code(key));
        let area = request.area.parse().map_err(|_| StoreError::NotFound)?;
        let (answer, answered) = oneshot::channel();
        let track = code.clone().map(|code| (code, self.secret.clone()));
        let prepared = Prepared { request, day, area, draft, track, settings: self.settings.clone(), counts, answer };
        self.filing.queue.send(prepared).await.map_err(|_| StoreError::Stopping)?;
        let (number, repeated) = answered.await.map_err(|_| StoreError::Stopping)??;
        self.filing.filed.fetch_add(u64::from(!repeated), Ordering::Relaxed);
        let number = EventNumber::parse(&number).map_err(|_| StoreError::Stored {
            table: "request",
            column: "number",
            row: number.clone(),
            value: number.clone(),
        })?;
        let proof = code.is_some().then(|| self.proof_of(&number));
        Ok(Filed { number, track_code: code, proof, repeated })
    }

    /// The bucket to count in, unless it is full and the form is a new one.
    async fn room_to_file(&self, limit: Limit, who: &str, key_hash: &str) -> Result<(String, i64)> {
        let now = self.clock.millis();
        let bucket = crate::limit::bucket(limit, who);
        let full: Option<i64> = sqlx::query_scalar("SELECT resets_at FROM attempt WHERE bucket = $1 AND resets_at > $2 AND count >= $3")
            .bind(&bucket)
            .bind(now)
            .bind(limit.tries)
            .fetch_optional(self.db.read())
            .await?;
        if let Some(resets_at) = full {
            let known: Option<i64> =
                sqlx::query_scalar("SELECT id FROM request WHERE key_hash = $1").bind(key_hash).fetch_optional(self.db.read()).await?;
            known.ok_or(StoreError::TooMany { seconds: ((resets_at - now) / 1000).max(1) })?;
        }
        Ok((bucket, limit.seconds * 1000))
    }

    async fn prepare(
        &self,
        filing: domain::request::Filing,
        agent: Option<String>,
        account: Option<String>,
        key_hash: String,
        draft: &str,
    ) -> Result<(RequestRow, chrono::NaiveDate)> {
        let district = self.district();
        let now = self.clock.now();
        let zone = self.settings.zone;
        let local = now.with_timezone(&zone).naive_local();
        let class = filing.class.and_then(|code| district.catalogue.get(code));
        let (answer, settle) = district.promises.of(filing.class);
        let visibility = Visibility::at_filing(class);
        let photos: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM photo WHERE draft = $1 AND request IS NULL").bind(draft).fetch_one(self.db.read()).await?;
        let reported_at = now.timestamp_millis();
        let (what_public, place_public) = (mask(&filing.what), mask(&filing.place));
        Ok((
            RequestRow {
                id: ids::request_id(reported_at),
                number: String::new(),
                key_hash,
                class: filing.class,
                catalogue: district.catalogue.version.clone(),
                visibility: visibility.as_str(),
                subdistrict: filing.area.subdistrict().map(|code| code.as_str().to_owned()),
                community: filing.area.community().map(|code| code.as_str().to_owned()),
                area: filing.area.as_str().to_owned(),
                pairs: searched(&what_public, &place_public),
                what_public,
                what: filing.what,
                place_public,
                place: filing.place,
                description: String::new(),
                lat: filing.position.as_ref().map(domain::area::Position::lat),
                lon: filing.position.as_ref().map(domain::area::Position::lon),
                accuracy: filing.position.as_ref().and_then(|position| position.accuracy_m()).map(i64::from),
                happened_at: filing.happened_at.and_then(|at| millis(zone, at)),
                since: filing.since.map(|day| day.to_string()),
                reported_at,
                changed_at: reported_at,
                state: State::Reported,
                asked: 0,
                reply_due_at: self.promised_by(now, answer),
                due_at: self.promised_by(now, settle),
                answered_at: None,
                settled_at: None,
                handler: None,
                source: if agent.is_some() {
                    "agent"
                } else if account.is_some() {
                    "web"
                } else {
                    "guest"
                },
                filer: if agent.is_some() { None } else { account },
                agent,
                phone: filing.phone.map(|phone| phone.as_str().to_owned()),
                track_hash: None,
                me_too: 0,
                photos,
                cover: None,
                rating: None,
                reopened: 0,
                hidden_reason: None,
                danger: i64::from(filing.danger),
            },
            local.date(),
        ))
    }
}

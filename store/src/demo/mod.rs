//! The demo district: people, a year of requests with their histories, photos, an inbox. The same seed gives the same
//! rows on the same day.

mod chance;
mod lives;
mod people;
mod pictures;
mod season;
mod walk;
mod words;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use domain::event::number::{EventNumber, EventNumberError};
use domain::report::Reason;
use domain::request::State;
use sqlx::Any;
use sqlx::Row as _;
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use tokio::sync::mpsc;

use chance::Chance;
use lives::{Life, Told, World};
pub use people::DemoAccount;
use people::People;
use pictures::Pictures;

use crate::clock::instant;
use crate::database::{Kind, insert};
use crate::event::EventRow;
use crate::request::{Entered, RequestRow, record, rows};
use crate::{Result, Settings, Store, StoreError};

/// Requests at scale 1.
const REQUESTS: u64 = 2000;
/// Requests written in one transaction.
const BATCH: u64 = 4000;

/// What to load.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// How many times 2,000 requests.
    pub scale: u64,
    /// What decides everything that chance would.
    pub seed: u64,
    /// How many different pictures are painted; the requests share them.
    pub pictures: usize,
}

impl Default for Demo {
    fn default() -> Self {
        Self { scale: 1, seed: 1, pictures: 60 }
    }
}

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Accounts to sign in with.
    pub accounts: Vec<DemoAccount>,
    /// How many requests there are.
    pub requests: u64,
    /// The number of a request that was filed without an account, and the code that opens it.
    pub tracked: Option<(EventNumber, String)>,
}

impl Store {
    /// Loads the demo district. `say` is told how far it is.
    ///
    /// # Errors
    /// [`StoreError::Populated`] if the database has people in it; or if it does not answer.
    pub async fn load_demo(&self, demo: Demo, mut say: impl FnMut(&str)) -> Result<Loaded> {
        for table in ["SELECT id FROM account LIMIT 1", "SELECT number FROM request LIMIT 1"] {
            let found: Option<String> = sqlx::query_scalar(table).fetch_optional(self.db.read()).await?;
            if found.is_some() {
                return Err(StoreError::Populated);
            }
        }
        let now = self.last_noon();
        let scale = demo.scale.max(1);
        let total = REQUESTS * scale;
        say("Painting pictures …");
        let pictures = Pictures::paint(self, demo.seed, demo.pictures).await?;
        let district = self.district();
        let (seed, here) = (demo.seed, district.clone());
        let people = tokio::task::spawn_blocking(move || People::new(seed, &here, now)).await.map_err(|_| StoreError::Stopping)??;
        let accounts = people.shown.clone();
        let mut tx = self.db.write().await?;
        insert(&mut tx, &people.accounts).await?;
        insert(&mut tx, &people.grants).await?;
        tx.commit().await?;

        let world = World::new(demo.seed, scale, total, now, self.settings.zone, district, people, pictures);
        self.db.careless(true).await?;
        let written = self.write_lives(world, &mut say).await;
        // Careful again, whatever happened.
        self.db.careless(false).await?;
        let tracked = written?;
        self.write_extras(seed, now).await?;
        self.reload_district().await?;
        Ok(Loaded { accounts, requests: total, tracked })
    }

    /// The last noon: the list looks fresh, and a second loading on one day gives the same rows.
    fn last_noon(&self) -> i64 {
        let now = self.clock.now().with_timezone(&self.settings.zone);
        let noon =
            |day: NaiveDate| self.settings.zone.from_local_datetime(&day.and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default())).earliest();
        let today = noon(now.date_naive());
        let noon = if today.as_ref().is_some_and(|noon| *noon <= now) { today } else { noon(now.date_naive() - TimeDelta::days(1)) };
        noon.map_or(now.with_timezone(&Utc), |noon| noon.with_timezone(&Utc)).timestamp_millis()
    }

    /// One thread makes lives while another writes those before.
    async fn write_lives(&self, world: World, say: &mut impl FnMut(&str)) -> Result<Option<(EventNumber, String)>> {
        let (total, seed) = (world.total, world.seed);
        let (sender, mut batches) = mpsc::channel::<Batch>(2);
        let settings = self.settings.clone();
        let making = tokio::task::spawn_blocking(move || make(&world, &settings, &sender));
        let mut tracked = None;
        let mut feed = Feed::default();
        let mut done = 0;
        while let Some(mut batch) = batches.recv().await {
            done += u64::try_from(batch.entered.len()).unwrap_or(0);
            if tracked.is_none() {
                tracked = self.track_one(seed, &mut batch);
            }
            feed.take(std::mem::take(&mut batch.events));
            self.write_batch(&batch, &feed.due(batch.before)).await?;
            if total > REQUESTS {
                say(&format!("{done} of {total} requests …"));
            }
        }
        let serials = making.await.map_err(|_| StoreError::Stopping)??;
        let mut tx = self.db.write().await?;
        let rows: Vec<_> =
            serials.into_iter().map(|((subdistrict, day), last)| SerialRow { subdistrict, day: day.to_string(), last: i64::from(last) }).collect();
        insert(&mut tx, &rows).await?;
        insert(&mut tx, &feed.due(i64::MAX)).await?;
        sqlx::query("UPDATE feed SET last = $1 WHERE name = 'event'").bind(feed.last).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(tracked)
    }

    /// What handlers taught the suggestion, what the district knows of already, and reports that wait.
    async fn write_extras(&self, seed: u64, now: i64) -> Result<()> {
        let mut chance = Chance::new(seed, "extras", 0);
        let day = |days: i64| (instant(now).with_timezone(&self.settings.zone).date_naive() + TimeDelta::days(days)).to_string();
        let mut tx = self.db.write().await?;
        let taught = sqlx::query(
            "SELECT r.id, r.class, r.what_public, h.at FROM request r JOIN request_history h ON h.request = r.id \
             WHERE h.change = 'classified' AND r.visibility = 'public' ORDER BY r.id LIMIT 12",
        )
        .fetch_all(&mut *tx)
        .await?;
        crate::district::changed(&mut tx).await?;
        for row in &taught {
            let at: i64 = row.try_get("at")?;
            sqlx::query(
                "INSERT INTO class_wording (id, request, class, wording, learnt_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (request) DO NOTHING",
            )
            .bind(chance.uuid(at))
            .bind(row.try_get::<i64, _>("id")?)
            .bind(row.try_get::<String, _>("class")?)
            .bind(row.try_get::<String, _>("what_public")?.chars().take(80).collect::<String>())
            .bind(at)
            .execute(&mut *tx)
            .await?;
        }
        let recent = sqlx::query("SELECT id, area, reported_at FROM request WHERE visibility = 'public' ORDER BY id DESC LIMIT 40")
            .fetch_all(&mut *tx)
            .await?;
        let mut known = String::from("class,area,from,to,words_zh,words_en\n");
        for (row, (class, zh, en)) in recent.iter().rev().zip([
            (
                "0308",
                "供水公司正在抢修主管，已安排送水车，预计三天内恢复。",
                "The main is being repaired; water is brought by truck, normal within three days.",
            ),
            ("040402", "这一带的路灯正在换线，本周内分段恢复。", "Street lights here get new cables and come back section by section this week."),
        ]) {
            let area: String = row.try_get("area")?;
            known.push_str(&format!("{class},{area},{},{},{zh},\"{en}\"\n", day(-1), day(6)));
        }
        sqlx::query("INSERT INTO district_file (name, body, imported_at) VALUES ('known', $1, $2) ON CONFLICT (name) DO UPDATE SET body = $1, imported_at = $2").bind(known).bind(now).execute(&mut *tx).await?;
        for (row, reason) in recent.iter().skip(4).step_by(9).zip([Reason::Privacy, Reason::Advertising, Reason::Untrue]) {
            let at = row.try_get::<i64, _>("reported_at")? + 1_800_000;
            sqlx::query("INSERT INTO report (id, request, reason, created_at, state) VALUES ($1, $2, $3, $4, 'open')")
                .bind(chance.uuid(at))
                .bind(row.try_get::<i64, _>("id")?)
                .bind(reason.as_str())
                .bind(at.min(now))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await
    }

    async fn write_batch(&self, batch: &Batch, events: &[EventRow]) -> Result<()> {
        let mut tx = self.db.write().await?;
        if self.db.kind() == Kind::Postgres {
            sqlx::query("SET LOCAL synchronous_commit = off").execute(&mut *tx).await?;
        }
        rows(&mut tx, &batch.entered).await?;
        insert(&mut tx, &batch.photos).await?;
        insert(&mut tx, &batch.told).await?;
        insert(&mut tx, events).await?;
        tx.commit().await
    }

    /// Gives one request that was filed without an account a code to open it with.
    fn track_one(&self, seed: u64, batch: &mut Batch) -> Option<(EventNumber, String)> {
        let open = |request: &RequestRow| request.source == "guest" && request.visibility == "public" && request.state == State::Settled;
        let request = batch.entered.iter_mut().map(|entered| &mut entered.request).rfind(|request| open(request))?;
        let code = crate::secret::code_of(Chance::new(seed, "code", 0).next());
        request.track_hash = Some(self.secret.track_hash(&request.number, &code));
        EventNumber::parse(&request.number).ok().map(|number| (number, code))
    }
}

/// Requests written together.
struct Batch {
    entered: Vec<Entered>,
    photos: Vec<pictures::PhotoRow>,
    told: Vec<Told>,
    events: Vec<(i64, EventRow)>,
    /// No later batch has an event before this moment.
    before: i64,
}

type Serials = BTreeMap<(String, NaiveDate), u32>;

/// Makes all lives in the order in which they were filed, and numbers them.
fn make(world: &World, settings: &Settings, batches: &mpsc::Sender<Batch>) -> Result<Serials> {
    let mut serials = Serials::new();
    let mut latest: HashMap<String, String> = HashMap::new();
    for from in (0..world.total).step_by(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
        let mut batch = Batch { entered: Vec::new(), photos: Vec::new(), told: Vec::new(), events: Vec::new(), before: 0 };
        for nth in from..world.total.min(from + BATCH) {
            let Life { mut entered, day, area, photos, mut told } = world.life(nth);
            let wrong =
                |error: EventNumberError| StoreError::Stored { table: "serial", column: "last", row: area.to_string(), value: error.to_string() };
            let subdistrict = EventNumber::counted_in(&area).map_err(wrong)?.to_string();
            let serial = serials.entry((subdistrict.clone(), day)).or_default();
            *serial += 1;
            let number = EventNumber::new(&area, day, *serial).map_err(wrong)?;
            entered.request.number = number.compact();
            if entered.request.state == State::Merged {
                let other = latest.get(&subdistrict).cloned().unwrap_or_else(|| number.to_string());
                let name = |words: &mut String| *words = words.replace("{number}", &other);
                entered.history.iter_mut().for_each(|(entry, _)| {
                    name(&mut entry.words);
                    name(&mut entry.words_public);
                });
                told.iter_mut().for_each(|told| name(&mut told.words));
            }
            latest.insert(subdistrict, number.to_string());
            for (entry, state) in &entered.history {
                batch.events.push((entry.at, crate::event::row(&record(settings, &entered.request, entry, *state), 0)?));
            }
            batch.before = entered.request.reported_at;
            batch.entered.push(entered);
            batch.photos.extend(photos);
            batch.told.extend(told);
        }
        if batches.blocking_send(batch).is_err() {
            // The writer has stopped and says why.
            break;
        }
    }
    Ok(serials)
}

/// Events that wait until all that came before them are known: the feed is in the order of time.
#[derive(Default)]
struct Feed {
    waiting: BinaryHeap<Reverse<Waiting>>,
    last: i64,
}

struct Waiting(i64, EventRow);

impl Feed {
    fn take(&mut self, events: Vec<(i64, EventRow)>) {
        self.waiting.extend(events.into_iter().map(|(at, event)| Reverse(Waiting(at, event))));
    }

    fn due(&mut self, before: i64) -> Vec<EventRow> {
        let mut due = Vec::new();
        while self.waiting.peek().is_some_and(|Reverse(waiting)| waiting.0 < before) {
            let Some(Reverse(Waiting(_, mut event))) = self.waiting.pop() else { break };
            self.last += 1;
            event.position = self.last;
            due.push(event);
        }
        due
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, &self.1.id).cmp(&(other.0, &other.1.id))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Waiting {}

struct SerialRow {
    subdistrict: String,
    day: String,
    last: i64,
}

impl crate::database::Row for SerialRow {
    const INTO: &'static str = "serial (subdistrict, day, last)";
    const COLUMNS: usize = 3;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(&self.subdistrict).bind(&self.day).bind(self.last)
    }
}

impl crate::database::Row for Told {
    const INTO: &'static str = "notice (id, account, kind, request, words, created_at, read_at)";
    const COLUMNS: usize = 7;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(&self.id).bind(&self.account).bind(self.change.as_str()).bind(self.request).bind(&self.words).bind(self.at).bind(self.read_at)
    }
}

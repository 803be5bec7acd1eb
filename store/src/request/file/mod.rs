mod batch;
mod number;
mod photo;

use std::sync::atomic::Ordering;

use chrono::TimeZone;
use domain::event::number::EventNumber;
use domain::limit::Limit;
use domain::request::{MAX_WORDS, State, Urgency, Visibility};
use domain::role::{Role, Viewer};
use domain::text::{clean, mask};
use tokio::sync::oneshot;

pub use self::batch::Filing;
use self::batch::Prepared;
use super::describe::Stated;
use super::row::{RequestRow, searched};
use crate::{Result, Store, StoreError, hash, ids};

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

/// A local time as it is kept.
pub(super) fn millis(zone: chrono_tz::Tz, at: chrono::NaiveDateTime) -> Option<i64> {
    zone.from_local_datetime(&at).earliest().map(|at| at.timestamp_millis())
}

/// A key belongs to whoever used it, and to the words it was sent with: another's form can't be answered with it, and
/// words written into a form that the browser brought back are a request of their own.
fn sealed(viewer: &Viewer, key: &str, what: &str) -> String {
    hash(&format!("request {} {key} {what}", viewer.account.as_ref().map_or("-", |id| id.as_str())))
}

impl Store {
    /// Whether the form with this key and these words has been registered, by the viewer or before signing in.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn is_filed(&self, viewer: &Viewer, key: &str, what: &str) -> Result<bool> {
        let Ok(what) = clean(what, MAX_WORDS) else { return Ok(false) };
        let found: Option<String> = sqlx::query_scalar("SELECT number FROM request WHERE key_hash IN ($1, $2)")
            .bind(sealed(viewer, key, &what))
            .bind(sealed(&Viewer::visitor(), key, &what))
            .fetch_optional(self.db.read())
            .await?;
        Ok(found.is_some())
    }

    /// Registers a request: number, history, followers and outgoing event in one transaction. The same words with the
    /// same key again answer with the same number and register nothing.
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
        let key_hash = sealed(by.viewer, key, &filing.what);
        let code = self.secret.track_code(&key_hash);
        let draft = hash(key);
        let counts = match limit {
            Some((limit, who)) => Some(self.room_to_file(limit, who, &key_hash).await?),
            None => None,
        };
        let (mut request, day) = self.prepare(filing, agent.map(|id| id.as_str().to_owned()), account, key_hash, &draft).await?;
        request.description = Stated::of(&request).compose(&self.district(), self.settings.zone, request.class);
        let code = request.filer.is_none().then_some(code);
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
        let (reply_due_at, due_at) = self.promised(filing.class, Urgency::of(filing.danger), now);
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
                reply_due_at,
                due_at,
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

use chrono::{DateTime, NaiveDate, Utc};
use domain::event::number::EventNumber;
use domain::event::{Fact, missing};
use domain::request::{Change, Filer, Relation, Sight, State, Status, Subject, Visibility, may_change, relations, sight};
use domain::role::Viewer;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::describe::Stated;
use super::list::{COLUMNS, Item, item};
use crate::clock::instant;
use crate::photo::Photo;
use crate::{Result, Store, StoreError};

/// One entry of the history, as the viewer may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub change: Change,
    /// Who, as a role.
    pub role: Relation,
    /// When.
    pub at: DateTime<Utc>,
    /// The words that go with it; masked in public.
    pub words: String,
    /// 1 to 5, where it rates.
    pub rating: Option<i64>,
}

/// How the viewer looks at a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// How much the viewer sees.
    pub sight: Sight,
    /// How the viewer stands to it.
    pub relations: Vec<Relation>,
    /// What the viewer may do now.
    pub possible: Vec<Change>,
    /// Whether the viewer follows it, by filing or joining.
    pub follows: bool,
}

/// A request with its history.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The line of the list.
    pub item: Item,
    /// What of it is public.
    pub visibility: Visibility,
    /// The text that the grid system receives.
    pub description: String,
    /// When it happened, as told.
    pub happened_at: Option<DateTime<Utc>>,
    /// Since which day it has been so, as told.
    pub since: Option<NaiveDate>,
    /// What the class asks for and nobody told.
    pub missing: Vec<Fact>,
    /// Accuracy of the position in metres.
    pub accuracy: Option<i64>,
    /// How it came: `web`, `guest` or `agent`.
    pub source: String,
    /// The resident's phone, for nobody but the resident and the agent who filed.
    pub phone: Option<String>,
    /// Why a supervisor hid it.
    pub hidden_reason: Option<String>,
    /// Newest first.
    pub history: Vec<Entry>,
    /// The resident's photos and the desk's evidence.
    pub photos: Vec<Photo>,
    /// How the viewer looks at it.
    pub look: Look,
}

/// What permission and possibility are decided by.
pub(crate) struct Standing {
    pub id: i64,
    pub subject: Subject,
    pub status: Status,
}

pub(crate) const STANDING: &str = "r.id, r.area, r.visibility, r.filer, r.agent, r.state, r.asked, r.reopened, r.settled_at, r.class";

/// What permission is asked about, from a row with `area, visibility, filer, agent`.
pub(crate) fn subject(row: &AnyRow) -> Result<Subject> {
    let area: String = row.try_get("area")?;
    let visibility: String = row.try_get("visibility")?;
    let stored = |column: &'static str, value: &str| StoreError::Stored { table: "request", column, row: area.clone(), value: value.to_owned() };
    Ok(Subject {
        area: area.parse().map_err(|_| stored("area", &area))?,
        visibility: Visibility::parse(&visibility).ok_or_else(|| stored("visibility", &visibility))?,
        filer: Filer { account: row.try_get("filer")?, agent: row.try_get("agent")? },
    })
}

pub(crate) fn standing(row: &AnyRow) -> Result<Standing> {
    let id: i64 = row.try_get("id")?;
    let stored = |column: &'static str, value: &str| StoreError::Stored { table: "request", column, row: id.to_string(), value: value.to_owned() };
    let state: String = row.try_get("state")?;
    Ok(Standing {
        id,
        subject: subject(row)?,
        status: Status {
            state: State::parse(&state).ok_or_else(|| stored("state", &state))?,
            asked: row.try_get::<i64, _>("asked")? != 0,
            reopened: row.try_get("reopened")?,
            settled_at: row.try_get::<Option<i64>, _>("settled_at")?.map(instant),
            classified: row.try_get::<Option<String>, _>("class")?.is_some(),
        },
    })
}

/// How many days a device that has shown a tracking code opens the case without it.
pub const TRACKED_DAYS: i64 = 30;

impl Store {
    /// A request as the viewer may see it. `tracked`: the viewer has shown its tracking code.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] both if there is none and if the viewer may not know of it.
    pub async fn request(&self, viewer: &Viewer, number: &EventNumber, tracked: bool) -> Result<Detail> {
        let account = viewer.account.as_ref().map(|id| id.as_str()).unwrap_or_default();
        let sql = format!(
            "SELECT {COLUMNS}, r.visibility, r.filer, r.agent, r.reopened, r.description, r.happened_at, r.since, r.accuracy, r.source, \
             r.phone, r.hidden_reason, f.kind AS follow_kind FROM request r LEFT JOIN follow f ON f.request = r.id AND f.account = $2 WHERE r.number = $1"
        );
        let row =
            sqlx::query(AssertSqlSafe(sql)).bind(number.compact()).bind(account).fetch_optional(self.db.read()).await?.ok_or(StoreError::NotFound)?;
        let standing = standing(&row)?;
        let sight = sight(viewer, &standing.subject, tracked);
        if sight == Sight::Nothing {
            return Err(StoreError::NotFound);
        }
        let full = sight == Sight::Full;
        let relations = relations(viewer, &standing.subject, tracked);
        let now = self.clock.now();
        let possible = standing.status.possible(now).filter(|change| may_change(viewer, &standing.subject, tracked, *change).is_ok()).collect();
        let time = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(instant));
        let hidden = standing.subject.visibility == Visibility::Hidden && !full;
        let mut item = item(&row, full)?;
        if hidden {
            item.what.clear();
            item.place.clear();
            (item.lat, item.lon, item.cover) = (None, None, None);
        }
        let facts = Stated::read(&row)?.facts(&self.district().areas, self.settings.zone, String::new());
        let own = relations.contains(&Relation::Resident) || relations.contains(&Relation::Agent);
        Ok(Detail {
            visibility: standing.subject.visibility,
            description: if hidden { String::new() } else { row.try_get("description")? },
            happened_at: if hidden { None } else { time("happened_at")? },
            since: facts.since.filter(|_| !hidden),
            missing: self.district().catalogue.required(item.class).map_or_else(Vec::new, |required| missing(required, &facts)),
            accuracy: row.try_get("accuracy")?,
            source: row.try_get("source")?,
            phone: if own { row.try_get("phone")? } else { None },
            hidden_reason: row.try_get("hidden_reason")?,
            history: if hidden { Vec::new() } else { self.history(standing.id, full).await? },
            photos: if hidden { Vec::new() } else { self.photos_of(standing.id, full).await? },
            look: Look { sight, relations, possible, follows: row.try_get::<Option<String>, _>("follow_kind")?.is_some() },
            item,
        })
    }

    async fn history(&self, request: i64, full: bool) -> Result<Vec<Entry>> {
        // A request has a few dozen entries at most; two hundred bound what a page can be made to read. Who met the same
        // is a number, and would bury the rest.
        let rows = sqlx::query(
            "SELECT id, at, change, role, words, words_public, rating FROM request_history WHERE request = $1 AND change <> 'joined' ORDER BY at DESC, id DESC LIMIT 200",
        )
        .bind(request)
        .fetch_all(self.db.read())
        .await?;
        // Whether somebody has an account is nobody else's business.
        let adopted = |row: &&AnyRow| row.try_get::<&str, _>("change").is_ok_and(|change| change == Change::Adopted.as_str());
        rows.iter()
            .filter(|row| full || !adopted(row))
            .map(|row| {
                let change: String = row.try_get("change")?;
                let role: String = row.try_get("role")?;
                let stored = |column: &'static str, value: &str| StoreError::Stored {
                    table: "request_history",
                    column,
                    row: request.to_string(),
                    value: value.to_owned(),
                };
                Ok(Entry {
                    change: Change::parse(&change).ok_or_else(|| stored("change", &change))?,
                    role: Relation::parse(&role).ok_or_else(|| stored("role", &role))?,
                    at: instant(row.try_get("at")?),
                    words: row.try_get(if full { "words" } else { "words_public" })?,
                    rating: row.try_get("rating")?,
                })
            })
            .collect()
    }

    /// The number of a request if the tracking code opens it. Tries are limited by the caller.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if number and code do not belong together.
    pub async fn track(&self, number: &EventNumber, code: &str) -> Result<String> {
        let code: String = code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
        let found: Option<i64> = sqlx::query_scalar("SELECT id FROM request WHERE number = $1 AND track_hash = $2")
            .bind(number.compact())
            .bind(self.secret.track_hash(&number.compact(), &code))
            .fetch_optional(self.db.read())
            .await?;
        found.ok_or(StoreError::NotFound)?;
        Ok(self.proof_of(number))
    }

    /// A proof that holds from now on.
    pub(crate) fn proof_of(&self, number: &EventNumber) -> String {
        self.proof(number, self.clock.millis() + TRACKED_DAYS * 24 * 3_600_000)
    }

    /// What a device shows that has opened a case: `number.until.seal`.
    fn proof(&self, number: &EventNumber, until: i64) -> String {
        let said = format!("{}.{until}", number.compact());
        format!("{said}.{}", self.secret.seal("case", &said))
    }

    /// Whether a proof made by [`Store::track`] is about this request.
    #[must_use]
    pub fn is_tracked(&self, proofs: &[String], number: &EventNumber) -> bool {
        proofs.iter().any(|proof| {
            let until = proof.split('.').nth(1).and_then(|until| until.parse().ok());
            until.is_some_and(|until| until > self.clock.millis() && *proof == self.proof(number, until))
        })
    }
}

use chrono::{DateTime, Utc};
use domain::area::AreaCode;
use domain::event::class::ClassCode;
use domain::event::number::EventNumber;
use domain::request::{Progress, State, Urgency};
use domain::role::{Role, Viewer};
use domain::text::query_pairs;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::PAGE;
use crate::area::{Within, within};
use crate::clock::instant;
use crate::{Result, Store, StoreError};

/// What a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// A class and all beneath it.
    pub class: Option<ClassCode>,
    /// An area and all within it.
    pub area: Option<AreaCode>,
    /// The coarse standing.
    pub progress: Option<Progress>,
    /// Only what is past its deadline and still open.
    pub late: bool,
    /// Words that must all stand in the text or the place.
    pub words: String,
}

/// Whose requests a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What is public.
    Public,
    /// What the viewer filed, joined or filed for others.
    Mine,
    /// What the viewer handles.
    Desk,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The position of the line: keyset pages continue before it.
    pub id: i64,
    /// The event number.
    pub number: EventNumber,
    /// The class, once given.
    pub class: Option<ClassCode>,
    /// The deepest area known.
    pub area: AreaCode,
    /// The public words, or the full ones for the entitled.
    pub what: String,
    /// Where, in words.
    pub place: String,
    /// Where it stands.
    pub state: State,
    /// Whether a question waits for the resident.
    pub asked: bool,
    /// When it was filed.
    pub reported_at: DateTime<Utc>,
    /// Until when a first answer is owed; none once there was one.
    pub reply_due_at: Option<DateTime<Utc>>,
    /// Until when it should be settled.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// How many others met the same.
    pub me_too: i64,
    /// The photo that stands for it.
    pub cover: Option<String>,
    /// The resident's rating, 1 to 5.
    pub rating: Option<i64>,
    /// Distance in metres, where the list is about nearness.
    pub metres: Option<f64>,
    /// Latitude, where the viewer may know it.
    pub lat: Option<f64>,
    /// Longitude.
    pub lon: Option<f64>,
    /// Somebody may be in danger; only the entitled know.
    pub urgency: Urgency,
}

impl Item {
    /// Until when something is promised next: the first answer, then the settling.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.reply_due_at.or(self.due_at)
    }
}

/// What waits for a person: a question to answer, or a result to rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// The request.
    pub item: Item,
    /// The desk's question, or what it says was done.
    pub said: String,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The lines, newest first.
    pub items: Vec<Item>,
    /// Where the next page starts, if there is one.
    pub before: Option<i64>,
}

pub(crate) const COLUMNS: &str = "r.id, r.number, r.class, r.area, r.what, r.what_public, r.place, r.place_public, r.state, r.asked, r.reported_at, \
    CASE WHEN r.answered_at IS NULL THEN r.reply_due_at END AS reply_due_at, r.due_at, r.settled_at, r.me_too, r.cover, r.rating, r.lat, r.lon, r.danger";

/// Reads a line; `full` shows the words as they were written.
pub(crate) fn item(row: &AnyRow, full: bool) -> Result<Item> {
    let number: String = row.try_get("number")?;
    let stored = |column: &'static str, value: &str| StoreError::Stored { table: "request", column, row: number.clone(), value: value.to_owned() };
    let class: Option<String> = row.try_get("class")?;
    let area: String = row.try_get("area")?;
    let state: String = row.try_get("state")?;
    let time = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(instant));
    Ok(Item {
        id: row.try_get("id")?,
        class: class.map(|code| code.parse().map_err(|_| stored("class", &code))).transpose()?,
        area: area.parse().map_err(|_| stored("area", &area))?,
        what: row.try_get(if full { "what" } else { "what_public" })?,
        place: row.try_get(if full { "place" } else { "place_public" })?,
        state: State::parse(&state).ok_or_else(|| stored("state", &state))?,
        asked: row.try_get::<i64, _>("asked")? != 0,
        reported_at: instant(row.try_get("reported_at")?),
        reply_due_at: time("reply_due_at")?,
        due_at: time("due_at")?,
        settled_at: time("settled_at")?,
        me_too: row.try_get("me_too")?,
        cover: row.try_get("cover")?,
        rating: row.try_get("rating")?,
        metres: None,
        lat: row.try_get("lat")?,
        lon: row.try_get("lon")?,
        urgency: Urgency::of(full && row.try_get::<i64, _>("danger")? != 0),
        number: EventNumber::parse(&number).map_err(|_| stored("number", &number))?,
    })
}

/// A statement that grows with the filter; values are always bound, never written into it.
#[derive(Default)]
struct Where {
    conditions: Vec<String>,
    values: Vec<Value>,
}

enum Value {
    Text(String),
    Number(i64),
}

impl Where {
    fn text(&mut self, condition: impl Fn(usize) -> String, value: impl Into<String>) {
        self.values.push(Value::Text(value.into()));
        self.conditions.push(condition(self.values.len()));
    }

    fn number(&mut self, condition: impl Fn(usize) -> String, value: i64) {
        self.values.push(Value::Number(value));
        self.conditions.push(condition(self.values.len()));
    }

    async fn fetch(self, sql: String, connection: impl sqlx::Executor<'_, Database = sqlx::Any>) -> Result<Vec<AnyRow>> {
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for value in self.values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Number(number) => query.bind(number),
            };
        }
        Ok(query.fetch_all(connection).await?)
    }

    fn area(&mut self, area: &AreaCode, column: impl Fn(&'static str) -> String) {
        match (area.community(), area.subdistrict()) {
            (Some(community), _) => {
                self.text(|place| format!("{} = ${place}", column("community")), community.as_str());
                if community != *area {
                    self.text(|place| format!("{} = ${place}", column("area")), area.as_str());
                }
            }
            (None, Some(subdistrict)) => self.text(|place| format!("{} = ${place}", column("subdistrict")), subdistrict.as_str()),
            // The district itself: everything here is in it.
            (None, None) => {}
        }
    }
}

impl Store {
    /// A page of requests, newest first, before the line `before`.
    ///
    /// Each page reads along one index and stops at its twentieth line; what other filters refuse is passed over,
    /// within the index where it can be.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn requests(&self, viewer: &Viewer, place: Place, filter: &Filter, before: Option<i64>) -> Result<Page> {
        let Some((sql, with)) = self.listing(viewer, place, filter, before) else { return Ok(Page::default()) };
        let rows = with.fetch(sql, self.db.read()).await?;
        // Whoever met the same sees no more of it than anybody.
        let full = |row: &AnyRow| -> Result<bool, sqlx::Error> {
            match place {
                Place::Public => Ok(false),
                Place::Mine => row.try_get::<String, _>("follow_kind").map(|kind| kind != "me_too"),
                Place::Desk => Ok(true),
            }
        };
        let mut items = rows.iter().map(|row| item(row, full(row)?)).collect::<Result<Vec<_>>>()?;
        let before = (items.len() > PAGE).then(|| items[PAGE - 1].id);
        items.truncate(PAGE);
        Ok(Page { items, before })
    }

    /// How the database reads the first page of a list, in its own words: for tests, and for whoever asks why a list
    /// is slow.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn plan_requests(&self, viewer: &Viewer, place: Place, filter: &Filter) -> Result<Vec<String>> {
        let Some((sql, with)) = self.listing(viewer, place, filter, None) else { return Ok(Vec::new()) };
        let (explain, column) = self.db.explain();
        let mut connection = self.db.read().begin().await?;
        // What words find is read by an index that knows no order: only a table with rows can tell that it is used.
        if filter.words.is_empty() {
            for statement in self.db.without_statistics() {
                sqlx::query(*statement).execute(&mut *connection).await?;
            }
        }
        let rows = with.fetch(format!("{explain} {sql}"), &mut *connection).await?;
        rows.iter().map(|row| Ok(row.try_get(column)?)).collect()
    }

    /// The statement of a page and its values; none where nothing can be found.
    fn listing(&self, viewer: &Viewer, place: Place, filter: &Filter, before: Option<i64>) -> Option<(String, Where)> {
        // What the words find is read first, and the rest asked of each.
        let searching = !filter.words.trim().is_empty();
        let mut with = Where::default();
        let mut from = "request r";
        let mut order = "r.id";
        match place {
            Place::Public => with.conditions.push(format!("{}r.visibility = 'public'", if searching { self.db.aside() } else { "" })),
            Place::Mine => {
                let Some(account) = &viewer.account else { return None };
                from = "follow f JOIN request r ON r.id = f.request";
                order = "f.request";
                with.text(|place| format!("f.account = ${place}"), account.as_str());
                // What one joined can be hidden later; what one filed stays one's own.
                with.conditions.push("(r.visibility = 'public' OR f.kind <> 'me_too')".into());
                // What one filed at doors was an agent's to see.
                if viewer.areas(Role::Agent).next().is_none() {
                    with.conditions.push("f.kind <> 'agent'".into());
                }
            }
            Place::Desk => {
                let areas: Vec<_> = viewer.areas(Role::Handler).cloned().collect();
                if let [area] = &areas[..] {
                    with.area(area, |column| format!("{}r.{column}", if searching { self.db.aside() } else { "" }));
                } else {
                    let Within { condition, values } = within("r.area", areas.iter(), with.values.len() + 1)?;
                    with.conditions.push(condition);
                    with.values.extend(values.into_iter().map(Value::Text));
                }
            }
        }
        let class_column = filter.class.map(|class| match class.as_str().len() {
            2 => "class_1",
            4 if self.district().catalogue.is_leaf(class) => "class",
            4 => "class_2",
            _ => "class",
        });
        // The narrowest of what was asked for chooses the index of a public list.
        let area = filter.area.as_ref();
        let narrowest = if area.is_some_and(|area| area.community().is_some()) {
            "community"
        } else {
            match class_column {
                Some(class @ ("class" | "class_2")) => class,
                _ if area.is_some_and(|area| area.subdistrict().is_some()) => "subdistrict",
                Some(class) => class,
                None => "progress",
            }
        };
        let passed_over = |name| searching || (place == Place::Public && name != narrowest);
        let column = |name: &'static str| format!("{}r.{name}", if passed_over(name) { self.db.aside() } else { "" });
        if let Some((class, name)) = filter.class.as_ref().zip(class_column) {
            with.text(|place| format!("{} = ${place}", column(name)), class.as_str());
        }
        if let Some(area) = area {
            with.area(area, column);
        }
        if let Some(progress) = filter.progress {
            with.text(|place| format!("{} = ${place}", column("progress")), progress.as_str());
        }
        if filter.late {
            with.conditions.push(format!("{} = 'open'", column("progress")));
            with.number(|place| format!("r.due_at < ${place}"), self.clock.millis());
        }
        if searching {
            let expression = self.db.search_expression(&query_pairs(&filter.words))?;
            from = match place {
                Place::Mine => "request_search s JOIN request r ON r.id = s.rowid JOIN follow f ON f.request = r.id",
                _ => "request_search s JOIN request r ON r.id = s.rowid",
            };
            order = "s.rowid";
            with.text(|place| self.db.search_condition(place), expression);
        }
        if let Some(before) = before {
            with.number(|place| format!("{order} < ${place}"), before);
        }
        let conditions = if with.conditions.is_empty() { "1 = 1".into() } else { with.conditions.join(" AND ") };
        let kind = if place == Place::Mine { ", f.kind AS follow_kind" } else { "" };
        let sql = format!("SELECT {COLUMNS}{kind} FROM {from} WHERE {conditions} ORDER BY {order} DESC LIMIT {}", PAGE + 1);
        Some((sql, with))
    }
}

/// Most lines that wait for a person on the home page.
const MOST_NEEDS: usize = 5;

impl Store {
    /// What waits for the viewer: questions of the desk, and results not rated yet, each with what the desk said. An
    /// agent can answer for somebody, and rates for nobody.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn needs_me(&self, viewer: &Viewer) -> Result<Vec<Need>> {
        let Some(account) = &viewer.account else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT {COLUMNS}, (SELECT h.words FROM request_history h WHERE h.request = r.id AND h.change <> 'joined' AND h.change = CASE WHEN r.state = 'settled' THEN 'settled' ELSE 'asked' END \
             ORDER BY h.at DESC, h.id DESC LIMIT 1) AS said FROM follow f JOIN request r ON r.id = f.request WHERE f.account = $1 AND f.kind <> 'me_too' AND \
             ((r.asked = 1 AND r.progress = 'open' AND (f.kind = 'filer' OR CAST($2 AS BIGINT) = 1)) OR (r.state = 'settled' AND f.kind = 'filer')) ORDER BY f.request DESC LIMIT {MOST_NEEDS}"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(account.as_str())
            .bind(i64::from(viewer.areas(Role::Agent).next().is_some()))
            .fetch_all(self.db.read())
            .await?;
        rows.iter().map(|row| Ok(Need { item: item(row, true)?, said: row.try_get::<Option<String>, _>("said")?.unwrap_or_default() })).collect()
    }
}

//! The desk's list: what is open in a handler's areas, danger first, then what is promised next: the first answer, then
//! the settling.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use domain::area::AreaCode;
use domain::request::Urgency;
use domain::role::{Role, Viewer};
use sqlx::{AssertSqlSafe, Row as _};

use super::PAGE;
use super::list::{COLUMNS, Item, item};
use crate::{Result, Store};

/// Which of the open requests the desk looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Queue {
    /// All that is open.
    #[default]
    Open,
    /// Not taken on yet.
    Reported,
    /// Due before the day ends, and not late yet.
    Today,
    /// A question waits for the resident.
    Asked,
    /// Past the deadline.
    Late,
    /// Without a class.
    Unclassified,
}

impl Queue {
    /// All, in the order they are offered.
    pub const ALL: [Self; 6] = [Self::Open, Self::Reported, Self::Today, Self::Asked, Self::Late, Self::Unclassified];

    /// The stable word used in links.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Reported => "reported",
            Self::Today => "today",
            Self::Asked => "asked",
            Self::Late => "late",
            Self::Unclassified => "unclassified",
        }
    }

    /// Reads the word of a link.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.as_str() == word)
    }

    /// What an open request of this queue is like. `$1` is now and `$2` when the day ends: deadlines are compared as
    /// the index keeps them.
    fn condition(self) -> String {
        match self {
            Self::Open => "1 = 1".into(),
            Self::Reported => "r.state IN ('reported', 'reopened')".into(),
            Self::Today => format!("{DUE} >= $1 AND {DUE} < $2"),
            Self::Asked => "r.asked = 1".into(),
            Self::Late => format!("{DUE} < $1"),
            Self::Unclassified => "r.class IS NULL".into(),
        }
    }
}

/// A line's place in the order of the desk: a page continues after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeskPlace {
    /// Danger goes first.
    pub urgency: Urgency,
    /// Then the soonest promise; what has none comes last.
    pub due: i64,
    /// Then the older one.
    pub id: i64,
}

impl DeskPlace {
    /// Where a line stands.
    #[must_use]
    pub fn of(item: &Item) -> Self {
        Self { urgency: item.urgency, due: item.next_due().map_or(NEVER, |due| due.timestamp_millis()), id: item.id }
    }

    /// Reads the words of a link.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let danger = parts.next()?.parse::<i64>().ok()? == 0;
        Some(Self { urgency: Urgency::of(danger), due: parts.next()?.parse().ok()?, id: parts.next()?.parse().ok()? })
    }
}

impl std::fmt::Display for DeskPlace {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}.{}.{}", i64::from(!self.urgency.is_danger()), self.due, self.id)
    }
}

/// One page of the desk's list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeskPage {
    /// The lines, danger first, then the soonest promise; what has none comes last.
    pub items: Vec<Item>,
    /// Where the next page starts, if there is one.
    pub after: Option<DeskPlace>,
}

/// How many wait in each queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In all; at most [`Waiting::MOST`], then there are more and the others are not counted.
    pub open: i64,
    /// Not taken on yet.
    pub reported: i64,
    /// Due today.
    pub today: i64,
    /// Waiting for the resident.
    pub asked: i64,
    /// Late.
    pub late: i64,
    /// Without a class.
    pub unclassified: i64,
}

impl Waiting {
    /// Counting stops here, so that a page costs the same in a village and in a metropolis.
    pub const MOST: i64 = 1000;

    /// The count of a queue, unless counting stopped before its end.
    #[must_use]
    pub fn of(&self, queue: Queue) -> Option<i64> {
        let count = match queue {
            Queue::Open => self.open,
            Queue::Reported => self.reported,
            Queue::Today => self.today,
            Queue::Asked => self.asked,
            Queue::Late => self.late,
            Queue::Unclassified => self.unclassified,
        };
        (self.open < Self::MOST).then_some(count)
    }
}

/// No deadline is after all others: the largest whole number that JSON carries exactly.
const NEVER: i64 = 9_007_199_254_740_991;

/// What is promised next ([`Item::next_due`]), as the index keeps it.
const DUE: &str = "COALESCE(CASE WHEN r.answered_at IS NULL THEN r.reply_due_at END, r.due_at, 9007199254740991)";

/// Statements over the handler's areas: one part each, read along its own index. `$first` and on are the areas.
fn parts(areas: &[&AreaCode], first: usize, part: impl Fn(&str) -> String) -> String {
    areas
        .iter()
        .enumerate()
        .map(|(index, area)| {
            let place = first + index;
            let within = match (area.community(), area.subdistrict()) {
                (Some(community), _) if &community == *area => format!("r.community = ${place}"),
                (Some(_), _) => format!("r.community = SUBSTR(${place}, 1, 12) AND r.area = ${place}"),
                (None, Some(_)) => format!("r.subdistrict = ${place}"),
                // The district itself: everything here is in it, and the parameter is named so that it has a type.
                (None, None) => format!("CAST(${place} AS TEXT) <> ''"),
            };
            format!("SELECT * FROM ({}) part_{index}", part(&within))
        })
        .collect::<Vec<_>>()
        .join(" UNION ALL ")
}

impl Store {
    /// The areas a viewer handles, without those inside another.
    fn desk_areas(viewer: &Viewer) -> Vec<&AreaCode> {
        let mut areas: Vec<_> = viewer.areas(Role::Handler).collect();
        areas.sort();
        areas.dedup();
        let all = areas.clone();
        areas.retain(|area| !all.iter().any(|around| around != area && area.is_within(around)));
        areas
    }

    /// Now, and when the local day ends.
    fn today(&self) -> (i64, i64) {
        let now = self.clock.now();
        let zone = self.settings.zone;
        let tomorrow = now.with_timezone(&zone).date_naive() + TimeDelta::days(1);
        let ends: DateTime<Utc> =
            zone.from_local_datetime(&tomorrow.and_time(chrono::NaiveTime::MIN)).earliest().map_or(now, |at| at.with_timezone(&Utc));
        (now.timestamp_millis(), ends.timestamp_millis())
    }

    /// A page of what is open in the viewer's areas, danger first, then the soonest promise, after the line `after`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn desk(&self, viewer: &Viewer, queue: Queue, after: Option<DeskPlace>) -> Result<DeskPage> {
        let areas = Self::desk_areas(viewer);
        if areas.is_empty() {
            return Ok(DeskPage::default());
        }
        let (now, ends) = self.today();
        let queue = queue.condition();
        let most = PAGE + 1;
        let after = after.unwrap_or(DeskPlace { urgency: Urgency::ALL[0], due: i64::MIN, id: i64::MIN });
        // Each urgency is read along the index on its own; whole ones are left out or taken, only that of `after` is
        // entered in the middle.
        let parts = Urgency::ALL
            .into_iter()
            .filter(|urgency| *urgency >= after.urgency)
            .map(|urgency| {
                let danger = i64::from(urgency.is_danger());
                let entered = if urgency == after.urgency { format!(" AND {DUE} >= $3 AND ({DUE}, r.id) > ($3, $4)") } else { String::new() };
                parts(&areas, 5, |within| {
                    format!(
                        "SELECT {COLUMNS}, {DUE} AS next_due FROM request r WHERE r.progress = 'open' AND r.danger = {danger} AND {within} AND {queue}{entered} \
                         AND CAST($1 AS BIGINT) < CAST($2 AS BIGINT) ORDER BY {DUE}, r.id LIMIT {most}"
                    )
                })
            })
            .collect::<Vec<_>>()
            .join(" UNION ALL ");
        let sql = format!("SELECT * FROM ({parts}) r ORDER BY r.danger DESC, r.next_due, r.id LIMIT {most}");
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(ends).bind(after.due).bind(after.id);
        for area in areas {
            query = query.bind(area.as_str());
        }
        let rows = query.fetch_all(self.db.read()).await?;
        let mut items = rows.iter().map(|row| item(row, true)).collect::<Result<Vec<_>>>()?;
        let after = (rows.len() > PAGE).then(|| DeskPlace::of(&items[PAGE - 1]));
        items.truncate(PAGE);
        Ok(DeskPage { items, after })
    }

    /// The case after this one in a queue of the viewer's desk; after the last one the first.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn desk_next(&self, viewer: &Viewer, queue: Queue, item: &Item) -> Result<Option<Item>> {
        for after in [Some(DeskPlace::of(item)), None] {
            let next = self.desk(viewer, queue, after).await?.items.into_iter().find(|next| next.id != item.id);
            if next.is_some() {
                return Ok(next);
            }
        }
        Ok(None)
    }

    /// How many wait in each queue of the viewer's desk.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn desk_counts(&self, viewer: &Viewer) -> Result<Waiting> {
        let areas = Self::desk_areas(viewer);
        if areas.is_empty() {
            return Ok(Waiting::default());
        }
        let (now, ends) = self.today();
        let most = Waiting::MOST;
        let parts = parts(&areas, 3, |within| {
            format!(
                "SELECT r.state, r.reply_due_at, r.answered_at, r.due_at, r.asked, r.class FROM request r WHERE r.progress = 'open' AND {within} LIMIT {most}"
            )
        });
        let count =
            |queue: Queue| format!("CAST(COALESCE(SUM(CASE WHEN {} THEN 1 ELSE 0 END), 0) AS BIGINT) AS {}", queue.condition(), queue.as_str());
        let sql = format!("SELECT {} FROM ({parts}) r", Queue::ALL.map(count).join(", "));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now).bind(ends);
        for area in areas {
            query = query.bind(area.as_str());
        }
        let row = query.fetch_one(self.db.read()).await?;
        Ok(Waiting {
            open: row.try_get::<i64, _>("open")?.min(most),
            reported: row.try_get("reported")?,
            today: row.try_get("today")?,
            asked: row.try_get("asked")?,
            late: row.try_get("late")?,
            unclassified: row.try_get("unclassified")?,
        })
    }
}

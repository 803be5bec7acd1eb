//! How a request's facts are said: states, changes, roles, times, what is left.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::area::Areas;
use domain::event::class::{Catalogue, ClassCode};
use domain::request::{Change, POOR_RATING, Progress, Relation, State as Standing};
use leptos::prelude::*;
use store::request::Item;

use crate::part::{Look, State};
use crate::text::Lang;
use crate::text::t;

/// The word of a state.
#[must_use]
pub fn state_word(lang: Lang, state: Standing) -> String {
    lang.say(&format!("state-{}", state.as_str().replace('_', "-")))
}

/// The word of a change in the timeline.
#[must_use]
pub fn change_word(lang: Lang, change: Change) -> String {
    lang.say(&format!("change-{}", change.as_str().replace('_', "-")))
}

/// What was rated: the word and the points.
#[must_use]
pub fn rating_word(lang: Lang, points: i64) -> String {
    t!(lang, "rated", word = lang.say(&format!("rated-{points}")), points = points)
}

/// Who, as a role and never a name.
#[must_use]
pub fn relation_word(lang: Lang, relation: Relation) -> String {
    lang.say(&format!("by-{}", relation.as_str()))
}

/// The name of a class, or that it waits for one.
#[must_use]
pub fn class_word(lang: Lang, catalogue: &Catalogue, class: Option<ClassCode>) -> String {
    match class.and_then(|code| catalogue.get(code)) {
        Some(class) => lang.pick(&class.name_zh, &class.name_en).clone(),
        None => t!(lang, "unclassified"),
    }
}

/// The name of an area from the subdistrict down. Place names are proper names, the same in both languages.
#[must_use]
pub fn area_word(areas: &Areas, area: &domain::area::AreaCode) -> String {
    areas.path_name(area).unwrap_or_else(|| areas.get(area).map(|area| area.name.clone()).unwrap_or_default())
}

/// `今天 08:12`, `昨天 19:40`, `11 月 21 日 08:12`, and with the year when it is another.
#[must_use]
pub fn when(lang: Lang, at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let time = at.format("%H:%M").to_string();
    let days = now.date_naive().signed_duration_since(at.date_naive()).num_days();
    match days {
        0 => t!(lang, "when-today", time = time),
        1 => t!(lang, "when-yesterday", time = time),
        -1 => t!(lang, "when-tomorrow", time = time),
        _ if at.year() == now.year() => on_day(lang, at.to_utc(), zone),
        _ => day_word(lang, at.date_naive()),
    }
}

/// Day and time, the same whenever it is read: for paper.
#[must_use]
pub fn on_day(lang: Lang, at: DateTime<Utc>, zone: Tz) -> String {
    let at = at.with_timezone(&zone);
    let time = at.format("%H:%M").to_string();
    t!(lang, "when-day", month = i64::from(at.month()), name = at.format("%b").to_string(), day = i64::from(at.day()), time = time)
}

/// A day with its year.
#[must_use]
pub fn day_word(lang: Lang, day: NaiveDate) -> String {
    t!(
        lang,
        "when-year",
        year = i64::from(day.year()),
        month = i64::from(day.month()),
        name = day.format("%b").to_string(),
        day = i64::from(day.day())
    )
}

/// A length of time in its two largest units.
#[must_use]
pub fn span(lang: Lang, length: TimeDelta) -> String {
    let minutes = length.num_minutes().abs();
    let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    if days > 0 && hours > 0 && days < 3 {
        t!(lang, "span-days-hours", days = days, hours = hours)
    } else if days > 0 {
        t!(lang, "span-days", days = days)
    } else if hours > 0 && rest > 0 {
        t!(lang, "span-hours-minutes", hours = hours, minutes = rest)
    } else if hours > 0 {
        t!(lang, "span-hours", hours = hours)
    } else {
        t!(lang, "span-minutes", minutes = rest.max(1))
    }
}

/// How long is left until what is promised next, an answer or the settling, or how long that is overdue.
#[must_use]
pub fn left(lang: Lang, answer: bool, due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let length = span(lang, due - now);
    match (answer, due >= now) {
        (true, true) => t!(lang, "left-answer", span = length),
        (true, false) => t!(lang, "late-answer", span = length),
        (false, true) => t!(lang, "left-settle", span = length),
        (false, false) => t!(lang, "late-settle", span = length),
    }
}

/// Where a request stands, as the shape and word of lists and heads.
#[must_use]
pub fn standing(lang: Lang, item: &Item, now: DateTime<Utc>) -> (Look, String) {
    let progress = item.state.progress();
    if let (Progress::Open, Some(due)) = (progress, item.due_at)
        && due < now
    {
        return (Look::Late, t!(lang, "standing-late", span = span(lang, now - due)));
    }
    if item.asked && progress == Progress::Open {
        return (Look::Wait, t!(lang, "standing-asked"));
    }
    match item.state {
        Standing::Reported if item.class.is_none() => (Look::Wait, t!(lang, "standing-unclassified")),
        Standing::Reported => (Look::Wait, state_word(lang, item.state)),
        Standing::Settled => match item.settled_at {
            Some(at) => (Look::Done, t!(lang, "standing-settled", span = span(lang, at - item.reported_at))),
            None => (Look::Done, state_word(lang, item.state)),
        },
        Standing::Rated => match item.rating {
            Some(points) if points <= POOR_RATING => (Look::Plain, t!(lang, "standing-rated", points = points)),
            Some(points) => (Look::Done, t!(lang, "standing-rated", points = points)),
            None => (Look::Done, state_word(lang, item.state)),
        },
        Standing::Declined | Standing::Merged | Standing::Withdrawn => (Look::Plain, state_word(lang, item.state)),
        _ => (Look::Work, state_word(lang, item.state)),
    }
}

/// [`standing`] as its part.
pub fn state_view(lang: Lang, item: &Item, now: DateTime<Utc>) -> impl IntoView + use<> {
    let (look, word) = standing(lang, item, now);
    view! { <State look=look word=word/> }
}

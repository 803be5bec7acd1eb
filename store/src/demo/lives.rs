//! Requests of the demo district and how each of them went.

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike};
use domain::area::{AreaCode, Level, Position};
use domain::event::Fact;
use domain::event::class::{Class, Visibility as ClassVisibility};
use domain::request::{Change, Progress, Relation, State};
use domain::text::mask;

use super::chance::{Chance, totals};
use super::people::{People, Person};
use super::pictures::{PhotoRow, Pictures};
use super::season::{self, Season};
use super::walk::Walk;
use super::words::Words;
use crate::District;
use crate::clock::instant;
use crate::request::{Entered, FollowRow, HistoryRow, RequestRow, Stated, searched};

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// Everything a request is made from.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) total: u64,
    pub(super) scale: u64,
    /// When the history ends.
    pub(super) now: i64,
    pub(super) zone: chrono_tz::Tz,
    pub(super) district: Arc<District>,
    pub(super) people: People,
    pub(super) pictures: Pictures,
    pub(super) words: Words,
    from: i64,
    hours: Vec<f64>,
    classes: Vec<(Class, Season)>,
    /// Running totals of the classes' weights, by month.
    months: Vec<Vec<f64>>,
    areas: Vec<(AreaCode, String, Option<Position>)>,
    crowds: Vec<f64>,
}

/// A line in somebody's inbox.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) account: String,
    pub(super) change: Change,
    pub(super) request: i64,
    pub(super) words: String,
    pub(super) at: i64,
    pub(super) read_at: Option<i64>,
}

/// A request with all that came of it; only its number is still to be given.
pub(super) struct Life {
    pub(super) entered: Entered,
    pub(super) day: NaiveDate,
    pub(super) area: AreaCode,
    pub(super) photos: Vec<PhotoRow>,
    pub(super) told: Vec<Told>,
}

/// How a request is to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Settled,
    /// Nobody has looked at it yet.
    New,
    /// With a department.
    Sent,
    /// Being worked on, however long.
    Stuck,
    Declined,
    Merged,
    Withdrawn,
    Hidden,
    /// A question of the desk waits for the resident.
    Question,
    /// Answered, and not settled yet.
    Answer,
    /// Settled, and not rated yet.
    Result,
    /// Settled, but the resident was not content.
    Again,
}

/// The well-known resident's own requests, one for everything that can be seen: how many (at scale 1) before the
/// last, and how it goes.
const OWN: [(u64, Course); 11] = [
    (0, Course::New),
    (3, Course::Sent),
    (6, Course::Stuck),
    (9, Course::Question),
    (16, Course::Answer),
    (30, Course::Result),
    (47, Course::Result),
    (55, Course::Again),
    (75, Course::Declined),
    (120, Course::Settled),
    (400, Course::Settled),
];

impl World {
    pub(super) fn new(
        seed: u64,
        scale: u64,
        total: u64,
        now: i64,
        zone: chrono_tz::Tz,
        district: Arc<District>,
        people: People,
        pictures: Pictures,
    ) -> Self {
        let from = now - 365 * DAY;
        let hours = totals((0..365 * 24).map(|hour| season::weight(&local(from + hour * HOUR, zone))));
        let day = local(now, zone).date_naive();
        let classes: Vec<_> = district.catalogue.open_leaves(day).map(|class| (class.clone(), season::of(class.code.as_str()).1)).collect();
        let months = (1..=12)
            .map(|month| {
                totals(classes.iter().map(|(class, season)| {
                    let private = class.visibility == ClassVisibility::Private;
                    season::of(class.code.as_str()).0 * season.in_month(month) * if private { 0.4 } else { 1.0 }
                }))
            })
            .collect();
        let mut chance = Chance::new(seed, "areas", 0);
        let mut communities: Vec<_> = district.areas.iter().filter(|area| area.level == Level::Community).collect();
        if communities.is_empty() {
            communities = district.areas.iter().filter(|area| area.level == Level::District).collect();
        }
        let areas: Vec<_> = communities.iter().map(|area| (area.code, area.name.trim_end_matches("社区").to_owned(), area.centre())).collect();
        // Where more communities lie close together, more people live in each.
        let crowds = totals(communities.iter().map(|area| {
            let neighbours = communities.iter().filter(|other| other.parent == area.parent).count() as f64;
            (0.5 + chance.unit()) * neighbours * neighbours
        }));
        Self { seed, total, scale, now, zone, district, people, pictures, words: Words::shipped(), from, hours, classes, months, areas, crowds }
    }

    /// When the `nth` request was filed: later than the one before, thick where people file much.
    fn filed_at(&self, nth: u64, chance: &mut Chance) -> i64 {
        let all = self.hours.last().copied().unwrap_or(1.0);
        let at = (nth as f64 + chance.unit()) / self.total as f64 * all;
        let hour = self.hours.partition_point(|total| *total <= at).min(self.hours.len() - 1);
        let before = if hour == 0 { 0.0 } else { self.hours[hour - 1] };
        let within = (at - before) / (self.hours[hour] - before).max(f64::MIN_POSITIVE);
        self.from + i64::try_from(hour).unwrap_or(0) * HOUR + ((within.clamp(0.0, 0.999_999) * HOUR as f64) as i64)
    }

    /// The `nth` request and its life. Its number stays empty.
    pub(super) fn life(&self, nth: u64) -> Life {
        let mut chance = Chance::new(self.seed, "request", nth);
        let at = self.filed_at(nth, &mut chance);
        let then = local(at, self.zone);
        let own = OWN.iter().find(|(back, _)| self.total.checked_sub(back * self.scale + 1) == Some(nth)).map(|(_, course)| *course);
        let (class, _) = &self.classes[self.class(&then, own.is_some(), &mut chance)];
        let filer = self.filer(own.is_some(), &mut chance);
        let (area, village, centre) = self.area(&filer, &mut chance);
        let phone = format!("1380014{:04}", chance.below(10_000));
        let plate = plate(&mut chance);
        let names =
            [("village", village), ("phone", phone.as_str()), ("plate", plate.as_str()), ("class", class.name_en.as_str()), ("number", "{number}")];
        let code = class.code.as_str();
        let english = chance.holds(0.01);
        let what = if english { self.words.say(&mut chance, "english", "", &names) } else { self.words.say(&mut chance, "what", code, &names) };
        let somewhere = class.required.contains(&Fact::Place) || chance.holds(0.4);
        let place = if somewhere { self.words.say(&mut chance, "place", code, &names) } else { String::new() };
        let position = centre.filter(|_| somewhere && chance.holds(0.7)).and_then(|centre| near(&centre, &mut chance));
        let since =
            (class.required.contains(&Fact::Since) && chance.holds(0.85)).then(|| then.date_naive() - TimeDelta::days(chance.between(20, 200)));
        let unclassified = own.is_none() && chance.holds(0.04);
        let mut walk = Walk::new(self, nth, at, area, class, unclassified, &filer, chance);
        walk.request.what_public = mask(&what);
        walk.request.what = what;
        walk.request.since = since.map(|day| day.to_string());
        walk.request.place_public = mask(&place);
        walk.request.place = place;
        walk.request.lat = position.as_ref().map(Position::lat);
        walk.request.lon = position.as_ref().map(Position::lon);
        walk.request.accuracy = position.as_ref().and_then(Position::accuracy_m).map(i64::from);
        if walk.request.source != "web" {
            walk.request.phone = Some(phone.clone());
        }
        walk.go(own, &names);
        walk.finish();
        let Walk { mut request, mut history, photos, told, .. } = walk;
        request.description = Stated::of(&request).compose(&self.district, self.zone, request.class);
        request.pairs = searched(&request.what_public, &request.place_public);
        let mut follows: Vec<_> = [(&request.filer, "filer"), (&request.agent, "agent")]
            .into_iter()
            .filter_map(|(account, kind)| Some(FollowRow { request: request.id, account: account.clone()?, kind, at }))
            .collect();
        for (follow, entry) in self.joined(nth, &request, &history) {
            request.me_too += 1;
            follows.push(follow);
            let place = history.partition_point(|(before, _)| before.at <= entry.at);
            let state = history[place - 1].1;
            history.insert(place, (entry, state));
        }
        Life { day: then.date_naive(), area, photos, told, entered: Entered { request, history, follows } }
    }

    fn class(&self, then: &DateTime<chrono_tz::Tz>, own: bool, chance: &mut Chance) -> usize {
        let totals = &self.months[usize::try_from(then.month0()).unwrap_or(0)];
        for _ in 0..20 {
            let found = chance.weighted(totals);
            let (class, season) = &self.classes[found];
            // What goes with the night is not reported at noon; the resident everybody signs in as shows nothing private.
            if (!own || class.visibility == ClassVisibility::Public) && chance.holds(season.in_hour(then.hour())) {
                return found;
            }
        }
        0
    }

    fn filer(&self, own: bool, chance: &mut Chance) -> Filer {
        // Sixty accounts file as much at any scale; beyond that people file without one.
        let often = 1.0 / self.scale as f64;
        let draw = chance.unit();
        let person = chance.pick(&self.people.residents).cloned();
        let agent = chance.pick(&self.people.agents).cloned();
        match (person, agent) {
            (Some(_), _) if own => self.people.residents.first().cloned().map_or(Filer::Guest, Filer::Resident),
            (Some(person), _) if draw < 0.62 * often => Filer::Resident(person),
            (_, Some(agent)) if draw < 0.70 * often => Filer::Agent(agent),
            _ => Filer::Guest,
        }
    }

    /// Where, what people call it, and its centre: a community mostly, a subdistrict or the district now and then.
    fn area(&self, filer: &Filer, chance: &mut Chance) -> (AreaCode, &str, Option<Position>) {
        let at_home = chance.holds(0.5);
        let found = match filer {
            Filer::Resident(person) if at_home => self.areas.iter().position(|(code, ..)| *code == person.area),
            Filer::Agent(agent) => {
                let within: Vec<usize> = (0..self.areas.len()).filter(|at| self.areas[*at].0.is_within(&agent.area)).collect();
                chance.pick(&within).copied()
            }
            _ => None,
        };
        let found = found.unwrap_or_else(|| chance.weighted(&self.crowds));
        let (code, village, centre) = &self.areas[found];
        let draw = chance.unit();
        let known = if draw < 0.03 {
            code.subdistrict()
        } else if draw < 0.04 {
            code.district()
        } else {
            None
        };
        (known.unwrap_or(*code), village, *centre)
    }

    /// Who has met the same while it was open, and follows.
    fn joined(&self, nth: u64, request: &RequestRow, history: &[(HistoryRow, State)]) -> Vec<(FollowRow, HistoryRow)> {
        let mut chance = Chance::new(self.seed, "joined", nth);
        if request.visibility != "public" || !chance.holds(0.35 / self.scale as f64) {
            return Vec::new();
        }
        let residents = &self.people.residents;
        let first = chance.below(residents.len());
        let mut count = 1;
        while count < 14 && chance.holds(0.6) {
            count += 1;
        }
        (0..count.min(residents.len()))
            .map(|step| &residents[(first + step) % residents.len()])
            .filter(|person| Some(&person.id) != request.filer.as_ref())
            .filter_map(|person| {
                let at = (request.reported_at + chance.between(HOUR / 4, 2 * DAY)).min(self.now);
                let (_, state) = history.iter().rev().find(|(entry, _)| entry.at <= at)?;
                let entry = HistoryRow {
                    id: chance.uuid(at),
                    request: request.id,
                    at,
                    change: Change::Joined,
                    role: Relation::Neighbour,
                    account: None,
                    words: String::new(),
                    words_public: String::new(),
                    rating: None,
                    key_hash: None,
                };
                let follow = FollowRow { request: request.id, account: person.id.clone(), kind: "me_too", at };
                (state.progress() == Progress::Open).then_some((follow, entry))
            })
            .collect()
    }
}

/// Who filed.
pub(super) enum Filer {
    Resident(Person),
    Agent(Person),
    Guest,
}

fn local(at: i64, zone: chrono_tz::Tz) -> DateTime<chrono_tz::Tz> {
    instant(at).with_timezone(&zone)
}

/// Within a few hundred metres, as exact as phones are.
fn near(centre: &Position, chance: &mut Chance) -> Option<Position> {
    let lat = centre.lat() + chance.bell() * 0.0035;
    let lon = centre.lon() + chance.bell() * 0.0038;
    let digits = |degrees: f64| (degrees * 100_000.0).round() / 100_000.0;
    let accuracy = u32::try_from(chance.between(4, 65)).ok();
    Position::new(digits(lat), digits(lon), accuracy).ok()
}

/// The five characters of a number plate.
fn plate(chance: &mut Chance) -> String {
    let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    format!("{}{:04}", char::from(letters[chance.below(letters.len())]), chance.below(10_000))
}

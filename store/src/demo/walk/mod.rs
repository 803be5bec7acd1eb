//! One request's way through its states, each step allowed by the domain.

mod way;

use chrono::Timelike;
use domain::area::AreaCode;
use domain::calendar::{Promise, due};
use domain::event::Fact;
use domain::event::class::Class;
use domain::request::{Change, Relation, State, Status, Visibility};
use domain::text::mask;

use crate::clock::instant;
use crate::demo::chance::Chance;
use crate::demo::lives::{DAY, Filer, HOUR, Told, World};
use crate::demo::pictures::PhotoRow;
use crate::request::{HistoryRow, RequestRow};
use crate::{hash, ids};

const MINUTE: i64 = 60_000;

pub(in crate::demo) struct Walk<'a> {
    world: &'a World,
    pub(in crate::demo) request: RequestRow,
    pub(in crate::demo) history: Vec<(HistoryRow, State)>,
    pub(in crate::demo) photos: Vec<PhotoRow>,
    pub(in crate::demo) told: Vec<Told>,
    pub(in crate::demo) status: Status,
    class: &'a Class,
    area: AreaCode,
    chance: Chance,
    /// When the last entry was.
    last: i64,
    handler: Option<String>,
    settle: Promise,
}

impl<'a> Walk<'a> {
    pub(in crate::demo) fn new(
        world: &'a World,
        nth: u64,
        at: i64,
        area: AreaCode,
        class: &'a Class,
        unclassified: bool,
        filer: &Filer,
        mut chance: Chance,
    ) -> Self {
        let (answer, settle) = world.district.promises.of((!unclassified).then_some(class.code));
        let happened = at - chance.between(2 * MINUTE, 5 * HOUR);
        // Numbered by their order, so that no two requests of one millisecond share an id.
        let id = ids::request_id_of(at, nth);
        let (account, agent, source) = match filer {
            Filer::Resident(person) => (Some(person.id.clone()), None, "web"),
            Filer::Agent(person) => (None, Some(person.id.clone()), "agent"),
            Filer::Guest => (None, None, "guest"),
        };
        let mut walk = Self {
            request: RequestRow {
                id,
                number: String::new(),
                key_hash: hash(&format!("demo {} {nth}", world.seed)),
                class: (!unclassified).then_some(class.code),
                catalogue: world.district.catalogue.version.clone(),
                visibility: Visibility::at_filing((!unclassified).then_some(class)).as_str(),
                subdistrict: area.subdistrict().map(|code| code.as_str().to_owned()),
                community: area.community().map(|code| code.as_str().to_owned()),
                area: area.as_str().to_owned(),
                what: String::new(),
                what_public: String::new(),
                place: String::new(),
                place_public: String::new(),
                description: String::new(),
                lat: None,
                lon: None,
                accuracy: None,
                happened_at: Some(happened),
                since: None,
                reported_at: at,
                changed_at: at,
                state: State::Reported,
                asked: 0,
                reply_due_at: None,
                due_at: None,
                answered_at: None,
                settled_at: None,
                handler: None,
                filer: account.clone(),
                agent: agent.clone(),
                phone: None,
                track_hash: None,
                source,
                me_too: 0,
                photos: 0,
                cover: None,
                rating: None,
                reopened: 0,
                hidden_reason: None,
                danger: 0,
                pairs: String::new(),
            },
            history: Vec::with_capacity(6),
            photos: Vec::new(),
            told: Vec::new(),
            status: Status { state: State::Reported, asked: false, reopened: 0, settled_at: None, classified: !unclassified },
            class,
            area,
            last: at,
            handler: world.people.handler(&area).map(|person| person.id.clone()),
            settle,
            world,
            chance,
        };
        walk.request.reply_due_at = walk.until(at, answer);
        walk.request.due_at = walk.until(at, settle);
        let role = if agent.is_some() { Relation::Agent } else { Relation::Resident };
        walk.enter(Change::Registered, role, agent.or(account), at, String::new());
        walk.photograph();
        walk
    }

    fn until(&self, at: i64, promise: Promise) -> Option<i64> {
        due(instant(at), promise, &self.world.district.calendar, &self.world.zone).ok().map(|due| due.timestamp_millis())
    }

    fn enter(&mut self, change: Change, role: Relation, account: Option<String>, at: i64, words: String) {
        let words_public = mask(&words);
        let entry = HistoryRow {
            id: self.chance.uuid(at),
            request: self.request.id,
            at,
            change,
            role,
            account,
            words,
            words_public,
            rating: None,
            key_hash: None,
        };
        self.history.push((entry, self.status.state));
        self.last = at;
    }

    /// A photo or three with a third of the requests.
    fn photograph(&mut self) {
        if !self.class.required.contains(&Fact::Place) && !self.chance.holds(0.3) || !self.chance.holds(0.42) {
            return;
        }
        for _ in 0..1 + self.chance.below(3).min(self.chance.below(3)) {
            let Some(picture) = self.world.pictures.of(self.class.code.as_str(), &mut self.chance) else { return };
            let photo = PhotoRow::new(picture, self.request.id, false, self.request.reported_at - MINUTE, &mut self.chance);
            self.request.photos += 1;
            // The first of the list by id, as when a resident sends them.
            if self.request.cover.as_deref().is_none_or(|cover| photo.id() < cover) {
                self.request.cover = Some(photo.id().to_owned());
            }
            self.photos.push(photo);
        }
    }

    /// One change, if the history has not ended before it and the domain allows it. Says whether it was made.
    fn step(&mut self, change: Change, at: i64, words: String) -> bool {
        let at = at.max(self.last + MINUTE);
        if at > self.world.now {
            return false;
        }
        let Ok(next) = self.status.after(change, instant(at)) else { return false };
        self.status.state = next;
        let desk = matches!(change, Change::Classified | Change::Accepted | Change::Declined | Change::Asked | Change::Answered | Change::Settled);
        let (role, account) = match change {
            Change::Hidden => (Relation::Supervisor, self.world.people.supervisor(&self.area).map(|person| person.id.clone())),
            _ if desk => (Relation::Handler, self.handler.clone()),
            _ if self.request.agent.is_some() && !matches!(change, Change::Rated | Change::Reopened) => (Relation::Agent, self.request.agent.clone()),
            _ => (Relation::Resident, self.request.filer.clone()),
        };
        if change.answers(&words) {
            self.request.answered_at = self.request.answered_at.or(Some(at));
        }
        match change {
            Change::Classified => {
                self.status.classified = true;
                self.request.class = Some(self.class.code);
                self.request.visibility = Visibility::at_filing(Some(self.class)).as_str();
                self.settle = self.world.district.promises.of(Some(self.class.code)).1;
                self.request.due_at = self.until(self.request.reported_at, self.settle);
            }
            Change::Accepted => self.request.handler = self.handler.clone(),
            Change::Asked => self.status.asked = true,
            Change::Settled => self.status.settled_at = Some(instant(at)),
            Change::Reopened => {
                self.status.settled_at = None;
                self.status.reopened += 1;
                self.request.due_at = self.until(at, self.settle);
            }
            Change::Hidden => {
                self.request.visibility = Visibility::Hidden.as_str();
                self.request.hidden_reason = Some(words.clone());
            }
            _ => {}
        }
        if matches!(change, Change::Replied | Change::Answered | Change::Declined | Change::Settled | Change::Withdrawn) {
            self.status.asked = false;
        }
        self.enter(change, role, account, at, words);
        self.tell(change, role);
        true
    }

    /// The lines of the inbox that a change would have written.
    fn tell(&mut self, change: Change, role: Relation) {
        if change == Change::Classified {
            return;
        }
        let by_desk = matches!(role, Relation::Handler | Relation::Supervisor);
        let account = if by_desk { self.request.filer.clone().or_else(|| self.request.agent.clone()) } else { self.request.handler.clone() };
        // What came in for the desk is told at scale 1 only: a desk of seven people reads no million lines.
        let Some(account) = account.filter(|_| by_desk || self.world.scale == 1) else { return };
        let at = self.last;
        let read_at = (self.world.now - at > 4 * DAY).then(|| at + self.chance.between(5 * MINUTE, 2 * DAY));
        let words = self.history.last().map(|(entry, _)| entry.words.clone()).unwrap_or_default();
        self.told.push(Told { id: self.chance.uuid(at), account, change, request: self.request.id, words, at, read_at });
    }

    /// A moment so far along from one to another; promises in working time are worked on in office hours.
    fn along(&mut self, from: i64, to: i64, low: f64, high: f64) -> i64 {
        let part = low + (high - low) * self.chance.unit();
        let at = from + ((to - from) as f64 * part) as i64;
        let hour = instant(at).with_timezone(&self.world.zone).hour();
        if !self.settle.is_working() || (9..18).contains(&hour) {
            return at;
        }
        let shift = if hour < 9 { 9 - i64::from(hour) } else { 17 - i64::from(hour) };
        let moved = at + shift * HOUR + self.chance.between(-20, 20) * MINUTE;
        if (from..to).contains(&moved) || moved > to && part > 1.0 { moved } else { at }
    }

    /// What the row says of how far it came.
    pub(in crate::demo) fn finish(&mut self) {
        self.request.state = self.status.state;
        self.request.asked = i64::from(self.status.asked);
        self.request.reopened = self.status.reopened;
        self.request.settled_at = self.status.settled_at.map(|at| at.timestamp_millis());
        self.request.changed_at = self.last;
    }
}

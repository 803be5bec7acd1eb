//! Which way a request goes.

use domain::event::Fact;
use domain::request::{Change, State};

use super::{MINUTE, Walk};
use crate::demo::lives::{Course, DAY, HOUR};
use crate::demo::pictures::PhotoRow;

type Names<'a> = [(&'a str, &'a str)];

impl Walk<'_> {
    /// Walks the whole way, until the request has ended or the history does.
    pub(in crate::demo) fn go(&mut self, own: Option<Course>, names: &Names<'_>) {
        let draw = self.chance.unit();
        let course = own.unwrap_or(match draw {
            _ if draw < 0.030 => Course::Declined,
            _ if draw < 0.050 => Course::Withdrawn,
            _ if draw < 0.058 => Course::Merged,
            _ if draw < 0.068 => Course::Stuck,
            _ if draw < 0.071 => Course::Hidden,
            _ => Course::Settled,
        });
        if course == Course::New {
            return;
        }
        let filed = self.request.reported_at;
        let answer_by = self.request.reply_due_at.unwrap_or(filed + DAY);
        let first =
            if own.is_some() || self.chance.holds(0.985) { self.along(filed, answer_by, 0.05, 0.9) } else { self.along(filed, answer_by, 1.1, 1.6) };
        if course == Course::Withdrawn && self.chance.holds(0.5) {
            let words = self.say("withdraw", names);
            self.step(Change::Withdrawn, first, words);
        }
        if !self.status.classified && !self.step(Change::Classified, first - 20 * MINUTE, String::new()) {
            return;
        }
        if course == Course::Hidden {
            self.step(Change::Hidden, first - 10 * MINUTE, "文字中提到他人姓名和门牌，先隐去，处理不受影响。".into());
        }
        if matches!(course, Course::Declined | Course::Merged) {
            self.turn_down(course, first, names);
            return;
        }
        let words = self.say("accept", names);
        // What one is to see at once has begun before the history ends.
        let first = if matches!(course, Course::Sent | Course::Stuck) { first.min((filed + self.world.now) / 2) } else { first };
        if !self.step(Change::Accepted, first, words) || matches!(course, Course::Sent | Course::Stuck) {
            self.dispatched(own);
            return;
        }
        if course == Course::Withdrawn {
            let words = self.say("withdraw", names);
            let at = self.last + self.chance.between(HOUR, 20 * HOUR);
            self.step(Change::Withdrawn, at, words);
            return;
        }
        self.work(course, own, names);
    }

    /// Declined with a reason, or joined to the same thing reported before.
    fn turn_down(&mut self, course: Course, at: i64, names: &Names<'_>) {
        let kind = if course == Course::Merged { "merge" } else { "decline" };
        let words = self.say(kind, names);
        if self.step(Change::Declined, at, words) && course == Course::Merged {
            self.status.state = State::Merged;
            if let Some((_, state)) = self.history.last_mut() {
                *state = State::Merged;
            }
        }
    }

    /// Some of what the desk has taken on is with a department, or being worked on.
    fn dispatched(&mut self, own: Option<Course>) {
        let taken = self.status.state == State::Accepted;
        let draw = match own {
            Some(Course::Sent) => 0.0,
            Some(_) => 0.5,
            None => self.chance.unit(),
        };
        if taken && draw < 0.65 {
            self.status.state = if draw < 0.25 { State::Dispatched } else { State::InProgress };
            if let Some((_, state)) = self.history.last_mut() {
                *state = self.status.state;
            }
        }
    }

    fn work(&mut self, course: Course, own: Option<Course>, names: &Names<'_>) {
        let (filed, taken) = (self.request.reported_at, self.last);
        let due = self.request.due_at.unwrap_or(filed + 3 * DAY).max(taken + HOUR / 4);
        let late = own.is_none() && self.chance.holds(0.03);
        let done = if late { self.along(filed, due, 1.05, 2.2) } else { self.along(taken, due, 0.3, 0.97).min(due - 2 * MINUTE) };
        if course == Course::Question || (course == Course::Settled && self.chance.holds(0.12)) {
            let words = self.say("ask", names);
            let at = self.along(taken, done, 0.1, 0.3);
            self.step(Change::Asked, at, words);
            if course == Course::Question {
                return;
            }
            let words = self.say("reply", names);
            let at = self.last + self.chance.between(5 * MINUTE, 9 * HOUR).min((done - self.last) / 2);
            self.step(Change::Replied, at, words);
        }
        if course == Course::Answer || self.chance.holds(0.45) {
            let words = self.say("answer", names);
            let at = self.along(taken, done, 0.4, 0.7);
            self.step(Change::Answered, at, words);
        }
        if course == Course::Answer || !self.settle_it(done, names) || course == Course::Result {
            self.dispatched(own);
            return;
        }
        if course == Course::Again {
            let words = self.say("reopen", names);
            let at = (self.last + self.chance.between(3 * HOUR, 5 * DAY)).min((self.last + self.world.now) / 2);
            self.step(Change::Reopened, at, words);
            return;
        }
        let good = !late && self.chance.holds(0.85);
        let stars = if good { 5 - i64::from(self.chance.holds(0.3)) } else { self.chance.between(1, 4) };
        if self.chance.holds(0.45) {
            let words = if self.chance.holds(0.7) { self.say(&format!("rate {stars}"), names) } else { String::new() };
            let at = self.last + self.chance.between(20 * MINUTE, 6 * DAY);
            if self.step(Change::Rated, at, words) {
                self.request.rating = Some(stars);
                if let Some((entry, _)) = self.history.last_mut() {
                    entry.rating = Some(stars);
                }
            }
        }
        if self.chance.holds(if stars < 4 { 0.15 } else { 0.015 }) {
            self.again(names);
        }
        self.dispatched(own);
    }

    /// Settled, with a photo of it where something can be seen.
    fn settle_it(&mut self, at: i64, names: &Names<'_>) -> bool {
        let words = self.say("settle", names);
        if !self.step(Change::Settled, at, words) {
            return false;
        }
        if self.class.required.contains(&Fact::Place)
            && self.chance.holds(0.35)
            && let Some(picture) = self.world.pictures.in_order(&mut self.chance)
        {
            self.photos.push(PhotoRow::new(picture, self.request.id, true, self.last, &mut self.chance));
        }
        true
    }

    /// Taken up again, because the resident was not content.
    fn again(&mut self, names: &Names<'_>) {
        let words = self.say("reopen", names);
        let at = self.last + self.chance.between(3 * HOUR, 5 * DAY);
        if !self.step(Change::Reopened, at, words) {
            return;
        }
        let due = self.request.due_at.unwrap_or(self.last + 3 * DAY).max(self.last + HOUR);
        let at = self.along(self.last, due, 0.05, 0.3);
        let words = self.say("accept", names);
        if self.step(Change::Accepted, at, words) {
            let at = self.along(self.last, due, 0.3, 0.95).min(due - 2 * MINUTE);
            self.settle_it(at, names);
        }
    }

    fn say(&mut self, kind: &str, names: &Names<'_>) -> String {
        self.world.words.say(&mut self.chance, kind, self.class.code.as_str(), names)
    }
}

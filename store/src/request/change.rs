use domain::event::class::{Class, ClassCode, Visibility as ClassVisibility};
use domain::event::number::EventNumber;
use domain::request::{Addition, Change, EVIDENCE_PHOTOS, Refusal, Relation, Urgency, Visibility, may_change};
use domain::role::Viewer;
use domain::text::mask;
use sqlx::{AssertSqlSafe, Row as _};

use super::describe::{STATED, Stated};
use super::detail::{STANDING, Standing, standing};
use super::row::HistoryRow;
use crate::database::{Write, insert};
use crate::event::Told;
use crate::{Result, Store, StoreError, hash, ids};

/// A change somebody wants to make, with what goes with it.
#[derive(Clone, Debug)]
pub struct Changing<'a> {
    /// Who.
    pub viewer: &'a Viewer,
    /// Whether the viewer has shown the tracking code.
    pub tracked: bool,
    /// What.
    pub change: Change,
    /// The words that go with it, cleaned; may be empty where none are needed.
    pub words: &'a str,
    /// The class, where the change gives one.
    pub class: Option<ClassCode>,
    /// 1 to 5, where the change rates.
    pub rating: Option<i64>,
    /// What was not told when filing, where the change adds.
    pub addition: Option<&'a Addition>,
    /// The form's idempotency key: photos were sent with it, and it does its work once.
    pub key: &'a str,
}

/// A change about to be written into the history.
pub(crate) struct Said<'a> {
    pub change: Change,
    pub role: Relation,
    pub words: &'a str,
    pub rating: Option<i64>,
    pub key_hash: Option<String>,
}

impl Store {
    /// Makes a change: state, history, outgoing event and notices in one transaction. The same key again changes
    /// nothing and is answered as done.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such request or the viewer may not know of it, [`StoreError::Refused`]
    /// if the change is not the viewer's to make or not possible now.
    pub async fn change_request(&self, number: &EventNumber, changing: &Changing<'_>) -> Result<()> {
        // A key belongs to whoever used it: nobody's change can be taken for another's.
        let who = changing.viewer.account.as_ref().map_or("-", |id| id.as_str());
        let key_hash = hash(&format!("change {} {who} {}", number.compact(), changing.key));
        let mut tx = self.db.write().await?;
        let mut standing = self.standing_of(&mut tx, number).await?;
        let role = may_change(changing.viewer, &standing.subject, changing.tracked, changing.change).map_err(|refusal| {
            // Whoever may not even know of the request gets the same answer as for one that does not exist.
            if domain::request::sight(changing.viewer, &standing.subject, changing.tracked) == domain::request::Sight::Nothing {
                StoreError::NotFound
            } else {
                StoreError::Refused(refusal)
            }
        })?;
        let done: Option<String> =
            sqlx::query_scalar("SELECT id FROM request_history WHERE key_hash = $1").bind(&key_hash).fetch_optional(&mut *tx).await?;
        if done.is_some() {
            return Ok(());
        }
        if changing.change.needs_words() && changing.words.trim().is_empty() {
            return Err(Refusal::NoWords.into());
        }
        let photos = self.claim_change_photos(&mut tx, &standing, changing).await?;
        let mut at = self.clock.millis();
        // Taking on what has no class yet gives it one in the same step.
        if changing.change == Change::Accepted && !standing.status.classified && changing.class.is_some() {
            let classifying = Changing { change: Change::Classified, words: "", ..changing.clone() };
            self.step(&mut tx, &standing, &classifying, role, None, photos, at).await?;
            standing.status.classified = true;
            // The history is read by time: the second of two steps comes after the first.
            at += 1;
        }
        self.step(&mut tx, &standing, changing, role, Some(key_hash), photos, at).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How a request stands; its row is locked until the transaction ends.
    pub(crate) async fn standing_of(&self, tx: &mut Write, number: &EventNumber) -> Result<Standing> {
        let sql = format!("SELECT {STANDING} FROM request r WHERE r.number = $1{}", self.db.for_update());
        let row = sqlx::query(AssertSqlSafe(sql)).bind(number.compact()).fetch_optional(&mut **tx).await?.ok_or(StoreError::NotFound)?;
        standing(&row)
    }

    /// One change with its history entry, notices and outgoing event.
    pub(crate) async fn step(
        &self,
        tx: &mut Write,
        standing: &Standing,
        changing: &Changing<'_>,
        role: Relation,
        key_hash: Option<String>,
        photos: i64,
        at: i64,
    ) -> Result<()> {
        let next = standing.status.after(changing.change, crate::clock::instant(at))?;
        sqlx::query("UPDATE request SET state = $1, progress = $2, changed_at = $3, answered_at = COALESCE(answered_at, $4) WHERE id = $5")
            .bind(next.as_str())
            .bind(next.progress().as_str())
            .bind(at)
            .bind(changing.change.answers(changing.words).then_some(at))
            .bind(standing.id)
            .execute(&mut **tx)
            .await?;
        self.apply(tx, standing, changing, at, photos).await?;
        let rating = changing.rating.filter(|_| changing.change == Change::Rated);
        let said = Said { change: changing.change, role, words: changing.words, rating, key_hash };
        self.record(tx, standing, changing.viewer, said, at).await
    }

    /// Writes a change into the history, tells whom it concerns and appends it to the feed.
    pub(crate) async fn record(&self, tx: &mut Write, standing: &Standing, viewer: &Viewer, said: Said<'_>, at: i64) -> Result<()> {
        let entry = HistoryRow {
            id: ids::uuid(at),
            request: standing.id,
            at,
            change: said.change,
            role: said.role,
            // Who met the same stands among the followers, and leaves with the account.
            account: viewer.account.as_ref().filter(|_| said.change != Change::Joined).map(|id| id.as_str().to_owned()),
            words: said.words.to_owned(),
            words_public: mask(said.words),
            rating: said.rating,
            key_hash: said.key_hash,
        };
        insert(tx, std::slice::from_ref(&entry)).await?;
        crate::notice::tell(tx, self, standing, &entry).await?;
        let told = Told::read(tx, standing.id).await?;
        tx.send(told.record(&self.settings, &entry));
        Ok(())
    }

    /// What each change does to the row beyond its state.
    async fn apply(&self, tx: &mut Write, standing: &Standing, changing: &Changing<'_>, at: i64, photos: i64) -> Result<()> {
        let set = |text: &'static str| sqlx::query(text).bind(standing.id);
        match changing.change {
            Change::Asked => {
                set("UPDATE request SET asked = 1 WHERE id = $1").execute(&mut **tx).await?;
            }
            Change::Replied | Change::Answered | Change::Declined | Change::Withdrawn => {
                set("UPDATE request SET asked = 0 WHERE id = $1").execute(&mut **tx).await?;
            }
            Change::Accepted => {
                let account = changing.viewer.account.as_ref().map(|id| id.as_str().to_owned());
                set("UPDATE request SET handler = $2 WHERE id = $1").bind(account).execute(&mut **tx).await?;
            }
            Change::Settled => {
                set("UPDATE request SET asked = 0, settled_at = $2 WHERE id = $1").bind(at).execute(&mut **tx).await?;
            }
            Change::Rated => {
                let rating = changing.rating.filter(|rating| (1..=5).contains(rating)).ok_or(Refusal::NotNow)?;
                set("UPDATE request SET rating = $2 WHERE id = $1").bind(rating).execute(&mut **tx).await?;
            }
            Change::Reopened => {
                let row = set("SELECT class, danger FROM request WHERE id = $1").fetch_one(&mut **tx).await?;
                let class: Option<String> = row.try_get("class")?;
                let urgency = Urgency::of(row.try_get::<i64, _>("danger")? != 0);
                let (_, until) = self.promised(class.and_then(|code| code.parse().ok()), urgency, crate::clock::instant(at));
                set("UPDATE request SET reopened = reopened + 1, due_at = $2, settled_at = NULL WHERE id = $1")
                    .bind(until)
                    .execute(&mut **tx)
                    .await?;
            }
            Change::Added => {
                set("UPDATE request SET photos = photos + $2 WHERE id = $1").bind(photos).execute(&mut **tx).await?;
                if let Some(addition) = changing.addition.filter(|addition| !addition.is_empty()) {
                    self.add_told(tx, standing, addition).await?;
                }
            }
            Change::Classified => self.classify(tx, standing, changing, at).await?,
            Change::Hidden => {
                // Of a private request not even the hiding is public: there is nothing to hide.
                if standing.subject.visibility == Visibility::Private {
                    return Err(Refusal::NeverPublic.into());
                }
                set("UPDATE request SET visibility = 'hidden', hidden_reason = $2 WHERE id = $1")
                    .bind(mask(changing.words))
                    .execute(&mut **tx)
                    .await?;
                self.teach(tx, standing.id, None, at).await?;
            }
            Change::Shown => {
                // A private class stays private whatever anybody presses.
                let class: Option<String> =
                    sqlx::query_scalar("SELECT class FROM request WHERE id = $1").bind(standing.id).fetch_one(&mut **tx).await?;
                let private =
                    class.and_then(|code| code.parse().ok()).and_then(|code| self.district().catalogue.get(code).map(|class| class.visibility));
                if standing.subject.visibility == Visibility::Private || private == Some(ClassVisibility::Private) {
                    return Err(Refusal::NeverPublic.into());
                }
                set("UPDATE request SET visibility = 'public', hidden_reason = NULL WHERE id = $1").execute(&mut **tx).await?;
            }
            // These concern one photo or one follower: `Store::moderate_photo`, `Store::join_request`, `Store::adopt_request`.
            Change::PhotoHidden | Change::PhotoCovered | Change::PhotoShown | Change::Joined | Change::Adopted => {
                return Err(Refusal::NotNow.into());
            }
            Change::Registered => {}
        }
        Ok(())
    }

    /// A class from the desk: the deadline follows it from the day of filing, the description is composed anew in its
    /// template, and the resident's words teach the suggestion.
    async fn classify(&self, tx: &mut Write, standing: &Standing, changing: &Changing<'_>, at: i64) -> Result<()> {
        let district = self.district();
        let code = changing.class.ok_or(Refusal::NoClass)?;
        let today = self.local_day();
        let class = district.catalogue.get(code).filter(|class| district.catalogue.is_leaf(code) && class.is_open(today)).ok_or(Refusal::NoClass)?;
        let sql = format!("SELECT r.what, r.reported_at, r.danger, {STATED} FROM request r WHERE r.id = $1");
        let row = sqlx::query(AssertSqlSafe(sql)).bind(standing.id).fetch_one(&mut **tx).await?;
        let what: String = row.try_get("what")?;
        let reported: i64 = row.try_get("reported_at")?;
        let description = Stated::read(&row)?.compose(&district, self.settings.zone, Some(code));
        let urgency = Urgency::of(row.try_get::<i64, _>("danger")? != 0);
        // A reopened case has a deadline of its own, which a new class does not move back.
        let until = if standing.status.reopened > 0 { None } else { self.promised(Some(code), urgency, crate::clock::instant(reported)).1 };
        let private = class.visibility == ClassVisibility::Private;
        let visibility = standing.subject.visibility.classified(class, !standing.status.classified);
        if standing.subject.visibility == Visibility::Private && !private {
            super::row::make_searchable(tx, self.db.search_insert(), standing.id).await?;
        }
        sqlx::query(
            "UPDATE request SET class = $1, class_1 = $2, class_2 = $3, catalogue = $4, visibility = $5, due_at = COALESCE($6, due_at), description = $7 WHERE id = $8",
        )
        .bind(code.as_str())
        .bind(code.cut(1).map(String::from))
        .bind(code.cut(2).map(String::from))
        .bind(&district.catalogue.version)
        .bind(visibility.as_str())
        .bind(until)
        .bind(description)
        .bind(standing.id)
        .execute(&mut **tx)
        .await?;
        // Only what everybody may read teaches.
        let words = (visibility == Visibility::Public).then(|| mask(&what).chars().take(80).collect::<String>());
        self.teach(tx, standing.id, words.as_deref().map(|words| (code, words)), at).await
    }

    /// What a request's words teach the suggestion now, instead of what they taught before.
    async fn teach(&self, tx: &mut Write, request: i64, lesson: Option<(ClassCode, &str)>, at: i64) -> Result<()> {
        let gone = sqlx::query("DELETE FROM class_wording WHERE request = $1").bind(request).execute(&mut **tx).await?.rows_affected();
        if let Some((class, words)) = lesson {
            sqlx::query("INSERT INTO class_wording (id, request, class, wording, learnt_at) VALUES ($1, $2, $3, $4, $5)")
                .bind(ids::uuid(at))
                .bind(request)
                .bind(class.as_str())
                .bind(words)
                .bind(at)
                .execute(&mut **tx)
                .await?;
        }
        if gone > 0 || lesson.is_some() { crate::district::changed(tx).await } else { Ok(()) }
    }

    /// Photos sent with the change's form become the request's; settling needs them where something can be seen.
    async fn claim_change_photos(&self, tx: &mut Write, standing: &Standing, changing: &Changing<'_>) -> Result<i64> {
        let kind = if changing.change == Change::Settled { "evidence" } else { "resident" };
        let claimed = sqlx::query("UPDATE photo SET request = $1, kind = $2 WHERE draft = $3 AND request IS NULL")
            .bind(standing.id)
            .bind(kind)
            .bind(hash(changing.key))
            .execute(&mut **tx)
            .await?
            .rows_affected();
        let claimed = i64::try_from(claimed).unwrap_or(i64::MAX);
        if changing.change == Change::Settled && claimed < EVIDENCE_PHOTOS {
            let class: Option<String> = sqlx::query_scalar("SELECT class FROM request WHERE id = $1").bind(standing.id).fetch_one(&mut **tx).await?;
            if self.needs_evidence(class.and_then(|code| code.parse().ok())) {
                return Err(Refusal::NoEvidence.into());
            }
        }
        Ok(claimed)
    }

    /// Whether settling a request of this class needs a photo.
    #[must_use]
    pub fn needs_evidence(&self, class: Option<ClassCode>) -> bool {
        let district = self.district();
        class.and_then(|code| district.catalogue.get(code)).is_some_and(Class::needs_evidence)
    }
}

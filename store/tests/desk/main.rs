//! A request's whole life over the desk and the office, on both databases.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../house/mod.rs"]
mod house;
mod order;

use chrono::TimeDelta;
use domain::account::AccountId;
use domain::event::number::EventNumber;
use domain::photo::Rectangle;
use domain::report::{Reason, State as Standing};
use domain::request::{Change, Draft, Refusal, Rules, State, Visibility};
use domain::role::{Grant, Role, Scope, Viewer};
use house::{House, houses};
use store::event::Reach;
use store::photo::{Motif, Size, paint};
use store::report::{Moderation, Objection};
use store::request::{Changing, DeskPlace, FileBy, Filter, Place, Queue};
use store::{Settings, StoreError, random_key};

/// A community, its neighbour in the same subdistrict, and another subdistrict.
const HERE: &str = "440309002001";
const NEXT: &str = "440309002002";
const DISTRICT: &str = "440309";

/// Somebody with an account, and perhaps a role in an area.
async fn person(house: &House, id: &str, role: Option<(Role, &str)>) -> Viewer {
    sqlx::query("INSERT INTO account (id, name, phone, password, language, tell, quiet_from, quiet_to, created_at) VALUES ($1, $1, $2, '', 'zh', 'off', 22, 7, 0)")
        .bind(id.to_owned())
        .bind(format!("1380013{:04}", id.bytes().map(u32::from).sum::<u32>()))
        .execute(&house.sql)
        .await
        .unwrap();
    let grants = role.map(|(role, area)| Grant { role, scope: Scope::Area(area.parse().unwrap()) }).into_iter().collect();
    Viewer::of(AccountId::new(id), grants)
}

async fn file(house: &House, viewer: &Viewer, class: &str, area: &str, what: &str, key: &str) -> EventNumber {
    let district = house.store.district();
    let now = house.store.clock().now().with_timezone(&house.store.settings().zone).naive_local();
    let draft = Draft { what: what.into(), class: class.into(), area: area.into(), place: "12 栋楼下".into(), ..Draft::default() };
    let filing = draft.check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: false }).unwrap();
    house.store.file(FileBy { viewer, behalf: false }, filing, key).await.unwrap().number
}

fn changing<'a>(viewer: &'a Viewer, change: Change, words: &'a str, key: &'a str) -> Changing<'a> {
    Changing { viewer, tracked: false, change, words, class: None, rating: None, addition: None, key }
}

/// A change a second after the one before.
async fn change(house: &House, viewer: &Viewer, number: &EventNumber, change: Change, words: &str) -> Result<(), StoreError> {
    tick(house);
    house.store.change_request(number, &changing(viewer, change, words, &random_key())).await
}

async fn kinds(house: &House, viewer: &Viewer) -> Vec<String> {
    house.store.notices(viewer, None).await.unwrap().0.into_iter().map(|notice| notice.kind).collect()
}

fn tick(house: &House) {
    house.clock.advance(TimeDelta::seconds(1));
}

fn refusal(result: Result<(), StoreError>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, HERE))).await;
        let other = person(&house, "other", Some((Role::Handler, NEXT))).await;
        let supervisor = person(&house, "supervisor", Some((Role::Supervisor, DISTRICT))).await;
        let number = file(&house, &resident, "", HERE, "井盖没了，差点掉下去", &random_key()).await;

        // Nobody has classified it: not public, and seen by the desk of its area only.
        assert!(matches!(store.request(&other, &number, false).await, Err(StoreError::NotFound)));
        assert_eq!(store.desk(&other, Queue::Open, None).await.unwrap().items.len(), 0);
        assert_eq!(store.desk(&handler, Queue::Unclassified, None).await.unwrap().items.len(), 1);
        assert_eq!(store.in_review(&supervisor, None).await.unwrap().0.len(), 1);
        assert_eq!(refusal(change(&house, &handler, &number, Change::Accepted, "").await), Refusal::NoClass);
        assert!(matches!(change(&house, &other, &number, Change::Declined, "不归我们").await, Err(StoreError::NotFound)));

        // Taken on and classified in one step.
        let key = random_key();
        let class = "040101".parse().ok();
        let accept = Changing { class, ..changing(&handler, Change::Accepted, "上午到场", &key) };
        tick(&house);
        store.change_request(&number, &accept).await.unwrap();
        store.change_request(&number, &accept).await.unwrap();
        let detail = store.request(&handler, &number, false).await.unwrap();
        assert_eq!(detail.item.state, State::Accepted, "{}", house.url);
        assert_eq!(detail.visibility, Visibility::Public);
        let changes: Vec<_> = detail.history.iter().rev().map(|entry| entry.change).collect();
        assert_eq!(changes, [Change::Registered, Change::Classified, Change::Accepted]);
        assert_eq!(store.desk_counts(&handler).await.unwrap().unclassified, 0);

        change(&house, &handler, &number, Change::Asked, "井盖上有字吗？").await.unwrap();
        assert_eq!(store.desk(&handler, Queue::Asked, None).await.unwrap().items.len(), 1);
        change(&house, &resident, &number, Change::Replied, "写着水务").await.unwrap();
        assert_eq!(refusal(change(&house, &handler, &number, Change::Answered, " ").await), Refusal::NoWords);
        change(&house, &handler, &number, Change::Answered, "今天换").await.unwrap();

        // Something that can be seen is settled with a photo, and nothing of the refused try remains.
        assert_eq!(refusal(change(&house, &handler, &number, Change::Settled, "换好了").await), Refusal::NoEvidence);
        assert_eq!(store.request(&handler, &number, false).await.unwrap().item.state, State::Answered);
        let key = random_key();
        store.keep_photo(&key, paint(1, Motif::Manhole).into()).await.unwrap();
        tick(&house);
        store.change_request(&number, &changing(&handler, Change::Settled, "换好了", &key)).await.unwrap();
        let detail = store.request(&resident, &number, false).await.unwrap();
        assert_eq!(detail.item.state, State::Settled);
        assert_eq!(detail.photos.iter().filter(|photo| photo.evidence).count(), 1);
        assert_eq!(store.desk_counts(&handler).await.unwrap().open, 0);

        let key = random_key();
        let rate = Changing { rating: Some(2), ..changing(&resident, Change::Rated, "还是松的", &key) };
        tick(&house);
        store.change_request(&number, &rate).await.unwrap();
        change(&house, &resident, &number, Change::Reopened, "还是松的").await.unwrap();
        // What was rated stays readable, for everybody, and leaves with its own change only.
        for viewer in [&resident, &Viewer::visitor()] {
            let ratings: Vec<_> =
                store.request(viewer, &number, false).await.unwrap().history.iter().map(|entry| (entry.change, entry.rating)).collect();
            assert_eq!(ratings[..2], [(Change::Reopened, None), (Change::Rated, Some(2))], "{}", house.url);
        }
        let events = store.events(Reach::Public, None, 100).await.unwrap();
        assert_eq!(events.iter().filter(|event| event.contains(r#""rating":2"#) && event.contains("event.rated.v1")).count(), 1);
        assert_eq!(events.iter().filter(|event| event.contains("rating")).count(), 1);
        assert_eq!(store.desk(&handler, Queue::Reported, None).await.unwrap().items.len(), 1);
        // The old photo shows the old work: settling again needs a new one.
        change(&house, &handler, &number, Change::Accepted, "").await.unwrap();
        assert_eq!(refusal(change(&house, &handler, &number, Change::Settled, "换好了").await), Refusal::NoEvidence);
        assert_eq!(kinds(&house, &resident).await, ["accepted", "settled", "answered", "asked", "accepted"], "{}", house.url);
        // As many events as changes.
        assert_eq!(store.events(Reach::All, None, 100).await.unwrap().len(), store.request(&handler, &number, false).await.unwrap().history.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_phone_is_written_down_and_told() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, HERE))).await;
        let colleague = person(&house, "colleague", Some((Role::Handler, HERE))).await;
        let other = person(&house, "other", Some((Role::Handler, NEXT))).await;
        let supervisor = person(&house, "supervisor", Some((Role::Supervisor, DISTRICT))).await;
        let number = file(&house, &resident, "040101", HERE, "井盖没了", &random_key()).await;
        let before = store.contact(&handler, &number, false).await.unwrap();
        assert!(before.tail.is_some_and(|tail| tail.len() == 4) && before.phone.is_none() && before.looks.is_empty());
        for stranger in [&other, &resident, &supervisor, &Viewer::visitor()] {
            assert!(matches!(store.look_at_contact(stranger, &number, "想看", &random_key()).await, Err(StoreError::NotFound)));
        }
        assert!(matches!(store.look_at_contact(&handler, &number, " ", "key").await, Err(StoreError::Refused(Refusal::NoWords))));
        let phone = store.look_at_contact(&handler, &number, "找不到地方", "key").await.unwrap();
        assert_eq!(store.look_at_contact(&handler, &number, "找不到地方", "key").await.unwrap(), phone);
        let after = store.contact(&handler, &number, false).await.unwrap();
        assert_eq!(after.phone.as_deref(), Some(phone.as_str()));
        assert_eq!(after.looks.len(), 1);
        assert_eq!(store.contact(&colleague, &number, false).await.unwrap().phone, None, "one look shows it to one");
        assert_eq!(store.contact(&resident, &number, false).await.unwrap().looks[0].reason, "找不到地方");
        assert_eq!(kinds(&house, &resident).await, ["contact_looked"]);
        assert_eq!(house.count("SELECT COUNT(*) FROM contact_look").await, 1);
        house.clock.advance(TimeDelta::minutes(31));
        assert_eq!(store.contact(&handler, &number, false).await.unwrap().phone, None, "a look ends");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_covered_is_gone() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let reporter = person(&house, "reporter", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, HERE))).await;
        let supervisor = person(&house, "supervisor", Some((Role::Supervisor, DISTRICT))).await;
        let key = random_key();
        store.keep_photo(&key, paint(7, Motif::Building).into()).await.unwrap();
        let number = file(&house, &resident, "040101", HERE, "门口堆着东西", &key).await;
        let photo = store.request(&resident, &number, false).await.unwrap().photos.remove(0).id;
        let (before, _) = store.picture(&Viewer::visitor(), &photo, Size::Large, None, &[]).await.unwrap();
        let (small_before, _) = store.picture(&Viewer::visitor(), &photo, Size::Thumb, None, &[]).await.unwrap();

        tick(&house);
        store.report(&reporter, &number, &Objection { photo: Some(&photo), reason: Reason::Privacy, told: "" }, "key").await.unwrap();
        tick(&house);
        store.report(&reporter, &number, &Objection { photo: Some(&photo), reason: Reason::Privacy, told: "" }, "key").await.unwrap();
        let waiting = store.open_reports(&supervisor, None).await.unwrap().0;
        assert_eq!(waiting.len(), 1, "the same form twice is one report");
        assert!(store.open_reports(&handler, None).await.unwrap().0.is_empty());
        let report = &waiting[0].id;
        let parts = [Rectangle::new(0, 0, 500, 500).unwrap()];
        assert!(store.decide_report(&handler, report, Moderation::CoverPhoto(&parts), "看得到门牌", "k").await.is_err());
        tick(&house);
        for _ in 0..2 {
            tick(&house);
            store.decide_report(&supervisor, report, Moderation::CoverPhoto(&parts), "看得到门牌", "k").await.unwrap();
        }
        let (after, public) = store.picture(&Viewer::visitor(), &photo, Size::Large, None, &[]).await.unwrap();
        let (small_after, _) = store.picture(&Viewer::visitor(), &photo, Size::Thumb, None, &[]).await.unwrap();
        assert!(public && before != after && small_before != small_after, "both sizes are painted over");
        let mine = store.my_reports(&reporter, None).await.unwrap().0;
        assert_eq!((mine[0].state, mine[0].words.as_deref()), (Standing::Upheld, Some("看得到门牌")));
        assert_eq!(kinds(&house, &reporter).await, ["report_upheld"]);
        assert_eq!(kinds(&house, &resident).await, ["photo_covered"]);
        let history = store.request(&Viewer::visitor(), &number, false).await.unwrap().history;
        assert_eq!((history[0].change, history[0].words.as_str()), (Change::PhotoCovered, "看得到门牌"));
        assert!(store.events(Reach::All, None, 10).await.unwrap().iter().any(|event| event.contains("cn.linli.event.photo-covered.v1")));

        tick(&house);
        store.moderate_photo(&supervisor, &photo, Moderation::HidePhoto, "看得到人脸，电话13800138000", "hide").await.unwrap();
        assert!(matches!(store.picture(&Viewer::visitor(), &photo, Size::Large, None, &[]).await, Err(StoreError::NotFound)));
        let seen = store.request(&resident, &number, false).await.unwrap();
        assert!(seen.item.cover.is_none() && !seen.photos[0].hidden_reason.as_ref().unwrap().contains("13800138000"), "the reason is public: masked");
        tick(&house);
        store.moderate_photo(&supervisor, &photo, Moderation::ShowPhoto, "", "show").await.unwrap();
        assert!(store.picture(&Viewer::visitor(), &photo, Size::Large, None, &[]).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_appealed_once() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let reporter = person(&house, "reporter", None).await;
        let stranger = person(&house, "stranger", None).await;
        let supervisor = person(&house, "supervisor", Some((Role::Supervisor, "440309002"))).await;
        let elsewhere = person(&house, "elsewhere", Some((Role::Supervisor, "440309001"))).await;
        let number = file(&house, &resident, "040101", HERE, "物业不管事", &random_key()).await;
        tick(&house);
        let other = |told| Objection { photo: None, reason: Reason::Other, told };
        assert_eq!(refusal(store.report(&reporter, &number, &other(" "), "none").await), Refusal::NoWords);
        store.report(&reporter, &number, &Objection { photo: None, reason: Reason::Untrue, told: "没有这回事" }, "one").await.unwrap();
        tick(&house);
        store.report(&Viewer::visitor(), &number, &Objection { photo: None, reason: Reason::Abuse, told: "" }, "two").await.unwrap();
        let ids: Vec<_> = store.open_reports(&supervisor, None).await.unwrap().0.into_iter().map(|report| report.id).collect();
        assert_eq!(ids.len(), 2);
        assert!(store.open_reports(&elsewhere, None).await.unwrap().0.is_empty());
        assert!(matches!(store.report_to_decide(&elsewhere, &ids[0]).await, Err(StoreError::NotFound)));
        assert!(store.decide_report(&supervisor, &ids[0], Moderation::Keep, " ", "k").await.is_err(), "no words, no decision");
        tick(&house);
        store.decide_report(&supervisor, &ids[0], Moderation::Keep, "核实属实", "k").await.unwrap();
        assert_eq!(store.open_reports(&supervisor, None).await.unwrap().0.len(), 1, "keeping decides one report only");
        assert!(matches!(store.appeal_report(&stranger, &ids[0], "不对").await, Err(StoreError::NotFound)));
        assert_eq!(refusal(store.appeal_report(&reporter, &ids[0], "").await), Refusal::NoWords);
        store.appeal_report(&reporter, &ids[0], "请再看").await.unwrap();
        store.appeal_report(&reporter, &ids[0], "请再看").await.unwrap();
        // Hiding the request answers both that wait.
        tick(&house);
        store.decide_report(&supervisor, &ids[0], Moderation::HideRequest, "再看后确有不妥", "again").await.unwrap();
        assert!(store.open_reports(&supervisor, None).await.unwrap().0.is_empty());
        let mine = store.my_reports(&reporter, None).await.unwrap().0;
        assert_eq!(mine[0].state, Standing::Final);
        assert_eq!(refusal(store.appeal_report(&reporter, &ids[0], "还是不对").await), Refusal::NotNow);
        assert_eq!(kinds(&house, &reporter).await, ["report_upheld", "report_kept"]);
        let public = store.request(&Viewer::visitor(), &number, false).await.unwrap();
        assert_eq!((public.visibility, public.hidden_reason.as_deref()), (Visibility::Hidden, Some("再看后确有不妥")));
        assert!(public.item.what.is_empty() && public.history.is_empty());
        change(&house, &supervisor, &number, Change::Shown, "").await.unwrap();
        assert_eq!(store.request(&Viewer::visitor(), &number, false).await.unwrap().item.what, "物业不管事");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_never_shown() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let resident = person(&house, "resident", None).await;
        let handler = person(&house, "handler", Some((Role::Handler, DISTRICT))).await;
        let supervisor = person(&house, "supervisor", Some((Role::Supervisor, DISTRICT))).await;
        let number = file(&house, &resident, "0101", HERE, "有人半夜撬车锁", &random_key()).await;
        for change_to in [Change::Shown, Change::Hidden] {
            assert_eq!(refusal(change(&house, &supervisor, &number, change_to, "看看").await), Refusal::NeverPublic);
        }
        assert!(matches!(store.request(&Viewer::visitor(), &number, false).await, Err(StoreError::NotFound)));
        // Hidden first, then found to be private: showing it again is refused as well.
        let number = file(&house, &resident, "040101", HERE, "有人半夜撬车锁", &random_key()).await;
        change(&house, &supervisor, &number, Change::Hidden, "涉及他人").await.unwrap();
        let key = random_key();
        let classify = Changing { class: "0101".parse().ok(), ..changing(&handler, Change::Classified, "", &key) };
        tick(&house);
        store.change_request(&number, &classify).await.unwrap();
        assert_eq!(refusal(change(&house, &supervisor, &number, Change::Shown, "").await), Refusal::NeverPublic);
        // Filed as private, found to be public: a supervisor looks before anybody else can, then search finds it.
        let number = file(&house, &resident, "0101", HERE, "消防通道被锁", &random_key()).await;
        let key = random_key();
        let classify = Changing { class: "040101".parse().ok(), ..changing(&handler, Change::Classified, "", &key) };
        tick(&house);
        store.change_request(&number, &classify).await.unwrap();
        assert_eq!(store.request(&handler, &number, false).await.unwrap().visibility, Visibility::Review);
        assert!(matches!(store.request(&Viewer::visitor(), &number, false).await, Err(StoreError::NotFound)));
        // There and back again: it is found once.
        for class in ["0101", "040101"] {
            let key = random_key();
            tick(&house);
            let classify = Changing { class: class.parse().ok(), ..changing(&handler, Change::Classified, "", &key) };
            store.change_request(&number, &classify).await.unwrap();
        }
        change(&house, &supervisor, &number, Change::Shown, "").await.unwrap();
        let filter = store::request::Filter { words: "消防通道".into(), ..store::request::Filter::default() };
        let found = store.requests(&Viewer::visitor(), store::request::Place::Public, &filter, None).await.unwrap();
        assert_eq!(found.items.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_in_the_office_is_read_page_by_page() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let reporter = person(&house, "reporter", None).await;
        let supervisor = person(&house, "supervisor", Some((Role::Supervisor, DISTRICT))).await;
        for nth in 0..25 {
            let key = format!("key {nth}");
            let number = file(&house, &reporter, "040101", HERE, "门口堆着东西", &key).await;
            store.report(&reporter, &number, &Objection { photo: None, reason: Reason::Abuse, told: "" }, &key).await.unwrap();
            tick(&house);
        }
        let (first, next) = store.open_reports(&supervisor, None).await.unwrap();
        let (second, end) = store.open_reports(&supervisor, next.as_deref()).await.unwrap();
        assert!((first.len(), second.len(), end) == (20, 5, None) && first[19].id < second[0].id, "{}", house.url);
        let (newest, next) = store.my_reports(&reporter, None).await.unwrap();
        let (oldest, end) = store.my_reports(&reporter, next.as_deref()).await.unwrap();
        assert!((newest.len(), oldest.len(), end) == (20, 5, None) && newest[19].id > oldest[0].id);

        sqlx::query("UPDATE request SET visibility = 'review'").execute(&house.sql).await.unwrap();
        let (first, next) = store.in_review(&supervisor, None).await.unwrap();
        let (second, end) = store.in_review(&supervisor, next).await.unwrap();
        assert!((first.len(), second.len(), end) == (20, 5, None) && first[19].id < second[0].id);
    }
}

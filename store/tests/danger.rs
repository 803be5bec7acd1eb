//! Danger is told to the desk first, to the grid system, and to nobody else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use domain::request::{Change, Draft, Rules, Urgency};
use domain::role::Viewer;
use store::event::Reach;
use store::request::{FileBy, Filter, Place, Queue};
use store::{Settings, random_key};

use house::{House, Person, houses};

async fn file(house: &House, viewer: &Viewer, what: &str, danger: bool) {
    let store = &house.store;
    let district = store.district();
    let draft = Draft { what: what.into(), class: "040402".into(), area: "440309002001".into(), danger, ..Draft::default() };
    let now = store.clock().now().with_timezone(&store.settings().zone).naive_local();
    let filing = draft.check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: false }).unwrap();
    store.file(FileBy { viewer, behalf: false }, filing, &random_key()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_goes_first_and_is_not_public() {
    for house in houses(&Settings::default()).await {
        let store = &house.store;
        let (resident, handler) = (house.person(Person::default()).await, house.handler().await);
        file(&house, &resident, "路灯不亮", false).await;
        house.clock.advance(chrono::TimeDelta::hours(1));
        file(&house, &resident, "井盖没了，有人掉下去", true).await;

        let promised = |danger: &str| format!("SELECT due_at - reported_at FROM request WHERE danger = {danger}");
        let mut settled_within = Vec::new();
        for danger in ["0", "1"] {
            settled_within.push(sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(promised(danger))).fetch_one(&house.sql).await.unwrap());
        }
        assert_eq!(settled_within[1], 4 * 3_600_000, "danger holds by plain hours: {}", house.url);
        let page = store.desk(&handler, Queue::Open, None).await.unwrap();
        let urgencies: Vec<_> = page.items.iter().map(|item| item.urgency).collect();
        assert_eq!(urgencies, Urgency::ALL, "later filed, first seen: {}", house.url);
        let (first, second) = (&page.items[0], &page.items[1]);
        let next = |item| store.desk_next(&handler, Queue::Open, item);
        assert_eq!(next(first).await.unwrap().as_ref(), Some(second));
        assert_eq!(next(second).await.unwrap().as_ref(), Some(first), "after the last one the first");

        let public = store.requests(&Viewer::visitor(), Place::Public, &Filter::default(), None).await.unwrap();
        assert!(public.items.len() == 2 && public.items.iter().all(|item| !item.urgency.is_danger()));
        assert!(!store.request(&Viewer::visitor(), &first.number, false).await.unwrap().item.urgency.is_danger());
        assert!(store.request(&resident, &first.number, false).await.unwrap().item.urgency.is_danger());

        house.change(&handler, &first.number, Change::Accepted, "").await;
        for (reach, expected) in [(Reach::All, vec![false, true, true]), (Reach::Public, vec![false; 3])] {
            let events = store.events(reach, None, 10).await.unwrap();
            let told: Vec<_> = events.iter().map(|body| serde_json::from_str::<domain::event::record::Record>(body).unwrap().data.danger).collect();
            assert_eq!(told, expected, "{reach:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_person_says_what_the_desk_said() {
    for house in houses(&Settings::default()).await {
        let (resident, handler) = (house.person(Person::default()).await, house.handler().await);
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.change(&handler, &number, Change::Accepted, "").await;
        assert!(house.store.needs_me(&resident).await.unwrap().is_empty());
        for words in ["在哪个路口？", "是哪一侧？"] {
            house.clock.advance(chrono::TimeDelta::minutes(1));
            house.change(&handler, &number, Change::Asked, words).await;
        }
        let needs = house.store.needs_me(&resident).await.unwrap();
        assert!(needs.len() == 1 && needs[0].item.asked && needs[0].said == "是哪一侧？", "{needs:?}");
        house.change(&handler, &number, Change::Settled, "盖好了").await;
        let needs = house.store.needs_me(&resident).await.unwrap();
        assert!(needs.len() == 1 && !needs[0].item.asked && needs[0].said == "盖好了", "{needs:?}");
        assert!(house.store.needs_me(&handler).await.unwrap().is_empty());
    }
}

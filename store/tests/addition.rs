//! What is told after filing counts as if it had been told at once, and never instead of what was told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use chrono::TimeDelta;
use domain::event::Fact;
use domain::event::number::EventNumber;
use domain::request::{Addition, Change, Draft, Refusal, Rules};
use domain::role::Viewer;
use house::{House, Person, houses, settings};
use store::event::Reach;
use store::request::{Changing, FileBy, Filter, Place};
use store::{StoreError, random_key};

async fn file(house: &House, viewer: &Viewer, draft: Draft) -> EventNumber {
    let district = house.store.district();
    let now = house.clock.now().with_timezone(&house.settings.zone).naive_local();
    let filing = draft.check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: false }).unwrap();
    house.store.file(FileBy { viewer, behalf: false }, filing, &random_key()).await.unwrap().number
}

async fn add(house: &House, viewer: &Viewer, number: &EventNumber, addition: &Addition, words: &str, key: &str) -> store::Result<()> {
    house.clock.advance(TimeDelta::seconds(1));
    let changing = Changing { viewer, tracked: false, change: Change::Added, words, class: None, rating: None, addition: Some(addition), key };
    house.store.change_request(number, &changing).await
}

async fn found(house: &House, filter: Filter) -> Vec<EventNumber> {
    let page = house.store.requests(&Viewer::visitor(), Place::Public, &filter, None).await.unwrap();
    page.items.into_iter().map(|item| item.number).collect()
}

async fn said(house: &House, words: &str) -> Vec<EventNumber> {
    found(house, Filter { words: words.into(), ..Filter::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_later_fills_what_nobody_told() {
    for house in houses(&settings()).await {
        let resident = house.person(Person { id: "resident", ..Person::default() }).await;
        let number = file(&house, &resident, Draft { what: "半夜打桩".into(), class: "0311".into(), ..Draft::default() }).await;
        let community = || Filter { area: "440309002021".parse().ok(), ..Filter::default() };
        assert_eq!(house.store.request(&resident, &number, false).await.unwrap().missing, [Fact::Place, Fact::Time]);
        assert!(said(&house, "老村门口").await.is_empty() && found(&house, community()).await.is_empty());

        let at = "2026-11-24T02:10:00".parse().ok();
        let told = Addition { place: "北站社区民乐老村门口，电话13812345678".into(), happened_at: at, since: None };
        for _ in 0..2 {
            add(&house, &resident, &number, &told, "在哪里：北站社区民乐老村门口", "one form").await.unwrap();
        }
        let own = house.store.request(&resident, &number, false).await.unwrap();
        assert_eq!((own.missing.len(), own.history.len(), own.history[0].words.as_str()), (0, 2, "在哪里：北站社区民乐老村门口"), "{}", house.url);
        assert_eq!(own.item.place, "北站社区民乐老村门口，电话13812345678");
        assert_eq!(own.happened_at.map(|at| at.with_timezone(&house.settings.zone).naive_local()), at);
        let public = house.store.request(&Viewer::visitor(), &number, false).await.unwrap();
        assert_eq!(public.item.place, "北站社区民乐老村门口，电话138****5678");
        assert!(
            public.description.starts_with("【噪声】民治街道北站社区北站社区民乐老村门口，电话138****5678，2026-11-24 02:10"),
            "{}",
            public.description
        );
        // It belongs to the community that was named; the number is the one that was given.
        assert_eq!((own.item.number, own.item.area.as_str(), number.area().as_str().starts_with("440309000")), (number, "440309002021", true));
        assert_eq!(found(&house, community()).await, [number]);
        for words in ["老村门口", "半夜打桩", "打桩"] {
            assert_eq!(said(&house, words).await, [number], "{words} {}", house.url);
        }
        let last = house.store.events(Reach::Public, None, 100).await.unwrap().pop().unwrap();
        assert!(
            last.contains("event.added.v1") && last.contains("北站社区民乐老村门口，电话138****5678") && last.contains("\"440309002021\""),
            "{last}"
        );

        // Nothing told is overwritten; what is still missing is filled.
        let since = "2026-11-20".parse().ok();
        let other = Addition { place: "大和社区".into(), happened_at: "2026-11-23T01:00:00".parse().ok(), since };
        add(&house, &resident, &number, &other, "", &random_key()).await.unwrap();
        let after = house.store.request(&resident, &number, false).await.unwrap();
        assert_eq!((after.item.place, after.item.area, after.happened_at, after.since), (own.item.place, own.item.area, own.happened_at, since));
        assert!(after.description.contains("自 2026-11-20 起"), "{}", after.description);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_or_private_tells_nothing() {
    for house in houses(&settings()).await {
        let resident = house.person(Person { id: "resident", ..Person::default() }).await;
        let handler = house.handler().await;
        let told = Addition { place: "幼儿园门口".into(), ..Addition::default() };
        let number = house.file(&resident, "040401", "井盖没了").await;
        let refused = add(&house, &handler, &number, &told, "", &random_key()).await;
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NotAllowed))));
        house.change(&resident, &number, Change::Withdrawn, "").await;
        let refused = add(&house, &resident, &number, &told, "", &random_key()).await;
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NotNow))));
        assert_eq!(house.store.request(&resident, &number, false).await.unwrap().item.place, "");

        let private = house.file(&resident, "0104", "打架").await;
        add(&house, &resident, &private, &told, "", &random_key()).await.unwrap();
        assert_eq!(house.store.request(&resident, &private, false).await.unwrap().item.place, "幼儿园门口");
        assert!(said(&house, "幼儿园").await.is_empty());
    }
}

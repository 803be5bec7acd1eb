//! Changes: each once, and only while it is possible.

use chrono::TimeDelta;
use domain::event::number::EventNumber;
use domain::request::{Change, Refusal};
use domain::role::Viewer;
use store::StoreError;
use store::request::Changing;

use crate::house::{House, Person, houses, settings};
async fn change(house: &House, viewer: &Viewer, number: &EventNumber, change: Change, rating: Option<i64>) -> store::Result<()> {
    house.try_change(viewer, number, change, "因为", rating).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_request_is_reopened_once_and_in_time() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let resident = house.person(Person::default()).await;
        let other = house.person(Person { id: "other", ..Person::default() }).await;
        let settled = async |days: i64| {
            let number = house.file(&resident, "040401", "井盖没了").await;
            change(&house, &handler, &number, Change::Accepted, None).await.expect("accepted");
            change(&house, &handler, &number, Change::Settled, None).await.expect("settled");
            house.clock.advance(TimeDelta::days(days));
            number
        };
        let late = settled(16).await;
        assert!(matches!(change(&house, &resident, &late, Change::Reopened, None).await, Err(StoreError::Refused(Refusal::TooLate))));
        let number = settled(15).await;
        assert!(matches!(change(&house, &other, &number, Change::Reopened, None).await, Err(StoreError::Refused(Refusal::NotAllowed))));
        change(&house, &resident, &number, Change::Rated, Some(2)).await.expect("rated");
        change(&house, &resident, &number, Change::Reopened, None).await.expect("reopened");
        let open = house.store.request(&resident, &number, false).await.expect("seen");
        assert!(open.item.due_at.is_some_and(|due| due > house.clock.now()), "the deadline starts anew");
        assert_eq!(open.item.settled_at, None);
        change(&house, &handler, &number, Change::Accepted, None).await.expect("accepted again");
        change(&house, &handler, &number, Change::Settled, None).await.expect("settled again");
        assert!(matches!(change(&house, &resident, &number, Change::Reopened, None).await, Err(StoreError::Refused(Refusal::ReopenedBefore))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_change_sent_twice_is_made_once() {
    for house in houses(&settings()).await {
        let stores = [house.store.clone(), house.another_store().await];
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some("13900139000"), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        let tasks: Vec<_> = (0..20)
            .map(|index| {
                let (store, handler, number) = (stores[index % 2].clone(), handler.clone(), number);
                tokio::spawn(async move {
                    let changing = Changing {
                        viewer: &handler,
                        tracked: false,
                        change: Change::Accepted,
                        words: "",
                        class: None,
                        rating: None,
                        addition: None,
                        key: "one form",
                    };
                    store.change_request(&number, &changing).await
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("ran").expect("answered as done");
        }
        for (table, count) in [("request_history", 2), ("event", 2), ("notice", 1), ("message", 1)] {
            assert_eq!(house.count(&format!("SELECT COUNT(*) FROM {table}")).await, count, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_is_the_one_that_was_promised() {
    for house in houses(&settings()).await {
        let resident = house.person(Person::default()).await;
        let handler = house.handler().await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        let answered = async || house.count("SELECT COALESCE(answered_at, 0) FROM request").await;
        change(&house, &resident, &number, Change::Added, None).await.expect("words are added");
        assert_eq!(answered().await, 0, "not by the resident");
        house.clock.advance(TimeDelta::minutes(5));
        let first = house.clock.millis();
        change(&house, &handler, &number, Change::Asked, None).await.expect("asked");
        assert_eq!(answered().await, first);
        house.clock.advance(TimeDelta::minutes(5));
        change(&house, &handler, &number, Change::Accepted, None).await.expect("accepted");
        assert_eq!(answered().await, first);
    }
}

//! What the public sees of a request, and what it does not.

use domain::request::{Change, Refusal};
use domain::role::Viewer;
use store::StoreError;
use store::event::Reach;
use store::request::{Changing, Filter, Place};

use super::{all, draft, file_draft};
use crate::house::{Person, houses, settings};
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_people_are_masked_in_public_and_nowhere_else() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let resident = house.person(Person::default()).await;
        let number = house.file(&resident, "040401", "井盖没了，打我电话13612345678，车牌粤B12345").await;
        let public = all(&house.store, &Viewer::visitor(), Place::Public, &Filter::default()).await;
        assert!(
            public[0].what.contains("井盖没了") && !public[0].what.contains("13612345678") && !public[0].what.contains("B12345"),
            "{}",
            public[0].what
        );
        let seen = |viewer: Viewer| {
            let (store, number) = (house.store.clone(), number);
            async move { store.request(&viewer, &number, false).await.expect("seen") }
        };
        let by_visitor = seen(Viewer::visitor()).await;
        assert!(!by_visitor.item.what.contains("13612345678") && !by_visitor.description.contains("13612345678"));
        assert_eq!(by_visitor.phone, None);
        assert!(seen(resident.clone()).await.item.what.contains("13612345678"));
        assert!(seen(handler).await.item.what.contains("13612345678"));
        let found = Filter { words: "13612345678".into(), ..Filter::default() };
        assert!(all(&house.store, &Viewer::visitor(), Place::Public, &found).await.is_empty(), "a search does not tell either");
        assert_eq!(house.count("SELECT COUNT(*) FROM event WHERE body LIKE '%13612345678%' OR body LIKE '%13800138000%'").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_private_is_nowhere_in_public() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let resident = house.person(Person::default()).await;
        let stranger = house.person(Person { id: "stranger", ..Person::default() }).await;
        let private = house.file(&resident, "0104", "烧烤店门口打架").await;
        let public = house.file(&resident, "040401", "烧烤店门口井盖没了").await;
        let unsorted = house.file(&resident, "", "烧烤店门口很吵").await;
        for filter in [
            Filter::default(),
            Filter { words: "烧烤".into(), ..Filter::default() },
            Filter { area: "440309002001".parse().ok(), ..Filter::default() },
        ] {
            let shown: Vec<_> = all(&house.store, &Viewer::visitor(), Place::Public, &filter).await.into_iter().map(|item| item.number).collect();
            assert_eq!(shown, [public], "{filter:?}");
        }
        let class = Filter { class: Some("0104".parse().expect("a class")), ..Filter::default() };
        assert!(all(&house.store, &Viewer::visitor(), Place::Public, &class).await.is_empty());
        for number in [&private, &unsorted] {
            assert!(matches!(house.store.request(&Viewer::visitor(), number, false).await, Err(StoreError::NotFound)));
            assert!(matches!(house.store.join_request(&stranger, number).await, Err(StoreError::NotFound)), "not even to join");
            assert!(matches!(house.store.join_request(&handler, number).await, Err(StoreError::Refused(Refusal::NotAllowed))));
            assert!(house.store.request(&resident, number, false).await.is_ok());
            assert!(house.store.request(&handler, number, false).await.is_ok());
        }
        let mine = all(&house.store, &resident, Place::Mine, &Filter::default()).await;
        assert_eq!(mine.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn me_too_counts_each_person_once() {
    for house in houses(&settings()).await {
        let stores = [house.store.clone(), house.another_store().await];
        let number = house.file(&Viewer::visitor(), "040401", "井盖没了").await;
        let mut people = Vec::new();
        for id in ["a", "b", "c", "d", "e"] {
            people.push(house.person(Person { id, ..Person::default() }).await);
        }
        let tasks: Vec<_> = (0..50)
            .map(|index| {
                let (store, person, number) = (stores[index % 2].clone(), people[index % 5].clone(), number);
                tokio::spawn(async move { store.join_request(&person, &number).await })
            })
            .collect();
        for task in tasks {
            task.await.expect("ran").expect("joined");
        }
        let shown = all(&house.store, &Viewer::visitor(), Place::Public, &Filter::default()).await;
        assert_eq!(shown[0].me_too, 5);
        assert_eq!(house.count("SELECT COUNT(*) FROM follow").await, 5);
        // Each is one entry of the history and one record of the feed, without a name; the page shows the number.
        assert_eq!(house.count("SELECT COUNT(*) FROM request_history WHERE change = 'joined' AND account IS NULL").await, 5);
        let records = house.store.events(Reach::Public, None, 100).await.expect("a feed");
        let joined: Vec<_> = records.iter().filter(|record| record.contains("cn.linli.event.joined.v1")).collect();
        assert!(joined.len() == 5 && joined[4].contains(r#""me_too":5"#) && joined[4].contains(r#""role":"neighbour""#), "{joined:?}");
        let detail = house.store.request(&people[0], &number, false).await.expect("public");
        assert_eq!(detail.history.iter().map(|entry| entry.change).collect::<Vec<_>>(), [Change::Registered]);
        assert_eq!(all(&house.store, &people[0], Place::Mine, &Filter::default()).await.len(), 1);
        assert!(matches!(house.store.join_request(&Viewer::visitor(), &number).await, Err(StoreError::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_met_the_same_sees_no_more_than_the_public() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let owner = house.person(Person { id: "owner", ..Person::default() }).await;
        let filed =
            file_draft(&house.store, &Viewer::visitor(), &draft("040401", "井盖没了，电话 13912345678"), "a-key-of-a-form").await.expect("filed");
        house.store.join_request(&owner, &filed.number).await.expect("joined");
        let mine = all(&house.store, &owner, Place::Mine, &Filter::default()).await;
        assert!(mine.len() == 1 && !mine[0].what.contains("13912345678"), "{mine:?}");

        house.change(&handler, &filed.number, Change::Accepted, "").await;
        assert_eq!(house.store.notices(&owner, None).await.expect("an inbox").0[0].number, Some(filed.number));
        let class = Some("0603".parse().expect("a class"));
        let changing = Changing {
            viewer: &handler,
            tracked: false,
            change: Change::Classified,
            words: "",
            class,
            rating: None,
            addition: None,
            key: "makes-it-private",
        };
        house.store.change_request(&filed.number, &changing).await.expect("classified");
        house.change(&handler, &filed.number, Change::Answered, "只说给当事人").await;
        let (inbox, _) = house.store.notices(&owner, None).await.expect("an inbox");
        assert_eq!(inbox.len(), 1);
        assert!(inbox[0].number.is_none() && inbox[0].what.is_empty() && inbox[0].words.is_empty(), "{inbox:?}");

        // Whoever holds the tracking code makes it their own, and is counted as the filer from then on.
        let code = filed.track_code.expect("a code");
        let proofs = [house.store.track(&filed.number, &code).await.expect("a proof")];
        for _ in 0..2 {
            house.store.adopt_request(&owner, &filed.number, &proofs).await.expect("adopted");
        }
        let stranger = house.person(Person { id: "stranger", ..Person::default() }).await;
        let refused = house.store.adopt_request(&stranger, &filed.number, &proofs).await;
        assert!(matches!(refused, Err(StoreError::Refused(Refusal::NotAllowed))), "{refused:?}");
        let records = house.store.events(Reach::All, None, 100).await.expect("a feed");
        assert_eq!(records.iter().filter(|record| record.contains("cn.linli.event.adopted.v1")).count(), 1);
        let detail = house.store.request(&owner, &filed.number, false).await.expect("one's own");
        assert!(detail.item.me_too == 0 && detail.item.what.contains("13912345678"));
        assert_eq!(all(&house.store, &owner, Place::Mine, &Filter::default()).await.len(), 1);

        // Without a key nobody reads that, and what comes after it is neither skipped nor repeated.
        let open = crate::house::file(&house.store, &Viewer::visitor(), "040401", "井盖没了", "open").await.expect("filed");
        let before = house.store.events(Reach::Public, None, 100).await.expect("a feed");
        let proofs = [house.store.track(&open.number, &open.track_code.expect("a code")).await.expect("a proof")];
        house.store.adopt_request(&owner, &open.number, &proofs).await.expect("adopted");
        house.change(&handler, &open.number, Change::Accepted, "").await;
        let public = house.store.events(Reach::Public, None, 100).await.expect("a feed");
        assert!(public.len() == before.len() + 1 && !public.iter().any(|record| record.contains("adopted.v1")), "{public:?}");
        assert_eq!(house.store.events(Reach::All, None, 100).await.expect("a feed").iter().filter(|record| record.contains("adopted.v1")).count(), 2);
        let record: serde_json::Value = serde_json::from_str(before.last().expect("a record")).expect("JSON");
        assert_eq!(house.store.events(Reach::Public, record["id"].as_str(), 100).await.expect("a feed"), public[before.len()..]);
    }
}

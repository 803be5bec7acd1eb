//! Messages that did not leave are seen and decided on by whoever supervises the person's home.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use domain::account::AccountId;
use domain::request::Change;
use domain::role::{Grant, Role, Scope, Viewer};
use store::StoreError;
use store::message::Stuck;

use house::{Person, houses, settings};

fn supervisor(id: &str, area: &str) -> Viewer {
    Viewer::of(AccountId::new(id), vec![Grant { role: Role::Supervisor, scope: Scope::Area(area.parse().unwrap()) }])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_leave_is_sent_again_or_dropped() {
    for house in houses(&settings()).await {
        let store = &house.store;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some("13900139000"), ..Person::default() }).await;
        let mailed = house.person(Person { id: "mailed", mail: Some("zhang@example.org"), ..Person::default() }).await;
        sqlx::query("UPDATE account SET home_area = '440309002001' WHERE id = 'resident'").execute(&house.sql).await.unwrap();
        for viewer in [&resident, &mailed] {
            let number = house.file(viewer, "040401", "井盖没了").await;
            house.change(&handler, &number, Change::Accepted, "").await;
            house.clock.advance(chrono::TimeDelta::minutes(1));
        }
        let taken = store.take_messages(10).await.unwrap();
        assert_eq!(taken.len(), 2);
        store.message_failed(&taken[0].id, "no such number", false).await.unwrap();
        store.message_unsure(&taken[1].id, "broke off").await.unwrap();

        let (chief, here, elsewhere) = (supervisor("chief", "440309"), supervisor("here", "440309002"), supervisor("elsewhere", "440309001"));
        let all = store.parked_messages(&chief, None).await.unwrap().0;
        assert_eq!(all.iter().map(|one| one.stuck).collect::<Vec<_>>(), [Stuck::Parked, Stuck::Unsure], "{}", house.url);
        assert_eq!((all[0].masked.as_str(), all[0].trouble.as_str()), ("139****9000", "no such number"));
        assert_eq!(all[1].masked, "z***@example.org");
        assert_eq!(store.parked_messages(&here, None).await.unwrap().0, all[..1], "whoever has no home belongs to the district");
        for nobody in [&elsewhere, &resident, &handler] {
            assert!(store.parked_messages(nobody, None).await.unwrap().0.is_empty());
            assert!(matches!(store.send_parked(nobody, &all[0].id).await, Err(StoreError::NotFound)));
            assert!(matches!(store.drop_parked(nobody, &all[0].id).await, Err(StoreError::NotFound)));
        }

        for _ in 0..2 {
            store.send_parked(&here, &all[0].id).await.unwrap();
            store.drop_parked(&chief, &all[1].id).await.unwrap();
        }
        assert!(store.parked_messages(&chief, None).await.unwrap().0.is_empty());
        let again = store.take_messages(10).await.unwrap();
        assert_eq!(again.iter().map(|message| &message.id).collect::<Vec<_>>(), [&all[0].id]);
        store.message_sent(&again[0].id).await.unwrap();
        store.send_parked(&chief, &again[0].id).await.unwrap();
        store.send_parked(&chief, &all[1].id).await.unwrap();
        assert!(store.take_messages(10).await.unwrap().is_empty(), "what is sent or dropped stays so");
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE recipient LIKE '%@%'").await, 0, "the recipient of what is dropped is forgotten");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_not_sent_again() {
    for house in houses(&settings()).await {
        let store = &house.store;
        house.person(Person { phone: Some("13900139000"), ..Person::default() }).await;
        sqlx::query("INSERT INTO message (id, account, channel, recipient, digest, due_at, state, tries) VALUES ('m', 'resident', 'text', '13900139000', 0, 0, 'parked', 9)")
            .execute(&house.sql)
            .await
            .unwrap();
        let chief = supervisor("chief", "440309");
        store.send_parked(&chief, "m").await.unwrap();
        let parked = store.parked_messages(&chief, None).await.unwrap().0;
        assert!(parked.len() == 1 && parked[0].code);
        store.drop_parked(&chief, "m").await.unwrap();
        assert!(store.parked_messages(&chief, None).await.unwrap().0.is_empty());
    }
}

/// Messages that are due, each of somebody else: digests of two rows, and single ones.
async fn due(house: &house::House, channel: &str, people: usize) {
    for nth in 0..people {
        let id = format!("{channel}{nth}");
        house.person(Person { id: &id, quiet: (0, 0), ..Person::default() }).await;
        for row in 0..=nth % 2 {
            sqlx::query("INSERT INTO notice (id, account, kind, words, created_at) VALUES ($1, $2, 'accepted', '', 0)")
                .bind(format!("n{id}-{row}"))
                .bind(&id)
                .execute(&house.sql)
                .await
                .unwrap();
            sqlx::query("INSERT INTO message (id, account, notice, channel, recipient, digest, due_at, state, tries) VALUES ($1, $2, $3, $4, $2, $5, 0, 'waiting', 0)")
                .bind(format!("m{id}-{row}"))
                .bind(&id)
                .bind(format!("n{id}-{row}"))
                .bind(channel)
                .bind(i64::try_from(nth % 2).unwrap())
                .execute(&house.sql)
                .await
                .unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_not_configured_writes_nothing() {
    for house in houses(&store::Settings { texts: false, ..settings() }).await {
        due(&house, "text", 2).await;
        let writes = house.store.database().writes();
        assert!(house.store.take_messages(10).await.unwrap().is_empty());
        assert_eq!(house.store.database().writes(), writes, "{}", house.url);
        due(&house, "mail", 1).await;
        assert_eq!(house.store.take_messages(10).await.unwrap().len(), 1);
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE state = 'waiting'").await, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_message_of_many_has_its_own_news() {
    for house in houses(&settings()).await {
        due(&house, "text", 7).await;
        for (id, set) in [("text4", "tell = 'off'"), ("text6", "quiet_from = 10, quiet_to = 14")] {
            sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE account SET {set} WHERE id = '{id}'"))).execute(&house.sql).await.unwrap();
        }
        let taken = house.store.take_messages(10).await.unwrap();
        let told: Vec<_> = taken
            .iter()
            .map(|message| {
                (
                    message.id.as_str(),
                    message.recipient.as_str(),
                    match &message.content {
                        store::message::Content::News(news) => news.len(),
                        store::message::Content::Code(_) => 0,
                    },
                )
            })
            .collect();
        let expected =
            [("mtext0-0", "text0", 1), ("mtext2-0", "text2", 1), ("mtext1-0", "text1", 2), ("mtext3-0", "text3", 2), ("mtext5-0", "text5", 2)];
        assert_eq!(told, expected, "{}", house.url);
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE state = 'bundled' AND bundle = 'm' || account || '-0'").await, 3);
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE state = 'dropped' AND recipient = '' AND account = 'text4'").await, 1);
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE state = 'waiting' AND due_at > 0 AND account = 'text6'").await, 1);
        assert!(house.store.take_messages(10).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_leave_is_read_page_by_page() {
    for house in houses(&settings()).await {
        due(&house, "text", 23).await;
        sqlx::query("UPDATE message SET state = 'parked'").execute(&house.sql).await.unwrap();
        let chief = supervisor("chief", "440309");
        let (first, next) = house.store.parked_messages(&chief, None).await.unwrap();
        let next = next.and_then(|place| store::message::ParkedPlace::parse(&place.to_string()));
        let (second, end) = house.store.parked_messages(&chief, next).await.unwrap();
        let mut ids: Vec<_> = first.iter().chain(&second).map(|one| one.id.clone()).collect();
        ids.dedup();
        assert_eq!((first.len(), second.len(), ids.len(), end), (20, 14, 34, None), "{}", house.url);
    }
}

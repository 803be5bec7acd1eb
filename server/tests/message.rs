//! Messages leave the house once, to whom, when and as each person wishes.

mod house;

use chrono::TimeDelta;
use domain::request::Change;
use house::receivers::{Gateway, Post, config};
use house::{House, Person, houses, settings};
use server::job::deliver::{Senders, drain};

const PHONE: &str = "13900139000";

struct Outside {
    gateway: Gateway,
    post: Post,
    senders: Senders,
}

async fn outside() -> Outside {
    let (gateway, post) = (Gateway::start().await, Post::start().await);
    let senders = Senders::new(&config(&gateway, &post)).expect("senders");
    Outside { gateway, post, senders }
}

async fn send(house: &House, outside: &Outside) -> u64 {
    drain(&house.store, &outside.senders).await.expect("drained")
}

#[tokio::test(flavor = "multi_thread")]
async fn news_leaves_at_once_and_once() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了，电话13612345678").await;
        assert_eq!(send(&house, &outside).await, 0, "whoever files knows it");
        house.change(&handler, &number, Change::Accepted, "").await;
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(send(&house, &outside).await, 0);
        let got = outside.gateway.got();
        let [text] = got.as_slice() else { panic!("{got:?}") };
        assert_eq!(text.to(), PHONE);
        assert_eq!(text.token, "Bearer wink");
        assert_eq!(text.body["id"], text.key.as_str());
        assert_eq!(text.body["language"], "zh");
        assert!(text.text().contains(&number.to_string()), "{}", text.text());
        assert!(text.text().contains(&format!("https://linli.example/requests/{number}")));
        assert!(!text.text().contains("井盖"), "what it is about stays in the house");
        assert_eq!(house.store.message_queue().await.expect("counted"), store::message::Queue::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_written_in_the_readers_language() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        for (id, language) in [("zh", "zh"), ("en", "en")] {
            let mail = format!("{id}@example.org");
            let resident = house.person(Person { id, mail: Some(&mail), language, ..Person::default() }).await;
            let number = house.file(&resident, "040401", "井盖没了").await;
            house.change(&handler, &number, Change::Accepted, "").await;
        }
        assert_eq!(send(&house, &outside).await, 2);
        let mut got = outside.post.got();
        got.sort_by(|a, b| a.to.cmp(&b.to));
        let [english, chinese] = got.as_slice() else { panic!("{got:?}") };
        assert_eq!((english.to.as_str(), chinese.to.as_str()), ("en@example.org", "zh@example.org"));
        assert!(english.subject.starts_with("Linli: ") && english.body.contains("Number 440309002-261124-"), "{english:?}");
        assert!(chinese.subject.starts_with("邻里：") && chinese.body.contains("编号 440309002-261124-"), "{chinese:?}");
        assert!(english.body.is_ascii() || !english.body.contains('，'), "{}", english.body);
        assert!(outside.gateway.got().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_days_news_is_one_message() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), tell: "daily", ..Person::default() }).await;
        let (first, second) = (house.file(&resident, "040401", "井盖没了").await, house.file(&resident, "040401", "路灯不亮").await);
        for number in [&first, &second] {
            house.change(&handler, number, Change::Accepted, "").await;
        }
        house.change(&handler, &first, Change::Answered, "明天来修").await;
        assert_eq!(send(&house, &outside).await, 0, "not before six");
        house.clock.advance(TimeDelta::hours(6));
        // The gateway is down at first: the same message comes again, whole, and what is new since makes another.
        outside.gateway.answer(&[503]);
        assert_eq!(send(&house, &outside).await, 1);
        house.clock.advance(TimeDelta::minutes(1));
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(send(&house, &outside).await, 0);
        let got = outside.gateway.got();
        assert_eq!(got.len(), 2);
        assert_eq!(got[0].body, got[1].body);
        assert_eq!(got[0].key, got[1].key);
        let text = outside.gateway.accepted()[0].text().to_owned();
        assert!(text.contains('3') && text.matches(&first.to_string()).count() == 2 && text.matches(&second.to_string()).count() == 1, "{text}");
        house.change(&handler, &second, Change::Answered, "周五来修").await;
        assert_eq!(send(&house, &outside).await, 0, "tomorrow at six");
        house.clock.advance(TimeDelta::hours(24));
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(outside.gateway.accepted().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_no_messages_gets_none() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let off = house.person(Person { id: "off", phone: Some(PHONE), tell: "off", ..Person::default() }).await;
        let later = house.person(Person { id: "later", phone: Some("13900139001"), ..Person::default() }).await;
        for viewer in [&off, &later] {
            let number = house.file(viewer, "040401", "井盖没了").await;
            house.change(&handler, &number, Change::Accepted, "").await;
        }
        sqlx::query("UPDATE account SET tell = 'off' WHERE id = 'later'").execute(&house.sql).await.expect("changed");
        assert_eq!(send(&house, &outside).await, 0);
        assert_eq!(house.store.notices(&later, None).await.expect("an inbox").0.len(), 1, "the inbox has everything");
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE recipient <> ''").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_are_quiet() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        // Noon to half past ten at night.
        house.clock.advance(TimeDelta::minutes(630));
        house.change(&handler, &number, Change::Accepted, "").await;
        assert_eq!(send(&house, &outside).await, 0);
        house.clock.advance(TimeDelta::minutes(509));
        assert_eq!(send(&house, &outside).await, 0, "one minute to seven");
        house.clock.advance(TimeDelta::minutes(1));
        assert_eq!(send(&house, &outside).await, 1);
        // Due by day, but nobody was there to send it until the night.
        house.change(&handler, &number, Change::Answered, "明天来修").await;
        house.clock.advance(TimeDelta::hours(16));
        assert_eq!(send(&house, &outside).await, 0);
        house.clock.advance(TimeDelta::hours(8));
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(outside.gateway.accepted().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_send_nothing_twice() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        for person in 0..40 {
            let (id, phone) = (format!("resident{person:02}"), format!("139001390{person:02}"));
            let tell = if person % 2 == 0 { "at_once" } else { "daily" };
            let resident = house.person(Person { id: &id, phone: Some(&phone), tell, ..Person::default() }).await;
            let number = house.file(&resident, "040401", "井盖没了").await;
            house.change(&handler, &number, Change::Accepted, "").await;
            house.change(&handler, &number, Change::Answered, "明天来修").await;
        }
        house.clock.advance(TimeDelta::hours(6));
        let others = [house.another_store().await, house.another_store().await];
        let (one, two, three) =
            tokio::join!(drain(&house.store, &outside.senders), drain(&others[0], &outside.senders), drain(&others[1], &outside.senders));
        assert_eq!(one.expect("drained") + two.expect("drained") + three.expect("drained"), 20 * 2 + 20);
        let mut keys: Vec<_> = outside.gateway.got().into_iter().map(|text| text.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!((outside.gateway.got().len(), keys.len()), (60, 60));
        let mut daily: Vec<_> = outside.gateway.got().iter().filter(|text| text.text().contains("今天有")).map(|text| text.to().to_owned()).collect();
        daily.sort();
        daily.dedup();
        assert_eq!(daily.len(), 20, "one message a day and person");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_receiver_gets_it_later_and_once() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), quiet: (0, 0), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.change(&handler, &number, Change::Accepted, "").await;
        outside.gateway.answer(&[500, 429]);
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(send(&house, &outside).await, 0, "it waits before it tries again");
        house.clock.advance(TimeDelta::seconds(31));
        assert_eq!(send(&house, &outside).await, 1);
        house.clock.advance(TimeDelta::seconds(31));
        assert_eq!(send(&house, &outside).await, 0, "longer each time");
        house.clock.advance(TimeDelta::seconds(120));
        assert_eq!(send(&house, &outside).await, 1);
        house.clock.advance(TimeDelta::days(3));
        assert_eq!(send(&house, &outside).await, 0);
        let got = outside.gateway.got();
        assert_eq!(got.iter().map(|text| text.status).collect::<Vec<_>>(), [500, 429, 200]);
        assert!(got.iter().all(|text| text.key == got[0].key));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_parked_and_counted() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), quiet: (0, 0), ..Person::default() }).await;
        let mail = house.person(Person { id: "mail", mail: Some("nobody@example.org"), quiet: (0, 0), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        // Refused for good.
        outside.gateway.answer(&[400]);
        house.change(&handler, &number, Change::Accepted, "").await;
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(house.store.message_queue().await.expect("counted").parked, 1);
        // Refused again and again.
        outside.gateway.answer(&[500; 50]);
        house.change(&handler, &number, Change::Answered, "明天来修").await;
        let mut tries = 0;
        for _ in 0..200 {
            tries += send(&house, &outside).await;
            house.clock.advance(TimeDelta::hours(1));
        }
        assert_eq!(tries, 9);
        // A mail server that knows nobody of that name, and one that is busy for a while.
        let number = house.file(&mail, "040401", "井盖没了").await;
        outside.post.answer(&["550 no such nobody@example.org here", "451 later"]);
        house.change(&handler, &number, Change::Accepted, "").await;
        assert_eq!(send(&house, &outside).await, 1);
        house.change(&handler, &number, Change::Answered, "明天来修").await;
        assert_eq!(send(&house, &outside).await, 1);
        let queue = house.store.message_queue().await.expect("counted");
        assert_eq!((queue.parked, queue.waiting, queue.taken, queue.unsure), (3, 1, 0, 0));
        house.clock.advance(TimeDelta::minutes(1));
        assert_eq!(send(&house, &outside).await, 1);
        assert_eq!(outside.post.got().len(), 1);
        let kept = house.count("SELECT COUNT(*) FROM message WHERE trouble LIKE '%nobody%' OR trouble LIKE '%139%'").await;
        assert_eq!(kept, 0, "trouble names nobody");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dies_while_sending_leaves_it_unsure() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), quiet: (0, 0), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.change(&handler, &number, Change::Accepted, "").await;
        let taken = house.store.take_messages(10).await.expect("taken");
        assert_eq!(taken.len(), 1);
        assert_eq!(send(&house, &outside).await, 0, "somebody is at it");
        house.clock.advance(TimeDelta::minutes(11));
        assert_eq!(send(&house, &outside).await, 0);
        house.clock.advance(TimeDelta::days(2));
        assert_eq!(send(&house, &outside).await, 0, "it may have been sent");
        assert_eq!(house.store.message_queue().await.expect("counted").unsure, 1);
        assert!(outside.gateway.got().is_empty());
        // Only slow, not dead: the truth is kept.
        house.store.message_sent(&taken[0].id).await.expect("kept");
        assert_eq!(house.store.message_queue().await.expect("counted").unsure, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_told_apart_from_none() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let resident = house.person(Person { phone: Some(PHONE), quiet: (0, 0), ..Person::default() }).await;
        let number = house.file(&resident, "040401", "井盖没了").await;
        house.change(&handler, &number, Change::Accepted, "").await;
        // Nobody listens there: certainly not sent.
        let outside = outside().await;
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
        let mut nobody = config(&outside.gateway, &outside.post);
        nobody.text = Some(server::config::TextGateway { url: format!("http://{free}/send"), token: None });
        assert_eq!(drain(&house.store, &Senders::new(&nobody).expect("senders")).await.expect("drained"), 1);
        assert_eq!(house.store.message_queue().await.expect("counted").waiting, 1);
        house.clock.advance(TimeDelta::minutes(1));
        // The gateway reads it and dies: perhaps sent.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4096];
                drop(tokio::io::AsyncReadExt::read(&mut stream, &mut buffer).await);
            }
        });
        let mut dying = config(&outside.gateway, &outside.post);
        dying.text = Some(server::config::TextGateway { url: format!("http://{address}/send"), token: None });
        assert_eq!(drain(&house.store, &Senders::new(&dying).expect("senders")).await.expect("drained"), 1);
        assert_eq!(house.store.message_queue().await.expect("counted").unsure, 1);
        house.clock.advance(TimeDelta::days(2));
        assert_eq!(send(&house, &outside).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_says_what_it_is_and_is_kept_no_longer() {
    for house in houses(&settings()).await {
        let outside = outside().await;
        house.person(Person { phone: Some(PHONE), tell: "off", quiet: (0, 23), ..Person::default() }).await;
        sqlx::query("INSERT INTO message (id, account, channel, recipient, code, digest, due_at, state, tries) VALUES ('code', 'resident', 'text', $1, '483920', 0, 0, 'waiting', 0)")
            .bind(PHONE)
            .execute(&house.sql)
            .await
            .expect("a message");
        assert_eq!(send(&house, &outside).await, 1, "also in quiet hours, also to whoever wants no news");
        let text = outside.gateway.accepted()[0].text().to_owned();
        assert!(text.contains("483920") && text.contains("不会向您要"), "{text}");
        assert_eq!(house.count("SELECT COUNT(*) FROM message WHERE code IS NOT NULL").await, 0);
    }
}

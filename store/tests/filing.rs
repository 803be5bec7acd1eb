//! Filing under every kind of pressure, on both databases: once, numbered without gaps, found again, and private where
//! the class says so.

mod house;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use domain::area::Areas;
use domain::event::number::EventNumber;
use domain::request::{Change, Draft, Field, Refusal, Rules, Wrong};
use domain::role::{Role, Viewer};
use house::{House, Person, file, houses, settings};
use store::event::Reach;
use store::request::{Changing, FileBy, Filed, Filter, Item, Place, TRACKED_DAYS};
use store::{Store, StoreError, random_key};

fn draft(class: &str, what: &str) -> Draft {
    Draft { what: what.into(), class: class.into(), area: "440309002001".into(), phone: "13800138000".into(), ..Draft::default() }
}

async fn file_draft(store: &Store, viewer: &Viewer, draft: &Draft, key: &str) -> store::Result<Filed> {
    let district = store.district();
    let now = store.clock().now().with_timezone(&store.settings().zone).naive_local();
    let filing = draft.check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: true }).expect("a good form");
    store.file(FileBy { viewer, behalf: false }, filing, key).await
}

/// Every line of a list, page by page.
async fn all(store: &Store, viewer: &Viewer, place: Place, filter: &Filter) -> Vec<Item> {
    let (mut items, mut before) = (Vec::new(), None);
    loop {
        let page = store.requests(viewer, place, filter, before).await.expect("a page");
        items.extend(page.items);
        match page.before {
            None => return items,
            next => before = next,
        }
    }
}

/// Serials in use, by subdistrict and day.
fn serials<'a>(numbers: impl IntoIterator<Item = &'a EventNumber>) -> BTreeMap<(String, NaiveDate), Vec<u32>> {
    let mut found: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    for number in numbers {
        found.entry((number.area().as_str().to_owned(), number.day())).or_default().push(number.serial());
    }
    found.values_mut().for_each(|serials| serials.sort_unstable());
    found
}

fn assert_dense<'a>(numbers: impl IntoIterator<Item = &'a EventNumber>) {
    for (group, serials) in serials(numbers) {
        let count = u32::try_from(serials.len()).expect("a count");
        assert_eq!(serials, (1..=count).collect::<Vec<_>>(), "{group:?}");
    }
}

async fn change(house: &House, viewer: &Viewer, number: &EventNumber, change: Change, rating: Option<i64>) -> store::Result<()> {
    house.try_change(viewer, number, change, "因为", rating).await
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_identical_submissions_register_once() {
    for house in houses(&settings()).await {
        let stores = [house.store.clone(), house.another_store().await];
        let tasks: Vec<_> = (0..500)
            .map(|index| {
                let store = stores[index % 2].clone();
                tokio::spawn(async move { file(&store, &Viewer::visitor(), "040401", "井盖没了", "the same form").await.expect("filed") })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.expect("ran"));
        }
        assert_eq!(answers.iter().filter(|filed| !filed.repeated).count(), 1);
        let same: BTreeSet<_> = answers.iter().map(|filed| (filed.number.to_string(), filed.track_code.clone())).collect();
        assert_eq!(same.len(), 1);
        for table in ["request", "request_history", "event"] {
            assert_eq!(house.count(&format!("SELECT COUNT(*) FROM {table}")).await, 1, "{table}");
        }
        let found = Filter { words: "井盖".into(), ..Filter::default() };
        assert_eq!(all(&house.store, &Viewer::visitor(), Place::Public, &found).await.len(), 1);
        assert_eq!(house.count("SELECT last FROM serial").await, 1);
        let number = &answers[0].number;
        let code = answers[0].track_code.clone().expect("a code");
        let proof = house.store.track(number, &code).await.expect("it opens the case");
        let proofs = [proof, format!("{}.9999999999999.{}", number.compact(), "0".repeat(32))];
        assert!(house.store.is_tracked(&proofs, number));
        house.clock.advance(TimeDelta::days(TRACKED_DAYS));
        assert!(!house.store.is_tracked(&proofs, number), "an old proof or a made up one");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serials_are_dense_under_many_writers_and_two_processes() {
    for house in houses(&settings()).await {
        let stores = [house.store.clone(), house.another_store().await];
        let tasks: Vec<_> = (0..16)
            .map(|writer| {
                let store = stores[writer % 2].clone();
                tokio::spawn(async move {
                    let mut numbers = Vec::new();
                    for turn in 0..15 {
                        let area = ["440309002001", "440309001001", "440309002003", ""][(writer + turn) % 4];
                        let draft = Draft { area: area.into(), ..draft("040401", "井盖没了") };
                        numbers.push(file_draft(&store, &Viewer::visitor(), &draft, &random_key()).await.expect("filed").number);
                    }
                    numbers
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            numbers.extend(task.await.expect("ran"));
        }
        assert_eq!(numbers.len(), 240);
        assert_dense(&numbers);
        let groups = serials(&numbers);
        assert_eq!(groups.keys().map(|(area, _)| area.as_str()).collect::<Vec<_>>(), ["440309000", "440309001", "440309002"]);
        // Dense in the feed too, and one record each.
        assert_eq!(house.count("SELECT COUNT(*) FROM event").await, 240);
        assert_eq!(house.count("SELECT MAX(position) FROM event").await, 240);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rolls_back_leaves_no_gap() {
    for house in houses(&settings()).await {
        // The very last write of a registration is made to fail for some.
        let fail: &[&str] = if house.url.starts_with("sqlite") {
            &["CREATE TRIGGER fail BEFORE INSERT ON event WHEN NEW.body LIKE '%坏掉%' BEGIN SELECT RAISE(ABORT, 'refused'); END"]
        } else {
            &["ALTER TABLE event ADD CONSTRAINT fail CHECK (body NOT LIKE '%坏掉%')"]
        };
        for statement in fail {
            sqlx::query(*statement).execute(&house.sql).await.expect("a trap");
        }
        let tasks: Vec<_> = (0..80)
            .map(|index| {
                let store = house.store.clone();
                tokio::spawn(async move {
                    let what = if index % 4 == 0 { "坏掉" } else { "井盖没了" };
                    (index % 4 == 0, file(&store, &Viewer::visitor(), "040401", what, &random_key()).await)
                })
            })
            .collect();
        let mut numbers = Vec::new();
        for task in tasks {
            match task.await.expect("ran") {
                (true, answer) => assert!(answer.is_err()),
                (false, answer) => numbers.push(answer.expect("the others are registered").number),
            }
        }
        assert_eq!(numbers.len(), 60);
        assert_dense(&numbers);
        for table in ["request", "request_history", "event"] {
            assert_eq!(house.count(&format!("SELECT COUNT(*) FROM {table}")).await, 60, "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_says_where_and_on_which_local_day() {
    for house in houses(&settings()).await {
        let visitor = Viewer::visitor();
        let first = house.file(&visitor, "040401", "井盖没了").await;
        assert!(first.to_string().starts_with("440309002-261124-00001-"), "{first}");
        assert_eq!(EventNumber::parse(&first.compact()).as_ref(), Ok(&first));
        // One minute to midnight in Shenzhen, then midnight.
        house.clock.advance(TimeDelta::minutes(12 * 60 - 1));
        assert!(house.file(&visitor, "040401", "井盖没了").await.to_string().starts_with("440309002-261124-00002-"));
        house.clock.advance(TimeDelta::minutes(1));
        assert!(house.file(&visitor, "040401", "井盖没了").await.to_string().starts_with("440309002-261125-00001-"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_class_names_its_successor() {
    for house in houses(&settings()).await {
        let table = house.store.district().catalogue.to_csv();
        let body: String = table
            .lines()
            .map(|line| match line.split(',').next() {
                Some("code") => format!("{line},closed_on,successor\n"),
                Some("040401") => format!("{line},2026-11-01,040402\n"),
                _ => format!("{line},,\n"),
            })
            .collect();
        let from = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a day");
        house.store.import_catalogue("2026.2", from, &body).await.expect("imported");
        let district = house.store.district();
        let now = house.clock.now().naive_utc();
        let rules = Rules { areas: &Areas::shipped(), catalogue: &district.catalogue, now, needs_phone: true };
        let wrong = draft("040401", "井盖没了").check(&rules).expect_err("closed");
        assert_eq!(wrong, [(Field::Class, Wrong::ClassClosed(Some("040402".parse().expect("a class"))))]);
        // Another process learns of it when it opens.
        assert_eq!(house.another_store().await.district().catalogue.version, "2026.2");
        // A code can't be dropped.
        let fewer: Vec<_> = body.lines().filter(|line| !line.starts_with("040402,")).collect();
        assert!(matches!(house.store.import_catalogue("2026.3", from, &fewer.join("\n")).await, Err(StoreError::Import(_))));
        assert_eq!(house.store.district().catalogue.version, "2026.2");
    }
}

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

/// Small numbers by chance, always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_characters_are_found_exactly_where_they_stand() {
    const CHARS: [char; 14] = ['井', '盖', '没', '了', '路', '灯', '不', '亮', '水', '管', '，', ' ', 'a', '8'];
    for house in houses(&settings()).await {
        let mut dice = Dice(7);
        let texts: Vec<String> = (0..240)
            .map(|_| {
                let length = 2 + dice.roll(14);
                format!("井{}", (0..length).map(|_| CHARS[dice.roll(CHARS.len())]).collect::<String>())
            })
            .collect();
        let tasks: Vec<_> = texts
            .iter()
            .cloned()
            .map(|text| {
                let store = house.store.clone();
                tokio::spawn(async move {
                    (file(&store, &Viewer::visitor(), "040401", &text, &random_key()).await.expect("filed").number.compact(), text)
                })
            })
            .collect();
        let mut filed = Vec::new();
        for task in tasks {
            filed.push(task.await.expect("ran"));
        }
        let han: Vec<char> = CHARS[..10].to_vec();
        let mut words: Vec<String> = han.iter().flat_map(|first| han.iter().map(move |second| format!("{first}{second}"))).collect();
        // Single characters, and three in a row.
        words.extend(han.iter().map(char::to_string));
        words.extend((0..20).map(|_| (0..3).map(|_| han[dice.roll(han.len())]).collect()));
        let mut hits = 0;
        for word in words {
            let filter = Filter { words: word.clone(), ..Filter::default() };
            let found: BTreeSet<String> =
                all(&house.store, &Viewer::visitor(), Place::Public, &filter).await.into_iter().map(|item| item.number.compact()).collect();
            let naive: BTreeSet<String> = filed.iter().filter(|(_, text)| text.contains(&word)).map(|(number, _)| number.clone()).collect();
            assert_eq!(found, naive, "{word}");
            hits += naive.len();
        }
        assert!(hits > 1000, "the property was tried on something");
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
async fn pages_cover_everything_once_while_more_comes_in() {
    for house in houses(&settings()).await {
        let visitor = Viewer::visitor();
        let mut before: BTreeSet<String> = BTreeSet::new();
        for index in 0..95 {
            let class = if index % 3 == 0 { "040402" } else { "040401" };
            before.insert(house.file(&visitor, class, "井盖没了").await.compact());
        }
        let (mut seen, mut at) = (Vec::new(), None);
        loop {
            let page = house.store.requests(&visitor, Place::Public, &Filter::default(), at).await.expect("a page");
            assert!(page.items.len() <= store::request::PAGE);
            seen.extend(page.items);
            // The same millisecond on a clock that stands still, and then a later one.
            house.clock.advance(TimeDelta::milliseconds(1));
            house.file(&visitor, "040401", "又一个").await;
            at = page.before;
            if at.is_none() {
                break;
            }
        }
        assert!(seen.windows(2).all(|pair| pair[0].id > pair[1].id), "newest first");
        let numbers: BTreeSet<String> = seen.iter().map(|item| item.number.compact()).collect();
        assert_eq!(numbers.len(), seen.len(), "nothing twice");
        assert_eq!(numbers, before, "and nothing left out");
        let class = Filter { class: Some("040402".parse().expect("a class")), ..Filter::default() };
        assert_eq!(all(&house.store, &visitor, Place::Public, &class).await.len(), 32);
        let both = Filter { words: "井盖".into(), ..class };
        assert_eq!(all(&house.store, &visitor, Place::Public, &both).await.len(), 32);
    }
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
async fn photos_go_to_one_request() {
    for house in houses(&settings()).await {
        let stores = [house.store.clone(), house.another_store().await];
        let mut rounds = 0;
        for round in 0..10 {
            // The same form sent from the account and, after its session ended, without: two requests, one of them with
            // the photos.
            let key = format!("form {round}");
            for photo in 0..3 {
                house.photo(&format!("{round}-{photo}"), &key).await;
            }
            let resident = house.person(Person { id: &key, ..Person::default() }).await;
            let visitor = Viewer::visitor();
            // In different subdistricts, so that no counter makes one wait for the other.
            let (here, there) = (draft("040401", "井盖没了"), Draft { area: "440309001001".into(), ..draft("040401", "井盖没了") });
            let (one, two) = tokio::join!(file_draft(&stores[0], &resident, &here, &key), file_draft(&stores[1], &visitor, &there, &key));
            let (one, two) = (one.expect("filed"), two.expect("filed"));
            assert_ne!(one.number, two.number);
            let photos = async |viewer: &Viewer, number: &EventNumber| house.store.request(viewer, number, false).await.expect("seen").photos.len();
            let (first, second) = (photos(&resident, &one.number).await, photos(&visitor, &two.number).await);
            assert_eq!(first + second, 3);
            assert!(first == 0 || second == 0);
            rounds += 1;
        }
        assert_eq!(rounds, 10);
        assert_eq!(house.count("SELECT COUNT(*) FROM photo WHERE request IS NULL").await, 0);
        let wrong = house.count("SELECT COUNT(*) FROM request r WHERE r.photos <> (SELECT COUNT(*) FROM photo p WHERE p.request = r.id)").await;
        assert_eq!(wrong, 0, "each request counts its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_agent_files_for_somebody_else() {
    for house in houses(&settings()).await {
        let agent = house.person(Person { id: "agent", role: Some(Role::Agent), ..Person::default() }).await;
        let resident = house.person(Person::default()).await;
        let district = house.store.district();
        let now = house.clock.now().naive_utc();
        let filing = draft("040401", "井盖没了")
            .check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: true })
            .expect("a good form");
        let by = |viewer| FileBy { viewer, behalf: true };
        assert!(matches!(house.store.file(by(&resident), filing.clone(), "one").await, Err(StoreError::Refused(Refusal::NotAllowed))));
        let filed = house.store.file(by(&agent), filing, "two").await.expect("filed");
        let detail = house.store.request(&agent, &filed.number, false).await.expect("seen");
        assert_eq!((detail.source.as_str(), detail.phone.as_deref()), ("agent", Some("13800138000")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_near_is_found_by_distance_and_class() {
    for house in houses(&settings()).await {
        let at = |lat: f64, lon: f64, class: &str| Draft { lat: lat.to_string(), lon: lon.to_string(), ..draft(class, "井盖没了") };
        // The edge of a grid cell runs between here and there.
        let here = at(22.6049, 114.0249, "040401");
        let viewer = Viewer::visitor();
        let mut numbers = Vec::new();
        for draft in [&here, &at(22.6052, 114.0252, "040401"), &at(22.6052, 114.0252, "040402"), &at(22.6150, 114.0249, "040401")] {
            numbers.push(file_draft(&house.store, &viewer, draft, &random_key()).await.expect("filed").number);
        }
        let position = domain::area::Position::new(22.6049, 114.0249, None).expect("a position");
        let near = |class: Option<&str>| {
            let class = class.map(|code| code.parse().expect("a class"));
            let (store, position) = (house.store.clone(), position);
            async move {
                let items = store.near(class, store::request::Near::Position(&position), None).await.expect("an answer");
                items.into_iter().map(|item| item.number).collect::<Vec<_>>()
            }
        };
        assert_eq!(near(Some("040401")).await, numbers[..2]);
        assert_eq!(near(None).await.len(), 3);
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
    }
}

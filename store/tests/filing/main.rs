//! Filing under every kind of pressure, on both databases: once, numbered without gaps, found again, and private where
//! the class says so.

mod change;
#[path = "../house/mod.rs"]
mod house;
mod list;
mod sight;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use domain::area::Areas;
use domain::event::number::EventNumber;
use domain::request::{Draft, Field, Refusal, Rules, Wrong};
use domain::role::{Role, Viewer};
use house::{Person, file, houses, settings};
use store::request::{FileBy, Filed, Filter, Item, Place, TRACKED_DAYS};
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
async fn other_words_in_a_form_that_came_back_are_another_request() {
    for house in houses(&settings()).await {
        let visitor = Viewer::visitor();
        let one = file(&house.store, &visitor, "040401", "井盖没了", "one form").await.expect("filed");
        let other = file(&house.store, &visitor, "040402", "路灯不亮", "one form").await.expect("filed");
        let again = file(&house.store, &visitor, "040402", "路灯不亮", "one form").await.expect("filed");
        assert!(!other.repeated && other.number != one.number && other.track_code != one.track_code, "{}", house.url);
        assert!(again.repeated && again.number == other.number && again.track_code == other.track_code);
        for (key, what, expected) in [("one form", " 井盖没了\r\n", true), ("one form", "别的事", false), ("another", "井盖没了", false)] {
            assert_eq!(house.store.is_filed(&visitor, key, what).await.expect("an answer"), expected, "{key} {what}");
        }
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
                (true, answer) => {
                    let error = answer.expect_err("it fails");
                    assert!(!error.is_unavailable() && (error.to_string().contains("refused") || error.to_string().contains("fail")), "{error}");
                }
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
async fn all_who_wait_are_told_why() {
    // Elsewhere a lock is waited for as long as a statement may take.
    let house = houses(&settings()).await.remove(0);
    let mut other = house.sql.acquire().await.expect("a connection");
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *other).await.expect("the writer's place");
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let store = house.store.clone();
            tokio::spawn(async move { file(&store, &Viewer::visitor(), "040401", "井盖没了", &random_key()).await })
        })
        .collect();
    for task in tasks {
        let error = task.await.expect("ran").expect_err("nothing is written");
        assert!(error.is_unavailable() && error.to_string().contains("locked"), "{error}");
    }
}

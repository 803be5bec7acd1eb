//! The coding of a request's description, and the catalogue's life, on both databases.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use chrono::{NaiveDate, TimeDelta};
use domain::account::AccountId;
use domain::event::Fact;
use domain::request::{Change, Draft, Rules};
use domain::role::{Grant, Role, Viewer};
use house::{House, houses, settings};
use sqlx::AssertSqlSafe;
use store::district::DistrictFile;
use store::event::Reach;
use store::request::{Changing, FileBy};
use store::{StoreError, random_key};

async fn file(house: &House, draft: Draft) -> domain::event::number::EventNumber {
    let district = house.store.district();
    let now = house.clock.now().with_timezone(&house.settings.zone).naive_local();
    let filing = draft.check(&Rules { areas: &district.areas, catalogue: &district.catalogue, now, needs_phone: false }).unwrap();
    house.store.file(FileBy { viewer: &Viewer::visitor(), behalf: false }, filing, &random_key()).await.unwrap().number
}

async fn classify(house: &House, handler: &Viewer, number: &domain::event::number::EventNumber, class: &str) {
    house.clock.advance(TimeDelta::seconds(1));
    let key = random_key();
    let changing = Changing {
        viewer: handler,
        tracked: false,
        change: Change::Classified,
        words: "",
        class: class.parse().ok(),
        rating: None,
        addition: None,
        key: &key,
    };
    house.store.change_request(number, &changing).await.unwrap();
}

async fn text(house: &House, sql: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&house.sql).await.unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The catalogue in force with a class of another English name.
fn renamed(house: &House, name: &str) -> String {
    house.store.district().catalogue.to_csv().replace("Manhole cover", name)
}

fn name(store: &store::Store) -> String {
    store.district().catalogue.get("040401".parse().unwrap()).unwrap().name_en.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_from_the_desk_composes_the_description_anew() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        // What somebody wrote may look like the head of a description.
        let words = "工地【三期】拖欠工资，电话 13812345678";
        let number = file(
            &house,
            Draft {
                what: words.into(),
                place: "2 号门".into(),
                area: "440309002021".into(),
                happened: "2026-11-23T07:35".into(),
                since: "2026-08-01".into(),
                ..Draft::default()
            },
        )
        .await;
        let description = || text(&house, "SELECT description FROM request");
        assert_eq!(
            description().await,
            "【待分类】民治街道北站社区2 号门，2026-11-23 07:35 发现，自 2026-08-01 起，工地【三期】拖欠工资，电话 138****5678"
        );
        classify(&house, &handler, &number, "0201").await;
        let wages = "【欠薪】民治街道北站社区2 号门，2026-11-23 07:35，自 2026-08-01 起未发工资，工地【三期】拖欠工资，电话 138****5678";
        assert_eq!(description().await, wages);
        // The feed says it as it stands after the change.
        assert!(text(&house, "SELECT body FROM event ORDER BY position DESC LIMIT 1").await.contains(wages));
        classify(&house, &handler, &number, "0311").await;
        assert_eq!(
            description().await,
            "【噪声】民治街道北站社区2 号门，2026-11-23 07:35 听到，自 2026-08-01 起，工地【三期】拖欠工资，电话 138****5678"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_told_is_missing_and_not_made_up() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let number = file(&house, Draft { what: "半夜打桩".into(), class: "0311".into(), area: "440309002021".into(), ..Draft::default() }).await;
        let detail = house.store.request(&handler, &number, false).await.unwrap();
        assert_eq!(detail.missing, [Fact::Place, Fact::Time]);
        assert_eq!((detail.happened_at, detail.since), (None, None));
        assert_eq!(detail.description, "【噪声】民治街道北站社区，半夜打桩");
        classify(&house, &handler, &number, "0201").await;
        assert_eq!(house.store.request(&handler, &number, false).await.unwrap().missing, [Fact::Since]);

        let position = Draft {
            what: "半夜打桩".into(),
            class: "0311".into(),
            lat: "22.6093".into(),
            lon: "114.0287".into(),
            accuracy: "18".into(),
            happened: "2026-11-24T02:10".into(),
            since: "2026-11-20".into(),
            ..Draft::default()
        };
        let number = file(&house, position).await;
        let detail = house.store.request(&handler, &number, false).await.unwrap();
        assert_eq!((detail.missing, detail.since), (Vec::new(), Some(day("2026-11-20"))));
        assert!(detail.description.contains("（北纬 22.60930，东经 114.02870，误差约 18 米），2026-11-24 02:10 听到，自 2026-11-20 起，"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_holds_from_its_day_at_local_midnight() {
    for house in houses(&settings()).await {
        let store = &house.store;
        let handler = house.handler().await;
        store.import_catalogue("2026.2", day("2026-11-25"), &renamed(&house, "Manhole lid")).await.unwrap();
        // The next one follows the one to come, not the one in force.
        let again = store.import_catalogue("2026.2", day("2026-11-26"), &renamed(&house, "Lid")).await;
        assert!(matches!(again, Err(StoreError::Import(_))));
        let earlier = store.import_catalogue("2026.3", day("2026-11-25"), &renamed(&house, "Lid")).await;
        assert!(matches!(earlier, Err(StoreError::Import(_))));
        store.import_catalogue("2026.3", day("2026-12-01"), &renamed(&house, "Lid")).await.unwrap();
        let shipped = domain::event::class::Catalogue::shipped().version;
        for taken in ["2026.2", shipped.as_str()] {
            let again = store.import_catalogue(taken, day("2026-12-24"), &renamed(&house, "Lid")).await;
            let said = again.unwrap_err().to_string();
            assert!(said.contains(taken) && !said.contains("database"), "{said}");
        }

        // What was dated wrongly is taken back before its day, and not after.
        store.import_catalogue("2126.1", day("2126-12-01"), &renamed(&house, "Lid")).await.unwrap();
        store.withdraw_catalogue("2126.1").await.unwrap();
        assert!(matches!(store.withdraw_catalogue("2126.1").await, Err(StoreError::NotFound)));

        assert_eq!(name(store), "Manhole cover");
        let old = house.file(&handler, "040401", "井盖没了").await;
        // Noon in Shenzhen: twelve hours to midnight there, four in the morning by UTC.
        house.clock.advance(TimeDelta::hours(12) - TimeDelta::seconds(2));
        assert!(!store.refresh_district().await.unwrap());
        assert_eq!(name(store), "Manhole cover");
        house.clock.advance(TimeDelta::seconds(2));
        assert!(store.refresh_district().await.unwrap());
        assert!(!store.refresh_district().await.unwrap());
        assert_eq!(name(store), "Manhole lid");
        assert!(matches!(store.withdraw_catalogue("2026.2").await, Err(StoreError::NotFound)), "events are coded in it");
        let new = house.file(&handler, "040401", "井盖没了").await;
        let version = async |number: &domain::event::number::EventNumber| {
            text(&house, &format!("SELECT catalogue FROM request WHERE number = '{}'", number.compact())).await
        };
        assert_eq!((version(&old).await.as_str(), version(&new).await.as_str()), ("2026.1", "2026.2"));
        // Coded anew, it is coded in the version of that day; nothing else moves it.
        assert_eq!(name(&house.another_store().await), "Manhole lid");
        classify(&house, &handler, &old, "040402").await;
        assert_eq!(version(&old).await, "2026.2");
        house.clock.advance(TimeDelta::days(6));
        store.refresh_district().await.unwrap();
        assert_eq!(name(store), "Lid");
        assert_eq!(version(&new).await, "2026.2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_takes_up_imports_and_what_was_learnt() {
    for house in houses(&settings()).await {
        let other = house.another_store().await;
        let handler = house.handler().await;
        assert!(!other.refresh_district().await.unwrap());

        let lines = "class,number,name_zh,name_en\n0404,0755-96777,抢修,Repairs\n";
        house.store.import_district_file(DistrictFile::Helplines, lines).await.unwrap();
        let manhole = "040401".parse().unwrap();
        assert!(other.district().help.for_class(manhole).is_empty());
        let writes = other.database().writes();
        assert!(other.refresh_district().await.unwrap());
        assert_eq!(other.district().help.for_class(manhole)[0].number, "0755-96777");
        assert_ne!(other.database().writes(), writes, "kept pages are old now");

        house.store.import_catalogue("2026.2", day("2026-11-24"), &renamed(&house, "Manhole lid")).await.unwrap();
        assert!(other.refresh_district().await.unwrap());
        assert_eq!(name(&other), "Manhole lid");

        let number = file(&house, Draft { what: "嗡嗡嘤嘤咣当咣当".into(), area: "440309002021".into(), ..Draft::default() }).await;
        let first = |store: &store::Store| store.district().suggester.suggest("嗡嗡嘤嘤咣当咣当", 1).first().map(|one| one.code.to_string());
        assert_ne!(first(&other).as_deref(), Some("0310"));
        classify(&house, &handler, &number, "0310").await;
        for store in [&house.store, &other] {
            assert!(store.refresh_district().await.unwrap());
            assert_eq!(first(store).as_deref(), Some("0310"));
        }

        // What is refused changes nothing, and nobody loads anything for it.
        for bad in ["class,number,name_zh,name_en\n0404,call,抢修,Repairs\n", "class\n"] {
            assert!(matches!(house.store.import_district_file(DistrictFile::Helplines, bad).await, Err(StoreError::Import(_))));
        }
        assert!(house.store.import_catalogue("2026.3", day("2026-11-30"), "code\n").await.is_err());
        assert!(!other.refresh_district().await.unwrap());
        assert_eq!(house.store.export_district_file(DistrictFile::Helplines).await.unwrap(), lines);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_class_makes_public_what_was_private_or_hidden() {
    for house in houses(&settings()).await {
        let handler = house.handler().await;
        let grants = vec![Grant::in_area(Role::Supervisor, "440309".parse().unwrap())];
        let chief = Viewer::of(AccountId::new("handler"), grants);
        let seen = async |number: &domain::event::number::EventNumber| house.store.request(&Viewer::visitor(), number, false).await.is_ok();
        let private = house.file(&Viewer::visitor(), "0101", "有人深夜尾随").await;
        for _ in 0..2 {
            classify(&house, &handler, &private, "040402").await;
            assert!(!seen(&private).await, "a supervisor looks first, however often it is classified");
        }
        assert_eq!(house.count("SELECT COUNT(*) FROM class_wording").await, 0, "what nobody may read teaches nobody");

        // What is hidden is still a page with its reason; once it is private it is none.
        let number = house.file(&Viewer::visitor(), "", "路灯坏了").await;
        classify(&house, &handler, &number, "040402").await;
        assert!(seen(&number).await);
        assert_eq!(house.count("SELECT COUNT(*) FROM class_wording").await, 1);
        house.change(&chief, &number, Change::Hidden, "有人名").await;
        assert_eq!(house.count("SELECT COUNT(*) FROM class_wording").await, 0);
        classify(&house, &handler, &number, "0101").await;
        assert!(!seen(&number).await);
        let records = house.store.events(Reach::All, None, 100).await.expect("a feed");
        let last = records.last().expect("a record");
        assert!(last.contains(r#""private":true"#), "{last}");
    }
}

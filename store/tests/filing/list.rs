//! What is found: by words, page by page, and nearby.

use chrono::TimeDelta;
use domain::request::Draft;
use domain::role::Viewer;
use std::collections::BTreeSet;
use store::random_key;
use store::request::{Filter, Place};

use super::{all, draft, file_draft};
use crate::house::{file, houses, settings};
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

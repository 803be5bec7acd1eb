//! Where a request is, said on the filing form without scripts: finding a place, the pin on the map, moving it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use house::browser::{Answer, Browser, Portal};
use store::{Settings, random_key};
use tower::ServiceExt as _;

const NEW: &str = "/requests/new";
/// The community of 民乐老村 in the shipped table.
const HERE: &str = "440309002021";

/// What the form was sent, with some fields in place of what stood there.
async fn send(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let typed = [("what", "路灯坏了一排"), ("class", "040401"), ("phone", "13800138000"), ("happened", "2026-11-20T07:35"), ("key", "one-form")];
    let all: Vec<_> = typed.into_iter().filter(|(name, _)| fields.iter().all(|(other, _)| other != name)).chain(fields.iter().copied()).collect();
    browser.post(NEW, &all).await
}

/// The form came back with everything that [`send`] typed, and nothing is registered.
async fn comes_back(portal: &Portal, page: &Answer) {
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.says("路灯坏了一排"));
    for (name, value) in [("phone", "13800138000"), ("happened", "2026-11-20T07:35"), ("key", "one-form")] {
        assert_eq!(page.field(name).as_deref(), Some(value));
    }
    assert!(page.says("value=\"040401\" checked"), "the class");
    assert_eq!(portal.house.count("SELECT COUNT(*) FROM request").await, 0);
}

/// The community chosen on the page.
fn community(page: &Answer) -> Option<&str> {
    page.text.split("<option value=\"").find(|option| option.contains(" selected")).and_then(|option| option.split('"').next())
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_for_a_place_loses_nothing() {
    let portal = Portal::open().await;
    let mut browser = portal.browser();
    let page = browser.get(NEW).await;
    assert!(page.says("name=\"find\"") && !page.says("class=\"map\""));

    let page = send(&mut browser, &[("place", "民乐 12 栋楼下"), ("find", "1")]).await;
    comes_back(&portal, &page).await;
    assert_eq!(page.field("place").as_deref(), Some("民乐 12 栋楼下"));
    assert!(page.says(&format!("value=\"{HERE} 民乐老村\"")) && page.says(&format!("value=\"{HERE} 民乐新村\"")));
    assert!(page.says("民治街道北站社区"));

    let page = send(&mut browser, &[("place", "人民路"), ("find", "1")]).await;
    assert_eq!(page.text.matches("name=\"spot\"").count(), 5 + 1, "five, and none of them");
    let page = send(&mut browser, &[("place", "不存在的地方"), ("find", "1")]).await;
    comes_back(&portal, &page).await;
    assert!(page.says("没有找到这个名字"));

    // A card that was chosen is taken over by whatever button comes next; here by a mistake elsewhere.
    let chosen = format!("{HERE} 民乐老村");
    let page = send(&mut browser, &[("place", "民乐 12 栋楼下"), ("area", "440309001001"), ("spot", &chosen), ("phone", "12")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((page.field("place").as_deref(), community(&page)), (Some("民乐老村 12 栋楼下"), Some(HERE)));
    assert!(page.says("class=\"map\"") && !page.field("lat").unwrap().is_empty());

    let page = send(&mut browser, &[("place", "民乐 12 栋楼下"), ("spot", &chosen)]).await;
    assert!(page.path.ends_with("/filed"), "{}", page.path);
    let kept = format!("SELECT COUNT(*) FROM request WHERE community = '{HERE}' AND place = '民乐老村 12 栋楼下' AND lat IS NOT NULL");
    assert_eq!(portal.house.count(&kept).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_of_no_place_changes_nothing() {
    let portal = Portal::open().await;
    for spot in ["", "x", "440309002021 没有", "999999999999 民乐老村", " "] {
        let page = send(&mut portal.browser(), &[("place", "楼下"), ("area", "440309001001"), ("spot", spot), ("look", "1")]).await;
        comes_back(&portal, &page).await;
        assert_eq!((page.field("place").as_deref(), community(&page)), (Some("楼下"), Some("440309001001")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pin_is_moved_by_plain_buttons() {
    let portal = Portal::open().await;
    let mut browser = portal.browser();
    let page = send(&mut browser, &[("area", HERE), ("place", "路口"), ("look", "1")]).await;
    assert!(page.says("class=\"map\"") && page.says("社区中心，不是准确位置") && !page.says("nowhere") && !page.says("<image"));
    assert_eq!(page.field("lat").as_deref(), Some(""), "a centre is not kept");

    let page = send(&mut browser, &[("area", HERE), ("place", "路口"), ("lat", ""), ("lon", ""), ("move", "north")]).await;
    comes_back(&portal, &page).await;
    let (lat, lon) = (page.field("lat").unwrap(), page.field("lon").unwrap());
    assert_eq!((lat.as_str(), lon.as_str()), ("22.63695", "114.03740"));
    assert!(!page.says("社区中心") && page.field("place").as_deref() == Some("路口"));

    // A moved pin is no longer what the phone said.
    let page = send(&mut browser, &[("lat", &lat), ("lon", &lon), ("accuracy", "18"), ("move", "west")]).await;
    comes_back(&portal, &page).await;
    assert_eq!(page.field("accuracy").as_deref(), Some(""));
    let west = page.field("lon").unwrap();
    assert!(west < lon && page.field("lat").unwrap() == lat);

    let page = send(&mut browser, &[("lat", &lat), ("lon", &west), ("area", HERE), ("move", "nowhere")]).await;
    comes_back(&portal, &page).await;
    assert!(page.field("lat").as_deref() == Some("") && page.says("社区中心") && community(&page) == Some(HERE));

    // A position that is none, or a step that is none, breaks nothing.
    let page = send(&mut browser, &[("lat", "99"), ("lon", "x"), ("move", "north")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.field("lat").as_deref(), Some("99"));

    let page = send(&mut browser, &[("area", HERE)]).await;
    assert!(page.path.ends_with("/filed"));
    assert_eq!(portal.house.count("SELECT COUNT(*) FROM request WHERE lat IS NULL").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_lie_underneath_where_a_server_is_configured() {
    let config = app::Config { tiles: Some("https://tiles.example/{z}/{x}/{y}.png".into()), ..app::Config::default() };
    let portal = Portal::open_with(Settings::default(), config).await;
    let mut browser = portal.browser();
    let tiles = |page: &Answer| page.text.matches("<image href=\"https://tiles.example/17/").count();
    let page = send(&mut browser, &[("area", HERE), ("look", "1")]).await;
    assert_eq!(tiles(&page), 9);
    let page = send(&mut browser, &[("area", HERE), ("move", "south")]).await;
    assert_eq!(tiles(&page), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn islands_ask_the_same_and_private_cases_are_on_no_map() {
    let portal = Portal::open().await;
    let near = [("lat", "22.63650"), ("lon", "114.03740")];
    let file = async |class: &str| {
        let page = send(&mut portal.browser(), &[("class", class), ("key", &random_key()), near[0], near[1]]).await;
        assert!(page.path.ends_with("/filed"), "{}", page.path);
        page.path.trim_end_matches("/filed").to_owned()
    };
    let (public, private) = (file("040401").await, file("0603").await);
    let ask = async |function: &str, body: &str| {
        let request = Request::post(format!("/api/island/{function}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Body::from(body.to_owned()));
        let answer = portal.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{function}");
        String::from_utf8(axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    };

    let found = ask("places", "text=%E6%B0%91%E4%B9%90%E8%80%81&area=").await;
    assert!(found.contains("民乐老村") && found.contains(HERE) && found.contains("民治街道北站社区"), "{found}");

    let drawn: String = serde_json::from_str(&ask("sketch", &format!("area={HERE}&lat=22.63650&lon=114.03740")).await).unwrap();
    let page = send(&mut portal.browser(), &[near[0], near[1], ("look", "1")]).await;
    for html in [&drawn, &page.text] {
        let (_, map) = html.split_once("viewBox=\"0 0 320 180\"").unwrap();
        let (map, _) = map.split_once("</svg>").unwrap();
        assert_eq!(map.matches("r=\"5\"").count(), 1, "the public one: {map}");
        assert!(!map.contains("<a "), "nothing on the map leaves the form");
    }
    assert!(page.says(&format!("href=\"{public}\" target=\"_blank\"")) && !page.says(&private));
    assert!(!ask("sketch", "area=&lat=&lon=").await.contains("svg"));
}

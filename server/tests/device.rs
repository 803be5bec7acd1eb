//! What a device is told of a case and of the words typed on it: on the way to a request, once it is sent, and when it
//! is to be forgotten.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::role::{Grant, Role, Viewer};
use house::browser::{Answer, Browser, PASSWORD, Portal};

const NEW: &str = "/requests/new";
const HERE: &str = "440309002001";

/// Files something, with a phone as a guest would; the number and the page after.
async fn file(browser: &mut Browser, what: &str, class: &str, more: &[(&str, &str)]) -> (String, Answer) {
    let form = [("what", what), ("class", class), ("area", HERE), ("phone", "13800138000"), ("key", what)];
    let page = browser.post(NEW, &[&form[..], more].concat()).await;
    assert!(page.path.ends_with("/filed"), "{}: {}", page.path, page.text);
    (page.path.split('/').nth(2).unwrap().to_owned(), page)
}

async fn handler(portal: &Portal) -> Browser {
    let browser = portal.resident("handler").await;
    portal.store.set_role("handler", &Grant::in_area(Role::Handler, HERE.parse().unwrap()), false).await.unwrap();
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_the_home_page_stand_in_no_address() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let home = phone.get("/").await;
    let form = home.text.split('<').find(|tag| tag.starts_with("form") && tag.contains("card call")).unwrap();
    assert!(form.contains("method=\"post\"") && form.contains("action=\"/requests/new\""), "{form}");
    assert!(home.field("begin").is_some() && home.field("key").is_none(), "one home page for everybody");

    let begun = [("what", "我老公又打我"), ("begin", "1")];
    let page = phone.post(NEW, &begun).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, NEW));
    assert!(page.says("我老公又打我</textarea>") && page.says("id=\"private\""), "{}", page.text);
    assert!(page.says("value=\"0603\" checked"), "the likeliest class is chosen");
    assert!(!page.says("note wrong") && !page.says("附近没有同样的"));
    let keys = [page.field("key").unwrap(), phone.post(NEW, &begun).await.field("key").unwrap()];
    assert!(!keys[0].is_empty() && keys[0] != keys[1]);
    assert_eq!(phone.post(NEW, &[("what", ""), ("begin", "1")]).await.status, StatusCode::OK);
    assert_eq!(portal.house.count("SELECT COUNT(*) FROM request").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_noted_once_it_is_sent_and_the_calls_stand_there_again() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let form = [("what", "闻到煤气味"), ("class", "040401"), ("area", HERE), ("phone", "13800138000"), ("key", "k"), ("danger", "yes")];
    let page = phone.post(NEW, &form).await;
    assert!(page.says("这里还没有提交，请先打电话") && !page.says("已记下"), "{}", page.text);
    for class in ["040401", ""] {
        let (_, page) = file(&mut phone, &format!("闻到煤气味{class}"), class, &[("in_danger", "yes")]).await;
        assert!(page.says("已记下有危险") && page.says("btn danger big wide") && page.says("href=\"tel:1"), "{}", page.text);
        assert!(!page.says("如果是，请马上打电话"), "asked once");
    }
    assert!(!file(&mut phone, "井盖没了", "040401", &[]).await.1.says("btn danger big"));
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_for_ones_own_case_says_so() {
    let portal = Portal::open().await;
    portal.resident("someone").await;
    let (mut phone, mut other) = (portal.browser(), portal.browser());
    let (number, _) = file(&mut phone, "井盖没了", "040401", &[]).await;
    let to = format!("%2Frequests%2F{number}%3Fjoin%3D1");
    let (own, join) = (phone.get(&format!("/sign-in?to={to}")).await, phone.get(&format!("/join?to={to}")).await);
    assert!(own.says("这件就记在您名下") && !own.says("我也遇到"), "{}", own.text);
    assert!(join.says("把这件记在您名下") && join.says("就回到这一件") && !join.says("note wrong"), "{}", join.text);
    let page = other.get(&format!("/join?to={to}")).await;
    assert!(page.says("我也遇到") && page.says("就回到这一件") && !page.says("名下"));
    assert!(other.get(&format!("/sign-in?to={to}")).await.says("我也遇到"));
    for path in ["/join", "/join?to=%2Frequests%2Fx%3Fjoin%3D1", "/sign-in?to=%2Faccount"] {
        assert!(!other.get(path).await.says("class=\"note"), "{path}");
    }
    let page = phone.post("/sign-in", &[("name", "someone"), ("password", PASSWORD), ("to", &own.field("to").unwrap())]).await;
    assert!(page.says("加到我的诉求里"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_forgets_one_case_and_keeps_the_others() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let (kept, _) = file(&mut phone, "家里老人被打", "0603", &[]).await;
    let (number, filed) = file(&mut phone, "邻居打孩子", "0603", &[]).await;
    assert!(filed.says("这台设备 30 天内") && filed.set.iter().any(|cookie| cookie.starts_with("case=") && cookie.contains("Max-Age=2592000;")));
    let case = format!("/requests/{number}");
    let page = phone.get(&case).await;
    assert!(page.says("邻居打孩子") && page.says("value=\"forget\""));
    let mut later = phone.clone();

    let page = phone.post(&case, &[("change", "forget")]).await;
    assert_eq!(page.path, "/requests/track");
    assert!(page.says("这台设备已忘掉这一件"), "{}", page.text);
    assert_eq!(phone.get(&case).await.status, StatusCode::NOT_FOUND);
    assert!(phone.get(&format!("/requests/{kept}")).await.says("家里老人被打"));
    phone.post(&format!("/requests/{kept}"), &[("change", "forget")]).await;
    assert!(!phone.cookies.contains_key("case") && !phone.cookies.contains_key("code"));
    // A device that knows nothing of it is told nothing.
    assert_eq!(portal.browser().post(&case, &[("change", "forget")]).await.path, "/requests/track");

    portal.clock.advance(TimeDelta::days(30));
    assert_eq!(later.get(&case).await.status, StatusCode::NOT_FOUND, "not for longer");
    let mut someone = portal.resident("someone").await;
    let (number, _) = file(&mut someone, "井盖没了", "040401", &[]).await;
    for browser in [&mut someone, &mut portal.browser()] {
        assert!(!browser.get(&format!("/requests/{number}")).await.says("value=\"forget\""), "nothing to forget");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_first_leads_to_the_answer_and_keeps_the_card_and_the_pin() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let page = phone.get(&format!("{NEW}?class=040401")).await;
    let button = page.text.split('<').find(|tag| tag.contains("name=\"look\"")).unwrap();
    assert!(button.contains("formaction=\"/requests/new#found\"") && !page.says("id=\"found\""), "{button}");

    let form = [("what", "路灯坏了一排"), ("class", "040401"), ("phone", "13800138000"), ("key", "k")];
    let look = [("look", "1")];
    let card = "440309002021 民乐老村";
    let chosen = format!("value=\"{card}\" checked");
    let page = phone.post(NEW, &[&form[..], &look, &[("place", "民乐 12 栋"), ("spot", card)]].concat()).await;
    let found = page.text.split("id=\"found\"").nth(1).expect("where the answer stands");
    assert!(found.contains("附近没有同样的") && page.says(&chosen), "{}", page.text);
    assert_eq!(page.field("picked").as_deref(), Some(card));

    // The card stays, and does not take back what was done since: a moved pin, another community.
    let (lat, lon) = (page.field("lat").unwrap(), page.field("lon").unwrap());
    let back = [("place", "民乐老村 12 栋"), ("area", "440309002021"), ("spot", card), ("picked", card), ("lat", &lat), ("lon", &lon)];
    let page = phone.post(NEW, &[&form[..], &back, &[("move", "north")]].concat()).await;
    let moved = page.field("lat").unwrap();
    assert!(page.says(&chosen) && moved > lat, "{moved}");
    let back = back.map(|(name, value)| if name == "lat" { (name, moved.as_str()) } else { (name, value) });
    assert_eq!(phone.post(NEW, &[&form[..], &back, &look].concat()).await.field("lat").as_deref(), Some(moved.as_str()));
    let elsewhere = back.map(|(name, value)| if name == "area" { (name, HERE) } else { (name, value) });
    let page = phone.post(NEW, &[&form[..], &elsewhere, &look].concat()).await;
    assert!(page.says(&format!("value=\"{HERE}\" selected")) && !page.says(&chosen), "{}", page.text);
    let page = phone.post(NEW, &[&form[..], &back, &[("move", "nowhere")]].concat()).await;
    assert!(page.field("lat").as_deref() == Some("") && !page.says(&chosen));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_says_what_is_promised_next() {
    let portal = Portal::open().await;
    let mut someone = portal.resident("someone").await;
    let (number, _) = file(&mut someone, "井盖没了", "040401", &[]).await;
    let case = format!("/requests/{number}");
    let head = |page: Answer| page.text.split("</h1>").nth(1).and_then(|rest| rest.split("</header>").next()).unwrap().to_owned();
    let answer = head(someone.get(&case).await);
    assert!(answer.contains("内答复") && !answer.contains("办结"), "{answer}");
    assert!(head(portal.browser().get(&format!("{case}?lang=en")).await).contains("Answer due in"));

    let item = portal.store.request(&Viewer::visitor(), &number.parse().unwrap(), false).await.unwrap().item;
    let reply = item.reply_due_at.unwrap();
    assert!(reply < item.due_at.unwrap());
    portal.clock.advance(reply - portal.store.clock().now() + TimeDelta::minutes(5));
    let late = head(someone.get(&case).await);
    assert!(late.contains("答复已超时 5 分钟"), "{late}");
    // The first answer is given: what comes next is the settling.
    let mut desk = handler(&portal).await;
    for (change, words) in [("accepted", ""), ("answered", "明天到场")] {
        desk.post(&format!("/desk/{number}"), &[("change", change), ("words", words), ("key", change)]).await;
    }
    let settling = head(someone.get(&case).await);
    assert!(settling.contains("内办结") && !settling.contains("内答复"), "{settling}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reports_their_own_and_private_steps_promise_no_public() {
    let portal = Portal::open().await;
    let mut someone = portal.resident("someone").await;
    let (public, _) = file(&mut someone, "井盖没了", "040401", &[]).await;
    let (private, _) = file(&mut someone, "家里老人被打", "0603", &[]).await;
    let case = format!("/requests/{public}");
    assert!(!someone.get(&case).await.says("/report") && portal.browser().get(&case).await.says(&format!("{case}/report")));

    let mut desk = handler(&portal).await;
    assert!(desk.get("/desk").await.says("<span>440309002"), "a number in its groups");
    for (number, hint) in [(&public, "公开显示"), (&private, "只有这位居民和负责处理的人看得到")] {
        let page = desk.post(&format!("/desk/{number}"), &[("change", "accepted"), ("key", number)]).await;
        assert!(page.says(hint), "{hint}: {}", page.text);
    }
    let page = desk.get(&format!("/desk/{private}")).await;
    assert!(!page.says("公开显示") && !page.says("公众都看得到") && !page.says("理由会公开"), "{}", page.text);
}

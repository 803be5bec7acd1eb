//! An agent files for somebody at the door: whose phone, where, and the slip that stays there.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::http::StatusCode;
use domain::role::{Grant, Role};
use house::browser::{Browser, Portal};

const HERE: &str = "440309002001";
const NEW: &str = "/requests/new?behalf=1";

async fn agent(portal: &Portal) -> Browser {
    let browser = portal.resident("agent").await;
    portal.store.set_role("agent", &Grant::in_area(Role::Agent, HERE.parse().unwrap()), false).await.unwrap();
    browser
}

/// The attributes of the phone's field.
fn phone(text: &str) -> &str {
    text.split("<input id=\"phone\"").nth(1).and_then(|rest| rest.split('>').next()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_is_asked_for_whom_first_and_nobody_else_is() {
    let portal = Portal::open().await;
    let (mut agent, mut resident) = (agent(&portal).await, portal.resident("someone").await);
    assert!(agent.get("/account").await.says(&format!("href=\"{NEW}\"")));
    assert!(!resident.get("/account").await.says("behalf"));

    let page = agent.get(NEW).await;
    let (whom, what) = (page.text.find("id=\"whom\"").unwrap(), page.text.find("id=\"what\"").unwrap());
    assert!(whom < what && page.says("填居民本人的，不是您的"));
    assert!(phone(&page.text).contains("required") && phone(&page.text).contains("autocomplete=\"off\""), "{}", phone(&page.text));
    assert!(page.says(&format!("value=\"{HERE}\" selected")), "the community the agent serves");

    for page in [resident.get(NEW).await, agent.get("/requests/new").await] {
        assert!(!page.says("id=\"whom\"") && !phone(&page.text).contains("required"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_changes_over_and_keeps_the_words_but_not_the_phone() {
    let portal = Portal::open().await;
    let mut agent = agent(&portal).await;
    let typed = [("what", "楼道灯坏了"), ("area", HERE), ("phone", "13800138000"), ("key", "k")];
    let page = agent.post("/requests/new", &[&typed[..], &[("whom", "other")]].concat()).await;
    assert_eq!((page.status, page.field("behalf").as_deref()), (StatusCode::OK, Some("1")));
    assert!(page.says("楼道灯坏了") && !page.says("13800138000"));
    let page = agent.post("/requests/new", &[&typed[..], &[("behalf", "1"), ("whom", "self")]].concat()).await;
    assert!(page.status == StatusCode::OK && page.field("behalf").is_none() && page.says("楼道灯坏了"));
    let mut resident = portal.resident("someone").await;
    let page = resident.post("/requests/new", &[&typed[..], &[("whom", "other")]].concat()).await;
    assert!(page.status == StatusCode::OK && page.field("behalf").is_none());
    assert_eq!(portal.house.count("SELECT COUNT(*) FROM request").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_agent_does_not_serve_the_words_stay() {
    let portal = Portal::open().await;
    let form = [("what", "楼道灯坏了"), ("area", "440309001001"), ("phone", "13800138000"), ("key", "k"), ("behalf", "1")];
    let page = agent(&portal).await.post("/requests/new", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("id=\"area-wrong\"") && page.says("请选您服务的社区") && page.says("楼道灯坏了") && page.says("13800138000"));
    let page = portal.resident("someone").await.post("/requests/new", &form).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slip_opens_the_case_and_tells_nothing_of_it() {
    let portal = Portal::open().await;
    let mut agent = agent(&portal).await;
    let form = [("what", "家里有人被打"), ("class", "0603"), ("area", HERE), ("phone", "13800138000"), ("key", "k"), ("behalf", "1")];
    let page = agent.post("/requests/new", &form).await;
    assert!(page.path.ends_with("/filed"), "{}: {}", page.path, page.text);
    let slip = page.text.split("class=\"slip").nth(1).and_then(|rest| rest.split("</section>").next()).unwrap();
    let code = slip.split("class=\"number code\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    assert!(slip.contains("最迟答复") && slip.contains("/requests/track") && slip.contains("12345"));
    assert!(!slip.contains("被打") && !slip.contains("家庭") && !slip.contains("今天") && !slip.contains("明天"));
    let number = page.path.split('/').nth(2).unwrap().to_owned();
    let case = portal.browser().post("/requests/track", &[("number", &number), ("code", code)]).await;
    assert!(case.status == StatusCode::OK && case.says("家里有人被打"), "{}", case.text);

    // Whoever files for themselves gets no slip.
    let own = [("what", "井盖没了"), ("area", HERE), ("phone", "13800138000"), ("key", "own")];
    assert!(!portal.browser().post("/requests/new", &own).await.says("class=\"slip"));
}

//! What a class asks for: asked back once on the form, shown at the desk, help-lines beside it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::http::StatusCode;
use domain::role::{Grant, Role};
use house::browser::{Answer, Portal};
use store::district::DistrictFile;

fn form<'a>(class: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("what", "工地三个月没发工资"), ("class", class), ("area", "440309002001"), ("phone", "13800138000"), ("key", key)]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_class_needs_is_asked_afterwards_and_never_a_wall() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    for (class, asked) in [("0201", Some("从哪天开始")), ("040401", Some("在哪里")), ("0301", None)] {
        let filed = phone.post("/requests/new", &form(class, class)).await;
        assert!(filed.path.ends_with("/filed"), "words and a phone are enough: {}", filed.path);
        match asked {
            None => assert!(!filed.says("还想请您说一下")),
            Some(fact) => {
                assert!(filed.says("还想请您说一下") && filed.says(fact), "{}", filed.text);
                let key = filed.field("key").unwrap();
                let path = filed.path.trim_end_matches("/filed");
                let page = phone.post(path, &[("change", "added"), ("words", "补一句话在这里"), ("key", &key)]).await;
                assert!(page.path == path && page.says("补一句话在这里"));
            }
        }
    }
    assert_eq!(portal.house.count("SELECT COUNT(*) FROM request").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_afterwards_counts_and_is_not_asked_again() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let form = [("what", "半夜打桩"), ("class", "0311"), ("phone", "13800138000"), ("key", "k")];
    let filed = phone.post("/requests/new", &form).await;
    let here = filed.path.trim_end_matches("/filed").to_owned();
    let label = |page: &Answer, id: &str| {
        page.text.split_once(&format!("<label for=\"{id}\">")).map(|(_, rest)| rest.split("</label>").next().unwrap().replace("<!>", ""))
    };
    assert_eq!((label(&filed, "place").as_deref(), label(&filed, "happened").as_deref()), (Some("在哪里"), Some("发生时间")), "{}", filed.text);
    assert!(filed.field("since").is_none(), "the class does not ask for it");
    assert!(label(&filed, "add").is_some_and(|label| label.contains("可不填")));

    // A mistake stands beside its field, with everything that was typed.
    let key = filed.field("key").unwrap();
    let long = "长".repeat(121);
    let wrong = phone.post(&here, &[("change", "added"), ("place", &long), ("happened", "2027-01-01T00:00"), ("words", "很吵"), ("key", &key)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("id=\"place-wrong\"") && wrong.says("id=\"happened-wrong\"") && wrong.says("时间"), "{}", wrong.text);
    assert_eq!((wrong.field("place"), wrong.field("happened").as_deref()), (Some(long), Some("2027-01-01T00:00")));
    assert!(wrong.says("很吵</textarea>"));
    let empty = phone.post(&here, &[("change", "added"), ("place", " "), ("key", &key)]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);

    // One fact is told: it counts, and only the other is still asked for.
    let page = phone.post(&here, &[("change", "added"), ("place", "北站社区民乐老村门口"), ("happened", ""), ("key", &key)]).await;
    assert!(page.path == here && page.says("在哪里：北站社区民乐老村门口") && page.says("已补充"), "{}", page.text);
    assert!(page.says("【噪声】民治街道北站社区北站社区民乐老村门口"), "{}", page.text);
    let again = phone.get(&filed.path).await;
    assert!(again.field("place").is_none() && again.field("happened").is_some(), "{}", again.text);
    let key = again.field("key").unwrap();
    let page = phone.post(&here, &[("change", "added"), ("happened", "2026-11-24T02:10"), ("words", "每晚都这样"), ("key", &key)]).await;
    assert!(page.says("发生时间：2026 年 11 月 24 日 02:10") && page.says("每晚都这样"), "{}", page.text);
    assert!(!phone.get(&filed.path).await.says("还想请您说一下"));
    assert!(portal.browser().get("/requests?q=%E8%80%81%E6%9D%91%E9%97%A8%E5%8F%A3").await.says("半夜打桩"), "search finds the place");
}

#[tokio::test(flavor = "multi_thread")]
async fn since_when_is_asked_in_plain_sight_only_where_the_class_needs_it() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let fold = |page: &Answer| page.text.rfind("<details").unwrap();
    let field = |page: &Answer| page.text.find("id=\"since\"").unwrap();
    let wages = phone.get("/requests/new?class=0201").await;
    assert!(field(&wages) < fold(&wages));
    let manhole = phone.get("/requests/new?class=040401").await;
    assert!(field(&manhole) > fold(&manhole));
    let key = wages.field("key").unwrap();
    let mut fields = form("0201", &key);
    fields.push(("since", "2027-08-01"));
    let wrong = phone.post("/requests/new", &fields).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.says("id=\"since-wrong\"") && wrong.field("since").as_deref() == Some("2027-08-01"));
    fields.pop();
    fields.push(("since", "2026-08-01"));
    let filed = phone.post("/requests/new", &fields).await;
    assert!(filed.path.ends_with("/filed"), "nothing is missing");
    let page = phone.get(filed.path.trim_end_matches("/filed")).await;
    assert!(page.says("2026 年 8 月 1 日") && page.says("自 2026-08-01 起未发工资"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_sees_what_nobody_told() {
    let portal = Portal::open().await;
    let mut handler = portal.resident("handler").await;
    portal.store.set_role("handler", &Grant::in_area(Role::Handler, "440309002".parse().unwrap()), false).await.unwrap();
    let viewer = domain::role::Viewer::visitor();
    let number = house::file(&portal.store, &viewer, "040401", "井盖没了", "a key").await.unwrap().number;
    let page = handler.get(&format!("/desk/{number}")).await;
    assert!(page.says("居民没有说") && page.says("<b>在哪里</b>"));
    let number = house::file(&portal.store, &viewer, "0301", "学位申请", "another key").await.unwrap().number;
    assert!(!handler.get(&format!("/desk/{number}")).await.says("居民没有说"));
}

#[tokio::test(flavor = "multi_thread")]
async fn help_lines_stand_before_sending_and_after() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let page = phone.get("/requests/new?class=0603").await;
    assert!(page.says("href=\"tel:12338\"") && page.says("妇女维权热线"));
    assert!(!phone.get("/requests/new?class=040401").await.says("help-lines"));
    // Without a choice, those of the likeliest class.
    assert!(phone.get("/requests/new?what=%E5%B7%A5%E5%9C%B0%E6%8B%96%E6%AC%A0%E5%B7%A5%E8%B5%84").await.says("tel:12333"));
    let key = page.field("key").unwrap();
    let filed = phone.post("/requests/new", &form("0603", &key)).await;
    assert!(filed.path.ends_with("/filed") && filed.says("tel:12338"));
    let lines = "class,number,name_zh,name_en\n0603,0755-12338,本区妇联,Women’s federation here\n";
    portal.store.import_district_file(DistrictFile::Helplines, lines).await.unwrap();
    phone.language = "en".into();
    let page = phone.get("/requests/new?class=0603").await;
    assert!(page.says("tel:0755-12338") && page.says("Women’s federation here") && !page.says("tel:12338"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_page_is_not_older_than_the_tables() {
    let portal = Portal::open().await;
    house::file(&portal.store, &domain::role::Viewer::visitor(), "040401", "井盖没了", "a key").await.unwrap();
    let mut phone = portal.browser();
    assert!(phone.get("/requests").await.says("井盖缺失破损"));
    let other = portal.house.another_store().await;
    let catalogue = portal.store.district().catalogue.to_csv().replace("Manhole cover", "Manhole lid");
    other.import_catalogue("2026.2", "2026-11-24".parse().unwrap(), &catalogue).await.unwrap();
    phone.language = "en".into();
    phone.get("/requests").await;
    portal.store.refresh_district().await.unwrap();
    assert!(phone.get("/requests").await.says("Manhole lid"));
}

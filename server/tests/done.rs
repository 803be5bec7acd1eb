//! After each action a page says what happened, once; mistakes stand beside their field with nothing lost.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::account::AccountId;
use domain::event::number::EventNumber;
use domain::report::Reason;
use domain::role::{Grant, Role, Viewer};
use house::browser::{Answer, Browser, Portal};
use store::report::Objection;

const HERE: &str = "440309002001";

async fn handler(portal: &Portal) -> Browser {
    let browser = portal.resident("handler").await;
    portal.store.set_role("handler", &Grant::in_area(Role::Handler, HERE.parse().unwrap()), false).await.unwrap();
    browser
}

/// Files through the form; the number stands in the address of the page one lands on.
async fn file(browser: &mut Browser, what: &str, key: &str, more: &[(&str, &str)]) -> EventNumber {
    let mut form = vec![("what", what), ("class", "0601"), ("area", HERE), ("phone", "13800138000"), ("key", key)];
    form.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    form.extend(more);
    let page = browser.post("/requests/new", &form).await;
    assert!(page.path.ends_with("/filed"), "{}: {}", page.path, page.text);
    EventNumber::parse(page.path.split('/').nth(2).unwrap()).unwrap()
}

fn says(page: &Answer, words: &str) {
    assert!(page.status == StatusCode::OK && page.says(words), "{words}: {} {}", page.path, page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_says_what_happened_once() {
    let portal = Portal::open().await;
    let (mut resident, mut desk) = (portal.resident("someone").await, handler(&portal).await);
    let number = file(&mut resident, "邻居半夜很吵", "k", &[("class", "040101")]).await;
    let (here, case) = (format!("/requests/{number}"), format!("/desk/{number}?queue=reported"));
    file(&mut resident, "第二件也很吵", "k2", &[("class", "040101")]).await;

    let page = desk.post(&case, &[("change", "accepted"), ("key", "a")]).await;
    says(&page, "已受理，居民看得到");
    assert!(page.says("下一件") && page.says("第二件也很吵") && page.says("role=\"status\""), "{}", page.text);
    assert_eq!(page.path, case);
    let again = desk.get(&case).await;
    assert!(!again.says("已受理，居民看得到") && !again.says("下一件"), "opened again it claims nothing");
    says(&desk.post(&case, &[("change", "asked"), ("words", "几点最吵？"), ("key", "b")]).await, "已问居民");

    for path in ["/", "/account"] {
        let page = resident.get(path).await;
        assert!(page.says("请回答") && page.says("几点最吵？") && page.says(&format!("{here}#reply")), "{path}");
    }
    let wrong = resident.post(&here, &[("change", "replied"), ("words", " "), ("key", "c")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("id=\"words-wrong\""), "{}", wrong.text);
    let page = resident.post(&here, &[("change", "replied"), ("words", "半夜两点"), ("key", "c")]).await;
    says(&page, "已告诉处置员");
    assert!(page.says("最迟"), "and until when: {}", page.text);
    let cookie = page.set.iter().find(|cookie| cookie.starts_with("done=replied.")).unwrap();
    assert!(cookie.contains(&format!("Path={here};")) && cookie.contains("HttpOnly"), "{cookie}");
    assert!(!resident.get(&here).await.says("已告诉处置员"));
    // What was asked and answered stands together on the case.
    let page = desk.get(&case).await;
    assert!(page.says("id=\"talk\"") && page.says("半夜两点"));

    says(&resident.post(&here, &[("change", "added"), ("words", "今晚又吵"), ("key", "d")]).await, "已补充");
    portal.store.keep_photo("e", store::photo::paint(3, store::photo::Motif::Road).into()).await.unwrap();
    says(&desk.post(&case, &[("change", "settled"), ("words", "已劝止"), ("key", "e")]).await, "已办结");
    let page = resident.get("/account").await;
    assert!(page.says("请评价") && page.says("已劝止"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poor_rating_is_no_success_and_offers_to_reopen() {
    let portal = Portal::open().await;
    let (mut resident, mut desk) = (portal.resident("someone").await, handler(&portal).await);
    let number = file(&mut resident, "路灯不亮", "k", &[("class", "040101")]).await;
    let (here, case) = (format!("/requests/{number}"), format!("/desk/{number}"));
    desk.post(&case, &[("change", "accepted"), ("key", "a")]).await;
    portal.store.keep_photo("e", store::photo::paint(3, store::photo::Motif::Road).into()).await.unwrap();
    desk.post(&case, &[("change", "settled"), ("words", "修好了"), ("key", "e")]).await;

    let wrong = resident.post(&here, &[("change", "rated"), ("words", "灯还是不亮"), ("key", "r")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("id=\"rating-wrong\"") && wrong.says("灯还是不亮"));
    portal.clock.advance(TimeDelta::days(1));
    let page = resident.post(&here, &[("change", "rated"), ("rating", "1"), ("words", "灯还是不亮"), ("key", "r")]).await;
    says(&page, "很抱歉没办好");
    assert!(page.says("您的评价已记下") && !page.says("note good") && !page.says("谢谢您的评价"), "{}", page.text);
    assert!(
        page.says("id=\"reopen\"")
            && page.says("14 天")
            && !page.says("<details class=\"fold\"><summary><svg class=\"icon\" aria-hidden=\"true\"><use href=\"/assets/icons.svg#rotate-ccw")
    );
    let wrong = resident.post(&here, &[("change", "reopened"), ("words", ""), ("key", "o")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.says("id=\"reopen-wrong\""));
    says(&resident.post(&here, &[("change", "reopened"), ("words", "灯还是不亮"), ("key", "o")]).await, "已要求重新办理");
    let page = resident.get(&here).await;
    assert!(!page.says("很抱歉没办好") && !page.says("id=\"reopen\""), "once");
    for page in [page, portal.browser().get(&here).await] {
        assert!(page.says("很不满意（1/5）"), "the rating stays in the history: {}", page.text);
    }
    assert!(portal.browser().get(&format!("{here}?lang=en")).await.says("Not satisfied at all (1/5)"));
    says(&resident.post(&here, &[("change", "withdrawn"), ("key", "w")]).await, "已撤回");
}

#[tokio::test(flavor = "multi_thread")]
async fn me_too_leads_through_the_sign_in_and_back() {
    let portal = Portal::open().await;
    let mut resident = portal.resident("someone").await;
    let number = file(&mut resident, "井盖没了", "k", &[("class", "040401")]).await;
    portal.resident("neighbour").await;
    let mut neighbour = portal.browser();
    let looked = [("what", "井盖没了"), ("class", "040401"), ("area", HERE), ("look", "1"), ("key", "n")];
    assert_eq!(neighbour.post("/requests/new", &looked).await.field("join"), Some(number.compact()));
    let compact = number.compact();
    let page = neighbour.post("/requests/new", &[&looked[..], &[("join", compact.as_str())]].concat()).await;
    assert_eq!(page.path, format!("/sign-in?to=%2Frequests%2F{number}%3Fjoin%3D1"));
    says(&page, "登录后算一票");
    let to = page.field("to").unwrap();
    let page = neighbour.post("/sign-in", &[("name", "neighbour"), ("password", house::browser::PASSWORD), ("to", &to)]).await;
    says(&page, "您已登录，点一下就算一票");
    let page = neighbour.post(&format!("/requests/{number}"), &[("change", "join")]).await;
    says(&page, "已算您一票");
    assert!(page.says("1 人"));
    // The same from the request's own page.
    let page = portal.browser().post(&format!("/requests/{number}"), &[("change", "join")]).await;
    assert_eq!(page.path, format!("/sign-in?to=%2Frequests%2F{number}%3Fjoin%3D1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_remembered_and_not_shown_to_others() {
    let portal = Portal::open().await;
    let mut desk = handler(&portal).await;
    let mut visitor = portal.browser();
    let form = [("what", "闻到煤气味"), ("class", "040401"), ("area", HERE), ("phone", "13800138000"), ("key", "k")];
    let with = |more: &[(&'static str, &'static str)]| [&form[..], more].concat();
    let page = visitor.post("/requests/new", &with(&[("danger", "yes")])).await;
    assert!(page.status == StatusCode::OK && page.field("in_danger").as_deref() == Some("yes") && page.says("tel:120"));
    assert_eq!(visitor.post("/requests/new", &with(&[("in_danger", "yes"), ("look", "1")])).await.field("in_danger").as_deref(), Some("yes"));
    assert_eq!(visitor.post("/requests/new", &with(&[("in_danger", "yes"), ("danger", "no")])).await.field("in_danger"), None);

    let page = visitor.post("/requests/new", &with(&[("in_danger", "yes")])).await;
    says(&page, "已记下有危险");
    let number = page.path.split('/').nth(2).unwrap().to_owned();
    says(&desk.get("/desk").await, "有危险");
    says(&desk.get(&format!("/desk/{number}")).await, "有危险");
    for path in ["/requests".to_owned(), format!("/requests/{number}")] {
        let page = portal.browser().get(&path).await;
        assert!(page.says("闻到煤气味") && !page.says("有危险"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_keep_what_was_typed() {
    let portal = Portal::open().await;
    let mut visitor = portal.browser();
    let number = file(&mut visitor, "路灯不亮", "k", &[("class", "040101")]).await.to_string();
    let page = visitor.post("/requests/track", &[("number", &number), ("code", "K7M2P9QX")]).await;
    assert_eq!(
        (page.status, page.field("number"), page.field("code")),
        (StatusCode::UNPROCESSABLE_ENTITY, Some(number.clone()), Some("K7M2P9QX".into()))
    );
    assert!(page.says("id=\"code-wrong\"") && !page.says("id=\"number-wrong\"") && page.says("像 K7M2P9QX"));
    let page = visitor.post("/requests/track", &[("number", "12345"), ("code", "K7M2P9QX")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("id=\"number-wrong\"") && page.field("code").as_deref() == Some("K7M2P9QX"));

    let report = format!("/requests/{number}/report");
    let page = visitor.post(&report, &[("key", "r"), ("reason", "other")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("id=\"words-wrong\"") && page.says("checked"));
    says(&visitor.post(&report, &[("key", "r"), ("reason", "other"), ("words", "说的是我家")]).await, "谢谢您");

    let mut chief = portal.resident("chief").await;
    portal.store.set_role("chief", &Grant::in_area(Role::Supervisor, "440309".parse().unwrap()), false).await.unwrap();
    let list = chief.get("/office").await;
    let link = list.text.split("href=\"").find(|part| part.starts_with("/office/reports/")).unwrap().split('"').next().unwrap().to_owned();
    says(&chief.get(&link).await, "说的是我家");
    for form in [&[("name", "")][..], &[("name", "someone")], &[("name", ""), ("seen", "yes")]] {
        let page = chief.post("/office/recovery", form).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert_eq!(page.says("id=\"seen-wrong\""), form.len() == 1, "{form:?}");
        assert_eq!(page.says("id=\"name-wrong\""), form[0].1.is_empty(), "{form:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_decides_on_messages_that_did_not_leave() {
    let portal = Portal::open().await;
    let mut resident = portal.resident("13900139000").await;
    let mut chief = portal.resident("chief").await;
    portal.store.set_role("chief", &Grant::in_area(Role::Supervisor, "440309".parse().unwrap()), false).await.unwrap();
    for (id, state) in [("m1", "parked"), ("m2", "unsure")] {
        let account: String = sqlx::query_scalar("SELECT id FROM account WHERE phone = '13900139000'").fetch_one(&portal.house.sql).await.unwrap();
        sqlx::query("INSERT INTO message (id, account, notice, channel, recipient, digest, due_at, state, tries, trouble) VALUES ($1, $2, $1, 'text', '13900139000', 0, 0, $3, 9, 'busy line')")
            .bind(id)
            .bind(account)
            .bind(state)
            .execute(&portal.house.sql)
            .await
            .unwrap();
    }
    assert_eq!(resident.get("/office/messages").await.status, StatusCode::FORBIDDEN);
    assert_eq!(resident.post("/office/messages", &[("message", "m1"), ("decision", "drop")]).await.status, StatusCode::FORBIDDEN);
    let page = chief.get("/office/messages").await;
    assert!(page.says("139****9000") && page.says("busy line") && !page.says("13900139000"), "{}", page.text);
    says(&chief.post("/office/messages", &[("message", "m1"), ("decision", "again")]).await, "会再发一次");
    let page = chief.post("/office/messages", &[("message", "m2"), ("decision", "drop")]).await;
    says(&page, "不再发了");
    says(&page, "没有发不出去的消息");
    assert_eq!(chief.post("/office/messages", &[("message", "m3"), ("decision", "drop")]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_beyond_a_page_has_a_link() {
    let portal = Portal::open().await;
    let mut chief = portal.resident("chief").await;
    portal.store.set_role("chief", &Grant::in_area(Role::Supervisor, "440309".parse().unwrap()), false).await.unwrap();
    let account: String = sqlx::query_scalar("SELECT id FROM account WHERE name = 'chief'").fetch_one(&portal.house.sql).await.unwrap();
    let viewer = Viewer::of(AccountId::new(&account), Vec::new());
    for nth in 0..21 {
        // A person's second report of a thing joins the first.
        let number = portal.house.file(&viewer, "040101", &format!("门口堆着东西，第 {nth} 次")).await;
        let objection = Objection { photo: None, reason: Reason::Abuse, told: "" };
        portal.store.report(&viewer, &number, &objection, &format!("key {nth}")).await.unwrap();
        sqlx::query("INSERT INTO message (id, account, notice, channel, recipient, digest, due_at, state, tries) VALUES ($1, $2, $1, 'text', '13900139000', 0, $3, 'parked', 9)")
            .bind(format!("m{nth}"))
            .bind(&account)
            .bind(nth)
            .execute(&portal.house.sql)
            .await
            .unwrap();
    }
    let link = |page: &str, start: &str| {
        page.split("href=\"").find(|part| part.starts_with(start)).map(|part| part.split(['"', '#']).next().unwrap().to_owned())
    };
    for (path, next, line) in [
        ("/office", "/office?reports=", "href=\"/office/reports/"),
        ("/office/messages", "/office/messages?after=", "name=\"message\""),
        ("/account/reports", "/account/reports?before=", "name=\"report\""),
    ] {
        let first = chief.get(path).await;
        let second = chief.get(&link(&first.text, next).unwrap()).await;
        let lines = |page: &str| page.matches(line).count();
        if path != "/account/reports" {
            assert_eq!((lines(&first.text), lines(&second.text)), (20, 1), "{path}");
        }
        assert!(first.says("rel=\"next\"") && !second.says("rel=\"next\""), "{path}");
    }
    assert!(chief.get("/office").await.says("20+"));
}

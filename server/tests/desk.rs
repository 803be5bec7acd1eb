//! The desk, the office and reports, walked on the real router.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::event::number::EventNumber;
use domain::role::{Grant, Role, Viewer};
use house::browser::{Browser, Portal};
use store::photo::{Motif, paint};
use store::random_key;

const HERE: &str = "440309002001";
const NEXT: &str = "440309002002";

async fn staff(portal: &Portal, name: &str, role: Role, area: &str) -> Browser {
    let browser = portal.resident(name).await;
    portal.store.set_role(name, &Grant::in_area(role, area.parse().unwrap()), false).await.unwrap();
    browser
}

/// A request from somebody without an account, with a photo under the key.
async fn file(portal: &Portal, class: &str, what: &str, photo: bool) -> EventNumber {
    let key = random_key();
    if photo {
        portal.store.keep_photo(&key, paint(3, Motif::Road).into()).await.unwrap();
    }
    house::file(&portal.store, &Viewer::visitor(), class, what, &key).await.unwrap().number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_over_the_desk() {
    let portal = Portal::open().await;
    let number = file(&portal, "", "井盖没了，差点掉下去", false).await;
    let case = format!("/desk/{number}");
    let mut handler = staff(&portal, "handler", Role::Handler, HERE).await;
    let mut other = staff(&portal, "neighbour", Role::Handler, NEXT).await;
    let mut resident = portal.resident("someone").await;

    // Only whoever handles the area knows of it.
    assert!(portal.browser().get(&case).await.path.starts_with("/sign-in"));
    for (browser, list) in [(&mut other, StatusCode::OK), (&mut resident, StatusCode::FORBIDDEN)] {
        assert_eq!(browser.get("/desk").await.status, list);
        assert_eq!(browser.get(&case).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post(&case, &[("change", "declined"), ("words", "不办"), ("key", "k")]).await.status, StatusCode::NOT_FOUND);
    }
    let page = handler.get("/desk").await;
    assert!(page.says("井盖没了") && page.says(&number.to_string()));
    for queue in ["open", "reported", "unclassified"] {
        assert!(handler.get(&format!("/desk?queue={queue}")).await.says("井盖没了"), "{queue}");
    }
    for queue in ["late", "asked", "done"] {
        assert!(!handler.get(&format!("/desk?queue={queue}")).await.says("井盖没了"), "{queue}");
    }

    // Mistakes keep what was typed.
    let page = handler.post(&case, &[("change", "accepted"), ("words", "上午到场"), ("key", "a")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("请先确定类别") && page.says("上午到场") && page.says("role=\"alert\""));
    let page = handler.post(&case, &[("change", "asked"), ("words", ""), ("key", "b")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "长".repeat(1001);
    let page = handler.post(&case, &[("change", "asked"), ("words", &long), ("key", "b")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says(&long));
    assert_eq!(handler.post(&case, &[("change", "nonsense"), ("key", "b")]).await.status, StatusCode::NOT_FOUND);

    let accept = [("change", "accepted"), ("other", "040101"), ("words", "上午到场"), ("key", "a")];
    for _ in 0..2 {
        let page = handler.post(&case, &accept).await;
        assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, case.as_str()), "twice is once");
    }
    // The same step from another window: it has moved on, and no word is lost.
    let page = handler.post(&case, &[("change", "accepted"), ("words", "我也受理"), ("key", "c")]).await;
    assert!(page.status == StatusCode::CONFLICT && page.says("我也受理"));
    // Settling needs a photo; with one sent before, the same form goes through.
    let page = handler.post(&case, &[("change", "settled"), ("words", "换好了"), ("key", "settle")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("至少一张") && page.says("换好了"));
    assert_eq!(page.field("change").as_deref(), Some("settled"), "the form that failed is the open one");
    portal.store.keep_photo("settle", paint(4, Motif::Manhole).into()).await.unwrap();
    portal.clock.advance(TimeDelta::hours(1));
    let page = handler.post(&case, &[("change", "settled"), ("words", "换好了"), ("key", "settle")]).await;
    assert!(page.status == StatusCode::OK && page.says("已办结"));
    assert!(handler.get("/desk?queue=done").await.says("井盖没了"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_for_a_reason() {
    let portal = Portal::open().await;
    let number = file(&portal, "040101", "井盖没了", false).await;
    let case = format!("/desk/{number}");
    let mut handler = staff(&portal, "handler", Role::Handler, HERE).await;
    let page = handler.get(&case).await;
    assert!(page.says("尾号 8000") && !page.says("13800138000"));
    let page = handler.post(&case, &[("change", "contact"), ("words", " "), ("key", "a")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && !page.says("13800138000"));
    let page = handler.post(&case, &[("change", "contact"), ("words", "找不到地方"), ("key", "a")]).await;
    assert!(page.says("13800138000") && page.says("找不到地方"));
    let mut colleague = staff(&portal, "colleague", Role::Handler, HERE).await;
    assert!(!colleague.get(&case).await.says("13800138000"));
    portal.clock.advance(TimeDelta::minutes(31));
    assert!(!handler.get(&case).await.says("13800138000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn from_a_report_to_its_appeal() {
    let portal = Portal::open().await;
    let number = file(&portal, "040101", "物业不管事", true).await;
    let here = format!("/requests/{number}/report");
    let mut reporter = portal.resident("reporter").await;
    let mut supervisor = staff(&portal, "boss", Role::Supervisor, "440309").await;
    let mut handler = staff(&portal, "handler", Role::Handler, HERE).await;

    let page = reporter.post(&here, &[("key", "one")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("请先选一个原因"));
    assert_eq!(reporter.get(&format!("{here}?photo=none")).await.status, StatusCode::NOT_FOUND);
    assert!(reporter.post(&here, &[("key", "one"), ("reason", "untrue")]).await.says("谢谢您"));
    portal.clock.advance(TimeDelta::seconds(1));
    assert!(portal.browser().post(&here, &[("key", "two"), ("reason", "abuse")]).await.says("谢谢您"), "anybody may");

    assert_eq!(handler.get("/office").await.status, StatusCode::FORBIDDEN);
    let list = supervisor.get("/office").await;
    let link = list.text.split("href=\"").find(|part| part.starts_with("/office/reports/")).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(handler.get(&link).await.status, StatusCode::FORBIDDEN);
    assert!(supervisor.get(&link).await.says("物业不管事"));
    let page = supervisor.post(&link, &[("key", "k"), ("words", "核实属实")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("核实属实"));
    assert_eq!(supervisor.post(&link, &[("key", "k"), ("decision", "keep")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(supervisor.post(&link, &[("key", "k"), ("decision", "keep"), ("words", "核实属实")]).await.says("已决定"));

    let page = reporter.get("/account/reports").await;
    assert!(page.says("核实属实") && page.says("核实后保留"));
    let id = page.field("report").unwrap();
    let page = reporter.post("/account/reports", &[("report", &id), ("words", "请再看一遍"), ("key", "x")]).await;
    assert!(page.says("请再看一遍") && page.field("report").is_none(), "once");
    assert!(supervisor.get(&link).await.says("请再看一遍"));
    assert!(supervisor.post(&link, &[("key", "z"), ("decision", "hide-request"), ("words", "确有不妥")]).await.says("已决定"));
    let public = portal.browser().get(&format!("/requests/{number}")).await;
    assert!(public.says("确有不妥") && !public.says("物业不管事"));
    assert_eq!(portal.browser().get(&here).await.status, StatusCode::NOT_FOUND);
    let page = supervisor.post(&format!("/office/requests/{number}"), &[("key", "s"), ("decision", "show"), ("words", "")]).await;
    assert!(page.says("已决定"));
    assert!(portal.browser().get(&format!("/requests/{number}")).await.says("物业不管事"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_covered_in_its_cells() {
    let portal = Portal::open().await;
    let number = file(&portal, "040101", "路面有坑", true).await;
    let mut supervisor = staff(&portal, "boss", Role::Supervisor, "440309").await;
    let mut handler = staff(&portal, "handler", Role::Handler, HERE).await;
    let public = portal.browser().get(&format!("/requests/{number}")).await;
    let photo = public.text.split("src=\"/photos/").nth(1).unwrap().split(['/', '"', '?']).next().unwrap().to_owned();
    let before = portal.browser().get(&format!("/photos/{photo}")).await.text;
    let here = format!("/office/photos/{photo}");
    assert_eq!(handler.get(&here).await.status, StatusCode::FORBIDDEN);
    let page = supervisor.get(&here).await;
    assert_eq!(page.text.matches("name=\"cell\"").count(), 64);
    let page = supervisor.post(&here, &[("key", "k"), ("decision", "cover"), ("words", "看得到门牌")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("看得到门牌"));
    let page = supervisor.post(&here, &[("key", "k"), ("decision", "cover"), ("cell", "0-0"), ("cell", "7-7")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.text.matches("checked").count() >= 3, "cells stay ticked");
    let page = supervisor.post(&here, &[("key", "k"), ("decision", "cover"), ("cell", "0-0"), ("cell", "7-7"), ("words", "看得到门牌")]).await;
    assert!(page.status == StatusCode::OK && page.says("已处理"));
    assert_ne!(portal.browser().get(&format!("/photos/{photo}")).await.text, before);
    assert!(portal.browser().get(&format!("/requests/{number}")).await.says("看得到门牌"));
    supervisor.post(&here, &[("key", "h"), ("decision", "hide"), ("words", "看得到人脸")]).await;
    assert_eq!(portal.browser().get(&format!("/photos/{photo}")).await.status, StatusCode::NOT_FOUND);
}

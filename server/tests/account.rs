//! An account's pages, walked on the real router.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::area::{AreaCode, Level};
use domain::role::{Grant, Role};
use house::browser::{ORIGIN_HERE, PASSWORD, Portal};
use store::Settings;
use store::district::DistrictFile;

const PHONE: &str = "13800000000";
const NEW: &str = "lychee trees in June";

#[tokio::test(flavor = "multi_thread")]
async fn from_joining_to_leaving() {
    let portal = Portal::open().await;
    let mut phone = portal.browser();
    let page = phone.post("/join", &[("name", "138 0000 0000"), ("password", PASSWORD), ("to", "/requests")]).await;
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/sign-in?joined=1&to=%2Frequests"));
    assert_eq!(
        (page.field("name").as_deref(), page.field("to").as_deref()),
        (Some("138 0000 0000"), Some("/requests")),
        "what was typed comes along"
    );
    let page = phone.post("/sign-in", &[("name", "138 0000 0000"), ("password", PASSWORD), ("to", "/account/security")]).await;
    assert_eq!(page.path, "/account/security", "{}", page.text);
    let cookie = page.set.iter().find(|cookie| cookie.starts_with("linli=")).unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(page.says("Android · WeChat") && page.says("这台设备"));

    // A second device, seen and ended from the first.
    let mut tablet = portal.browser();
    tablet.agent = "Mozilla/5.0 (iPad; CPU OS 15_0) Version/15.0 Safari/604.1".into();
    let page = tablet.post("/sign-in", &[("name", PHONE), ("password", PASSWORD)]).await;
    assert_eq!(page.path, "/account");
    assert!(page.says("尾号 0000"));
    let page = phone.get("/account/security").await;
    assert!(page.says("iPad · Safari"));
    let session = page.field("session").unwrap();
    phone.post("/account/security", &[("step", "end"), ("session", &session)]).await;
    assert_eq!(tablet.get("/account").await.path, "/sign-in?to=%2Faccount");

    // The password: wrong, weak, good.
    let page = phone.post("/account/security", &[("old", "wrong"), ("new", NEW)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("密码不对") && !page.says(NEW), "passwords are never given back");
    let page = phone.post("/account/security", &[("old", PASSWORD), ("new", "12345678")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("太常见"));
    tablet.post("/sign-in", &[("name", PHONE), ("password", PASSWORD)]).await;
    let page = phone.post("/account/security", &[("old", PASSWORD), ("new", NEW)]).await;
    assert_eq!(page.path, "/account/security?done=password");
    assert!(tablet.get("/account").await.path.starts_with("/sign-in"), "all others end");

    // Home, once; how to be told.
    let areas = portal.store.district().areas.clone();
    let home = areas.iter().find(|area| area.level == Level::Community).unwrap();
    let page = phone.post("/account/home", &[("area", "not a code")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(phone.post("/account/home", &[("area", home.code.as_str())]).await.says(&home.name));
    let page = phone
        .post("/account/messages", &[("tell", "daily"), ("quiet_from", "21"), ("quiet_to", "8"), ("mail", "li at home"), ("language", "en")])
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.field("mail").as_deref(), Some("li at home"));
    let page = phone
        .post("/account/messages", &[("tell", "daily"), ("quiet_from", "21"), ("quiet_to", "8"), ("mail", "li@example.com"), ("language", "en")])
        .await;
    assert!(page.status == StatusCode::OK && page.says("已保存"), "{} {}", page.status, page.text);
    assert_eq!(page.field("mail").as_deref(), Some("li@example.com"));

    // Out, in again, and away for good.
    let page = phone.post("/sign-out", &[]).await;
    assert_eq!(page.path, "/");
    assert!(!phone.cookies.contains_key("linli"));
    phone.post("/sign-in", &[("name", PHONE), ("password", NEW)]).await;
    let page = phone.post("/account/security", &[("step", "delete"), ("delete", "wrong")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = phone.post("/account/security", &[("step", "delete"), ("delete", NEW)]).await;
    assert_eq!(page.path, "/sign-in");
    let page = phone.post("/sign-in", &[("name", PHONE), ("password", NEW)]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_tells_who_has_an_account() {
    let portal = Portal::open_with(Settings { texts: true, ..Settings::default() }, app::Config::default()).await;
    portal.resident(PHONE).await;
    portal.resident("小李").await;
    // Joining, signing in, asking for a code, using one: known and unknown read the same but for what was typed.
    for (known, unknown) in [(PHONE, "13900000000"), ("小李", "小王")] {
        for (path, fields) in [
            ("/join", vec![("password", NEW)]),
            ("/sign-in", vec![("password", "neither of them")]),
            ("/forgot", vec![("step", "ask")]),
            ("/forgot", vec![("code", "000000"), ("password", "neither of them")]),
        ] {
            let mut seen = Vec::new();
            for name in [known, unknown] {
                let mut browser = portal.browser();
                let fields: Vec<_> = fields.iter().copied().chain([("name", name)]).collect();
                let page = browser.post(path, &fields).await;
                let cookies: Vec<_> = page.set.iter().map(|cookie| cookie.split('=').next().unwrap().to_owned()).collect();
                seen.push((page.status, page.path, page.text.replace(name, "NAME"), cookies));
            }
            assert_eq!(seen[0], seen[1], "{path} tells {known} from {unknown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_tries_are_told_in_words_and_nothing_typed_is_lost() {
    let portal = Portal::open().await;
    let mut browser = portal.browser();
    let mut page = browser.get("/sign-in").await;
    for _ in 0..=domain::limit::SIGN_IN_NAME.tries {
        page = browser.post("/sign-in", &[("name", PHONE), ("password", "guess"), ("to", "/requests/new")]).await;
    }
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.headers.contains_key("retry-after") && page.says("请歇一会儿") && page.says("15 分钟"));
    assert_eq!((page.field("name").as_deref(), page.field("to").as_deref()), (Some(PHONE), Some("/requests/new")));
    portal.clock.advance(TimeDelta::minutes(15));
    assert_eq!(browser.post("/sign-in", &[("name", PHONE), ("password", "guess")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_from_elsewhere_are_refused() {
    let portal = Portal::open().await;
    let mut browser = portal.resident(PHONE).await;
    for headers in [
        &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")][..],
        &[("origin", "https://evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "null")],
    ] {
        for (path, fields) in
            [("/sign-out", &[][..]), ("/account/security", &[("step", "delete"), ("delete", PASSWORD)]), ("/settings", &[("size", "large")])]
        {
            let page = browser.post_as(path, fields, headers).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    assert_eq!(browser.get("/account").await.path, "/account", "still signed in");
    assert_eq!(browser.post_as("/sign-out", &[], &[("origin", ORIGIN_HERE)]).await.path, "/");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_input_is_shown_as_text_and_leads_nowhere() {
    let portal = Portal::open().await;
    portal.resident(PHONE).await;
    for name in ["' OR '1'='1", "\"><script>alert(1)</script>", "13800000000'; DROP TABLE account;--", "a\u{0}b", "\u{202e}eman", &"长".repeat(5000)]
    {
        let mut browser = portal.browser();
        for path in ["/join", "/sign-in", "/forgot"] {
            let page = browser.post(path, &[("name", name), ("password", PASSWORD), ("code", name)]).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {name:?}");
            assert!(!page.says("<script>alert"), "{path}");
        }
        assert!(!browser.cookies.contains_key("linli"));
    }
    let mut browser = portal.browser();
    for to in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let page = browser.post("/sign-in", &[("name", PHONE), ("password", PASSWORD), ("to", to)]).await;
        assert_eq!(page.path, "/account", "{to}");
        browser.post("/sign-out", &[]).await;
    }
    for token in ["", "' OR 1=1", &"0".repeat(40)] {
        browser.cookies.insert("linli".into(), token.into());
        assert!(browser.get("/account").await.path.starts_with("/sign-in"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ended_in_mid_form_loses_no_words() {
    let portal = Portal::open().await;
    let mut browser = portal.resident(PHONE).await;
    portal.clock.advance(TimeDelta::days(31));
    let page = browser.post("/account/messages", &[("tell", "off")]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert!(page.says("登录已经过期") && page.says("target=\"_blank\"") && page.says("/sign-in?to=%2Faccount%2Fmessages"));
    assert_eq!(browser.get("/account/messages").await.path, "/sign-in?to=%2Faccount%2Fmessages");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_session_keeps_its_cookie_for_thirty_days_more() {
    let portal = Portal::open().await;
    let mut browser = portal.resident(PHONE).await;
    assert!(browser.get("/account").await.set.is_empty());
    portal.clock.advance(TimeDelta::minutes(11));
    assert!(browser.get("/account").await.set.iter().any(|cookie| cookie.starts_with("linli=") && cookie.contains("Max-Age=2592000")));
    portal.clock.advance(TimeDelta::minutes(11));
    let page = browser.post("/sign-out", &[]).await;
    assert!(!browser.cookies.contains_key("linli"), "{:?}", page.set);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_give_codes_and_roles() {
    let portal = Portal::open().await;
    let areas = portal.store.district().areas.clone();
    let home = areas.iter().find(|area| area.level == Level::Community).unwrap().code;
    let district: AreaCode = areas.district().unwrap().code;
    let mut resident = portal.resident(PHONE).await;
    let mut agent = portal.resident("agent").await;
    let mut chief = portal.resident("chief").await;
    for page in ["/office/roles", "/office/recovery"] {
        assert_eq!(resident.get(page).await.status, StatusCode::FORBIDDEN);
        assert_eq!(portal.browser().get(page).await.path, format!("/sign-in?to={}", page.replace('/', "%2F")));
    }
    portal.store.set_role("chief", &Grant::in_area(Role::Supervisor, home), false).await.unwrap();

    // The chief makes an agent, and can't reach beyond the own community.
    let page = chief.post("/office/roles", &[("name", "agent")]).await;
    assert!(page.status == StatusCode::OK && page.says("授予身份"));
    assert!(!page.says(&format!("value=\"{district}\"")), "areas beyond are not offered");
    assert_eq!(page.text.matches("<optgroup").count(), 1, "communities stand under their subdistrict");
    let page = chief.post("/office/roles", &[("name", "agent"), ("step", "grant"), ("role", "agent"), ("scope", district.as_str())]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("不归您督办"));
    let page = chief.post("/office/roles", &[("name", "agent"), ("step", "grant"), ("role", "agent"), ("scope", home.as_str())]).await;
    assert!(page.path == "/office/roles" && page.says("代办员") && page.says("已保存"), "{}", page.text);
    let page = chief.post("/office/roles", &[("name", "chief"), ("step", "revoke"), ("role", "supervisor"), ("scope", home.as_str())]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("最后一个督办身份"));
    let organisations = format!("id,area,name_zh,name_en\nteam,{home},志愿队,Team\nfar,{district},联合会,Federation\n");
    portal.store.import_district_file(DistrictFile::Organisations, &organisations).await.unwrap();
    let page = chief.post("/office/roles", &[("name", "agent"), ("step", "grant"), ("role", "organisation"), ("scope", "org:team")]).await;
    assert!(page.path == "/office/roles" && page.says("志愿队</b>") && !page.says("org:far"), "{}", page.text);
    // Each form offers only what fits its kind of scope; whoever makes up a form is told why not.
    let forms: Vec<&str> = page.text.split("<form").filter(|form| form.contains("value=\"grant\"")).collect();
    let offers = |form: &str, value: &str| form.contains(&format!("<option value=\"{value}\""));
    assert!(forms.len() == 2 && offers(forms[0], home.as_str()) && offers(forms[1], "org:team"), "{}", page.text);
    for role in Role::ALL {
        assert_eq!(offers(forms[0], role.as_str()), role != Role::Organisation);
    }
    assert!(forms[1].contains("name=\"role\" value=\"organisation\""), "{}", forms[1]);
    for (role, scope) in [("organisation", home.as_str()), ("handler", "org:team")] {
        let page = chief.post("/office/roles", &[("name", "agent"), ("step", "grant"), ("role", role), ("scope", scope)]).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("其他身份要给某个地区"), "{}", page.text);
    }
    for scope in ["org:far", "org:none"] {
        let page = chief.post("/office/roles", &[("name", "agent"), ("step", "grant"), ("role", "organisation"), ("scope", scope)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{scope}");
    }
    let page = chief.post("/office/roles", &[("name", "nobody_here")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("没有找到"));

    // The agent looks at the resident first.
    let page = agent.post("/office/recovery", &[("name", PHONE)]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("先当面核对"));
    let page = agent.post("/office/recovery", &[("name", "chief"), ("seen", "yes")]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.says("督办员来帮忙"));
    let page = agent.post("/office/recovery", &[("name", PHONE), ("seen", "yes")]).await;
    assert_eq!((page.status, page.headers["cache-control"].to_str().unwrap()), (StatusCode::OK, "no-store"));
    let code: String = page.text.split("class=\"big-num\">").nth(1).unwrap().chars().take(7).collect();

    let mut new_phone = portal.browser();
    let page = new_phone.post("/forgot", &[("name", PHONE), ("code", &code), ("password", NEW)]).await;
    assert_eq!(page.path, "/account/security?done=reset", "{code}: {}", page.text);
    assert!(resident.get("/account").await.path.starts_with("/sign-in"));
    let page = new_phone.get("/account").await;
    assert!(page.says("找回码") && page.says("未读"), "the person is told");
    let page = new_phone.post("/account/inbox", &[]).await;
    assert!(page.path == "/account/inbox" && !page.says("未读</span>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_an_account_reads_in_both_languages() {
    let portal = Portal::open().await;
    let areas = portal.store.district().areas.clone();
    let mut browser = portal.resident("chief").await;
    let mut visitor = portal.browser();
    portal.store.set_role("chief", &Grant::in_area(Role::Supervisor, areas.district().unwrap().code), false).await.unwrap();
    for lang in ["zh", "en"] {
        for path in ["/join", "/sign-in", "/sign-in?joined=1", "/forgot", "/forgot?step=have"] {
            let join = if path.contains('?') { '&' } else { '?' };
            let page = visitor.get(&format!("{path}{join}lang={lang}")).await;
            assert!(page.status == StatusCode::OK && page.says(&format!("<html lang=\"{lang}")), "{path}");
        }
        for path in [
            "/account",
            "/account/inbox",
            "/account/security",
            "/account/home",
            "/account/messages",
            "/office/messages",
            "/office/roles",
            "/office/recovery",
            "/sign-out",
        ] {
            let page = browser.get(&format!("{path}?lang={lang}")).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            let main = page.text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
            // Place names and the names of languages stay Chinese.
            let han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            let texts: Vec<_> = main
                .split('>')
                .filter_map(|part| part.split('<').next())
                .filter(|text| han(text) && *text != "中文" && !text.ends_with("社区") && !text.ends_with("街道") && !text.ends_with('区'))
                .collect();
            assert!(lang == "zh" || texts.is_empty(), "{path}: {texts:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_forms_are_taken_and_only_those_with_photos_may_be_large() {
    let portal = Portal::open().await;
    let mut browser = portal.resident(PHONE).await;
    let fields = [("tell", "daily"), ("quiet_from", "21"), ("quiet_to", "8"), ("mail", "li@example.com"), ("language", "zh")];
    browser.post("/account/messages", &fields).await;
    for kind in ["application/json", "text/plain", "", "application/x-www-form-urlencoded-not"] {
        let page = browser.post_body("/account/messages", kind, "{}".into()).await;
        assert!(page.status == StatusCode::BAD_REQUEST && page.says("<main"), "{kind}: {}", page.text);
    }
    assert_eq!(browser.get("/account/messages").await.field("mail").as_deref(), Some("li@example.com"));

    let part = |name: &str, value: &str| format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let photo = |bytes: usize| {
        let bytes = "x".repeat(bytes);
        format!("--edge\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.jpg\"\r\n\r\n{bytes}\r\n--edge--\r\n")
    };
    let kind = "multipart/form-data; boundary=edge";
    let fields: String = fields.iter().map(|(name, value)| part(name, value)).collect();
    let page = browser.post_body("/account/messages", kind, fields.replace("li@", "lan@") + "--edge--\r\n").await;
    assert_eq!(page.field("mail").as_deref(), Some("lan@example.com"), "a form in parts is a form");
    let page = browser.post_body("/account/messages", kind, fields + &photo(200_000)).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(portal.browser().post_body("/sign-in", kind, photo(200_000)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = browser.post_body("/requests/new", kind, part("what", "井盖没了") + &photo(200_000)).await;
    assert!(page.status != StatusCode::PAYLOAD_TOO_LARGE && page.says("井盖没了"), "{} {}", page.status, page.text);
}

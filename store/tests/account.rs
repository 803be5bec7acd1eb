//! The story of an account, told on both databases.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;

use argon2::password_hash::PasswordHasher as _;
use chrono::TimeDelta;
use domain::account::{AccountId, PasswordError};
use domain::area::AreaCode;
use domain::limit::{JOIN_ADDRESS, SIGN_IN_NAME};
use domain::notice::{Quiet, Tell};
use domain::role::{Grant, Role, Viewer};
use house::{House, houses};
use sqlx::AssertSqlSafe;
use store::account::{CODE_TRIES, Changed, Given, Granting, JoinWrong, Knock, Preferences, Reset, SignIn};
use store::{Settings, Store, StoreError};

const PHONE: &str = "13800000000";
const GOOD: &str = "rain on the 5th floor";
const OTHER: &str = "lychee trees in June";
const DISTRICT: &str = "440309";

fn knock<'a>(name: &'a str, password: &'a str) -> Knock<'a> {
    Knock { name, password, address: "10.0.0.1", device: "Android · WeChat", token: None }
}

async fn sign_in(store: &Store, name: &str, password: &str) -> Option<String> {
    match store.sign_in(&knock(name, password)).await.unwrap() {
        SignIn::Done(token) => Some(token),
        SignIn::Wrong(_) => None,
    }
}

/// A look past the store: the first column of the first row as text, if there is one.
async fn peek(house: &House, sql: impl Into<String>) -> Option<String> {
    sqlx::query_scalar::<_, Option<String>>(AssertSqlSafe(sql.into())).fetch_optional(&house.sql).await.unwrap().flatten()
}

/// A change past the store.
async fn poke(house: &House, sql: impl Into<String>) {
    sqlx::query(AssertSqlSafe(sql.into())).execute(&house.sql).await.unwrap();
}

async fn join(store: &Store, name: &str) {
    assert_eq!(store.join(name, GOOD, "zh", "10.0.0.1").await.unwrap(), vec![]);
}

async fn viewer(store: &Store, name: &str) -> Viewer {
    let token = sign_in(store, name, GOOD).await.unwrap();
    let session = store.session(&token).await.unwrap().unwrap();
    Viewer::of(AccountId::new(session.account), session.grants)
}

/// A community of the shipped district and one of another subdistrict.
fn communities(store: &Store) -> (AreaCode, AreaCode) {
    let areas = store.district().areas.clone();
    let mut all = areas.iter().filter(|area| area.level == domain::area::Level::Community).map(|area| area.code);
    let first = all.next().unwrap();
    (first, all.find(|area| area.subdistrict() != first.subdistrict()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_signing_in_and_out() {
    for House { store, url, .. } in &houses(&Settings::default()).await {
        assert!(
            matches!(
                store.join("1380000", "short", "zh", "a").await.unwrap().as_slice(),
                [JoinWrong::Called(_), JoinWrong::Password(PasswordError::TooShort { .. })]
            ),
            "{url}"
        );
        assert!(matches!(store.join(PHONE, "13800000000", "zh", "a").await.unwrap().as_slice(), [JoinWrong::Password(PasswordError::SameAsPhone)]));
        join(store, "+86 138-0000-0000").await;
        join(store, "北站_Xiao李").await;
        assert_eq!(sign_in(store, PHONE, "something else").await, None);
        assert_eq!(sign_in(store, "13900000000", GOOD).await, None);
        assert_eq!(sign_in(store, "' OR 1=1 --", GOOD).await, None);
        let token = sign_in(store, "138 0000 0000", GOOD).await.unwrap();
        let session = store.session(&token).await.unwrap().unwrap();
        assert_eq!((session.label.as_str(), session.unread, session.home, session.grants.len()), ("0000", 0, None, 0));
        assert_eq!(store.session(&session.id).await.unwrap().map(|session| session.id), None, "the stored hash opens nothing");
        let named = sign_in(store, "北站_XIAO李", GOOD).await.unwrap();
        assert_eq!(store.session(&named).await.unwrap().unwrap().label, "北站_xiao李");

        // Signing in again on the same device renews its session.
        let again = match store.sign_in(&Knock { token: Some(&token), ..knock(PHONE, GOOD) }).await.unwrap() {
            SignIn::Done(again) => again,
            SignIn::Wrong(_) => panic!("the same password"),
        };
        assert!(again != token && store.session(&token).await.unwrap().is_none());
        store.sign_out(&again).await.unwrap();
        assert!(store.session(&again).await.unwrap().is_none());

        // Joining with what is somebody's changes nothing and says nothing.
        assert_eq!(store.join(PHONE, OTHER, "zh", "10.0.0.2").await.unwrap(), vec![]);
        assert_eq!(sign_in(store, PHONE, OTHER).await, None);
        assert!(sign_in(store, PHONE, GOOD).await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_after_thirty_days_without_use() {
    for House { store, clock, .. } in &houses(&Settings::default()).await {
        join(store, PHONE).await;
        let token = sign_in(store, PHONE, GOOD).await.unwrap();
        clock.advance(TimeDelta::minutes(9));
        assert!(!store.session(&token).await.unwrap().unwrap().renewed, "written at most every ten minutes");
        clock.advance(TimeDelta::days(29));
        assert!(store.session(&token).await.unwrap().unwrap().renewed);
        clock.advance(TimeDelta::days(29));
        assert!(store.session(&token).await.unwrap().is_some(), "use keeps it");
        clock.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
        assert!(store.session(&token).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_are_limited_alike_for_known_and_unknown_names() {
    for House { store, clock, .. } in &houses(&Settings::default()).await {
        join(store, PHONE).await;
        for name in [PHONE, "13900000000", "nobody", "<script>"] {
            for expected in (0..SIGN_IN_NAME.tries).rev() {
                assert_eq!(store.sign_in(&knock(name, "wrong password")).await.unwrap(), SignIn::Wrong(expected), "{name}");
            }
            assert!(
                matches!(store.sign_in(&knock(name, GOOD)).await, Err(StoreError::TooMany { seconds }) if seconds > 0 && seconds <= SIGN_IN_NAME.seconds)
            );
        }
        clock.advance(TimeDelta::seconds(SIGN_IN_NAME.seconds));
        assert!(sign_in(store, PHONE, GOOD).await.is_some());
        // Success forgets the tries before it.
        for _ in 0..3 {
            for _ in 0..SIGN_IN_NAME.tries - 1 {
                assert_eq!(sign_in(store, PHONE, "wrong password").await, None);
            }
            assert!(sign_in(store, PHONE, GOOD).await.is_some());
            clock.advance(TimeDelta::seconds(1));
        }
        for n in 1..JOIN_ADDRESS.tries {
            store.join(&format!("person_{n}"), "x", "zh", "10.0.0.9").await.unwrap();
        }
        assert_eq!(store.join("person_1", GOOD, "zh", "10.0.0.9").await.unwrap(), vec![], "a mistake in the form is no try");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_from_one_address_is_stopped() {
    for House { store, .. } in &houses(&Settings::default()).await {
        let mut refused = 0;
        for n in 0..domain::limit::SIGN_IN_ADDRESS.tries + 3 {
            refused += u32::from(matches!(store.sign_in(&knock(&format!("name{n}"), "x")).await, Err(StoreError::TooMany { .. })));
        }
        assert_eq!(refused, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_hash_is_made_anew_at_sign_in() {
    for fresh in &houses(&Settings::default()).await {
        let store = &fresh.store;
        join(store, PHONE).await;
        let weaker = argon2::Params::new(4096, 3, 1, None).unwrap();
        let weaker =
            argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, weaker).hash_password(GOOD.as_bytes()).unwrap().to_string();
        assert!(weaker.contains("m=4096,t=3"));
        poke(fresh, format!("UPDATE account SET password = '{weaker}'")).await;
        assert_eq!(sign_in(store, PHONE, "wrong password").await, None);
        assert_eq!(peek(fresh, "SELECT password FROM account").await.unwrap(), weaker);
        assert!(sign_in(store, PHONE, GOOD).await.is_some());
        let kept = peek(fresh, "SELECT password FROM account").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(sign_in(store, PHONE, GOOD).await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_and_passwords() {
    for House { store, clock, .. } in &houses(&Settings::default()).await {
        join(store, PHONE).await;
        join(store, "somebody").await;
        let stranger = viewer(store, "somebody").await;
        let here = sign_in(store, PHONE, GOOD).await.unwrap();
        clock.advance(TimeDelta::minutes(1));
        let other = sign_in(store, PHONE, GOOD).await.unwrap();
        let third = sign_in(store, PHONE, GOOD).await.unwrap();
        let me = viewer_of(store, &here).await;
        let devices = store.devices(&me).await.unwrap();
        assert_eq!(devices.len(), 3);
        assert_eq!(devices[2].device, "Android · WeChat");
        let (mine, others) = (store.session(&here).await.unwrap().unwrap().id, store.session(&other).await.unwrap().unwrap().id);
        store.end_session(&stranger, &others).await.unwrap();
        assert!(store.session(&other).await.unwrap().is_some(), "nobody ends another's session");
        store.end_session(&me, &others).await.unwrap();
        assert!(store.session(&other).await.unwrap().is_none());

        assert_eq!(store.change_password(&me, &mine, "wrong", OTHER).await.unwrap(), Changed::WrongPassword);
        assert!(matches!(store.change_password(&me, &mine, GOOD, "12345678").await.unwrap(), Changed::Weak(PasswordError::Common)));
        assert_eq!(store.change_password(&me, &mine, GOOD, OTHER).await.unwrap(), Changed::Done);
        assert!(store.session(&here).await.unwrap().is_some());
        assert!(store.session(&third).await.unwrap().is_none());
        assert_eq!(sign_in(store, PHONE, GOOD).await, None);
        let fresh = sign_in(store, PHONE, OTHER).await.unwrap();
        store.end_other_sessions(&me, &mine).await.unwrap();
        assert!(store.session(&here).await.unwrap().is_some() && store.session(&fresh).await.unwrap().is_none());
        for _ in 0..SIGN_IN_NAME.tries {
            assert_eq!(store.delete_account(&me, "guess").await.unwrap(), Changed::WrongPassword);
        }
        assert!(
            matches!(store.change_password(&me, &mine, OTHER, GOOD).await, Err(StoreError::TooMany { .. })),
            "a borrowed phone does not guess for long"
        );
    }
}

async fn viewer_of(store: &Store, token: &str) -> Viewer {
    let session = store.session(token).await.unwrap().unwrap();
    Viewer::of(AccountId::new(session.account), session.grants)
}

#[tokio::test(flavor = "multi_thread")]
async fn home_is_set_once_and_preferences_are_kept() {
    for House { store, .. } in &houses(&Settings::default()).await {
        join(store, PHONE).await;
        let me = viewer(store, PHONE).await;
        let (home, other) = communities(store);
        assert!(matches!(store.set_home(&me, &AreaCode::parse(DISTRICT).unwrap()).await, Err(StoreError::NotFound)));
        assert!(matches!(store.set_home(&me, &AreaCode::parse("110101001001").unwrap()).await, Err(StoreError::NotFound)));
        store.set_home(&me, &home).await.unwrap();
        assert!(matches!(store.set_home(&me, &other).await, Err(StoreError::Refused(_))));
        let wanted = Preferences { tell: Tell::Daily, quiet: Quiet { from: 21, to: 8 }, mail: Some("li@example.com".into()), language: "en".into() };
        store.set_preferences(&me, &wanted).await.unwrap();
        let profile = store.profile(&me).await.unwrap();
        assert_eq!((profile.home, profile.preferences), (Some(home), wanted.clone()));
        assert!(store.set_preferences(&me, &Preferences { mail: Some("no mail\r\nBcc: x@y.z".into()), ..wanted }).await.is_err());
        assert!(matches!(store.profile(&Viewer::visitor()).await, Err(StoreError::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_by_text_sets_a_new_password_once() {
    for fresh in &houses(&Settings { texts: true, ..Settings::default() }).await {
        let House { store, clock, .. } = fresh;
        join(store, PHONE).await;
        let old = sign_in(store, PHONE, GOOD).await.unwrap();
        store.ask_code("13900000000", "10.0.0.1").await.unwrap();
        assert_eq!(peek(fresh, "SELECT code FROM message").await, None);
        store.ask_code(PHONE, "10.0.0.1").await.unwrap();
        let code = peek(fresh, "SELECT code FROM message WHERE state = 'waiting' AND notice IS NULL AND recipient = '13800000000'").await.unwrap();
        assert_eq!(code.len(), 6);
        let hash = peek(fresh, "SELECT code_hash FROM recovery").await.unwrap();
        assert!(!hash.contains(&code) && hash != store::hash(&code), "codes are kept as keyed hashes");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(store.reset_password(PHONE, wrong, OTHER, "a", "").await.unwrap(), Reset::WrongCode);
        assert!(matches!(store.reset_password(PHONE, &code, PHONE, "a", "").await.unwrap(), Reset::Weak(PasswordError::SameAsPhone)));
        assert_eq!(store.reset_password("13900000000", &code, OTHER, "a", "").await.unwrap(), Reset::WrongCode);
        let Reset::Done(token) = store.reset_password(PHONE, &code, OTHER, "a", "iPhone").await.unwrap() else { panic!("the right code") };
        assert!(store.session(&token).await.unwrap().is_some());
        assert!(store.session(&old).await.unwrap().is_none(), "all other sessions end");
        assert_eq!(sign_in(store, PHONE, GOOD).await, None);
        assert_eq!(store.reset_password(PHONE, &code, GOOD, "a", "").await.unwrap(), Reset::WrongCode, "used once");

        // Five wrong tries spend a code, and half an hour ends it.
        clock.advance(TimeDelta::hours(1));
        poke(fresh, "DELETE FROM message").await;
        store.ask_code(PHONE, "10.0.0.1").await.unwrap();
        let code = peek(fresh, "SELECT code FROM message").await.unwrap();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..CODE_TRIES {
            assert_eq!(store.reset_password(PHONE, wrong, GOOD, "b", "").await.unwrap(), Reset::WrongCode);
        }
        assert_eq!(store.reset_password(PHONE, &code, GOOD, "b", "").await.unwrap(), Reset::WrongCode);
        poke(fresh, "DELETE FROM message").await;
        store.ask_code(PHONE, "10.0.0.1").await.unwrap();
        let code = peek(fresh, "SELECT code FROM message").await.unwrap();
        clock.advance(TimeDelta::minutes(30));
        assert_eq!(store.reset_password(PHONE, &code, GOOD, "b", "").await.unwrap(), Reset::WrongCode);

        // Asking is limited by name, whoever is called so.
        clock.advance(TimeDelta::hours(2));
        for name in [PHONE, "13900000001"] {
            for _ in 0..domain::limit::RECOVERY_NAME.tries {
                store.ask_code(name, "c").await.unwrap();
            }
            assert!(matches!(store.ask_code(name, "c").await, Err(StoreError::TooMany { .. })));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_given_in_person_is_recorded_and_bounded() {
    for fresh in &houses(&Settings::default()).await {
        let store = &fresh.store;
        let (home, other) = communities(store);
        for name in ["resident", "newcomer", "faraway", "agent", "handler", "chief", "topmost"] {
            join(store, name).await;
        }
        let district = AreaCode::parse(DISTRICT).unwrap();
        store.set_role("agent", &Grant::in_area(Role::Agent, home), false).await.unwrap();
        store.set_role("handler", &Grant::in_area(Role::Handler, home), false).await.unwrap();
        store.set_role("chief", &Grant::in_area(Role::Supervisor, home), false).await.unwrap();
        store.set_role("topmost", &Grant::in_area(Role::Supervisor, district), false).await.unwrap();
        store.set_home(&viewer(store, "resident").await, &home).await.unwrap();
        store.set_home(&viewer(store, "faraway").await, &other).await.unwrap();
        let (agent, chief, topmost) = (viewer(store, "agent").await, viewer(store, "chief").await, viewer(store, "topmost").await);
        let resident = viewer(store, "resident").await;

        for (who, name) in [
            (&resident, "newcomer"),
            (&Viewer::visitor(), "newcomer"),
            (&agent, "faraway"),
            (&agent, "handler"),
            (&agent, "agent"),
            (&chief, "topmost"),
            (&chief, "chief"),
            (&agent, "no_such"),
            (&agent, "'; DROP TABLE account; --"),
        ] {
            assert_eq!(store.give_code(who, name).await.unwrap(), Given::NotYours, "{name}");
        }
        assert!(matches!(store.give_code(&agent, "newcomer").await.unwrap(), Given::Code(..)));
        assert!(matches!(store.give_code(&chief, "handler").await.unwrap(), Given::Code(..)));
        assert!(matches!(store.give_code(&topmost, "chief").await.unwrap(), Given::Code(..)));
        let Given::Code(first, _) = store.give_code(&agent, "resident").await.unwrap() else { panic!("of the own area") };
        let Given::Code(second, until) = store.give_code(&agent, "resident").await.unwrap() else { panic!("again") };
        assert_eq!(until - store.clock().now(), TimeDelta::minutes(30));
        if first != second {
            assert_eq!(store.reset_password("resident", &first, OTHER, "a", "").await.unwrap(), Reset::WrongCode, "a later slip ends the earlier");
        }
        let Reset::Done(token) = store.reset_password("resident", &second, OTHER, "a", "").await.unwrap() else { panic!("the right code") };
        assert_eq!(store.session(&token).await.unwrap().unwrap().unread, 2, "the account is told of each code");
        let by = peek(fresh, "SELECT a.name FROM recovery r JOIN account a ON a.id = r.given_by JOIN account o ON o.id = r.account WHERE o.name = 'resident' AND r.used_at IS NOT NULL").await;
        assert_eq!(by.as_deref(), Some("agent"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn supervisors_grant_and_take_roles_within_their_areas() {
    for House { store, .. } in &houses(&Settings::default()).await {
        let (home, other) = communities(store);
        let district = AreaCode::parse(DISTRICT).unwrap();
        for name in ["boss", "worker"] {
            join(store, name).await;
        }
        assert!(matches!(store.set_role("nobody", &Grant::in_area(Role::Handler, home), false).await, Err(StoreError::NotFound)));
        store.set_role("boss", &Grant::in_area(Role::Supervisor, home), false).await.unwrap();
        let (boss, worker) = (viewer(store, "boss").await, viewer(store, "worker").await);
        let grant = |role, area| Grant::in_area(role, area);
        assert!(matches!(store.find_account(&worker, "boss").await, Err(StoreError::NotFound)));
        assert!(matches!(store.find_account(&boss, "work").await, Err(StoreError::NotFound)), "exact names only");
        let found = store.find_account(&boss, "WORKER").await.unwrap();
        assert!(found.grants.is_empty());
        assert_eq!(store.grant_role(&boss, &found.id, &grant(Role::Handler, home)).await.unwrap(), Granting::Done);
        assert_eq!(store.grant_role(&boss, &found.id, &grant(Role::Handler, home)).await.unwrap(), Granting::Done);
        for area in [other, district, home.subdistrict().unwrap()] {
            assert_eq!(store.grant_role(&boss, &found.id, &grant(Role::Supervisor, area)).await.unwrap(), Granting::Outside);
        }
        assert_eq!(store.grant_role(&worker, &found.id, &grant(Role::Supervisor, home)).await.unwrap(), Granting::Outside);
        // A role that is not held there is granted by nobody, whoever asks.
        for unfit in [grant(Role::Organisation, home), Grant::in_organisation(Role::Handler, "minzhi-volunteers")] {
            assert_eq!(store.grant_role(&boss, &found.id, &unfit).await.unwrap(), Granting::Unfit);
            assert_eq!(store.set_role("worker", &unfit, false).await.unwrap(), Granting::Unfit);
            assert_eq!(store.set_role("worker", &unfit, true).await.unwrap(), Granting::NotHeld);
        }
        let held = store.find_account(&boss, "worker").await.unwrap().grants;
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].by.as_deref(), Some("boss"));
        assert!(viewer(store, "worker").await.holds(Role::Handler, &home));

        let own = boss.account.clone().unwrap();
        assert_eq!(store.revoke_role(&boss, own.as_str(), &grant(Role::Supervisor, home)).await.unwrap(), Granting::LastOwn);
        assert_eq!(store.revoke_role(&boss, &found.id, &grant(Role::Handler, home)).await.unwrap(), Granting::Done);
        assert_eq!(store.revoke_role(&boss, &found.id, &grant(Role::Handler, home)).await.unwrap(), Granting::NotHeld);
        assert!(store.find_account(&boss, "worker").await.unwrap().grants.is_empty());
        store.set_role("boss", &Grant::in_area(Role::Supervisor, home), true).await.unwrap();
        assert!(viewer(store, "boss").await.grants.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_takes_the_person_and_leaves_the_requests() {
    for fresh in &houses(&Settings { texts: true, ..Settings::default() }).await {
        let store = &fresh.store;
        join(store, PHONE).await;
        join(store, "agent").await;
        let (home, _) = communities(store);
        store.set_role("agent", &Grant::in_area(Role::Agent, home), false).await.unwrap();
        let me = viewer(store, PHONE).await;
        let agent = viewer(store, "agent").await;
        store.set_home(&me, &home).await.unwrap();
        store
            .set_preferences(
                &me,
                &Preferences { tell: Tell::AtOnce, quiet: Quiet::default(), mail: Some("li@example.com".into()), language: "zh".into() },
            )
            .await
            .unwrap();
        assert!(matches!(store.give_code(&agent, PHONE).await.unwrap(), Given::Code(..)));
        poke(
                fresh,
                "INSERT INTO request (id, number, key_hash, catalogue, visibility, area, what, what_public, place, place_public, description, reported_at, changed_at, \
                 state, progress, asked, filer, phone, source, me_too, photos, reopened) \
                 SELECT 1, '440309001261125000011', 'k', '1', 'public', '440309001001', 'w', 'w', 'p', 'p', 'd', 0, 0, 'reported', 'open', 0, id, phone, 'web', 0, 0, 0 \
                 FROM account WHERE phone IS NOT NULL",
            )
            .await;
        poke(fresh, "INSERT INTO request_history (id, request, at, change, role, account, words, words_public) SELECT 'h', 1, 0, 'registered', 'resident', filer, '', '' FROM request").await;
        poke(fresh, "INSERT INTO follow (request, account, kind, at) SELECT 1, filer, 'filer', 0 FROM request").await;
        assert!(peek(fresh, "SELECT id FROM message").await.is_some());

        assert_eq!(store.delete_account(&me, "not mine").await.unwrap(), Changed::WrongPassword);
        assert_eq!(store.delete_account(&me, GOOD).await.unwrap(), Changed::Done);
        assert_eq!(sign_in(store, PHONE, GOOD).await, None);
        assert!(matches!(store.profile(&me).await, Err(StoreError::NotFound)));
        for (what, sql) in [
            ("request", "SELECT number FROM request WHERE filer IS NOT NULL OR phone IS NOT NULL"),
            ("history", "SELECT id FROM request_history WHERE account IS NOT NULL"),
            ("message", "SELECT id FROM message"),
            ("notice", "SELECT id FROM notice"),
            ("follow", "SELECT account FROM follow"),
            ("session", "SELECT s.id FROM session s JOIN account a ON a.id = s.account WHERE a.deleted_at IS NOT NULL"),
            (
                "account",
                "SELECT id FROM account WHERE deleted_at IS NOT NULL AND (name IS NOT NULL OR phone IS NOT NULL OR mail IS NOT NULL OR home_area IS NOT NULL OR password <> '')",
            ),
        ] {
            assert_eq!(peek(fresh, sql).await, None, "{what} keeps something");
        }
        assert_eq!(peek(fresh, "SELECT number FROM request").await.as_deref(), Some("440309001261125000011"));
        // The number is free again, for the same person or the phone's next owner.
        join(store, PHONE).await;
        assert_ne!(viewer(store, PHONE).await.account, me.account);
    }
}

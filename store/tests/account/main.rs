//! The story of an account, told on both databases.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../house/mod.rs"]
mod house;
mod recovery;
mod role;

use argon2::password_hash::PasswordHasher as _;
use chrono::TimeDelta;
use domain::account::{AccountId, PasswordError};
use domain::area::AreaCode;
use domain::limit::{JOIN_ADDRESS, SIGN_IN_ANYWHERE, SIGN_IN_NAME};
use domain::notice::{Quiet, Tell};
use domain::role::{Grant, Role, Viewer};
use house::{House, houses};
use sqlx::AssertSqlSafe;
use store::account::{Changed, Given, JoinWrong, Knock, Preferences, SignIn};
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
async fn whoever_tries_a_strangers_name_keeps_the_stranger_out_of_nothing() {
    for House { store, .. } in &houses(&Settings::default()).await {
        join(store, PHONE).await;
        fn from(address: &str) -> Knock<'_> {
            Knock { address, ..knock(PHONE, "wrong password") }
        }
        for _ in 0..SIGN_IN_NAME.tries {
            store.sign_in(&from("10.9.9.9")).await.unwrap();
        }
        assert!(matches!(store.sign_in(&from("10.9.9.9")).await, Err(StoreError::TooMany { .. })));
        assert!(sign_in(store, PHONE, GOOD).await.is_some());
        // Many addresses together are stopped all the same.
        let mut refused = false;
        for address in 0..SIGN_IN_ANYWHERE.tries {
            refused |= matches!(store.sign_in(&from(&format!("10.9.8.{address}"))).await, Err(StoreError::TooMany { .. }));
        }
        assert!(!refused && matches!(store.sign_in(&from("10.9.7.1")).await, Err(StoreError::TooMany { .. })));
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

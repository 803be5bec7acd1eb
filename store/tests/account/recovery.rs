//! Getting back in with a code.

use chrono::TimeDelta;
use domain::account::PasswordError;
use domain::area::AreaCode;
use domain::role::{Grant, Role, Viewer};
use store::account::{CODE_TRIES, Given, Reset};
use store::{Settings, StoreError};

use super::{DISTRICT, GOOD, OTHER, PHONE, communities, join, peek, poke, sign_in, viewer};
use crate::house::{House, houses};
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

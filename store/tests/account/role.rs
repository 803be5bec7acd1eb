//! Roles as supervisors grant and take them.

use domain::area::AreaCode;
use domain::role::{Grant, Role};
use store::account::Granting;
use store::{Settings, StoreError};

use super::{DISTRICT, communities, join, viewer};
use crate::house::{House, houses};
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

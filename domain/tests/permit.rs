//! Who may do what to a request: properties over every viewer, subject and change.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::account::AccountId;
use domain::event::class::{Catalogue, Class};
use domain::request::{Change, Filer, Relation, Sight, Subject, Visibility, may_change, relations, sight};
use domain::role::{Grant, Role, Viewer};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

const AREAS: [&str; 4] = ["440309", "440309002", "440309002001", "440309001"];

fn viewer() -> impl Strategy<Value = Viewer> {
    let grant = (select(Role::ALL.to_vec()), select(AREAS.to_vec())).prop_map(|(role, area)| Grant::in_area(role, area.parse().unwrap()));
    (of(select(vec!["a", "b", "c"])), proptest::collection::vec(grant, 0..3)).prop_map(|(account, grants)| match account {
        Some(id) => Viewer::of(AccountId::new(id), grants),
        None => Viewer { account: None, grants },
    })
}

fn subject() -> impl Strategy<Value = Subject> {
    let person = || of(select(vec!["a", "b", "c"])).prop_map(|id| id.map(str::to_owned));
    (select(AREAS.to_vec()), select(Visibility::ALL.to_vec()), person(), person()).prop_map(|(area, visibility, account, agent)| Subject {
        area: area.parse().unwrap(),
        visibility,
        filer: Filer { account, agent },
    })
}

proptest! {
    #[test]
    fn whoever_may_not_know_of_it_changes_nothing(viewer in viewer(), subject in subject(), tracked: bool, change in select(Change::ALL.to_vec())) {
        if sight(&viewer, &subject, tracked) == Sight::Nothing {
            prop_assert!(may_change(&viewer, &subject, tracked, change).is_err());
        }
    }

    #[test]
    fn a_stranger_can_only_say_me_too(viewer in viewer(), subject in subject(), change in select(Change::ALL.to_vec())) {
        if relations(&viewer, &subject, false).is_empty() {
            let may = change == Change::Joined && viewer.is_signed_in() && subject.visibility == Visibility::Public;
            prop_assert_eq!(may_change(&viewer, &subject, false, change).is_ok(), may);
        }
    }

    #[test]
    fn a_change_is_recorded_in_a_role_that_the_viewer_has(viewer in viewer(), subject in subject(), tracked: bool, change in select(Change::ALL.to_vec())) {
        if let Ok(role) = may_change(&viewer, &subject, tracked, change) {
            prop_assert!(role == Relation::Neighbour || relations(&viewer, &subject, tracked).contains(&role));
            prop_assert_eq!(role == Relation::Neighbour, change == Change::Joined);
        }
    }

    #[test]
    fn nobody_takes_over_what_is_somebodys(viewer in viewer(), subject in subject(), tracked: bool) {
        if may_change(&viewer, &subject, tracked, Change::Adopted).is_ok() {
            prop_assert!(tracked && viewer.is_signed_in() && subject.filer.account.is_none());
        }
    }

    #[test]
    fn only_whoever_lives_with_it_says_how_it_went(viewer in viewer(), subject in subject(), tracked: bool, change in select(vec![Change::Rated, Change::Reopened])) {
        let own = |account: &Option<String>| account.is_some() && account.as_deref() == viewer.account.as_ref().map(AccountId::as_str);
        let by_code = tracked && subject.filer.account.is_none() && !own(&subject.filer.agent);
        prop_assert_eq!(may_change(&viewer, &subject, tracked, change).is_ok(), own(&subject.filer.account) || by_code);
    }

    #[test]
    fn a_code_opens_nothing_once_an_account_owns_it_nor_more_for_the_agent(viewer in viewer(), subject in subject()) {
        let agents = subject.filer.agent.is_some() && subject.filer.agent.as_deref() == viewer.account.as_ref().map(AccountId::as_str);
        if subject.filer.account.is_some() || agents {
            prop_assert_eq!(relations(&viewer, &subject, true), relations(&viewer, &subject, false));
            prop_assert!(may_change(&viewer, &subject, true, Change::Adopted).is_err());
        }
        let agent = relations(&viewer, &subject, true).contains(&Relation::Agent);
        prop_assert_eq!(agent, agents && viewer.areas(Role::Agent).next().is_some(), "what one filed at doors is an agent's to see");
    }

    #[test]
    fn nobody_counts_the_own_twice(viewer in viewer(), subject in subject(), tracked: bool) {
        let own = relations(&viewer, &subject, tracked).iter().any(|relation| matches!(relation, Relation::Resident | Relation::Agent));
        prop_assert!(!own || may_change(&viewer, &subject, tracked, Change::Joined).is_err());
    }
}

#[test]
fn what_is_public_follows_the_class() {
    let catalogue = Catalogue::shipped();
    let class = |code: &str| catalogue.get(code.parse().unwrap()).unwrap();
    let (private, public) = (class("0104"), class("040401"));
    let review = Class { review_first: true, ..public.clone() };
    assert_eq!(Visibility::at_filing(None), Visibility::Review);
    assert_eq!(Visibility::at_filing(Some(private)), Visibility::Private);
    assert_eq!(Visibility::at_filing(Some(public)), Visibility::Public);
    assert_eq!(Visibility::at_filing(Some(&review)), Visibility::Review);
    for was in Visibility::ALL {
        assert_eq!(was.classified(private, false), Visibility::Private, "nothing of a private class is public, not even that it was hidden");
    }
    assert_eq!(Visibility::Review.classified(public, true), Visibility::Public, "it waited for just that");
    assert_eq!(Visibility::Review.classified(&review, true), Visibility::Review);
    assert_eq!(Visibility::Hidden.classified(public, true), Visibility::Hidden);
}

proptest! {
    #[test]
    fn what_was_private_or_hidden_is_shown_by_no_class(
        was in select(vec![Visibility::Private, Visibility::Hidden]), codes in proptest::collection::vec(select(vec!["0104", "040401", "0301"]), 1..6),
    ) {
        let catalogue = Catalogue::shipped();
        let mut now = was;
        for code in codes {
            now = now.classified(catalogue.get(code.parse().unwrap()).unwrap(), false);
            prop_assert_ne!(now, Visibility::Public);
        }
    }
}

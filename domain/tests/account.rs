//! Names, passwords, roles.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use domain::account::{
    AccountId, AccountName, AccountNameError, Called, CalledError, PasswordError, PasswordRule, is_mail, may_give_code, may_grant,
};
use domain::area::{AreaCode, Areas};
use domain::organisation::Organisations;
use domain::role::{Grant, Role, Scope, Viewer};
use domain::text::Phone;
use proptest::prelude::*;

#[test]
fn names() {
    for (text, wanted) in [("北站_小李", "北站_小李"), (" Ａｎｎａ ", "Anna"), ("李12", "李12")] {
        assert_eq!(AccountName::parse(text).unwrap().as_str(), wanted);
    }
    assert_eq!(AccountName::parse("Anna").unwrap().key(), AccountName::parse("anna").unwrap().key());
    assert_eq!(AccountName::parse("李"), Err(AccountNameError::TooShort { min: 2, got: 1 }));
    assert_eq!(AccountName::parse(&"a".repeat(25)), Err(AccountNameError::TooLong { max: 24, got: 25 }));
    for (text, found) in [("a b", ' '), ("а1", 'а'), ("小李👍", '👍'), ("a\u{200b}b", '\u{200b}')] {
        assert_eq!(AccountName::parse(text), Err(AccountNameError::Character { found }));
    }
    for text in ["13800138000", "李138_0013_8000", "27998888"] {
        assert_eq!(AccountName::parse(text), Err(AccountNameError::LooksLikePhone), "{text}");
    }
    assert!(serde_json::from_str::<AccountName>("\"a b\"").is_err());
}

#[test]
fn passwords() {
    let rule = PasswordRule::default();
    let name = AccountName::parse("Wang_xiaoming").unwrap();
    let phone = Phone::parse("13800138000").unwrap();
    let check = |password: &str| rule.check(password, Some(&name), Some(&phone));
    assert_eq!(check("1234567"), Err(PasswordError::TooShort { min: 8, got: 7 }));
    assert_eq!(check(&"啊b".repeat(65)), Err(PasswordError::TooLong { max: 128, got: 130 }));
    for common in ["12345678", "PassWord", "woaini1314", "ａ１２３４５６７８", "aaaaaaaaa", "hgfedcba", "一一一一一一一一"] {
        assert_eq!(check(common), Err(PasswordError::Common), "{common}");
    }
    assert_eq!(check("wang_XIAOMING"), Err(PasswordError::SameAsName));
    assert_eq!(check("138-0013-8000"), Err(PasswordError::SameAsPhone));
    for good in ["correct horse", "邻里之间八个字呀", "xk29vmqp"] {
        assert_eq!(check(good), Ok(()), "{good}");
    }
}

#[test]
fn roles_have_stable_codes() {
    for role in Role::ALL {
        assert_eq!(role.as_str().parse(), Ok(role));
        assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
    }
    assert!("admin".parse::<Role>().is_err());
}

fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(&Role::ALL[..])
}

fn area() -> impl Strategy<Value = AreaCode> {
    "4403(09|10)(00[12](00[12](00[12])?)?)?".prop_map(|text| AreaCode::parse(&text).unwrap())
}

proptest! {
    #[test]
    fn a_scope_is_read_back(area in area(), id in "[a-z][a-z0-9-]{1,20}") {
        for scope in [Scope::Area(area), Scope::Organisation(id)] {
            prop_assert_eq!(scope.to_string().parse(), Ok(scope));
        }
    }

    #[test]
    fn a_grant_covers_what_lies_within_and_nothing_else(
        granted in role(), asked in role(), scope in area(), area in area(),
    ) {
        let grant = Grant::in_area(granted, scope);
        let viewer = Viewer::of(AccountId::new("a"), vec![grant.clone()]);
        let covered = granted == asked && area.as_str().starts_with(scope.as_str());
        prop_assert_eq!(viewer.holds(asked, &area), covered);
        prop_assert_eq!(viewer.holds_somewhere(asked), granted == asked);
        prop_assert!(!viewer.holds_for(asked, scope.as_str()));
        // Grants without an account are nobody's.
        let nobody = Viewer { account: None, grants: vec![grant] };
        prop_assert!(!nobody.holds(asked, &area) && !nobody.holds_somewhere(asked));
    }

    #[test]
    fn a_role_fits_areas_or_organisations_and_never_both(role in role(), area in area(), id in "[a-z][a-z0-9-]{1,20}") {
        prop_assert_eq!(role.fits(&Scope::Organisation(id)), role == Role::Organisation);
        prop_assert_eq!(role.fits(&Scope::Area(area)), role != Role::Organisation);
    }

    #[test]
    fn an_organisation_is_no_area(granted in role(), asked in role(), area in area()) {
        let grant = Grant { role: granted, scope: Scope::Organisation("water".into()) };
        let viewer = Viewer::of(AccountId::new("a"), vec![grant]);
        prop_assert!(!viewer.holds(asked, &area));
        prop_assert_eq!(viewer.holds_for(asked, "water"), granted == asked);
        prop_assert!(!viewer.holds_for(asked, "power"));
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,30}") {
        if let Ok(name) = AccountName::parse(&text) {
            prop_assert_eq!(AccountName::parse(name.as_str()), Ok(name));
        }
        let _ = PasswordRule::default().check(&text, None, None);
    }
}

#[test]
fn people_are_called_by_phone_or_name() {
    assert!(matches!(Called::parse("+86 138-0000-0000"), Ok(Called::Phone(phone)) if phone.as_str() == "13800000000"));
    assert!(matches!(Called::parse(" 小李 "), Ok(Called::Name(name)) if name.as_str() == "小李"));
    // What was meant as a number is answered as one.
    for text in ["1380000000", "138000000000", "22800000000", "a13800000000"] {
        assert!(matches!(Called::parse(text), Err(CalledError::Phone(_))), "{text}");
    }
    for text in ["", "李", "' OR 1=1 --", "<b>"] {
        assert!(matches!(Called::parse(text), Err(CalledError::Name(_))), "{text:?}");
    }
}

#[test]
fn mail_addresses() {
    for text in ["li@example.com", "li.hua+linli@mail.example.com.cn"] {
        assert!(is_mail(text), "{text}");
    }
    for text in [
        "",
        "li",
        "li@",
        "@example.com",
        "li@example",
        "li hua@example.com",
        "li@example.com\r\nBcc: x@y.z",
        "a@b@c.d",
        "<li@example.com>",
        "li@.com",
        "li@example.com.",
    ] {
        assert!(!is_mail(text), "{text:?}");
    }
}

fn staff(role: Role, area: &str) -> Viewer {
    Viewer::of(AccountId::new("giver"), vec![grant(role, area)])
}

fn grant(role: Role, area: &str) -> Grant {
    Grant::in_area(role, AreaCode::parse(area).unwrap())
}

fn organisations() -> Organisations {
    let table = "id,area,name_zh,name_en\nhere,440309002,这里,Here\naround,440309,周围,Around\n";
    Organisations::from_csv(table, &Areas::shipped()).unwrap()
}

#[test]
fn codes_are_given_to_the_own_people_only() {
    let may_give_code = |viewer: &Viewer, home: Option<&AreaCode>, grants: &[Grant]| may_give_code(viewer, home, grants, &organisations());
    let home = AreaCode::parse("440309002001").unwrap();
    for role in [Role::Committee, Role::Agent] {
        assert!(may_give_code(&staff(role, "440309002"), Some(&home), &[]));
        assert!(may_give_code(&staff(role, "440309003"), None, &[]));
        assert!(may_give_code(&staff(role, "440309002"), Some(&home), &[grant(Role::Resident, "440309002001")]));
        assert!(!may_give_code(&staff(role, "440309003"), Some(&home), &[]));
        assert!(!may_give_code(&staff(role, "440309"), Some(&home), &[grant(Role::Handler, "440309002001")]), "staff is a supervisor's");
    }
    assert!(may_give_code(&staff(Role::Supervisor, "440309"), None, &[grant(Role::Supervisor, "440309")]));
    assert!(!may_give_code(&staff(Role::Supervisor, "440309002"), None, &[grant(Role::Handler, "440309002"), grant(Role::Supervisor, "440309")]));
    let team = |id: &str| Grant::in_organisation(Role::Organisation, id);
    assert!(may_give_code(&staff(Role::Supervisor, "440309002"), None, &[team("here")]));
    assert!(!may_give_code(&staff(Role::Supervisor, "440309002"), None, &[team("around")]));
    assert!(!may_give_code(&staff(Role::Handler, "440309"), None, &[]));
    assert!(!may_give_code(&Viewer::visitor(), None, &[]));
}

#[test]
fn roles_are_granted_within_the_own_areas() {
    let may_grant = |viewer: &Viewer, scope: &Scope| may_grant(viewer, scope, &organisations());
    let scope = |area: &str| Scope::Area(AreaCode::parse(area).unwrap());
    let viewer = staff(Role::Supervisor, "440309002");
    assert!(may_grant(&viewer, &scope("440309002")) && may_grant(&viewer, &scope("440309002001")));
    assert!(!may_grant(&viewer, &scope("440309")) && !may_grant(&viewer, &scope("440309003001")));
    let team = |id: &str| Scope::Organisation(id.into());
    assert!(may_grant(&viewer, &team("here")) && !may_grant(&viewer, &team("around")) && !may_grant(&viewer, &team("nowhere")));
    assert!(!may_grant(&staff(Role::Handler, "440309"), &scope("440309002")));
}

//! Words that several of the pages share.

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use domain::account::{AccountNameError, CalledError, PasswordError};
use domain::role::Role;

use crate::text::Lang;
use crate::text::t;

/// What happened, in a sentence, for a notice of this kind: in the inbox and in messages.
#[must_use]
pub fn notice_words(lang: Lang, kind: &str) -> String {
    let key = format!("notice-{}", kind.replace('_', "-"));
    if lang.has(&key) { lang.say(&key) } else { t!(lang, "notice-other") }
}

/// What is wrong with a name or phone number.
pub(super) fn called_wrong(lang: Lang, error: &CalledError) -> String {
    match error {
        CalledError::Phone(_) => t!(lang, "account-wrong-phone"),
        CalledError::Name(AccountNameError::TooShort { min, .. }) => t!(lang, "account-wrong-name-short", min = *min),
        CalledError::Name(AccountNameError::TooLong { max, .. }) => t!(lang, "account-wrong-name-long", max = *max),
        CalledError::Name(AccountNameError::Character { .. } | AccountNameError::LooksLikePhone) => t!(lang, "account-wrong-name-character"),
    }
}

/// What is wrong with a new password.
pub(super) fn password_wrong(lang: Lang, error: &PasswordError) -> String {
    match error {
        PasswordError::TooShort { min, .. } => t!(lang, "account-weak-short", min = *min),
        PasswordError::TooLong { max, .. } => t!(lang, "account-weak-long", max = *max),
        PasswordError::Common => t!(lang, "account-weak-common"),
        PasswordError::SameAsName | PasswordError::SameAsPhone => t!(lang, "account-weak-same"),
    }
}

/// Minutes to wait, rounded up, for a sentence.
pub(super) fn minutes(seconds: i64) -> i64 {
    (seconds + 59) / 60
}

/// A role's name.
pub(super) fn role_word(lang: Lang, role: Role) -> String {
    lang.say(&format!("role-{}", role.as_str()))
}

/// System and browser of a device, from what it says of itself: enough to recognise one's own.
pub(super) fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = |words: &[(&str, &'static str)]| words.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, word)| *word);
    let system = first(&[
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    let browser = first(&[
        ("MicroMessenger", "WeChat"),
        ("AlipayClient", "Alipay"),
        ("QQBrowser", "QQ"),
        ("UCBrowser", "UC"),
        ("HuaweiBrowser", "Huawei"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    [system, browser].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use domain::request::Change;

    #[test]
    fn every_notice_and_role_has_its_words() {
        for lang in [Lang::Zh, Lang::En] {
            for kind in Change::ALL.map(Change::as_str).into_iter().chain(["report_upheld", "report_kept", "contact_looked", "code_given"]) {
                assert_ne!(notice_words(lang, kind), notice_words(lang, "unheard of"), "{kind}");
            }
            for role in Role::ALL {
                assert!(!role_word(lang, role).starts_with("role-"));
            }
        }
    }

    #[test]
    fn devices_are_named_as_people_know_them() {
        let device = |agent: &'static str| device(&HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(agent))]));
        assert_eq!(
            device("Mozilla/5.0 (Linux; Android 12; NOH-AN00) AppleWebKit/537.36 Chrome/88.0 Mobile Safari/537.36 MicroMessenger/8.0"),
            "Android · WeChat"
        );
        assert_eq!(
            device("Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605 Version/15.0 Mobile Safari/604.1"),
            "iPhone · Safari"
        );
        assert_eq!(device("curl/8"), "");
    }
}

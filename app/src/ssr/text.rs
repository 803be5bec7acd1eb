//! The words: message files per language and noun, resolved on the server.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language of the portal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese, the first language.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The BCP 47 tag of `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The short word in links and cookies.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Reads the short word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The one of two texts that is in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// A message without arguments.
    #[must_use]
    pub fn say(self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A message with arguments. A missing message is its key: visible, and a test looks for it.
    #[must_use]
    pub fn say_with(self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, lang = self.as_str(), "a message is missing");
            return key.to_owned();
        };
        let mut fluent = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            fluent.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, (!args.is_empty()).then_some(&fluent), &mut errors).into_owned();
        if !errors.is_empty() {
            tracing::error!(key, ?errors, "a message does not fit its arguments");
        }
        said
    }

    /// Whether a message is there.
    #[must_use]
    pub fn has(self, key: &str) -> bool {
        self.bundle().has_message(key)
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static ZH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static EN: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        match self {
            Self::Zh => ZH.get_or_init(|| bundle(self.tag(), MESSAGES.map(|(zh, _)| zh))),
            Self::En => EN.get_or_init(|| bundle(self.tag(), MESSAGES.map(|(_, en)| en))),
        }
    }
}

macro_rules! messages {
    ($($noun:literal),* $(,)?) => {
        [$((include_str!(concat!("../../messages/zh/", $noun, ".ftl")), include_str!(concat!("../../messages/en/", $noun, ".ftl")))),*]
    };
}

/// The message files, Chinese and English side by side.
const MESSAGES: [(&str, &str); 9] = messages!["portal", "done", "request", "account", "notice", "desk", "office", "report", "message"];

fn bundle<const N: usize>(tag: &str, files: [&str; N]) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse::<LanguageIdentifier>().unwrap_or_default()]);
    // Isolation marks would stand visibly in old browsers and in text messages.
    bundle.set_use_isolating(false);
    // Digits stay as they are: event numbers and years are no quantities.
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(number.value.to_string()),
        _ => None,
    }));
    for file in files {
        let resource = FluentResource::try_new(file.to_owned()).unwrap_or_else(|(partly, errors)| {
            tracing::error!(?errors, "a message file has errors");
            partly
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(?errors, "a message is there twice");
        }
    }
    bundle
}

/// `t!(lang, "key")` or `t!(lang, "key", name = value, …)`.
macro_rules! t {
    ($lang:expr, $key:literal) => { $lang.say($key) };
    ($lang:expr, $key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $lang.say_with($key, &[$((stringify!($name), $crate::text::value($value))),+])
    };
}

pub(crate) use t;

/// A message argument from a text or a whole number.
pub fn value<'a>(value: impl Into<FluentValue<'a>>) -> FluentValue<'a> {
    value.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn keys(file: &str) -> BTreeSet<String> {
        file.lines()
            .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
            .filter_map(|line| line.split_once('=').map(|(key, _)| key.trim().to_owned()))
            .collect()
    }

    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).expect("folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push_str(&std::fs::read_to_string(path).expect("source"));
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_messages_and_read_without_errors() {
        for (zh, en) in MESSAGES {
            assert_eq!(keys(zh), keys(en));
            for file in [zh, en] {
                if let Err((_, errors)) = FluentResource::try_new(file.to_owned()) {
                    panic!("{errors:?}");
                }
            }
        }
        let all: Vec<_> = MESSAGES.iter().flat_map(|(zh, _)| keys(zh)).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a key stands in two files");
    }

    #[test]
    fn no_textarea_holds_what_was_typed_as_it_is() {
        let mut source = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ssr"), &mut source);
        for (index, _) in source.match_indices("</textarea>").filter(|(index, _)| !source[..*index].ends_with('`')) {
            let before = &source[..index];
            let harmless = before.ends_with('>') || before.rfind("inside(").is_some_and(|at| !before[at..].contains('>'));
            assert!(harmless || before.ends_with('"'), "{}", &before[before.len().saturating_sub(120)..]);
        }
    }

    #[test]
    fn every_message_that_is_asked_for_is_there() {
        let mut source = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
        let mut asked = 0;
        for (index, _) in source.match_indices("t!(") {
            // `format!(` and `assert!(` end in the same letters.
            if source[..index].ends_with(|c: char| c.is_ascii_lowercase()) {
                continue;
            }
            let rest: String = source[index..].chars().take(160).collect();
            let Some(key) = rest.split('"').nth(1) else { continue };
            // `format!(` and `assert!(` end like it.
            if source[..index].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                continue;
            }
            if rest.starts_with("t!($") || key.contains(' ') || key == "key" {
                continue;
            }
            asked += 1;
            assert!(Lang::Zh.has(key), "{key} is missing");
        }
        assert!(asked > 20);
    }
}

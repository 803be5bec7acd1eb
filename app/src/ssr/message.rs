//! The words of what leaves the house: text messages and mail.

use domain::event::number::EventNumber;
use store::message::{Channel, Content, Message, News};

use super::text::Lang;
use crate::text::t;

/// A message in words.
#[derive(Clone, PartialEq, Eq)]
pub struct Worded {
    /// The subject of a mail.
    pub subject: String,
    /// The text; plain.
    pub body: String,
}

/// A text message with more lines costs the district more than it tells the reader.
const TEXT_LINES: usize = 5;
const MAIL_LINES: usize = 40;

/// The message in the language of the account. It says what happened and where to read more, never what the request
/// is about: a text message is read on a locked screen.
#[must_use]
pub fn message_words(message: &Message, origin: &str) -> Worded {
    let lang = Lang::parse(&message.language).unwrap_or_default();
    let Worded { subject, body } = match &message.content {
        Content::Code(code) => Worded {
            subject: t!(lang, "message-code-subject"),
            body: t!(lang, "message-code", code = code.as_str(), minutes = store::account::CODE_MINUTES),
        },
        Content::News(news) => match news.as_slice() {
            [one] => single(lang, one, origin),
            many => day(lang, many, message.channel, origin),
        },
    };
    match message.channel {
        Channel::Text => Worded { subject, body },
        Channel::Mail => Worded { subject, body: format!("{body}\n\n--\n{}\n", t!(lang, "message-foot")) },
    }
}

fn link(origin: &str, number: Option<&EventNumber>) -> String {
    number.map_or_else(|| format!("{origin}/account"), |number| format!("{origin}/requests/{number}"))
}

fn single(lang: Lang, one: &News, origin: &str) -> Worded {
    let sentence = sentence(lang, &one.kind);
    let link = link(origin, one.number.as_ref());
    let body = match &one.number {
        Some(number) => t!(lang, "message-one", sentence = sentence.as_str(), number = number.to_string(), link = link),
        None => t!(lang, "message-one-plain", sentence = sentence.as_str(), link = link),
    };
    Worded { subject: t!(lang, "message-one-subject", sentence = sentence.as_str()), body }
}

fn day(lang: Lang, news: &[News], channel: Channel, origin: &str) -> Worded {
    let count = news.len();
    let most = if channel == Channel::Text { TEXT_LINES } else { MAIL_LINES };
    let mut lines = vec![t!(lang, "message-day", n = count)];
    lines.extend(news.iter().take(most).map(|one| {
        let sentence = sentence(lang, &one.kind);
        one.number
            .as_ref()
            .map_or_else(|| sentence.clone(), |number| t!(lang, "message-line", sentence = sentence.as_str(), number = number.to_string()))
    }));
    let link = link(origin, None);
    lines.push(if count > most { t!(lang, "message-more", n = count - most, link = link) } else { t!(lang, "message-all", link = link) });
    Worded { subject: t!(lang, "message-day-subject", n = count), body: lines.join("\n") }
}

/// What happened, in a sentence without its full stop.
fn sentence(lang: Lang, kind: &str) -> String {
    super::notice_words(lang, kind).trim_end_matches(['。', '.']).to_owned()
}

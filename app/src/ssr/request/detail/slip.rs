//! The slip that an agent leaves with whoever has no account: number and code, what happens next, until when.

use leptos::prelude::*;
use store::request::Detail;

use super::Number;
use crate::part::Icon;
use crate::render::{app, visit};
use crate::request::words::{day_word, on_day};
use crate::text::t;

/// `.slip`: all that is printed of its page, and little enough to be copied by hand. It does not say what the matter is:
/// others at home may find it.
#[component]
pub fn Slip(detail: Detail, code: String) -> impl IntoView {
    let lang = visit().lang();
    let app = app();
    let zone = app.store.settings().zone;
    // Paper knows no "today".
    let until = |due: Option<chrono::DateTime<chrono::Utc>>| due.map_or_else(|| t!(lang, "slip-due-unknown"), |due| on_day(lang, due, zone));
    let next = if detail.item.class.is_some() { t!(lang, "filed-next-guest") } else { t!(lang, "filed-next-unclassified-guest") };
    let host = app.config.origin.split_once("://").map_or(app.config.origin.as_str(), |(_, host)| host).to_owned();
    let filed = day_word(lang, detail.item.reported_at.with_timezone(&zone).date_naive());
    view! {
        <section class="slip card stack" aria-labelledby="slip">
            <header><h1 id="slip">{t!(lang, "slip")}</h1><p class="soft">{filed}</p></header>
            <div class="stack tight"><span class="soft">{t!(lang, "number")}</span><Number number=detail.item.number/></div>
            <div class="stack tight"><span class="soft">{t!(lang, "track-code")}</span><span class="number code">{code}</span></div>
            <p>{next}</p>
            <dl class="facts">
                <dt>{t!(lang, "reply-due")}</dt><dd>{until(detail.item.reply_due_at)}</dd>
                <dt>{t!(lang, "settle-due")}</dt><dd>{until(detail.item.due_at)}</dd>
                <dt>{t!(lang, "slip-online")}</dt><dd>{host}<wbr/>"/requests/track"</dd>
                <dt>{t!(lang, "slip-call")}</dt><dd class="num">{app.config.help_phone.clone()}</dd>
            </dl>
        </section>
        <p class="note"><Icon name="file-text"/><span>{t!(lang, "slip-how")}</span></p>
    }
}

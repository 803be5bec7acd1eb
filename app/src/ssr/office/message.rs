//! `/office/messages`: what did not leave the house, and whether it is tried again.

use axum::extract::State;
use axum::response::Response;
use leptos::prelude::*;
use store::message::{Channel, Parked, ParkedPlace, Queue, Stuck};

use super::{Next, in_office};
use crate::App;
use crate::done::{Did, Done};
use crate::failure::Failure;
use crate::form::Fields;
use crate::part::{Empty, Look, State as StateMark};
use crate::render::{Door, Page, app, visit};
use crate::request::words::when;
use crate::text::t;
use crate::visit::Visit;

pub async fn show(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    in_office(&visit)?;
    let query = Fields::parse(visit.uri.query().unwrap_or_default().as_bytes());
    let (parked, next) = app.store.parked_messages(&visit.viewer, ParkedPlace::parse(query.get("after"))).await?;
    let queue = app.store.message_queue().await?;
    let title = t!(visit.lang(), "office-messages");
    Ok(Page::new(&app, &visit, Door::Account, title).show(move || view! { <Messages parked=parked next=next queue=queue/> }))
}

pub async fn decide(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    in_office(&visit)?;
    let did = match fields.get("decision") {
        "again" => {
            app.store.send_parked(&visit.viewer, fields.get("message")).await?;
            Did::MessageAgain
        }
        "drop" => {
            app.store.drop_parked(&visit.viewer, fields.get("message")).await?;
            Did::MessageDropped
        }
        _ => return Err(Failure::NotFound),
    };
    Ok(Done::plain(did).see(&app, "/office/messages"))
}

#[component]
fn Messages(parked: Vec<Parked>, next: Option<ParkedPlace>, queue: Queue) -> impl IntoView {
    let lang = visit().lang();
    let body = if parked.is_empty() {
        view! { <Empty icon="bell"><p>{t!(lang, "office-messages-none")}</p></Empty> }.into_any()
    } else {
        view! { <ul class="list">{parked.into_iter().map(|message| view! { <Line message=message/> }).collect_view()}</ul> }.into_any()
    };
    view! {
        <div class="narrow stack loose">
            <header class="stack tight">
                <p class="small soft"><a href="/office">{t!(lang, "office")}</a></p>
                <h1>{t!(lang, "office-messages")}</h1>
                <p class="soft">{t!(lang, "office-messages-what")}</p>
            </header>
            <dl class="facts card">
                <dt>{t!(lang, "office-messages-waiting")}</dt><dd class="num">{queue.waiting + queue.taken}</dd>
                <dt>{t!(lang, "office-messages-parked")}</dt><dd class="num">{queue.parked}</dd>
                <dt>{t!(lang, "office-messages-unsure")}</dt><dd class="num">{queue.unsure}</dd>
            </dl>
            {body}
            {next.map(|after| view! { <Next href=format!("/office/messages?after={after}")/> })}
        </div>
    }
}

#[component]
fn Line(message: Parked) -> impl IntoView {
    let lang = visit().lang();
    let store = &app().store;
    let (now, zone) = (store.clock().now(), store.settings().zone);
    let (look, word) = match message.stuck {
        Stuck::Parked => (Look::Late, t!(lang, "office-messages-parked")),
        Stuck::Unsure => (Look::Wait, t!(lang, "office-messages-unsure")),
    };
    let way = match message.channel {
        Channel::Text => t!(lang, "office-message-text", to = message.masked.clone()),
        Channel::Mail => t!(lang, "office-message-mail", to = message.masked.clone()),
    };
    let tried = t!(lang, "office-message-tried", count = message.tries, when = when(lang, message.due_at, now, zone));
    let button = |decision: &'static str, class: &'static str, word: String| {
        let label = format!("{word} · {}", message.masked);
        view! { <button class=class name="decision" value=decision aria-label=label>{word}</button> }
    };
    let again = (!message.code).then(|| button("again", "btn second", t!(lang, "office-message-again")));
    view! {
        <li class="row">
            <span class="inline"><StateMark look=look word=word/><span class="soft small">{tried}</span></span>
            <b>{way}</b>
            {(!message.trouble.is_empty()).then(|| view! { <span class="words small">{message.trouble.clone()}</span> })}
            {message.code.then(|| view! { <span class="soft small">{t!(lang, "office-message-code")}</span> })}
            <form class="inline" method="post" action="/office/messages">
                <input type="hidden" name="message" value=message.id.clone()/>{again}{button("drop", "btn quiet", t!(lang, "office-message-drop"))}
            </form>
        </li>
    }
}

//! Messages leave: by SMTP, and by the HTTP gateway that docs/text-gateway.md describes.
//!
//! Neither recipients nor words are ever logged or kept as trouble.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use reqwest::StatusCode;
use store::Store;
use store::message::{Channel, Message};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::command::Failed;
use crate::config::Config;

/// How many messages are taken at once: with the time-outs below, the last of them is done long before a taken
/// message counts as lost.
const BATCH: i64 = 32;
/// How many are under way at once.
const AT_ONCE: usize = 8;
const TEXT_TIMEOUT: Duration = Duration::from_secs(10);
const MAIL_TIMEOUT: Duration = Duration::from_secs(30);

/// The ways out of the house. Cheap to clone.
#[derive(Clone, Default)]
pub struct Senders {
    mail: Option<Arc<Mail>>,
    text: Option<Arc<Gateway>>,
    origin: Arc<str>,
}

struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

struct Gateway {
    client: reqwest::Client,
    url: reqwest::Url,
    token: Option<String>,
}

/// What became of one message.
enum Outcome {
    Sent,
    /// The receiver does not have it, and may take it later.
    Retry(String),
    /// The receiver does not have it, and won't.
    Refused(String),
    /// Nobody knows.
    Unsure(String),
}

impl Senders {
    /// The ways out that are configured.
    ///
    /// # Errors
    /// A sentence for the operator, if a setting can't be used.
    pub fn new(config: &Config) -> Result<Self, Failed> {
        // Several crates bring TLS; the process has one provider, and who installs it first wins.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mail = config.mail.as_ref().map(|mail| {
            let said = |what: &str, error: &dyn std::fmt::Display| Failed::Said(format!("settings: mail.{what}: {error}"));
            let transport =
                AsyncSmtpTransport::<Tokio1Executor>::from_url(&mail.url).map_err(|error| said("url", &error))?.timeout(Some(MAIL_TIMEOUT)).build();
            Ok::<_, Failed>(Arc::new(Mail { transport, from: mail.from.parse().map_err(|error| said("from", &error))? }))
        });
        let text = config.text.as_ref().map(|text| {
            let said = |error: &dyn std::fmt::Display| Failed::Said(format!("settings: text.url: {error}"));
            let client = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(TEXT_TIMEOUT)
                .connect_timeout(TEXT_TIMEOUT / 2)
                // A kept connection that the gateway has closed fails after sending: then nobody knows.
                .pool_max_idle_per_host(0)
                .build()
                .map_err(|error| said(&error))?;
            let url = text.url.parse().map_err(|error| said(&error))?;
            Ok::<_, Failed>(Arc::new(Gateway { client, url, token: text.token.clone() }))
        });
        Ok(Self { mail: mail.transpose()?, text: text.transpose()?, origin: config.origin().into() })
    }

    async fn send(&self, message: &Message, mails: bool) -> Outcome {
        match message.channel {
            Channel::Mail => match &self.mail {
                Some(mail) if mails => mail.send(message, &self.origin).await,
                Some(_) => Outcome::Retry("smtp: no connection".into()),
                None => Outcome::Retry("no mail server is configured".into()),
            },
            Channel::Text => match &self.text {
                Some(gateway) => gateway.send(message, &self.origin).await,
                None => Outcome::Retry("no text gateway is configured".into()),
            },
        }
    }
}

impl Mail {
    async fn send(&self, message: &Message, origin: &str) -> Outcome {
        let Ok(address) = message.recipient.parse::<Address>() else { return Outcome::Refused("not a mail address".into()) };
        let words = app::message_words(message, origin);
        // The same id at every try: mail servers drop what they have seen.
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mail = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(words.subject)
            .message_id(Some(id))
            .header(lettre::message::header::ContentType::TEXT_PLAIN)
            .body(words.body);
        let Ok(mail) = mail else { return Outcome::Refused("the mail can't be written".into()) };
        match self.transport.send(mail).await {
            Ok(_) => Outcome::Sent,
            Err(error) => outcome(&error),
        }
    }
}

/// Only the status is kept of what a mail server says: its words repeat the recipient.
fn outcome(error: &SmtpError) -> Outcome {
    let code = error.status().map_or_else(String::new, |status| format!(" {status}"));
    if error.is_permanent() {
        Outcome::Refused(format!("smtp{code}"))
    } else if error.is_transient() {
        Outcome::Retry(format!("smtp{code}"))
    } else if error.is_client() {
        Outcome::Refused("smtp: the server can't take this mail".into())
    } else if error.is_tls() {
        Outcome::Retry("smtp: tls".into())
    } else {
        // The connection broke after the server had answered once: before or after it took the mail.
        Outcome::Unsure("smtp: the connection broke".into())
    }
}

#[derive(serde::Serialize)]
struct Post<'a> {
    id: &'a str,
    to: &'a str,
    text: &'a str,
    language: &'a str,
}

impl Gateway {
    async fn send(&self, message: &Message, origin: &str) -> Outcome {
        let words = app::message_words(message, origin);
        let post = Post { id: &message.id, to: &message.recipient, text: &words.body, language: &message.language };
        let mut request = self.client.post(self.url.clone()).header("idempotency-key", &message.id).json(&post);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        match request.send().await {
            Ok(response) => {
                let status = response.status();
                let said = format!("gateway {}", status.as_u16());
                if status.is_success() {
                    Outcome::Sent
                } else if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT {
                    Outcome::Retry(said)
                } else {
                    Outcome::Refused(said)
                }
            }
            Err(error) if error.is_connect() => Outcome::Retry("gateway: no connection".into()),
            Err(error) if error.is_builder() => Outcome::Refused("gateway: the request can't be written".into()),
            Err(error) if error.is_timeout() => Outcome::Unsure("gateway: no answer in time".into()),
            Err(_) => Outcome::Unsure("gateway: the connection broke".into()),
        }
    }
}

/// Sends everything that is due, and says how much was taken. One job does it at every tick; tests drain by hand.
///
/// # Errors
/// If the database does not answer. What was being sent then is unsure, and is not sent again.
pub async fn drain(store: &Store, senders: &Senders) -> store::Result<u64> {
    let mut count = 0;
    loop {
        let messages = store.take_messages(BATCH).await?;
        if messages.is_empty() {
            return Ok(count);
        }
        count += messages.len() as u64;
        send_all(store, senders, messages).await?;
    }
}

async fn send_all(store: &Store, senders: &Senders, messages: Vec<Message>) -> store::Result<()> {
    // Asked once for all of them: a server that can't be reached has certainly not taken anything.
    let mails = match (&senders.mail, messages.iter().any(|message| message.channel == Channel::Mail)) {
        (Some(mail), true) => mail.transport.test_connection().await.unwrap_or(false),
        _ => true,
    };
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut under_way = JoinSet::new();
    for message in messages {
        let (store, senders, turns) = (store.clone(), senders.clone(), turns.clone());
        under_way.spawn(async move {
            let _turn = turns.acquire_owned().await;
            let outcome = senders.send(&message, mails).await;
            report(&store, &message.id, outcome).await
        });
    }
    let mut result = Ok(());
    while let Some(done) = under_way.join_next().await {
        match done {
            Ok(Ok(())) => {}
            Ok(Err(error)) => result = Err(error),
            Err(error) => tracing::error!(%error, "a message's task ended early; the message becomes unsure"),
        }
    }
    result
}

async fn report(store: &Store, id: &str, outcome: Outcome) -> store::Result<()> {
    match outcome {
        Outcome::Sent => store.message_sent(id).await,
        Outcome::Retry(trouble) => {
            tracing::warn!(message = id, trouble, "a message was not taken; it waits");
            store.message_failed(id, &trouble, true).await
        }
        Outcome::Refused(trouble) => {
            tracing::warn!(message = id, trouble, "a message was refused; it is parked");
            store.message_failed(id, &trouble, false).await
        }
        Outcome::Unsure(trouble) => {
            tracing::warn!(message = id, trouble, "nobody knows whether a message arrived; it is not sent again");
            store.message_unsure(id, &trouble).await
        }
    }
}

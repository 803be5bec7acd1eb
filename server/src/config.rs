//! Configuration: defaults that work, then a TOML file, then `LINLI_…` variables, then flags.

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::error::{Actual, Kind};
use figment::providers::{Env, Format, Serialized, Toml};
use figment::util::nest;
use figment::value::{Dict, Map};
use figment::{Figment, Metadata, Profile, Provider};
use serde::{Deserialize, Serialize};

/// Everything an operator can set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub database: String,
    /// Where the portal listens.
    pub listen: SocketAddr,
    /// The folder for photos (and the embedded database, unless its URL says otherwise).
    pub data: PathBuf,
    /// The portal's public address, as residents type it. Without it, `http://` and the listen address.
    pub origin: Option<String>,
    /// The time zone of days and office hours.
    pub zone: chrono_tz::Tz,
    /// The district and its motto in the foot, Chinese.
    pub district_zh: String,
    /// The same in English.
    pub district_en: String,
    /// A tile server's URL with `{z}`, `{x}` and `{y}`; the map is drawn from our own data without it.
    pub tiles: Option<String>,
    /// The number for those who would rather talk.
    pub help_phone: String,
    /// Whether a proxy in front sets `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Where Prometheus reads `/metrics`; off without it.
    pub metrics: Option<SocketAddr>,
    /// Mail, if it can be sent.
    pub mail: Option<Mail>,
    /// Text messages, if they can be sent.
    pub text: Option<TextGateway>,
    /// Seconds between two looks at the queue of outgoing messages.
    pub deliver_seconds: u64,
}

/// A mail server.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtp://USER:PASSWORD@HOST:PORT` or `smtps://…`.
    pub url: String,
    /// The sender, as `Linli <linli@example.org>`.
    pub from: String,
}

/// A gateway for text messages: one JSON POST a message, see `docs/text-gateway.md`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextGateway {
    /// Where messages are posted.
    pub url: String,
    /// The bearer token.
    pub token: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            database: "sqlite://data/linli.db".into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            data: "data".into(),
            origin: None,
            zone: chrono_tz::Asia::Shanghai,
            district_zh: "共建共治共享".into(),
            district_en: "Built, governed and shared together".into(),
            tiles: None,
            help_phone: "12345".into(),
            behind_proxy: false,
            metrics: None,
            mail: None,
            text: None,
            deliver_seconds: 5,
        }
    }
}

/// The flags that override everything else.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct Flags {
    /// A TOML file with settings
    #[arg(long, global = true, value_name = "FILE", env = "LINLI_CONFIG")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, global = true, value_name = "URL", env = "LINLI_DATABASE", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Where the portal listens
    #[arg(long, global = true, value_name = "ADDR", env = "LINLI_LISTEN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// The folder for photos
    #[arg(long, global = true, value_name = "DIR", env = "LINLI_DATA")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
}

/// Variables that begin like settings and are none: they are for the program's start, for building and for tests, and
/// may well be set where the program runs. Any other unknown one is a typing mistake, and refused.
const NO_SETTINGS: [&str; 9] = ["config", "log", "site", "wasm_toolchain", "advisories", "test_postgres", "url", "accounts", "folder"];

/// One variable, which is text whatever it looks like: [`Env`] by itself makes numbers of phone numbers and tokens.
struct Variable<'a> {
    from: &'a Env,
    key: String,
    text: String,
}

impl Provider for Variable<'_> {
    fn metadata(&self) -> Metadata {
        self.from.metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(nest(&self.key, self.text.clone().into()).into_dict().unwrap_or_default()))
    }
}

/// What is wrong with the settings, without the values, which may be secrets.
fn without_values(error: figment::Error) -> String {
    let kind = |actual: Actual| match actual {
        Actual::Bool(_) => "a yes or no",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) | Actual::Other(_) => "text",
        _ => "something else",
    };
    let quiet = |mut error: figment::Error| {
        error.kind = match error.kind {
            Kind::InvalidType(actual, expected) => Kind::InvalidType(Actual::Other(kind(actual).into()), expected),
            Kind::InvalidValue(actual, expected) => Kind::InvalidValue(Actual::Other(kind(actual).into()), expected),
            // The lines of a TOML file that are drawn around a fault.
            Kind::Message(text) => {
                let drawn = |line: &&str| line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').starts_with('|');
                Kind::Message(text.lines().filter(|line| !drawn(line)).collect::<Vec<_>>().join(": "))
            }
            kind => kind,
        };
        error.to_string()
    };
    error.into_iter().map(quiet).collect::<Vec<_>>().join("; ")
}

/// A URL without what only its owner may know: who signs in, and what its query says.
fn hidden(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (place, query) = rest.split_once('?').map_or((rest, None), |(place, query)| (place, Some(query)));
    let place = match place.rsplit_once('@') {
        // A password with an unescaped question mark.
        _ if query.is_some_and(|query| query.contains('@')) => "…".to_owned(),
        Some((_, place)) => format!("…@{place}"),
        None => place.to_owned(),
    };
    format!("{scheme}://{place}{}", if query.is_some() { "?…" } else { "" })
}

impl Config {
    /// Reads what is in force.
    ///
    /// # Errors
    /// A sentence that names the source and the key.
    pub fn load(flags: &Flags) -> Result<Self, Box<figment::Error>> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = &flags.config {
            figment = figment.merge(Toml::file_exact(file));
        }
        let variables = Env::prefixed("LINLI_").ignore(&NO_SETTINGS).split("__");
        for (key, text) in variables.iter() {
            figment = figment.merge(Variable { from: &variables, key: key.into_string(), text });
        }
        // Lossy: a variable's text may stand for a yes, a no or a number.
        let config: Self = figment.merge(Serialized::defaults(flags)).extract_lossy().map_err(|error| Box::new(without_values(error).into()))?;
        // Cookies and every link in a message follow from it.
        if config.origin.as_ref().is_some_and(|origin| !["http://", "https://"].iter().any(|scheme| origin.starts_with(scheme))) {
            return Err(Box::new("origin: the portal's address begins with https:// (or http://)".to_owned().into()));
        }
        Ok(config)
    }

    /// The public address, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> String {
        self.origin.as_ref().map_or_else(|| format!("http://{}", self.listen), |origin| origin.trim_end_matches('/').to_owned())
    }

    /// The settings as JSON with passwords and tokens hidden.
    #[must_use]
    pub fn shown(&self) -> serde_json::Value {
        let mut shown = self.clone();
        shown.database = hidden(&shown.database);
        if let Some(mail) = &mut shown.mail {
            mail.url = hidden(&mail.url);
        }
        if let Some(text) = &mut shown.text {
            text.url = hidden(&text.url);
            text.token = text.token.as_ref().map(|_| "…".into());
        }
        serde_json::to_value(shown).unwrap_or_default()
    }

    /// What the store needs.
    #[must_use]
    pub fn store(&self) -> store::Settings {
        store::Settings { zone: self.zone, origin: self.origin(), texts: self.text.is_some(), mails: self.mail.is_some() }
    }

    /// What the pages need.
    #[must_use]
    pub fn app(&self) -> app::Config {
        app::Config {
            origin: self.origin(),
            district: [self.district_zh.clone(), self.district_en.clone()],
            tiles: self.tiles.clone(),
            help_phone: self.help_phone.clone(),
            behind_proxy: self.behind_proxy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_url_opens_nothing() {
        for (url, shown) in [
            ("sqlite:///var/lib/linli.db", "sqlite:///var/lib/linli.db"),
            ("postgres://db/linli", "postgres://db/linli"),
            ("postgres://linli:hunter2@db/linli", "postgres://…@db/linli"),
            ("postgres://db/linli?user=linli&password=hunter2", "postgres://db/linli?…"),
            ("postgres://db/linli?password=hunter2@home", "postgres://…?…"),
            ("postgres://linli:hunter2?@db/linli", "postgres://…?…"),
            ("https://hunter2@gateway.example/messages?key=hunter2", "https://…@gateway.example/messages?…"),
        ] {
            assert_eq!(hidden(url), shown);
        }
    }
}

//! What stands outside: a mail server and a text gateway that keep what they get.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use server::config::{Config, Mail, TextGateway};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A text as the gateway got it.
#[derive(Clone, Debug)]
pub struct Text {
    pub key: String,
    pub token: String,
    pub body: serde_json::Value,
    /// What the gateway answered.
    pub status: u16,
}

impl Text {
    pub fn to(&self) -> &str {
        self.body["to"].as_str().unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        self.body["text"].as_str().unwrap_or_default()
    }
}

/// A gateway for text messages.
#[derive(Clone)]
pub struct Gateway {
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Text>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
    delay: Arc<Mutex<Duration>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gateway {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let gateway =
            Self { address: listener.local_addr().expect("an address"), got: Arc::default(), answers: Arc::default(), delay: Arc::default() };
        let router = Router::new().route("/send", post(receive)).with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        gateway
    }

    /// The next answers; 200 after them.
    pub fn answer(&self, statuses: &[u16]) {
        lock(&self.answers).extend(statuses);
    }

    /// How long it takes to answer.
    pub fn delay(&self, delay: Duration) {
        *lock(&self.delay) = delay;
    }

    /// Everything that came, also what was answered with an error.
    pub fn got(&self) -> Vec<Text> {
        lock(&self.got).clone()
    }

    /// What was accepted.
    pub fn accepted(&self) -> Vec<Text> {
        self.got().into_iter().filter(|text| text.status == 200).collect()
    }

    pub fn config(&self) -> TextGateway {
        TextGateway { url: format!("http://{}/send", self.address), token: Some("wink".into()) }
    }
}

async fn receive(State(gateway): State<Gateway>, headers: HeaderMap, Json(body): Json<serde_json::Value>) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let status = lock(&gateway.answers).pop_front().unwrap_or(200);
    lock(&gateway.got).push(Text { key: header("idempotency-key"), token: header("authorization"), body, status });
    let delay = *lock(&gateway.delay);
    tokio::time::sleep(delay).await;
    StatusCode::from_u16(status).expect("a status")
}

/// A mail as the server got it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// A mail server.
#[derive(Clone)]
pub struct Post {
    pub address: SocketAddr,
    got: Arc<Mutex<Vec<Letter>>>,
    /// What it answers to the next recipients; 250 after them.
    answers: Arc<Mutex<VecDeque<String>>>,
}

impl Post {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let post = Self { address: listener.local_addr().expect("an address"), got: Arc::default(), answers: Arc::default() };
        let serving = post.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let post = serving.clone();
                tokio::spawn(async move { post.talk(stream).await });
            }
        });
        post
    }

    pub fn answer(&self, lines: &[&str]) {
        lock(&self.answers).extend(lines.iter().map(|line| (*line).to_owned()));
    }

    pub fn got(&self) -> Vec<Letter> {
        lock(&self.got).clone()
    }

    pub fn config(&self) -> Mail {
        Mail { url: format!("smtp://{}", self.address), from: "邻里 <linli@linli.example>".into() }
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        write.write_all(b"220 post\r\n").await?;
        let mut to = String::new();
        while let Some(line) = lines.next_line().await? {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" => "250-post\r\n250 8BITMIME".to_owned(),
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    lock(&self.answers).pop_front().unwrap_or_else(|| "250 ok".into())
                }
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut mail = Vec::new();
                    while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                        mail.push(line);
                    }
                    lock(&self.got).push(letter(&to, &mail));
                    "250 taken".to_owned()
                }
                "QUIT" => {
                    write.write_all(b"221 bye\r\n").await?;
                    return Ok(());
                }
                _ => "250 ok".to_owned(),
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
        Ok(())
    }
}

fn letter(to: &str, lines: &[String]) -> Letter {
    let split = lines.iter().position(String::is_empty).unwrap_or(lines.len());
    let mut headers: Vec<String> = Vec::new();
    for line in &lines[..split] {
        match headers.last_mut().filter(|_| line.starts_with(' ')) {
            Some(last) => last.push_str(line),
            None => headers.push(line.clone()),
        }
    }
    let header = |name: &str| headers.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    let body = lines.get(split + 1..).unwrap_or_default();
    let body = match header("Content-Transfer-Encoding:").as_str() {
        "base64" => text(base64(&body.concat())),
        "quoted-printable" => text(quoted(&body.join("\r\n"))),
        _ => body.join("\n"),
    };
    let subject = header("Subject:")
        .split_whitespace()
        .map(|word| {
            word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?=")).map_or_else(|| format!("{word} "), |word| text(base64(word)))
        })
        .collect();
    Letter { to: to.to_owned(), subject, body: body.replace("\r\n", "\n") }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

fn base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::new());
    for value in text.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte)) {
        bits = bits << 6 | u32::try_from(value).expect("six bits");
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

fn quoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'=', [high, low, after @ ..]) => {
                let hex = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).expect("ASCII"), 16).expect("hex"));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// A configuration with both ways out.
pub fn config(gateway: &Gateway, post: &Post) -> Config {
    Config { origin: Some("https://linli.example".into()), text: Some(gateway.config()), mail: Some(post.config()), ..Config::default() }
}

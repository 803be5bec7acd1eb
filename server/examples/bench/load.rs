//! A load generator that costs little: HTTP/1.1 over kept connections, bytes read and not looked at.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// The head as it came.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header of the answer.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()))
    }
}

/// How it went under load.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rate {
    /// Answers a second.
    pub per_second: f64,
    /// Half of them were quicker than this.
    pub p50: Duration,
    /// And this many in a hundred.
    pub p99: Duration,
    /// Answers that were not as wished.
    pub failed: usize,
}

/// One kept connection.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    /// Connects.
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a request and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8], keep: bool) -> std::io::Result<Answer> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            if let Some(at) = find(&self.buffer, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let status = text.get(9..12).and_then(|code| code.parse().ok()).unwrap_or(0);
        let answer = Answer { status, head: text, body: Vec::new() };
        match answer.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
            Some(length) => {
                while self.buffer.len() < head + length {
                    self.more().await?;
                }
            }
            None if answer.header("transfer-encoding").is_some() => {
                while !self.buffer.ends_with(b"0\r\n\r\n") {
                    self.more().await?;
                }
            }
            None => {}
        }
        Ok(Answer { body: if keep { self.buffer[head..].to_vec() } else { Vec::new() }, ..answer })
    }

    async fn more(&mut self) -> std::io::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|part| part == what)
}

/// A GET.
pub fn get(path: &str, cookie: &str) -> Vec<u8> {
    let cookie = if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") };
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\naccept-language: zh-CN\r\n{cookie}\r\n").into_bytes()
}

/// A form's POST, from an address of its own, so that the limits of one address do not count them as one person's.
pub fn post(address: SocketAddr, path: &str, cookie: &str, nth: usize, form: &str) -> Vec<u8> {
    let from = format!("10.{}.{}.{}", nth >> 16 & 255, nth >> 8 & 255, nth & 255);
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\norigin: http://{address}\r\nsec-fetch-site: same-origin\r\nx-forwarded-for: {from}\r\ncookie: {cookie}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    )
    .into_bytes()
}

/// Asks from so many connections for so long. `request` makes the nth request, `wished` is the status wanted.
pub async fn load<F>(address: SocketAddr, connections: usize, time: Duration, wished: u16, request: F) -> Rate
where
    F: Fn(usize) -> Vec<u8> + Send + Sync + 'static,
{
    let (request, stop) = (Arc::new(request), Arc::new(AtomicBool::new(false)));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|nth| {
            let (request, stop) = (request.clone(), stop.clone());
            tokio::spawn(async move {
                let (mut times, mut failed) = (Vec::with_capacity(4096), 0);
                let Ok(mut line) = Line::open(address).await else { return (times, 1) };
                let mut count = nth;
                while !stop.load(Ordering::Relaxed) && times.len() < 1_000_000 {
                    let asked = Instant::now();
                    match line.ask(&request(count), false).await {
                        Ok(answer) if answer.status == wished => times.push(asked.elapsed()),
                        Ok(_) => failed += 1,
                        Err(_) => {
                            failed += 1;
                            let Ok(fresh) = Line::open(address).await else { break };
                            line = fresh;
                        }
                    }
                    count += connections;
                }
                (times, failed)
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    stop.store(true, Ordering::Relaxed);
    let (mut times, mut failed) = (Vec::new(), 0);
    for task in tasks {
        if let Ok((some, bad)) = task.await {
            times.extend(some);
            failed += bad;
        }
    }
    rate(times, failed, begun.elapsed())
}

/// Sums times up.
pub fn rate(mut times: Vec<Duration>, failed: usize, took: Duration) -> Rate {
    times.sort_unstable();
    let part = |hundredths: usize| times.get(times.len() * hundredths / 100).copied().unwrap_or_default();
    Rate { per_second: times.len() as f64 / took.as_secs_f64(), p50: part(50), p99: part(99), failed }
}

//! Servers in processes of their own: the portal, and a bare handler that returns the same bytes.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use super::Failed;
use super::load::{Line, get as request};

/// A server process; it ends with the benchmark.
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first good answer.
    pub ready: Duration,
    child: Child,
}

impl Served {
    /// Starts this very program as a server.
    pub async fn start(arguments: &[&str], probe: &str) -> Result<Self, Failed> {
        let begun = Instant::now();
        let mut child = Command::new(std::env::current_exe()?).args(arguments).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let mut served = Self { address: SocketAddr::from(([127, 0, 0, 1], 0)), ready: Duration::ZERO, child };
        let mut said = String::new();
        BufReader::new(output).read_line(&mut said)?;
        let address = said.trim().parse().map_err(|_| "the server did not start")?;
        let mut line = Line::open(address).await?;
        while line.ask(&request(probe, ""), false).await?.status != 200 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (served.address, served.ready) = (address, begun.elapsed());
        Ok(served)
    }

    /// Resident memory in megabytes.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let kilobytes: Option<f64> = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
        kilobytes.unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended by itself is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The portal, as `linli serve` serves it, believing the addresses that the benchmark gives itself.
pub async fn portal(database: &str, data: &Path) -> Result<(), Failed> {
    let config = server::config::Config { database: database.into(), data: data.into(), behind_proxy: true, ..Default::default() };
    let store = server::command::open(&config).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let config = server::config::Config { listen: address, ..config };
    println!("{address}");
    let router = server::router::router(store, config.app());
    Ok(axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

/// Nothing but axum and the bytes of files, `/0`, `/1` and so on.
pub async fn bare(files: &[String]) -> Result<(), Failed> {
    let mut router = Router::new();
    for (nth, file) in files.iter().enumerate() {
        let body: &'static [u8] = Box::leak(std::fs::read(file)?.into_boxed_slice());
        router = router.route(&format!("/{nth}"), get(move || async move { ([(CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response() }));
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

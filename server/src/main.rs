//! The binary `linli`.

use std::io::IsTerminal as _;

use clap::Parser;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let line = server::command::Line::parse();
    let filter = EnvFilter::try_from_env("LINLI_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr).init();
    match server::command::run(line).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        // Who read the output has seen enough.
        Err(server::command::Failed::Io { error, .. }) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linli: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}

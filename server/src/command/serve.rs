use tokio::net::TcpListener;

use super::{Failed, open, print};
use crate::config::Config;
use crate::metrics::Metrics;
use crate::{job, listen, router};

/// Serves until the process is asked to stop, then ends what runs.
pub async fn serve(config: &Config) -> Result<(), Failed> {
    if config.origin.is_none() && !config.listen.ip().is_loopback() {
        tracing::warn!(
            "other machines can reach the portal, but links in messages and events begin with {}: set LINLI_ORIGIN to the address residents type, such as https://linli.example.org",
            config.origin()
        );
    }
    let store = open(config).await?;
    let router = router::router(store.clone(), config.app());
    let router = match config.metrics {
        Some(address) => {
            let metrics = Metrics::new();
            let counting = metrics.clone();
            let router = router.layer(axum::middleware::from_fn(move |request, next| counting.clone().count(request, next)));
            let listener = TcpListener::bind(address).await.map_err(|error| Failed::Io { what: format!("listening on {address}"), error })?;
            let machines = metrics.routes(store.clone());
            tokio::spawn(async move { axum::serve(listener, machines).await });
            router
        }
        None => router,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(|error| Failed::Io { what: format!("listening on {}", config.listen), error })?;
    // Not before the addresses are ours: where another process has them, this one must not take a message and end.
    job::start(&store, config)?;
    let address = listener.local_addr().map_err(|error| Failed::Io { what: "listening".into(), error })?;
    // It serves whether or not somebody reads this.
    drop(print(format_args!("Linli 邻里 serves http://{address}\n")));
    listen::serve(listener, router, listen::HEAD, stop()).await;
    store.database().close().await;
    Ok(())
}

/// Ends when the process is asked to stop.
pub(super) async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(%error, "only an interrupt stops this process");
            drop(interrupt.await);
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

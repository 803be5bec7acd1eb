//! Taking connections: bounded in number, and none may dawdle over a request's head.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// Most connections at a time; more wait at the door. Each costs a file descriptor, of which systems grant some
/// thousands at most.
const MOST: usize = 4096;
/// How long the head of a request, or the next one on an open connection, may take.
pub const HEAD: Duration = Duration::from_secs(20);
/// How long what runs may take to end once the process is asked to stop.
const LAST: Duration = Duration::from_secs(30);

/// Serves a router until `stop`, then lets what runs end.
pub async fn serve(listener: TcpListener, router: Router, head: Duration, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head);
    let (room, running) = (Arc::new(Semaphore::new(MOST)), GracefulShutdown::new());
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = async {
            let place = room.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let (socket, address) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                // Mostly there are no descriptors left: the next connection has to wait for one.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        // A page is small: its last packet must not wait for the phone's acknowledgement of the one before.
        drop(socket.set_nodelay(true));
        let router = router.clone();
        let answer = service_fn(move |request: hyper::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(address));
            router.clone().oneshot(request)
        });
        let connection = running.watch(builder.serve_connection(TokioIo::new(socket), answer));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(LAST, running.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

//! Serving: all routes behind all layers, on a socket, until told to stop.

use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::app::App;
use crate::{api, web};

/// How long requests under way may take when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long to wait when the machine has no sockets left.
const BREATH: Duration = Duration::from_millis(100);

/// Everything that answers.
pub fn router(app: &App) -> Router {
    let (router, doors) = api::router(app);
    api::around(router.merge(web::router()).with_state(app.clone()), app, doors)
}

/// Serves until `stop` resolves; then no new connection is taken, and those under way may finish.
///
/// Not `axum::serve`: that has no limit on how long a client may take to send its headers.
pub async fn serve(app: &App, listener: TcpListener, stop: impl Future<Output = ()>) {
    let router = router(app);
    let headers_within = app.config.limits.request_timeout.to_std().unwrap_or(Duration::from_secs(30));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(headers_within).max_headers(64);
    let (stopping, _) = watch::channel(());
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    wait_if_exhausted(&error).await;
                    continue;
                }
            },
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection went away at once");
            continue;
        }
        let router = router.clone();
        let mut told = stopping.subscribe();
        let socket = api::Stopping::new(told.clone());
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(socket.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        // Whoever does not take what is sent to them goes, too.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(headers_within));
        let stream = TokioIo::new(Box::pin(stream));
        let connection = http.serve_connection(stream, TowerToHyperService::new(service));
        // Held until the connection is over: that is what the end waits for.
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection.with_upgrades());
            let ended = tokio::select! {
                ended = &mut connection => ended,
                _ = told.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
            drop(told);
        });
    }
    drop(listener);
    stopping.send_replace(());
    if tokio::time::timeout(DRAIN, stopping.closed()).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "requests under way were cut off");
    }
}

/// A client that went away again is nothing; a machine out of files needs a moment.
async fn wait_if_exhausted(error: &io::Error) {
    if !matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    ) {
        tracing::error!(%error, "cannot accept connections");
        tokio::time::sleep(BREATH).await;
    }
}

//! Serving: all routes behind all layers, on a socket, until told to stop.

mod certificate;
mod request;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

use crate::app::App;
use crate::{api, http, web};

pub use certificate::{Certificate, connect_to_own};

/// How long requests under way may take when the server is told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How many requests an HTTP/2 connection may have under way, and how long its headers may be (RFC 9113 section 6.5.2).
const STREAMS: u32 = 100;
const HEADERS: u32 = 64 * 1024;
/// How long to wait when the machine has no sockets left.
const BREATH: Duration = Duration::from_millis(100);

/// Everything that answers.
pub fn router(app: &App) -> Router {
    let (answers, doors) = api::router(app);
    let (pages, _) = web::table(app).finish();
    let all = answers.merge(pages).with_state(app.clone()).merge(http::files());
    http::around(all, app, doors, |router| api::in_shapes_of_older_clients(app, router))
}

/// Serves until `stop` resolves; then no new connection is taken, and those under way may finish. With a certificate
/// it speaks HTTPS alone: HTTP/2 with the clients that can, HTTP/1.1 with the others.
///
/// Not `axum::serve`: that has no limit on how long a client may take to send its headers.
pub async fn serve(
    app: &App,
    listener: TcpListener,
    certificate: Option<Certificate>,
    stop: impl Future<Output = ()>,
) {
    let patience = app.config.limits.request_timeout.to_std().unwrap_or(Duration::from_secs(30));
    let (stopping, _) = watch::channel(());
    let server = Server { router: router(app), certificate, patience, stopping };
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
        // Subscribed until the connection is over: that is what the end waits for.
        let connection = server.clone().connection(stream, peer, server.stopping.subscribe());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    server.stopping.send_replace(());
    if tokio::time::timeout(DRAIN, server.stopping.closed()).await.is_err() {
        tracing::warn!(seconds = DRAIN.as_secs(), "requests under way were cut off");
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What all connections share.
#[derive(Clone)]
struct Server {
    router: Router,
    certificate: Option<Certificate>,
    /// How long a client may take to send headers, to take what is sent to it, and to agree on TLS.
    patience: Duration,
    stopping: watch::Sender<()>,
}

impl Server {
    async fn connection(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        mut told: watch::Receiver<()>,
    ) -> Result<(), Failure> {
        stream.set_nodelay(true)?;
        match &self.certificate {
            None => self.speak(stream, peer, told, false).await,
            Some(certificate) => {
                let accepted = tokio::select! {
                    accepted = certificate.accept(stream, self.patience) => accepted,
                    _ = told.changed() => return Ok(()),
                };
                let (stream, is_http_2) = accepted?;
                self.speak(stream, peer, told, is_http_2).await
            }
        }
    }

    /// Answers the requests of a connection.
    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + 'static,
        peer: SocketAddr,
        told: watch::Receiver<()>,
        is_http_2: bool,
    ) -> Result<(), Failure> {
        let router = self.router.clone();
        let socket = api::Stopping::new(told.clone());
        let service = tower::service_fn(move |request: Request<Incoming>| {
            let mut request = request::as_in_http1(request);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(socket.clone());
            router.clone().oneshot(request.map(Body::new))
        });
        // A client that does not take what is sent to it is cut off, too.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.patience));
        if is_http_2 {
            // HTTP/2 has no limit of its own on how long a connection may lie idle, or stop in the middle of a frame.
            // Twice a request's time: an answer that takes all of it still finds its connection.
            stream.set_read_timeout(Some(self.patience * 2));
        }
        let (stream, service) = (TokioIo::new(Box::pin(stream)), TowerToHyperService::new(service));
        if is_http_2 {
            let mut http = http2::Builder::new(TokioExecutor::new());
            http.timer(TokioTimer::new()).max_concurrent_streams(STREAMS).max_header_list_size(HEADERS);
            until_told(http.serve_connection(stream, service), http2::Connection::graceful_shutdown, told)
                .await
        } else {
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(self.patience).max_headers(64);
            let connection = http.serve_connection(stream, service).with_upgrades();
            until_told(connection, http1::UpgradeableConnection::graceful_shutdown, told).await
        }
    }
}

/// Goes on until the connection is over; once told to stop, only with the requests that are under way.
async fn until_told<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    shut_down: impl FnOnce(Pin<&mut C>),
    mut told: watch::Receiver<()>,
) -> Result<(), Failure> {
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = &mut connection => return Ok(ended?),
        _ = told.changed() => shut_down(connection.as_mut()),
    }
    Ok(connection.await?)
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

//! `oskar healthcheck`, for containers and monitors.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use clap::Args;
use http_body_util::BodyExt as _;
use hyper::Request;
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use oskar::server;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::{Common, output};

/// The server does not answer, or says that it is not ready.
#[derive(Debug, thiserror::Error)]
#[error("the server at {0} is not ready: {1}")]
pub struct Unreachable(SocketAddr, String);

#[derive(Args)]
pub struct Healthcheck {
    /// How long to wait.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "3s")]
    timeout: Duration,
}

impl Healthcheck {
    pub async fn run(self, common: &Common) -> anyhow::Result<()> {
        let config = common.load()?;
        let mut address = config.listen;
        if address.ip().is_unspecified() {
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let answer = tokio::time::timeout(self.timeout, ask(address, config.tls.is_some())).await;
        match answer {
            Ok(Ok(body)) => {
                output::one(common.json, &serde_json::from_str::<serde_json::Value>(&body)?, "ready")
            }
            Ok(Err(error)) => Err(Unreachable(address, error.to_string()).into()),
            Err(_) => {
                Err(Unreachable(address, json!(format!("no answer within {:?}", self.timeout)).to_string())
                    .into())
            }
        }
    }
}

async fn ask(address: SocketAddr, by_tls: bool) -> anyhow::Result<String> {
    let stream = TcpStream::connect(address).await?;
    if by_tls {
        ask_by(server::connect_to_own(stream).await?, address).await
    } else {
        ask_by(stream, address).await
    }
}

async fn ask_by(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    address: SocketAddr,
) -> anyhow::Result<String> {
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/readyz").header("host", address.to_string()).body(Body::empty())?;
    let answered = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        anyhow::ensure!(status.is_success(), "it answers {status}");
        Ok(String::from_utf8_lossy(&body).into_owned())
    };
    tokio::select! {
        answered = answered => answered,
        broken = connection => Err(anyhow::anyhow!("the connection ended: {broken:?}")),
    }
}

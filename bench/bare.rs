//! What `bench/verify` compares the server with: axum answering the same bytes, and nothing else.
//!
//! `bare PORT HEAD BODY`: the files are an answer's head, as `curl --dump-header` writes it, and its body.

use std::net::Ipv4Addr;

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_LENGTH, DATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("usage: bare PORT HEAD BODY");
    let port: u16 = next()?.parse()?;
    let headers = headers(&std::fs::read_to_string(next()?)?)?;
    let body = Bytes::from(std::fs::read(next()?)?);
    let answer = move || async move { (headers.clone(), body.clone()) };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    // As the server does.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            eprintln!("{error}");
        }
    });
    axum::serve(listener, Router::new().route("/api/verify", get(answer))).await?;
    Ok(())
}

/// The headers of the answer, without those that hyper adds by itself.
fn headers(head: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        let name: HeaderName = name.parse()?;
        if name != DATE && name != CONTENT_LENGTH {
            headers.append(name, HeaderValue::from_str(value.trim())?);
        }
    }
    Ok(headers)
}

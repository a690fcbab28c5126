//! A way to PostgreSQL that a test can break at a chosen message, or at all.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The server of the tests answers that it has none.
const ASKS_FOR_TLS: [u8; 4] = 80_877_103_u32.to_be_bytes();

/// How the way breaks at a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The connection is cut: the server does not get the message.
    Before,
    /// The connection is cut once the server has answered: the answer is lost.
    After,
    /// The server gets the message, and nothing passes from then on, on no connection.
    Freeze,
}

/// What is to happen once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// At the n-th message that asks for an answer, counted from 0 over all connections.
    Nth(usize, Break),
    /// At the next message with that text in it.
    Text(&'static str, Break),
}

#[derive(Debug, Default)]
struct Plan {
    fault: Option<Fault>,
    asked: usize,
    happened: bool,
}

/// A proxy on a port of its own.
#[derive(Clone)]
pub struct Proxy {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    frozen: watch::Sender<bool>,
}

impl Proxy {
    /// Leads to the host of a database's address.
    pub async fn to(database_url: &str) -> Self {
        let host = database_url.split('@').nth(1).unwrap().split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            plan: Arc::default(),
            frozen: watch::Sender::new(false),
        };
        let accepting = proxy.clone();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let Ok(server) = TcpStream::connect(&host).await else { continue };
                tokio::spawn(accepting.clone().pass(client, server));
            }
        });
        proxy
    }

    /// The same database's address, through the proxy.
    pub fn url(&self, database_url: &str) -> String {
        let (login, rest) = database_url.split_once('@').unwrap();
        format!("{login}@{}/{}", self.address, rest.split_once('/').unwrap().1)
    }

    /// Plans one fault; messages are counted from now on.
    pub fn plan(&self, fault: Fault) {
        *self.plan.lock().unwrap() = Plan { fault: Some(fault), ..Plan::default() };
    }

    /// Whether the planned fault has happened.
    pub fn has_happened(&self) -> bool {
        self.plan.lock().unwrap().happened
    }

    /// Ends the plan: whether the fault happened.
    pub fn recover(&self) -> bool {
        std::mem::take(&mut *self.plan.lock().unwrap()).happened
    }

    /// Lets nothing through, in either direction, and keeps the connections.
    pub fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }

    /// Waits for [`Break::Freeze`].
    pub async fn until_frozen(&self) {
        self.frozen.subscribe().wait_for(|frozen| *frozen).await.unwrap();
    }

    async fn pass(self, client: TcpStream, server: TcpStream) {
        // Else each small message waits for the acknowledgement of the one before it.
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let is_muted = AtomicBool::new(false);
        let answers = async {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                self.wait_while_frozen().await;
                if is_muted.load(Ordering::SeqCst) || to_client.write_all(&buffer[..length]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            _ = self.forward(&mut from_client, &mut to_server, &is_muted) => {}
            () = answers => {}
        }
    }

    async fn wait_while_frozen(&self) {
        self.frozen.subscribe().wait_for(|frozen| !frozen).await.unwrap();
    }

    /// Until the connection ends, or is cut.
    async fn forward(
        &self,
        client: &mut OwnedReadHalf,
        server: &mut OwnedWriteHalf,
        is_muted: &AtomicBool,
    ) -> std::io::Result<()> {
        let mut is_started = false;
        loop {
            // The first messages have no letter: whether there is TLS, and who comes.
            let letter = if is_started { Some(client.read_u8().await?) } else { None };
            let length = client.read_u32().await?;
            let mut body = vec![0; length as usize - 4];
            client.read_exact(&mut body).await?;
            self.wait_while_frozen().await;
            is_started = is_started || body != ASKS_FOR_TLS;
            let cut = letter.and_then(|letter| self.is_cut(letter, &body));
            if cut == Some(Break::Before) {
                return Ok(());
            }
            is_muted.store(cut == Some(Break::After), Ordering::SeqCst);
            let letter = letter.into_iter().collect::<Vec<_>>();
            server.write_all(&[&letter, &length.to_be_bytes()[..], &body].concat()).await?;
            match cut {
                Some(Break::After) => std::future::pending().await,
                Some(Break::Freeze) => self.freeze(true),
                Some(Break::Before) | None => {}
            }
        }
    }

    fn is_cut(&self, letter: u8, body: &[u8]) -> Option<Break> {
        let mut plan = self.plan.lock().unwrap();
        let fault = plan.fault.filter(|_| !plan.happened)?;
        // Query, Sync: what the server answers.
        let asks = [b'Q', b'S'].contains(&letter);
        plan.asked += usize::from(asks);
        let (hit, cut) = match fault {
            Fault::Nth(n, cut) => (asks && plan.asked == n + 1, cut),
            Fault::Text(text, cut) => (body.windows(text.len()).any(|part| part == text.as_bytes()), cut),
        };
        plan.happened = hit;
        hit.then_some(cut)
    }
}

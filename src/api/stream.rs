//! The audit log as it happens, over a WebSocket.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::app::App;
use crate::auth::{PROTOCOL, Socket};
use crate::entity::audit_event;
use crate::error::Error;
use crate::views::event_tail::EventTail;
use crate::views::events::EventFilter;

/// So many follow an organisation's log at once on a node.
const FOLLOWERS: usize = 50;
/// How often the log is read, and the right to read it checked.
const POLL: Duration = Duration::from_millis(400);
/// The largest message that a client may send; this protocol has none at all.
const LARGEST: usize = 64 << 10;
/// Up to here a message is read to its end, so that the client can be told why it goes.
const LARGEST_READ: usize = 1 << 20;
/// The most frames that a client may send in a second.
const FRAMES: u32 = 100;
/// How often a client is asked whether it is still there, in seconds; after three questions it is not.
const PING: u32 = 20;
/// How long a client may take to say goodbye, and to take what is sent to it.
const PATIENCE: Duration = Duration::from_secs(1);
const STUCK: Duration = Duration::from_secs(10);

/// Follow the audit log
///
/// A WebSocket: one JSON text message for each new event, of the same shape as in the list. Get a ticket at
/// `/api/auth/ws-token` first, and offer two protocols: `oskar.events`, which the server selects, and
/// `oskar.ticket.ost_…`. Or send it as `?ticket=ost_…`, which proxies log. The server closes with 1008 when the session, key, membership or permission behind
/// the ticket goes, and with 1001 when it is restarted.
#[utoipa::path(get, path = "/api/orgs/{org}/events/stream", operation_id = "stream_events", tag = "Audit log",
    responses(
        (status = 101, description = "The stream."),
        (status = 422, description = "The ticket was offered as a protocol without `oskar.events` beside it, or the query has another parameter than `ticket` (`validation_failed`)."),
        (status = 426, description = "The request does not ask for a WebSocket (`upgrade_required`)."),
    ))]
pub async fn events(
    State(app): State<App>,
    socket: Socket,
    stopping: Option<Extension<Stopping>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Error> {
    let upgrade = upgrade.map_err(|_| Error::UpgradeRequired)?;
    let place = app.followers.try_enter(socket.access.organisation.id, FOLLOWERS).ok_or(Error::Busy)?;
    let organisation = socket.access.organisation.id;
    let tail = EventTail::at_the_end(app.db.read(), Some(organisation), EventFilter::default()).await?;
    let mut log = Log { app, right: socket, tail };
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(LARGEST_READ).max_frame_size(LARGEST_READ);
    Ok(upgrade.on_upgrade(async move |mut socket| {
        let code = tokio::select! {
            code = follow(&mut log, &mut socket) => code,
            () = told(stopping) => close_code::AWAY,
        };
        say_goodbye(socket, code).await;
        drop(place);
    }))
}

/// Tells sockets, which outlive their request, that the server stops; it waits for those that hold one.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<()>);

impl Stopping {
    /// For sockets of a server that tells by this channel, and waits until nobody listens to it any more.
    pub const fn new(told: watch::Receiver<()>) -> Self {
        Self(told)
    }
}

/// Resolves when the server stops.
async fn told(stopping: Option<Extension<Stopping>>) {
    match stopping {
        // An error says that the server is gone altogether.
        Some(Extension(mut stopping)) => drop(stopping.0.changed().await),
        None => std::future::pending().await,
    }
}

/// An organisation's log, and the right to read it.
struct Log {
    app: App,
    right: Socket,
    tail: EventTail,
}

impl Log {
    /// The next events, if their reader may still read them.
    async fn next(&mut self) -> Result<Vec<audit_event::Model>, Error> {
        self.right.check(&self.app).await?;
        self.tail.next(self.app.db.read()).await
    }
}

/// Sends what happens until there is a reason to stop; the code of that reason.
async fn follow(log: &mut Log, socket: &mut WebSocket) -> u16 {
    let mut polls = interval(POLL);
    polls.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut frames, mut silence) = (0, 0);
    loop {
        tokio::select! {
            _ = polls.tick() => match log.next().await {
                Ok(events) => {
                    for event in events {
                        let Ok(text) = serde_json::to_string(&event.into_envelope()) else {
                            return close_code::ERROR;
                        };
                        if !send(socket, Message::Text(text.into())).await {
                            return close_code::AWAY;
                        }
                    }
                }
                // A busy database is no reason to go; a client that waits has lost nothing.
                Err(Error::Busy | Error::StorageUnavailable(_)) => {}
                Err(Error::Internal(error)) => {
                    tracing::error!(%error, "following the audit log");
                    return close_code::ERROR;
                }
                Err(_) => return close_code::POLICY,
            },
            _ = seconds.tick() => {
                frames = 0;
                silence += 1;
                if silence > 3 * PING || (silence % PING == 0 && !send(socket, Message::Ping("".into())).await) {
                    return close_code::AWAY;
                }
            }
            received = socket.recv() => {
                frames += 1;
                silence = 0;
                match received {
                    Some(Ok(Message::Close(_))) | None => return close_code::NORMAL,
                    Some(Err(_)) => return close_code::SIZE,
                    Some(Ok(message)) if size(&message) > LARGEST => return close_code::SIZE,
                    Some(Ok(_)) if frames > FRAMES => return close_code::POLICY,
                    Some(Ok(_)) => {}
                }
            }
        }
    }
}

fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

/// Whether the client took it, in good time.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(STUCK, socket.send(message)).await, Ok(Ok(())))
}

/// Reads on for a moment: closing over unread data would take the reason away from the client.
async fn say_goodbye(mut socket: WebSocket, code: u16) {
    let reason = if code == close_code::POLICY { "no longer allowed" } else { "" };
    let goodbye = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    let said = timeout(PATIENCE, async {
        if socket.send(goodbye).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    });
    if said.await.is_err() {
        tracing::debug!("a client did not say goodbye");
    }
}

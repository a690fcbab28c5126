//! What the system tells a running server.

use std::io;

#[cfg(not(unix))]
use oskar::error::OrLog as _;
use tokio::signal;

const STOPPING: &str = "stopping: no new connections, those under way may finish";

/// From now on a hang-up (SIGHUP) does not end the process: a terminal was closed, or a service manager was asked to
/// reload. Nothing is read again yet, and the log says so.
#[cfg(unix)]
pub fn survive_hangup() -> io::Result<()> {
    let mut hangup = signal::unix::signal(signal::unix::SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!(
                "SIGHUP: going on as before. Settings are read at the start only; restart to change them. A certificate that changed is taken up without it"
            );
        }
    });
    Ok(())
}

#[cfg(not(unix))]
pub fn survive_hangup() -> io::Result<()> {
    Ok(())
}

/// Listens for Ctrl-C and SIGTERM from now on, and resolves when one has come.
#[cfg(unix)]
pub fn stopped() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("{STOPPING}");
    })
}

/// Resolves on Ctrl-C.
#[cfg(not(unix))]
pub fn stopped() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        signal::ctrl_c().await.or_log("waiting for Ctrl-C");
        tracing::info!("{STOPPING}");
    })
}

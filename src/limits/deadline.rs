//! The end of a request's time. Once a client was told that its request took too long, the request commits
//! nothing any more.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::error::Error;

/// How much longer than its time a request may take whose commit is under way: the commit's outcome is the answer.
const LAST_COMMIT: Duration = Duration::from_secs(5);

tokio::task_local! {
    static REQUEST: Arc<Mutex<Progress>>;
}

#[derive(Debug, Default)]
struct Progress {
    is_over: bool,
    is_committing: bool,
}

/// Does the work of one request, for `limit` at most; `None` if it took longer. After `None` the work has ended, and
/// what it had not committed is rolled back.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let progress = Arc::<Mutex<Progress>>::default();
    let mut work = pin!(REQUEST.scope(progress.clone(), work));
    if let Ok(done) = timeout(limit, &mut work).await {
        return Some(done);
    }
    let is_committing = {
        let mut progress = progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.is_over = true;
        progress.is_committing
    };
    if is_committing { timeout(LAST_COMMIT, work).await.ok() } else { None }
}

/// Whether this is the work of a request. Commands and background jobs have more time.
pub fn is_request() -> bool {
    REQUEST.try_with(|_| ()).is_ok()
}

/// Refuses to go on when the request's time is over.
///
/// # Errors
/// [`Error::Timeout`].
pub fn check() -> Result<(), Error> {
    let is_over =
        REQUEST.try_with(|progress| progress.lock().unwrap_or_else(PoisonError::into_inner).is_over);
    if is_over.unwrap_or(false) { Err(Error::Timeout) } else { Ok(()) }
}

/// A commit under way, until it is dropped. The answer that the request took too long waits for it.
#[derive(Debug)]
pub struct Committing(Option<Arc<Mutex<Progress>>>);

impl Committing {
    /// Begins a commit.
    ///
    /// # Errors
    /// [`Error::Timeout`] when the request's time is over.
    pub fn begin() -> Result<Self, Error> {
        let Ok(request) = REQUEST.try_with(Arc::clone) else { return Ok(Self(None)) };
        {
            let mut progress = request.lock().unwrap_or_else(PoisonError::into_inner);
            if progress.is_over {
                return Err(Error::Timeout);
            }
            progress.is_committing = true;
        }
        Ok(Self(Some(request)))
    }
}

impl Drop for Committing {
    fn drop(&mut self) {
        if let Some(request) = &self.0 {
            request.lock().unwrap_or_else(PoisonError::into_inner).is_committing = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Over at the next tick of the timer.
    const NO_TIME: Duration = Duration::ZERO;

    #[tokio::test]
    async fn work_that_takes_too_long_is_ended() {
        let mut went_on = false;
        let work = async {
            check().unwrap();
            std::future::pending::<()>().await;
            went_on = true;
        };
        assert_eq!(within(NO_TIME, work).await, None);
        assert!(!went_on);
    }

    #[tokio::test]
    async fn a_commit_under_way_is_waited_for_and_is_the_last_one() {
        let work = async {
            let committing = Committing::begin().unwrap();
            while check().is_ok() {
                tokio::task::yield_now().await;
            }
            drop(committing);
            (check().is_err(), Committing::begin().is_err())
        };
        assert_eq!(within(NO_TIME, work).await, Some((true, true)));
    }

    #[tokio::test]
    async fn what_is_no_request_has_no_deadline() {
        assert!(!is_request());
        check().unwrap();
        Committing::begin().unwrap();
    }
}

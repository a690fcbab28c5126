//! A token bucket per address, in memory: each node counts for itself.
//!
//! GCRA: of each address only the moment is kept at which its bucket is full again. Two generations of the map
//! bound the memory; if more addresses send than they hold, the older ones are forgotten sooner.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::clock::Timestamp;

/// Addresses in a generation.
const MOST: usize = 32_768;

/// The limit of one address: requests a second, and requests at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

/// What the bucket decides about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateDecision {
    pub allowed: bool,
    /// Requests that are left.
    pub remaining: u32,
    /// Seconds until one more is there; 0 if one is.
    pub retry_after: u64,
    /// Seconds until the bucket is full.
    pub reset: u64,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<IpAddr, Timestamp>,
    old: HashMap<IpAddr, Timestamp>,
}

/// The buckets.
#[derive(Debug, Default)]
pub struct Buckets(Mutex<Generations>);

impl Buckets {
    /// Takes one token out of an address' bucket, if there is one.
    pub fn take(&self, network: IpAddr, rate: Rate, now: Timestamp) -> RateDecision {
        let interval = TimeDelta::microseconds(1_000_000 / i64::from(rate.per_second.max(1)));
        let capacity = interval * i32::try_from(rate.burst.max(1)).unwrap_or(i32::MAX);
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = buckets.young.get(&network).or_else(|| buckets.old.get(&network)).copied();
        // No fuller than full, whatever a clock that was set back says.
        let full = known.unwrap_or(now).clamp(now, now + capacity);
        let after = full + interval;
        let allowed = after - now <= capacity;
        let kept = if allowed { after } else { full };
        if buckets.young.len() >= MOST && !buckets.young.contains_key(&network) {
            buckets.old = std::mem::take(&mut buckets.young);
        }
        buckets.young.insert(network, kept);
        drop(buckets);
        let left = capacity - (kept - now);
        let micros = |delta: TimeDelta| delta.num_microseconds().unwrap_or(0);
        let remaining = micros(left) / micros(interval).max(1);
        RateDecision {
            allowed,
            remaining: u32::try_from(remaining).unwrap_or(0),
            retry_after: if allowed { 0 } else { seconds(after - now - capacity).max(1) },
            reset: seconds(kept - now),
        }
    }
}

fn seconds(delta: TimeDelta) -> u64 {
    u64::try_from(delta.num_microseconds().unwrap_or(0)).unwrap_or(0).div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { per_second: 20, burst: 60 };

    #[test]
    fn a_bucket_empties_by_the_burst_and_fills_by_the_rate() {
        let (buckets, ip) = (Buckets::default(), IpAddr::from([192, 0, 2, 1]));
        let now = Timestamp::default();
        for left in (0..60).rev() {
            let verdict = buckets.take(ip, RATE, now);
            assert!(verdict.allowed && verdict.remaining == left, "{verdict:?}");
        }
        let refused = buckets.take(ip, RATE, now);
        assert_eq!(refused, RateDecision { allowed: false, remaining: 0, retry_after: 1, reset: 3 });
        let later = now + TimeDelta::seconds(1);
        assert!((0..20).all(|_| buckets.take(ip, RATE, later).allowed));
        assert!(!buckets.take(ip, RATE, later).allowed);
        assert!(buckets.take(IpAddr::from([192, 0, 2, 2]), RATE, later).allowed);
        assert_eq!(buckets.take(ip, RATE, later + TimeDelta::seconds(60)).remaining, 59);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let (buckets, ip) = (Buckets::default(), IpAddr::from([192, 0, 2, 1]));
        let now = Timestamp::default();
        assert!(buckets.take(ip, RATE, now + TimeDelta::hours(1)).allowed);
        assert!(!buckets.take(ip, RATE, now).allowed);
        assert!(buckets.take(ip, RATE, now + TimeDelta::seconds(1)).allowed);
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = Buckets::default();
        for place in 0..200_000_u32 {
            buckets.take(IpAddr::V4(place.into()), RATE, Timestamp::default());
        }
        let kept = buckets.0.lock().unwrap();
        assert!(kept.young.len() <= MOST && kept.old.len() <= MOST);
    }
}

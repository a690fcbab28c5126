//! Notices a gateway that does not say for whom it asks: all of its visitors then share one address' limits.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Verifications after which an address that sent most of them stands out.
const WINDOW: u32 = 200;

/// What was noticed so far.
#[derive(Debug, Default)]
pub struct Gateways(Mutex<State>);

#[derive(Clone, Copy, Debug)]
enum State {
    /// How many there were since the first one of an address, and how many of them that address sent unnamed.
    Watching { address: Option<IpAddr>, all: u32, unnamed: u32 },
    /// It was told, which is enough for one process.
    Told,
}

impl Default for State {
    fn default() -> Self {
        Self::Watching { address: None, all: 0, unnamed: 0 }
    }
}

impl Gateways {
    /// Takes note of a verification, and whether who sent it named a client. Gives the address to warn of, once.
    pub fn note(&self, sender: IpAddr, names_client: bool) -> Option<IpAddr> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Watching { address, all, unnamed } = &mut *state else { return None };
        let watched = *address.get_or_insert(sender);
        *all += 1;
        *unnamed += u32::from(watched == sender && !names_client);
        if *all < WINDOW {
            return None;
        }
        let is_most = *unnamed > WINDOW / 2;
        *state = if is_most { State::Told } else { State::default() };
        is_most.then_some(watched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATEWAY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn who_sends_most_and_names_no_client_is_told_once() {
        let gateways = Gateways::default();
        // The first windows: half of them from elsewhere, or with a name.
        for number in 0..WINDOW * 4 {
            let sender = if number % 2 == 0 { GATEWAY } else { OTHER };
            assert_eq!(gateways.note(sender, false), None);
            assert_eq!(gateways.note(GATEWAY, true), None);
        }
        let told: Vec<_> = (0..WINDOW * 3).filter_map(|_| gateways.note(GATEWAY, false)).collect();
        assert_eq!(told, [GATEWAY]);
    }
}

//! What has happened in the example, in the order in which it happened.

use chrono::{Days, NaiveTime, TimeDelta};
use oskar::clock::Timestamp;
use oskar::entity::api_key::Environment;
use oskar::permission::Role;

/// The password of all three people.
pub const PASSWORD: &str = "paper and pine by day";

/// One of [`PEOPLE`].
pub type Person = usize;
/// An index into a person's devices.
pub type Device = usize;

pub struct Character {
    pub name: &'static str,
    pub email: &'static str,
    pub role: Role,
    /// The address that the requests come from, and the browser.
    pub devices: [(&'static str, &'static str); 2],
}

const MAC: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0";
const WINDOWS: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const LINUX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
const ANDROID: &str = "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0";
const TABLET: &str = "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/604.1";

pub const ANA: Person = 0;
pub const BEN: Person = 1;
pub const VERA: Person = 2;

pub const PEOPLE: [Character; 3] = [
    Character {
        name: "Ana Almeida",
        email: "ana@acme.example",
        role: Role::Admin,
        devices: [("203.0.113.24", MAC), ("198.51.100.77", PHONE)],
    },
    Character {
        name: "Ben Okafor",
        email: "ben@acme.example",
        role: Role::Member,
        devices: [("203.0.113.24", LINUX), ("2001:db8:4a::17", ANDROID)],
    },
    Character {
        name: "Vera Lindqvist",
        email: "vera@acme.example",
        role: Role::Viewer,
        devices: [("192.0.2.140", WINDOWS), ("192.0.2.140", TABLET)],
    },
];

/// A key, as it is made.
pub struct Made {
    pub name: &'static str,
    pub environment: Environment,
    pub role: Role,
    pub permissions: &'static [&'static str],
    pub lives: Option<TimeDelta>,
}

pub enum Deed {
    /// The installation is set up by the first of the people, with their organisation.
    SetUp,
    Join(Person),
    SecondOrganisation(&'static str),
    Make(Made),
    /// With the time that the old secret works on.
    Rotate(&'static str, TimeDelta),
    Revoke(&'static str, &'static str),
    Use(&'static str),
    Invite(&'static str, Role),
    Withdraw(&'static str),
    SignIn(Person, Device),
    /// Ends all sessions that the person began that day.
    SignOut(Person),
    /// Uses the person's sessions.
    Work(Person),
    WrongPassword(Person, &'static str, &'static str),
    /// The person asks for something that their role does not allow.
    Denied(Person, &'static str, &'static str),
}

/// The number of sign-ins on each of the last days, yesterday's last: fewer at weekends.
const SIGN_INS: [u8; 30] =
    [2, 3, 4, 1, 1, 3, 4, 3, 5, 2, 0, 1, 4, 3, 6, 5, 4, 1, 2, 5, 7, 4, 6, 5, 2, 1, 4, 6, 5, 4];

/// All events of the story, for an example that starts at `now`.
pub fn whole(now: Timestamp) -> Vec<(Timestamp, Deed)> {
    let ago = |time: TimeDelta| now - time;
    // Times of past days are those of the calendar, so that days look alike whenever the example is started.
    let on = |days: u64, hour: u32, minute: u32| {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
        let day = now.date_naive().checked_sub_days(Days::new(days)).unwrap_or_default();
        day.and_time(time).and_utc()
    };
    let mut story = keys(&on, &ago);
    story.extend(people(&on, &ago));
    story.extend(sign_ins(&on));
    // What is of the same moment stays in this order.
    story.sort_by_key(|(at, _)| *at);
    story
}

fn people(
    on: &dyn Fn(u64, u32, u32) -> Timestamp,
    ago: &dyn Fn(TimeDelta) -> Timestamp,
) -> Vec<(Timestamp, Deed)> {
    vec![
        (on(203, 8, 12), Deed::SetUp),
        (on(198, 9, 40), Deed::Join(BEN)),
        (on(61, 13, 5), Deed::Join(VERA)),
        (on(44, 10, 30), Deed::SecondOrganisation("Nordlicht Studio für Klang und Raum")),
        (on(26, 11, 2), Deed::Invite("tom@acme.example", Role::Viewer)),
        (on(22, 9, 17), Deed::Withdraw("tom@acme.example")),
        (on(17, 15, 31), Deed::Invite("maximilian.von-hohenstein@berater.example", Role::Member)),
        (on(9, 14, 20), Deed::Denied(VERA, "members:manage", "DELETE")),
        (on(7, 22, 30), Deed::SignIn(ANA, 1)),
        (on(4, 16, 48), Deed::Invite("lucia@acme.example", Role::Member)),
        (on(3, 2, 41), Deed::WrongPassword(ANA, "198.51.100.203", LINUX)),
        (on(3, 2, 42), Deed::WrongPassword(ANA, "198.51.100.203", LINUX)),
        (on(2, 3, 7), Deed::WrongPassword(ANA, "198.51.100.203", LINUX)),
        (on(2, 10, 4), Deed::Denied(BEN, "keys:manage", "POST")),
        (on(1, 9, 26), Deed::Invite("noor@acme.example", Role::Admin)),
        // What goes on now.
        (ago(TimeDelta::hours(7)), Deed::SignIn(VERA, 0)),
        (ago(TimeDelta::hours(5)), Deed::SignIn(BEN, 0)),
        (ago(TimeDelta::minutes(95)), Deed::Work(BEN)),
        (ago(TimeDelta::minutes(52)), Deed::Work(VERA)),
        (ago(TimeDelta::minutes(14)), Deed::SignIn(ANA, 0)),
        (ago(TimeDelta::minutes(3)), Deed::Work(ANA)),
    ]
}

fn keys(
    on: &dyn Fn(u64, u32, u32) -> Timestamp,
    ago: &dyn Fn(TimeDelta) -> Timestamp,
) -> Vec<(Timestamp, Deed)> {
    use Environment::{Live, Test};
    let key = |name, environment, role| Made { name, environment, role, permissions: &[], lives: None };
    let made = |made| Deed::Make(made);
    vec![
        (on(190, 9, 5), made(key("Nightly export", Live, Role::Viewer))),
        (on(160, 10, 22), made(key("Deploy bot", Live, Role::Member))),
        (on(112, 3, 0), Deed::Use("Nightly export")),
        (
            on(87, 16, 40),
            made(Made {
                // To its very end three days from now.
                lives: Some(ago(TimeDelta::days(-3)) - on(87, 16, 40)),
                ..key("Partner import", Live, Role::Member)
            }),
        ),
        (
            on(58, 11, 15),
            made(Made { permissions: &["members:read", "org:read"], ..key("Website", Live, Role::Viewer) }),
        ),
        (on(40, 14, 9), made(key("Old build server", Live, Role::Admin))),
        (on(33, 8, 55), made(key("Mobile app", Live, Role::Member))),
        (on(30, 9, 30), made(key("Continuous integration", Test, Role::Member))),
        (
            on(16, 13, 20),
            made(Made { lives: Some(TimeDelta::days(7)), ..key("Workshop", Test, Role::Viewer) }),
        ),
        (on(14, 18, 2), Deed::Use("Old build server")),
        (on(12, 10, 45), Deed::Revoke("Old build server", "found in a public repository")),
        (on(11, 12, 0), Deed::Use("Workshop")),
        (on(6, 17, 33), made(key("Local development", Test, Role::Admin))),
        (on(1, 4, 30), Deed::Use("Partner import")),
        (ago(TimeDelta::hours(3)), Deed::Rotate("Mobile app", TimeDelta::hours(24))),
        (ago(TimeDelta::hours(2)), Deed::Use("Website")),
        (ago(TimeDelta::minutes(22)), Deed::Use("Continuous integration")),
        (ago(TimeDelta::minutes(6)), Deed::Use("Mobile app")),
        (ago(TimeDelta::seconds(20)), Deed::Use("Deploy bot")),
    ]
}

/// The sign-ins of all days but today, and their sign-outs in the evening.
fn sign_ins(on: &dyn Fn(u64, u32, u32) -> Timestamp) -> Vec<(Timestamp, Deed)> {
    let mut story = Vec::new();
    for (day, (number, days_ago)) in SIGN_INS.iter().zip((1..31_u64).rev()).enumerate() {
        for nth in 0..u32::from(*number) {
            let turn = day + usize::try_from(nth).unwrap_or_default();
            // The viewer looks in now and then, from a tablet some days; the others mostly work at their desks.
            let person = if turn % 5 == 4 { VERA } else { turn % 2 };
            let device = usize::from(turn % 7 == 3);
            story.push((on(days_ago, 7 + 2 * nth % 12, 7 * (nth + 3) % 60), Deed::SignIn(person, device)));
        }
        story.extend((0..PEOPLE.len()).map(|person| (on(days_ago, 21, 0), Deed::SignOut(person))));
    }
    story
}

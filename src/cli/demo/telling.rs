//! Performs a story: each deed at its time, by the person who does it.

use std::collections::HashMap;

use chrono::TimeDelta;
use oskar::app::App;
use oskar::clock::{Clock, Timestamp};
use oskar::domain::Write;
use oskar::domain::account::users::{self, NewUser};
use oskar::domain::journal::audit::Actor;
use oskar::domain::key::keys::{self, NewKey};
use oskar::domain::onboarding::invitations::{self, Rules};
use oskar::domain::onboarding::setup;
use oskar::domain::organisation::{members, organisations};
use oskar::domain::session::sessions::{self, Beginning};
use oskar::domain::values::display_name::DisplayName;
use oskar::domain::values::labels::NewLabels;
use oskar::entity::audit_event::ActorKind;
use oskar::entity::user;
use oskar::error::Error;
use oskar::event::Wanted;
use oskar::id::{ApiKeyId, InvitationId, OrganisationId, SessionId};
use oskar::password::ProposedPassword;
use oskar::permission::Role;
use oskar::worker;

use super::story::{ANA, Deed, Device, Made, PASSWORD, PEOPLE, Person};

/// Sessions that were begun longer ago than this are not ended in the evening.
const A_WORKING_DAY: TimeDelta = TimeDelta::hours(16);

/// The people of the story so far, and what they have made.
struct Told<'a> {
    app: &'a App,
    password_hash: String,
    people: HashMap<Person, user::Model>,
    organisation: Option<OrganisationId>,
    keys: HashMap<&'static str, ApiKeyId>,
    invitations: HashMap<&'static str, InvitationId>,
    sessions: Vec<Begun>,
}

struct Begun {
    by: Person,
    at: Timestamp,
    session: SessionId,
}

/// Tells a story from its beginning to its end.
pub async fn tell(app: &App, story: Vec<(Timestamp, Deed)>) -> Result<(), Error> {
    let mut told = Told {
        app,
        password_hash: hash(app).await?,
        people: HashMap::new(),
        organisation: None,
        keys: HashMap::new(),
        invitations: HashMap::new(),
        sessions: Vec::new(),
    };
    for (at, deed) in story {
        app.clock.set_back(Clock::System.now() - at);
        told.happens(deed).await?;
        // What workers do soon afterwards: mails have the story's times, too.
        while worker::mail::tick(app).await? > 0 {}
        worker::tally::tick(app).await?;
        worker::usage::tick(app).await?;
    }
    Ok(())
}

async fn hash(app: &App) -> Result<String, Error> {
    let proposed = ProposedPassword::try_from(PASSWORD.to_owned()).map_err(Error::internal)?;
    let context = app.password_context(PEOPLE[ANA].email);
    let password = app.hasher.accept("/password", &proposed, &context).await?;
    app.hasher.hash(&password).await
}

fn named(name: &str) -> Result<DisplayName, Error> {
    DisplayName::try_from(name.to_owned()).map_err(Error::internal)
}

fn missing(what: &str) -> Error {
    Error::internal(format!("the story has no {what} yet"))
}

impl Told<'_> {
    async fn happens(&mut self, deed: Deed) -> Result<(), Error> {
        match deed {
            Deed::SetUp => self.set_up().await,
            Deed::Join(person) => self.join(person).await,
            Deed::SecondOrganisation(name) => {
                let (name, ana) = (named(name)?, self.person(ANA)?.id);
                self.by(ANA, async |write| organisations::create(write, &name, None, Some(ana)).await)
                    .await?;
                Ok(())
            }
            Deed::Make(made) => self.make(made).await,
            Deed::Rotate(name, overlap) => {
                let (place, key) = (self.place()?, self.key(name)?);
                self.by(ANA, async |write| keys::rotate(write, place, key, overlap).await).await?;
                Ok(())
            }
            Deed::Revoke(name, reason) => {
                let (place, key, reason) = (self.place()?, self.key(name)?, Some(reason.to_owned()));
                self.by(ANA, async |write| keys::revoke(write, place, key, reason).await).await
            }
            Deed::Use(name) => {
                self.app.usage.key(self.key(name)?, self.app.now());
                Ok(())
            }
            Deed::Invite(email, role) => self.invite(email, role).await,
            Deed::Withdraw(email) => {
                let invitation = *self.invitations.get(email).ok_or_else(|| missing(email))?;
                let place = self.place()?;
                self.by(ANA, async |write| invitations::withdraw(write, place, invitation).await).await
            }
            Deed::SignIn(person, device) => self.sign_in(person, device).await,
            Deed::SignOut(person) => self.sign_out(person).await,
            Deed::Work(person) => {
                for begun in self.sessions.iter().filter(|begun| begun.by == person) {
                    self.app.usage.session(begun.session, self.app.now());
                }
                Ok(())
            }
            Deed::WrongPassword(person, ip, program) => {
                let user = self.person(person)?.id;
                let stranger = Actor {
                    kind: ActorKind::Anonymous,
                    id: None,
                    name: String::new(),
                    ip: Some(ip.to_owned()),
                    user_agent: Some(program.to_owned()),
                    request_id: None,
                };
                self.app.tally.sign_in_failed(&stranger, self.app.now(), user, &Error::InvalidLogin);
                Ok(())
            }
            Deed::Denied(person, permission, method) => {
                let (actor, place) = (self.actor(person, 0)?, self.place()?);
                let wanted = Wanted::Permission(permission.to_owned());
                let (db, keyring, now) = (&self.app.db, &self.app.keyring, self.app.now());
                self.app.tally.denied((db, keyring), (&actor, now), place, wanted, Some(method)).await;
                Ok(())
            }
        }
    }

    /// One write by a person at the first of their devices.
    async fn by<T>(
        &self,
        person: Person,
        work: impl AsyncFnOnce(&Write<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.write(&self.actor(person, 0)?, work).await
    }

    async fn write<T>(
        &self,
        actor: &Actor,
        work: impl AsyncFnOnce(&Write<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let write = self.app.write(actor).await?;
        let done = work(&write).await?;
        write.commit().await?;
        Ok(done)
    }

    fn person(&self, person: Person) -> Result<&user::Model, Error> {
        self.people.get(&person).ok_or_else(|| missing("such person"))
    }

    fn place(&self) -> Result<OrganisationId, Error> {
        self.organisation.ok_or_else(|| missing("organisation"))
    }

    fn key(&self, name: &str) -> Result<ApiKeyId, Error> {
        self.keys.get(name).copied().ok_or_else(|| missing(name))
    }

    fn actor(&self, person: Person, device: Device) -> Result<Actor, Error> {
        let user = self.person(person)?;
        let (ip, program) = PEOPLE[person].devices[device];
        Ok(Actor {
            ip: Some(ip.to_owned()),
            user_agent: Some(program.to_owned()),
            ..Actor::system().as_user(user.id, &user.name)
        })
    }

    fn account(&self, person: Person) -> Result<NewUser, Error> {
        Ok(NewUser {
            email: PEOPLE[person].email.to_owned().try_into().map_err(Error::internal)?,
            username: None,
            name: Some(named(PEOPLE[person].name)?),
            password_hash: Some(self.password_hash.clone()),
            operator: person == ANA,
            email_verified: true,
        })
    }

    async fn set_up(&mut self) -> Result<(), Error> {
        let (new, name) = (self.account(ANA)?, named("Acme")?);
        let operator = Actor::cli();
        let made =
            self.write(&operator, async |write| setup::create_first_admin(write, None, new, &name).await);
        let (user, organisation) = made.await?;
        self.people.insert(ANA, user);
        self.organisation = Some(organisation.id);
        Ok(())
    }

    async fn join(&mut self, person: Person) -> Result<(), Error> {
        let (new, place, role) = (self.account(person)?, self.place()?, PEOPLE[person].role);
        let joined = self.by(ANA, async |write| {
            let user = users::create(write, new).await?;
            members::add(write, place, user.id, role).await?;
            Ok(user)
        });
        let user = joined.await?;
        self.people.insert(person, user);
        Ok(())
    }

    async fn make(&mut self, made: Made) -> Result<(), Error> {
        let (place, ana) = (self.place()?, self.person(ANA)?.id);
        let narrowed = made.permissions.iter().map(|name| (*name).to_owned()).collect();
        let new = NewKey {
            name: named(made.name)?,
            environment: made.environment,
            role: made.role,
            permissions: (!made.permissions.is_empty()).then_some(narrowed),
            expires_at: made.lives.map(|lives: TimeDelta| self.app.now() + lives),
            labels: NewLabels::default(),
        };
        let catalogue = &self.app.config.permissions;
        let key = self.by(ANA, async |write| keys::create(write, catalogue, place, Some(ana), new).await);
        let (key, _, _) = key.await?;
        self.keys.insert(made.name, key.id);
        Ok(())
    }

    async fn invite(&mut self, email: &'static str, role: Role) -> Result<(), Error> {
        let (place, ana) = (self.place()?, self.person(ANA)?.id);
        let address = email.to_owned().try_into().map_err(Error::internal)?;
        let rules = Rules { seats: None, allowance: None, only_proven: false };
        let invited = self
            .by(ANA, async |write| invitations::create(write, place, ana, &[&address], role, rules).await);
        let ids = invited.await?.into_iter().map(|row| (email, row.id));
        self.invitations.extend(ids);
        Ok(())
    }

    async fn sign_in(&mut self, person: Person, device: Device) -> Result<(), Error> {
        let (actor, place) = (self.actor(person, device)?, self.place()?);
        let user = self.person(person)?.clone();
        let session = self.write(&actor, async |write| {
            sessions::announce_new_device(write, &user).await?;
            let beginning = Beginning::by_password(write.now, Some(place));
            sessions::start(write, user.id, beginning).await
        });
        let (session, _) = session.await?;
        self.sessions.push(Begun { by: person, at: session.created_at, session: session.id });
        Ok(())
    }

    async fn sign_out(&mut self, person: Person) -> Result<(), Error> {
        let (user, morning) = (self.person(person)?.id, self.app.now() - A_WORKING_DAY);
        let theirs = self.sessions.extract_if(.., |begun| begun.by == person && begun.at > morning);
        let theirs: Vec<_> = theirs.map(|begun| begun.session).collect();
        self.by(person, async |write| {
            for session in theirs {
                sessions::end(write, user, session).await?;
            }
            Ok(())
        })
        .await
    }
}

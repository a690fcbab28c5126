//! What every request needs, built once and cloned into handlers.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use crate::clock::{Clock, Timestamp};
use crate::config::{Config, DialectTokens};
use crate::crypto::keyring::Keyring;
use crate::crypto::secret::Secret;
use crate::database::Database;
use crate::domain::Write;
use crate::domain::account::passwords::UserWithPassword;
use crate::domain::account::{developer, replacement};
use crate::domain::journal::audit::Actor;
use crate::domain::journal::tally::Tally;
use crate::domain::onboarding::allowance::Allowance;
use crate::domain::onboarding::invitations::Rules;
use crate::domain::onboarding::setup;
use crate::domain::session::attempts;
use crate::domain::session::remembered::Remembered;
use crate::domain::session::tokens::TokenIssuer;
use crate::domain::upkeep::signing_keys;
use crate::domain::upkeep::signing_keys::UsedAlgorithm;
use crate::domain::upkeep::upgrades::Upgrades;
use crate::domain::upkeep::usage::Usage;
use crate::entity::user;
use crate::error::{Error, OrLog as _};
use crate::id::{OrganisationId, UserId};
use crate::issuers::Issuers;
use crate::jwt::{DialectName, SigningAlgorithm, SigningKeys, Trusted};
use crate::language::Languages;
use crate::limits::gates::Gates;
use crate::limits::rate::{Buckets, RateDecision};
use crate::mail::Mailer;
use crate::network::fetch::Fetcher;
use crate::network::gateways::Gateways;
use crate::network::network;
use crate::password::{Context, Hasher, NewPassword, ProposedPassword};
use crate::program::job_panics::PanicLog;
use crate::program::updates::Updates;
use crate::text::email::shown;

/// The server's shared state.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
pub struct Shared {
    pub config: Config,
    pub db: Database,
    pub clock: Clock,
    pub keyring: Keyring,
    /// Digests to be moved to the current master secret.
    pub upgrades: Upgrades,
    pub hasher: Hasher,
    pub usage: Usage,
    /// Budgets that passwords are being checked by.
    pub guessers: Gates<attempts::Digest>,
    /// A proxy that passes requests on although its word does not count, and the header that it sends.
    pub unheard_proxy: OnceLock<(IpAddr, &'static str)>,
    /// Organisations whose audit log is followed.
    pub followers: Gates<OrganisationId>,
    buckets: Buckets,
    pub gateways: Gateways,
    pub remembered: Remembered,
    /// Failures that are counted, not told one by one.
    pub tally: Tally,
    /// How often an address may make the log tell of refused credentials.
    pub refusals: Buckets,
    pub fetcher: Fetcher,
    pub updates: Updates,
    pub job_panics: PanicLog,
    pub mailer: Mailer,
    /// The texts of pages.
    pub languages: Languages,
    pub issuers: Issuers,
    signing_keys: RwLock<Arc<SigningKeys>>,
    developer: OnceLock<UserId>,
}

impl Deref for App {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What opening an installation found to do.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    pub new_data_dir: bool,
    pub migrations: usize,
    /// How long the migrations took.
    pub seconds: f64,
    pub new_signing_key: bool,
}

impl App {
    /// Opens an installation: makes what is missing, migrates, loads the keys and tries them.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<(Self, Opened)> {
        let new_data_dir = if config.is_postgres() { false } else { config.make_data_dir()? };
        let cannot_open = |error| told(error, "cannot open the database");
        let db = Database::connect(&config).await.map_err(cannot_open)?;
        let has_data = setup::has_data(&db).await.map_err(cannot_open)?;
        if !has_data && config.had_data() {
            anyhow::bail!(config.lost_data());
        }
        let keyring = config.keyring(has_data)?;
        let started = Instant::now();
        let migrations = db.migrate().await.map_err(|error| told(error, "cannot migrate the database"))?;
        let seconds = started.elapsed().as_secs_f64();
        let app = Self::assemble(config, db, clock, keyring)?;
        let new_signing_key =
            app.prepare().await.map_err(|error| told(error, "cannot prepare the database"))?;
        app.config.note_data().or_log("noting in the data folder that the database has data");
        if app.config.no_auth {
            let developer = app.make_developer().await;
            let developer = developer.map_err(|error| told(error, "cannot make the developer's account"))?;
            app.developer.get_or_init(|| developer);
        }
        Ok((app, Opened { new_data_dir, migrations, seconds, new_signing_key }))
    }

    /// Without a database and with throw-away keys: enough to draw the route table.
    pub fn for_document(config: Config) -> Result<Self, Error> {
        let keyring = Keyring::new(b"the document needs no secret");
        Self::assemble(config, Database::disconnected(), Clock::System, keyring)
    }

    fn assemble(config: Config, db: Database, clock: Clock, keyring: Keyring) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let hasher = Hasher::new(config.password_cost, cores, config.limits.hash_queue)?;
        let mailer = Mailer::new(&config.mail).map_err(Error::internal)?;
        let languages = Languages::read().map_err(Error::internal)?;
        let fetcher = Fetcher::default();
        let issuers = Issuers::new(&config, &fetcher);
        let none = SigningKeys::new(vec![config.tokens.algorithm], Vec::new());
        Ok(Self(Arc::new(Shared {
            config,
            db,
            clock,
            keyring,
            upgrades: Upgrades::default(),
            hasher,
            usage: Usage::default(),
            guessers: Gates::default(),
            unheard_proxy: OnceLock::new(),
            followers: Gates::default(),
            buckets: Buckets::default(),
            gateways: Gateways::default(),
            remembered: Remembered::default(),
            tally: Tally::default(),
            refusals: Buckets::default(),
            fetcher,
            updates: Updates::default(),
            job_panics: PanicLog::default(),
            mailer,
            languages,
            issuers,
            signing_keys: RwLock::new(Arc::new(none)),
            developer: OnceLock::new(),
        })))
    }

    async fn prepare(&self) -> Result<bool, Error> {
        let actor = Actor::system();
        let write = self.write(&actor).await?;
        setup::check_instance(&write).await?;
        let used = self.algorithms();
        let made = signing_keys::ensure(&write, &used).await?;
        signing_keys::retire_others(&write, &used).await?;
        write.commit().await?;
        self.reload_signing_keys().await?;
        // A provider that is missing or there twice would panic at the first sign-in otherwise.
        self.signing_keys().self_test(self.now())?;
        Ok(made)
    }

    async fn make_developer(&self) -> Result<UserId, Error> {
        // A random password that is thrown away: no one can sign in with it.
        let password_hash = self.hasher.hash(&NewPassword::generate().0).await?;
        let actor = Actor::system();
        let write = self.write(&actor).await?;
        let developer = developer::ensure(&write, password_hash).await?;
        write.commit().await?;
        Ok(developer)
    }

    /// Judges a password that is to take the place of a user's.
    ///
    /// # Errors
    /// Those of [`replacement::judge`].
    pub async fn judge_replacement(
        &self,
        user: &user::Model,
        pointer: &'static str,
        proposed: &ProposedPassword,
    ) -> Result<NewPassword, Error> {
        let context = self.password_context(&user.email);
        replacement::judge(self.db.read(), &self.hasher, context, user, pointer, proposed).await
    }

    /// The hash of a good password that is to take the place of a user's, who has proven who they are.
    ///
    /// # Errors
    /// Those of [`replacement::judge`] and [`replacement::refuse_the_same`].
    pub async fn hash_replacement(
        &self,
        account: &UserWithPassword,
        pointer: &'static str,
        proposed: &ProposedPassword,
    ) -> Result<String, Error> {
        let password = self.judge_replacement(&account.user, pointer, proposed).await?;
        replacement::refuse_the_same(&self.hasher, account, pointer, proposed).await?;
        self.hasher.hash(&password).await
    }

    /// A link to one of the pages. The secret is in the fragment, which browsers do not send, so no proxy logs it.
    pub fn link(&self, page: &str, secret: &Secret) -> String {
        format!("{}/{page}#{}", self.config.public_url, secret.reveal())
    }

    /// The user that requests without a valid credential act as under `--no-auth`.
    pub fn developer(&self) -> Option<UserId> {
        self.developer.get().copied()
    }

    /// Reads the signing keys again: another process may have rotated them. One that was started with other settings may
    /// have retired what this one signs with: that is taken back.
    pub async fn reload_signing_keys(&self) -> Result<(), Error> {
        let used = self.algorithms();
        let mut loaded = signing_keys::load(self.db.read(), &self.keyring, &used).await?;
        if loaded.lack() {
            let actor = Actor::system();
            let write = self.write(&actor).await?;
            signing_keys::ensure(&write, &used).await?;
            write.commit().await?;
            loaded = signing_keys::load(self.db.read(), &self.keyring, &used).await?;
        }
        *self.signing_keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
        Ok(())
    }

    /// The signing keys of this moment.
    pub fn signing_keys(&self) -> Arc<SigningKeys> {
        self.signing_keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins a write.
    ///
    /// # Errors
    /// Those of [`Database::begin`].
    pub async fn write<'a>(&'a self, actor: &'a Actor) -> Result<Write<'a>, Error> {
        Ok(Write::new(self.db.begin().await?, self.now(), actor, &self.keyring))
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Takes a token out of the bucket of an address; `None` if the address has no limit.
    pub fn take_token(&self, address: IpAddr) -> Option<RateDecision> {
        let limits = &self.config.limits;
        let is_exempt = limits.exempt.iter().any(|network| network.contains(&address));
        let rate = limits.rate.filter(|_| !is_exempt)?;
        Some(self.buckets.take(network(address), rate, self.now()))
    }

    /// What the password of an account with this address must not consist of.
    pub fn password_context(&self, email: &str) -> Context {
        Context::new(&self.config.public_url, &shown(email))
    }

    /// What promises a mail begins with this, so that nothing is promised that cannot be kept.
    ///
    /// # Errors
    /// [`Error::MailUnavailable`].
    pub fn needs_mail(&self) -> Result<(), Error> {
        if self.mailer.can_send() { Ok(()) } else { Err(Error::MailUnavailable) }
    }

    /// What the settings say about inviting.
    pub fn invitation_rules(&self) -> Rules {
        let limits = &self.config.limits;
        let allowance = limits.invitations.map(|each| Allowance { each, new: limits.new_organisation });
        Rules { seats: limits.seats, allowance, only_proven: self.config.verify_email_required }
    }

    /// The algorithms that tokens are signed with, our own API's first, and the longest lifetime of those tokens.
    pub fn algorithms(&self) -> Vec<UsedAlgorithm> {
        let tokens = &self.config.tokens;
        let mut used = vec![UsedAlgorithm { algorithm: tokens.algorithm, lifetime: tokens.access_ttl }];
        for dialect in self.config.compat.documented() {
            let lifetime = dialect.longest();
            match used.iter_mut().find(|used| used.algorithm == dialect.algorithm) {
                Some(used) => used.lifetime = used.lifetime.max(lifetime),
                None => used.push(UsedAlgorithm { algorithm: dialect.algorithm, lifetime }),
            }
        }
        used
    }

    /// What tokens of ours must say, those of these dialects included ([`crate::config::Compat::signed`]).
    pub fn trusted<'a>(&'a self, dialects: &'a [(DialectName, SigningAlgorithm)]) -> Trusted<'a> {
        let tokens = &self.config.tokens;
        let issuer = &self.config.public_url;
        Trusted { issuer, audience: &tokens.audience, typ: tokens.typ, own: tokens.algorithm, dialects }
    }

    /// Who issues the tokens of our own API. A dialect that shares its doors decides on them, if it is turned on by name.
    pub fn issuer<'a>(&'a self, keys: &'a SigningKeys) -> TokenIssuer<'a> {
        match self.config.compat.shared() {
            Some(dialect) => self.dialect_issuer(keys, dialect),
            None => self.own_issuer(keys),
        }
    }

    /// Who issues the tokens of a dialect that is turned on by name.
    pub fn dialect_issuer<'a>(&'a self, keys: &'a SigningKeys, dialect: DialectTokens) -> TokenIssuer<'a> {
        TokenIssuer {
            lifetime: dialect.access_ttl,
            algorithm: dialect.algorithm,
            dialect: Some(dialect.name),
            ..self.own_issuer(keys)
        }
    }

    fn own_issuer<'a>(&'a self, keys: &'a SigningKeys) -> TokenIssuer<'a> {
        let tokens = &self.config.tokens;
        TokenIssuer {
            keys,
            catalogue: &self.config.permissions,
            issuer: &self.config.public_url,
            audience: &tokens.audience,
            client_id: &tokens.client_id,
            typ: tokens.typ,
            lifetime: tokens.access_ttl,
            algorithm: tokens.algorithm,
            dialect: None,
        }
    }
}

/// An operator reads the source of an internal error too.
pub fn told(error: Error, doing: &str) -> anyhow::Error {
    match error {
        Error::Internal(source) | Error::StorageUnavailable(source) => anyhow::anyhow!("{doing}: {source}"),
        other => anyhow::anyhow!("{doing}: {other}"),
    }
}

//! Calls a live server with a client that Progenitor has generated from the document.

#[allow(clippy::all, dead_code, unused_imports)]
mod oskar {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}

use std::collections::BTreeSet;

use anyhow::{Context as _, bail, ensure};
use oskar::types::{ApiKeyRevocation, KeyEnvironmentChoice, NewApiKey, Problem, Registration, RoleChoice, SessionCarrier};
use oskar::{Client, Error};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

fn with(url: &str, name: HeaderName, value: &str) -> anyhow::Result<Client> {
    let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value)?)]);
    let client = reqwest::Client::builder().default_headers(headers).build()?;
    Ok(Client::new_with_client(url, client))
}

/// The problem of a call that is refused.
fn refused<T>(what: &str, status: u16, answer: Result<T, Error<Problem>>) -> anyhow::Result<Problem> {
    match answer {
        Err(Error::ErrorResponse(answer)) if answer.status().as_u16() == status => {
            println!("   {status} {what}");
            Ok(answer.into_inner())
        }
        Err(error) => bail!("{what}: {error}"),
        Ok(_) => bail!("{what}: not refused"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (url, email) = (arguments.next().context("URL")?, arguments.next().context("EMAIL")?);

    let registration = Registration::builder()
        .email(email)
        .password("a long phrase for a generated client")
        .organisation_name(Some("Typed".parse()?))
        .session(Some(SessionCarrier::Tokens));
    let started = Client::new(&url).register().body(registration).send().await?.into_inner();
    let token = started.access_token.context("no access token")?;
    let user = with(&url, AUTHORIZATION, &format!("Bearer {}", &*token))?;

    let me = user.show_me().send().await?.into_inner();
    let org = me.organisation.context("no organisation")?.id.to_string();
    println!("   registered and known");

    let new = |name: &str, environment, role| {
        NewApiKey::builder().name(name).environment(environment).role(role)
    };
    let create = |key| user.create_key().org(&org).body(key).send();
    let key = create(new("CI", KeyEnvironmentChoice::Live, RoleChoice::Member)).await?.into_inner();
    create(new("Tests", KeyEnvironmentChoice::Test, RoleChoice::Viewer)).await?;

    let one = std::num::NonZeroU64::new(1).context("one")?;
    let first = user.list_keys().org(&org).limit(one).send().await?.into_inner();
    let cursor = first.next_cursor.context("a second page")?;
    let second = user.list_keys().org(&org).limit(one).cursor(cursor).send().await?.into_inner();
    ensure!(second.data[0].id.to_string() == key.id.to_string() && second.next_cursor.is_none());
    println!("   two keys, on two pages");

    let twice = user.create_organisation().body_map(|body| body.name("Typed").slug(Some("typed".parse().unwrap())));
    let taken = refused("a slug that is taken", 409, twice.send().await)?;
    ensure!(taken.code.to_string() == "slug_taken");

    let machine = with(&url, HeaderName::from_static("x-api-key"), &key.secret)?;
    let caller = machine.verify().permission(vec!["members:read".to_owned()]).send().await?.into_inner();
    ensure!(caller.key.context("a key")?.id.to_string() == key.id.to_string());
    let may: BTreeSet<String> = caller.permissions.into_iter().collect();
    ensure!(may.contains("members:read") && !may.contains("keys:manage"));
    let attempt = machine.create_key().org(&org).body(new("No", KeyEnvironmentChoice::Live, RoleChoice::Viewer));
    let denied = refused("a key may not make keys", 403, attempt.send().await)?;
    ensure!(denied.required_permission.as_deref() == Some("keys:manage"));

    let members = user.list_members().org(&org).send().await?.into_inner();
    ensure!(members.data.len() == 1 && members.data[0].role.to_string() == "admin");
    let reason = ApiKeyRevocation::builder().reason(Some("leaked".parse()?));
    let reason = Some(ApiKeyRevocation::try_from(reason)?);
    let revoked = user.revoke_key_with_reason().org(&org).key_id(key.id.clone()).body(reason).send().await?;
    ensure!(revoked.revoked_at.is_some());
    refused("a revoked key", 401, machine.verify().send().await)?;
    let events = user.list_events().org(&org).type_("key.revoked").send().await?.into_inner();
    ensure!(events.data.len() == 1);
    println!("   revoked, and told in the audit log");
    Ok(())
}

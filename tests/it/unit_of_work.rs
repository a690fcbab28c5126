//! What is written has an event in the same transaction: [`oskar::domain::Write`] sees to it.

use oskar::app::App;
use oskar::domain::journal::audit::Actor;
use oskar::domain::{NoEvent, Write};
use oskar::entity::organisation;
use oskar::error::Error;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter};

use crate::support::TestApp;

/// As a function of the domain that forgets the event.
async fn rename(write: &Write<'_>, to: &str) {
    let renaming = organisation::Entity::update_many()
        .col_expr(organisation::Column::Name, Expr::value(to))
        .filter(organisation::COLUMN.slug.eq("acme"));
    assert_eq!(renaming.exec(write).await.unwrap().rows_affected, 1);
}

async fn name(app: &App) -> String {
    organisation::Entity::find_by_reference("acme").one(app.db.read()).await.unwrap().unwrap().name
}

#[tokio::test]
async fn a_write_without_an_event_is_not_committed() {
    let app = TestApp::start().await;
    app.organisation("Acme").await;
    let actor = Actor::system();

    let write = app.app.write(&actor).await.unwrap();
    rename(&write, "Forgotten").await;
    assert!(matches!(write.commit().await, Err(Error::Internal(_))));
    assert_eq!(name(&app.app).await, "Acme");

    // By another actor it is the same write.
    let write = app.app.write(&actor).await.unwrap();
    rename(&write.by(&Actor::cli()), "Forgotten").await;
    assert!(matches!(write.commit().await, Err(Error::Internal(_))));
    assert_eq!(name(&app.app).await, "Acme");

    let write = app.app.write(&actor).await.unwrap();
    rename(&write.without_event(NoEvent::Upkeep), "Upkeep").await;
    write.commit().await.unwrap();
    assert_eq!(name(&app.app).await, "Upkeep");
}

#[tokio::test]
async fn a_write_is_committed_by_what_began_it() {
    let app = TestApp::start().await;
    app.organisation("Acme").await;
    let actor = Actor::system();
    let write = app.app.write(&actor).await.unwrap();
    rename(&write.without_event(NoEvent::Upkeep), "Half").await;
    assert!(matches!(write.by(&Actor::cli()).commit().await, Err(Error::Internal(_))));
    drop(write);
    assert_eq!(name(&app.app).await, "Acme");
}

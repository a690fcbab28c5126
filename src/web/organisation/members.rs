//! The members of an organisation.

use askama::Template;
use axum::response::Response;

use crate::auth::OrganisationAccess;
use crate::error::{Error, both};
use crate::http::filters;
use crate::http::list_filters::MemberQuery;
use crate::id::UserId;
use crate::permission::{Permission, Role};
use crate::views;
use crate::views::members::Member;
use crate::views::users::UserState;
use crate::web::list::Narrowed;
use crate::web::visit::Visit;

#[expect(clippy::struct_excessive_bools, reason = "each shows a part of the page")]
#[derive(Template)]
#[template(path = "pages/organisation/members.html")]
struct MembersPage {
    /// The path of the organisation's pages.
    org: String,
    me: UserId,
    manages: bool,
    invites: bool,
    ends_sessions: bool,
    q: String,
    role: String,
    state: String,
    narrowed: bool,
    rows: Vec<Member>,
    next: Option<String>,
}

impl MembersPage {
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn roles(&self) -> [&'static str; 3] {
        Role::ALL.map(Role::as_str)
    }

    fn is_me(&self, member: &Member) -> bool {
        member.user.id == self.me
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn states(&self) -> [&'static str; 2] {
        UserState::ALL.map(UserState::as_str)
    }
}

/// A page of them, those who joined last first.
pub async fn list(
    visit: Visit,
    access: OrganisationAccess,
    Narrowed(asked): Narrowed<MemberQuery>,
) -> Result<Response, Error> {
    let organisation = access.organisation.id;
    let (filter, list) = both(asked.filter.filter(), asked.of(&visit.app, "members", organisation))?;
    let page = views::members::list(visit.app.db.read(), organisation, &filter, &list.request).await?;
    let (rows, next) = list.rows(page);
    let may = |permission| access.grants.permits_built_in(permission);
    visit.page(&MembersPage {
        org: format!("/orgs/{}", access.organisation.slug),
        me: access.user()?.id,
        manages: may(Permission::MembersManage),
        invites: may(Permission::InvitationsManage),
        ends_sessions: may(Permission::SessionsManage),
        q: asked.given("q").to_owned(),
        role: asked.given("role").to_owned(),
        state: asked.given("state").to_owned(),
        narrowed: asked.is_narrowed(),
        rows,
        next,
    })
}

// THE list of pages that the sweep looks at, each as it is seen by a caller of `serve --demo`: anonymous, admin, member or
// viewer. To add one: a line. `status` is 200 unless it is given. `path` may be a function of the server, for its mails, and
// of `get`, which asks the API as the admin:
//
//   { path: async ({ get }) => `/orgs/acme/keys/${(await get('/api/orgs/acme/keys')).data[0].id}`, as: 'admin' },

/** The path of a link in a mail, secret and all. */
const mailed = (to, subject) => async ({ server }) => {
  const { link } = await server.mail(to, subject);
  return link.slice(server.url.length);
};

/** A page of one of the keys that a query finds. */
const key = (query, page) => async ({ get }) => page((await get(`/api/orgs/acme/keys?${query}`)).data[0].id);

/** A page of a member of the example, by the end of its path. */
const ofMember = (email, end = '') => async ({ get }) => {
  const members = (await get('/api/orgs/acme/members?limit=100')).data;
  return `/orgs/acme/members/${members.find((member) => member.user.email === email).user.id}${end}`;
};
/** A page of an open invitation of the example. */
const ofInvitation = (end) => async ({ get }) =>
  `/orgs/acme/invitations/${(await get('/api/orgs/acme/invitations?state=open')).data[0].id}/${end}`;

export const PAGES = [
  { path: '/problems', as: 'anonymous' },
  { path: '/problems/invalid_login', as: 'anonymous' },
  { path: '/problems/no_such_code', as: 'anonymous', status: 404 },
  { path: '/nowhere', as: 'anonymous', status: 404 },
  { path: '/nowhere', as: 'viewer', status: 404 },
  { path: '/dev/mail', as: 'anonymous' },
  { path: async ({ server }) => `/dev/mail/${(await server.mail('noor@acme.example')).id}`, as: 'anonymous' },
  { path: '/setup', as: 'anonymous' },
  { path: '/invite', as: 'anonymous' },
  { path: mailed('noor@acme.example', 'invites you'), as: 'anonymous' },
  { path: mailed('noor@acme.example', 'invites you'), as: 'member', status: 403 },
  { path: mailed('maximilian.von-hohenstein@berater.example', 'invites you'), as: 'anonymous', status: 410 },
  { path: '/reset', as: 'anonymous' },
  { path: mailed('vera@acme.example', 'password'), as: 'anonymous' },
  { path: '/verify', as: 'anonymous' },
  { path: '/unlock', as: 'anonymous' },
  { path: '/sign-in', as: 'anonymous' },
  { path: '/sign-in?next=/account', as: 'anonymous' },
  { path: '/sign-out', as: 'member' },
  { path: '/sign-up', as: 'anonymous' },
  { path: '/forgot', as: 'anonymous' },
  { path: '/check-mail', as: 'anonymous' },
  { path: '/verify/again', as: 'anonymous' },
  { path: '/orgs/nordlicht-studio-fur-klang-und-raum/keys', as: 'admin' },
  { path: '/account/organisations', as: 'admin' },
  { path: '/account/organisations', as: 'viewer' },
  { path: '/organisations/new', as: 'member' },
  { path: '/orgs/acme/keys', as: 'admin' },
  { path: '/orgs/acme/keys', as: 'member' },
  { path: '/orgs/acme/keys', as: 'viewer', status: 403 },
  { path: '/orgs/acme/keys?environment=test', as: 'admin' },
  { path: '/orgs/acme/keys?state=stale&q=no-such-key', as: 'admin' },
  { path: '/orgs/acme/keys/new', as: 'admin' },
  { path: '/orgs/acme/keys/new?environment=test&extent=some&expires=date', as: 'admin' },
  { path: key('state=active', (id) => `/orgs/acme/keys/${id}`), as: 'admin' },
  { path: key('state=active', (id) => `/orgs/acme/keys/${id}`), as: 'member' },
  { path: key('state=revoked', (id) => `/orgs/acme/keys/${id}`), as: 'admin' },
  { path: key('state=active', (id) => `/orgs/acme/keys/${id}/rotate`), as: 'admin' },
  { path: key('state=active', (id) => `/orgs/acme/keys/${id}/revoke`), as: 'admin' },
  { path: key('state=active', (id) => `/orgs/acme/keys/${id}/change`), as: 'admin' },
  { path: '/permissions', as: 'viewer' },
  { path: '/account', as: 'admin' },
  { path: '/account/confirm', as: 'member' },
  { path: '/account/username', as: 'admin' },
  { path: '/account/delete', as: 'viewer' },
  { path: '/account/activity', as: 'admin' },
  { path: '/account/activity?type=user.disabled', as: 'viewer' },
  { path: '/account/security', as: 'admin' },
  { path: '/account/security', as: 'viewer' },
  { path: '/account/security/password', as: 'member' },
  { path: '/account/security/email', as: 'member' },
  // Without a link with that issuer it leads to the page before.
  { path: '/account/security/unlink?issuer=https%3A%2F%2Fissuer.example', as: 'member' },
  { path: '/account/sessions', as: 'admin' },
  { path: '/account/sessions/end-others', as: 'admin' },
  { path: async ({ get }) => `/account/sessions/${(await get('/api/auth/sessions')).data[0].id}/end`, as: 'admin' },
  { path: '/orgs/acme/audit', as: 'admin' },
  { path: '/orgs/acme/audit', as: 'viewer', status: 403 },
  { path: '/orgs/acme/audit?type=organisation.deleted', as: 'admin' },
  { path: async ({ get }) => `/orgs/acme/audit/${(await get('/api/orgs/acme/events')).data[0].id}`, as: 'admin' },
  { path: '/orgs/acme', as: 'admin' },
  { path: '/orgs/acme', as: 'viewer' },
  { path: '/orgs/acme/members', as: 'admin' },
  { path: '/orgs/acme/members?q=ana', as: 'viewer' },
  { path: '/orgs/acme/members?q=nothing-like-that', as: 'member' },
  { path: ofMember('ben@acme.example'), as: 'admin' },
  { path: ofMember('ana@acme.example'), as: 'admin' },
  { path: ofMember('ben@acme.example'), as: 'viewer', status: 403 },
  { path: ofMember('vera@acme.example', '/remove'), as: 'admin' },
  { path: ofMember('vera@acme.example', '/sessions'), as: 'admin' },
  { path: '/orgs/acme/invitations', as: 'admin' },
  { path: '/orgs/acme/invitations?state=withdrawn', as: 'admin' },
  { path: '/orgs/acme/invitations/new', as: 'admin' },
  { path: ofInvitation('resend'), as: 'admin' },
  { path: ofInvitation('withdraw'), as: 'admin' },
  { path: '/orgs/acme/settings', as: 'admin' },
  { path: '/orgs/acme/settings', as: 'viewer' },
  { path: '/orgs/acme/settings/leave', as: 'admin' },
  { path: '/orgs/acme/settings/leave', as: 'viewer' },
  { path: '/orgs/acme/settings/delete', as: 'admin' },
  { path: '/orgs/acme/settings/delete', as: 'member', status: 403 },
];

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
const key = (query, page = '') => async ({ get }) => {
  const { data } = await get(`/api/orgs/acme/keys?${query}`);
  return `/orgs/acme/keys/${data[0].id}${page}`;
};

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
  { path: key('state=active'), as: 'admin' },
  { path: key('state=active'), as: 'member' },
  { path: key('state=revoked'), as: 'admin' },
  { path: key('state=active', '/rotate'), as: 'admin' },
  { path: key('state=active', '/revoke'), as: 'admin' },
  { path: key('state=active', '/change'), as: 'admin' },
  { path: '/permissions', as: 'viewer' },
];

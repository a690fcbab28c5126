// A real OpenID provider on loopback: node provider.mjs PORT
//
// Whoever signs in as NAME is NAME@acme.example; only `unproven` never confirmed the address.

import { generateKeyPairSync } from 'node:crypto';

import { Provider } from 'oidc-provider';

const port = Number(process.argv[2]);

const key = (kind, options, members) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }),
  use: 'sig',
  ...members,
});

const client = (id, algorithm) => ({
  client_id: id,
  token_endpoint_auth_method: 'none',
  redirect_uris: ['http://127.0.0.1:1/back'],
  id_token_signed_response_alg: algorithm,
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }, { kid: 'rsa', alg: 'RS256' }),
      key('ec', { namedCurve: 'P-256' }, { kid: 'ec', alg: 'ES256' }),
      key('ed25519', {}, { kid: 'ed', alg: 'EdDSA' }),
    ],
  },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA', 'PS256'] },
  cookies: { keys: ['only on loopback'] },
  clients: [
    client('oskar', 'RS256'),
    client('oskar-ec', 'ES256'),
    client('oskar-ed', 'EdDSA'),
    client('another', 'RS256'),
    {
      client_id: 'robot',
      client_secret: 'only on loopback',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  // Into the ID token, as most providers do it.
  conformIdTokenClaims: false,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@acme.example`, email_verified: id !== 'unproven', name: `The ${id}` }),
  }),
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => ({
        scope: 'api',
        audience: resource,
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

provider.listen(port, '127.0.0.1', () => console.log(`ready on port ${port}`));

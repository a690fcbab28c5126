// Calls a live server with a client that is generated from its document. What the document says is what the compiler checks here;
// what the server does is what these lines check.

import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Problem = components["schemas"]["Problem"];

const [, , url, email] = process.argv;
if (url === undefined || email === undefined) throw new Error("calls.js URL EMAIL");

let calls = 0;

function holds(what: string, is: boolean): void {
  if (!is) throw new Error(`not so: ${what}`);
}

/** The answer of a call that succeeds. */
async function given<T>(what: string, call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  calls += 1;
  if (data === undefined) throw new Error(`${what}: ${response.status} ${JSON.stringify(error)}`);
  console.log(`   ${response.status} ${what}`);
  return data;
}

/** The problem of a call that is refused. */
async function refused(what: string, status: number, call: Promise<{ error?: Problem; response: Response }>): Promise<Problem> {
  const { error, response } = await call;
  calls += 1;
  if (error === undefined || response.status !== status) throw new Error(`${what}: ${response.status} ${JSON.stringify(error)}`);
  console.log(`   ${response.status} ${what}: ${error.code}`);
  return error;
}

const anonymous = createClient<paths>({ baseUrl: url });
const started = await given(
  "registers",
  anonymous.POST("/api/auth/register", {
    body: { email, password: "a long phrase for a generated client", organisation_name: "Typed", session: "tokens" },
  }),
);
if (!("access_token" in started) || started.access_token === undefined) throw new Error("no access token");
const user = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${started.access_token}` } });

const me = await given("who am I", user.GET("/api/auth/me"));
const organisation = me.organisation;
if (organisation === null || me.user === null) throw new Error("a user without organisation");
holds("the session's token is for the new organisation", organisation.slug === started.organisation?.slug);
const org = { org: organisation.id };

const key = await given(
  "creates a key",
  user.POST("/api/orgs/{org}/keys", {
    params: { path: org },
    body: { name: "CI", environment: "live", role: "member", permissions: ["members:read"] },
  }),
);
await given(
  "creates another",
  user.POST("/api/orgs/{org}/keys", { params: { path: org }, body: { name: "Tests", environment: "test", role: "viewer" } }),
);

const first = await given("lists one key", user.GET("/api/orgs/{org}/keys", { params: { path: org, query: { limit: 1 } } }));
holds("one of two", first.data.length === 1 && first.next_cursor !== null);
const second = await given(
  "lists the next",
  user.GET("/api/orgs/{org}/keys", { params: { path: org, query: { limit: 1, cursor: first.next_cursor ?? "" } } }),
);
holds("the other one", second.data[0]?.id !== first.data[0]?.id && second.next_cursor === null);

const wrong = await refused(
  "a key without a name",
  422,
  user.POST("/api/orgs/{org}/keys", { params: { path: org }, body: { name: "", environment: "live", role: "viewer" } }),
);
holds("it says where", wrong.errors?.[0]?.pointer === "/name");

const machine = createClient<paths>({ baseUrl: url, headers: { "x-api-key": key.secret } });
const verified = await given("verifies the key", machine.GET("/api/verify", { params: { query: { permission: ["members:read"] } } }));
holds("it is the key", verified.key?.id === key.id && verified.permissions.includes("members:read"));
const denied = await refused(
  "the key may not make keys",
  403,
  machine.POST("/api/orgs/{org}/keys", { params: { path: org }, body: { name: "No", environment: "live", role: "viewer" } }),
);
holds("it says what is missing", denied.required_permission === "keys:manage");

const members = await given("lists the members", user.GET("/api/orgs/{org}/members", { params: { path: org } }));
holds("one member", members.data.length === 1 && members.data[0]?.role === "admin");
const path = { ...org, key_id: key.id };
const rotated = await given(
  "rotates the key",
  user.POST("/api/orgs/{org}/keys/{key_id}/rotate", { params: { path }, body: { overlap: 0 } }),
);
holds("another secret", rotated.secret !== key.secret);
await refused("the secret before", 401, machine.GET("/api/verify"));
await given("revokes it", user.POST("/api/orgs/{org}/keys/{key_id}/revoke", { params: { path }, body: { reason: "leaked" } }));
const events = await given("reads the audit log", user.GET("/api/orgs/{org}/events", { params: { path: org } }));
holds("the revocation is there", events.data.some((event) => event.type === "key.revoked"));
console.log(`   ${calls} calls`);

import fc from 'fast-check'
import { services } from './declared-routes.ts'
import type { Answered, Sent } from './send.ts'

/** The prefixes under which a library of its own serves: `/oauth2/`. */
export const mounts: readonly string[] = services.flatMap(({ operations }) =>
  Object.values(operations).flatMap((route) => (route.kind === 'mount' ? [route.path.replace(/\*$/, '')] : [])),
)

const knownPaths = [
  '/oauth2/authorize',
  '/oauth2/authorize/resume',
  '/oauth2/token',
  '/oauth2/revoke',
  '/oauth2/introspect',
  '/oauth2/userinfo',
  '/oauth2/jwks',
  '/oauth2/logout',
  '/oauth2/logout/confirm',
  '/oauth2/logout/success',
  '/oauth2/par',
  '/oauth2/device',
  '/oauth2/device/authorize',
  '/oauth2/device/resume',
  '/oauth2/interaction/x',
  '/oauth2/interaction/x/login',
  '/oauth2/interaction/%00',
  '/oauth2/',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource',
  '/.well-known/unheard-of',
  '/ofrep/v1/evaluate/flags',
  '/ofrep/v1/evaluate/flags/gift-wrapping',
  '/ofrep/v1/evaluate/flags/%00',
]

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.toWellFormed()),
  fc.constantFrom(
    '',
    '\0',
    '%',
    '__proto__',
    'x'.repeat(3_000),
    '[]',
    '{}',
    'null',
    'https://evil.example',
    '-1',
    '🫖',
  ),
)
const fields: Readonly<Record<string, readonly string[]>> = {
  grant_type: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'password',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:stoa:params:oauth:grant-type:api-key',
  ],
  client_id: ['stoa-cli', 'stoa-shop', 'order', 'unheard-of', 'a\0b'],
  client_secret: ['x'],
  response_type: ['code', 'token', 'id_token', 'none', 'code id_token'],
  redirect_uri: ['http://127.0.0.1/callback', 'javascript:alert(1)', 'https://x'],
  scope: ['openid', 'openid offline_access', 'order:read'],
  code: ['x'],
  code_verifier: ['x'.repeat(43)],
  code_challenge: ['x'.repeat(43)],
  code_challenge_method: ['S256', 'plain'],
  refresh_token: ['x'],
  device_code: ['x', '\0'],
  user_code: ['ABCD-EFGH', 'x'],
  token: ['x', 'a.b.c'],
  api_key: ['x', 'sk_x'],
  token_type_hint: ['access_token', 'refresh_token', 'x'],
  id_token_hint: ['x', 'a.b.c'],
  post_logout_redirect_uri: ['https://x'],
  prompt: ['none', 'login', 'consent', 'none login'],
  max_age: ['0', '-1', 'x', '1e9'],
  claims: ['{}', '{', '{"id_token":{"sub":{"value":1}}}'],
  resource: ['https://x', 'x', ''],
  request: ['a.b.c'],
  request_uri: ['urn:x', 'https://x'],
  response_mode: ['query', 'form_post', 'web_message', 'x'],
  state: ['x', 'a\0b'],
  nonce: ['x', 'a\0b'],
  login_hint: ['a@b.example', 'a\0b'],
  ui_locales: ['en', 'a\0b'],
  acr_values: ['x', 'a\0b'],
  xsrf: ['x'],
  confirm: ['yes'],
  abort: ['yes'],
  email: ['a@b.example'],
  password: ['x'],
}

const pairs = fc.array(
  fc
    .constantFrom(...Object.keys(fields))
    .chain((name) =>
      fc
        .oneof({ weight: 4, arbitrary: fc.constantFrom(...(fields[name] ?? [])) }, { weight: 1, arbitrary: noise })
        .map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    ),
  { maxLength: 8 },
)
const form = pairs.map((all) => all.join('&'))
const cookies = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '_session',
        '_session.sig',
        '_interaction',
        '_interaction.sig',
        '_interaction_resume',
        '__Host-x',
        'x',
      ),
      fc.constantFrom('x', '', 'a.b', '"', 'x'.repeat(2_000), '%00', '{}'),
    ),
    { maxLength: 4 },
  )
  .map((all) => all.map(([name, value]) => `${name}=${value}`).join('; '))

const bodies = fc.oneof(
  { weight: 6, arbitrary: form.map((text): [string, string | Buffer] => ['application/x-www-form-urlencoded', text]) },
  form.map((text): [string, string | Buffer] => ['text/plain', text]),
  fc.jsonValue({ maxDepth: 2 }).map((value): [string, string | Buffer] => ['application/json', JSON.stringify(value)]),
  fc
    .tuple(
      fc.constantFrom(
        'application/x-www-form-urlencoded',
        'application/x-www-form-urlencoded; charset=x',
        'multipart/form-data',
        ';',
        'x',
      ),
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom('%zz=%zz', '&&&=', 'a[b][c]=1', 'a'.repeat(70_000), 'a=1&'.repeat(3_000), '__proto__[x]=1'),
      ),
    )
    .map(([type, bytes]): [string, string | Buffer] => [type, bytes]),
)

/** Requests to what is mounted: some that a client could send, most malformed in places. */
export const mountRequests: fc.Arbitrary<Sent> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'),
    path: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...knownPaths) },
      fc.tuple(fc.constantFrom(...mounts), noise).map(([prefix, text]) => prefix + encodeURIComponent(text)),
    ),
    query: fc.oneof({ weight: 3, arbitrary: form }, fc.constantFrom('%zz', '?', '&&', 'a'.repeat(5_000), '%00=%00')),
    cookie: cookies,
    body: bodies,
    headers: fc.record(
      {
        authorization: fc.constantFrom('Basic eDp5', 'Basic x', 'Basic', 'Bearer x', 'Bearer a.b.c', 'DPoP x', 'x'),
        dpop: fc.constantFrom('x', 'a.b.c', ''),
        origin: fc.constantFrom('null', 'https://evil.example', 'x'),
        accept: fc.constantFrom('text/html', 'application/json', '*/*;q=x', ''),
        'content-encoding': fc.constantFrom('gzip', 'x'),
        'x-forwarded-proto': fc.constantFrom('https', 'x'),
        'x-forwarded-host': fc.constantFrom('evil.example', '\u00ff'),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ method, path, query, cookie, body: [type, bytes], headers }) => {
    const takesBody = !['GET', 'HEAD', 'OPTIONS'].includes(method)
    return {
      method,
      path: path + (query === '' ? '' : `?${query}`),
      headers: { ...headers, ...(cookie === '' ? {} : { cookie }), ...(takesBody ? { 'content-type': type } : {}) },
      body: takesBody ? bytes : undefined,
    }
  })

/** What keeps an answer from being one that OAuth, a browser or a client of the platform understands. */
export function faultOfMount({ method, path }: Sent, { status, headers, text, body }: Answered): string | undefined {
  const declaredRoutes = `${status} ${String(headers['content-type'])} ${text.slice(0, 300)}`
  if (status >= 500) return declaredRoutes
  if (status < 400 || method === 'HEAD') return undefined
  const type = String(headers['content-type'])
  if (type.startsWith('text/html')) return undefined
  if (type.startsWith('application/problem+json')) return typeof body?.code === 'string' ? undefined : declaredRoutes
  if (type.startsWith('application/json') && path.startsWith('/ofrep/'))
    return typeof body?.errorDetails === 'string' ? undefined : declaredRoutes
  if (type.startsWith('application/json')) return typeof body?.error === 'string' ? undefined : declaredRoutes
  // RFC 6750: without credentials the challenge says all
  return status === 401 && headers['www-authenticate'] !== undefined ? undefined : declaredRoutes
}

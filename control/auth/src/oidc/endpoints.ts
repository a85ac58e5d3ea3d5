import { AUTHORIZE_PATH, DEVICE_PATH, ENDPOINTS } from './configuration.ts'
import { INTERACTION_PATH } from './interaction.ts'

const READ = ['GET', 'HEAD']
const WRITE = ['POST']
const BOTH = [...READ, ...WRITE]

/** The methods of each endpoint; `:id` stands for one segment of a path. */
const endpoints: readonly [path: string, methods: readonly string[]][] = [
  [ENDPOINTS.authorization, BOTH],
  [`${AUTHORIZE_PATH}/:id`, READ],
  [`${INTERACTION_PATH}:id`, BOTH],
  [ENDPOINTS.token, WRITE],
  [ENDPOINTS.revocation, WRITE],
  [ENDPOINTS.introspection, WRITE],
  [ENDPOINTS.userinfo, BOTH],
  [ENDPOINTS.jwks, READ],
  [ENDPOINTS.end_session, BOTH],
  [`${ENDPOINTS.end_session}/confirm`, WRITE],
  [`${ENDPOINTS.end_session}/success`, READ],
  [ENDPOINTS.pushed_authorization_request, WRITE],
  [ENDPOINTS.device_authorization, WRITE],
  [ENDPOINTS.code_verification, BOTH],
  [`${DEVICE_PATH}/:id`, READ],
  ['/.well-known/openid-configuration', READ],
  ['/.well-known/oauth-authorization-server', READ],
  ['/.well-known/oauth-protected-resource', READ],
]

/** The methods that the authorization server serves at a path; undefined where it has no endpoint. */
export function methodsAt(path: string): readonly string[] | undefined {
  const exact = endpoints.find(([known]) => known === path)
  const found = exact ?? endpoints.find(([known]) => known.endsWith('/:id') && isBelow(path, known.slice(0, -3)))
  return found?.[1]
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(parent) && path.length > parent.length && !path.includes('/', parent.length)
}

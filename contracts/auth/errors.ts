import { errors } from '@stoa/contract'

/** The errors that auth returns. */
export const authErrors = errors({
  'auth.session_not_found': {
    kind: 'not_found',
    title: 'No such session',
    why: 'The session has ended, or belongs to another account.',
    fix: 'List the sessions of the account.',
  },
  'auth.account_changed': {
    kind: 'conflict',
    title: 'The account changed during the sign-in',
    why: 'The password was changed, a role was taken away or the account was erased after the password was checked.',
    fix: 'Sign in again.',
  },
  'auth.refresh_token_invalid': {
    kind: 'unauthenticated',
    title: 'The refresh token is not valid',
    why: 'The token was used before or has expired, or its session has ended. Using a refresh token twice ends its session.',
    fix: 'Sign in again.',
  },
  'auth.api_key_not_found': {
    kind: 'not_found',
    title: 'No such API key',
    why: 'The key was deleted, or belongs to another account.',
    fix: 'List the API keys of the account.',
  },
  'auth.api_key_limit': {
    kind: 'conflict',
    title: 'The account has the maximum number of API keys',
    why: 'The number of API keys per account is limited.',
    fix: 'Delete a key that is no longer used.',
  },
  'auth.signing_key_limit': {
    kind: 'conflict',
    title: 'The maximum number of signing keys is in use',
    why: 'A rotated key stays valid until its tokens have expired, more than an hour later, and all valid keys are published.',
    fix: 'Retry when the oldest key has retired, or revoke all keys if one is compromised.',
  },
  'auth.client_not_found': {
    kind: 'not_found',
    title: 'No such client',
    why: 'There is no client with this id, or it is a service, whose client comes from the configuration.',
    fix: 'List the clients.',
  },
  'auth.client_invalid': {
    kind: 'invalid',
    title: 'A client cannot have these redirect URIs',
    why: 'A redirect URI must be absolute, without a fragment, and use https unless it points to the same machine or uses a native app’s own scheme.',
    fix: 'Correct the fields that `errors` points to.',
  },
  'auth.client_public': {
    kind: 'conflict',
    title: 'A public client has no secret',
    why: 'The client was registered as one that cannot keep a secret.',
    fix: 'Register it again as a confidential client if it runs on a server.',
  },
  'auth.client_first_party': {
    kind: 'conflict',
    title: 'The client belongs to the platform itself',
    why: 'The platform uses this client to sign users in.',
    fix: 'Change its redirect URIs instead.',
  },
  'auth.scope_not_granted': {
    kind: 'invalid',
    title: 'The scope exceeds that of the token used to request it',
    why: 'An API key cannot grant more than the token that creates or rotates it.',
    fix: 'Omit the scope, or use a token that has it, such as one from signing in.',
  },
})

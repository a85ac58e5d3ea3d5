import { errors } from '@stoa/contract'

/** What auth refuses with. */
export const authErrors = errors({
  'auth.session_not_found': { kind: 'not_found', title: 'No such session' },
  'auth.api_key_not_found': { kind: 'not_found', title: 'No such API key' },
  'auth.api_key_limit': {
    kind: 'conflict',
    title: 'The account has as many API keys as it may have',
    mend: 'Delete one that is no longer used.',
  },
  'auth.scope_not_granted': {
    kind: 'invalid',
    title: 'The scope is unknown, or reaches further than the account itself',
  },
})

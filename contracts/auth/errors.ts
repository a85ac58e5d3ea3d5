import { errors } from '@stoa/contract'

/** What auth refuses with. */
export const authErrors = errors({
  'auth.session_not_found': {
    kind: 'not_found',
    title: 'No such session',
    why: 'The session has ended, or is another account’s.',
    mend: 'List the sessions for those there are.',
  },
  'auth.api_key_not_found': {
    kind: 'not_found',
    title: 'No such API key',
    why: 'The key was deleted, or is another account’s.',
    mend: 'List the keys for those there are.',
  },
  'auth.api_key_limit': {
    kind: 'conflict',
    title: 'The account has as many API keys as it may have',
    why: 'Each account may have only so many keys at once.',
    mend: 'Delete one that is no longer used.',
  },
  'auth.signing_key_limit': {
    kind: 'conflict',
    title: 'As many signing keys verify as may',
    why: 'A key that was replaced verifies on until its tokens have expired, over an hour, and all are published.',
    mend: 'Try again when the oldest has retired, or withdraw all of them if one is compromised.',
  },
  'auth.scope_not_granted': {
    kind: 'invalid',
    title: 'The scope is unknown, or reaches further than the account itself',
    why: 'A key or token can not reach further than whoever makes it.',
    mend: 'Leave the scope out, or have somebody make it whose roles reach that far.',
  },
})

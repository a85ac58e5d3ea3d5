import { errors } from '@stoa/contract'

/** What user refuses with. */
export const userErrors = errors({
  'user.not_found': { kind: 'not_found', title: 'No such account' },
  'user.email_taken': { kind: 'conflict', title: 'There is an account with this e-mail address' },
  'user.password_weak': { kind: 'invalid', title: 'The password is too short or too common' },
  'user.credentials_wrong': { kind: 'unauthenticated', title: 'The e-mail address or the password is wrong' },
  'user.locked': {
    kind: 'rate_limited',
    title: 'Too many wrong passwords',
    mend: 'Wait 15 minutes, or use the link we sent.',
  },
  'user.token_invalid': { kind: 'invalid', title: 'The link is not valid, was used or has expired' },
  'user.address_not_found': { kind: 'not_found', title: 'No such address' },
  'user.role_unknown': { kind: 'invalid', title: 'No such role, or one that people do not have' },
  'user.otp_wrong': { kind: 'unauthenticated', title: 'The one-time code is wrong' },
})

import { errors } from '@stoa/contract'

/** What user refuses with. */
export const userErrors = errors({
  'user.not_found': {
    kind: 'not_found',
    title: 'No such account',
    why: 'There is no account of this id, or it is not one’s own.',
    mend: 'Check the id.',
  },
  'user.email_taken': {
    kind: 'conflict',
    title: 'There is an account with this e-mail address',
    why: 'An e-mail address belongs to one account.',
    mend: 'Sign in, or reset the password.',
  },
  'user.password_weak': {
    kind: 'invalid',
    title: 'The password is too short or too common',
    why: 'The password is short, or on the list of those that are tried first.',
    mend: 'Choose a longer one.',
  },
  'user.credentials_wrong': {
    kind: 'unauthenticated',
    title: 'The e-mail address or the password is wrong',
    why: 'One of the two is wrong; which one is not told.',
    mend: 'Check both. After some wrong tries the account is locked for a while.',
  },
  'user.locked': {
    kind: 'rate_limited',
    title: 'Too many wrong passwords',
    why: 'Somebody tried wrong passwords again and again.',
    mend: 'Wait 15 minutes, or use the link we sent.',
  },
  'user.token_invalid': {
    kind: 'invalid',
    title: 'The link is not valid, was used or has expired',
    why: 'A link works once, and for a limited time.',
    mend: 'Ask for a new link.',
  },
  'user.address_not_found': {
    kind: 'not_found',
    title: 'No such address',
    why: 'There is no address of this id, or it is another account’s.',
    mend: 'List the addresses for those there are.',
  },
  'user.role_unknown': {
    kind: 'invalid',
    title: 'No such role, or one that people do not have',
    why: 'Roles are named in the contract of auth; `service` is none that a person has.',
    mend: 'Choose one of those.',
  },
  'user.otp_wrong': {
    kind: 'unauthenticated',
    title: 'The one-time code is wrong',
    why: 'The code is mistyped, was used, or is from another half minute.',
    mend: 'Enter the next code that the device shows.',
  },
})

import { errors } from '@stoa/contract'

/** The errors that user returns. */
export const userErrors = errors({
  'user.not_found': {
    kind: 'not_found',
    title: 'No such account',
    why: 'There is no account with this id, or it belongs to another person.',
    fix: 'Check the id.',
  },
  'user.email_taken': {
    kind: 'conflict',
    title: 'An account with this e-mail address exists',
    why: 'An e-mail address belongs to one account.',
    fix: 'Sign in, or reset the password.',
  },
  'user.email_unsupported': {
    kind: 'invalid',
    title: 'The e-mail address cannot be used',
    why: 'The part before the @ has characters outside of ASCII, which many mail servers do not accept, or quotes; or the part after it is not a valid domain name.',
    fix: 'Use an address with ASCII letters before the @ and the name of a domain, in any script, after it.',
  },
  'user.password_weak': {
    kind: 'invalid',
    title: 'The password is too short or too common',
    why: 'The password is short, or is on the list of common passwords.',
    fix: 'Choose a longer password.',
  },
  'user.credentials_wrong': {
    kind: 'unauthenticated',
    title: 'The e-mail address or the password is wrong',
    why: 'Either of the two is wrong; the response does not disclose which.',
    fix: 'Check both. Repeated wrong passwords lock the account temporarily.',
  },
  'user.locked': {
    kind: 'rate_limited',
    title: 'Too many wrong passwords or codes',
    why: 'There were too many attempts with a wrong password or a wrong one-time code.',
    fix: 'Wait as long as `Retry-After` says, or use the link we sent. After a hundred wrong one-time codes, use a recovery code.',
  },
  'user.token_invalid': {
    kind: 'invalid',
    title: 'The link is not valid, was used or has expired',
    why: 'A link works once, for a limited time.',
    fix: 'Request a new link.',
  },
  'user.time_zone_unknown': {
    kind: 'invalid',
    title: 'No such time zone',
    why: 'The time zone database of IANA has no zone with this name.',
    fix: 'Use a name such as `Europe/Vienna`, not an offset.',
  },
  'user.address_not_found': {
    kind: 'not_found',
    title: 'No such address',
    why: 'There is no address with this id, or it belongs to another account.',
    fix: 'List the addresses of the account.',
  },
  'user.address_limit': {
    kind: 'conflict',
    title: 'The account has the maximum number of addresses',
    why: 'The number of addresses per account is limited.',
    fix: 'Delete or replace an address that is no longer used.',
  },
  'user.role_unknown': {
    kind: 'invalid',
    title: 'No such role, or a role that users cannot have',
    why: 'The contract of auth defines the roles; a user cannot have the role `service`.',
    fix: 'Choose one of the other roles.',
  },
  'user.last_admin': {
    kind: 'conflict',
    title: 'The account is the only administrator',
    why: 'Without an administrator no account could give roles any more.',
    fix: 'Give the role `admin` to another account first.',
  },
  'user.otp_required': {
    kind: 'unauthenticated',
    title: 'The account asks for a one-time code',
    why: 'The password is right, and the account has a second factor.',
    fix: 'Send the code that the authenticator app shows, or a recovery code, as `otp`.',
  },
  'user.otp_wrong': {
    kind: 'unauthenticated',
    title: 'The one-time code is wrong or was used',
    why: 'The code is not that of the account, is more than a minute old, or was used before. Wrong codes count like wrong passwords.',
    fix: 'Wait for the next code, check the clock of the device, or use a recovery code.',
  },
  'user.otp_unexpected': {
    kind: 'invalid',
    title: 'A one-time code was sent, but the account has no second factor',
    why: 'The account has no second factor, so the code cannot be checked.',
    fix: 'Sign in without `otp`.',
  },
  'user.mfa_enabled': {
    kind: 'conflict',
    title: 'The account already has a second factor',
    why: 'An account has one second factor at most.',
    fix: 'Disable the second factor first, with a code or a recovery code.',
  },
  'user.mfa_not_enabled': {
    kind: 'conflict',
    title: 'The account has no second factor',
    why: 'The second factor was disabled, was never enabled, or is verified too late: it waits for its first code for 24 hours.',
    fix: 'Enable it first.',
  },
  'user.mfa_own': {
    kind: 'forbidden',
    title: 'Administrators cannot reset their own second factor',
    why: 'The second factor of your own account is disabled with its password and a code, so that a stolen session cannot do it.',
    fix: 'Disable it with a code or a recovery code, or ask another administrator.',
  },
  'user.passkey_not_found': {
    kind: 'not_found',
    title: 'No such passkey',
    why: 'There is no passkey with this id, or it belongs to another account.',
    fix: 'List the passkeys of the account.',
  },
  'user.passkey_limit': {
    kind: 'conflict',
    title: 'The account has the maximum number of passkeys',
    why: 'The number of passkeys per account is limited.',
    fix: 'Remove a passkey that is no longer used.',
  },
  'user.passkey_taken': {
    kind: 'conflict',
    title: 'The passkey was added before',
    why: 'A passkey belongs to one account, and is added once.',
    fix: 'List the passkeys of the account; make another passkey to add one more.',
  },
  'user.passkey_refused': {
    kind: 'invalid',
    title: 'The new passkey is not accepted',
    why: 'The options of the passkey have expired, were used, or belong to another session; or it was made on a page of another origin, without verifying its user, or with an unknown algorithm.',
    fix: 'Request new options, and make the passkey on a page of PASSKEY_ORIGINS with a screen lock, fingerprint or PIN.',
  },
  'user.passkey_wrong': {
    kind: 'unauthenticated',
    title: 'The passkey is not accepted',
    why: 'The passkey was removed, its challenge has expired or was used, or its signature is wrong.',
    fix: 'Begin the sign-in again, or sign in with the password.',
  },
})

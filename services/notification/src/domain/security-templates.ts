/** The text of a message in one language. */
export type Words = readonly [subject: string, body: string]

/** The messages about the security of an account. */
export const securityWords = {
  'user.locked': {
    en: [
      'Your account is locked',
      'Hello {{name}},\n\nAfter too many wrong passwords or codes your account is locked. To unlock it use: {{unlockToken}}',
    ],
    de: [
      'Ihr Konto ist gesperrt',
      'Hallo {{name}},\n\nnach zu vielen falschen Passwörtern oder Codes ist Ihr Konto gesperrt. Zum Entsperren: {{unlockToken}}',
    ],
  },
  'user.mfa_enabled': {
    en: [
      'Your account has a second factor',
      'Hello {{name}},\n\nFrom now on, signing in to your account needs a code of your authenticator app or a recovery code. If this was not you, change your password and contact us.',
    ],
    de: [
      'Ihr Konto hat einen zweiten Faktor',
      'Hallo {{name}},\n\nab jetzt brauchen Sie zum Anmelden einen Code Ihrer Authentifizierungs-App oder einen Wiederherstellungscode. Falls das nicht Sie waren, ändern Sie Ihr Passwort und melden Sie sich bei uns.',
    ],
  },
  'user.mfa_disabled': {
    en: [
      'Your account has no second factor any more',
      'Hello {{name}},\n\nFrom now on, the password alone is enough to sign in to your account. If this was not you, change your password and enable the second factor again.',
    ],
    de: [
      'Ihr Konto hat keinen zweiten Faktor mehr',
      'Hallo {{name}},\n\nab jetzt genügt zum Anmelden Ihr Passwort. Falls das nicht Sie waren, ändern Sie Ihr Passwort und schalten Sie den zweiten Faktor wieder ein.',
    ],
  },
  'user.passkey_added': {
    en: [
      'A passkey was added to your account',
      'Hello {{name}},\n\nFrom now on, a new passkey signs in to your account. If this was not you, remove the passkey and change your password.',
    ],
    de: [
      'Ein Passkey zu Ihrem Konto',
      'Hallo {{name}},\n\nab jetzt können Sie sich mit einem weiteren Passkey anmelden. Falls er nicht von Ihnen ist, entfernen Sie ihn und ändern Sie Ihr Passwort.',
    ],
  },
  'user.passkey_removed': {
    en: [
      'A passkey was removed from your account',
      'Hello {{name}},\n\nA passkey no longer signs in to your account. If this was not you, change your password.',
    ],
    de: [
      'Ein Passkey wurde entfernt',
      'Hallo {{name}},\n\nmit einem Ihrer Passkeys können Sie sich nicht mehr anmelden. Falls das nicht Sie waren, ändern Sie Ihr Passwort.',
    ],
  },
  'user.email_verification_requested': {
    en: ['Verify your e-mail address', 'Hello {{name}},\n\nTo verify your e-mail address use: {{linkToken}}'],
    de: ['Bestätigen Sie Ihre E-Mail-Adresse', 'Hallo {{name}},\n\nzum Bestätigen Ihrer E-Mail-Adresse: {{linkToken}}'],
  },
  'user.password_reset_requested': {
    en: [
      'Reset your password',
      'Hello {{name}},\n\nTo set a new password use, within half an hour: {{linkToken}}\n\nIf you did not ask for it, do nothing.',
    ],
    de: [
      'Neues Passwort',
      'Hallo {{name}},\n\nfür ein neues Passwort, innerhalb einer halben Stunde: {{linkToken}}\n\nFalls Sie keines wollten, tun Sie nichts.',
    ],
  },
  'api_key.created': {
    en: [
      'An API key was created for your account',
      'Hello {{name}},\n\nAn API key was made for your account. It gives: {{scopes}}. If this was not you, delete the key and change your password.',
    ],
    de: [
      'Ein API-Schlüssel zu Ihrem Konto',
      'Hallo {{name}},\n\nzu Ihrem Konto wurde ein API-Schlüssel erstellt. Er erlaubt: {{scopes}}. Falls nicht von Ihnen, löschen Sie ihn und ändern Sie Ihr Passwort.',
    ],
  },
} as const satisfies Readonly<Record<string, { readonly en: Words; readonly de: Words }>>

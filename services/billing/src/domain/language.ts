import type { Language } from '@stoa/contracts/billing/resources'

/** The language of a document for an account with this locale; English if there is no German. */
export function languageOf(locale: string | undefined): Language {
  return locale?.startsWith('de') === true ? 'de' : 'en'
}

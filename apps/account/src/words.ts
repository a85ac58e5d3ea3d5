const english = {
  title: 'Your invoices',
  signIn: 'Sign in',
  signOut: 'Sign out',
  toRead: 'Sign in to see and download your invoices.',
  notSignedIn: 'You were not signed in. Try again.',
  none: 'You have no invoices yet.',
  all: 'All invoices',
  more: 'Show older ones',
  download: 'Download PDF',
  number: 'Number',
  order: 'Order',
  issued: 'Date',
  total: 'Total',
  file: 'File',
  invoice: 'Invoice',
  credit_note: 'Credit note',
  debit_note: 'Debit note',
  notFound: 'This account has no such invoice. Sign in with the account that placed the order.',
  failed: 'This did not work. Try again later.',
}

/** The texts of the page. */
export type Words = Readonly<Record<keyof typeof english, string>>

const german: Words = {
  title: 'Ihre Rechnungen',
  signIn: 'Anmelden',
  signOut: 'Abmelden',
  toRead: 'Melden Sie sich an, um Ihre Rechnungen zu sehen und herunterzuladen.',
  notSignedIn: 'Sie wurden nicht angemeldet. Versuchen Sie es noch einmal.',
  none: 'Sie haben noch keine Rechnungen.',
  all: 'Alle Rechnungen',
  more: 'Ältere zeigen',
  download: 'PDF herunterladen',
  number: 'Nummer',
  order: 'Bestellung',
  issued: 'Datum',
  total: 'Summe',
  file: 'Datei',
  invoice: 'Rechnung',
  credit_note: 'Rechnungskorrektur',
  debit_note: 'Storno einer Rechnungskorrektur',
  notFound: 'Zu diesem Konto gibt es keine solche Rechnung. Melden Sie sich mit dem Konto an, mit dem bestellt wurde.',
  failed: 'Das hat nicht funktioniert. Versuchen Sie es später noch einmal.',
}

/** The texts in the first language of the browser that there is. */
export function wordsFor(languages: readonly string[]): { readonly language: 'en' | 'de'; readonly words: Words } {
  const isGerman = languages.map((each) => each.slice(0, 2)).find((each) => each === 'de' || each === 'en') === 'de'
  return isGerman ? { language: 'de', words: german } : { language: 'en', words: english }
}

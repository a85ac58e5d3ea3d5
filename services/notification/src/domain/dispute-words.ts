type Words = readonly [en: string, de: string]

const outcomes: Readonly<Record<'won' | 'lost' | 'warning_closed', Words>> = {
  won: ['won', 'gewonnen'],
  lost: ['lost', 'verloren'],
  warning_closed: ['the inquiry has ended', 'die Rückfrage ist beendet'],
}

function inLanguage([english, german]: Words, locale: string): string {
  return locale.startsWith('de') ? german : english
}

/** What the bank has done, in words. */
export function openingInWords(isInquiry: boolean, locale: string): string {
  const words: Words = isInquiry
    ? ['The bank of the customer asks about', 'Die Bank des Kunden hat eine Rückfrage zu']
    : ['The customer has disputed', 'Der Kunde hat bei seiner Bank angefochten:']
  return inLanguage(words, locale)
}

/** Until when staff can respond, in words. */
export function dueInWords(dueBy: string | undefined, locale: string): string {
  if (dueBy === undefined)
    return inLanguage(['The bank accepts no evidence.', 'Die Bank nimmt keine Nachweise an.'], locale)
  return inLanguage([`Evidence is due by ${dueBy}.`, `Nachweise sind bis ${dueBy} einzureichen.`], locale)
}

/** How a dispute ended, in words. */
export function outcomeInWords(outcome: 'won' | 'lost' | 'warning_closed', locale: string): string {
  return inLanguage(outcomes[outcome], locale)
}

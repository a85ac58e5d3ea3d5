import type { Channel, NotificationKind, Preferences } from '@stoa/contracts/notification/resources'

/** What a person wants who has said nothing. */
export const defaultPreferences: Preferences = { channels: { email: true, in_app: true }, mutedKinds: [] }

/** Messages that nobody can turn off. */
const neverMuted: ReadonlySet<NotificationKind> = new Set(['user.locked'])

/** How a message goes out: by which channel, whether at all, and after which wait. */
export interface Delivery {
  readonly channel: Channel
  readonly isSuppressed: boolean
  readonly delayMs: number
}

/** Decides a delivery by what a person wants; quiet hours delay a message and never drop it. */
export function decideDelivery(kind: NotificationKind, preferences: Preferences, now: Temporal.Instant): Delivery {
  const { channels, mutedKinds } = preferences
  const channel: Channel = channels.email ? 'email' : 'in_app'
  if (neverMuted.has(kind)) return { channel, isSuppressed: false, delayMs: 0 }
  const isSuppressed = mutedKinds.includes(kind) || (!channels.email && !channels.in_app)
  return { channel, isSuppressed, delayMs: isSuppressed ? 0 : quietForMs(preferences.quietHours, now) }
}

/** Milliseconds until the quiet hours are over; 0 outside of them. */
export function quietForMs(quiet: Preferences['quietHours'], now: Temporal.Instant): number {
  if (quiet === undefined || quiet.fromHour === quiet.untilHour) return 0
  const dayMs = 86_400_000
  const localMs = (((now.epochMilliseconds + quiet.utcOffsetMinutes * 60_000) % dayMs) + dayMs) % dayMs
  const fromMs = quiet.fromHour * 3_600_000
  const untilMs = quiet.untilHour * 3_600_000
  const isQuiet = fromMs < untilMs ? localMs >= fromMs && localMs < untilMs : localMs >= fromMs || localMs < untilMs
  return isQuiet ? (untilMs - localMs + dayMs) % dayMs : 0
}

const reasons: Readonly<Record<string, readonly [en: string, de: string]>> = {
  'inventory.insufficient_stock': ['not enough in stock', 'nicht genug auf Lager'],
  'inventory.unknown_sku': ['an item is not for sale any more', 'ein Artikel ist nicht mehr erhältlich'],
  'payment.declined': ['the payment was declined', 'die Zahlung wurde abgelehnt'],
  'payment.insufficient_funds': ['the account has not enough funds', 'das Konto ist nicht gedeckt'],
  'payment.review_declined': ['the payment was declined', 'die Zahlung wurde abgelehnt'],
  'pricing.coupon_exhausted': ['a coupon has no uses left', 'ein Gutschein ist aufgebraucht'],
  'pricing.quote_expired': ['the price was not valid any more', 'der Preis war nicht mehr gültig'],
  'shipping.address_unserved': ['no carrier goes to this address', 'kein Versand an diese Adresse'],
}

/** A reason's code in words for people. */
export function reasonInWords(code: string, locale: string): string {
  const isGerman = locale.startsWith('de')
  return reasons[code]?.[isGerman ? 1 : 0] ?? (isGerman ? 'ein Fehler bei uns' : 'something went wrong on our side')
}

/** A sum in words, with the decimals of its currency (ISO 4217). */
export function moneyInWords(
  { amount, currency }: { readonly amount: number; readonly currency: string },
  locale: string,
): string {
  const digits =
    new Intl.NumberFormat(locale, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount / 10 ** digits)
}

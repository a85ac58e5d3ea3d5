import {
  securityKinds,
  type Channel,
  type NotificationKind,
  type Preferences,
} from '@stoa/contracts/notification/resources'

/** The default preferences. */
export const defaultPreferences: Preferences = { channels: { email: true, in_app: true }, mutedKinds: [] }

/** How a message goes out: by which channel, whether at all, and after which wait. */
export interface Delivery {
  readonly channel: Channel
  readonly isSuppressed: boolean
  readonly delayMs: number
}

/** The message for which a delivery is decided. */
export interface DeliveryRequest {
  readonly kind: NotificationKind
  /** The required channel; if omitted, the preferences of the account decide. */
  readonly by: Channel | undefined
  /** The channels by which the account can be reached. */
  readonly reachable: ReadonlySet<Channel>
}

/**
 * Decides a delivery by the preferences of the account; quiet hours delay a message and never drop it. Without a mail
 * server, an account that prefers e-mail gets in-app messages.
 */
export function decideDelivery(wanted: DeliveryRequest, preferences: Preferences, now: Temporal.Instant): Delivery {
  const { kind, by, reachable } = wanted
  const { channels, mutedKinds } = preferences
  const channel = by ?? (channels.email && reachable.has('email') ? 'email' : 'in_app')
  // cannot be disabled: these messages warn the owner of unauthorized access to the account
  if (securityKinds.has(kind)) return { channel, isSuppressed: false, delayMs: 0 }
  const isWanted = by === undefined ? channels.email || channels.in_app : channels[by]
  const isSuppressed = mutedKinds.includes(kind) || !isWanted
  return { channel, isSuppressed, delayMs: isSuppressed ? 0 : quietForMs(preferences.quietHours, now) }
}

/** Returns the milliseconds until the end of the quiet hours; 0 outside them. */
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
  'inventory.unknown_sku': ['an item is no longer for sale', 'ein Artikel ist nicht mehr erhältlich'],
  'payment.declined': ['the payment was declined', 'die Zahlung wurde abgelehnt'],
  'payment.insufficient_funds': ['the account has insufficient funds', 'das Konto ist nicht gedeckt'],
  'payment.card_expired': ['the card has expired', 'die Karte ist abgelaufen'],
  'payment.authentication_failed': ['the payment was not confirmed', 'die Zahlung wurde nicht bestätigt'],
  'payment.method_unusable': ['the payment method cannot be used', 'die Zahlungsart ist nicht verwendbar'],
  'payment.action_timeout': ['the payment was not confirmed in time', 'die Zahlung wurde nicht rechtzeitig bestätigt'],
  'payment.review_declined': ['the payment was declined', 'die Zahlung wurde abgelehnt'],
  'payment.review_timeout': ['the payment was not checked in time', 'die Zahlung wurde nicht rechtzeitig geprüft'],
  'pricing.coupon_exhausted': ['a coupon has no uses left', 'ein Gutschein ist aufgebraucht'],
  'pricing.coupon_email_unverified': [
    'a coupon needs a verified e-mail address',
    'ein Gutschein verlangt eine bestätigte E-Mail-Adresse',
  ],
  'pricing.quote_expired': ['the price was no longer valid', 'der Preis war nicht mehr gültig'],
  'shipping.address_unserved': ['no carrier delivers to this address', 'kein Versand an diese Adresse'],
}

/** A reason's code in words for people. */
export function reasonInWords(code: string, locale: string): string {
  const isGerman = locale.startsWith('de')
  return reasons[code]?.[isGerman ? 1 : 0] ?? (isGerman ? 'ein Fehler bei uns' : 'something went wrong on our side')
}

// Making a format costs more than all else about a message. Locales are few, but a client may name any other.
const formats = new Map<string, Intl.NumberFormat>()
const mostFormats = 200

function formatOf(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`
  const known = formats.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat(locale, { style: 'currency', currency })
  if (formats.size >= mostFormats) formats.clear()
  formats.set(key, made)
  return made
}

/** A sum in words, with the decimals of its currency (ISO 4217). */
export function moneyInWords(
  { amount, currency }: { readonly amount: number; readonly currency: string },
  locale: string,
): string {
  const format = formatOf(locale, currency)
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(amount / 10 ** digits)
}

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
  /** The time zone of the account, if it has one. */
  readonly timeZone?: string | undefined
}

/**
 * Decides a delivery by the preferences of the account; quiet hours delay a message and never drop it. Without a mail
 * server, an account that prefers e-mail gets in-app messages.
 */
export function decideDelivery(wanted: DeliveryRequest, preferences: Preferences, now: Temporal.Instant): Delivery {
  const { kind, by, reachable, timeZone } = wanted
  const { channels, mutedKinds } = preferences
  const channel = by ?? (channels.email && reachable.has('email') ? 'email' : 'in_app')
  // cannot be disabled: these messages warn the owner of unauthorized access to the account
  if (securityKinds.has(kind)) return { channel, isSuppressed: false, delayMs: 0 }
  const isWanted = by === undefined ? channels.email || channels.in_app : channels[by]
  const isSuppressed = mutedKinds.includes(kind) || !isWanted
  return { channel, isSuppressed, delayMs: isSuppressed ? 0 : quietForMs(preferences.quietHours, now, timeZone) }
}

/**
 * Returns the milliseconds until the end of the quiet hours, 0 outside them. Their hours are those of their own offset, if they
 * have one, and otherwise of the time zone: on the day of a clock change they end at the named hour all the same.
 */
export function quietForMs(quiet: Preferences['quietHours'], now: Temporal.Instant, timeZone = 'UTC'): number {
  if (quiet === undefined || quiet.fromHour === quiet.untilHour) return 0
  const { fromHour, untilHour, utcOffsetMinutes } = quiet
  const local = now.toZonedDateTimeISO(utcOffsetMinutes === undefined ? timeZone : offsetName(utcOffsetMinutes))
  const isQuiet =
    fromHour < untilHour
      ? local.hour >= fromHour && local.hour < untilHour
      : local.hour >= fromHour || local.hour < untilHour
  if (!isQuiet) return 0
  const lastDay = local.hour < untilHour ? local : local.add({ days: 1 })
  const end = lastDay.withPlainTime({ hour: untilHour })
  return Math.max(0, end.epochMilliseconds - now.epochMilliseconds)
}

/** An offset as Temporal names it: `+05:30`. */
function offsetName(minutes: number): string {
  const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
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

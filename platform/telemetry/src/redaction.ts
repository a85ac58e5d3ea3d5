import { findCardNumbers } from '@stoa/kernel'

/** Replaces personal data and secrets in log lines and spans. */
export const redacted = '[redacted]'

const sensitiveKeys = new Set(
  [
    'password passwd passphrase pin otp otpcode totp recoverycode recoverycodes',
    'secret token apikey privatekey credentials authorization proxyauthorization dpop',
    'cookie cookies setcookie sessionid connectionstring databaseurl',
    'cardnumber pan cvc cvv expiry iban bic accountnumber taxnumber',
    'email phone mobile firstname lastname fullname birthdate dateofbirth',
    'line1 line2 street postalcode zipcode',
  ].flatMap((names) => names.split(' ')),
)
const sensitiveEnding = /(password|secret|token|apikey|email|emailaddress|databaseurl|cardnumber|phone|phonenumber)$/
// Objects under these keys are redacted as a whole: a name or a city is harmless alone, but personal here.
const personalObject = /(address|recipient|cardholder|billingdetails|personaldata)$/

type Sensitivity = 'no' | 'always' | 'object'
const remembered = new Map<string, Sensitivity>()
const rememberedLimit = 5_000

function sensitivityOf(key: string): Sensitivity {
  const known = remembered.get(key)
  if (known !== undefined) return known
  const name = key
    .slice(key.lastIndexOf('.') + 1)
    .toLowerCase()
    .replaceAll(/[-_ ]/g, '')
  const found =
    sensitiveKeys.has(name) || sensitiveEnding.test(name) ? 'always' : personalObject.test(name) ? 'object' : 'no'
  if (remembered.size < rememberedLimit) remembered.set(key, found)
  return found
}

// A cheap test for what the patterns below require, because almost no string contains it.
const suspicious = /@|eyJ|(?:bearer|basic|dpop) |(?:password|secret|token|otp|code)=/i
// Each pattern starts only where the preceding character cannot belong to it; otherwise long texts would take quadratic time.
const patterns: readonly (readonly [RegExp, string])[] = [
  [/(?<![a-z0-9+.-])([a-z0-9+.-]+:\/\/)[^\s/@]+@/gi, `$1${redacted}@`],
  [/\b(bearer|basic|dpop) +[\w.~+/=-]+/gi, `$1 ${redacted}`],
  [/\beyJ[\w-]+(?:\.[\w-]*){1,4}/g, redacted],
  [/(?<![\w.!#$%&'*+/=?^`{|}~-])[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)+/gi, redacted],
  [/((?:password|secret|token|otp|[?&]code)=)[^\s&"']+/gi, `$1${redacted}`],
]

/** Returns the text without credentials in URLs, bearer tokens, JWTs, e-mail addresses and card numbers. */
export function redactText(text: string): string {
  if (text.length < 6) return text
  const shown = suspicious.test(text)
    ? patterns.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text)
    : text
  return redactCardNumbers(shown)
}

const wordEnd = /[\w-]$/
const wordStart = /^[\w-]/

function redactCardNumbers(text: string): string {
  let shown = ''
  let end = 0
  for (const { from, to, groups } of findCardNumbers(text)) {
    // Times, addresses and ids contain digits too, but the groups of a card number are longer, and not part of a word.
    if (groups.slice(0, -1).some((length) => length < 4)) continue
    if (wordEnd.test(text.slice(Math.max(from - 1, 0), from)) || wordStart.test(text.slice(to, to + 1))) continue
    if (from >= end) shown += text.slice(end, from) + redacted
    end = Math.max(end, to)
  }
  return shown + text.slice(end)
}

const depthLimit = 5
const itemLimit = 100

/** Returns a plain copy of any value for a log line: sensitive keys and texts redacted, depth and array length limited. */
export function redactValue(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value)
    case 'bigint':
      return value.toString()
    case 'function':
    case 'symbol':
      return undefined
    case 'object':
      return value === null ? null : redactObject(value, depth)
    default:
      return value
  }
}

function redactObject(value: object, depth: number): unknown {
  if (value instanceof Error) return describeError(value, depth)
  if (depth >= depthLimit) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, itemLimit).map((item) => redactValue(item, depth + 1))
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (hasToJson(value)) return redactValue(value.toJSON(), depth + 1)
  if (value instanceof Map || value instanceof Set) return redactValue([...value], depth)
  const copy: Record<string, unknown> = {}
  for (const key in value) {
    if (Object.hasOwn(value, key)) copy[key] = redactField(key, (value as Record<string, unknown>)[key], depth + 1)
  }
  return copy
}

function hasToJson(value: object): value is { toJSON: () => unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

/** Returns the value as it may be shown under this key. */
export function redactField(key: string, value: unknown, depth = 0): unknown {
  const sensitivity = sensitivityOf(key)
  if (sensitivity === 'no' || value === undefined || value === null || typeof value === 'boolean') {
    return redactValue(value, depth)
  }
  return sensitivity === 'always' || typeof value === 'object' ? redacted : redactValue(value, depth)
}

// Fields of driver errors that name a place; never those that quote a value (`detail`, `where`).
const shownErrorFields = ['code', 'kind', 'retryable', 'errno', 'syscall', 'table', 'constraint', 'schema', 'status']

/** Returns an error as fields, with its stack, its causes and the errors of an aggregate; texts redacted. */
export function describeError(error: Error, depth = 0): Record<string, unknown> {
  const fields = error as Error & Record<string, unknown>
  const described: Record<string, unknown> = { type: error.name, message: redactText(String(error.message)) }
  for (const key of shownErrorFields) {
    const value = fields[key]
    if (value !== undefined && typeof value !== 'object' && typeof value !== 'function')
      described[key] = redactValue(value)
  }
  if (typeof error.stack === 'string') described['stack'] = redactText(error.stack)
  if (depth >= depthLimit) return described
  if (error.cause !== undefined) described['cause'] = redactValue(error.cause, depth + 1)
  if (error instanceof AggregateError) {
    described['errors'] = error.errors.slice(0, itemLimit).map((each) => redactValue(each, depth + 1))
  }
  return described
}

import { domainToASCII } from 'node:url'

// RFC 5321 4.1.2 without quoted strings; characters beyond ASCII need a mail server with SMTPUTF8 (RFC 6531) on every hop.
const localPart = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const domainName = new RegExp(String.raw`^(?:${label}\.)*(?!\d+$)${label}$`)
// What the URL parser behind `domainToASCII` reads as something else than the name of a host.
const ofUrls = /[%/\\?#@:[\]\s]/

/**
 * An e-mail address in the one form in which it is stored and mailed to: the domain in lower case and in ASCII (UTS 46, so
 * that `bücher.example` and `xn--bcher-kva.example` are one), the part before it as entered. Returns undefined for an address
 * that cannot be mailed to: with characters beyond ASCII or quotes before the @, or without a valid domain name.
 */
export function parseEmail(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at)
  if (at < 1 || local.length > 64 || !localPart.test(local)) return undefined
  const domain = asciiDomain(text.slice(at + 1))
  const isValid = domain.length <= 253 && domainName.test(domain) && local.length + domain.length < 254
  return isValid ? `${local}@${domain}` : undefined
}

/** An address in the form in which it is stored; any other text as it is, for comparisons. */
export function spellEmail(text: string): string {
  return parseEmail(text) ?? text
}

function asciiDomain(domain: string): string {
  if (ofUrls.test(domain)) return ''
  const lower = domain.toLowerCase()
  return /^[\x20-\x7e]*$/.test(lower) && !lower.includes('xn--') ? lower : domainToASCII(lower)
}

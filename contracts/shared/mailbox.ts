import { spellEmail } from './email-address.ts'

/** Providers whose addresses reach the same mailbox with or without dots. */
const withoutDots = new Set(['gmail.com', 'googlemail.com'])

/**
 * The mailbox that an e-mail address reaches, in one spelling: in lower case, with the domain in ASCII, without what follows a plus sign, and for
 * Gmail without dots. For limits per person only: mail is sent to the address as it was entered.
 */
export function mailboxOf(email: string): string {
  const text = spellEmail(email.trim()).toLowerCase()
  const at = text.lastIndexOf('@')
  if (at < 1) return text
  const domain = text.slice(at + 1)
  const name = text.slice(0, at).replace(/(?<=.)\+.*$/, '')
  return withoutDots.has(domain) ? `${name.replaceAll('.', '')}@gmail.com` : `${name}@${domain}`
}

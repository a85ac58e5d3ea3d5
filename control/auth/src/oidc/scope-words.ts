import type { Access } from '@stoa/contracts/auth/access'
import { describePermission } from '../known-services.ts'

type OtherScope = keyof Access<string>['scopes'] | 'openid' | 'email' | 'profile' | 'offline_access'

/** What each scope that is no permission lets a program do; the contracts describe their permissions themselves. */
const words: { readonly [Name in OtherScope]: string } = {
  openid: 'know which account is yours',
  email: 'read your e-mail address',
  profile: 'read your roles and your tier',
  offline_access: 'stay connected while you are away',
  stoa: 'full access to your account',
  'service:internal': 'full access to your account',
  'service:external': 'manage orders, returns and products, and read payments, shipments and stock',
}

/** What a scope lets a program do, in words for the consent page. @throws Error for a scope without words */
export function wordsOf(scope: string): string {
  if (Object.hasOwn(words, scope)) return words[scope as OtherScope]
  const description = describePermission(scope)
  if (description === undefined) throw new Error(`the scope ${scope} has no words`)
  return description
}

import type { GrantedPermission, scopes } from '@stoa/contracts/auth/roles'

type Scope = GrantedPermission | keyof typeof scopes | 'openid' | 'email' | 'profile' | 'offline_access'

/** What each scope lets a program do, as the consent page lists it. */
const words: { readonly [Name in Scope]: string } = {
  openid: 'know which account is yours',
  email: 'read your e-mail address',
  profile: 'read your roles and your tier',
  offline_access: 'stay connected while you are away',
  stoa: 'full access to your account',
  'service:internal': 'full access to your account',
  'service:external': 'manage orders, returns and products, and read payments, shipments and stock',
  'api-key:manage': 'create and delete your API keys',
  'api-key:manage:any': 'delete the API keys of every account',
  'gateway:admin': 'administer the gateway',
  'inventory:manage': 'change stock and warehouses',
  'inventory:read': 'read stock and warehouses',
  'ledger:read': 'read the ledger',
  'notification:read': 'read your messages and preferences',
  'notification:read:any': 'read the messages of every account',
  'notification:send': 'send messages to every account',
  'notification:write': 'change which messages you get',
  'notification:write:any': 'change which messages every account gets',
  'oauth-client:manage': 'register and delete OAuth clients',
  ops: 'operate the system',
  'order:cancel': 'cancel your orders',
  'order:cancel:any': 'cancel every order',
  'order:manage': 'manage every order',
  'order:place': 'place orders for you',
  'order:read': 'read your orders',
  'order:read:any': 'read every order',
  'order:return': 'return goods of your orders',
  'order:return:any': 'return goods of every order',
  'payment-method:manage': 'read and change your payment methods',
  'payment:manage': 'make and refund payments',
  'payment:read': 'read your payments',
  'payment:read:any': 'read every payment',
  'payment:review': 'decide on payments in review',
  'permission:check': 'check what you may do',
  'pricing:manage': 'change prices, taxes and promotions',
  'product:manage': 'change products',
  'product:read': 'read products',
  'saga:manage': 'retry and cancel running processes',
  'session:manage': 'end your sessions',
  'session:manage:any': 'end the sessions of every account',
  'session:read': 'read your sessions',
  'session:read:any': 'read the sessions of every account',
  'shipment:manage': 'manage every shipment',
  'shipment:read': 'read your shipments',
  'shipment:read:any': 'read every shipment',
  'signing-key:manage': 'rotate the signing keys',
  'template:manage': 'change the texts of messages',
  'template:manage:security': 'change the texts of messages about the security of accounts',
  'user:export': 'export your personal data',
  'user:export:any': 'export the personal data of every account',
  'user:list': 'list and search the accounts',
  'user:manage': 'change and lock every account',
  'user:read': 'read your account',
  'user:read:any': 'read every account',
  'user:write': 'change your account',
  'user:write:any': 'change every account',
}

/** What a scope lets a program do, in words for the consent page. @throws Error for a scope without words */
export function wordsOf(scope: string): string {
  if (!Object.hasOwn(words, scope)) throw new Error(`the scope ${scope} has no words`)
  return words[scope as Scope]
}

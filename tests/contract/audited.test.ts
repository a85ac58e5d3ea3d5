import type { Operation, Service } from '@stoa/contract'
import { declaredPermissions } from '@stoa/contracts/auth/roles'
import { catalogue } from '@stoa/contracts/catalogue'
import { shoppers } from '@stoa/contracts/shared/roles'
import { expect, test } from 'vitest'

const services: readonly Service[] = catalogue

/** What changes who may do what, or who is signed in; anyone does it with their own account, so no permission shows it. */
const ofAccounts = [
  'user.changePassword',
  'user.deleteUser',
  'user.enableSecondFactor',
  'user.verifySecondFactor',
  'user.disableSecondFactor',
  'auth.createApiKey',
  'auth.rotateApiKey',
  'auth.deleteApiKey',
  'auth.endSession',
  'auth.endOwnSessions',
  'auth.signOut',
]

interface Named {
  readonly name: string
  readonly operation: Operation
}

const operations: readonly Named[] = services.flatMap((service) =>
  Object.entries(service.operations).flatMap(([name, operation]) =>
    operation.kind === 'operation' ? [{ name: `${service.name}.${name}`, operation }] : [],
  ),
)

function isForStaff({ permission }: Operation): boolean {
  const declared = Object.entries(declaredPermissions).find(([name]) => name === permission)?.[1]
  return declared !== undefined && !shoppers.some((role) => (declared.roles as readonly string[]).includes(role))
}

test('every write that only staff may do is audited', () => {
  const missing = operations.filter(
    ({ operation }) => operation.effect === 'write' && isForStaff(operation) && operation.audited !== true,
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('what changes the access to an account is audited', () => {
  const missing = ofAccounts.filter(
    (wanted) => operations.find(({ name }) => name === wanted)?.operation.audited !== true,
  )
  expect(missing).toEqual([])
})

test('every list of accounts is audited', () => {
  const lists = operations.filter(({ operation }) => operation.permission === 'user:list')
  expect(lists).not.toEqual([])
  expect(lists.filter(({ operation }) => operation.audited !== true)).toEqual([])
})

import type { Handler } from '@stoa/contract'
import { MAX_ADDRESSES } from '@stoa/contracts/user/resources'
import type { UserService } from '@stoa/contracts/user/service'
import { readPageById, requireVersion } from '@stoa/service'
import type { Deps } from '../deps.ts'
import {
  clearDefaultAddress,
  countAddresses,
  deleteAddress,
  findAddress,
  insertAddress,
  listAddresses,
  lockAddress,
  updateAddress,
} from '../store/addresses.ts'
import { lockUser } from '../store/users.ts'

export const listOwnAddresses: Handler<UserService, 'listAddresses'> = async ({ params, query, db }) => ({
  status: 200,
  body: await readPageById(query, (afterId, limit) => listAddresses(db, params.userId, { afterId, limit })),
})

export const getAddress: Handler<UserService, 'getAddress'> = async ({ params, db, refuse }) => {
  const address = await findAddress(db, params.userId, params.id)
  if (address === undefined) return refuse('user.address_not_found', `The address ${params.id} does not exist.`)
  return { status: 200, body: address, version: address.version }
}

// the account's row is locked first in all of these: one default address, no more than the limit, and none for an account that is being erased

export const addAddress =
  ({ clock, newId }: Deps): Handler<UserService, 'addAddress'> =>
  async ({ params, body, commit, refuse }) =>
    commit(async (tx) => {
      const user = await lockUser(tx, params.userId, clock.now())
      if (user === undefined) return refuse('user.not_found', `The account ${params.userId} does not exist.`)
      if ((await countAddresses(tx, params.userId)) >= MAX_ADDRESSES) {
        return refuse('user.address_limit', `An account may have at most ${MAX_ADDRESSES} addresses.`)
      }
      if (body.isDefault === true) await clearDefaultAddress(tx, params.userId)
      const address = await insertAddress(tx, newId(), params.userId, body)
      const headers = { location: `/api/v1/users/${params.userId}/addresses/${address.id}` }
      return { status: 201, body: address, version: address.version, headers }
    })

export const replaceAddress =
  ({ clock }: Deps): Handler<UserService, 'replaceAddress'> =>
  async ({ params, body, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      await lockUser(tx, params.userId, clock.now())
      const address = await lockAddress(tx, params.userId, params.id)
      if (address === undefined) return refuse('user.address_not_found', `The address ${params.id} does not exist.`)
      requireVersion(expectedVersion, address, 'address')
      if (body.isDefault === true && address.isDefault !== true) await clearDefaultAddress(tx, params.userId)
      const replaced = await updateAddress(tx, address, body)
      return { status: 200, body: replaced, version: replaced.version }
    })

export const removeAddress =
  ({ clock }: Deps): Handler<UserService, 'deleteAddress'> =>
  async ({ params, expectedVersion, commit, refuse }) =>
    commit(async (tx) => {
      await lockUser(tx, params.userId, clock.now())
      const address = await lockAddress(tx, params.userId, params.id)
      if (address === undefined) return refuse('user.address_not_found', `The address ${params.id} does not exist.`)
      requireVersion(expectedVersion, address, 'address')
      await deleteAddress(tx, params.userId, params.id)
      return { status: 204 }
    })

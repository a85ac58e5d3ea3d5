import { closed, get, PageQuery, pageSchema, post, put, remove } from '@stoa/contract'
import { Type } from 'typebox'
import { UserId } from '../shared/ids.ts'
import { Address, NewAddress, MAX_ADDRESSES } from './resources.ts'

const page = Type.Object({ ...PageQuery }, closed)

/** GET /api/v1/users/{userId}/addresses */
export const listAddresses = get('/api/v1/users/{userId}/addresses', {
  params: { userId: UserId },
  summary: 'List the addresses of an account',
  permission: 'user:read',
  owner: 'path:userId',
  query: page,
  answers: { 200: pageSchema(Address) },
})

/** POST /api/v1/users/{userId}/addresses */
export const addAddress = post('/api/v1/users/{userId}/addresses', {
  params: { userId: UserId },
  summary: `Add an address to an account, up to ${MAX_ADDRESSES}`,
  permission: 'user:write',
  owner: 'path:userId',
  body: NewAddress,
  answers: { 201: Address },
  refuses: ['user.not_found', 'user.address_limit'],
})

/** GET /api/v1/users/{userId}/addresses/{id} */
export const getAddress = get('/api/v1/users/{userId}/addresses/{id}', {
  params: { userId: UserId, id: Address.properties.id },
  summary: 'Read an address',
  permission: 'user:read',
  owner: 'path:userId',
  answers: { 200: Address },
  refuses: ['user.address_not_found'],
})

/** PUT /api/v1/users/{userId}/addresses/{id} */
export const replaceAddress = put('/api/v1/users/{userId}/addresses/{id}', {
  params: { userId: UserId, id: Address.properties.id },
  summary: 'Replace an address',
  permission: 'user:write',
  owner: 'path:userId',
  body: NewAddress,
  answers: { 200: Address },
  refuses: ['user.address_not_found'],
})

/** DELETE /api/v1/users/{userId}/addresses/{id} */
export const deleteAddress = remove('/api/v1/users/{userId}/addresses/{id}', {
  params: { userId: UserId, id: Address.properties.id },
  summary: 'Delete an address',
  permission: 'user:write',
  owner: 'path:userId',
  answers: { 204: null },
  refuses: ['user.address_not_found'],
})

import {
  describeService,
  errors,
  file,
  get,
  mount,
  PageQuery,
  pageSchema,
  patch,
  post,
  put,
  remove,
  stream,
} from '@stoa/contract'
import { Type, type Static } from 'typebox'

const closed = { additionalProperties: false }

const Status = Type.Enum(['pending', 'sent', 'lost', 'called_off'])

export const Parcel = Type.Object({
  id: Type.String({ format: 'uuid' }),
  label: Type.String(),
  weight: Type.Integer(),
  status: Status,
  ownerId: Type.String(),
})
export type Parcel = Static<typeof Parcel>

const NewParcel = Type.Object(
  {
    label: Type.String({ minLength: 1, maxLength: 100 }),
    weight: Type.Optional(Type.Integer({ minimum: 1, default: 100 })),
    tags: Type.Optional(Type.Array(Type.Object({ name: Type.String({ maxLength: 10 }) }, closed), { maxItems: 3 })),
  },
  closed,
)

const parcelErrors = errors({
  'parcel.not_found': { kind: 'not_found', title: 'No such parcel' },
  'parcel.forbidden_label': { kind: 'conflict', title: 'The label is not allowed' },
  'parcel.has_left': { kind: 'conflict', title: 'The parcel has left' },
  'parcel.wrong_password': { kind: 'unauthenticated', title: 'The password is wrong' },
  'parcel.carrier_away': { kind: 'unavailable', title: 'The carrier does not answer' },
})

const operations = {
  createParcel: post('/api/v1/parcels', {
    summary: 'Hand in a parcel',
    permission: 'parcel:send',
    owner: 'ownerId',
    idempotencyKey: 'required',
    rateClass: 'critical',
    body: NewParcel,
    answers: { 201: Parcel },
    answersWith: 'getParcel',
    settled: (parcel) => parcel.status !== 'pending',
    refuses: ['parcel.forbidden_label'],
  }),
  getParcel: get('/api/v1/parcels/{id}', {
    params: { id: Parcel.properties.id },
    summary: 'Read a parcel',
    permission: 'parcel:read',
    owner: 'ownerId',
    answers: { 200: Parcel },
    refuses: ['parcel.not_found'],
  }),
  getLabel: get('/api/v1/parcels/{id}/label', {
    params: { id: Parcel.properties.id },
    summary: 'Download the label of a parcel',
    permission: 'parcel:read',
    owner: 'ownerId',
    answers: { 200: file('application/pdf', { ownerId: Type.String() }) },
    refuses: ['parcel.not_found'],
  }),
  listParcels: get('/api/v1/parcels', {
    summary: 'List the parcels of the caller',
    permission: 'parcel:read',
    owner: 'none',
    query: Type.Object(
      {
        ...PageQuery,
        status: Type.Optional(Status),
        isHeavy: Type.Optional(Type.Boolean()),
        weight: Type.Optional(Type.Array(Type.Integer())),
      },
      closed,
    ),
    answers: { 200: pageSchema(Parcel) },
  }),
  listOwnerParcels: get('/api/v1/owners/{ownerId}/parcels', {
    params: { ownerId: Type.String({ maxLength: 100 }) },
    summary: 'List the parcels of an account',
    permission: 'parcel:read',
    owner: 'path:ownerId',
    answers: { 200: pageSchema(Parcel) },
  }),
  replaceParcel: put('/api/v1/parcels/{id}', {
    params: { id: Parcel.properties.id },
    summary: 'Write a parcel anew',
    permission: 'parcel:send',
    owner: 'ownerId',
    body: NewParcel,
    answers: { 200: Parcel },
    answersWith: 'getParcel',
    refuses: ['parcel.not_found'],
  }),
  changeParcel: patch('/api/v1/parcels/{id}', {
    params: { id: Parcel.properties.id },
    summary: 'Change a parcel',
    permission: 'parcel:send',
    owner: 'ownerId',
    body: Type.Object({ label: Type.Optional(Type.Union([Type.String({ maxLength: 100 }), Type.Null()])) }, closed),
    answers: { 200: Parcel },
    refuses: ['parcel.not_found'],
  }),
  removeParcel: remove('/api/v1/parcels/{id}', {
    params: { id: Parcel.properties.id },
    summary: 'Remove a parcel',
    permission: 'parcel:send',
    owner: 'ownerId',
    answers: { 204: null },
    refuses: ['parcel.not_found'],
  }),
  callOff: post('/api/v1/parcels/{id}/call-off', {
    params: { id: Parcel.properties.id },
    summary: 'Call a parcel off',
    permission: 'parcel:send',
    owner: 'ownerId',
    answers: { 200: Parcel, 202: Parcel },
    answersWith: 'getParcel',
    settled: (parcel) =>
      parcel.status === 'called_off'
        ? { status: 200 }
        : parcel.status === 'sent'
          ? { refused: 'parcel.has_left', detail: 'The parcel has left.' }
          : false,
    refuses: ['parcel.not_found', 'parcel.has_left'],
  }),
  payForParcel: post('/api/v1/parcels/{id}/payments', {
    params: { id: Parcel.properties.id },
    summary: 'Pay for a parcel',
    permission: 'parcel:send',
    owner: 'none',
    idempotencyKey: 'required',
    external: true,
    answers: { 201: Type.Object({ id: Type.String(), amount: Type.Integer() }) },
    refuses: ['parcel.carrier_away'],
  }),
  weigh: post('/api/v1/parcels/weigh', {
    summary: 'Ask what a parcel would weigh',
    permission: 'public',
    owner: 'none',
    reads: true,
    body: NewParcel,
    answers: { 200: Type.Object({ grams: Type.Integer(), caller: Type.String() }) },
  }),
  signIn: post('/api/v1/parcels/sign-in', {
    summary: 'Sign in',
    permission: 'public',
    owner: 'none',
    idempotencyKey: 'none',
    body: Type.Object({ password: Type.String({ maxLength: 100 }) }, closed),
    answers: { 200: Type.Object({ token: Type.String() }) },
    refuses: ['parcel.wrong_password'],
  }),
  takeNotice: post('/api/v1/parcels/notices', {
    summary: 'Take a signed notice',
    permission: 'public',
    owner: 'none',
    idempotencyKey: 'none',
    rawBody: true,
    body: Type.Object({ label: Type.String() }, closed),
    answers: { 200: Type.Object({ label: Type.String(), bytes: Type.String() }) },
  }),
  sweep: post('/api/v1/parcels/sweep', {
    summary: 'Sweep the hall',
    permission: 'ops',
    owner: 'none',
    answers: { 204: null },
  }),
  misbehave: get('/api/v1/misbehaviour/{how}', {
    params: { how: Type.String({ maxLength: 100 }) },
    summary: 'Fail in a way',
    permission: 'public',
    owner: 'none',
    timeoutMs: 300,
    answers: { 200: Type.Object({ ok: Type.Boolean() }) },
  }),
  watch: stream('/api/v1/owners/{ownerId}/events', {
    params: { ownerId: Type.String({ maxLength: 100 }) },
    summary: 'Watch what becomes of the parcels',
    permission: 'parcel:read',
    owner: 'path:ownerId',
    query: Type.Object({ count: Type.Optional(Type.Integer({ maximum: 100, default: 3 })) }, closed),
  }),
  foreign: mount('/foreign/*', { summary: 'Something else', permission: 'parcel:read' }),
}

export const parcelContract = describeService({
  name: 'parcel',
  port: 9_999,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 100, errorRate: 0.1 },
  errors: parcelErrors,
  operations,
  personalData: 'none',
})

export type ParcelService = typeof parcelContract

import { defineConfig, serviceSettings } from '@stoa/config'
import {
  describeService,
  errors,
  event,
  get,
  idSchema,
  post,
  stream,
  type Consumer,
  type Handler,
  type StreamHandler,
  type TaskHandler,
} from '@stoa/contract'
import { newId } from '@stoa/kernel'
import { saga } from '@stoa/saga'
import { Type, type Static } from 'typebox'
import { defineService } from '../../src/index.ts'

const ParcelId = idSchema('parcel')
const ByWhom = Type.Union([Type.String(), Type.Null()])
const Parcel = Type.Object({ id: ParcelId, dispatchedBy: ByWhom, labelledBy: ByWhom, announcedBy: ByWhom })
type Parcel = Static<typeof Parcel>

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ parcelId: ParcelId }))

const parcel = describeService({
  name: 'parcel',
  port: 9003,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({ 'parcel.not_found': { kind: 'not_found', title: 'No such parcel', fix: 'Check the id.' } }),
  operations: {
    packParcel: post('/api/v1/parcels', {
      summary: 'Pack a parcel',
      permission: 'public',
      owner: 'none',
      answers: { 201: Parcel },
      answersWith: 'getParcel',
      settled: ({ dispatchedBy }) => dispatchedBy !== null,
    }),
    getParcel: get('/api/v1/parcels/{id}', {
      params: { id: ParcelId },
      summary: 'Read a parcel',
      permission: 'public',
      owner: 'none',
      answers: { 200: Parcel },
      refuses: ['parcel.not_found'],
    }),
    followParcel: stream('/api/v1/parcels/{id}/events', {
      params: { id: ParcelId },
      summary: 'Follow a parcel',
      permission: 'public',
      owner: 'none',
    }),
  },
  publishes: { parcelPacked },
  consumes: { parcelPacked },
  sagas: { dispatch: { version: 1, input: Type.Object({ parcelId: ParcelId }) } },
  tasks: { label: { payload: Type.Object({ parcelId: ParcelId }) } },
  personalData: 'none',
})
type ParcelService = typeof parcel

const packParcel: Handler<ParcelService, 'packParcel'> = async ({ commit }) =>
  commit(async (tx) => {
    const parcelId = newId() as Parcel['id']
    await tx.sql`insert into parcels (id) values (${parcelId})`
    await tx.start('dispatch', parcelId, { parcelId })
    await tx.enqueue('label', { parcelId })
    await tx.publish(parcelPacked, parcelId, { parcelId })
    return { status: 201, id: parcelId }
  })

const getParcel: Handler<ParcelService, 'getParcel'> = async ({ params: { id }, db, refuse }) => {
  const [found] = await db.sql<Parcel>`
    select id, dispatched_by as "dispatchedBy", labelled_by as "labelledBy", announced_by as "announcedBy"
    from parcels where id = ${id}`
  return found === undefined
    ? refuse('parcel.not_found', `The parcel ${id} does not exist.`)
    : { status: 200, body: found }
}

const followParcel: StreamHandler<ParcelService, 'followParcel'> = async function* ({ params: { id }, db, follow }) {
  const read = () => db.sql<{ dispatchedBy: string | null }>`
    select dispatched_by as "dispatchedBy" from parcels where id = ${id}`
  for await (const rows of follow(id, read)) yield { data: rows[0] ?? null }
}

type Role = 'all' | 'web' | 'worker'

const dispatch = (role: Role) =>
  saga(parcel, 'dispatch')
    .pivot('dispatch', {
      action: async () => {},
      then: async (tx, _done, { input: { parcelId } }) => {
        await tx.sql`update parcels set dispatched_by = ${role} where id = ${parcelId}`
      },
    })
    .whenCompensated(async () => {})

const label =
  (role: Role): TaskHandler<ParcelService, 'label'> =>
  async ({ payload: { parcelId }, commit }) =>
    commit(async (tx) => {
      await tx.sql`update parcels set labelled_by = ${role} where id = ${parcelId}`
    })

const announce = (role: Role): Consumer<ParcelService, 'parcelPacked'> => ({
  async apply({ data: { parcelId } }, tx) {
    await tx.sql`update parcels set announced_by = ${role} where id = ${parcelId}`
  },
})

/** Packs parcels; each row records the role of the process in which its saga, its task and its consumer ran. */
export const parcelService = defineService(parcel, {
  config: defineConfig('parcel', serviceSettings('parcel', parcel.port)),
  migrations: new URL('./migrations/', import.meta.url),
  deps: ({ config: { role } }) => ({ role }),
  bind: ({ role }) => ({
    operations: { packParcel, getParcel, followParcel },
    rpc: {},
    consumes: { parcelPacked: announce(role) },
    sagas: { dispatch: dispatch(role) },
    tasks: { label: label(role) },
    personalData: 'none',
  }),
})

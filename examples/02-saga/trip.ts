import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, get, idSchema, pick, post, type Handler } from '@stoa/contract'
import { saga } from '@stoa/saga'
import { defineService } from '@stoa/service'
import { Type, type Static } from 'typebox'
import { newId } from '@stoa/kernel'
import { BookingRpc } from './booking_pb.js'

const TripId = idSchema('trip')
const Trip = Type.Object({ id: TripId, status: Type.Enum(['pending', 'booked', 'rejected']), reason: Type.String() })
type Trip = Static<typeof Trip>

const trip = describeService({
  name: 'trip',
  port: 9002,
  owner: 'examples',
  slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
  errors: errors({ 'trip.not_found': { kind: 'not_found', title: 'No such trip', fix: 'Check the id.' } }),
  operations: {
    planTrip: post('/api/v1/trips', {
      summary: 'Plan a trip; with Prefer: wait the answer is the outcome',
      permission: 'public',
      owner: 'none',
      answers: { 201: Trip },
      answersWith: 'getTrip',
      settled: ({ status }) => status !== 'pending',
    }),
    getTrip: get('/api/v1/trips/{id}', {
      params: { id: TripId },
      summary: 'Read a trip',
      permission: 'public',
      owner: 'none',
      answers: { 200: Trip },
      refuses: ['trip.not_found'],
    }),
  },
  // a call that is not declared here is refused by the one called
  calls: { hotel: pick(BookingRpc, 'book', 'cancel'), flight: pick(BookingRpc, 'book', 'cancel') },
  sagas: { 'book-trip': { version: 1, input: Type.Object({ tripId: TripId }) } },
  personalData: 'none',
})

/** Each step names what undoes it; from the pivot on there is only forward. */
const bookTrip = saga(trip, 'book-trip')
  .step('book_hotel', {
    action: async ({ calls, input: { tripId } }) => (await calls.hotel.book({ tripId })).left,
    compensation: ({ calls, input: { tripId } }) => calls.hotel.cancel({ tripId }),
  })
  .step('book_flight', {
    action: async ({ calls, input: { tripId } }) => (await calls.flight.book({ tripId })).left,
    compensation: ({ calls, input: { tripId } }) => calls.flight.cancel({ tripId }),
  })
  .pivot('confirm_trip', {
    action: async () => {},
    then: async (tx, _done, { input: { tripId } }) => {
      await tx.sql`update trips set status = 'booked' where id = ${tripId}`
    },
  })
  .whenCompensated(async (tx, { input: { tripId }, reason }) => {
    await tx.sql`update trips set status = 'rejected', reason = ${reason} where id = ${tripId}`
  })

const planTrip: Handler<typeof trip, 'planTrip'> = async ({ commit }) =>
  commit(async (tx) => {
    const tripId = newId() as Trip['id']
    await tx.sql`insert into trips (id, status) values (${tripId}, 'pending')`
    await tx.start('book-trip', tripId, { tripId })
    return { status: 201, id: tripId }
  })

const getTrip: Handler<typeof trip, 'getTrip'> = async ({ params: { id }, db, refuse }) => {
  const [found] = await db.sql<Trip>`select id, status, coalesce(reason, '') as reason from trips where id = ${id}`
  return found === undefined ? refuse('trip.not_found', `The trip ${id} does not exist.`) : { status: 200, body: found }
}

/** Plans trips: a hotel and a flight, or neither. */
export const tripService = defineService(trip, {
  config: defineConfig('trip', serviceSettings('trip', trip.port)),
  migrations: new URL('./migrations/trip/', import.meta.url),
  deps: () => ({}),
  bind: () => ({
    operations: { planTrip, getTrip },
    rpc: {},
    consumes: {},
    sagas: { 'book-trip': bookTrip },
    tasks: {},
    personalData: 'none',
  }),
})

import { defineConfig, serviceSettings } from '@stoa/config'
import { describeService, errors, rpc, type RpcHandler } from '@stoa/contract'
import { defineService } from '@stoa/service'
import { BookingRpc } from './booking_pb.js'

const describeBooking = (name: string, port: number) =>
  describeService({
    name,
    port,
    owner: 'examples',
    slo: { availability: 0.99, p99Ms: 100, errorRate: 0.01 },
    errors: errors({
      'booking.full': { kind: 'conflict', title: 'Fully booked', fix: 'Choose another day.' },
    }),
    operations: {},
    rpc: rpc(BookingRpc, {
      book: { effect: 'write', refuses: ['booking.full'] },
      cancel: { effect: 'write' },
    }),
    personalData: 'none',
  })

type BookingService = ReturnType<typeof describeBooking>

/** The key is unique permanently, so an action that is called again books nothing more. */
const book =
  (places: number): RpcHandler<BookingService, 'book'> =>
  async ({ input: { tripId }, key, commit, refuse }) =>
    commit(async (tx) => {
      await tx.sql`lock table bookings in share row exclusive mode`
      const [found] = await tx.sql<{ taken: number; isMine: boolean }>`
        select (select count(*)::int from bookings) as taken,
          exists (select from bookings where action_key = ${key}) as "isMine"`
      const { taken = 0, isMine = false } = found ?? {}
      if (isMine) return { left: places - taken }
      if (taken >= places) return refuse('booking.full', `All ${places} places are booked.`)
      await tx.sql`insert into bookings (trip_id, action_key) values (${tripId}, ${key})`
      return { left: places - taken - 1 }
    })

/** Undoes what may have been done. As a compensation, it makes the platform refuse a booking that arrives later. */
const cancel: RpcHandler<BookingService, 'cancel'> = async ({ input: { tripId }, commit }) =>
  commit(async (tx) => {
    await tx.sql`delete from bookings where trip_id = ${tripId}`
    return {}
  })

/** A service that has so many places and books them: a hotel, a flight. */
export function defineBooking(name: string, port: number, places: number) {
  return defineService(describeBooking(name, port), {
    config: defineConfig(name, serviceSettings(name, port)),
    migrations: new URL('./migrations/booking/', import.meta.url),
    deps: () => ({}),
    bind: () => ({
      operations: {},
      rpc: { book: book(places), cancel },
      consumes: {},
      sagas: {},
      tasks: {},
      personalData: 'none',
    }),
  })
}

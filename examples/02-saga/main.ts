import { asCaller } from '@stoa/local'
import { ask } from '../ask.ts'
import { inPlace } from '../place.ts'
import { defineBooking } from './booking.ts'
import { tripService } from './trip.ts'

interface Trip {
  readonly id: string
  readonly status: string
  readonly reason: string
}

interface Journal {
  readonly state: string
  readonly steps: readonly {
    readonly step: string
    readonly kind: string
    readonly outcome: string
    readonly error?: string
  }[]
}

await inPlace(async (place) => {
  const hotel = await place.start(defineBooking('hotel', 9003, 2))
  const flight = await place.start(defineBooking('flight', 9004, 1))
  const { url } = await place.start(tripService, { peers: [hotel, flight] })

  // Two rooms, and one seat: the second trip gets a room, no seat, and gives the room back.
  for (const which of ['first', 'second']) {
    const { body: trip } = await ask<Trip>('POST', `${url}/api/v1/trips`, {
      key: which,
      headers: { prefer: 'wait=10' },
    })
    console.log(`${which} trip: ${trip.status} ${trip.reason}`.trimEnd())
    const journal = await ask<Journal>('GET', `${url}/admin/sagas/book-trip:${trip.id}`, {
      headers: { authorization: asCaller({ subject: 'the operator', roles: ['operator'] }) },
    })
    for (const { step, kind, outcome, error = '' } of journal.body.steps) {
      console.log(`  ${[step, kind, outcome, error].join(' ')}`.trimEnd())
    }
  }
})

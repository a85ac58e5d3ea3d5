import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contractSeed } from '../../config.ts'
import { doors, goTo } from '../../requests/doors.ts'
import { faultOfMount, mountRequests, mounts } from '../../requests/mounts.ts'
import { forEachAtOnce, ownDoorOf, send } from '../../requests/send.ts'
import { system } from '../system.ts'

goTo(system)

const seed = contractSeed()

test('something is mounted', () => {
  expect(mounts).toEqual(expect.arrayContaining(['/oauth2/', '/.well-known/']))
})

test.each(['the gateway', 'the service'])(
  'whatever comes to a mount at the door of %s is answered as OAuth, OFREP or problem',
  async (at) => {
    const door = at === 'the gateway' ? doors().gatewayUrl : ownDoorOf('auth')
    const faults: string[] = []
    await forEachAtOnce(fc.sample(mountRequests, { seed, numRuns: 400 }), async (sent) => {
      const answer = await send(door, sent).catch((error: Error) => error)
      const fault = answer instanceof Error ? answer.message : faultOfMount(sent, answer)
      if (fault !== undefined)
        faults.push(`${fault}: ${JSON.stringify({ ...sent, body: String(sent.body).slice(0, 300) })}`)
    })
    expect(faults.slice(0, 10), `CONTRACT_SEED=${seed}`).toEqual([])
  },
)

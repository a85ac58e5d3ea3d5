import { expect, test } from 'vitest'
import { processesOf } from '../../cli/tests/stoa-process.ts'
import { killAReplica, strangerIsRefused } from '../chat/kill-a-replica.ts'
import { goTo } from '../requests/doors.ts'
import { system } from './system.ts'

goTo(system)

test(
  'every socket sees every message once and in order, although a replica of support is killed',
  { timeout: 600_000 },
  async () => {
    const { gatewayUrl, home } = system
    const run = await killAReplica(
      { gatewayUrl, rows: () => processesOf(home) },
      { sockets: 200, messagesPerSocket: 3 },
    )
    expect(run).toMatchObject({ sockets: 200, messages: 600, deliveries: 6_000, wrong: [] })
    expect(run.reconnects).toBeGreaterThan(0)
  },
)

test('the sockets of a conversation are refused to another customer', async () => {
  expect(await strangerIsRefused(system)).toBe('404 support.conversation_not_found')
})

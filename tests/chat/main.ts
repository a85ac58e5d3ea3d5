// Opens many sockets of the chat through a gateway of its own, kills one of two replicas of support, and prints what they have seen.
import { parseArgs } from 'node:util'
import { goTo } from '../requests/doors.ts'
import { bringUp } from '../whole-system.ts'
import { killAReplica, strangerIsRefused } from './kill-a-replica.ts'

const { values } = parseArgs({ options: { sockets: { type: 'string', default: '2000' } } })
const system = await bringUp({ name: 'chat', scale: { support: 2 } })
try {
  goTo(system)
  console.log(`another customer: ${await strangerIsRefused(system)}`)
  const { wrong, seconds, ...run } = await killAReplica(system, {
    sockets: Number(values.sockets),
    messagesPerSocket: 3,
  })
  console.log(JSON.stringify({ ...run, wrong: wrong.length, seconds: Math.round(seconds) }))
  if (wrong.length > 0) process.exitCode = 1
} finally {
  await system.stop()
}

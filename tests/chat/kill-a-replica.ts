import { eventually } from '@stoa/testing'
import { accountOf, ask, newCustomer } from '../requests/accounts.ts'
import type { WholeSystem } from '../whole-system.ts'
import { followChat, type ChatClient } from './follow-chat.ts'

/** What became of the sockets of a run. */
export interface ChatRun {
  readonly sockets: number
  readonly messages: number
  readonly deliveries: number
  readonly reconnects: number
  /** Sockets that have not seen every message once and in order, and what they have seen. */
  readonly wrong: readonly (readonly number[])[]
  readonly seconds: number
}

interface RunOptions {
  readonly sockets: number
  readonly messagesPerSocket: number
}

/** Below the limit of one account. */
const socketsPerCustomer = 10

/**
 * Opens sockets of many conversations through the gateway, over the replicas of support; kills one while all of them send, and reports
 * what each socket has seen at the end.
 */
export async function killAReplica(
  { gatewayUrl, rows }: Pick<WholeSystem, 'gatewayUrl' | 'rows'>,
  { sockets, messagesPerSocket }: RunOptions,
): Promise<ChatRun> {
  const startMs = performance.now()
  const conversations: ChatClient[][] = []
  for (let count = 0; count < sockets; count += socketsPerCustomer) {
    const customer = await newCustomer()
    const { id } = await ask('POST', '/api/v1/chat/conversations', customer, {})
    const follow = () => followChat(gatewayUrl, customer.token, id)
    conversations.push(await Promise.all(Array.from({ length: Math.min(socketsPerCustomer, sockets - count) }, follow)))
  }
  const clients = conversations.flat()
  const said = clients.map(async (client, at) => {
    for (let n = 0; n < messagesPerSocket; n++) await client.say(`${at} ${n}`)
  })
  const half = (sockets * messagesPerSocket) / 2
  await eventually(async () => {
    if (conversations.reduce((sum, [first]) => sum + (first?.seen.length ?? 0), 0) < half / 2)
      throw new Error('too early')
  })
  const victim = (await rows()).find(({ service, pid }) => service === 'support' && pid !== null)
  if (victim?.pid === null || victim === undefined) throw new Error('no process of support')
  process.kill(victim.pid, 'SIGKILL')
  await Promise.all(said)
  const expected = conversations.map((each) => each.length * messagesPerSocket)
  await eventually(async () => {
    const missing = conversations.flatMap((each, at) => each.filter(({ seen }) => seen.length < (expected[at] ?? 0)))
    if (missing.length > 0) throw new Error(`${missing.length} sockets have not seen every message`)
  })
  const wrong = conversations.flatMap((each, at) =>
    each
      .filter(({ seen }) => seen.join() !== Array.from({ length: expected[at] ?? 0 }, (_, n) => n + 1).join())
      .map(({ seen }) => seen),
  )
  for (const client of clients) client.close()
  return {
    sockets: clients.length,
    messages: expected.reduce((sum, count) => sum + count, 0),
    deliveries: clients.reduce((sum, { seen }) => sum + seen.length, 0),
    reconnects: clients.reduce((sum, { reconnects }) => sum + reconnects(), 0),
    wrong,
    seconds: (performance.now() - startMs) / 1_000,
  }
}

/** Refuses the sockets of a conversation to another customer. */
export async function strangerIsRefused({ gatewayUrl }: Pick<WholeSystem, 'gatewayUrl'>): Promise<string> {
  const [owner, stranger] = [await accountOf('customer'), await newCustomer()]
  const { id } = await ask('POST', '/api/v1/chat/conversations', owner, {})
  const { connectSocket } = await import('@stoa/testing')
  const refused = connectSocket(`${gatewayUrl}/api/v1/chat?conversationId=${id}`, {
    headers: { authorization: `Bearer ${stranger.token}` },
  })
  return refused.then(
    () => 'opened',
    (error: Error) => error.message,
  )
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { InventoryRpc } from '@stoa/contracts/inventory/rpc_pb.js'
import { connectRpc } from '@stoa/rpc'
import { benchMesh, makeCertificates } from '../bench-mesh.ts'
import { median, rounded, type Bench, type Figure } from '../figure.ts'
import { machineSettings } from '../system-under-test.ts'
import { onInterrupt } from '../interrupts.ts'

/** What one call between two services costs, caller and callee together. */
export const rpc: Bench = {
  name: 'rpc',
  summary: 'CPU of one call between two processes, against the Connect library on both sides',
  async run({ isSmoke, note }) {
    const calls = isSmoke ? 200 : 20_000
    const runs = isSmoke ? 1 : 5
    const found: Record<Side, number[]> = { ours: [], library: [], secure: [] }
    for (let run = 1; run <= runs; run++) {
      note(`${calls} calls each way, run ${run} of ${runs}`)
      for (const side of ['ours', 'library', 'secure'] as const)
        found[side].push(await microsecondsPerCall(side, calls))
    }
    const [ours, peerValue] = [median(found.ours), median(found.library)]
    const figure: Figure = {
      bench: 'rpc',
      metric: 'CPU of a call, caller and callee',
      ours: rounded(ours),
      unit: 'µs',
      peer: 'Connect for Node, HTTP/2',
      peerValue: rounded(peerValue),
      ratio: rounded(peerValue / ours),
      settings: { ...machineSettings(), calls, runs, concurrency },
    }
    const secure: Figure = {
      bench: 'rpc',
      metric: 'CPU of a call with mutual TLS, caller and callee',
      ours: rounded(median(found.secure)),
      unit: 'µs',
      peer: 'the same call without TLS',
      peerValue: rounded(ours),
      ratio: rounded(ours / median(found.secure)),
      settings: { ...machineSettings(), calls, runs, concurrency },
    }
    return [figure, secure]
  },
}

type Side = 'ours' | 'library' | 'secure'

const concurrency = 8
const request = { orderId: '0199d5c8-3f6a-7d5c-9c55-8a1f3a3d5b70' }
const headers = {
  authorization: `Bearer ${'x'.repeat(650)}`,
  'idempotency-key': 'order-fulfilment:0199d5c8-3f6a-7d5c-9c55-8a1f3a3d5b70/confirm_order/action',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
}

async function microsecondsPerCall(side: Side, calls: number): Promise<number> {
  const folder = side === 'secure' ? await makeCertificates(['order', 'inventory']) : undefined
  const callee = fork(new URL('../rpc-callee.ts', import.meta.url), folder === undefined ? [side] : [side, folder])
  const forget = onInterrupt(() => callee.kill())
  try {
    const [port] = (await once(callee, 'message')) as [number]
    const { call, close } = side === 'library' ? libraryCaller(port) : ourCaller(port, folder)
    const cpuOfCallee = async () => {
      callee.send('cpu')
      const [used] = (await once(callee, 'message')) as [NodeJS.CpuUsage]
      return used.user + used.system
    }
    await repeat(call, Math.ceil(calls / 4))
    const calleeBefore = await cpuOfCallee()
    const before = process.cpuUsage()
    await repeat(call, calls)
    const { user, system } = process.cpuUsage(before)
    const total = user + system + (await cpuOfCallee()) - calleeBefore
    close()
    return total / calls
  } finally {
    callee.kill()
    forget()
    if (folder !== undefined) await rm(folder, { recursive: true })
  }
}

async function repeat(call: () => Promise<unknown>, times: number): Promise<void> {
  let left = times
  const loop = async () => {
    while (left-- > 0) await call()
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
}

function ourCaller(port: number, folder?: string) {
  const mesh = folder === undefined ? undefined : benchMesh('order', folder).identity
  const connection = connectRpc('127.0.0.1', port, 'inventory', mesh)
  const call = () =>
    connection.unary(InventoryRpc.method.confirm, request, { headers, timeoutMs: 5_000, signal: undefined })
  return { call, close: () => connection.close() }
}

function libraryCaller(port: number) {
  const transport = createConnectTransport({ baseUrl: `http://127.0.0.1:${port}`, httpVersion: '2' })
  const client = createClient(InventoryRpc, transport)
  return { call: () => client.confirm(request, { headers }), close() {} }
}

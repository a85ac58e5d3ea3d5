import type { Socket } from 'node:net'
import { socketCloseCodes } from '@stoa/contract'
import { closeFrame, frameBoundary } from './frame-boundary.ts'

/** The open WebSockets of a gateway: bytes that it passes on in both directions. */
export interface Tunnels {
  /** Passes bytes on until either side ends; `onEnd` is called once. */
  readonly open: (ends: TunnelEnds) => void
  readonly count: () => number
  /** Ends all with close code 1001 and a time after which to come back, and waits until they are closed. */
  readonly drain: () => Promise<void>
}

interface TunnelEnds {
  readonly client: Socket
  readonly upstream: Socket
  readonly onEnd: () => void
}

/** The platform pings more often; silence in both directions means that a side is lost. */
const idleMs = 60_000
/** How long a client has to answer a close frame. */
const closingMs = 2_000

/** Makes the tunnels of one gateway. */
export function makeTunnels(): Tunnels {
  const closers = new Map<object, () => void>()
  let onNone: (() => void) | undefined
  let isDraining = false
  return {
    open({ client, upstream, onEnd }) {
      const key = {}
      const goAway = pass(client, upstream, () => {
        closers.delete(key)
        onEnd()
        if (closers.size === 0) onNone?.()
      })
      closers.set(key, goAway)
      if (isDraining) goAway()
    },
    count: () => closers.size,
    async drain() {
      isDraining = true
      for (const goAway of closers.values()) goAway()
      if (closers.size > 0) await new Promise<void>((resolve) => (onNone = resolve))
    },
  }
}

/** Connects both sides, each at the speed of the other. Returns a function that says goodbye to the client. */
function pass(client: Socket, upstream: Socket, onEnd: () => void): () => void {
  const boundary = frameBoundary()
  let isLeaving = false
  let hasSaidGoodbye = false
  let timer: NodeJS.Timeout | undefined

  function sayGoodbye(): void {
    if (hasSaidGoodbye || !boundary.isReached()) return
    hasSaidGoodbye = true
    const seconds = 1 + Math.floor(Math.random() * 4)
    client.end(closeFrame(socketCloseCodes.goingAway, `service.draining retry-after=${seconds}`))
    upstream.destroySoon()
  }

  upstream.on('data', (chunk: Buffer) => {
    if (hasSaidGoodbye) return
    boundary.push(chunk)
    if (!client.write(chunk)) upstream.pause()
    if (isLeaving) sayGoodbye()
  })
  client.on('drain', () => upstream.resume())
  client.on('data', (chunk: Buffer) => {
    if (!upstream.write(chunk)) client.pause()
  })
  upstream.on('drain', () => client.resume())
  upstream.once('end', () => client.end())
  client.once('end', () => upstream.end())
  upstream.once('close', () => client.destroySoon())
  client.once('close', () => {
    clearTimeout(timer)
    upstream.destroy()
    onEnd()
  })
  upstream.on('error', () => {})
  client.setTimeout(idleMs, () => client.destroy())
  client.resume()
  upstream.resume()
  return () => {
    isLeaving = true
    timer = setTimeout(() => client.destroy(), closingMs)
    sayGoodbye()
  }
}

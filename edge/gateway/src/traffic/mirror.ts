import { EventEmitter } from 'node:events'
import type { Principal } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import type { Route } from '../routes/route.ts'
import { attempt } from '../upstream/attempt.ts'
import { slotHeld } from '../upstream/slot.ts'
import type { Upstream } from '../upstream/upstreams.ts'

/** A request that was sent on. */
export interface Mirrored {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly upstream: Upstream
  /** That gets the copy. */
  readonly version: string
}

/** Sends a copy of a safe request to another version, and drops the answer. At once, and never throws. */
export type Mirror = (mirrored: Mirrored) => void

const mostInProgress = 32
const mostAnswerBytes = 16 * 1_048_576
const timeoutMs = 5_000

/**
 * Makes the mirror: at most 32 copies are in progress, further ones are left out. A copy takes no slot of its service, moves no circuit
 * breaker, is not repeated, and is part of no trace of its client.
 */
export function makeMirror({ metrics }: Pick<Telemetry, 'metrics'>): Mirror {
  const copies = metrics.counter('gateway_mirrored_requests_total', 'Copies of requests to another version', [
    'upstream',
    'result',
  ])
  let inProgress = 0

  return ({ route, head, principal, upstream, version }) => {
    if (!mayBeCopied(route, head)) return
    const count = (result: 'answered' | 'failed' | 'left_out') => copies.add(1, { upstream: upstream.service, result })
    const target = inProgress < mostInProgress ? upstream.findOf(route.group, version) : undefined
    if (target === undefined) return count('left_out')
    inProgress += 1
    const response = droppedAnswer(() => void (inProgress -= 1))
    const slot = slotHeld(response, () => {})
    const deadlineMs = Date.now() + timeoutMs
    const exchange = { head, route, principal, response, deadlineMs, slot, isCopy: true }
    const once = { timeoutMs, idleTimeoutMs: undefined, mayRetry: false, isRepeatable: false }
    attempt({ exchange, target, body: undefined, trace: {}, extraHeaders: [], ...once }).then(
      ({ kind }) => {
        if (kind === 'failed') response.destroy()
        count(kind === 'failed' ? 'failed' : 'answered')
      },
      () => {
        response.destroy()
        count('failed')
      },
    )
  }
}

/** Only what changes nothing, has no body, and ends. */
function mayBeCopied(route: Route, { method, headers }: RequestHead): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) return false
  return !route.isStream && route.isUpload !== true && route.isDownload !== true && !route.isForeign
}

/** Takes an answer that is not read; a very long one is cut off. */
function droppedAnswer(onOver: () => void): AnswerTarget {
  const events = new EventEmitter()
  let leftBytes = mostAnswerBytes
  let isOver = false
  const over = () => {
    if (isOver) return
    isOver = true
    events.emit('close')
    onOver()
  }
  const target: AnswerTarget = {
    get destroyed() {
      return isOver
    },
    writeHead: () => target,
    write(chunk) {
      leftBytes -= chunk.length
      if (leftBytes < 0) over()
      return true
    },
    end: over,
    destroy: over,
    on: (event, listener) => events.on(event, listener),
    once: (event, listener) => events.once(event, listener),
    off: (event, listener) => events.off(event, listener),
  }
  return target
}

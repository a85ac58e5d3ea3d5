import { EventEmitter } from 'node:events'
import type { Service } from '@stoa/contract'
import { platformError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import { bareHead } from '../own/bare-head.ts'
import { authorize } from '../policies/authorization.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { eventQueue } from './event-queue.ts'
import { ReadProblem } from './graph-errors.ts'
import type { Read } from './waves.ts'

/** The events of a stream of a service, parsed. Rejects with the problem of a service that refuses it. */
export type FollowStream = (read: Read) => Promise<AsyncGenerator<unknown, void>>

interface StreamRequest {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly response: AnswerTarget
}

interface FollowOptions {
  readonly services: ReadonlyMap<string, Service>
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  /** Sends a request on to a service, as the caller. */
  readonly forward: (request: StreamRequest) => Promise<Proxied>
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal
}

/** Follows streams of services as the caller; a stream ends with its service, its token or its client. */
export function followService({ services, route, head, principal, forward, signal }: FollowOptions): FollowStream {
  return async ({ service, operation, params, search }) => {
    const stream = services.get(service)?.operations[operation]
    if (stream?.kind !== 'stream') throw new Error(`${service}.${operation} is no stream`)
    authorize({ ...route, permission: stream.permission }, principal)
    const path = pathOf(stream.path, params)
    const target = eventTarget()
    signal.addEventListener('abort', target.destroy)
    void forward({
      route: { ...route, service, method: 'GET', path: stream.path, group: 'streams', isStream: true },
      head: { ...bareHead(head), method: 'GET', path, search: search === '' ? '' : `?${search}` },
      principal,
      response: target,
    }).catch(target.fail)
    await target.opened
    return target.events()
  }
}

function pathOf(template: string, params: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_braces, name: string) => {
    const value = params[name] ?? ''
    // these would be another path
    if (value === '' || value === '.' || value === '..') {
      throw platformError('request.path_unknown', `"${value}" is no ${name}.`)
    }
    return encodeURIComponent(value)
  })
}

const largestProblemBytes = 65_536

interface EventTarget extends AnswerTarget {
  /** Resolves when the service has begun the stream. */
  readonly opened: Promise<void>
  readonly fail: (error: unknown) => void
  readonly events: () => AsyncGenerator<unknown, void>
  destroy(): void
}

/** Receives a stream in place of the client, and hands out its events; the service waits while too many are not taken. */
function eventTarget(): EventTarget {
  const emitter = new EventEmitter()
  const { promise: opened, resolve: open, reject: refuse } = Promise.withResolvers<void>()
  const queue = eventQueue({
    onEmpty: () => emitter.emit('drain'),
    onOver: () => emitter.emit('close'),
  })
  const decoder = new TextDecoder()
  let [status, problem] = [0, '']

  function fail(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error('the stream failed', { cause: thrown })
    refuse(error)
    queue.end(error)
  }

  function end(chunk?: Buffer): void {
    if (chunk !== undefined) target.write(chunk)
    if (status === 200) queue.end()
    else fail(refusalIn(problem))
  }

  const target: EventTarget = {
    opened,
    fail,
    end,
    events: queue.events,
    get destroyed() {
      return queue.isOver()
    },
    writeHead(as) {
      status = as
      if (status === 200) open()
      return { end }
    },
    write(chunk) {
      const text = decoder.decode(chunk, { stream: true })
      if (status === 200) return queue.write(text)
      if (problem.length < largestProblemBytes) problem += text
      return true
    },
    destroy() {
      refuse(platformError('service.unavailable', 'The service ended the stream.'))
      queue.end()
    },
    on: (event, listener) => emitter.on(event, listener),
    once: (event, listener) => emitter.once(event, listener),
    off: (event, listener) => emitter.off(event, listener),
  }
  return target
}

function refusalIn(text: string): Error {
  try {
    return new ReadProblem(JSON.parse(text) as object)
  } catch {
    return platformError('service.unavailable', 'The service did not begin the stream.', { retryAfterSeconds: 1 })
  }
}

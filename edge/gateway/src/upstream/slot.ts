import { type AppError, platformError } from '@stoa/kernel'
import type { Bulkhead } from '@stoa/resilience'
import type { AnswerTarget } from '../exchange.ts'

/** The slot of one call among the concurrent calls of its upstream. */
export interface Slot {
  /** Resolves when the call may start; undefined if it may start immediately. Rejects if the client disconnects or the deadline passes. */
  readonly entered: Promise<void> | undefined
  /** Releases the slot, or leaves the queue; repeated calls do nothing. */
  readonly release: () => void
}

type Client = Pick<AnswerTarget, 'destroyed' | 'once' | 'off'>

/**
 * Takes a slot, or queues for one until the deadline. The client's `close` releases it: registered here, before anything
 * is awaited, so that no path can miss it. Throws AppError `service.saturated` when the queue is full.
 */
export function takeSlot(slots: Bulkhead, client: Client, deadlineMs: number): Slot {
  if (client.destroyed) throw clientHasLeft()
  return slots.tryEnter() ? slotHeld(client, () => slots.leave()) : slotQueuedFor(slots, client, deadlineMs)
}

/** A slot that is held until it is released, at the latest when the client leaves. */
export function slotHeld(client: Client, leave: () => void): Slot {
  let isReleased = false
  const release = () => {
    if (isReleased) return
    isReleased = true
    client.off('close', release)
    leave()
  }
  client.once('close', release)
  return { entered: undefined, release }
}

function slotQueuedFor(slots: Bulkhead, client: Client, deadlineMs: number): Slot {
  const { promise: entered, resolve, reject } = Promise.withResolvers<void>()
  let taken: Slot | undefined
  const leaveQueue = () => {
    clearTimeout(timer)
    client.off('close', onClose)
    return slots.cancelWait(waiter)
  }
  const onClose = () => {
    if (leaveQueue()) reject(clientHasLeft())
  }
  const waiter = {
    onEnter() {
      leaveQueue()
      taken = slotHeld(client, () => slots.leave())
      resolve()
    },
  }
  if (!slots.tryWait(waiter)) throw slots.refusal()
  client.once('close', onClose)
  const timer = setTimeout(() => {
    if (leaveQueue()) reject(slots.refusal())
  }, deadlineMs - Date.now())
  return { entered, release: () => (taken === undefined ? onClose() : taken.release()) }
}

/** What ends the work for a client that is gone; it is not read. */
export function clientHasLeft(): AppError {
  return platformError('request.deadline_exceeded', 'The client has disconnected.')
}

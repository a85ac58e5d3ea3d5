import { setTimeout as delay } from 'node:timers/promises'
import { mustEnd } from './call-cases.ts'
import type { Point } from './definitions.ts'
import type { Interceptor, Message } from './fault-proxy.ts'
import { hold } from './holds.ts'
import { cancel, untilAtRest, untilBooksAgree, untilStatus, wayOf } from './journeys.ts'
import type { Case, World } from './world.ts'

const saga = 'order-fulfilment'

/** The order is cancelled by its customer at every moment of its fulfilment. */
export function cancelCases(points: readonly Point[]): Case[] {
  const actions = points.filter((point) => point.saga === saga && point.part === 'action')
  const hooks = points.filter((point) => point.saga === saga && point.kind === 'local' && point.step !== '')
  const review = hooks.some(({ isWait }) => isWait) ? [whileInReview()] : []
  return [
    ...actions.flatMap((point) => [
      cancelCase(point, 'before its callee is called', async (off, forward) => {
        await off()
        return forward()
      }),
      cancelCase(point, 'while its callee works', async (off, forward) => {
        const [answer] = await Promise.all([forward(), off()])
        return answer
      }),
      cancelCase(point, 'after its callee has answered', async (off, forward) => {
        const answer = await forward()
        await off()
        return answer
      }),
    ]),
    ...hooks
      .filter(({ isWait }) => !isWait)
      .flatMap((point) => [duringHook(point, 'write'), duringHook(point, 'commit')]),
    ...review,
  ]
}

type Between = (off: () => Promise<unknown>, forward: () => Promise<Message>) => Promise<Message>

function cancelCase({ step }: Point, when: string, between: Between): Case {
  return {
    saga,
    step: `${step} action`,
    fault: `cancelled ${when}`,
    async run(world) {
      let isOff = false
      const interceptor: Interceptor = async (call, forward) => {
        if (isOff || call.saga !== saga || call.step !== step || call.part !== 'action') return forward()
        isOff = true
        return between(() => cancel(world, call.key), forward)
      }
      return mustBeCancelled(world, await start(world, interceptor))
    },
  }
}

/** Cancelled while the order service itself writes; the cancellation has to wait for that write. */
function duringHook({ step, part }: Point, at: 'write' | 'commit'): Case {
  return {
    saga,
    step: `${step} ${part}`,
    fault: `cancelled ${at === 'write' ? 'before' : 'at the commit of'} its transaction`,
    async run(world) {
      const kind = part === 'enter' ? 'enter' : 'action'
      const outcome = part === 'enter' ? 'entered' : 'succeeded'
      let held: ReturnType<typeof hold> | undefined
      const interceptor: Interceptor = async (call, forward) => {
        held ??= hold(world.system, { subject: `${saga}:${call.key}`, step, kind, outcome, at })
        await held
        return forward()
      }
      const journey = await start(world, interceptor)
      while (held === undefined) await delay(5)
      const { reached, release } = await held
      await reached()
      const off = cancel(world, journey.orderId)
      await delay(100)
      await release()
      await off
      return mustBeCancelled(world, journey)
    },
  }
}

function whileInReview(): Case {
  return {
    saga,
    step: 'payment_review',
    fault: 'cancelled while it waits for a reviewer',
    async run(world) {
      const journey = await (await wayOf(saga).prepare(world, world.suspect)).start((_call, forward) => forward())
      await untilStatus(world, journey.orderId, 'on_hold')
      await cancel(world, journey.orderId)
      return mustBeCancelled(world, journey)
    },
  }
}

async function start(world: World, interceptor: Interceptor) {
  return (await wayOf(saga).prepare(world, world.buyer)).start(interceptor)
}

async function mustBeCancelled(world: World, journey: Awaited<ReturnType<typeof start>>): Promise<string> {
  const { state } = await untilAtRest(world, journey)
  if (state === 'compensated') return mustEnd(world, journey, { end: 'compensated', isUndone: true })
  const { status } = await untilBooksAgree(world, journey)
  if (status !== 'cancelled') throw new Error(`the order is ${status} instead of cancelled`)
  return 'cancelled, by a saga of its own after the confirmation'
}

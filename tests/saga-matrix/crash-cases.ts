import type { Target } from './call-cases.ts'
import { mustEnd } from './call-cases.ts'
import { nameOf, type Point } from './definitions.ts'
import type { Interceptor } from './fault-proxy.ts'
import { lockTable } from './holds.ts'
import { undoing, untilAtRest, wayOf } from './journeys.ts'
import { makeMeeting, within, type Meeting } from './meeting.ts'
import type { Case, Group, World } from './world.ts'

/** A call of a saga and where it goes. */
export interface CallPoint {
  readonly point: Point
  readonly target: Target
}

type Victim = 'callee' | 'order'

/** What each method writes; the process that works on it is stopped at each of them. */
const written: Readonly<Record<string, readonly string[]>> = {
  AcceptQuote: ['acceptances', 'promotions'],
  ReleaseQuote: ['acceptances', 'promotions'],
  Reserve: ['stock', 'reservations'],
  Release: ['stock', 'reservations'],
  Confirm: ['reservations'],
  Pay: ['payments', 'sandbox_charges', 'ledger_transactions'],
  Refund: ['payments', 'sandbox_charges', 'ledger_transactions'],
  CreateShipment: ['shipments', 'tracking_events'],
  CancelShipment: ['shipments'],
}

function writtenBy({ path }: Target): readonly string[] {
  const method = path.split('/').at(-1) ?? ''
  const tables = written[method]
  if (tables === undefined) throw new Error(`tests/saga-matrix/crash-cases.ts does not say what ${method} writes`)
  return tables
}

/** A call, and the table at which it is stopped. */
interface StoppedCall extends CallPoint {
  readonly table: string | undefined
}

/** Every call, each with its callee and then order killed before, while and after the callee works on it. */
export function crashGroups(calls: readonly CallPoint[]): Group[] {
  const byCallee = [...Map.groupBy(calls, ({ target }) => target.callee)]
  const whole = (victim: Victim, name: string, some: readonly CallPoint[]): Group[] => {
    const all = some.map((call) => ({ ...call, table: undefined }))
    return [
      crashGroup(`${name} killed before`, { victim, moment: 'before', calls: all }),
      ...duringGroups(victim, name, some),
      crashGroup(`${name} killed after`, { victim, moment: 'after', calls: all }),
    ]
  }
  return [...byCallee.flatMap(([callee, some]) => whole('callee', callee, some)), ...whole('order', 'order', calls)]
}

/** One table of each callee at a time: a call that is stopped at one cannot come to another. */
function duringGroups(victim: Victim, name: string, calls: readonly CallPoint[]): Group[] {
  const tablesOf = Map.groupBy(calls, ({ target }) => target.callee)
  const perCallee = [...tablesOf.values()].map((some) => [...new Set(some.flatMap(({ target }) => writtenBy(target)))])
  const most = Math.max(...perCallee.map((tables) => tables.length))
  return Array.from({ length: most }, (_, index) => {
    const stopped = perCallee.flatMap((tables) => tables.slice(index, index + 1))
    const some = calls.flatMap((call): StoppedCall[] => {
      const table = writtenBy(call.target).find((each) => stopped.includes(each))
      return table === undefined ? [] : [{ ...call, table }]
    })
    return crashGroup(`${name} killed during (${index + 1})`, { victim, moment: 'during', calls: some }, index === 0)
  })
}

interface Crash {
  readonly victim: Victim
  readonly moment: 'before' | 'during' | 'after'
  readonly calls: readonly StoppedCall[]
}

interface Scene extends Crash {
  readonly prepared: Meeting
  /** All calls are on their way, none has reached its callee. */
  readonly sent: Meeting
  /** All calls are where the crash is to meet them. */
  readonly there: Meeting
}

function crashGroup(name: string, crash: Crash, isSmall = true): Group {
  const { calls } = crash
  const [prepared, sent, there] = [makeMeeting(calls.length), makeMeeting(calls.length), makeMeeting(calls.length)]
  const scene = { ...crash, prepared, sent, there }
  return {
    name,
    isSmall,
    killsDriver: crash.victim === 'order',
    cases: calls.map((call) => crashCase(scene, call)),
    conduct: (world) => conduct(world, scene),
  }
}

/** Sees to it that all calls are where they are to be, kills, and lets everything continue. */
async function conduct(world: World, scene: Scene): Promise<void> {
  const { prepared, sent, there, victim, moment, calls } = scene
  try {
    await within(prepared.allThere, 60_000, 'all sagas prepared')
    prepared.end()
    await within(sent.allThere, 30_000, 'all calls on their way')
    const [first] = calls
    const kill = victim === 'order' ? world.killDriver : () => world.system.kill(`${first?.target.callee}-1`)
    if (moment === 'during') return await killWhileWorking(world, scene, kill)
    sent.end()
    await within(there.allThere, 30_000, 'all calls at their point')
    await kill()
  } finally {
    for (const meeting of [prepared, sent, there]) meeting.end()
  }
}

async function killWhileWorking(world: World, { calls, sent, there }: Scene, kill: () => Promise<void>) {
  const tables = Map.groupBy(calls, ({ target, table }) => `${target.callee} ${table}`)
  const locked = await Promise.all(
    [...tables].map(async ([name, some]) => {
      const [callee = '', table = ''] = name.split(' ')
      return { lock: await lockTable(world.system, callee, table), count: some.length }
    }),
  )
  try {
    sent.end()
    await Promise.all(locked.map(({ lock, count }) => lock.waitedForBy(count)))
    await kill()
    there.end()
  } finally {
    await Promise.all(locked.map(({ lock }) => lock.release()))
  }
}

function crashCase(scene: Scene, { point, target, table }: StoppedCall): Case {
  const { victim, moment } = scene
  const where = table === undefined ? '' : ` (at ${table})`
  return {
    saga: point.saga,
    step: `${point.step} ${point.part}`,
    fault: `${victim === 'order' ? 'order' : target.callee} killed ${moment}${where}`,
    run: (world) => run(world, scene, point),
  }
}

async function run(world: World, scene: Scene, point: Point): Promise<string> {
  const { prepared, sent, there, victim } = scene
  let wasThere = false
  const inner: Interceptor = async (call, forward) => {
    if (call.saga !== point.saga || call.step !== point.step || call.part !== point.part) return forward()
    if (there.isOver()) return forward()
    wasThere = true
    world.tried.add(nameOf(point))
    return meetTheCrash(scene, point, forward)
  }
  const isUndone = point.part === 'compensation'
  try {
    const ready = await wayOf(point.saga).prepare(world, world.buyer)
    await prepared.arrive(point)
    const journey = await ready.start(isUndone ? undoing(world, point.saga, inner) : inner)
    const { epoch, state } = await untilAtRest(world, journey)
    if (!wasThere) throw new Error(`${nameOf(point)} was not called before the crash`)
    if (victim === 'order' && epoch < 2) throw new Error('no worker took the saga over')
    // A callee that is back only when the attempts before the pivot are used up: then all is undone.
    const isGivenUp = victim === 'callee' && state === 'compensated' && !point.mustHold
    return await mustEnd(world, journey, { end: isUndone || isGivenUp ? 'compensated' : 'completed', isUndone })
  } finally {
    for (const meeting of [prepared, sent, there]) meeting.leave(point)
  }
}

async function meetTheCrash({ moment, sent, there }: Scene, point: Point, forward: () => Promise<unknown>) {
  await sent.arrive(point)
  if (moment === 'after') await forward()
  if (moment === 'during') forward().catch(() => {})
  await there.arrive(point)
  return 'cut' as const
}

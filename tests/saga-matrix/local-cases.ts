import { mustEnd } from './call-cases.ts'
import { nameOf, sagas, type Point } from './definitions.ts'
import type { Interceptor } from './fault-proxy.ts'
import { age, hold, type Hold } from './holds.ts'
import { undoing, untilAtRest, wayOf, type Journey } from './journeys.ts'
import { makeMeeting, within, type Meeting } from './meeting.ts'
import { refusal, refusalsOf } from './refusals.ts'
import { approveWhenHeld } from './review.ts'
import type { Customer } from './shop.ts'
import type { Case, Group, World } from './world.ts'

type Moment = 'before' | 'during' | 'after'

// Each holds a connection of order's pool, which others need too.
const mostAtOnce = 4

/** Everything that runs in a transaction of order's own, with order killed before it, at its commit, and after it. */
export function localGroups(locals: readonly Point[]): Group[] {
  const moments: readonly Moment[] = ['before', 'during', 'after']
  const count = Math.ceil(locals.length / mostAtOnce)
  return Array.from({ length: count }, (_, index) => index).flatMap((index) => {
    const some = locals.slice(index * mostAtOnce, (index + 1) * mostAtOnce)
    return moments.map((moment) => localGroup(`order killed ${moment} a write of its own (${index + 1})`, moment, some))
  })
}

function localGroup(name: string, moment: Moment, some: readonly Point[]): Group {
  const there = makeMeeting(some.length)
  return {
    name,
    isSmall: moment === 'during',
    killsDriver: true,
    cases: some.map((point) => localCase(point, moment, there)),
    async conduct(world) {
      try {
        await within(there.allThere, 60_000, 'all sagas at their point')
        await world.killDriver()
      } finally {
        there.end()
      }
    },
  }
}

function localCase(point: Point, moment: Moment, there: Meeting): Case {
  const at = { before: 'before', during: 'at the commit of', after: 'after' }[moment]
  return {
    saga: point.saga,
    step: `${point.step} ${point.part}`.trim(),
    fault: `order killed ${at} its transaction`,
    async run(world) {
      try {
        return await run(world, point, moment, there)
      } finally {
        there.leave(point)
      }
    },
  }
}

async function run(world: World, point: Point, moment: Moment, there: Meeting): Promise<string> {
  const { saga, part } = point
  const isOnHold = point.isWait
  const way = wayOf(saga)
  // By its customer a saga is known before it has begun.
  const customer: Customer = part === 'start' ? await world.shop.newCustomer() : isOnHold ? world.suspect : world.buyer
  const ready = await way.prepare(world, customer)
  const subject = ready.key === undefined ? undefined : `${saga}:${ready.key}`
  const isUndone = part === 'compensated'
  if (isUndone && way.undo === 'age' && subject !== undefined) await age(world.system, subject)
  const scene = meet(world, point, moment, there)
  // A saga whose key is made at its start is stopped from its first call on.
  const early = subject ?? (part === 'start' ? customer.id : undefined)
  if (early !== undefined) await scene.begin(early)
  const inner: Interceptor = async (call, forward) => {
    await scene.begin(`${call.saga}:${call.key}`)
    if (await scene.isHeldBack()) return 'cut'
    if (isUndone && way.undo === 'refuse') return refusal(call.callee, refusalsOf(call.callee, call.path)[0] ?? '')
    return forward()
  }
  const interceptor = isUndone && way.undo === 'cancel' ? undoing(world, saga, inner) : inner
  const started = ready.start(interceptor)
  const reviewed = isOnHold ? started.then(({ orderId }) => approveWhenHeld(world, orderId)) : undefined
  await scene.met()
  const journey = await started
  await reviewed
  world.tried.add(nameOf(point))
  await mustBeTakenOver(world, journey, point, moment)
  return mustEnd(world, journey, { end: isUndone ? 'compensated' : 'completed', isUndone })
}

/** Another replica, or the same again, must have driven on what was not at its end yet. */
async function mustBeTakenOver(world: World, journey: Journey, point: Point, moment: Moment): Promise<void> {
  const { epoch } = await untilAtRest(world, journey)
  const wasOver = moment !== 'before' && endsSaga(point)
  if (point.part !== 'start' && !wasOver && epoch < 2) throw new Error('no worker took the saga over')
}

/** Whether the saga is over with this write. */
function endsSaga({ saga, step, part }: Point): boolean {
  if (part === 'completed' || part === 'compensated') return true
  const { steps = [], onCompleted } = sagas[saga] ?? {}
  return part === 'then' && steps.at(-1)?.name === step && onCompleted === undefined
}

interface Scene {
  readonly begin: (subject: string) => Promise<void>
  /** What is written is written: nothing more happens until the crash is over; then whether this call is of the dead. */
  readonly isHeldBack: () => Promise<boolean>
  readonly met: () => Promise<void>
}

/** Where in its transaction the saga is met. */
function meet(world: World, point: Point, moment: Moment, there: Meeting): Scene {
  const begun = Promise.withResolvers<void>()
  let subject: string | undefined
  let held: Promise<Hold> | undefined
  const written = () => (subject === undefined ? false : isWritten(world, point, subject))
  return {
    async begin(of) {
      subject ??= of
      if (moment !== 'after' && !there.isOver())
        held ??= hold(world.system, { subject, ...entryOf(point), at: moment === 'before' ? 'write' : 'commit' })
      await held
      begun.resolve()
    },
    async isHeldBack() {
      if (moment !== 'after' || there.isOver() || !(await written())) return false
      await there.arrive(point)
      return true
    },
    async met() {
      await begun.promise
      if (moment === 'after') await within(untilWritten(written), 60_000, nameOf(point))
      else await (await held)?.reached()
      await there.arrive(point)
      // Whether the write that was left behind holds is decided before or after others look for what the dead has left.
      if (world.random() < 0.5) await new Promise((resolve) => setTimeout(resolve, 1_500))
      await (await held)?.release()
    },
  }
}

async function untilWritten(written: () => Promise<boolean> | false): Promise<void> {
  while (!(await written())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** What is written when the point has been passed. */
function entryOf({ part, isWait, step }: Point): { step: string; kind: string; outcome: string } {
  switch (part) {
    case 'start':
      return { step: '', kind: 'state', outcome: 'running' }
    case 'completed':
    case 'compensated':
      return { step: '', kind: 'state', outcome: part }
    case 'enter':
      return { step, kind: 'enter', outcome: 'entered' }
    default:
      return { step, kind: isWait ? 'wait' : 'action', outcome: 'succeeded' }
  }
}

async function isWritten({ system }: World, point: Point, subject: string): Promise<boolean> {
  const { step, kind, outcome } = entryOf(point)
  const database = system.database('order')
  if (point.part === 'start') {
    const { rows } = await database.query(
      `select 1 from sagas where name = $1 and (id = $2 or input->>'customerId' = $2)`,
      [point.saga, subject],
    )
    return rows.length > 0
  }
  const { rows } = await database.query(
    kind === 'state'
      ? 'select 1 from sagas where id = $1 and $2 = $2 and $3 = $3 and state = $4'
      : 'select 1 from saga_journal where saga_id = $1 and step = $2 and kind = $3 and outcome = $4',
    [subject, step, kind, outcome],
  )
  return rows.length > 0
}

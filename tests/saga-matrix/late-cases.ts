import { isDeepStrictEqual } from 'node:util'
import { readBooks } from './books.ts'
import { mustEnd } from './call-cases.ts'
import type { CallPoint } from './crash-cases.ts'
import { nameOf } from './definitions.ts'
import type { Answer, Interceptor, Message, SagaCall } from './fault-proxy.ts'
import { undoing, untilAtRest, wayOf, type Journey } from './journeys.ts'
import { codeOf, refusal, refusalsOf } from './refusals.ts'
import type { Case, World } from './world.ts'

/** Calls that come late: after their own compensation, or a day later. */
export function lateCases(calls: readonly CallPoint[]): Case[] {
  const isCompensated = ({ point }: CallPoint) =>
    calls.some((other) => other.point.part === 'compensation' && sameStep(other, { point }))
  return [
    ...calls.filter((call) => call.point.part === 'action' && isCompensated(call)).map(afterCompensation),
    ...calls.map(aDayLater),
  ]
}

function sameStep(left: Pick<CallPoint, 'point'>, right: Pick<CallPoint, 'point'>): boolean {
  return left.point.saga === right.point.saga && left.point.step === right.point.step
}

/** The request is on its way for so long that the saga has been undone when it arrives. */
function afterCompensation({ point, target }: CallPoint): Case {
  return {
    saga: point.saga,
    step: `${point.step} ${point.part}`,
    fault: 'arrives after its own compensation',
    async run(world) {
      let late: SagaCall | undefined
      const interceptor: Interceptor = async (call, forward): Promise<Answer> => {
        if (call.saga !== point.saga || call.step !== point.step || call.part !== 'action') return forward()
        if (late !== undefined) return refusal(target.callee, refusalsOf(target.callee, target.path)[0] ?? '')
        late = call
        return 'silence'
      }
      const journey = await (await wayOf(point.saga).prepare(world, world.buyer)).start(interceptor)
      const told = await mustEnd(world, journey, { end: 'compensated', isUndone: false })
      if (late === undefined) throw new Error(`${nameOf(point)} was never called`)
      const code = codeOf(await world.system.proxy.deliver(target.callee, late.request))
      if (code === undefined) throw new Error('it was not refused')
      if (!code.endsWith('withdrawn')) throw new Error(`it was refused with ${code}, not as withdrawn`)
      await mustEnd(world, journey, { end: 'compensated', isUndone: false })
      return `${told}; refused with ${code}`
    },
  }
}

/** The same request under the same key, when all that is kept for a day only is gone. */
function aDayLater({ point, target }: CallPoint): Case {
  return {
    saga: point.saga,
    step: `${point.step} ${point.part}`,
    fault: 'comes again a day later',
    async run(world) {
      let first: SagaCall | undefined
      let answered: Message | undefined
      const inner: Interceptor = async (call, forward) => {
        const answer = await forward()
        if (call.saga === point.saga && call.step === point.step && call.part === point.part) {
          first = call
          answered = answer
        }
        return answer
      }
      const isUndone = point.part === 'compensation'
      const ready = await wayOf(point.saga).prepare(world, world.buyer)
      const journey = await ready.start(isUndone ? undoing(world, point.saga, inner) : inner)
      const told = await mustEnd(world, journey, { end: isUndone ? 'compensated' : 'completed', isUndone })
      if (first === undefined || answered === undefined) throw new Error(`${nameOf(point)} was never called`)
      const before = await readBooks(world.system, journey.orderId)
      await letADayPass(world, target.callee, journey)
      const again = await world.system.proxy.deliver(target.callee, first.request)
      const code = codeOf(again)
      if (code !== undefined) throw new Error(`it was refused with ${code}, though it had been answered`)
      if (!again.body.equals(answered.body)) throw new Error('it was answered otherwise than the first time')
      await untilAtRest(world, journey)
      const after = await readBooks(world.system, journey.orderId)
      if (!isDeepStrictEqual(after, before))
        throw new Error(`it had an effect again: ${JSON.stringify(after)} instead of ${JSON.stringify(before)}`)
      return `${told}; answered as before, nothing done`
    },
  }
}

/** Ages everything that a callee holds about an order by more than a day, and drops what it keeps no longer than that. */
async function letADayPass({ system }: World, callee: string, { orderId }: Journey): Promise<void> {
  const database = system.database(callee)
  const { rows } = await database.query<{ table: string; columns: string[] }>(
    `select c.table_name as table, array_agg(c.column_name::text) as columns
       from information_schema.columns c
       join information_schema.columns k using (table_schema, table_name)
       join information_schema.tables t using (table_schema, table_name)
      where table_schema = 'public' and t.table_type = 'BASE TABLE' and k.column_name = 'order_id'
        and c.data_type = 'timestamp with time zone' and c.is_nullable = 'NO'
      group by c.table_name`,
  )
  for (const { table, columns } of rows) {
    const aged = columns.map((column) => `${column} = ${column} - interval '25 hours'`).join(', ')
    await database.query(`update ${table} set ${aged} where order_id = $1`, [orderId])
  }
  if (callee === 'pricing') await database.query('delete from quotes where id = $1', [await quoteOf(system, orderId)])
}

async function quoteOf(system: World['system'], orderId: string): Promise<string> {
  const { rows } = await system.database('order').query('select quote_id from orders where id = $1', [orderId])
  return rows[0].quote_id
}

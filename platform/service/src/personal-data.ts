import { isErasure, type Bindings, type EventType, type ReceivedEvent, type Service, type Tx } from '@stoa/contract'
import type { ExtraRoute } from '@stoa/http'
import { platformError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { isErased, noteErased } from './erased-subjects.ts'
import type { OperatorRecorder } from './operator-recorder.ts'

/**
 * Returns the consumers of a service, with an additional one for each consumed erasure: it calls `personalData.erase` for the
 * subject, in the transaction of the inbox row, and is retried like any other. Later events about that person are dropped.
 */
export function withErasure(service: Service, bindings: Bindings<any>): Readonly<Record<string, unknown>> {
  const erasures = Object.entries(service.consumes).filter(([, type]) => isErasure(type))
  const { personalData } = bindings
  if (erasures.length === 0) return bindings.consumes
  if (personalData === 'none') throw new Error(`${service.name} consumes an erasure but keeps no personal data`)
  const apply = async ({ subject }: ReceivedEvent, tx: Tx<any>) => {
    await noteErased(tx, subject)
    await personalData.erase(tx, subject)
  }
  const followed = Object.entries(service.consumes).map(([name, type]): [string, unknown] => {
    if (isErasure(type)) return [name, { apply }]
    const isOfPerson = erasures.some(([, erasure]) => aggregateOf(erasure) === aggregateOf(type))
    const consumer = bindings.consumes[name] as AnyConsumer
    return [name, isOfPerson ? unlessErased(consumer) : consumer]
  })
  return Object.fromEntries<unknown>(followed)
}

interface AnyConsumer {
  readonly apply: (event: ReceivedEvent, tx: Tx<any>, data: unknown) => Promise<void>
}

/** The first word of an event type, which names its subject: `user` of `user.deleted`. */
const aggregateOf = ({ type }: EventType) => type.split('.', 1)[0]

/** Drops late events, for example of a replay, which would store erased data again. */
function unlessErased(consumer: AnyConsumer): AnyConsumer {
  return {
    ...consumer,
    async apply(event, tx, data) {
      if (!(await isErased(tx, event.subject))) await consumer.apply(event, tx, data)
    },
  }
}

const door = '/personal-data/'
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** `GET /personal-data/{subject}`: the personal data of an account in this service, for the account and for administrators. */
export function personalDataEndpoint(
  { personalData }: Bindings<any>,
  database: Database,
  recorder: OperatorRecorder,
): ExtraRoute[] {
  if (personalData === 'none') return []
  return [
    {
      path: `${door}*`,
      permission: 'user:export',
      async handle({ url = '', method }, response, { caller }) {
        const subject = new URL(url, 'http://service').pathname.slice(door.length)
        if (method !== 'GET' || !uuid.test(subject) || !caller.mayReach(subject)) {
          throw platformError('request.path_unknown', 'There is no endpoint at this path.')
        }
        const exported = await personalData.export(subject, database.read)
        await recorder.read(caller, { operation: 'exportPersonalData', target: subject, persons: [subject] })
        const body = JSON.stringify(exported)
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body)
      },
    },
  ]
}

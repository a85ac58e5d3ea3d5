import { consumedEvents, type EventType } from '@stoa/contract'
import type { System } from '../define-system.ts'
import { counted, missingPages, type Point, type ReadFile } from './point.ts'

/** Every event that is published has a snapshot of its schema, and every event that is consumed is published. */
export async function eventsPoint({ services, optional = {} }: System, read: ReadFile): Promise<Point> {
  const contracts = services.flatMap(({ contract }) => contract ?? [])
  const publishers = contracts.filter(({ publishes }) => Object.keys(publishes).length > 0)
  const published = publishers.flatMap(({ name, publishes }) =>
    Object.values(publishes).map((event) => ({ name, event })),
  )
  const types = new Set([...published.map(({ event }) => event.type), ...(optional.events ?? [])])
  const orphans = contracts.flatMap((contract) =>
    [...new Set(consumedEvents(contract).map(({ type }) => type))]
      .filter((type) => !types.has(type))
      .map((type) => `${contract.name} consumes ${type}, which no service publishes`),
  )
  return {
    title: 'The event bus and its topics are documented',
    evidence: [
      `${counted(published.length, 'event')} in ${counted(publishers.length, 'topic')}: ${publishers.map(({ name }) => name).join(', ')}`,
      'the schema of each is in contracts/<service>/published, and its consumers in apis/<service>/asyncapi.yaml',
      'docs/adr/0003-event-log-in-postgresql.md describes the bus',
    ],
    missing: [
      ...orphans,
      ...(await missingPages(read, [
        ...published.map(({ name, event }) => ({ path: snapshotOf(name, event) })),
        ...publishers.map(({ name }) => ({ path: `apis/${name}/asyncapi.yaml` })),
        { path: 'docs/adr/0003-event-log-in-postgresql.md' },
      ])),
    ],
  }
}

function snapshotOf(service: string, { type, version }: EventType): string {
  return `contracts/${service}/published/${type}.v${version.split('.')[0]}.json`
}

/** Calls wait for an answer, events do not; what spans several services is a saga. Each has a guide. */
export async function patternsPoint({ services, optional = {} }: System, read: ReadFile): Promise<Point> {
  const contracts = services.flatMap(({ contract }) => contract ?? [])
  const calls = contracts.flatMap(({ name, calls: called }) =>
    Object.entries(called).flatMap(([callee, { methods }]) =>
      methods.map((method) => ({ name, callee, method: String(method) })),
    ),
  )
  const unserved = calls.filter(({ callee, method }) => {
    if (optional.services?.includes(callee) === true) return false
    const methods = contracts.find((each) => each.name === callee)?.rpc?.methods as Record<string, unknown> | undefined
    return methods === undefined || !Object.hasOwn(methods, method)
  })
  const count = (of: (contract: (typeof contracts)[number]) => object) =>
    contracts.reduce((sum, contract) => sum + Object.keys(of(contract)).length, 0)
  const consumed = contracts.flatMap((contract) => [...new Set(consumedEvents(contract).map(({ type }) => type))])
  return {
    title: 'Synchronous and asynchronous patterns are defined',
    evidence: [
      `synchronous: ${counted(calls.length, 'method')} that services call, each declared by its caller and served by its callee`,
      `asynchronous: ${counted(consumed.length, 'subscription')} to events, ${counted(
        count(({ tasks }) => tasks),
        'background task',
      )}`,
      `across services: ${counted(
        count(({ sagas }) => sagas),
        'saga',
      )}: ${contracts.flatMap(({ sagas }) => Object.keys(sagas)).join(', ') || 'none'}`,
    ],
    missing: [
      ...unserved.map(({ name, callee, method }) => `${name} calls ${callee}.${method}, which no service has`),
      ...(await missingPages(
        read,
        ['call-another-service', 'add-an-event', 'add-a-saga-step'].map((name) => ({ path: `docs/guides/${name}.md` })),
      )),
    ],
  }
}

import { describeService, errors } from '@stoa/contract'
import { Type } from 'typebox'
import { saga, type SagaEngineOptions, type StepCause } from '../src/index.ts'

/** What is called, and by which version of the saga's definition. */
export interface TripCall {
  readonly key: string
  readonly version: number
}

type Callee = { readonly call: (what: string, version: number) => Promise<void> }

/** A release of a service: its contract and what it binds. */
export interface Release {
  readonly service: ReturnType<typeof contractOf>
  readonly definitions: SagaEngineOptions['definitions']
}

function contractOf(version: number) {
  return describeService({
    name: 'travel',
    port: 1,
    owner: 'tests',
    slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
    errors: errors({}),
    operations: {},
    sagas: {
      trip: { version, input: Type.Object({ tripId: Type.String() }), signals: { go: Type.Object({}) } },
    },
    personalData: 'none',
  })
}

const callee = (context: { readonly calls: unknown }) => context.calls as Callee

/** Version 1 waits and flies; version 2 pays in between; version 3 checks a passport first. */
function tripOf(service: Release['service'], version: number, waitMs: number) {
  const action = (what: string) => ({
    action: (context: { readonly calls: unknown }) => callee(context).call(what, version),
    compensation: 'none' as const,
  })
  const fly = { action: (context: { readonly calls: unknown }) => callee(context).call('fly', version) }
  const trip = saga(service, 'trip', { version })
  if (version === 1) return trip.step('book', action('book')).waitFor('go', { timeoutMs: waitMs }).pivot('fly', fly)
  const begun = version === 2 ? trip : trip.step('check_passport', action('check_passport'))
  return begun
    .step('book', action('book'))
    .waitFor('go', { timeoutMs: waitMs })
    .step('pay', action('pay'))
    .pivot('fly', fly)
}

/** A release whose contract has the last of these versions. */
export function releaseOf(versions: readonly number[], waitMs = 60_000): Release {
  const service = contractOf(versions.at(-1) ?? 1)
  const trips = versions.map((version) => tripOf(service, version, waitMs))
  return { service, definitions: { trip: trips } as unknown as SagaEngineOptions['definitions'] }
}

/** Notes the calls of all releases. */
export function noteCalls(calls: TripCall[]) {
  return ({ idempotencyKey }: StepCause): Callee => ({
    call: async (_what, version) => void calls.push({ key: idempotencyKey, version }),
  })
}

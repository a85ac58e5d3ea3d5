import type { Service } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import type { AnySaga } from './journal.ts'

/** The bound sagas of a service: each is a definition, or several versions side by side. */
export interface BoundSagas {
  readonly [name: string]: AnySaga | readonly AnySaga[]
}

/** The sagas that this release can run, with their bound versions. */
export interface Definitions {
  readonly all: readonly AnySaga[]
  /** Parallel to `versions`; statements compare the head of a saga with both. */
  readonly names: readonly string[]
  readonly versions: readonly number[]
  readonly find: (name: string, version: number) => AnySaga | undefined
}

/** Throws if a version is bound twice, or if the version of the contract, with which sagas start, is not bound. */
export function makeDefinitions(service: Service, bound: BoundSagas): Definitions {
  const all = Object.values(bound).flat()
  const byVersion = new Map<string, AnySaga>()
  for (const saga of all) {
    const key = `${saga.name} ${saga.version}`
    if (byVersion.has(key)) throw new Error(`saga ${saga.name} is bound twice as version ${saga.version}`)
    byVersion.set(key, saga)
  }
  for (const [name, { version }] of Object.entries(service.sagas)) {
    if (!byVersion.has(`${name} ${version}`)) throw new Error(`saga ${name} version ${version} is declared, not bound`)
  }
  return {
    all,
    names: all.map(({ name }) => name),
    versions: all.map(({ version }) => version),
    find: (name, version) => byVersion.get(`${name} ${version}`),
  }
}

/** Returns the kinds and names of the steps, in order, on which a journal of this version depends. */
function stepsOf(saga: AnySaga): string[] {
  return saga.steps.map(({ kind, name }) => `${kind} ${name}`)
}

/**
 * Records each definition in the database, once per version. Throws if the steps differ from those recorded for the version,
 * because running sagas and other releases use the recorded steps.
 */
export async function registerDefinitions(database: Database, { all }: Definitions): Promise<void> {
  for (const saga of all) {
    const steps = stepsOf(saga)
    const pivot = saga.steps.find(({ kind }) => kind === 'pivot')?.name
    const known = await database.transaction(async ({ sql }) => {
      await sql`
        insert into saga_definitions (name, version, steps, pivot)
        values (${saga.name}, ${saga.version}, ${steps}, ${pivot}) on conflict do nothing`
      const [row] = await sql<{ steps: string[] }>`
        select steps from saga_definitions where name = ${saga.name} and version = ${saga.version}`
      return row?.steps ?? []
    })
    if (known.join() === steps.join()) continue
    throw new Error(
      `saga ${saga.name} version ${saga.version} has different steps from those recorded in this database: raise its version in ` +
        `the contract. Known: ${known.join(', ')}. Here: ${steps.join(', ')}`,
    )
  }
}

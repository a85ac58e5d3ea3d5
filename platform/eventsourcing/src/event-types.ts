import type { DomainEvent } from './decider.ts'

/** Turns the data of one version of an event into that of the next version. */
export type Upcast = (data: never) => object

/** How one type of event is stored: the version of its data, and the steps from each earlier version to the next. */
export interface StoredType {
  /** 1 by default. */
  readonly version?: number
  /** `{ 1: (data) => …, 2: (data) => … }`: from version 1 to 2, from 2 to 3. */
  readonly upcasts?: { readonly [from: number]: Upcast }
}

/** The stored types of all events of an aggregate, by their type. */
export type StoredTypes<Event extends DomainEvent> = { readonly [Type in Event['type']]: StoredType }

/** The version in which events of a type are written. @throws Error for a type that the aggregate does not have */
export function currentVersionOf(types: StoredTypes<DomainEvent>, type: string): number {
  const known = Object.hasOwn(types, type) ? types[type] : undefined
  if (known === undefined) throw new Error(`there is no event type ${type}`)
  return known.version ?? 1
}

/**
 * The data of a stored event in the current version of its type.
 * @throws Error for a version that a newer release has written, and for one without a step
 */
export function upcast(types: StoredTypes<DomainEvent>, type: string, version: number, data: object): object {
  const current = currentVersionOf(types, type)
  if (version > current) throw new Error(`${type} has version ${version}, this release knows ${current}`)
  let result = data
  for (let from = version; from < current; from += 1) {
    const step = types[type]?.upcasts?.[from]
    if (step === undefined) throw new Error(`there is no step from version ${from} of ${type} to the next`)
    result = step(result as never)
  }
  return result
}

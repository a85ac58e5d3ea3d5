/** One running copy of a service that may be called. */
export interface Instance {
  /** Given by the registry; a restarted copy has another one. */
  readonly id: string
  readonly service: string
  readonly host: string
  readonly port: number
  /** Its share of the traffic, relative to the others', from 0 (none) to 100. */
  readonly weight: number
  readonly zone?: string
  readonly version?: string
  readonly metadata: Readonly<Record<string, string>>
}

/** Whether two instances are the same in everything a caller can see. */
export function isSameInstance(left: Instance, right: Instance): boolean {
  return (
    left.id === right.id &&
    left.service === right.service &&
    left.host === right.host &&
    left.port === right.port &&
    left.weight === right.weight &&
    left.zone === right.zone &&
    left.version === right.version &&
    isSameMetadata(left.metadata, right.metadata)
  )
}

function isSameMetadata(left: Instance['metadata'], right: Instance['metadata']): boolean {
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key])
}

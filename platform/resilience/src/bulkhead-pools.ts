import { bulkhead, type Bulkhead, type BulkheadOptions } from './bulkhead.ts'

/** The platform's pools: what must go through, what may take its time, what may take long. */
export const defaultPools = {
  critical: { maxConcurrent: 10 },
  batch: { maxConcurrent: 5 },
  reporting: { maxConcurrent: 2 },
} as const satisfies Record<string, BulkheadOptions>

/** A bulkhead for each name, so that one kind of work cannot take the places of another. */
export function bulkheadPools<Name extends string = keyof typeof defaultPools>(
  pools: Readonly<Record<Name, BulkheadOptions>> = defaultPools as Readonly<Record<string, BulkheadOptions>>,
  shared: Pick<BulkheadOptions, 'observer' | 'time'> = {},
): Readonly<Record<Name, Bulkhead>> {
  const made = Object.entries<BulkheadOptions>(pools).map(([name, options]) => {
    return [name, bulkhead({ name, ...shared, ...options })] as const
  })
  return Object.fromEntries(made) as Record<Name, Bulkhead>
}

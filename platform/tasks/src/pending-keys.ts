import type { ReadHandle } from '@stoa/contract'

/** Those of these keys under which a task of this name waits or runs; of the others the task has ended or failed. */
export async function pendingKeys(
  { sql }: ReadHandle,
  name: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await sql<{ key: string }>`
    select key from tasks where name = ${name} and key = any(${keys}::text[]) and state = 'pending'`
  return new Set(rows.map(({ key }) => key))
}
